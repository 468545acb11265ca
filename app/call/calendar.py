"""Opening hours, days off and working days, in the municipality's own time (domain §6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.call.policy import Minutes, Policy


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of this name."""
    return ZoneInfo(name)


def local(now: datetime, policy: Policy) -> datetime:
    """This moment on the municipality's clock."""
    return now.astimezone(zone(policy.municipality.timezone))


def is_open(policy: Policy, hours: str, now: datetime, days_off: frozenset[date] | None = None) -> bool:
    """Whether these named hours are open now; a day off, of the policy unless given, is closed.

    Unnamed hours never close.
    """
    if not hours:
        return True
    day, weekday, minute = _clock(now, policy.municipality.timezone)
    if day in (policy.days_off if days_off is None else days_off):
        return False
    for start, end in policy.hours[hours].week.get(weekday, ()):  # noqa: SIM110 - a generator costs as much again
        if start <= minute < end:
            return True
    return False


@lru_cache(maxsize=64)
def _clock(now: datetime, timezone: str) -> tuple[date, int, int]:
    """The local day, its weekday and the minute after midnight; kept, as one decision looks at many rules."""
    here = now.astimezone(zone(timezone))
    return here.date(), here.weekday(), here.hour * 60 + here.minute


def windows(policy: Policy, hours: str, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The open stretches of one local day in order, as aware UTC moments; none on a day off."""
    if day in policy.days_off:
        return ()
    return _stretches(policy.municipality.timezone, policy.hours[hours].week.get(day.weekday(), ()), day)


@lru_cache(maxsize=4096)
def _stretches(timezone: str, spans: tuple[Minutes, ...], day: date) -> tuple[tuple[datetime, datetime], ...]:
    """A time the clock skips when it goes forward becomes the same distance after the gap (reliability §8)."""
    here = zone(timezone)
    return tuple((_moment(day, start, here), _moment(day, end, here)) for start, end in sorted(spans))


def _moment(day: date, minute: int, here: ZoneInfo) -> datetime:
    midnight = datetime.combine(day, time(), here)
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


def is_working_day(policy: Policy, hours: str, day: date) -> bool:
    """A day on which these hours are open at all."""
    return day not in policy.days_off and bool(policy.hours[hours].week.get(day.weekday()))


def part_of_day(now: datetime, policy: Policy) -> str:
    """`morning`, `afternoon` or `evening` on the municipality's clock; changes at 12 and 18 hours."""
    hour = local(now, policy).hour
    return "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
