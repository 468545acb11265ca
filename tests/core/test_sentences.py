"""What is said about a callback: by the agent, by the voice, and why it is needed."""

import pytest
from msgspec.structs import replace

from app.callbacks.absence import owe
from app.callbacks.owner import owner
from app.callbacks.sentences import for_agent, promised, proposal
from app.callbacks.slots import epoch
from tests.core.policies import policy
from tests.core.promising import caller, world

OWED = owe(caller(), world(), cause="no_answer", colleague="piet", agent="joke").callback


def test_the_appointment_as_the_agent_says_it() -> None:
    said = proposal(OWED, caller(), policy())
    start = epoch(OWED.slot.start)
    assert (said.text, said.slots) == (
        "callback_proposal",
        {
            "beller": "",
            "collega": "colleague:piet",
            "nummer": "@c1.number",
            "dag": f"day:{start}",
            "van": f"time:{start}",
            "tot": f"time:{start + 1800}",
        },
    )
    named = replace(caller(), name="c1.name")
    assert proposal(OWED, named, policy()).slots["beller"] == "@c1.name"
    assert proposal(replace(OWED, colleague="gone"), named, policy()).slots["collega"] == "department:wmo"
    asked = proposal(replace(OWED, number=""), named, policy())
    assert (asked.text, asked.slots) == ("callback_withheld", {"beller": "@c1.name"})


def test_the_appointment_as_the_voice_says_it() -> None:
    said = promised(replace(OWED, colleague="", department=""))
    assert (said.text, said.slots["collega"], set(said.slots)) == (
        "callback_promised",
        "office:sociaal",
        {"collega", "dag", "van", "tot"},
    )


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        ("busy", "colleague_busy"),
        ("no_answer", "colleague_no_answer"),
        ("declined", "colleague_declined"),
        ("unreachable", "colleague_unreachable"),
        ("voicemail", "colleague_voicemail"),
        ("absent", "colleague_absent"),
        ("failed", "colleague_unreachable"),
        ("asked", "unknown_question"),
    ],
)
def test_why_the_caller_will_be_rung_back(cause: str, text: str) -> None:
    assert for_agent(replace(OWED, cause=cause), caller()).text == text


def test_a_department_is_named_when_nobody_is_and_nobody_when_there_is_neither() -> None:
    absent = replace(OWED, cause="absent", colleague="")
    assert for_agent(absent, caller()).slots["collega"] == "department:wmo"
    assert for_agent(replace(absent, department=""), caller()).slots == {"beller": ""}


def test_it_is_who_was_asked_for_who_is_not_there_and_another_one_who_rings() -> None:
    els = owe(caller(), world(), cause="absent", colleague="els").callback
    assert (els.instead_of, owner(els)) == ("colleague:els", "department:wmo")
    assert for_agent(els, caller()).slots["collega"] == "colleague:els"
    assert proposal(els, caller(), policy()).slots["collega"] == "department:wmo"
