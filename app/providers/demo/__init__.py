"""A switch in memory: the PBX side of the generic platform, over real HTTP, with people who follow a script."""

from app.providers.demo.caller import Caller
from app.providers.demo.phones import Answers, Behaviour, Busy, Declines, Silent, Unreachable, Voicemail
from app.providers.demo.switch import Switch
from app.providers.demo.wire import Mischief

__all__ = [
    "Answers",
    "Behaviour",
    "Busy",
    "Caller",
    "Declines",
    "Mischief",
    "Silent",
    "Switch",
    "Unreachable",
    "Voicemail",
]
