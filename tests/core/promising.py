"""The world as the rules of the promise see it: a municipality, a moment, and what is owed already."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from msgspec.structs import replace

from app.call.call import Call, Ended
from app.call.callback import Callback, Reach, Slot
from app.call.decision import Centre
from app.call.diary import Diary
from app.call.numbers import Given
from app.call.policy import CallbackPolicy, Hours, Policy
from app.call.world import World
from tests.core.policies import policy

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PROMISED = ["callback_promised", "callback_reference", "callback_repeat"]
"""What the caller hears of an appointment."""
MOBILE = Given("c1.number", "mobile", "NL")


class Change(TypedDict, total=False):
    """What of a callback may be agreed anew."""

    slot: Slot
    colleague: str
    number: Given
    on_behalf: str
    reach: Reach
    discreet: bool


class Owing(TypedDict, total=False):
    """Who is asked for, as `owe` wants it."""

    colleague: str
    department: str
    office: str


def at(written: str) -> datetime:
    """A moment on the municipality's clock, as UTC."""
    return datetime.fromisoformat(written).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def clock(moment: datetime) -> str:
    """A moment as the municipality reads it."""
    return moment.astimezone(AMSTERDAM).strftime("%a %d-%m %H:%M")


def world(
    now: str | datetime = "2026-11-24T10:15",
    *callbacks: Callback,
    rules: Policy | None = None,
    diaries: tuple[Diary, ...] = (),
) -> World:
    """A Tuesday morning unless another moment is given."""
    rules = rules or policy()
    return World(
        now=at(now) if isinstance(now, str) else now,
        centre=Centre("test", rules.version),
        policy=rules,
        pinned=rules,
        agents={},
        callbacks={c.id: c for c in callbacks},
        diaries={d.owner: d for d in diaries},
        waiting={},
    )


def caller(name: str = "c1", **changes: object) -> Call:
    """A call; its phase means nothing to these rules."""
    began = at("2026-11-24T10:10")
    made = Call(name, "test", Ended(), (), began, "140123", "v1", number=MOBILE, office="sociaal", topic="wmo")
    return replace(made, **changes)


days = st.dates(date(2027, 3, 15), date(2027, 11, 15))
"""Summer time begins on 28 March 2027 and ends on 31 October."""
moments = st.datetimes(datetime(2027, 3, 15), datetime(2027, 11, 15)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Opening windows of one weekday: at most two, also at night."""
    edges = sorted(draw(st.lists(st.integers(0, 96), min_size=2, max_size=4, unique=True)))
    return tuple((a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def municipalities(draw: st.DrawFn) -> Policy:
    """Any opening hours, days off and rules of the promise."""
    week = draw(st.dictionaries(st.integers(0, 6), spans()))
    return policy(
        hours={"office": Hours("office", week), "mornings": Hours("mornings", week)},
        days_off=draw(st.frozensets(days, max_size=20)),
        callbacks=CallbackPolicy(
            working_days=draw(st.integers(1, 3)),
            slot=draw(st.sampled_from((15, 20, 30, 60, 240))),
            lead=draw(st.integers(0, 480)),
            per_slot=draw(st.integers(1, 3)),
        ),
    )
