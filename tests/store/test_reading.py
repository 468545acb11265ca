"""What one read brings along."""

from __future__ import annotations

from datetime import UTC, datetime

from app.store.database import engine_connection
from app.store.reading import Wanted
from app.store.writing import Write


async def test_with_a_promise_come_the_others_of_its_person_whoever_the_caller_was(database: str) -> None:
    connection = await engine_connection(database)
    await connection.execute("INSERT INTO centres (id, state) VALUES ('noord', '{}')")
    for name, person in (("c1.cb1", "p1"), ("c2.cb1", "p1"), ("c3.cb1", "p3"), ("c4.cb1", "")):
        await connection.execute(
            "INSERT INTO callbacks (centre, id, call, status, person, on_behalf, subject, due_at, state) "
            "VALUES ('noord', $1, $2, 'promised', $3, '', $1, $4, '{}')",
            name, name.partition(".")[0], person, datetime.now(UTC),
        )  # fmt: skip
    read = {}
    for name in ("c1.cb1", "c4.cb1"):
        wanted = Wanted({"noord"})
        wanted.callbacks["noord", name] = None
        read[name] = {row["a"] for row in await wanted.read(connection) if row["kind"] == "callback"}
    await connection.close()
    assert read == {"c1.cb1": {"c1.cb1", "c2.cb1"}, "c4.cb1": {"c4.cb1"}}


async def test_of_agents_and_diaries_come_those_that_changed_since_or_whose_change_bears_no_number(
    database: str,
) -> None:
    connection = await engine_connection(database)
    await connection.execute("INSERT INTO centres (id, seq, state) VALUES ('noord', 9, '{}')")
    write = Write()
    state = '{"state": "ready"}'
    write.rows["agents"] += [("noord", name, state, seq) for name, seq in (("jan", 5), ("wil", 7), ("bea", 7))]
    write.rows["diaries"] += [("noord", name, "{}", seq) for name, seq in (("jan", 5), ("wil", 7))]
    await write.run(connection, {"noord": 9})

    async def changed(since: int) -> list[tuple[str, str]]:
        wanted = Wanted({"noord"})
        wanted.known["noord"] = since
        return [(row["kind"], row["a"]) for row in await wanted.read(connection) if row["kind"] != "centre"]

    agents, diaries = [("agent", "bea"), ("agent", "jan"), ("agent", "wil")], [("diary", "jan"), ("diary", "wil")]
    assert sorted(await changed(-1)) == agents + diaries
    assert sorted(await changed(6)) == [agents[0], agents[2], diaries[1]]
    assert await changed(7) == await changed(9) == []
    upsert = """INSERT INTO {} VALUES ('noord', 'jan', '{{"state": "not_ready"}}')
                ON CONFLICT (centre, {}) DO UPDATE SET state = excluded.state"""
    await connection.execute(upsert.format("agents", "id"))
    await connection.execute(upsert.format("diaries", "owner"))
    await connection.execute("""INSERT INTO agents VALUES ('noord', 'new', '{"state": "ready"}')""")
    assert sorted(await changed(8)) == [agents[1], ("agent", "new"), diaries[0]], "as a program of before writes"
    again = Write()
    again.rows["agents"].append(("noord", "jan", state, 8))
    await again.run(connection, {"noord": 9})
    assert sorted(await changed(8)) == [("agent", "new"), diaries[0]]
    await connection.close()
