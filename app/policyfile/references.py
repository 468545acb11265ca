"""How the parts of routing.yaml hang together: every name exists, no circle, nobody without a person.

Works on the plain tree, so that it also speaks when the shape is not right yet: all mistakes at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from app.policyfile.mistakes import Path, Teller
from app.policyfile.scalars import LANGUAGE_PATTERN
from app.policyfile.sentences import KINDS
from app.policyfile.yamltree import Tree

MOST_CHOICES = 4
"""Domain §6: at most four choices; `0` is not one of them."""

LANGUAGE = re.compile(LANGUAGE_PATTERN)

REFERENCES: tuple[tuple[str, str, bool], ...] = (
    ("municipality.kcc", "offices", False),
    ("numbers.*.to.menu", "menus", False),
    ("numbers.*.to.office", "offices", False),
    ("numbers.*.to.topic", "topics", False),
    ("numbers.*.to.language", "languages", False),
    ("numbers.*.hours", "hours", False),
    ("numbers.*.language", "languages", False),
    ("numbers.*.closed", "texts", False),
    ("menus.*.text", "texts", False),
    ("menus.*.choices.*.menu", "menus", False),
    ("menus.*.choices.*.office", "offices", False),
    ("menus.*.choices.*.topic", "topics", False),
    ("menus.*.choices.*.language", "languages", False),
    ("topics.*.office", "offices", False),
    ("topics.*.department", "departments", False),
    ("rules.*.office", "offices", False),
    ("rules.*.topics", "topics", True),
    ("rules.*.languages", "languages", True),
    ("rules.*.hours", "hours", False),
    ("offices.*.hours", "hours", False),
    ("offices.*.overflow", "offices", False),
    ("offices.*.closed", "texts", False),
    ("agents.*.offices", "offices", True),
    ("colleagues.*.department", "departments", False),
    ("colleagues.*.hours", "hours", False),
    ("colleagues.*.substitute", "colleagues", False),
    ("tests.*.when.language", "languages", False),
    ("tests.*.expect.office", "offices", False),
    ("tests.*.expect.topic", "topics", False),
)
"""Where names stand, what they name, and whether it is a list of them. Numbers are looked at in phones.py."""


def check(tree: Tree, tell: Teller) -> None:
    """Every mistake between the parts."""
    for pattern, kind, listed in REFERENCES:
        names = known(tree, kind)
        if names is None:
            continue
        for path, value in found(tree.data, tuple(pattern.split("."))):
            for at, name in _names(path, value) if listed else [(path, value)]:
                if isinstance(name, str) and name.strip() and name.strip() not in names:
                    words = {"kind": KINDS[tell.language][kind], "value": name}
                    tell("unknown", tree.line(at), at, meant=(name, names), **words)
    _menus(tree, tell)
    _circle(tree, tell, "offices", "overflow", "overflow_loop")
    _circle(tree, tell, "colleagues", "substitute", "substitute_loop")
    _unreached(tree, tell)
    _lonely(tree, tell)


def found(data: object, pattern: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every value at a path such as `menus.*.text`, with its path; parts of another shape are passed by."""
    if not pattern:
        yield path, data
    elif pattern[0] == "*":
        for key, value in entries(data):
            yield from found(value, pattern[1:], (*path, key))
    elif isinstance(data, dict) and pattern[0] in data:
        yield from found(data[pattern[0]], pattern[1:], (*path, pattern[0]))


def entries(data: object) -> list[tuple[str | int, object]]:
    """The keys and values of a block, the places and items of a list, or nothing."""
    if isinstance(data, dict):
        return list(data.items())
    return list(enumerate(data)) if isinstance(data, list) else []


def section(tree: Tree, name: str) -> dict[str, object]:
    """One top section when it is a block, else an empty one."""
    value = tree.data.get(name) if isinstance(tree.data, dict) else None
    return value if isinstance(value, dict) else {}


def field(part: object, name: str) -> str:
    """A plain value of a part, or empty."""
    value = part.get(name) if isinstance(part, dict) else None
    return value.strip() if isinstance(value, str) else ""


def known(tree: Tree, kind: str) -> tuple[str, ...] | None:
    """The names that exist, or None when their section has another shape: that mistake is told once, elsewhere."""
    if kind == "languages":
        return languages(tree) or None
    whole = tree.data.get(kind, {}) if isinstance(tree.data, dict) else None
    return tuple(whole) if isinstance(whole, dict) else None


def languages(tree: Tree) -> tuple[str, ...]:
    """The languages of the prompts; empty when they are not well written."""
    named = section(tree, "municipality").get("languages", ["nl", "en"])
    if not isinstance(named, list) or not all(isinstance(name, str) and LANGUAGE.fullmatch(name) for name in named):
        return ()
    return tuple(named)


def _names(path: Path, value: object) -> list[tuple[Path, object]]:
    return [((*path, key), item) for key, item in entries(value)]


def _menus(tree: Tree, tell: Teller) -> None:
    """At most four choices, `0` a person, no circle, no menu without a way on or a way to it (domain §6)."""
    kcc = field(section(tree, "municipality"), "kcc") or "kcc"
    for menu, part in section(tree, "menus").items():
        choices = part.get("choices", {}) if isinstance(part, dict) else {}
        path: Path = ("menus", menu)
        if not isinstance(choices, dict):
            continue
        count = len(choices.keys() - {"0"})
        if count > MOST_CHOICES:
            tell("too_many_choices", tree.line(path), path, count=count, most=MOST_CHOICES)
        if count == 0 and field(part, "listen") != "true":
            tell("no_choice", tree.line(path), path)
        if "0" in choices and field(choices["0"], "office") != kcc:
            at = (*path, "choices", "0")
            tell("zero_elsewhere", tree.line(at), at, kcc=kcc)
    ways = {menu: _menus_behind(part) for menu, part in section(tree, "menus").items()}
    _rounds(ways, lambda menu, round_: tell("menu_loop", tree.line(("menus", menu)), ("menus", menu), round=round_))
    reached = {value for path, value in found(tree.data, ("numbers", "*", "to", "menu"))}
    reached |= {menu for behind in ways.values() for menu in behind}
    for menu in ways:
        if menu not in reached:
            tell.warn("menu_unused", tree.line(("menus", menu)), ("menus", menu))


def _menus_behind(part: object) -> list[str]:
    return [value for _, value in found(part, ("choices", "*", "menu")) if isinstance(value, str)]


def _circle(tree: Tree, tell: Teller, kind: str, by: str, code: str) -> None:
    ways = {name: [field(part, by)] for name, part in section(tree, kind).items() if field(part, by)}

    def told(name: str, round_: str) -> None:
        path = (kind, name, by)
        tell(code, tree.line(path), path, round=round_)

    _rounds(ways, told)


def _rounds(ways: dict[str, list[str]], told: Callable[[str, str], None]) -> None:
    """Call `told` once for each circle: where it begins in the file, and how it goes round."""
    done: set[str] = set()
    for start, onwards in ways.items():
        trail = [start]
        branches = [iter(onwards)]
        while branches and start not in done:
            onward = next(branches[-1], None)
            if onward is None:
                branches.pop()
                done.add(trail.pop())
            elif onward in trail:
                at = trail.index(onward)
                told(onward, " → ".join([*trail[at:], onward]))
            elif onward not in done and onward in ways:
                trail.append(onward)
                branches.append(iter(ways[onward]))


def _unreached(tree: Tree, tell: Teller) -> None:
    """First match wins, so nothing after a rule without conditions is ever looked at."""
    rules = tree.data.get("rules", []) if isinstance(tree.data, dict) else []
    always = 0
    for at, rule in entries(rules):
        path = ("rules", at)
        if always:
            tell.warn("rule_unreached", tree.line(path), path, first=always)
        elif isinstance(rule, dict) and set(rule) == {"office"}:
            always = tree.line(path)


def _lonely(tree: Tree, tell: Teller) -> None:
    """An office needs agents and a department colleagues; a municipality may still be filling them in."""
    staffed = {name for _, name in found(tree.data, ("agents", "*", "offices", "*"))}
    for office in section(tree, "offices"):
        if office not in staffed:
            tell.warn("no_agents", tree.line(("offices", office)), ("offices", office))
    manned = {name for _, name in found(tree.data, ("colleagues", "*", "department"))}
    for department in section(tree, "departments"):
        if department not in manned:
            tell.warn("no_colleagues", tree.line(("departments", department)), ("departments", department))
