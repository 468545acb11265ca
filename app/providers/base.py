"""What the house asks of a telephony platform: read its webhooks, render a leg's present step, send a command."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from app.call.call import Call, Cause
from app.call.commands import Command
from app.call.events import Event
from app.call.policy import Policy


class Hook(Struct, frozen=True):
    """One webhook as it came in: raw, because signatures are made over the raw bytes (providers: signatures).

    `path` is what follows `/hooks/{centre}/{provider}/`, still percent-encoded; header names are lower case.
    """

    centre: str
    method: str
    path: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes
    raw_path: bytes = b""
    """The whole path on the wire, for signatures over the URL."""


class Arrival(Struct, frozen=True, kw_only=True):
    """One event on its way to the engine.

    `key` is the same for every delivery of the same thing and different for everything else: leg, step and kind,
    or the platform's own sequence (design §5 rule 4). `private` goes to the names table: ref -> name or number.
    """

    centre: str
    key: str
    event: Event
    provider: str = ""
    private: dict[str, str] = {}
    line: tuple[str, str] | None = None
    """Our leg id and the platform's own id of it, when this webhook tells both."""
    replies: str = ""
    """What the answer to this webhook tells, so that the outbox need not: a leg's present step (its id), or what this
    event changed in every leg of the call (the call's id)."""
    urgent: bool = True
    """False for what may be refused under overload: new calls."""


class Reply(Struct, frozen=True):
    """An HTTP answer."""

    body: bytes
    content_type: str
    status: int = 200


class Order(Struct, frozen=True):
    """One command on its way to the switch, with everything a platform may need for it.

    `sentences` are the lines of a Say or Gather filled in; `shows` is the number a dialled phone displays;
    `line` is the platform's id of this leg, empty when it was never told; `lines` those of the other legs of the call.
    """

    centre: str
    call: str
    command: Command
    language: str
    sentences: tuple[str, ...] = ()
    shows: str = ""
    name: str = ""
    """The name that a phone inside displays: who calls, and who announces them."""
    barred: bool = False
    """To dial, but a number that no policy may have dialled: every platform refuses it (design §5 rule 19)."""
    line: str = ""
    lines: dict[str, str] = {}
    role: str = "caller"
    room: str = ""
    """For `Look`: the room this leg should be in, so that the switch need only be asked about that one."""


BARRED = "this number may not be dialled"


class NotAuthentic(Exception):
    """The signature is missing or wrong: 403. The message names what was compared, never a secret."""


class NotUnderstood(Exception):
    """Authentic but not something this platform may send: 400. The message says what and where."""


class Refused(Exception):
    """The platform definitely did not do it; becomes `CommandFailed`, or the end of the leg where it is `gone`.

    With a `cause`, which is why it is gone, it is.
    """

    def __init__(self, reason: str, *, gone: bool = False, cause: Cause | None = None) -> None:
        super().__init__(reason)
        self.gone = gone or cause is not None
        self.cause = cause


class Unreached(Refused):
    """The switch could not be reached at all, so that it certainly did nothing."""


class Uncertain(Exception):
    """Time-out or lost connection: it may have been done. Sent again, except `Dial` and `Say` (design §5 rule 7)."""


class NoLine(Uncertain):
    """Not sent: the platform has not told its own id of this leg. It may yet, or the leg was never dialled."""


class Provider(Protocol):
    """One telephony platform of one contact centre."""

    name: str

    @property
    def in_order(self) -> bool:
        """Whether it carries out commands in the order in which they were begun, also before it answered the first."""
        return False

    def read(self, hook: Hook, policy: Policy) -> list[Arrival]:
        """Verify the signature, then say what happened. Raises NotAuthentic or NotUnderstood; never anything else."""

    def asks(self, hook: Hook) -> str:
        """The leg whose present step this webhook wants although nothing happened (the switch was redirected).

        Empty when it wants none, or when an arrival of `read` names it in `replies`. Call it only after `read`, which
        verifies the signature: then load the call, and give `reply` this leg as it is now (None when it is over).
        """

    def reply(self, hook: Hook, call: Call | None, orders: tuple[Order, ...]) -> Reply:
        """The answer to this webhook: the present steps of the legs it is told about; without any, a plain receipt.

        `call` is None when it is not known; its legs may be over.
        """

    def degraded(self, hook: Hook) -> Reply:
        """The static answer made at start: the KCC is rung by the platform itself. Needs no database."""

    async def send(self, order: Order) -> str:
        """Send one command; returns the platform's id of the leg when this told it, else an empty string.

        Raises Refused or Uncertain.
        """

    async def look(self, order: Order) -> Event:
        """Ask the switch about one leg (the outbox's `Look`): `LegSeen`, or `LegEnded` when it lives no more.

        Raises Uncertain when the switch does not say; then it is asked again.
        """

    async def close(self) -> None:
        """Let connections go."""


def call_id(centre: str, provider: str, reference: str) -> str:
    """Our id of a call, always the same for the platform's reference: 20 characters, nothing can be read from it."""
    digest = hashlib.sha256(f"{centre}\x00{provider}\x00{reference}".encode()).digest()
    return base64.b32encode(digest[:13]).decode().lower().rstrip("=")[:20]
