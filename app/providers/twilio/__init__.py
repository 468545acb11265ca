"""The Twilio-compatible platform: signed webhooks in, documents out, commands through its REST interface."""

from __future__ import annotations

from app.call.call import Call
from app.call.events import Event
from app.call.legs import Line
from app.call.policy import Policy
from app.providers.base import Arrival, Hook, Order, Reply
from app.providers.speech import sentences
from app.providers.twilio import documents, reading, signatures
from app.providers.twilio.addresses import LEG, addresses
from app.providers.twilio.rest import Rest
from app.settings import Secret, TwilioSettings

CALLERS = frozenset({"voice", "fallback"})
"""Webhooks of a caller's own line, which bear no leg in their address."""
ASKS_DOCUMENT = frozenset({"voice", "fallback", "gather", "said", "answer", "doc", "room-left"})


class Twilio:
    """One contact centre's account at Twilio, or at a platform that speaks as Twilio does."""

    name = "twilio"
    in_order = False

    def __init__(
        self, centre: str, settings: TwilioSettings, public_url: str, policy: Policy, degrade_number: str | None
    ) -> None:
        """`policy` gives the words of the static reply, which is made now and never again."""
        self.centre = centre
        self.degrade_number = degrade_number
        self.addresses = addresses(public_url, centre, self.name)
        self.door = signatures.Door(public_url, f"/hooks/{centre}/{self.name}/", settings.auth_tokens)
        token = settings.auth_tokens[0] if settings.auth_tokens else Secret("")
        self.rest = Rest(self.addresses, settings.account_sid, token, settings.api_url, settings.from_number)
        language = policy.municipality.languages[0]
        spoken = sentences(policy, language, [Line("degraded")] if degrade_number else [], {})
        self._to_kcc = documents.to_kcc(self.addresses, language, " ".join(spoken), degrade_number)
        self._hang_up = documents.hang_up()
        self._nothing = documents.nothing()
        self._later = Reply(b"", documents.TYPE, 503)

    def self_test(self) -> tuple[str, ...]:
        """At start: what an admin must look at before the platform can reach us. NotAuthentic when it never can."""
        told = signatures.self_test(self.door)
        if self.degrade_number:
            return told
        return (*told, "DEGRADE_NUMBER is not set: when nothing can be decided, callers are hung up.")

    def read(self, hook: Hook, policy: Policy) -> list[Arrival]:
        """See `Provider`. The signature is checked before anything of it is understood."""
        fields = self.door.open(hook)
        query = signatures.query(hook)
        return reading.read(reading.Request(self.centre, self.name, hook.path, fields, query, policy))

    def asks(self, hook: Hook) -> str:
        """See `Provider`: after a redirect and on leaving a room the platform wants the present step."""
        return self._leg(hook) if hook.path in reading.DOCUMENTS else ""

    def reply(self, hook: Hook, call: Call | None, orders: tuple[Order, ...]) -> Reply:
        """See `Provider`. A line whose leg is over is hung up; a caller nobody decided about goes to the KCC."""
        if hook.path not in ASKS_DOCUMENT:
            return self._hang_up if hook.path == "degraded" else self._nothing
        if hook.path == "fallback" or (hook.path == "voice" and call is None):
            return self._to_kcc
        for order in orders:
            told = order.command
            if told.do is not None:
                return documents.document(
                    self.addresses, order.language, told.leg, told.step, told.do, order.sentences
                )
        return self._hang_up

    def degraded(self, hook: Hook) -> Reply:
        """See `Provider`. A caller goes to the KCC, another line asks again in a moment, a report may come again."""
        leg = self._leg(hook)
        if hook.path in CALLERS or (hook.path in ASKS_DOCUMENT and leg.endswith(".1")):
            return self._to_kcc
        if hook.path in ASKS_DOCUMENT and leg:
            step = signatures.query(hook).one("step")
            return documents.again(self.addresses, hook.path, leg, step if step.isdecimal() else "0")
        return self._hang_up if hook.path in ASKS_DOCUMENT or hook.path == "degraded" else self._later

    async def send(self, order: Order) -> str:
        """See `Provider`."""
        return await self.rest.send(order)

    async def look(self, order: Order) -> Event:
        """See `Provider`."""
        return await self.rest.look(order)

    async def close(self) -> None:
        """See `Provider`."""
        await self.rest.close()

    def _leg(self, hook: Hook) -> str:
        leg = signatures.query(hook).one("leg")
        return leg if LEG.fullmatch(leg) else ""
