"""The log decided again, across what the house learnt since it was written (decision 0003)."""

from app.decide import decide
from app.engine.replay import replay
from tests.web.house import House


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
