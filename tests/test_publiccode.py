"""publiccode.yml says what its standard (0.4) demands but for an address, and the same as pyproject.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
TOLD: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MANDATORY = (
    "publiccodeYmlVersion", "name", "platforms", "categories", "developmentStatus", "softwareType", "description",
    "legal", "maintenance", "localisation",
)  # fmt: skip


@pytest.mark.parametrize("key", MANDATORY)
def test_what_is_mandatory_is_there(key: str) -> None:
    assert TOLD[key]


def test_what_is_mandatory_within_is_there() -> None:
    assert TOLD["publiccodeYmlVersion"] == "0.4"
    assert TOLD["maintenance"]["type"] == "community"
    assert all(contact["name"] for contact in TOLD["maintenance"]["contacts"])
    assert TOLD["localisation"]["localisationReady"] is True
    assert set(TOLD["localisation"]["availableLanguages"]) == set(TOLD["description"])


@pytest.mark.parametrize("language", TOLD["description"])
def test_descriptions_are_as_long_as_they_may_be(language: str) -> None:
    words = TOLD["description"][language]
    assert 0 < len(words["shortDescription"]) <= 150
    assert 150 <= len(words["longDescription"]) <= 10_000


def test_version_and_licence_are_those_of_the_package() -> None:
    assert TOLD["softwareVersion"] == PROJECT["version"]
    assert TOLD["legal"]["license"] == PROJECT["license"] == "EUPL-1.2"
