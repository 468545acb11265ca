"""Every reason the core can give has a sentence in Dutch and in English with everything filled in; no other has one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from app.call.agent import Device
from app.call.because import Because, chain, why
from app.call.call import Cause
from app.call.numbers import Kind
from app.call.reasons import REASONS, sentence
from tests.core.moments import MOMENTS
from tests.transcripts.telling import stories, tell

CORE = Path(__file__).resolve().parents[2] / "app"
SOURCES = sorted(
    path for part in ("call", "ivr", "transfer", "agents", "callbacks", "ringback", "decide.py", "ending.py")
    for path in ([CORE / part] if part.endswith(".py") else (CORE / part).glob("*.py"))
)  # fmt: skip
CODE = re.compile(r"[a-z]+\.[a-z_0-9]+")
SLOT = re.compile(r"\{([a-z_]+)\}")
PUT_TOGETHER = {
    "agent.": ("ready", "not_ready", "logged_off"),
    "agent.then_": ("ready", "not_ready", "logged_off"),
    "device.": get_args(Device),
    "transfer_key.": ("unknown", "forbidden"),
    "transfer.": tuple(sorted({*get_args(Cause)} - {"normal", "cancelled", "lost"})),
    "callback.": ("helped", "email", "missed", "late"),
    "ignored.slot_": ("past", "far", "absent", "closed", "full"),
    "ignored.number_": get_args(Kind),
}
"""What a code that is put together may end with; a new beginning must be added here."""
TWICE = ("menu.wrong_key", "menu.unknown_word")

Given = tuple[str, set[str]]


def given(source: Path) -> Iterator[Given]:
    """Every code in this file with the slots that are filled where it is given."""
    for function in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "why":
                    filled = {k.arg for k in node.keywords if k.arg} - {"line"}
                    for code in codes(node.args[0], function):
                        yield code, filled


def codes(said: ast.expr, function: ast.FunctionDef) -> Iterator[str]:
    """The codes an expression may stand for."""
    match said:
        case ast.Constant(value=str(code)):
            yield code
        case ast.IfExp(body=one, orelse=other):
            yield from codes(one, function)
            yield from codes(other, function)
        case ast.JoinedStr(values=[ast.Constant(value=str(begin)), *_]):
            yield from (f"{begin}{end}" for end in PUT_TOGETHER[begin])
        case ast.Name(id=name):
            constants = [
                x.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
                for x in ast.walk(node.value)
                if isinstance(x, ast.Constant) and isinstance(x.value, str)
            ]
            yield from (c for c in constants if CODE.fullmatch(c) or c == "closed")
        case _:
            raise AssertionError(f"what is {ast.unparse(said)}?")


GIVEN = [pair for source in SOURCES for pair in given(source)]
PASSED = [
    (x.value, set[str]())
    for x in ast.walk(ast.parse((CORE / "call/notes.py").read_text(encoding="utf-8")))
    if isinstance(x, ast.Constant) and isinstance(x.value, str) and x.value.startswith("ignored.")
]
ALL = [*GIVEN, *PASSED, *((f"{code}_twice", filled) for code, filled in GIVEN if code in TWICE)]


@pytest.mark.parametrize(("code", "filled"), ALL, ids=[code for code, _ in ALL])
def test_a_reason_has_a_sentence_in_both_languages_whose_slots_are_filled(code: str, filled: set[str]) -> None:
    for words in REASONS[code]:
        assert words
        assert set(SLOT.findall(words)) <= filled


def test_no_sentence_is_left_for_a_reason_that_is_never_given() -> None:
    assert sorted(set(REASONS) - {code for code, _ in ALL}) == []


def test_the_two_languages_are_two_sentences() -> None:
    assert [code for code, (dutch, english) in REASONS.items() if dutch == english] == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_was_decided_on_the_way_to_a_moment_is_told_completely(moment: str) -> None:
    for step in MOMENTS[moment]().steps:
        assert told(step.decision.because)


def told(because: Because) -> bool:
    """Whether every step is known and complete."""
    known = all(step.code in REASONS for step in chain(because))
    return known and not any(SLOT.search(sentence(because, language)) for language in ("nl", "en"))


def test_the_stories_are_told_completely() -> None:
    for story in stories():
        assert not re.search(r"omdat .*[{}]", tell(story.read_text(encoding="utf-8")))


def test_a_reason_tells_its_steps_in_order_and_an_unknown_code_as_it_is() -> None:
    both = Because("menu.key", {"key": "2"}, 31, why("route.choice", 60, office="kcc"))
    assert sentence(both) == "de beller koos toets 2; gekozen voor kcc"
    assert sentence(both, "en") == "the caller pressed 2; kcc was chosen"
    assert sentence(Because("unheard.of", {"x": "1"})) == "unheard.of"
    assert (both.ignored, why("ignored.phase", phase="Ended").ignored) == (False, True)
