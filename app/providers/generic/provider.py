"""Any PBX: signed CloudEvents in, the leg's present step in the answer, every other command to the PBX's own URL."""

from __future__ import annotations

from collections.abc import Iterable

import aiohttp
import msgspec

from app.call import events as core
from app.call.call import Call
from app.call.events import Event
from app.call.policy import Policy
from app.providers.base import BARRED, Arrival, Hook, NotUnderstood, Order, Refused, Reply, Uncertain, Unreached
from app.providers.generic.commands import Answer, Commanded, Degrade, Done, WireCommand
from app.providers.generic.envelope import CLOUD_EVENT, LARGEST
from app.providers.generic.reading import NAME, Read, arrival, understand, waits
from app.providers.generic.rendering import command
from app.providers.generic.signing import Signer
from app.settings import CentreSettings, utc_now

PATIENCE = 3.0
"""Seconds a PBX may take to answer a command (design §5 rule 7)."""
CONNECTIONS = 64
IDLE = 4.0
"""Seconds a connection is kept unused: less than most servers keep theirs, so that no dial meets a closed one."""
GONE = frozenset({404, 410})
LATER = frozenset({408, 425, 429})
ENCODE = msgspec.json.Encoder()
DONE = msgspec.json.Decoder(Done)
NOTHING_TO_DO = Reply(b"", "application/json", 202)
LATER_PLEASE = Reply(b"", "application/json", 503)


class Generic:
    """The PBX of one centre. `source` is the only CloudEvents source accepted; empty accepts every URN."""

    name = NAME
    in_order = False

    def __init__(
        self,
        centre: str,
        secrets: Iterable[str],
        *,
        command_url: str = "",
        command_secrets: Iterable[str] = (),
        degrade_to: str = "",
        source: str = "",
        patience: float = PATIENCE,
    ) -> None:
        self._centre = centre
        self._incoming = Signer(secrets)
        self._outgoing = Signer(command_secrets)
        self._url = command_url
        self._source = source
        self._ours = f"urn:warmlijn:{centre}"
        self._degrade_to = degrade_to
        self._degraded = Reply(
            ENCODE.encode(Answer(commands=(Degrade(to=degrade_to),), degraded=True)), "application/json"
        )
        self._patience = aiohttp.ClientTimeout(total=patience)
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def of(cls, centre: CentreSettings) -> Generic | None:
        """The PBX these settings describe; None when the centre has none."""
        settings = centre.generic
        if settings is None:
            return None
        return cls(
            centre.id,
            [secret.reveal() for secret in settings.secrets],
            command_url=settings.command_url or "",
            command_secrets=[secret.reveal() for secret in settings.command_secrets],
            degrade_to=centre.degrade_number or "",
        )

    def self_test(self) -> tuple[str, ...]:
        """At start: what an admin must look at before somebody calls."""
        if self._degrade_to:
            return ()
        return ("DEGRADE_NUMBER is not set: when nothing can be decided, the PBX gets no number to bring callers to.",)

    def read(self, hook: Hook, policy: Policy) -> list[Arrival]:
        """The one event of a signed CloudEvent. Raises NotAuthentic, or NotUnderstood with every mistake."""
        if len(hook.body) > LARGEST:
            raise NotUnderstood(f"the body is larger than {LARGEST} bytes")
        signed = self._incoming.verify(hook.headers, hook.body)
        message = understand(hook.body)
        if message.id != signed:
            raise NotUnderstood("id: differs from the header webhook-id")
        if self._source and message.source != self._source:
            raise NotUnderstood("source: is not the one that is configured for this PBX")
        found = arrival(Read(self._centre, policy), message)
        return [] if found is None else [found]

    def asks(self, hook: Hook) -> str:  # noqa: ARG002 - what every platform is asked
        """No request of this platform is only a question: each one tells an event."""
        return ""

    def reply(
        self,
        hook: Hook,  # noqa: ARG002 - what every platform is asked
        call: Call | None,
        orders: tuple[Order, ...],
    ) -> Reply:
        """What this event changed in the legs of the call, 200; 202 when nothing is to be done.

        A repeated event is answered with what every leg does now: a step the PBX carried out already is not done again.
        """
        if call is None or not orders:
            return NOTHING_TO_DO
        commands = tuple(rendered(order) for order in orders if not order.barred)
        answer = Answer(call=call.id, leg=f"{call.id}.1", commands=commands)
        return Reply(ENCODE.encode(answer), "application/json")

    def degraded(self, hook: Hook) -> Reply:
        """A caller who waits is brought to the KCC by the PBX itself; anything else is told again later.

        Both answers are made at start and need nothing; `read` has verified the hook.
        """
        return self._degraded if waits(hook.body) else LATER_PLEASE

    async def send(self, order: Order) -> str:
        """Push one command; the PBX's own id of the leg when it tells one. Raises Refused or Uncertain."""
        return (await self._push(order)).line

    async def look(self, order: Order) -> Event:
        """Ask whether a leg lives. Raises Refused without a command URL, Uncertain when the PBX does not say."""
        leg = order.command.leg
        try:
            told = await self._push(order)
        except Refused as refused:
            if not refused.gone:
                raise
            return core.LegEnded(order.call, leg, "lost")
        if not told.state:
            raise Uncertain("the PBX did not say in which state the leg is")
        return core.LegSeen(order.call, leg, told.state, told.room)

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _push(self, order: Order) -> Done:
        given = order.command
        if order.barred:
            raise Refused(BARRED)
        if not self._url:
            raise Refused(f"{given.name} cannot ride on an answer, and no command URL is set (GENERIC_COMMAND_URL)")
        now = utc_now()
        asked = f":{now.timestamp()}" if given.do is None else ""
        identity = f"{given.leg}:{given.step}:{given.name}{asked}"
        data = rendered(order)
        body = ENCODE.encode(
            Commanded(
                specversion="1.0",
                id=identity,
                source=self._ours,
                subject=f"call/{data.call}/leg/{data.leg}",
                time=now,
                datacontenttype="application/json",
                data=data,
            )
        )
        headers = {**self._outgoing.headers(identity, body, now), "content-type": CLOUD_EVENT}
        try:
            async with self._sessions().post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                return judged(answer.status, await answer.content.read(LARGEST))
        except aiohttp.ClientConnectorError as error:
            if given.name == "Dial":
                raise Unreached("the PBX does not accept connections") from error
            raise Uncertain("the PBX does not accept connections") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Uncertain(f"the PBX did not answer the command: {type(error).__name__}") from error

    def _sessions(self) -> aiohttp.ClientSession:
        """Connections are kept open between commands; made at the first one, for it needs a running loop."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=self._patience, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


def rendered(order: Order) -> WireCommand:
    """The command of this order as it goes over the wire."""
    given = order.command
    return command(
        given.leg,
        given.step,
        given.do,
        up=given.name == "HangUp",
        language=order.language,
        sentences=order.sentences,
        shows=order.shows,
        name=order.name,
        line=order.line,
        leaves=given.left,
    )


def judged(status: int, body: bytes) -> Done:
    """2xx is done, whatever else it says; 404 and 410 gone, other 4xx refused; anything else is uncertain."""
    if status in GONE:
        raise Refused("the PBX does not know this leg any more", gone=True)
    if 400 <= status < 500 and status not in LATER:
        raise Refused(f"the PBX refused the command with status {status}")
    if not 200 <= status < 300:
        raise Uncertain(f"the PBX answered with status {status}")
    try:
        return DONE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Done()
