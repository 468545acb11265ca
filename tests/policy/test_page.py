"""The page about routing.yaml: every section and key, and examples that are good."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.policyfile import load, schema
from app.policyfile.shape import RoutingFile
from app.policyfile.standard import SLOTS
from tests.policy.small import spoiled

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "routing.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("name", RoutingFile.model_fields)
def test_every_section_has_its_heading_and_its_keys(name: str) -> None:
    assert f"\n## {name}\n" in PAGE
    keys = schema.table(name).splitlines()[2:]
    if name not in ("days_off", "hours", "texts"):
        assert keys
        assert "\n".join(keys) in PAGE


def test_every_text_is_listed() -> None:
    assert [text for text in SLOTS if f"| `{text}` |" not in PAGE] == []


def test_the_examples_are_good() -> None:
    hours, texts = EXAMPLES
    assert "telefoon" in load(spoiled("hours:\n", hours)).hours
    thanks = texts.removeprefix("texts:\n")
    assert load(spoiled("  thanks: {nl: Zin.}\n", thanks)).texts["thanks"].nameless
