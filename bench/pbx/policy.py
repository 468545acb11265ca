"""The policy of the measurement: as many agents as callers at once, no menu before them, and nothing to hear.

app_queue says nothing either.
"""

from __future__ import annotations

import yaml

from app.policyfile.standard import SILENT
from bench import policy
from bench.pbx.switch import SPAN


def agent(n: int) -> str:
    """The id of the nth agent, from 0; the phone is `sip:{id}@bench`."""
    return f"a{n:03}"


def text() -> str:
    """This policy as routing.yaml."""
    made = yaml.load(policy.text(), Loader=yaml.BaseLoader)
    made["agents"] = {
        agent(n): {"name": f"Medewerker {n}", "address": f"sip:{agent(n)}@bench", "offices": ["kcc"]}
        for n in range(SPAN)
    } | {"ander": made["agents"]["ander"]}
    for number in made["numbers"].values():
        number["to"] = {"office": "kcc"}
    for name in SILENT:
        made["texts"][name] = dict.fromkeys(made["municipality"]["languages"], "")
    return yaml.dump(made, default_style='"', allow_unicode=True, sort_keys=False)
