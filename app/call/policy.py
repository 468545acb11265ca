"""What a municipality decided: routing.yaml after loading, as frozen nouns. Every part keeps its line in the file."""

from __future__ import annotations

from datetime import date

from msgspec import Struct, field

from app.call.addresses import outside

Minutes = tuple[int, int]
"""A stretch of a day in minutes after local midnight, `(from, to)`, `to` exclusive."""


class Hours(Struct, frozen=True):
    """Opening hours by weekday (0 is Monday); a weekday that is missing is closed."""

    id: str
    week: dict[int, tuple[Minutes, ...]]
    line: int = 0


class Destination(Struct, frozen=True):
    """Where a number or a key leads: exactly one of the four is filled."""

    menu: str = ""
    office: str = ""
    topic: str = ""
    language: str = ""
    line: int = 0


class Number(Struct, frozen=True):
    """A number residents dial, in E.164 or short (`140123`), and where it leads."""

    number: str
    to: Destination
    hours: str
    language: str
    closed: str = ""
    """The text that says it is closed; empty: that of the office."""
    line: int = 0


class Menu(Struct, frozen=True):
    """At most four choices (domain §6); `0` is always a person and need not be listed."""

    id: str
    text: str
    choices: dict[str, Destination]
    listen: bool = False
    """True: the caller may also say or type a word, matched against the topics."""
    line: int = 0


class Topic(Struct, frozen=True):
    """A subject of a question, the front office that answers it and the department behind it."""

    id: str
    label: dict[str, str]
    office: str
    words: tuple[str, ...] = ()
    department: str = ""
    goal: float = 0.0
    simple: bool = False
    line: int = 0


class Rule(Struct, frozen=True):
    """First match wins. An empty condition holds for everything; `load` is callers waiting per ready agent."""

    office: str
    numbers: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    hours: str = ""
    load_above: float | None = None
    line: int = 0


class Office(Struct, frozen=True):
    """A front office. Durations in seconds."""

    id: str
    label: dict[str, str]
    hours: str
    goal: float
    patience: float = 300.0
    """After this wait the caller overflows, or is offered a callback when there is nowhere to overflow to."""
    overflow: str = ""
    announce: float = 45.0
    """Between two announcements of position and expected wait."""
    offer_callback: float = 120.0
    """After this wait a callback is offered (key 1) without losing one's turn."""
    talk: float = 292.0
    """Average talk, for the expected wait (domain §6: 4:52)."""
    wrap_up: float = 60.0
    closed: str = ""
    """The text that says it is closed; empty: `closed`."""
    line: int = 0


class AgentProfile(Struct, frozen=True):
    """An agent as the policy names them; presence is a row, not policy."""

    id: str
    name: str
    address: str
    offices: tuple[str, ...]
    languages: tuple[str, ...] = ("nl",)
    accept: bool | None = None
    """As `Address.accept`."""
    line: int = 0

    @property
    def accepts(self) -> bool:
        """Whether this agent presses 1 after picking up."""
        return outside(self.address) if self.accept is None else self.accept


class Address(Struct, frozen=True):
    """A phone of a colleague: `sip:` or `tel:` and how many times it may ring (domain §5)."""

    uri: str
    rings: int = 3
    accept: bool | None = None
    """Who picks up presses 1 first; None: on a telephone number, where it may be a voicemail (decision 0012)."""

    @property
    def accepts(self) -> bool:
        """Whether who picks up here presses 1 first."""
        return outside(self.uri) if self.accept is None else self.accept


class Absence(Struct, frozen=True):
    """Whole local days, both included."""

    first: date
    last: date


class Colleague(Struct, frozen=True):
    """A named person in the second line."""

    id: str
    name: str
    department: str
    addresses: tuple[Address, ...]
    hours: str
    substitute: str = ""
    absent: tuple[Absence, ...] = ()
    line: int = 0


class Department(Struct, frozen=True):
    """The second line behind topics; `email` is where a caller may write instead (domain §3.6)."""

    id: str
    label: dict[str, str]
    email: str = ""
    line: int = 0


class Ringing(Struct, frozen=True):
    """The three-ring rule (domain §5). Seconds; ring n starts at `(n - 1) * cycle` after ringing started."""

    rings: int = 3
    cycle: float = 5.0
    grace: float = 1.0
    """An unanswered phone is withdrawn this long before the next ring would start: 3 * 5 - 1 = 14 s."""
    post_dial: float = 8.0
    """Longest time between dialling and ringing."""
    signalled: bool = True
    """False: the platform never says *ringing*; it is estimated `post_dial` after dialling."""

    def withdraw(self, rings: int) -> float:
        """Seconds after *ringing started* at which a phone that may ring `rings` times is withdrawn."""
        return rings * self.cycle - self.grace

    def count(self, seconds: float) -> int:
        """The number of the ring at this many seconds of ringing; 0 before it rang (domain §5)."""
        return int(seconds // self.cycle) + 1 if seconds >= 0 else 0


class Keys(Struct, frozen=True):
    """Codes on the keypad of an agent's phone during a conversation, `*7`; an empty one does nothing."""

    transfer: str = ""
    """`*7 103#` consults 103; `*7` alone during a consult connects."""
    cancel: str = ""
    """During a consult: back to the caller."""


class Transfer(Struct, frozen=True):
    """Warm transfer (design §5 rules 6, 9). Seconds."""

    join: float = 3.0
    """How long caller and colleague may take to be reported in one room."""
    stable: float = 5.0
    """A colleague who leaves sooner makes it a failed transfer."""
    stopping: float = 2.0
    """How long a withdrawn phone may take to be reported ended before the next one rings."""


class CallbackPolicy(Struct, frozen=True):
    """The promise (domain §6): within `working_days`, in slots of `slot` minutes, to these kinds of numbers only."""

    working_days: int = 2
    slot: int = 30
    lead: int = 30
    """Minutes between now and the earliest slot."""
    countries: tuple[str, ...] = ("NL", "BE", "DE")
    numbers: tuple[str, ...] = ("fixed", "mobile", "085", "088")
    per_slot: int = 2
    """Callbacks one colleague (or office) may owe in one slot."""
    attempts: int = 3
    """After so many attempts without reaching the caller the moment passes, and the supervisor is warned."""
    escalate: int = 60
    """Minutes after a missed moment at which the supervisor is warned."""


class Text(Struct, frozen=True):
    """One standard sentence: language -> words with `{slots}`; `nameless` is the variant without the caller's name."""

    id: str
    words: dict[str, str]
    nameless: dict[str, str] = field(default_factory=dict)
    line: int = 0


class Retention(Struct, frozen=True):
    """Days kept after the end (reliability §4.1)."""

    calls: int = 90
    numbers: int = 14
    events: int = 365


class RoutingTest(Struct, frozen=True):
    """What the municipality expects of its own file. `at` is local, `2026-11-24T10:15`; an empty field asks nothing."""

    number: str
    at: str
    press: tuple[str, ...] = ()
    say: str = ""
    language: str = ""
    office: str = ""
    topic: str = ""
    closed: bool | None = None
    line: int = 0


class Municipality(Struct, frozen=True):
    """Who is phoned. `outgoing_number` is shown to phones outside; `own_numbers` are never called back."""

    name: str
    timezone: str = "Europe/Amsterdam"
    languages: tuple[str, ...] = ("nl", "en")
    outgoing_number: str = ""
    kcc: str = "kcc"
    """The office where everybody without another destination reaches a person."""
    agents_named_since: date | None = None
    """When the works council agreed that the history of a call names agents (domain §6)."""


class Policy(Struct, frozen=True):
    """One version of routing.yaml, complete: every reference in it exists."""

    version: str
    municipality: Municipality
    days_off: frozenset[date]
    hours: dict[str, Hours]
    numbers: dict[str, Number]
    menus: dict[str, Menu]
    topics: dict[str, Topic]
    rules: tuple[Rule, ...]
    offices: dict[str, Office]
    agents: dict[str, AgentProfile]
    departments: dict[str, Department]
    colleagues: dict[str, Colleague]
    texts: dict[str, Text]
    stems: dict[str, dict[str, str]] = field(default_factory=dict)
    """language -> stem of a word -> topic id; made at loading (ivr/topics.py)."""
    ringing: Ringing = Ringing()
    keys: Keys = Keys()
    transfer: Transfer = Transfer()
    callbacks: CallbackPolicy = CallbackPolicy()
    retention: Retention = Retention()
    tests: tuple[RoutingTest, ...] = ()
    """Run before activation; a policy whose tests fail is not activated (design §6)."""
