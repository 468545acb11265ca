"""What the documents say is so: generated pages are current, links lead somewhere, settings and targets exist."""

import ast
import importlib.util
import re
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from app.call import call
from app.settings import OURS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part in {"var", "node_modules"} for part in path.relative_to(ROOT).parts)
)
SOURCES = sorted(file for part in ("app", "bench", "docs", "tests") for file in (ROOT / part).rglob("*.py"))


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_and_schemas_are_current() -> None:
    assert generator().stale() == [], "run make docs"


def test_every_noun_of_the_core_stands_in_the_glossary_with_its_words() -> None:
    glossary = generator().nouns
    modules = {f"app.call.{path.stem}" for path in (ROOT / "app/call").glob("*.py")}
    named = {(module, name) for module in modules for name, _ in glossary.nouns(module)}
    assert {module for module, _ in named} == set(glossary.MODULES)
    assert [name for module, name in sorted(named) if not glossary.dutch(module, name)] == []
    assert {key.rpartition(".")[2] for key in glossary.DUTCH} == {name for _, name in named}


def test_the_page_of_the_phases_shows_every_phase_and_every_way_between_them() -> None:
    page = (ROOT / "docs/reference/states.md").read_text(encoding="utf-8")
    assert [kind.__name__ for kind in get_args(call.Phase) if f"## {kind.__name__}\n" not in page] == []
    told = set()
    for story in sorted((ROOT / "tests/transcripts").glob("*.txt")):
        phases = re.findall(r"^  = (\w+)  omdat", story.read_text(encoding="utf-8"), re.MULTILINE)
        told |= set(pairwise(phases)) if "call=c2" not in story.read_text(encoding="utf-8") else set()
    drawn = set(re.findall(r"^    (\w+) --> (\w+)", page, re.MULTILINE))
    anywhere = {"Ended", "Degraded"}
    assert [way for way in sorted(told - drawn) if way[0] != way[1] and way[1] not in anywhere] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_every_target_the_pages_name_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {word for page in PAGES for word in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))}
    assert named
    assert named <= targets


def test_the_settings_page_lists_exactly_what_is_read() -> None:
    read = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', (ROOT / "app/settings/reading.py").read_text(encoding="utf-8")))
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    rows = " ".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`([A-Z_]+)`", rows)) == read
    assert [name for name in read if not name.startswith(OURS)] == []


def test_each_decision_has_its_four_parts_and_stands_in_the_index() -> None:
    folder = ROOT / "docs/decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    for page in sorted(folder.glob("[0-9]*.md")):
        text = page.read_text(encoding="utf-8")
        assert [part for part in ("Status", "Context", "Decision", "Consequences") if f"**{part}**" not in text
                and f"**{part}.**" not in text] == [], page.name
        assert f"({page.name})" in index


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(ROOT)))
def test_a_source_file_is_small_and_says_what_lives_there(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    assert not text or ast.get_docstring(ast.parse(text))


def test_no_lock_file_says_where_a_package_comes_from() -> None:
    locks = sorted(ROOT.glob("*.lock"))
    assert locks
    assert [lock.name for lock in locks if "://" in lock.read_text(encoding="utf-8")] == []
