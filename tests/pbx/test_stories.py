"""Stories on real SIP: who rang how long, who hears whom, what is on record in the end. Each leaves nothing behind."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import asyncpg
import pytest
from msgspec.structs import replace

from app.call.call import Choosing, Degraded, Offering, Talking
from app.call.events import CompleteAsked, HangUpAsked, PolicyActivated, SwapAsked, ThreeWayAsked
from app.call.legs import InRoom
from app.call.policy import Text
from tests.kept import kept
from tests.pbx.acts import hear, talking, until_agent
from tests.pbx.asterisk import Pbx
from tests.pbx.records import CENTRE, TALKED, Record
from tests.pbx.scene import consulting, scene
from tests.pbx.stage import CYCLE, DIRECT, MENU, Stage, house, hurried, linked, phones
from tests.pbx.tones import sine

pytestmark = pytest.mark.pbx
CONSULTED = Record("bart answered, ans answered", "ans cancelled", "ans promised", "bart")


async def test_the_menu_leads_by_key_to_the_social_office(stage: Stage) -> None:
    async with phones(stage, "105", "caller") as (joke, caller):
        await stage.ready("joke")
        await caller.dials(MENU)
        await stage.phase(Choosing)
        await caller.spoken_to()
        await caller.presses("2")
        await joke.rings()
        await joke.accepts()
        call = await stage.phase(Talking)
        assert (call.office, call.topic) == ("sociaal", "wmo")
        assert await hear(caller=caller, joke=joke) == {"caller": {"105"}, "joke": {"caller"}}
        await caller.hangs_up()
        await joke.over()
        await stage.ends(Record("joke answered", owes="joke"))


async def test_a_sentence_of_a_policy_that_is_activated_is_made_and_its_recording_heard(
    pbx: Pbx, database: str, service_port: int, tmp_path: Path
) -> None:
    rules = hurried()
    new = {"nl": "Kies een of twee.", "en": "Choose one or two."}
    changed = replace(rules, version="new", texts=rules.texts | {"menu_main": Text("menu_main", new)})
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl" / "menu_main.wav").write_bytes(sine("mobile", 10.0))
    async with house(database, pbx, service_port, given=rules, recordings=tmp_path) as stage:
        await linked(stage)
        stage.engine.policies.add(CENTRE, changed)
        before = set((pbx.sounds / "standing").glob("*.wav"))
        await stage.clicks(PolicyActivated("admin", "new"))
        async with asyncio.timeout(8):
            while not set((pbx.sounds / "standing").glob("*.wav")) - before:
                await asyncio.sleep(0.1)
        async with phones(stage, "caller") as (caller,):
            await caller.dials(MENU)
            await caller.saw("CALL_ESTABLISHED")
            await caller.spoken_to()
            await caller.first_hears("mobile")
            await caller.hangs_up()
            await caller.over()
        await stage.is_over()


async def test_the_first_agent_rings_until_withdrawn_and_the_second_answers(stage: Stage) -> None:
    async with phones(stage, "101", "102", "caller") as (bart, fatima, caller):
        await stage.ready("bart")
        await caller.dials(DIRECT)
        await bart.rings()
        await stage.ready("fatima")
        rang = await bart.rang()
        assert abs(rang - 2.8 * CYCLE) < 0.35, rang
        await fatima.rings()
        await fatima.accepts()
        await stage.phase(Talking)
        assert await hear(caller=caller, fatima=fatima) == {"caller": {"102"}, "fatima": {"caller"}}
        await caller.hangs_up()
        await fatima.over()
        await stage.ends(Record("bart no_answer, fatima answered", owes="fatima", agents="bart not_ready"))


async def test_a_warm_transfer_is_completed(stage: Stage) -> None:
    async with scene(stage) as story:
        await story.to("consult rings")
        await story.in_phase("consult rings")
        await story.to_from("announced", "consult")
        await story.in_phase("consult")
        await stage.clicks(SwapAsked(story.call, "bart"))
        await story.until(consulting("speaking", "caller"))
        await story.in_phase("swapped")
        await stage.clicks(ThreeWayAsked(story.call, "bart"))
        await story.until(consulting("speaking", "all"))
        await story.in_phase("all three")
        await stage.clicks(CompleteAsked(story.call, "bart"))
        await story.bart.over()
        await story.to_from("transferred")
        await story.in_phase("transferred")
        await story.ans.hangs_up()
        await story.caller.over()
        await stage.ends(Record("bart answered, ans answered", "ans answered", "", "bart"))


async def test_a_waiting_caller_hears_music_until_an_agent_is_ready(stage: Stage) -> None:
    async with scene(stage) as story:
        await story.to("waiting")
        await story.in_phase("waiting")
        await stage.ready("bart")
        await story.bart.rings()
        await story.to_from("answered", "talking")
        await stage.clicks(HangUpAsked(story.call, "bart"))
        await story.caller.over()
        await stage.ends(TALKED)


async def test_a_caller_with_odd_signs_in_the_name(stage: Stage) -> None:
    async with phones(stage, "101", "caller", name="Zoë d'Ñ-<b>'t Hof & Zn.") as (bart, caller):
        await talking(stage, caller, bart)
        assert (await bart.rings())["peerdisplayname"] == "Zoë d'Ñ-(b)'t Hof & Zn."
        names = {ref.rpartition(".")[2]: text for ref, text in (await kept(stage.pool)).items()}
        assert names == {"number": "+31612345678", "name": "Zoë d'Ñ-<b>'t Hof & Zn."}
        await caller.hangs_up()
        await bart.over()
        await stage.ends(TALKED)


async def test_a_caller_who_hides_the_number(stage: Stage) -> None:
    async with scene(stage, caller="anonymous") as story:
        await story.to("ringing")
        assert (await stage.phase(Offering)).number.kind == "withheld"
        await story.leaves(story.caller, story.bart)
        await stage.ends(Record("bart cancelled"))


async def test_the_transfer_key_of_the_phone_starts_our_warm_transfer(stage: Stage) -> None:
    async with scene(stage) as story:
        await story.to("talking")
        await story.bart.command("transfer", f"sip:103@{stage.pbx.sip}")
        await story.ans.rings()
        assert await hear(caller=story.caller) == {"caller": {"music"}}
        await story.ans.accepts()
        await story.to_from("consult")
        await story.in_phase("consult")
        await story.caller.hangs_up()
        await asyncio.gather(story.bart.parted(), story.ans.over())
        await stage.ends(CONSULTED)


async def test_the_transfer_key_to_nobody_we_know_changes_nothing(stage: Stage) -> None:
    async with scene(stage) as story:
        await story.to("talking")
        await story.bart.command("transfer", f"sip:09001234@{stage.pbx.sip}")
        await asyncio.sleep(1.0)
        await story.in_phase("talking")
        await story.caller.hangs_up()
        await story.bart.parted()
        await stage.ends(TALKED)


async def test_the_hold_key_of_the_phone_gives_the_caller_music(stage: Stage) -> None:
    async with scene(stage) as story:
        await story.to("held")
        await story.in_phase("held")
        await story.bart.command("resume")
        await story.until(lambda call: isinstance(call.legs[0].doing, InRoom))
        assert await hear(caller=story.caller) == {"caller": {"101"}}  # baresip records no more after a hold of its own
        await story.leaves(story.caller, story.bart)
        await stage.ends(TALKED)


async def test_a_phone_that_goes_away_is_not_rung_and_one_that_comes_back_is(stage: Stage) -> None:
    async with phones(stage, "102", "caller") as (fatima, caller):
        async with phones(stage, "101"):
            await stage.ready("bart", "fatima")
        await until_agent(stage, "bart", "not_ready")
        await caller.dials(DIRECT)
        await fatima.rings()
        async with phones(stage, "101"):
            await until_agent(stage, "bart", "ready")
        await caller.hangs_up()
        await fatima.over()
        await until_agent(stage, "fatima", "ready")
        await stage.ends(Record("fatima cancelled"), Record("fatima cancelled", agents="bart not_ready"))


async def test_the_database_stands_still_and_the_dialplan_takes_a_new_caller_and_one_in_the_menu(stage: Stage) -> None:
    async with phones(stage, "101", "102", "caller") as (bart, _, caller):
        await caller.dials(MENU)
        await stage.phase(Choosing)
        await caller.spoken_to()
        locked = await asyncpg.connect(stage.database)
        try:
            async with locked.transaction():
                await locked.execute("SELECT 1 FROM centres FOR UPDATE")
                began = time.monotonic()
                await caller.presses("1")
                stage.figures["KCC rings when the database stands still"] = (await bart.rings())["at"] - began
                await bart.accepts()
                assert await hear(caller=caller, bart=bart) == {"caller": {"101"}, "bart": {"caller"}}
        finally:
            await locked.close()
        await stage.phase(Degraded)
        await caller.hangs_up()
        await bart.over()
        await stage.ends(Record(phases="Degraded"))
        assert stage.figures["KCC rings when the database stands still"] < 2.0
