"""The sections of routing.yaml: which keys exist, what they hold, and what they mean (the schema shows these words)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.policyfile.scalars import (
    NUMBER,
    WHOLE,
    Code,
    Day,
    Days,
    Email,
    Id,
    Key,
    Language,
    Phone,
    Press,
    Short,
    Spans,
    Truth,
    Uri,
    Words,
    wrong,
)  # fmt: skip

Destinations = ("menu", "office", "topic", "language")


class Part(BaseModel):
    """Every part of the file: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class MunicipalityPart(Part):
    """Wie wordt gebeld."""

    name: Short
    """De naam zoals de stem die uitspreekt na "de gemeente"."""
    timezone: Short = "Europe/Amsterdam"
    """Tijdzone van alle tijden in dit bestand."""
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("nl", "en")
    """Talen van de gesproken teksten; de eerste is de taal als niets gekozen is."""
    outgoing_number: Phone
    """Het nummer dat telefoons buiten zien: vast, 085 of 088; nooit een 14-nummer."""
    kcc: Id = "kcc"
    """De frontoffice waar iedereen zonder andere bestemming een mens krijgt."""


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
    """true: een eenvoudige vraag, die alleen geteld wordt."""


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
    """De collega die vervangt."""
    absent: tuple[AbsencePart, ...] = ()
    """Verlof en andere afwezigheid."""


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


NumberKind = Literal["fixed", "mobile", "085", "088"]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class CallbacksPart(Part):
    """Terugbelafspraken."""

    working_days: Annotated[int, Field(ge=1, le=10), WHOLE] = 2
    """Binnen hoeveel werkdagen wordt teruggebeld."""
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
    """Hoe vaak het wordt geprobeerd."""
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


class WhenPart(Part):
    """Wat een beller in een proef doet."""

    number: Phone
    """Het gekozen nummer."""
    press: Press = ()
    """De toets of toetsen die de beller drukt."""
    say: Short | None = None
    """Wat de beller zegt in plaats van een toets."""
    language: Language | None = None
    """De taal van de beller."""
    at: Short = "di 10:15"
    """Wanneer: di 10:15 (een gewone dinsdag) of 2026-04-27 10:15."""


class ExpectPart(Part):
    """Wat er dan moet gebeuren."""

    office: Id | None = None
    """De frontoffice waar de beller wacht."""
    closed: Truth | None = None
    """true: de beller hoort dat de gemeente gesloten is."""
    topic: Id | None = None
    """Het onderwerp dat is herkend."""


class TestPart(Part):
    """Een proef van de gemeente zelf; een bestand waarvan een proef mislukt, wordt niet geactiveerd."""

    __test__ = False

    when: WhenPart
    """Wat de beller doet."""
    expect: ExpectPart
    """Wat er moet gebeuren."""


class TextPart(Part):
    """Een zin per taal; `nameless` is de zin als de naam niet bekend is."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": {"type": "string"}})
    __pydantic_extra__: dict[Language, Words]

    nameless: dict[Language, Words] = {}
    """Dezelfde zin zonder naam."""


class RoutingFile(Part):
    """routing.yaml: alles wat een gemeente over haar telefoon heeft besloten."""

    municipality: MunicipalityPart
    """Wie wordt gebeld."""
    days_off: dict[Day, Short] = {}
    """Dagen waarop de gemeente gesloten is: datum en naam."""
    hours: dict[Id, dict[Days, Spans]]
    """Openingstijden; een dag die ontbreekt is gesloten."""
    numbers: Annotated[dict[Phone, NumberPart], Field(min_length=1)]
    """De nummers die inwoners kiezen."""
    menus: dict[Id, MenuPart] = {}
    """Keuzemenu's."""
    topics: dict[Id, TopicPart] = {}
    """Onderwerpen en de woorden van inwoners."""
    rules: tuple[RulePart, ...] = ()
    """Uitzonderingen op de gewone weg; de eerste die geldt, wint."""
    offices: Annotated[dict[Id, OfficePart], Field(min_length=1)]
    """Frontoffices."""
    agents: dict[Id, AgentPart] = {}
    """Medewerkers."""
    departments: dict[Id, DepartmentPart] = {}
    """Afdelingen in de tweede lijn."""
    colleagues: dict[Id, ColleaguePart] = {}
    """Collega's in de tweede lijn."""
    ringing: RingingPart = RingingPart()
    """Drie keer overgaan."""
    keys: KeysPart = KeysPart()
    """Codes op het toestel."""
    transfer: TransferPart = TransferPart()
    """Doorverbinden."""
    callbacks: CallbacksPart = CallbacksPart()
    """Terugbelafspraken."""
    retention: RetentionPart = RetentionPart()
    """Bewaartermijnen."""
    texts: dict[Id, TextPart]
    """De vaste zinnen."""
    tests: tuple[TestPart, ...] = ()
    """Proeven: wat een beller doet en wat er dan moet gebeuren."""
