"""The whole of routing.yaml: its sections, its sentences and its own tests. The schema shows these words."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from app.policyfile.first_line import AgentPart, MenuPart, NumberPart, OfficePart, RulePart, TopicPart
from app.policyfile.limits import CallbacksPart, KeysPart, RetentionPart, RingingPart, TransferPart
from app.policyfile.part import Part
from app.policyfile.scalars import Day, Days, Id, Language, Phone, Press, Short, Spans, Truth, Words
from app.policyfile.second_line import ColleaguePart, DepartmentPart


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
    agents_named_since: Day | None = None
    """Datum waarop de ondernemingsraad instemde: gesprekken vanaf die dag noemen medewerkers, eerdere nummeren ze."""


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
