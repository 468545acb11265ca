"""routing.yaml until somebody answers: numbers, menus, topics, rules, front offices and their agents."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from app.policyfile.part import Part
from app.policyfile.scalars import NUMBER, Id, Key, Language, Phone, Short, Truth, Uri, wrong

Destinations = ("menu", "office", "topic", "language")


class DestinationPart(Part):
    """Waar een nummer of toets heen leidt: precies één van de vier."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    menu: Id | None = None
    """Een keuzemenu."""
    office: Id | None = None
    """Een frontoffice."""
    topic: Id | None = None
    """Een onderwerp; de frontoffice volgt uit rules of uit het onderwerp."""
    language: Language | None = None
    """Verder in deze taal."""

    @model_validator(mode="after")
    def exactly_one(self) -> DestinationPart:
        """A number or key leads to one place."""
        if sum(getattr(self, name) is not None for name in Destinations) != 1:
            raise wrong("one_destination")
        return self


class NumberPart(Part):
    """Een nummer dat inwoners kiezen."""

    to: DestinationPart
    """Waar het heen leidt."""
    hours: Id
    """Openingstijden van dit nummer."""
    language: Language | None = None
    """Taal van de eerste teksten; zonder: de eerste taal van de gemeente."""
    closed: Id | None = None
    """De tekst als dit nummer gesloten is; zonder: die van de frontoffice waar het heen leidt."""


class MenuPart(Part):
    """Een keuzemenu met hoogstens vier keuzes; 0 is altijd een medewerker en hoeft er niet bij."""

    text: Id
    """De tekst die wordt voorgelezen."""
    choices: dict[Key, DestinationPart] = {}
    """Toets en waar die heen leidt."""
    listen: Truth = False
    """true: de beller mag ook een woord zeggen."""


class TopicPart(Part):
    """Een onderwerp waarover inwoners bellen."""

    label: dict[Language, Short]
    """De naam op het scherm, per taal."""
    office: Id
    """De frontoffice die dit beantwoordt."""
    words: tuple[Short, ...] = ()
    """Woorden die inwoners gebruiken, in elke taal door elkaar; meervoud en vervoeging gaan vanzelf."""
    department: Id | None = None
    """De afdeling achter de frontoffice."""
    goal: Annotated[float, Field(ge=0, le=1), NUMBER] | None = None
    """Deel van de vragen dat direct beantwoord moet worden; zonder: het doel van de frontoffice."""
    simple: Truth = False
    """true: een eenvoudige vraag, die alleen geteld wordt: wie haar meteen beantwoordt, hoeft niet te registreren."""


class RulePart(Part):
    """Een regel: de eerste waarvan alle voorwaarden gelden, wint."""

    office: Id
    """Waar de beller heen gaat."""
    numbers: tuple[Phone, ...] = ()
    """Gekozen nummers."""
    topics: tuple[Id, ...] = ()
    """Onderwerpen."""
    languages: tuple[Language, ...] = ()
    """Talen van de beller."""
    hours: Id | None = None
    """Alleen binnen deze tijden."""
    load_above: Annotated[float, Field(ge=0, le=100), NUMBER] | None = None
    """Alleen bij meer wachtenden per beschikbare medewerker dan dit, waar de beller anders heen ging."""


class OfficePart(Part):
    """Een frontoffice. Tijden in seconden."""

    label: dict[Language, Short]
    """De naam op het scherm, per taal."""
    hours: Id
    """Openingstijden."""
    goal: Annotated[float, Field(ge=0, le=1), NUMBER]
    """Deel van de vragen dat direct beantwoord moet worden, zoals 0.60."""
    patience: Annotated[float, Field(ge=10, le=3600), NUMBER] = 300.0
    """Na zo lang wachten: overloop, of het aanbod om te worden teruggebeld."""
    overflow: Id | None = None
    """De frontoffice die dan mag opnemen."""
    announce: Annotated[float, Field(ge=10, le=600), NUMBER] = 45.0
    """Tijd tussen twee meldingen van plaats en wachttijd."""
    offer_callback: Annotated[float, Field(ge=0, le=3600), NUMBER] = 120.0
    """Na zo lang wachten wordt terugbellen aangeboden."""
    talk: Annotated[float, Field(ge=1, le=3600), NUMBER] = 292.0
    """Gemiddelde gesprekstijd, voor de verwachte wachttijd."""
    wrap_up: Annotated[float, Field(ge=0, le=3600), NUMBER] = 60.0
    """Langste nawerktijd."""
    closed: Id | None = None
    """De tekst als deze frontoffice gesloten is; zonder: closed."""


class AgentPart(Part):
    """Een medewerker van een frontoffice."""

    name: Short
    """De naam die de medewerker noemt."""
    address: Uri
    """Het toestel: sip:naam@centrale of tel:+31..."""
    offices: Annotated[tuple[Id, ...], Field(min_length=1)]
    """De frontoffices waarvoor de medewerker opneemt."""
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("nl",)
    """Talen die de medewerker spreekt."""
    accept: Truth | None = None
    """Of wie opneemt eerst 1 toetst; zonder: ja bij tel: (daar kan een voicemail opnemen), nee bij sip:."""
