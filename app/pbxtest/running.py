"""One run of all trials, told line by line; the exit code says whether the PBX keeps the contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx
from msgspec import Struct

from app.pbxtest.listener import Listener
from app.pbxtest.sentences import Deviation, sentence, word
from app.pbxtest.trials import Trials
from app.providers.demo.server import serving
from app.settings import standard_webhooks_mistake

UNTRIED = 3
"""The exit code when nothing deviates and something was not tried."""


class Phones(Struct, frozen=True):
    """Addresses of phones of the PBX that behave like this; what is empty is not tried."""

    answers: str = ""
    silent: str = ""
    busy: str = ""
    declines: str = ""
    unreachable: str = ""
    answers_too: str = ""
    """Another phone than `answers`, for two lines at once."""


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
    """Play the contract against the PBX whose command URL this is.

    0 when all was tried and nothing deviates, 1 when something deviates, 2 when it cannot begin, 3 when nothing
    deviates in what was tried, but something was not.
    The PBX must send its events to `http://127.0.0.1:{port}/events`, signed with the same `secret`. With `call_within`
    seconds somebody is awaited who rings twice. `patience` is how many seconds an event may take.
    """
    if standard_webhooks_mistake(secret):
        tell(word("bad_secret", language))
        return 2
    deviations: list[Deviation] = []
    listener = Listener((secret,), deviations.append)
    trials = Trials(url, (secret,), listener, deviations.append, patience)

    untried: list[str] = []

    async def attempt(name: str, possible: object, trial: Callable[[], Awaitable[None]]) -> None:
        if reached and possible:
            await step(name, trial())
            return
        untried.append(name)
        tell(f"{word('skipped', language):>14}  {word(f'trial_{name}', language)}")

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
        reached = not any(each.code == "unreachable" for each in deviations)
        for name, address, trial in (
            ("conversation", phones.answers, trials.conversation),
            ("stopping", phones.answers, trials.stopping),
            ("entry", phones.answers, trials.entry),
            ("together", phones.answers and phones.answers_too, partial(trials.together, phones.answers)),
            ("withdrawal", phones.silent, trials.withdrawal),
            ("busy", phones.busy, partial(trials.failure, what="busy")),
            ("declined", phones.declines, partial(trials.failure, what="declined")),
            ("unreachable", phones.unreachable, partial(trials.failure, what="unreachable")),
        ):
            await attempt(name, address, partial(trial, address))
        await attempt("call", call_within, partial(trials.offered, call_within))
        await trials.close()
    tell(_verdict(len(deviations), [word(f"trial_{name}", language) for name in untried], language))
    return 1 if deviations else UNTRIED if untried else 0


def _verdict(deviations: int, untried: list[str], language: str) -> str:
    names = {"n": len(untried), "names": "; ".join(untried)}
    if not deviations:
        return word("well_as_far", language, **names) if untried else word("all_well", language)
    total = word("total", language, n=deviations)
    return f"{total} {word('untried', language, **names)}" if untried else total
