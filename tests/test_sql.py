"""Where SQL may stand (decision 0017): what rules work with is written in store only, and read where it is shown."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[1] / "app"
READS = ("store", "web", "doctor", "engine")
"""Packages that ask the database themselves."""
OF_THE_PAGES = {"users", "accesses", "policies", "quarantine"}
"""Tables that `web` writes itself."""
SELECTS = re.compile(r"\bSELECT\b.*\bFROM\s+[a-z_]+", re.DOTALL)
WRITES = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z_]+)")
OUTSIDE = sorted(path for path in APP.rglob("*.py") if path.relative_to(APP).parts[0] != "store")


def texts(source: Path) -> Iterator[str]:
    """Every text in this file, those of f-strings in pieces."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("source", OUTSIDE, ids=lambda path: str(path.relative_to(APP)))
def test_sql_stands_where_it_belongs(source: Path) -> None:
    package = source.relative_to(APP).parts[0]
    said = list(texts(source))
    written = {table for text in said for table in WRITES.findall(text)}
    assert written <= (OF_THE_PAGES if package == "web" else set()), "written outside store"
    assert package in READS or not any(SELECTS.search(text) for text in said), "asked where nothing is asked"


def test_the_search_finds_what_it_looks_for() -> None:
    found = {table for path in (APP / "store").rglob("*.py") for text in texts(path) for table in WRITES.findall(text)}
    assert {"outbox", "names"} <= found
    assert any(WRITES.search(text) for text in texts(APP / "web/accounts.py"))
    assert any(SELECTS.search(text) for text in texts(APP / "web/api/promises.py"))
