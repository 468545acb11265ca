"""Single values that only make sense together or by the calendar: time zone, days set twice, moments, tests.

On the plain tree, as the references are: a mistake of shape elsewhere in the file hides none of these.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.policyfile.mistakes import Path, Teller
from app.policyfile.moments import local_moment
from app.policyfile.references import field, found, section
from app.policyfile.scalars import weekdays
from app.policyfile.yamltree import Tree


def check(tree: Tree, tell: Teller) -> None:
    """Every such mistake; what is empty or no text is told where the shape is looked at."""
    _timezone(tree, tell)
    _double_days(tree, tell)
    for path, at in found(tree.data, ("tests", "*", "when", "at")):
        if isinstance(at, str) and at.strip() and local_moment(at) is None:
            tell("not_moment", tree.line(path), path, value=at.strip())
    for path, expected in found(tree.data, ("tests", "*", "expect")):
        test = path[:-1]
        if expected == {}:
            tell("test_empty", tree.line(test), test)
        if field(expected, "closed") == "true" and field(expected, "office"):
            tell("test_closed", tree.line(test), test)


def _timezone(tree: Tree, tell: Teller) -> None:
    path: Path = ("municipality", "timezone")
    name = field(section(tree, "municipality"), "timezone")
    if not name:
        return
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        tell("not_timezone", tree.line(path), path, value=name)


def _double_days(tree: Tree, tell: Teller) -> None:
    for around, week in found(tree.data, ("hours", "*")):
        seen: set[int] = set()
        for days in week if isinstance(week, dict) else ():
            path = (*around, days)
            if seen & set(weekdays(days.strip())):
                tell("double_day", tree.line(path), path, day=days.strip())
            seen |= set(weekdays(days.strip()))
