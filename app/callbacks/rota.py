"""When whoever owes a callback is there.

An owner is `colleague:ID`, `department:ID` or `office:ID`; a department is there as long as one of its colleagues is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from app.call.calendar import windows
from app.call.policy import Colleague, Policy


def is_away(colleague: Colleague, day: date) -> bool:
    """Whether this local day lies in one of the colleague's absences."""
    return any(absence.first <= day <= absence.last for absence in colleague.absent)


def rota(policy: Policy, owner: str, day: date) -> frozenset[str]:
    """The named hours of everybody of this owner who is not away on this local day.

    Whoever is not in the policy any more, and a department without colleagues, is replaced by the KCC, where somebody
    will look at it.
    """
    kind, _, name = owner.partition(":")
    if people := _people(policy, kind, name):
        return frozenset(colleague.hours for colleague in people if not is_away(colleague, day))
    office = name if kind == "office" and name in policy.offices else policy.municipality.kcc
    return frozenset((policy.offices[office].hours,))


def _people(policy: Policy, kind: str, name: str) -> Sequence[Colleague]:
    if kind == "department":
        return [colleague for colleague in policy.colleagues.values() if colleague.department == name]
    return (policy.colleagues[name],) if kind == "colleague" and name in policy.colleagues else ()


def there(policy: Policy, owner: str, day: date) -> Sequence[tuple[datetime, datetime]]:
    """The stretches of one local day in which somebody of this owner works, in order and apart, aware UTC."""
    stretches: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(span for hours in rota(policy, owner, day) for span in windows(policy, hours, day)):
        if stretches and opens < stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(closes, stretches[-1][1]))
        else:
            stretches.append((opens, closes))
    return stretches
