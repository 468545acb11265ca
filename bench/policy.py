"""The municipality of the bench: the shipped one, always open, with 50 agents and 100 colleagues, no wrap-up time.

Its menu is five deep: 64 callers share 50 agents, so that they must spend some time without one.
"""

from __future__ import annotations

from pathlib import Path

import yaml

SHIPPED = Path(__file__).parent.parent / "config" / "routing.yaml"
AGENTS = 50
MENUS = 5
COLLEAGUES = 100


def agent(n: int) -> str:
    """The id of the nth agent, from 0; the phone is `sip:{id}@bench`."""
    return f"a{n:02}"


def text() -> str:
    """This policy as routing.yaml."""
    made = yaml.load(SHIPPED.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    made["days_off"] = {}
    made["hours"] = {name: {"ma-zo": "00:00-24:00"} for name in made["hours"]}
    made["offices"]["kcc"]["wrap_up"] = "0"
    made["menus"] = {
        f"menu{n}": {
            "text": "menu_main",
            "choices": {"1": {"menu": f"menu{n + 1}"} if n < MENUS else {"office": "kcc"}},
        }
        for n in range(1, MENUS + 1)
    }
    for number in made["numbers"].values():
        number["to"] = {"menu": "menu1"}
    made["agents"] = {
        agent(n): {"name": f"Medewerker {n}", "address": f"sip:{agent(n)}@bench", "offices": ["kcc"]}
        for n in range(AGENTS)
    }
    made["agents"]["ander"] = {"name": "Ander Loket", "address": "sip:ander@bench", "offices": ["sociaal"]}
    made["colleagues"] = {
        f"c{n:02}": {
            "name": f"Collega {n}",
            "department": "burgerzaken",
            "addresses": [{"uri": f"sip:c{n:02}@bench"}],
            "hours": "backoffice",
        }
        for n in range(COLLEAGUES)
    }
    made["callbacks"]["per_slot"] = "20"
    made["tests"] = []
    return yaml.dump(made, default_style='"', allow_unicode=True, sort_keys=False)
