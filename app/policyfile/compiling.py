"""The checked file -> the frozen policy, each part with its line; numbers normal, days counted from Monday."""

from __future__ import annotations

from typing import Any

from app.call import policy as made
from app.ivr import topics
from app.policyfile import first_line, later, phone, second_line, shape
from app.policyfile.moments import local_moment
from app.policyfile.part import Part
from app.policyfile.scalars import weekdays
from app.policyfile.yamltree import Tree


def compile_policy(file: shape.RoutingFile, tree: Tree, version: str) -> made.Policy:
    """The policy of a file in which nothing is wrong any more."""
    line = tree.line
    subjects = {
        key: made.Topic(
            id=key, label=part.label, office=part.office, words=part.words, department=part.department or "",
            goal=file.offices[part.office].goal if part.goal is None else part.goal,
            simple=part.simple, line=line(("topics", key)),
        )
        for key, part in file.topics.items()
    }  # fmt: skip
    numbers = [_number(written, part, file, line(("numbers", written))) for written, part in file.numbers.items()]
    return made.Policy(
        version=version,
        municipality=made.Municipality(
            **file.municipality.model_dump(exclude={"outgoing_number"}),
            outgoing_number=phone.normal(file.municipality.outgoing_number),
        ),
        days_off=frozenset(file.days_off),
        hours={key: _hours(key, part, line(("hours", key))) for key, part in file.hours.items()},
        numbers={number.number: number for number in numbers},
        menus={key: _menu(key, part, tree) for key, part in file.menus.items()},
        topics=subjects,
        rules=tuple(_rule(part, line(("rules", at))) for at, part in enumerate(file.rules)),
        offices={
            key: made.Office(**_filled(part), id=key, line=line(("offices", key))) for key, part in file.offices.items()
        },
        agents={
            key: made.AgentProfile(
                **_filled(part) | {"accept": part.accept, "address": _uri(part.address)},
                id=key, line=line(("agents", key)),
            )
            for key, part in file.agents.items()
        },
        departments={
            key: made.Department(**_filled(part), id=key, line=line(("departments", key)))
            for key, part in file.departments.items()
        },
        colleagues={key: _colleague(key, part, line(("colleagues", key))) for key, part in file.colleagues.items()},
        texts=later.texts(file.texts) | {
            key: made.Text(key, dict(part.__pydantic_extra__), part.nameless, line(("texts", key)))
            for key, part in file.texts.items()
        },
        stems={language: topics.table(subjects, language) for language in file.municipality.languages},
        ringing=made.Ringing(**file.ringing.model_dump()),
        keys=made.Keys(**_filled(file.keys)),
        transfer=made.Transfer(**file.transfer.model_dump()),
        callbacks=made.CallbackPolicy(**file.callbacks.model_dump()),
        retention=made.Retention(**file.retention.model_dump()),
        tests=tuple(_test(part, file, line(("tests", at))) for at, part in enumerate(file.tests)),
    )


def _filled(part: Part) -> dict[str, Any]:
    """The fields of a part by name; what was left out is empty text."""
    return {name: "" if value is None else value for name, value in part.model_dump().items()}


def _destination(part: first_line.DestinationPart, line: int) -> made.Destination:
    return made.Destination(
        menu=part.menu or "", office=part.office or "", topic=part.topic or "", language=part.language or "", line=line
    )


def _number(written: str, part: first_line.NumberPart, file: shape.RoutingFile, line: int) -> made.Number:
    language = part.language or file.municipality.languages[0]
    number, to = phone.normal(written), _destination(part.to, line)
    return made.Number(number, to, part.hours, language, closed=part.closed or "", line=line)


def _hours(key: str, week: dict[str, tuple[made.Minutes, ...]], line: int) -> made.Hours:
    return made.Hours(key, {day: spans for days, spans in week.items() for day in weekdays(days)}, line)


def _menu(key: str, part: first_line.MenuPart, tree: Tree) -> made.Menu:
    choices = {
        digit: _destination(choice, tree.line(("menus", key, "choices", digit)))
        for digit, choice in part.choices.items()
    }
    return made.Menu(key, part.text, choices, part.listen, tree.line(("menus", key)))


def _rule(part: first_line.RulePart, line: int) -> made.Rule:
    return made.Rule(
        office=part.office, numbers=tuple(phone.normal(n) for n in part.numbers), topics=part.topics,
        languages=part.languages, hours=part.hours or "", load_above=part.load_above, line=line,
    )  # fmt: skip


def _colleague(key: str, part: second_line.ColleaguePart, line: int) -> made.Colleague:
    return made.Colleague(
        id=key,
        name=part.name,
        department=part.department,
        addresses=tuple(made.Address(_uri(address.uri), address.rings, address.accept) for address in part.addresses),
        hours=part.hours,
        substitute=part.substitute or "",
        absent=tuple(made.Absence(absence.first, absence.last) for absence in part.absent),
        line=line,
    )


def _uri(written: str) -> str:
    scheme, _, rest = written.partition(":")
    return f"tel:{phone.normal(rest)}" if scheme.lower() == "tel" else written


def _test(part: shape.TestPart, file: shape.RoutingFile, line: int) -> made.RoutingTest:
    moment = local_moment(part.when.at, file.days_off)
    return made.RoutingTest(
        number=phone.normal(part.when.number), at=moment.isoformat(timespec="minutes") if moment else "",
        press=part.when.press, say=part.when.say or "", language=part.when.language or "",
        office=part.expect.office or "", topic=part.expect.topic or "", closed=part.expect.closed, line=line,
    )  # fmt: skip
