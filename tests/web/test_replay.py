"""The log decided again, across what the house learnt since it was written (decision 0003)."""

import asyncio
from pathlib import Path

import pytest

from app.__main__ import main
from app.call.because import why
from app.call.reasons import sentence
from app.decide import decide
from app.engine.replay import Difference, Outcome, Report, replay
from app.engine.replaying import lines
from tests.web.house import TEXT, House


async def test_calls_of_before_there_were_references_are_no_difference(house: House) -> None:
    """Two calls and a callback of before decision 0011, then the upgrade, then two calls more."""
    call = await house.talking()
    await house.as_("bart").post(f"/calls/{call}/callback", json={"colleague": "fatima"})
    await house.over(call)
    await house.rings("twee")
    await house.pool.execute(
        "UPDATE calls SET reference = '', state = (state::jsonb - 'reference')::json WHERE centre = 'voorbeeldstad'"
    )
    await house.pool.execute("UPDATE callbacks SET state = (state::jsonb - 'reference')::json")
    await house.pool.execute(
        "UPDATE centres SET state = (state::jsonb - 'numbered')::json WHERE id = 'voorbeeldstad'"
    )
    house.engine._scenes.clear()  # the new program remembers nothing
    for name in ("vier", "vijf"):
        await house.rings(name)
    references = await house.pool.fetch("SELECT reference FROM calls WHERE reference <> ''")
    assert len({row["reference"] for row in references}) == 2, "those of after the upgrade have one"
    report = await replay(house.pool, house.engine.policies, "voorbeeldstad", decide)
    assert (report.whole, report.differences) == (True, [])


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_a_call_that_would_go_elsewhere_is_told_for_a_person_to_read(
    house: House, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    language: str,
) -> None:
    """One call of the social front office, under a routing that brings it to the general one, and one of the menu."""
    await house.over(await house.talking())
    await house.rings("twee", dialled="+31123456789")
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("WARMLIJN_CENTRE", "voorbeeldstad")
    monkeypatch.setenv("WARMLIJN_DATA_DIR", str(tmp_path / "database"))
    other = tmp_path / "other.yaml"
    ours = '"0123 45 67 80": {to: {office: sociaal}'
    assert ours in TEXT
    other.write_text("# Een regel meer\n" + TEXT.replace(ours, '"0123 45 67 80": {to: {office: kcc}'), encoding="utf-8")
    capsys.readouterr()
    code = await asyncio.to_thread(
        main, ["replay", "--centre", "voorbeeldstad", "--policy", str(other), "--lang", language]
    )
    said = capsys.readouterr()
    assert (code, said.out, said.err) == (1, EXPECTED[language], "")


EXPECTED = {
    "nl": """\
voorbeeldstad: 12 gebeurtenissen opnieuw beslist, 9 verschillen.
  gesprek 6562 3077, gebeurtenis 2 CallOffered
    was: begroeting: nummer +31123456780 leidt rechtstreeks naar sociaal
    nu: begroeting: nummer +31123456780 leidt rechtstreeks naar kcc
    en nog 8 in dit gesprek
""",
    "en": """\
voorbeeldstad: 12 events decided again, 9 differences.
  call 6562 3077, event 2 CallOffered
    was: welcome: number +31123456780 leads straight to sociaal
    now: welcome: number +31123456780 leads straight to kcc
    and 8 more in this call
""",
}


def test_what_reads_the_same_is_told_apart() -> None:
    """By version and line when only those differ, and else as it stands; a call without a reference by its id."""
    ready, other = Outcome("", why("noted", 3), "v1"), Outcome("", why("noted", 4), "v2")
    asked, named = Outcome("Talking", why("noted"), "v1"), Outcome("Talking", why("noted", x="1"), "v1")
    report = Report("hier", 3, differences=[
        Difference("event 1 AgentReady", "a", "b", 1, "agent:bart", (ready, other)),
        Difference("event 2 KeysPressed", "a", "b", 2, "call:abc", (asked, named)),
        Difference("calls/abc", "", "{}"),
    ])
    noted = sentence(why("noted"), "en")
    assert lines(report, {"abc": ""}, "en") == [
        "hier: 3 events decided again, 3 differences.",
        "  agent bart, event 1 AgentReady", f"    was: {noted} (routing v1:3)", f"    now: {noted} (routing v2:4)",
        "  call abc, event 2 KeysPressed", "    was: a", "    now: b",
        "  calls/abc", "    was: nothing", "    now: {}",
    ]
