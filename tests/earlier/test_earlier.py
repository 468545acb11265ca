"""A database made by the first version goes on under this one: its policy loads, its states are read, its calls go on.

The samples were written by that version while it ran; nothing is ever added to them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
import yaml

from app.call.events import CompleteAsked, Event, KeysPressed, LegEnded, LegJoined
from app.call.legs import Line
from app.decide import decide
from app.engine.arrivals import Handled
from app.engine.engine import Engine
from app.engine.policies import Policies
from app.main import Service
from app.policyfile import check, later, load, version_of
from app.policyfile.standard import SLOTS
from app.providers.base import Arrival
from app.providers.speech import sentences
from app.settings import load as settings
from app.store import centres, codec, migrations, present, resealing
from app.store.database import reading_pool
from tests.kept import SEAL, kept

HERE = Path(__file__).parent / "samples"
ROUTING = (HERE / "routing.yaml").read_text(encoding="utf-8")
KINDS: dict[str, list[dict[str, Any]]] = json.loads((HERE / "kinds.json").read_text(encoding="utf-8"))
"""One of each kind, every field written, with the values its type allows first."""
ROWS: dict[str, list[dict[str, Any]]] = json.loads((HERE / "rows.json").read_text(encoding="utf-8"))
FIRST = 5
"""The last migration of the first version."""
CENTRE = "voorbeeldstad"
WHEN = max(datetime.fromisoformat(row["at"]) for row in ROWS["events"]) + timedelta(seconds=2)


@pytest_asyncio.fixture
async def earlier(empty_database: str, tmp_path: Path) -> str:
    """The URL of a database as the first version left it, with calls that are going on."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in sorted(migrations.FOLDER.glob("*.sql"))[:FIRST]:
        shutil.copy(file, folder)
    await migrations.migrate(empty_database, folder)
    connection = await asyncpg.connect(empty_database)
    for table, rows in ROWS.items():
        filled = [{**row, "text": ROUTING} for row in rows] if table == "policies" else rows
        await connection.execute(
            f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1)", json.dumps(filled)
        )
    await connection.close()
    return empty_database


def test_the_sample_is_what_the_first_version_had() -> None:
    assert version_of(ROUTING) == ROWS["policies"][0]["version"], "nothing is added to the sample"


def test_its_policy_loads_and_one_is_told_which_sentences_are_built_in() -> None:
    checked = check(ROUTING)
    assert checked.policy is not None, checked.mistakes
    told = [warning.sentence for warning in checked.warnings if warning.code == "text_built_in"]
    assert told == [
        f"de tekst '{name}' ontbreekt; de ingebouwde zin wordt gezegd" for name in SLOTS if name in later.BUILT_IN
    ]


def test_what_it_lacks_is_said_in_the_built_in_words() -> None:
    policy = load(ROUTING)
    assert sentences(policy, "nl", (Line("accept_call"),), {}) == (
        "Een gesprek van de gemeente Voorbeeldstad. Toets 1 om het aan te nemen.",
    )
    agent = Line("announce_agent", {"beller": "@gone", "onderwerp": "topic:afval"})
    assert "a resident, subject" in sentences(policy, "en", (agent,), {})[0]
    own = load(ROUTING.replace("texts:\n", "texts:\n  accept_call: {nl: Toets 1., en: Press 1.}\n", 1))
    assert sentences(own, "nl", (Line("accept_call"),), {}) == ("Toets 1.",)


def test_the_built_in_words_are_good_words() -> None:
    made = yaml.load(ROUTING, Loader=yaml.BaseLoader)
    for name, text in later.BUILT_IN.items():
        assert name in SLOTS
        assert set(text.words) == {"nl", "en"}
        made["texts"][name] = {**text.words, **({"nameless": text.nameless} if text.nameless else {})}
    checked = check(yaml.dump(made, default_style='"', allow_unicode=True))
    assert checked.mistakes == ()
    assert [warning for warning in checked.warnings if warning.code == "text_built_in"] == []


@pytest.mark.parametrize("name", sorted(set(SLOTS) - set(later.BUILT_IN) - later.UNSAID))
def test_what_the_first_version_asked_for_stays_required(name: str) -> None:
    made = yaml.load(ROUTING, Loader=yaml.BaseLoader)
    del made["texts"][name]
    found = check(yaml.dump(made, default_style='"', allow_unicode=True)).mistakes
    assert [mistake.code for mistake in found] == ["text_missing"]


async def test_the_service_starts_on_its_database(earlier: str, tmp_path: Path) -> None:
    file = tmp_path / "routing.yaml"
    file.write_text(ROUTING, encoding="utf-8")
    service = Service(settings({"DATABASE_URL": earlier, "WARMLIJN_POLICY": str(file), "WARMLIJN_CENTRE": CENTRE}))
    try:
        await service.open()
    finally:
        await service.close()
    async with asyncpg.create_pool(earlier, min_size=1, max_size=1) as pool:
        applied = await pool.fetch("SELECT version FROM schema_migrations ORDER BY version")
        active = await centres.active(pool, CENTRE)
    assert [row["version"] for row in applied] == [file.version for file in migrations.read()]
    assert active == version_of(ROUTING)


READ: dict[str, Callable[[str], Any]] = {
    "centres": codec.centre,
    "calls": codec.call,
    "agents": codec.agent,
    "callbacks": codec.callback,
    "diaries": codec.diary,
}


@pytest.mark.parametrize("table", READ)
async def test_its_states_are_read(earlier: str, table: str) -> None:
    await migrations.migrate(earlier)
    connection = await asyncpg.connect(earlier)
    rows = await connection.fetch(f"SELECT state FROM {table}")
    await connection.close()
    assert [READ[table](row["state"]).v for row in rows] == [1] * len(ROWS[table])


async def test_its_names_are_read_and_sealed_in_passing(earlier: str) -> None:
    await migrations.migrate(earlier)
    clear = {row["ref"]: row["value"] for row in ROWS["names"]}
    async with asyncpg.create_pool(earlier, min_size=1, max_size=1) as pool:
        assert await present.names(pool, SEAL, CENTRE, clear) == clear
        assert await resealing.seal_clear(pool, SEAL) == len(clear)
        assert await kept(pool) == await present.names(pool, SEAL, CENTRE, clear) == clear
        days = {row["ref"]: row["delete_after"] for row in await pool.fetch("SELECT ref, delete_after FROM names")}
    assert days == {row["ref"]: datetime.fromisoformat(row["delete_after"]) for row in ROWS["names"]}, "their day stays"


def test_its_events_are_read() -> None:
    for row in ROWS["events"]:
        assert type(codec.event(json.dumps(row["data"]))).__name__ == row["type"]
        codec.because(json.dumps(row["because"]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_state_event_and_command_is_read(kind: str) -> None:
    for each in KINDS[kind]:
        state = next(row["state"] for row in ROWS["calls"] if row["id"] == "talking")
        match kind:
            case "phase":
                read: object = codec.call(json.dumps({**state, "phase": each})).phase
            case "doing":
                read = codec.call(json.dumps({**state, "legs": [{**state["legs"][0], "doing": each}]})).legs[0].doing
            case "event":
                read = codec.event(json.dumps(each))
            case _:
                read = codec.command(json.dumps(each))
        again = json.loads(codec.text(read))
        assert {name: again[name] for name in each if not isinstance(each[name], dict | list)} == {
            name: value for name, value in each.items() if not isinstance(value, dict | list)
        }


class Going:
    """The first version's calls, in the hands of this program."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.keys = 0

    async def happens(self, event: Event) -> Handled:
        self.keys += 1
        return await self.engine.handle(Arrival(centre=CENTRE, key=f"on:{self.keys}", event=event, provider="generic"))

    async def phase(self, event: Event) -> str:
        """The phase after this event; it must mean something."""
        handled = await self.happens(event)
        assert handled.call is not None
        assert handled.because is not None
        assert not handled.because.ignored, handled.because
        return type(handled.call.phase).__name__


@pytest_asyncio.fixture
async def going(earlier: str) -> AsyncIterator[Going]:
    await migrations.migrate(earlier)
    pool = await reading_pool(earlier)
    policies = Policies(pool, lambda text, _version: load(text))
    version = await centres.active(pool, CENTRE)
    assert version is not None
    await policies.load(CENTRE, version)
    policies.activate(CENTRE, version)
    clock = WHEN.astimezone(UTC)
    engine = Engine(earlier, decide=decide, policies=policies, clock=lambda: clock, node="new", seal=SEAL)
    await engine.start()
    yield Going(engine)
    await engine.stop()
    await pool.close()


async def test_its_calls_go_on(going: Going) -> None:
    rows = {row["id"]: row["state"] for row in ROWS["calls"]}
    step = rows["choosing"]["legs"][0]["step"]
    assert await going.phase(KeysPressed("choosing", "choosing.1", step, "1")) == "Waiting"
    assert await going.phase(CompleteAsked("consulting", "bart")) == "Connecting"
    room = f"consulting-r{rows['consulting']['rooms'] + 1}"
    assert await going.phase(LegJoined("consulting", "consulting.1", room)) == "Connecting"
    assert await going.phase(LegJoined("consulting", "consulting.3", room)) == "Connected"
    assert await going.phase(LegEnded("talking", "talking.1")) == "Ended"
    assert await going.phase(LegEnded("waiting", "waiting.1")) == "Ended"
