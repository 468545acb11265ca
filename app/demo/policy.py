"""The shipped municipality in a hurry: five times as fast, open at any hour, each line still on its own line."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import yaml

from app.call.calendar import zone

PACE = 0.2
"""Real seconds for each second of the story: as fast as the file allows (a ring cycle is at least one second)."""
SECONDS: dict[str, dict[str, float]] = {
    "ringing": {"cycle": 5.0, "grace": 1.0, "post_dial": 8.0},
    "transfer": {"join": 5.0, "stable": 5.0, "stopping": 2.5},
}
OFFICE: dict[str, float] = {"patience": 100.0, "announce": 50.0, "offer_callback": 45.0, "wrap_up": 10.0}
"""Waiting is shortened besides, so that the story does not bore."""
DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
CLOSED = "donderdagavond"
"""The hours under which the story's closed number falls."""


def hurried(text: str, now: datetime, pace: float = PACE) -> str:
    """This routing.yaml with the durations of the story in real seconds and all offices open, also past midnight.

    `now` is an aware moment; the municipality's own clock says which day that is. `pace` is the real seconds for each
    second of the story. Only values change, in place, and an empty line is filled, so the lines of reasons are those
    of the shipped file.
    """
    today = now.astimezone(zone(_node(text, "municipality", "timezone").value)).date()
    changes = [*_durations(text, pace), *_opening(text, today), *_calendar(text, today), _agreed(text, today)]
    for start, end, new in sorted(changes, reverse=True):
        lines = text[start:end].count("\n") - new.count("\n")
        text = text[:start] + new + "\n" * lines + _indent(text, start, end) + text[end:]
    return text


Change = tuple[int, int, str]


def _indent(text: str, start: int, end: int) -> str:
    """A block's value ends at the next key; what stood before that key on its line is kept."""
    last = text[start:end].rpartition("\n")
    return last[2] if last[1] and not last[2].strip() else ""


def _node(text: str, *path: str) -> Any:
    node: Any = yaml.compose(text, Loader=yaml.CSafeLoader)
    for name in path:
        node = next(value for key, value in node.value if key.value == name)
    return node


def _value(node: Any, new: str) -> Change:
    return node.start_mark.index, node.end_mark.index, new


def _agreed(text: str, today: date) -> Change:
    """The works council of the story agreed that agents are named; the empty line after the section says so."""
    after = text.index("\n\n", _node(text, "municipality").value[-1][1].end_mark.index) + 1
    return after, after, f"  agents_named_since: {today - timedelta(days=1)}"


def _durations(text: str, pace: float) -> list[Change]:
    changes = [
        _value(_node(text, section, name), f"{seconds * pace:g}")
        for section, values in SECONDS.items()
        for name, seconds in values.items()
    ]
    for _, office in _node(text, "offices").value:
        for key, value in office.value:
            if key.value in OFFICE:
                changes.append(_value(value, f"{OFFICE[key.value] * pace:g}"))
    return changes


def _opening(text: str, today: date) -> list[Change]:
    """Open all of today and tomorrow, otherwise in office hours, but for one set of hours that is another day's."""
    here, next_day, _, other = (DAYS[(today.weekday() + n) % 7] for n in range(4))
    always = (here, next_day)
    days = ", ".join(f"{day}: 00:00-24:00" if day in always else f"{day}: 09:00-17:00"
                     for day in DAYS if day in always or day in DAYS[:5])  # fmt: skip
    changes = [
        _value(week, f"{{{other}: 17:00-20:00}}" if name.value == CLOSED else f"{{{days}}}")
        for name, week in _node(text, "hours").value
    ]
    closed = next(number for key, number in _node(text, "numbers").value if key.value == "0123 45 67 80")
    hours = next(value for key, value in closed.value if key.value == "hours")
    return [*changes, _value(hours, CLOSED)]


def _calendar(text: str, today: date) -> list[Change]:
    """Today is a working day, whoever is on leave in the file is so now, and the file's own tests are left out."""
    far = iter(range(1, 29))
    near = {(today + timedelta(days=n)).isoformat() for n in range(8)}
    changes = [_value(key, f"2099-02-{next(far):02d}") for key, _ in _node(text, "days_off").value if key.value in near]
    leave = {"first": today - timedelta(days=7), "last": today + timedelta(days=7)}
    for _, colleague in _node(text, "colleagues").value:
        for key, absences in colleague.value:
            if key.value == "absent":
                for absence in absences.value:
                    changes += [_value(value, leave[name.value].isoformat()) for name, value in absence.value]
    return [*changes, _value(_node(text, "tests"), "[]")]
