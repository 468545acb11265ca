"""Whether somebody can answer at every moment a number is open: the office, or the office it overflows to."""

from __future__ import annotations

from app.policyfile.first_line import NumberPart
from app.policyfile.mistakes import Teller
from app.policyfile.scalars import DAYS, weekdays
from app.policyfile.shape import RoutingFile
from app.policyfile.yamltree import Tree

Moment = tuple[int, int]
"""Weekday and minute."""
NAMES = {"nl": list(DAYS)[:7], "en": list(DAYS)[7:]}


def check(file: RoutingFile, tree: Tree, tell: Teller) -> None:
    """Warn for an office that a caller can be sent to while it is closed and nobody takes over."""
    weeks = {key: [(day, *span) for days in week for day in weekdays(days) for span in week[days]]
             for key, week in file.hours.items()}  # fmt: skip
    for key, office in file.offices.items():
        answering = [*weeks.get(office.hours, ())]
        if office.overflow in file.offices:
            answering += weeks.get(file.offices[office.overflow].hours, ())
        for written, number in file.numbers.items():
            gap = _gap(weeks.get(number.hours, []), answering) if _may_lead(number, key, file) else None
            if gap is not None:
                day, minute = gap
                at = f"{NAMES[tell.language][day]} {minute // 60:02}:{minute % 60:02}"
                tell.warn("closed_office", tree.line(("offices", key)), ("offices", key), number=written, at=at)
                break


def _may_lead(number: NumberPart, office: str, file: RoutingFile) -> bool:
    if number.to.topic:
        topic = file.topics.get(number.to.topic)
        return topic is not None and topic.office == office
    return number.to.office in (None, office)


def _gap(wanted: list[tuple[int, int, int]], given: list[tuple[int, int, int]]) -> Moment | None:
    """The first wanted moment at which nobody answers; a gap begins where something wanted begins or an answer ends."""
    moments = {(day, start) for day, start, _ in wanted}
    moments |= {(day, end) for day, _, end in given if any(d == day and s <= end < e for d, s, e in wanted)}
    return next((m for m in sorted(moments) if not any(d == m[0] and s <= m[1] < e for d, s, e in given)), None)
