"""Everybody of a call with a warm transfer, and how to get to each of its phases."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from app.call.call import (
    Announcing,
    Call,
    Choosing,
    Closing,
    Connected,
    Connecting,
    Consulting,
    Joining,
    Offering,
    Promising,
    RingingOn,
    Talking,
    Waiting,
    Welcoming,
)
from app.call.events import CompleteAsked, ConsultAsked, HangUpAsked, SwapAsked, ThreeWayAsked
from app.call.legs import Gather, Music
from tests.pbx.phone import Phone
from tests.pbx.records import Records
from tests.pbx.stage import CLOSED, CROWDED, DIRECT, MENU, phones

ORDER = ("caller", "101", "102", "103", "mobile", "music", "ringback")
TYPED = "0612345679"
"""What a caller types who has no number we can see."""
GONE = 1.0
"""Seconds a phone may ring, or hear somebody, after the last reason for it is gone."""


@dataclass
class Scene:
    """The caller, Bart of the front office, and Ans, the colleague behind it."""

    stage: Records
    caller: Phone
    bart: Phone
    ans: Phone
    call: str = ""

    async def to(self, phase: str) -> None:
        """Bring the call to this phase of `WAYS`, through those before it."""
        before, step, _, kind = WAYS[phase]
        if before:
            await self.to(before)
        await step(self)
        if kind not in BRIEF:
            reached = (await self.stage.calls())[-1].phase
            assert isinstance(reached, kind), (phase, reached)

    async def to_from(self, *phases: str) -> None:
        """These steps of `WAYS` one after the other, without those before them."""
        for each in phases:
            await WAYS[each][1](self)

    async def until(self, what: Callable[[Call], bool], seconds: float = 12.0) -> None:
        self.call = (await self.stage.until(what, seconds)).id

    async def hear(self) -> str:
        """Who each of those hears who has a conversation, as in `WAYS`; whom a phone's own hold key parted is deaf."""
        talking = [phone for phone in (self.caller, self.bart, self.ans) if phone.talking]
        heard = await asyncio.gather(*(phone.hears() for phone in talking))
        told = {p.who: " ".join(sorted(each, key=ORDER.index)) for p, each in zip(talking, heard, strict=True)}
        return ", ".join(f"{who}: {whom}" for who, whom in told.items() if whom)

    async def in_phase(self, phase: str) -> None:
        """Who hears whom is as it should be in this phase."""
        if wanted := _of(self, WAYS[phase][2]):
            heard = await self.hear()
            assert _toneless(heard) == _toneless(wanted), (phase, heard)

    async def leaves(self, who: Phone, *parted: Phone) -> None:
        """`who` hangs up; the phones of `parted` ring or sound no longer."""
        busy = [(phone, phone.calls_over + 1) for phone in parted if phone.busy]
        began = time.monotonic()
        await who.hangs_up()
        ended = [(await phone.over(nth))["at"] - began for phone, nth in busy]
        assert max(ended, default=0.0) < GONE, ended
        self.stage.figures["others quiet after"] = max(ended, default=0.0)


def _of(scene: Scene, heard: str) -> str:
    """With the phones this agent and this colleague have."""
    return heard.replace("101", scene.bart.who).replace("103", scene.ans.who)


def _toneless(heard: str) -> list[str]:
    """Without who hears the ringing tone: it pauses four seconds after each second."""
    return [each for each in heard.split(", ") if each and not each.endswith("ringback")]


@asynccontextmanager
async def scene(
    stage: Records, caller: str = "0612345678", users: tuple[str, str] = ("101", "103")
) -> AsyncIterator[Scene]:
    """The three with their phones, which may be others than those of most stories."""
    async with phones(stage, "caller", *users, caller=caller) as (calling, bart, ans):
        yield Scene(stage, calling, bart, ans)


def scene_for(stage: Records, phase: str) -> AbstractAsyncContextManager[Scene]:
    """The three with the phones this phase needs."""
    caller = "anonymous" if phase in ("number typed", "promised") else "0612345678"
    agent = "mobile" if phase == "agent asked for a key" else "101"
    return scene(stage, caller, (agent, "mobile" if phase == "asked for a key" else "103"))


Step = Callable[[Scene], Awaitable[None]]


def consulting(stage: str, focus: str = "") -> Callable[[Call], bool]:
    """In a consult this far."""
    return lambda call: (
        isinstance(call.phase, Consulting) and call.phase.stage == stage and focus in ("", call.phase.focus)
    )


def promising(asking: str) -> Callable[[Call], bool]:
    """The voice arranges a callback, and asks this."""
    return lambda call: isinstance(call.phase, Promising) and call.phase.asking == asking


def phase(kind: type) -> Callable[[Call], bool]:
    return lambda call: isinstance(call.phase, kind)


async def _welcome(s: Scene) -> None:
    await s.caller.dials(DIRECT)
    await s.until(phase(Welcoming))


async def _menu(s: Scene) -> None:
    await s.caller.dials(MENU)
    await s.until(phase(Choosing))
    await s.caller.spoken_to()


async def _callback_asked(s: Scene) -> None:
    await s.caller.dials(CLOSED)
    await s.until(promising("consent"))
    await s.caller.spoken_to()


async def _number_typed(s: Scene) -> None:
    """The first keys of a number: whoever types hears music between them."""
    await s.caller.presses("1")
    await s.until(promising("number"))
    await s.caller.spoken_to()
    await s.caller.presses(TYPED[:5])
    assert set(await s.caller.hears()) == {"music"}


async def _promised(s: Scene) -> None:
    await s.caller.presses(f"{TYPED[5:]}#")
    await s.until(lambda call: promising("repeat")(call) and call.number.kind == "mobile")


async def _offered_while_waiting(s: Scene) -> None:
    await s.caller.dials(CROWDED)
    await s.until(promising("consent"), 25.0)
    await s.caller.spoken_to()


async def _waiting(s: Scene) -> None:
    await s.caller.dials(DIRECT)
    await s.until(lambda call: isinstance(call.legs[0].doing, Music), 25.0)


async def _ringing(s: Scene) -> None:
    await s.stage.ready("bart")
    await s.caller.dials(DIRECT)
    await s.bart.rings()


async def _agent_asked_for_a_key(s: Scene) -> None:
    await s.stage.ready("els")
    await s.caller.dials(DIRECT)
    await s.bart.rings()
    await _picks_up(s, s.bart)


async def _picks_up(s: Scene, outside: Phone) -> None:
    """And is asked for the key."""
    await outside.accepts()
    await s.until(lambda call: any(isinstance(leg.doing, Gather) for leg in call.legs))
    await outside.spoken_to()


async def _answered(s: Scene) -> None:
    await s.bart.accepts()


async def _talking(s: Scene) -> None:
    await s.until(phase(Talking))


async def _held(s: Scene) -> None:
    await s.bart.command("hold")
    await s.until(lambda call: isinstance(call.legs[0].doing, Music))


async def _consult_rings(s: Scene) -> None:
    await s.stage.clicks(ConsultAsked(s.call, "bart", "ans"))
    await s.ans.rings()


async def _asked_for_a_key(s: Scene) -> None:
    await s.stage.clicks(ConsultAsked(s.call, "bart", "mo"))
    await s.ans.rings()
    await _picks_up(s, s.ans)


async def _announced(s: Scene) -> None:
    await s.ans.accepts()
    await s.until(lambda call: consulting("announcing")(call) or consulting("speaking")(call))


async def _consult(s: Scene) -> None:
    await s.until(consulting("speaking"))


async def _swapped(s: Scene) -> None:
    await s.stage.clicks(SwapAsked(s.call, "bart"))
    await s.until(consulting("speaking", "caller"))


async def _all_three(s: Scene) -> None:
    await s.stage.clicks(ThreeWayAsked(s.call, "bart"))
    await s.until(consulting("speaking", "all"))


async def _connecting(s: Scene) -> None:
    await s.stage.clicks(CompleteAsked(s.call, "bart"))


async def _connected(s: Scene) -> None:
    await s.until(phase(Connected))


async def _transferred(s: Scene) -> None:
    await s.until(lambda call: isinstance(call.phase, Connected) and call.phase.stable)


async def _rings_on(s: Scene) -> None:
    await s.bart.hangs_up()
    await s.until(phase(RingingOn))


async def _announced_alone(s: Scene) -> None:
    await s.ans.accepts()
    await s.until(phase(Announcing))


async def _closing(s: Scene) -> None:
    await s.stage.clicks(HangUpAsked(s.call, "bart"))
    await s.until(phase(Closing))


WAYS: dict[str, tuple[str, Step, str, type]] = {
    "welcome": ("", _welcome, "", Welcoming),
    "menu": ("", _menu, "", Choosing),
    "callback asked": ("", _callback_asked, "", Promising),
    "number typed": ("callback asked", _number_typed, "", Promising),
    "promised": ("number typed", _promised, "", Promising),
    "offered while waiting": ("", _offered_while_waiting, "", Promising),
    "waiting": ("", _waiting, "caller: music", Waiting),
    "ringing": ("", _ringing, "", Offering),
    "agent asked for a key": ("", _agent_asked_for_a_key, "", Offering),
    "answered": ("ringing", _answered, "", Joining),
    "talking": ("answered", _talking, "caller: 101, 101: caller", Talking),
    "held": ("talking", _held, "caller: music", Talking),
    "consult rings": ("talking", _consult_rings, "caller: music, 101: ringback", Consulting),
    "asked for a key": ("talking", _asked_for_a_key, "", Consulting),
    "announced": ("consult rings", _announced, "", Consulting),
    "consult": ("announced", _consult, "caller: music, 101: 103, 103: 101", Consulting),
    "swapped": ("consult", _swapped, "caller: 101, 101: caller, 103: music", Consulting),
    "all three": ("consult", _all_three, "caller: 101 103, 101: caller 103, 103: caller 101", Consulting),
    "connecting": ("consult", _connecting, "", Connecting),
    "connected": ("connecting", _connected, "caller: 103, 103: caller", Connected),
    "transferred": ("connected", _transferred, "caller: 103, 103: caller", Connected),
    "rings on": ("consult rings", _rings_on, "caller: ringback", RingingOn),
    "announced alone": ("rings on", _announced_alone, "", Announcing),
    "closing": ("talking", _closing, "", Closing),
}
"""Way -> the one before it, the step from there, who hears whom in it (nothing where it does not last), its phase."""
BRIEF = (Joining, Connecting)
"""They may not have begun, or may be over, when the step is done."""
