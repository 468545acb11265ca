"""routing.yaml on how long and how often: ringing, codes, transfers, callbacks, and how long things are kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.policyfile.part import Part
from app.policyfile.scalars import NUMBER, WHOLE, Code, Truth, wrong

NumberKind = Literal["fixed", "mobile", "085", "088"]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class RingingPart(Part):
    """De regel van drie keer overgaan. Tijden in seconden."""

    rings: Annotated[int, Field(ge=1, le=3), WHOLE] = 3
    """Hoe vaak een toestel van een medewerker hoogstens overgaat."""
    cycle: Annotated[float, Field(ge=1, le=10), NUMBER] = 5.0
    """Tijd tussen het begin van twee overgangen (in Nederland 1 s toon en 4 s stilte)."""
    grace: Annotated[float, Field(ge=0, le=9), NUMBER] = 1.0
    """Zo lang voor de volgende overgang wordt het toestel teruggetrokken."""
    post_dial: Annotated[float, Field(ge=1, le=30), NUMBER] = 8.0
    """Langste tijd tussen kiezen en overgaan."""
    signalled: Truth = True
    """false: de telefooncentrale meldt nooit dat een toestel overgaat."""

    @model_validator(mode="after")
    def before_next(self) -> RingingPart:
        """The phone is withdrawn within the last ring."""
        if self.grace >= self.cycle:
            raise wrong("grace_too_long")
        return self


class KeysPart(Part):
    """Codes op de toetsen van een toestel tijdens een gesprek, voor wie niet op het scherm klikt; zonder: uit."""

    transfer: Code | None = None
    """Zoals "*7": *7 103# is ruggespraak met toestel 103; *7 alleen, tijdens de ruggespraak, verbindt door."""
    cancel: Code | None = None
    """Zoals "*8": tijdens de ruggespraak terug naar de beller."""

    @model_validator(mode="after")
    def apart(self) -> KeysPart:
        """No code begins with the other: it would never be reached."""
        short, long = sorted((self.transfer or "", self.cancel or ""), key=len)
        if short and long.startswith(short):
            raise wrong("same_code")
        return self


class TransferPart(Part):
    """Doorverbinden. Tijden in seconden."""

    join: Annotated[float, Field(ge=1, le=30), NUMBER] = 3.0
    """Hoe lang het mag duren tot beller en collega samen zijn."""
    stable: Annotated[float, Field(ge=1, le=60), NUMBER] = 5.0
    """Een collega die eerder ophangt, maakt het doorverbinden mislukt."""
    stopping: Annotated[float, Field(ge=0.5, le=10), NUMBER] = 2.0
    """Hoe lang een teruggetrokken toestel erover mag doen om te stoppen."""


class CallbacksPart(Part):
    """Terugbelafspraken."""

    working_days: Annotated[int, Field(ge=1, le=10), WHOLE] = 2
    """Binnen hoeveel werkdagen wordt teruggebeld: dagen na vandaag waarop het loket van `municipality.kcc` open is."""
    slot: Annotated[int, Field(ge=5, le=240), WHOLE] = 30
    """Lengte van een tijdvak in minuten."""
    lead: Annotated[int, Field(ge=0, le=480), WHOLE] = 30
    """Minuten tussen nu en het eerste tijdvak."""
    countries: tuple[Country, ...] = ("NL", "BE", "DE")
    """Landen waarheen mag worden gebeld."""
    numbers: tuple[NumberKind, ...] = ("fixed", "mobile", "085", "088")
    """Soorten Nederlandse nummers waarheen mag worden gebeld."""
    per_slot: Annotated[int, Field(ge=1, le=20), WHOLE] = 2
    """Afspraken per collega of frontoffice in één tijdvak."""
    attempts: Annotated[int, Field(ge=1, le=10), WHOLE] = 3
    """Hoe vaak het wordt geprobeerd; is de inwoner dan nog niet bereikt, dan hoort de teamleider het."""
    escalate: Annotated[int, Field(ge=5, le=1440), WHOLE] = 60
    """Minuten na een gemist moment voordat de teamleider het hoort."""


class RetentionPart(Part):
    """Bewaartermijnen in dagen na afloop."""

    calls: Annotated[int, Field(ge=1, le=3650), WHOLE] = 90
    """Gesprekken, en wat erbij hoort: toestellen die overgingen, doorverbindingen, registraties, gesloten afspraken."""
    numbers: Annotated[int, Field(ge=1, le=365), WHOLE] = 14
    """Namen en nummers."""
    events: Annotated[int, Field(ge=1, le=3650), WHOLE] = 365
    """Gebeurtenissen zonder namen en nummers, waarschuwingen, en wie wat heeft ingezien."""
