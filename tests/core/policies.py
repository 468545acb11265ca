"""A small municipality for the tests of the core: two offices, a few agents, a department with three colleagues."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from app.call.policy import (
    Absence,
    Address,
    AgentProfile,
    Colleague,
    Department,
    Destination,
    Hours,
    Menu,
    Minutes,
    Municipality,
    Number,
    Office,
    Policy,
    Rule,
    Text,
    Topic,
)
from app.ivr.topics import table

OFFICE_DAYS: dict[int, tuple[Minutes, ...]] = dict.fromkeys(range(5), ((9 * 60, 17 * 60),))
HOURS = {
    "office": Hours("office", OFFICE_DAYS, line=10),
    "mornings": Hours("mornings", dict.fromkeys(range(5), ((9 * 60, 12 * 60),)), line=14),
}
TEXTS = {
    name: Text(name, {"nl": f"<{name}>", "en": f"<{name}>"})
    for name in ("greeting_morning", "closed", "menu_main", "announce", "goodbye", "accept_call", "announce_agent")
}


def policy(**changes: object) -> Policy:
    """The test municipality; `changes` replace whole fields."""
    topics = {
        "paspoort": Topic(
            "paspoort", {"nl": "paspoort"}, "kcc", ("paspoort", "identiteitskaart"), "burgerzaken", line=40
        ),
        "wmo": Topic("wmo", {"nl": "Wmo"}, "sociaal", ("wmo", "traplift", "huishoudelijke hulp"), "wmo", 0.85, line=42),
    }
    made = Policy(
        version="v1",
        municipality=Municipality("Voorbeeldstad", outgoing_number="+31201234500"),
        days_off=frozenset({date(2026, 12, 25)}),
        hours=HOURS,
        numbers={
            "140123": Number("140123", Destination(menu="main", line=20), "office", "nl", line=20),
            "+31201234567": Number("+31201234567", Destination(office="kcc", line=22), "office", "nl", line=22),
        },
        menus={
            "main": Menu(
                "main",
                "menu_main",
                {
                    "1": Destination(office="kcc", line=31),
                    "2": Destination(topic="wmo", line=32),
                    "3": Destination(language="en", line=33),
                },
                listen=True,
                line=30,
            )
        },
        topics=topics,
        rules=(Rule("sociaal", topics=("wmo",), line=50),),
        offices={
            "kcc": Office("kcc", {"nl": "KCC"}, "office", 0.60, overflow="", line=60),
            "sociaal": Office("sociaal", {"nl": "sociaal loket"}, "mornings", 0.85, overflow="kcc", line=65),
        },
        agents={
            "bart": AgentProfile("bart", "Bart Smit", "sip:101@pbx", ("kcc",), ("nl", "en")),
            "fatima": AgentProfile("fatima", "Fatima Aziz", "sip:102@pbx", ("kcc", "sociaal")),
            "joke": AgentProfile("joke", "Joke Bos", "sip:103@pbx", ("sociaal",)),
        },
        departments={"wmo": Department("wmo", {"nl": "Wmo"}), "burgerzaken": Department("burgerzaken", {})},
        colleagues={
            "ans": Colleague(
                "ans", "Ans Vos", "wmo", (Address("sip:201@pbx"), Address("tel:+31612300001", 4)), "office", "piet"
            ),
            "piet": Colleague("piet", "Piet Kok", "wmo", (Address("sip:202@pbx"),), "office"),
            "els": Colleague(
                "els",
                "Els Mol",
                "wmo",
                (Address("sip:203@pbx"),),
                "mornings",
                absent=(Absence(date(2026, 11, 1), date(2026, 11, 30)),),
            ),
        },
        texts=TEXTS,
    )
    made = replace(made, **changes)
    return made if "stems" in changes else replace(made, stems=compiled(made.topics))


def compiled(topics: dict[str, Topic]) -> dict[str, dict[str, str]]:
    """The words of the topics as `Policy.stems` wants them."""
    return {language: table(topics, language) for language in ("nl", "en")}
