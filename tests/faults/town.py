"""The municipality of these tests: the shipped one, always open and with short times; its settings and its people."""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from app import policyfile
from app.call.policy import Policy
from app.settings import foreign

CENTRE = "voorbeeldstad"
MAIN = "+31123456789"
DEGRADE = "+31123456700"
ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw1m3Xq0Ztq7M="
FROM = "+31123456788"
PACE = 0.1
"""Real seconds for each second of the generic switch's story."""
SHIPPED = Path(__file__).parents[2] / "config" / "routing.yaml"


def at(who: str) -> str:
    """The address of an agent's or a colleague's phone."""
    return f"sip:{who}@telefoon.voorbeeldstad.example"


def text() -> str:
    """Its routing.yaml. In the queue a callback is offered after ten seconds, the shortest the file allows."""
    made = yaml.load(SHIPPED.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    made["days_off"] = {}
    made["hours"] = {name: {"ma-zo": "00:00-24:00"} for name in made["hours"]}
    made["ringing"] = {**made.get("ringing", {}), "cycle": "1", "grace": "0.2", "post_dial": "8"}
    made["transfer"] = {**made.get("transfer", {}), "join": "2", "stable": "1", "stopping": "0.5"}
    for office in made["offices"].values():
        office |= {"patience": "60", "announce": "10", "offer_callback": "0", "wrap_up": "0"}
    for colleague in made["colleagues"].values():
        colleague.pop("absent", None)
    made["callbacks"]["per_slot"] = "20"
    made["tests"] = []
    return yaml.dump(made, default_style='"', allow_unicode=True, sort_keys=False)


def policy(routing: Path) -> Policy:
    """The same, compiled."""
    return policyfile.load(routing)


def environment(
    routing: Path, data: Path, port: int, public: str, *, database: str = "", **more: str
) -> dict[str, str]:
    """The settings of one process; without `database` it starts its own below `data`."""
    made = {
        "WARMLIJN_CENTRE": CENTRE,
        "WARMLIJN_POLICY": str(routing),
        "WARMLIJN_DATA_DIR": str(data),
        "WARMLIJN_PORT": str(port),
        "WARMLIJN_PUBLIC_URL": public,
        "WARMLIJN_PERSON_KEY": "zeldzame-sleutel-voor-deze-proeven",
        "GENERIC_SECRET": SECRET,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_NUMBER": FROM,
        "DEGRADE_NUMBER": DEGRADE,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(SHIPPED.parents[1]), os.environ.get("PYTHONPATH", "")])),
    }
    if database:
        made["DATABASE_URL"] = database
    return foreign() | made | more
