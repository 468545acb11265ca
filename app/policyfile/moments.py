"""Moments as an admin writes them: `di 10:15` is an ordinary Tuesday, `2026-04-27 10:15` that very day."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta

from app.policyfile.scalars import DAYS

MOMENT = re.compile(r"([a-z]{2,3}|[0-9]{4}-[0-9]{2}-[0-9]{2})[ t]([0-9]{2}):([0-9]{2})")
ORDINARY_WEEK = date(2026, 1, 5)
"""Ordinary days are looked for from this Monday on, so that a test means the same every day it is run."""


def local_moment(written: str, days_off: Collection[date] = ()) -> datetime | None:
    """The local moment without a zone, or None when it is none. A weekday is the first that is no day off."""
    found = MOMENT.fullmatch(written.strip().lower())
    if not found:
        return None
    which, hour, minute = found.groups()
    try:
        if which[0].isdigit():
            day = date.fromisoformat(which)
        else:
            day = ORDINARY_WEEK + timedelta(days=DAYS[which])
            while day in days_off:
                day += timedelta(days=7)
        return datetime(day.year, day.month, day.day, int(hour), int(minute))  # noqa: DTZ001 - local on purpose
    except (KeyError, ValueError, OverflowError):
        return None
