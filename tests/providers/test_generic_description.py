"""The published description says what the code does: what it takes, the schema allows, and what it sends too."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from app.providers.generic import describing
from app.providers.generic.events import TYPES
from app.providers.generic.mistakes import mistakes
from tests.providers.pbx_side import LEG, message

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(describing.json_schema())


def errors(sent: Any) -> list[str]:
    checker = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    return [error.message for error in checker.iter_errors(sent)]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("call.offered", {"call": "x", "dialled": "140123", "number": "+31612345678"}),
        ("keys.pressed", {"leg": LEG, "step": 1, "keys": "1"}),
        ("leg.ringing", {"leg": LEG}),
        ("leg.ended", {"leg": LEG, "cause": "busy"}),
        ("device.changed", {"address": "sip:a@x.example", "state": "gone"}),
        ("leg.ended", {"leg": LEG, "cause": "bored"}),
        ("keys.pressed", {"leg": LEG, "keys": "1"}),
        ("keys.pressed", {"leg": LEG, "step": 1, "keys": "1", "more": 1}),
        ("leg.nothing", {"leg": LEG}),
    ],
)
def test_the_schema_and_the_reader_agree(kind: str, data: dict[str, Any]) -> None:
    sent = message(kind, data)
    assert bool(errors(sent)) == bool(mistakes(json.dumps(sent).encode()))


def test_the_example_of_the_description_is_right() -> None:
    described = yaml.safe_load((ROOT / "docs/reference/generic-api.yaml").read_text(encoding="utf-8"))
    post = described["paths"]["/hooks/{centre}/generic/events"]["post"]
    ((_, media),) = post["requestBody"]["content"].items()
    assert errors(media["example"]) == []
    assert described["openapi"] == "3.1.0"


def test_every_reference_in_the_description_leads_somewhere() -> None:
    text = (ROOT / "docs/reference/generic-api.yaml").read_text(encoding="utf-8")
    schemas = yaml.safe_load(text)["components"]["schemas"]
    named = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert named <= set(schemas)
    assert {kind.__name__ for kind in TYPES.values()} <= named
