"""Whatever the doctor can find has words in both languages, and all that is asked to be filled in is filled in."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from app.doctor import Finding, Told, told
from app.doctor.findings import INSIDE, SUBJECTS, WORDS
from app.doctor.modules import LOST, NEEDED
from app.web.doctor import text

APP = Path(__file__).resolve().parents[2] / "app"
SOURCES = [*(APP / "doctor").glob("*.py"), APP / "web/examining.py"]


def codes() -> set[str]:
    """Every word in the sources that could name a finding."""
    found = set()
    for source in SOURCES:
        if not source.name.endswith("words.py"):
            tree = ast.parse(source.read_text(encoding="utf-8"))
            found |= {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return found


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_sentence_can_be_said_by_some_check() -> None:
    assert set(WORDS) - codes() == set()


def test_every_finding_has_its_words() -> None:
    made = set()
    for source in SOURCES:
        made |= set(re.findall(r'Finding\(\s*"([a-z_]+)"', source.read_text(encoding="utf-8")))
    assert len(made) > 40
    assert made <= set(WORDS)


@pytest.mark.parametrize("code", sorted(WORDS))
def test_both_languages_say_the_same(code: str) -> None:
    words = WORDS[code]
    assert words.subject in SUBJECTS
    assert fields(words.nl) == fields(words.en)
    assert fields(words.nl_do) == fields(words.en_do)
    assert bool(words.nl_do) == bool(words.en_do)
    args = dict.fromkeys(fields(words.nl) | fields(words.nl_do), "x")
    dutch, english = told(Finding(code, args), "nl"), told(Finding(code, args), "en")
    assert dutch.grade == english.grade == words.grade
    for each in (dutch.sentence, dutch.do, english.sentence, english.do):
        assert "{" not in each.replace("{number}", "")
    assert dutch.sentence[0].isupper() or dutch.sentence[0] == "x"


def test_what_is_wrong_comes_with_what_to_do() -> None:
    assert [code for code, words in WORDS.items() if words.grade in ("wrong", "unseen") and not words.nl_do] == []
    assert [code for code, words in WORDS.items() if words.grade == "ok" and words.nl_do] == []


BUILT_IN = frozenset({"Busy", "Congestion", "Goto", "GotoIf", "Hangup", "Ringing", "Set", "Wait"})
MODULES = {
    "Dial": "app_dial.so", "Gosub": "app_stack.so", "Return": "app_stack.so", "Stasis": "app_stasis.so",
    "Verbose": "app_verbose.so", "CALLERID": "func_callerid.so", "CONNECTEDLINE": "func_callerid.so",
    "CUT": "func_cut.so", "FILTER": "func_strings.so", "LEN": "func_strings.so", "REGEX": "func_strings.so",
    "TOLOWER": "func_strings.so", "GROUP": "func_groupcount.so", "GROUP_COUNT": "func_groupcount.so",
    "IF": "func_logic.so", "TIMEOUT": "func_timeout.so", "PJSIP_HEADER": "res_pjsip_header_funcs.so",
    "PJSIP_PARSE_URI_FROM": "chan_pjsip.so", "PJSIP_TRANSFER_HANDLING": "chan_pjsip.so",
}  # fmt: skip
"""The applications and functions of a dialplan, and where they are."""


def test_without_a_module_that_the_shipped_dialplan_uses_something_is_said_to_be_lost() -> None:
    lines = Path("deploy/asterisk/extensions.conf").read_text().splitlines()
    plan = "\n".join(line.partition(";")[0] for line in lines)
    used = set(re.findall(r"(?:,|\{)([A-Z][A-Za-z_]+)\(", plan)) | set(re.findall(r"Set\(([A-Z_]+)\(", plan))
    assert {"Dial", "Stasis", "CALLERID", "TIMEOUT"} <= used
    assert {MODULES[name] for name in used - BUILT_IN} <= set(NEEDED)


def test_each_module_says_what_is_lost_without_it() -> None:
    assert {f"lost:{name}" for name in NEEDED} == set(LOST)
    missing = told(Finding("module_missing", {"module": "res_musiconhold.so", "lost": "lost:res_musiconhold.so"}), "nl")
    assert missing.sentence == "res_musiconhold.so is niet geladen: wie wacht, hoort geen muziek."
    assert all(len(pair) == 2 for pair in INSIDE.values())


def test_what_was_probably_meant_stands_in_the_remedy() -> None:
    args = {"phone": "PJSIP/110", "name": "110", "who": "bart", "near": "101"}
    assert told(Finding("phone_absent", args), "nl").do == (
        "Maak [110] in pjsip.conf, of verbeter het adres van bart in routing.yaml (bedoelt u 101?)."
    )
    assert told(Finding("phone_absent", {**args, "near": ""}), "en").do.endswith("in routing.yaml.")


def test_the_report_is_read_from_top_to_bottom() -> None:
    found = [
        told(Finding("database_ok", {"version": "18.4"}), "nl"),
        told(Finding("link_none", {"centre": "stad"}), "nl", "stad"),
        told(Finding("accounts_none"), "nl", "stad"),
    ]
    said = text(found, "nl")
    lines = said.splitlines()
    assert lines[0] == "goed      database    PostgreSQL 18.4, helemaal bijgewerkt."
    assert lines[1] == "FOUT      verbinding  Asterisk heeft geen verbinding met de dienst geopend."
    assert lines[2].startswith(" " * 22 + "> Kijk op de machine van Asterisk")
    assert "/switch/stad/asterisk" in said
    assert lines[-1] == "In totaal: 1 fout, 1 punt om op te letten."
    assert max(map(len, lines)) <= 110
    assert "[stad]" not in said
    assert "[dorp]" in text([*found, Told("link", "ok", "x", "Goed.", centre="dorp")], "nl")
    assert text(found[:1], "nl").endswith("\nAlles is in orde.\n")
    assert text(found, "en").splitlines()[-1] == "In all: 1 thing wrong, 1 to be noted."
