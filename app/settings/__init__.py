"""The environment becomes one frozen object at start; every mistake is told at once, in a plain sentence.

`reading.py` knows every variable, `kinds.py` what becomes of them, `checks.py` what an address and a secret must be,
`words.py` the sentences.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from app.settings.checks import is_loopback, standard_webhooks_mistake
from app.settings.kinds import (
    AsteriskSettings,
    CentreSettings,
    GenericSettings,
    Secret,
    Settings,
    TwilioSettings,
)
from app.settings.reading import load
from app.settings.words import Mistake, SettingsError, problem

__all__ = [
    "OURS",
    "AsteriskSettings",
    "CentreSettings",
    "GenericSettings",
    "Mistake",
    "Secret",
    "Settings",
    "SettingsError",
    "TwilioSettings",
    "foreign",
    "is_loopback",
    "load",
    "problem",
    "standard_webhooks_mistake",
    "utc_now",
]

OURS = ("WARMLIJN_", "GENERIC_", "TWILIO_", "ASTERISK_", "DEGRADE_", "DATABASE_URL")
"""How the names of all settings begin."""


def utc_now() -> datetime:
    """The shell's only clock: an aware moment in UTC. The core is handed its moment as `world.now`."""
    return datetime.now(UTC)


def foreign() -> dict[str, str]:
    """The environment without any setting of ours: what a process inherits that is given settings of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
