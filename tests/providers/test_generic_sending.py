"""What the generic platform sends over real HTTP: signed commands, and what the PBX's answers mean."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks.webhooks import Webhook

from app.call import events as core
from app.call.commands import Command
from app.call.legs import Doing, Music, Ringing
from app.providers.base import Order, Refused, Uncertain
from app.providers.demo.server import free_port, serving
from app.providers.generic import Generic
from app.settings import CentreSettings, GenericSettings, Secret
from tests.providers.pbx_side import LEG, OTHER, SECRET

CALL = "abcdefghijklmnopqrst"


def order(name: Any, doing: Doing | None, **more: Any) -> Order:
    return Order("gemeente", CALL, Command(LEG, 5, name, doing), "nl", **more)


class Pbx:
    """The command URL of a PBX, over real HTTP: answers as told, or not at all, and remembers what it was sent."""

    def __init__(self, status: int = 204, answer: Any = None, late: float = 0.0) -> None:
        self.status, self.answer, self.late = status, answer, late
        self.sent: list[tuple[dict[str, str], bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        self.sent.append(({name.decode(): value.decode() for name, value in scope["headers"]}, body))
        self.takes(json.loads(body)["data"])
        await asyncio.sleep(self.late)
        content = b"" if self.answer is None else json.dumps(self.answer).encode()
        headers = [(b"content-length", b"%d" % len(content)), (b"location", b"/elsewhere")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def takes(self, command: Any) -> None:
        """For a PBX whose answer depends on the command."""


@asynccontextmanager
async def pushing(pbx: Pbx, *secrets: str, patience: float = 3.0) -> AsyncIterator[Generic]:
    async with serving(pbx) as url:
        provider = Generic(
            "gemeente", [SECRET], command_url=f"{url}/c", command_secrets=secrets or [OTHER], patience=patience
        )
        yield provider
        await provider.close()


async def test_a_command_is_a_signed_cloudevent_with_a_lasting_id() -> None:
    pbx = Pbx(200, {"line": "pbx-line-3"})
    dial = order("Dial", Ringing("sip:a@x.example", backstop=30), shows="+31123456789")
    async with pushing(pbx) as provider:
        assert await provider.send(dial) == "pbx-line-3"
        assert await provider.send(dial) == "pbx-line-3"
    ids = []
    for headers, body in pbx.sent:
        event = Webhook(OTHER).verify(body, headers)
        data = event.pop("data")
        CloudEvent({**event, "time": datetime.fromisoformat(event["time"])}, data)
        assert headers["content-type"] == "application/cloudevents+json"
        assert event["type"] == "nl.warmlijn.telephony.command.v1"
        assert data["do"] == "dial"
        assert (data["address"], data["shows"]) == ("sip:a@x.example", "+31123456789")
        ids.append(event["id"])
    assert ids == [f"{LEG}:5:Dial"] * 2


async def test_while_secrets_are_changed_a_command_is_signed_with_both() -> None:
    pbx = Pbx()
    async with serving(pbx) as url:
        secrets = (Secret(OTHER), Secret(SECRET))
        settings = GenericSettings(secrets, f"{url}/c", secrets)
        provider = Generic.of(CentreSettings("gemeente", Path("x"), None, settings, None))
        assert provider is not None
        await provider.send(order("Music", Music()))
        await provider.close()
    ((headers, body),) = pbx.sent
    for secret in (OTHER, SECRET):
        assert Webhook(secret).verify(body, headers)


@pytest.mark.parametrize(
    ("status", "error", "gone"),
    [(400, Refused, False), (403, Refused, False), (404, Refused, True), (410, Refused, True),
     (429, Uncertain, None), (500, Uncertain, None), (503, Uncertain, None), (302, Uncertain, None)],
)  # fmt: skip
async def test_what_the_answer_of_the_pbx_means(status: int, error: type[Exception], gone: bool | None) -> None:
    pbx = Pbx(status)
    async with pushing(pbx) as provider:
        with pytest.raises(error) as raised:
            await provider.send(order("Music", Music()))
    assert getattr(raised.value, "gone", None) is gone
    assert len(pbx.sent) == 1


@pytest.mark.parametrize(("name", "doing"), [("Music", Music()), ("Dial", Ringing("sip:a@x.example"))])
async def test_no_answer_in_time_is_uncertain(name: str, doing: Doing) -> None:
    async with pushing(Pbx(late=0.5), patience=0.1) as provider:
        with pytest.raises(Uncertain):
            await provider.send(order(name, doing))


@pytest.mark.parametrize(
    ("name", "doing", "error"), [("Music", Music(), Uncertain), ("Dial", Ringing("sip:a@x.example"), Refused)]
)
async def test_a_dial_that_was_never_sent_is_known_to_be_so(name: str, doing: Doing, error: type[Exception]) -> None:
    provider = Generic("gemeente", [SECRET], command_url=f"http://127.0.0.1:{free_port()}/c", command_secrets=[OTHER])
    with pytest.raises(error):
        await provider.send(order(name, doing))
    await provider.close()


async def test_without_a_command_url_a_command_is_refused_with_the_reason() -> None:
    with pytest.raises(Refused, match="GENERIC_COMMAND_URL"):
        await Generic("gemeente", [SECRET]).send(order("Music", Music()))


async def test_a_look_is_answered_with_the_leg_or_its_loss() -> None:
    async with pushing(Pbx(200, {"state": "up", "room": "r-1"})) as provider:
        assert await provider.look(order("Look", None)) == core.LegSeen(CALL, LEG, "up", "r-1")
    async with pushing(Pbx(404)) as provider:
        assert await provider.look(order("Look", None)) == core.LegEnded(CALL, LEG, "lost")
    async with pushing(Pbx(204)) as provider:
        with pytest.raises(Uncertain, match="state"):
            await provider.look(order("Look", None))
