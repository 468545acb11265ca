"""What one read brings along."""

from __future__ import annotations

from datetime import UTC, datetime

from app.store.database import engine_connection
from app.store.reading import Wanted


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
