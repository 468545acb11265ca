"""States between rows and structs: json text both ways, and the refusal of what a newer program wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from app.call.agent import Agent
from app.call.because import Because
from app.call.call import Call
from app.call.callback import Callback
from app.call.commands import Command
from app.call.decision import Centre
from app.call.diary import Diary
from app.call.events import Event, Question
from app.call.world import Waiter

VERSION = 1
"""The newest `v` this program understands."""

State = TypeVar("State", Call, Agent, Callback, Diary, Centre)
_encode = msgspec.json.Encoder().encode


class NewerState(Exception):
    """A row was written by a newer program: this process must not touch it (design §5 rule 18)."""


class _Version(msgspec.Struct):
    v: int = 0


def text(value: object) -> str:
    """A struct as json text."""
    return _encode(value).decode()


def ordered(value: object) -> str:
    """The same with names in order, so that equal values read alike."""
    return msgspec.json.encode(value, order="sorted").decode()


def _reader(kind: type[State]) -> Callable[[str], State]:
    decode = msgspec.json.Decoder(kind).decode
    version = msgspec.json.Decoder(_Version).decode

    def read(row: str) -> State:
        try:
            state = decode(row)
        except msgspec.ValidationError:
            if version(row).v > VERSION:
                raise NewerState(f"{kind.__name__} of version {version(row).v}; known is {VERSION}") from None
            raise
        if state.v > VERSION:
            raise NewerState(f"{kind.__name__} of version {state.v}; known is {VERSION}")
        return state

    return read


centre = _reader(Centre)
call = _reader(Call)
agent = _reader(Agent)
callback = _reader(Callback)
diary = _reader(Diary)
waiter = msgspec.json.Decoder(Waiter).decode
because = msgspec.json.Decoder(Because).decode
command = msgspec.json.Decoder(Command).decode
event: Callable[[str], Event] = msgspec.json.Decoder(Event).decode
questions: Callable[[str], tuple[Question, ...]] = msgspec.json.Decoder(tuple[Question, ...]).decode
