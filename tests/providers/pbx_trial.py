"""A run of pbx-test against a switch of our own, and what people do meanwhile."""

import asyncio
from collections.abc import Callable
from typing import Any

from app.pbxtest import Phones, run
from app.providers.demo import Answers, Busy, Declines, Silent, Switch, Unreachable
from app.providers.demo.server import free_port
from tests.providers.pbx_side import SECRET

PHONES = Phones(
    "sip:yes@x.example", "sip:silent@x.example", "sip:busy@x.example", "sip:no@x.example", "sip:off@x.example",
    "sip:too@x.example",
)


async def played(
    kind: type[Switch],
    secret: str = SECRET,
    *,
    call: Callable[[Switch], Any] | None = None,
    phones: Phones = PHONES,
    language: str = "en",
    pace: float = 0.1,
    patience: float = 1.0,
) -> tuple[int, list[str]]:
    """The exit code and the lines of a run against such a switch, faster than real life."""
    port = free_port()
    told: list[str] = []
    address = f"http://127.0.0.1:{port}/events"
    async with kind.open(address, (secret,), pace=pace) as (switch, url):
        switch.phone(PHONES.answers, Answers())
        switch.phone(PHONES.answers_too, Answers())
        switch.phone(PHONES.silent, Silent())
        switch.phone(PHONES.busy, Busy())
        switch.phone(PHONES.declines, Declines())
        switch.phone(PHONES.unreachable, Unreachable())
        story = asyncio.create_task(call(switch)) if call else None
        within = 5.0 if call else 0.0
        code = await run(
            url, SECRET, phones, port=port, call_within=within, patience=patience, language=language, tell=told.append
        )
        if story is not None:
            await story
    return code, told


async def two_calls(switch: Switch) -> None:
    first = switch.caller("+31612345678", "first")
    await first.rings("140123")
    await first.presses("1")
    await first.presses("12")
    await first.is_over(600)
    await switch.caller("+31612345679", "second").rings("140123")
