"""The service itself, with the bench's policy of which no text says anything: `python -m bench.pbx.service`.

app_queue says nothing either. Everything else is as an administrator starts it.
"""

from __future__ import annotations

import sys

import asyncpg
import uvicorn
import yaml
from msgspec.structs import replace

from app import logs
from app.__main__ import configuration
from app.call.policy import Policy, Text
from app.engine.policies import Policies
from app.main import Service
from app.settings import CentreSettings, load
from bench import policy
from bench.pbx.switch import SPAN


class Silent(Service):
    """The same policy, but every text is empty: a caller is put through without a word."""

    async def _policy(self, centre: CentreSettings, policies: Policies, pool: asyncpg.Pool) -> Policy:
        given = await super()._policy(centre, policies, pool)
        languages = given.municipality.languages
        texts = {name: Text(name, dict.fromkeys(languages, "")) for name in given.texts}
        policies.add(centre.id, silent := replace(given, texts=texts))
        return silent


def agent(n: int) -> str:
    """The id of the nth agent, from 0; the phone is `sip:{id}@bench`."""
    return f"a{n:03}"


def routing() -> str:
    """The policy of the bench with as many agents as there are callers at once, and no menu before them."""
    made = yaml.load(policy.text(), Loader=yaml.BaseLoader)
    made["agents"] = {
        agent(n): {"name": f"Medewerker {n}", "address": f"sip:{agent(n)}@bench", "offices": ["kcc"]}
        for n in range(SPAN)
    } | {"ander": made["agents"]["ander"]}
    for number in made["numbers"].values():
        number["to"] = {"office": "kcc"}
    return yaml.dump(made, default_style='"', allow_unicode=True, sort_keys=False)


if __name__ == "__main__":
    settings = load()
    logs.configure(settings.log_level, settings.node)
    whole = configuration(settings)
    whole.app = Silent(settings)
    server = uvicorn.Server(whole)
    server.run()
    sys.exit(0 if server.started else 1)
