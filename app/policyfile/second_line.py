"""routing.yaml behind the front office: departments, colleagues, their phones and absences."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from app.policyfile.part import Part
from app.policyfile.scalars import WHOLE, Day, Email, Id, Language, Short, Truth, Uri, wrong


class DepartmentPart(Part):
    """Een afdeling in de tweede lijn."""

    label: dict[Language, Short]
    """De naam op het scherm, per taal."""
    email: Email | None = None
    """Waar een inwoner in plaats van bellen kan schrijven."""


class AddressPart(Part):
    """Een toestel van een collega."""

    uri: Uri
    """sip:naam@centrale of tel:+31..."""
    rings: Annotated[int, Field(ge=1, le=10), WHOLE] = 3
    """Hoe vaak het mag overgaan."""
    accept: Truth | None = None
    """Of wie opneemt eerst 1 toetst; zonder: ja bij tel: (daar kan een voicemail opnemen), nee bij sip:."""


class AbsencePart(Part):
    """Hele dagen, beide meegerekend."""

    first: Day
    """Eerste dag afwezig."""
    last: Day
    """Laatste dag afwezig."""

    @model_validator(mode="after")
    def in_order(self) -> AbsencePart:
        """An absence ends on or after its first day."""
        if self.last < self.first:
            raise wrong("backward_dates")
        return self


class ColleaguePart(Part):
    """Een collega in de tweede lijn."""

    name: Short
    """De naam die de medewerker noemt."""
    department: Id
    """De afdeling."""
    addresses: Annotated[tuple[AddressPart, ...], Field(min_length=1)]
    """Toestellen, in de volgorde waarin ze overgaan."""
    hours: Id
    """Wanneer de collega er is."""
    substitute: Id | None = None
    """De collega die vervangt, en terugbelt wanneer deze dat niet binnen de norm kan."""
    absent: tuple[AbsencePart, ...] = ()
    """Verlof en andere afwezigheid."""
