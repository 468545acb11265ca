"""YAML text -> plain text values and the line of each, or the mistakes of form: no aliases, no types, no surprises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from app.policyfile.mistakes import Path, Teller
from app.policyfile.parser_words import parser_says

LARGEST = 256 * 1024
DEEPEST = 30
UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the writing direction: what one reads is not what is done."""

Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(slots=True)
class Tree:
    """`data` is dicts, lists and strings only; `lines` tells where each path stands (a key's own line)."""

    data: object = ""
    whole: bool = False
    """Whether the text was read to its end."""
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of this path, or of the nearest part around it that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass(slots=True)
class _Open:
    """A block or list that is being read; `key` waits for its value."""

    value: dict[str, object] | list[object]
    path: Path
    key: str | None = None


def grow(source: str | bytes, tell: Teller) -> Tree:
    """The tree of `source`; mistakes of form are told and end the reading, except double keys, which are all told."""
    text = _text(source, tell)
    tree = Tree()
    if text is None:
        return tree
    try:
        tree.whole = _read(text, tree, tell)
    except yaml.YAMLError as error:
        _broken(error, text, tell)
    return tree


def _text(source: str | bytes, tell: Teller) -> str | None:
    size = len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "surrogatepass"))
    if size > LARGEST:
        tell("too_large", 1, kib=LARGEST // 1024)
        return None
    try:
        text = (source.decode() if isinstance(source, bytes) else source).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        tell("not_utf8", error.object[: error.start].count(b"\n") + 1)
        return None
    for pattern, code in ((UNREADABLE, "unreadable"), (TURNING, "turning")):
        found = pattern.search(text)
        if found:
            tell(code, text.count("\n", 0, found.start()) + 1, sign=f"U+{ord(found.group()):04X}")
            return None
    return text


def _read(text: str, tree: Tree, tell: Teller) -> bool:
    """One pass over the parser's events, without recursion, so that depth cannot hurt; False when it stopped."""
    stack: list[_Open] = []
    documents = 0
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    tell("documents", line)
                    return False
            case yaml.AliasEvent():
                tell("alias", line, name=event.anchor)
                return False
            case yaml.ScalarEvent() | yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if event.anchor is not None:
                    tell("anchor", line, name=event.anchor)
                    return False
                if event.tag is not None and event.tag != "!":
                    tell("tag", line, name=event.tag)
                    return False
                if len(stack) >= DEEPEST and not isinstance(event, yaml.ScalarEvent):
                    tell("too_deep", line, deepest=DEEPEST)
                    return False
                if not _place(event, line, stack, tree, tell):
                    return False
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                stack.pop()
            case _:
                pass
    return True


def _place(event: yaml.Event, line: int, stack: list[_Open], tree: Tree, tell: Teller) -> bool:
    """Put one value where it belongs; False when reading cannot go on."""
    value: object = [] if isinstance(event, yaml.SequenceStartEvent) else {}
    if isinstance(event, yaml.ScalarEvent):
        value = event.value
    path: Path = ()
    if stack:
        top = stack[-1]
        if isinstance(top.value, list):
            path = (*top.path, len(top.value))
            top.value.append(value)
        elif top.key is None:
            if not isinstance(value, str):
                tell("complex_key", line)
                return False
            top.key = value
            path = (*top.path, value)
            if path in tree.lines:
                tell("duplicate_key", line, path, name=value, first=tree.lines[path])
            tree.lines[path] = line
            return True
        else:
            path = (*top.path, top.key)
            top.value[top.key] = value
            top.key = None
    else:
        tree.data = value
    tree.lines.setdefault(path, line)
    if isinstance(value, dict | list):
        stack.append(_Open(value, path))
    return True


def _broken(error: yaml.YAMLError, text: str, tell: Teller) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else 1
    problem = str(getattr(error, "problem", None) or "").strip()
    lines = text.splitlines() or [""]
    here = lines[min(line, len(lines)) - 1]
    if "\t" in here[: len(here) - len(here.lstrip())]:
        tell("tab", line)
    else:
        tell("syntax", line, problem=parser_says(problem, tell.language) or type(error).__name__)
