"""Whole calls between the house and the imitated Twilio: real HTTP and real signatures both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from app.call.call import Closing, Connected, Consulting, Degraded, Ended, Offering, Talking, Waiting
from app.call.events import AgentLoggedOn, AgentReady, CompleteAsked, ConsultAsked, HangUpAsked, LegSeen
from app.call.policy import Policy, Ringing, Text, Transfer
from app.policyfile.standard import SLOTS
from app.providers.twilio import Twilio
from app.settings import Secret, TwilioSettings
from tests.core.policies import policy
from tests.providers.desk import Desk
from tests.providers.twilio_hooks import ACCOUNT, TOKEN
from tests.providers.twilio_line import Line
from tests.providers.twilio_switch import Switch, answers, busy, declines, rings, unreachable

NUMBER = "+31201234567"
MENU = "+31140123"
TEXTS = {name: Text(name, {"nl": name, "en": f"{name} en"}) for name in (*SLOTS, "menu_main")}
QUICK: Policy = policy(
    texts=TEXTS,
    ringing=Ringing(cycle=0.2, grace=0.05, post_dial=2.0),
    transfer=Transfer(join=2.0, stable=0.2, stopping=1.0),
)
BART, FATIMA, JOKE, ANS, PIET = (f"sip:{n}@pbx" for n in (101, 102, 103, 201, 202))
MOBILE = "+31612300001"


@dataclass
class Stage:
    """Both sides, started."""

    desk: Desk
    switch: Switch

    async def ready(self, *agents: str) -> None:
        for agent in agents:
            await self.desk.tell(AgentLoggedOn(agent))
            await self.desk.tell(AgentReady(agent))

    def ring(self, from_: str = "+31612345678", to: str = NUMBER) -> Line:
        return self.switch.ring(from_, to)

    async def phase(self, *kinds: type) -> None:
        await self.desk.until(lambda: bool(self.desk.house.calls) and isinstance(self.desk.call.phase, kinds))

    async def over(self) -> None:
        """The call has ended, nothing of it is left here, and no line lives there."""
        await self.desk.until(lambda: self.desk.house.over(self.desk.call.id))
        await self.switch.quiet()
        assert self.switch.live == []
        assert self.desk.refused == []


@asynccontextmanager
async def stage(**how: float) -> AsyncIterator[Stage]:
    async with Switch(ACCOUNT, TOKEN, **how) as switch:  # type: ignore[arg-type]
        settings = TwilioSettings(ACCOUNT, (Secret(TOKEN),), switch.url, "+31201234500")
        desk = Desk(QUICK)
        await desk.start(lambda url: Twilio("stad", settings, url, QUICK, "+31201234599"))
        for number in (NUMBER, MENU):
            switch.number(number, f"{desk.url}/hooks/stad/twilio")
        try:
            yield Stage(desk, switch)
        finally:
            await switch.quiet()
            await desk.stop()


def together(*lines: Line) -> bool:
    """These lines, and nobody else, are in one room."""
    rooms = {id(line.room) for line in lines if line.room is not None}
    return len(rooms) == 1 and all(line.room is not None and len(line.room.inside) == len(lines) for line in lines)


async def talking(on: Stage, agent: str = "bart", phone: str = BART) -> tuple[Line, Line]:
    """A caller speaks with an agent."""
    on.switch.phones[phone] = answers(0.02)
    await on.ready(agent)
    caller = on.ring()
    await on.phase(Talking)
    line = await on.switch.dialled(phone)
    await caller.until(lambda: together(caller, line))
    return caller, line


async def test_a_caller_chooses_by_key_and_speaks_with_an_agent_who_rounds_off() -> None:
    async with stage(say=0.02) as on:
        on.switch.phones[BART] = answers(0.05)
        await on.ready("bart")
        caller = on.ring(to=MENU)
        await caller.hears("menu_main")
        caller.press("1")
        await caller.hears("to_person")
        await on.phase(Talking)
        agent = await on.switch.dialled(BART)
        assert agent.from_ == "+31612345678"
        await caller.until(lambda: together(caller, agent))
        await on.desk.tell(HangUpAsked(on.desk.call.id, "bart"))
        await on.over()
        assert caller.heard[:2] == ["greeting_morning", "menu_main"]


async def test_a_word_is_understood_and_the_caller_reaches_the_office_of_its_topic() -> None:
    async with stage() as on:
        on.switch.phones[JOKE] = answers(0.0)
        await on.ready("joke")
        caller = on.ring(to=MENU)
        await caller.does("gather")
        caller.speak("ik wil graag een traplift")
        await on.phase(Talking)
        assert on.desk.call.topic == "wmo"
        caller.hang_up()
        await on.over()


async def test_the_same_wrong_key_twice_is_heard_twice_and_then_a_person_helps() -> None:
    async with stage() as on:
        caller = on.ring(to=MENU)
        await caller.does("gather")
        caller.press("7")
        await caller.hears("menu_retry")
        await caller.does("gather")
        caller.press("7")
        await on.phase(Waiting)
        await caller.hears("nobody_there")
        await caller.does("music:waiting")
        caller.hang_up()
        await on.over()


async def test_a_phone_that_is_not_answered_in_three_rings_is_withdrawn_and_the_next_one_rings() -> None:
    async with stage() as on:
        on.switch.phones[BART], on.switch.phones[FATIMA] = rings, answers(0.05)
        await on.ready("bart", "fatima")
        caller = on.ring()
        missed = await on.switch.dialled(BART)
        await on.switch.dialled(FATIMA)
        await on.phase(Talking)
        assert missed.status == "canceled"
        assert on.desk.house.agents["bart"].reason == "no_answer"
        await caller.does("room:")
        caller.hang_up()
        await on.over()


@pytest.mark.parametrize(
    ("behaves", "reason"), [(declines(0.02), "declined"), (busy, "busy"), (unreachable, "unreachable")]
)
async def test_why_a_phone_was_not_answered_is_told_apart(behaves: Callable[[Line], object], reason: str) -> None:
    async with stage() as on:
        on.switch.phones[BART], on.switch.phones[FATIMA] = behaves, answers(0.0)  # type: ignore[assignment]
        await on.ready("bart", "fatima")
        caller = on.ring()
        await on.phase(Talking)
        outcomes = [record.outcome for record in on.desk.house.records if hasattr(record, "outcome")]
        assert outcomes == [reason, "answered"]
        caller.hang_up()
        await on.over()


async def test_a_warm_transfer_from_announcement_to_goodbye() -> None:
    async with stage() as on:
        caller, agent = await talking(on)
        on.switch.phones[ANS] = answers(0.05)
        await on.desk.tell(ConsultAsked(on.desk.call.id, "bart", "ans"))
        await caller.does("music:hold")
        colleague = await on.switch.dialled(ANS)
        await colleague.hears("announce")
        await colleague.until(lambda: together(agent, colleague))
        await on.desk.tell(CompleteAsked(on.desk.call.id, "bart"))
        await caller.until(lambda: together(caller, colleague))
        await on.phase(Connected)
        await agent.until(lambda: agent.status == "completed")
        await on.desk.until(lambda: getattr(on.desk.call.phase, "stable", False))
        assert together(caller, colleague)
        colleague.hang_up()
        await on.phase(Closing, Ended)
        await on.over()


@pytest.mark.parametrize("behaves", [declines(0.02), busy, unreachable, rings])
async def test_a_colleague_who_is_not_there_leaves_caller_and_agent_together_with_a_callback(
    behaves: Callable[[Line], object],
) -> None:
    async with stage() as on:
        caller, agent = await talking(on)
        on.switch.phones[PIET] = behaves  # type: ignore[assignment]
        await on.desk.tell(ConsultAsked(on.desk.call.id, "bart", "piet"))
        await on.switch.dialled(PIET)
        await on.phase(Talking)
        await caller.until(lambda: together(caller, agent))
        assert [callback.colleague for callback in on.desk.house.callbacks.values()] == ["piet"]
        caller.hang_up()
        await on.over()


async def test_a_voicemail_at_a_colleagues_mobile_is_not_taken_for_the_colleague() -> None:
    async with stage() as on:
        caller, agent = await talking(on)
        on.switch.phones[ANS], on.switch.phones[MOBILE] = unreachable, answers(0.02, machine=True)
        await on.desk.tell(ConsultAsked(on.desk.call.id, "bart", "ans"))
        mobile = await on.switch.dialled(MOBILE)
        await mobile.until(lambda: mobile.status == "completed")
        await on.phase(Talking)
        await caller.until(lambda: together(caller, agent))
        assert mobile.from_ == "+31201234500"
        caller.hang_up()
        await on.over()


@pytest.mark.parametrize("key", ["1", ""])
async def test_a_colleague_on_a_mobile_presses_a_key_and_a_voicemail_that_nobody_detected_does_not(key: str) -> None:
    async with stage() as on:
        caller, agent = await talking(on)
        on.switch.phones[ANS], on.switch.phones[MOBILE] = unreachable, answers(0.02)
        await on.desk.tell(ConsultAsked(on.desk.call.id, "bart", "ans"))
        mobile = await on.switch.dialled(MOBILE)
        await mobile.hears("accept_call")
        if key:
            mobile.press(key)
            await mobile.hears("announce")
            await mobile.until(lambda: together(agent, mobile))
        else:
            await mobile.until(lambda: mobile.status == "completed")
            await caller.until(lambda: together(caller, agent))
        caller.hang_up()
        await on.over()


async def test_a_caller_who_hangs_up_leaves_no_phone_ringing() -> None:
    async with stage() as on:
        on.switch.phones[BART] = rings
        await on.ready("bart")
        caller = on.ring()
        phone = await on.switch.dialled(BART)
        await on.phase(Offering)
        caller.hang_up()
        await on.over()
        assert phone.status == "canceled"


async def test_an_agent_whose_line_drops_leaves_the_caller_waiting_with_music() -> None:
    async with stage() as on:
        caller, agent = await talking(on)
        agent.over("failed", "503")
        await on.phase(Waiting)
        await caller.does("music:")
        caller.hang_up()
        await on.over()


async def test_a_line_whose_end_was_never_reported_is_found_by_looking() -> None:
    async with stage() as on:
        caller, agent = await talking(on)
        leg = on.desk.call.legs[1].id
        assert await on.desk.look(leg) == LegSeen(on.desk.call.id, leg, "up", f"{on.desk.call.id}-r1")
        assert agent.room is not None
        agent.told = agent.room.told = ""
        agent.over("completed")
        await on.phase(Talking)
        await on.desk.tell(await on.desk.look(leg))
        await on.phase(Closing, Ended)
        await on.over()
        assert caller.heard[-1] == "goodbye"


async def test_when_the_engine_is_away_the_platform_rings_the_kcc_and_we_hear_of_it_afterwards() -> None:
    async with stage() as on:
        on.desk.broken = True
        caller = on.ring()
        await caller.does("kcc:+31201234599")
        assert caller.heard == ["degraded"]
        on.desk.broken = False
        caller.over("completed")
        await on.switch.quiet()


async def test_in_the_middle_of_a_call_too_and_the_other_lines_are_let_go() -> None:
    async with stage() as on:
        on.switch.phones[BART] = rings
        await on.ready("bart")
        caller = on.ring()
        phone = await on.switch.dialled(BART)
        await on.phase(Offering)
        on.desk.broken = True
        caller.go(f"{on.desk.url}/hooks/stad/twilio/doc?leg={on.desk.call.id}.1&step=99")
        await caller.hears("degraded")
        on.desk.broken = False
        await caller.does("kcc:")
        await on.phase(Degraded, Ended)
        await phone.until(lambda: phone.status == "canceled")
        assert caller.status == "in-progress"


async def test_a_withheld_number_is_not_shown_to_an_agent_and_not_kept() -> None:
    async with stage() as on:
        on.switch.phones[BART] = answers(0.0)
        await on.ready("bart")
        caller = on.ring("anonymous")
        await on.phase(Talking)
        assert (await on.switch.dialled(BART)).from_ == "+31201234500"
        assert on.desk.names == {}
        caller.hang_up()
        await on.over()


@pytest.mark.parametrize("seed", range(4))
async def test_late_doubled_and_disordered_reports_change_nothing_in_the_end(seed: int) -> None:
    async with stage(seed=seed, jitter=0.06, twice=0.5) as on:
        caller, agent = await talking(on)
        on.switch.phones[ANS] = answers(0.03)
        await on.desk.tell(ConsultAsked(on.desk.call.id, "bart", "ans"))
        colleague = await on.switch.dialled(ANS)
        await on.desk.until(lambda: isinstance(p := on.desk.call.phase, Consulting) and p.stage == "speaking")
        await colleague.until(lambda: together(agent, colleague))
        await on.desk.tell(CompleteAsked(on.desk.call.id, "bart"))
        await on.phase(Connected)
        await on.desk.until(lambda: getattr(on.desk.call.phase, "stable", False))
        assert together(caller, colleague)
        assert len([line for line in on.switch.lines.values() if line.to in (BART, ANS)]) == 2
        caller.hang_up()
        await on.over()
