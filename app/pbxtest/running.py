"""One run of all trials, told line by line; the exit code says whether the PBX keeps the contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from msgspec import Struct

from app.pbxtest.listener import Listener
from app.pbxtest.sentences import Deviation, sentence, word
from app.pbxtest.trials import Trials
from app.providers.demo.server import serving
from app.settings import standard_webhooks_mistake


class Phones(Struct, frozen=True):
    """Addresses of phones of the PBX that behave like this; what is empty is not tried."""

    answers: str = ""
    silent: str = ""
    busy: str = ""
    declines: str = ""
    unreachable: str = ""


async def run(
    url: str,
    secret: str,
    phones: Phones,
    *,
    port: int = 8099,
    call_within: float = 0.0,
    patience: float = 5.0,
    language: str = "nl",
    tell: Callable[[str], Any] = print,
) -> int:
    """Play the contract against the PBX whose command URL this is; 0 when nothing deviates, 1 when something does.

    The PBX must send its events to `http://127.0.0.1:{port}/events`, signed with the same `secret`. With `call_within`
    seconds somebody is awaited who rings twice. `patience` is how many seconds an event may take.
    """
    if standard_webhooks_mistake(secret):
        tell(word("bad_secret", language))
        return 2
    deviations: list[Deviation] = []
    listener = Listener((secret,), deviations.append)
    trials = Trials(url, (secret,), listener, deviations.append, patience)

    async def phone(name: str, trial: Callable[..., Awaitable[None]], address: str, *more: str) -> None:
        if not address:
            tell(f"{word('skipped', language):>14}  {word(f'trial_{name}', language)}")
            return
        await step(name, trial(address, *more))

    async def step(name: str, trial: Awaitable[None]) -> None:
        before = len(deviations)
        try:
            await trial
        except httpx.HTTPError as error:
            deviations.append(Deviation("unreachable", {"why": type(error).__name__}))
        found = deviations[before:]
        tell(f"{word('deviates' if found else 'ok', language):>14}  {word(f'trial_{name}', language)}")
        for deviation in found:
            tell(f"{'':>16}- {sentence(deviation, language)}")

    async with serving(listener, port):
        await step("signatures", trials.signatures())
        if not any(each.code == "unreachable" for each in deviations):
            await phone("conversation", trials.conversation, phones.answers)
            await phone("withdrawal", trials.withdrawal, phones.silent)
            await phone("busy", trials.failure, phones.busy, "busy")
            await phone("declined", trials.failure, phones.declines, "declined")
            await phone("unreachable", trials.failure, phones.unreachable, "unreachable")
            if call_within:
                await step("call", trials.offered(call_within))
        await trials.close()
    tell(word("total", language, n=len(deviations)) if deviations else word("all_well", language))
    return 1 if deviations else 0
