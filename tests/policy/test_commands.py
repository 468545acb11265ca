"""`check` and `explain` as an admin types them: what is printed, and how they end."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from app.policyfile import schema
from app.policyfile.commands import add_commands
from tests.policy.small import GOOD, spoiled

FILE = str(Path(__file__).parents[2] / "config" / "routing.yaml")


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    args = parser.parse_args(words)
    return int(args.run(args))


def explained(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert run("explain", "--file", FILE, "--json", *words) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["office", "closed", "topic", "steps"]
    assert told["steps"]
    assert all(list(step) == ["because", "line"] and step["line"] > 0 for step in told["steps"])
    return {name: told[name] for name in ("office", "closed", "topic")}


def test_check_of_the_shipped_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", FILE) == 0
    assert capsys.readouterr().out == f"{FILE}: in orde, 19 proeven geslaagd\n"
    assert run("check", FILE, "--lang", "en") == 0
    assert capsys.readouterr().out == f"{FILE}: good, 19 tests passed\n"


def test_check_tells_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(spoiled("cycle: 5", "cyle: 5", "overflow: kcc", "overflow: kc"))
    assert run("check", str(file)) == 1
    assert capsys.readouterr().out == (
        f"{file}:32: 'offices.sociaal.overflow' verwijst naar de frontoffice 'kc'; die naam bestaat niet"
        f" (bedoelt u 'kcc'?)\n{file}:40: 'ringing.cyle' bestaat niet (bedoelt u 'cycle'?)\n2 fouten\n"
    )


def test_check_runs_the_tests_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(spoiled("expect: {office: sociaal}", "expect: {office: kcc}"))
    assert run("check", str(file), "--lang", "en") == 1
    assert capsys.readouterr().out == f"{file}:43: this test expected office kcc, but got office sociaal\n1 mistake\n"


def test_check_shows_what_is_worth_a_look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(
        spoiled("offices: [kcc, sociaal]", "offices: [kcc]", "expect: {office: sociaal}", "expect: {topic: wmo}")
    )
    assert run("check", str(file)) == 0
    assert capsys.readouterr().out == (
        f"{file}:32: voor 'offices.sociaal' is geen enkele medewerker [let op]\n{file}: in orde, 1 proeven geslaagd\n"
    )


def test_check_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(spoiled("cycle: 5", "cyle: 5"))
    assert run("check", str(file), "--json") == 1
    mistake = {
        "file": str(file),
        "line": 40,
        "path": "ringing.cyle",
        "sentence": "'ringing.cyle' bestaat niet",
        "hint": "bedoelt u 'cycle'?",
        "code": "unknown_key",
    }
    nothing: dict[str, object] = {"warnings": [], "recordings": []}
    assert json.loads(capsys.readouterr().out) == {"ok": False, "mistakes": [mistake], "tests": 0, **nothing}
    file.write_text(GOOD)
    assert run("check", str(file), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "mistakes": [], "tests": 1, **nothing}


def test_check_tells_which_sentences_are_still_to_be_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, folder = tmp_path / "r.yaml", tmp_path / "own"
    file.write_text(spoiled("closed: {nl: Zin.}", "closed: {nl: Wij zijn gesloten.}"))
    (folder / "nl").mkdir(parents=True)
    (folder / "nl/clozed.wav").write_bytes(b"RIFF")
    (folder / "nl/recall.wav").write_bytes(b"RIFF")
    assert run("check", str(file), "--recordings", str(folder)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        f"{folder}/nl/clozed.wav: hoort bij geen zin van deze routering (bedoelt u nl/closed.wav?) [let op]"
    )
    assert lines[1] == f"{folder}/nl/recall.wav: dit is geen gewoon WAV-bestand (PCM, zonder compressie) [let op]"
    assert f'{folder}/nl/closed.wav: is er niet; de computerstem zegt: "Wij zijn gesloten." [let op]' in lines
    assert lines[-1] == f"{file}: in orde, 1 proeven geslaagd"
    assert run("check", str(file), "--recordings", str(folder), "--json", "--lang", "en") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["recordings"][0]["code"]) == (True, "unknown")
    assert run("check", str(file)) == 0
    assert "wav" not in capsys.readouterr().out, "without a folder in use nothing is said"


def test_check_of_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(tmp_path / "weg.yaml")) == 1
    assert "kan niet worden gelezen: er is geen bestand met deze naam" in capsys.readouterr().out
    assert run("check", str(tmp_path / "weg.yaml"), "--lang", "en") == 1
    assert "cannot be read: No such file" in capsys.readouterr().out


def test_a_folder_of_recordings_that_is_not_there_is_named_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(GOOD)
    assert run("check", "r.yaml", "--recordings", "own/sounds") == 0
    assert capsys.readouterr().out.startswith("own/sounds: deze map is er niet")


def test_the_schema_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--schema") == 0
    assert capsys.readouterr().out == schema.text()


def test_explain_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "--file", FILE, "--number", "14 0123", "--say", "een traplift", "--at", "di 10:15") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"volgens {FILE}"
    assert lines[1].startswith("1. nummer 140123 leidt naar keuzemenu hoofdmenu (regel ")
    assert lines[-1] == "= naar frontoffice sociaal, onderwerp wmo"
    assert run("explain", "--file", FILE, "--number", "14 0123", "--at", "za 10:15", "--lang", "en") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "= closed; the caller may ask to be called back"


def test_explain_is_about_the_file_of_the_service_unless_told_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(GOOD)
    monkeypatch.setenv("WARMLIJN_POLICY", str(file))
    assert run("explain", "--number", "14 0123", "--lang", "en") == 0
    assert capsys.readouterr().out.startswith(f"according to {file}\n")


def test_explain_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    number = ("--number", "14 0123")
    assert explained(capsys, *number, "--press", "2", "--at", "di 10:15") == {
        "office": "sociaal", "closed": False, "topic": None,
    }  # fmt: skip
    assert explained(capsys, *number, "--say", "traplift", "--at", "di 10:15") == {
        "office": "sociaal", "closed": False, "topic": "wmo",
    }  # fmt: skip
    assert explained(capsys, *number, "--say", "traplift", "--at", "za 10:15") == {
        "office": None, "closed": True, "topic": None,
    }  # fmt: skip
    assert explained(capsys, *number, "--press", "9", "--press", "1", "--at", "mon 09:00")["office"] == "kcc"
    for keys in (("9", "2"), ("9,2",), ("92",)):
        assert explained(capsys, *number, "--press", *keys, "--at", "mon 09:00")["office"] == "sociaal"
    assert explained(capsys, "--number", "+31 123 45 67 80", "--at", "di 10:15")["office"] == "sociaal"
    assert (
        explained(capsys, *number, "--language", "en", "--say", "moving house", "--at", "di 10:15")["topic"]
        == "verhuizing"
    )


def test_explain_without_a_moment_is_about_now(capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(capsys, "--number", "14 0123")
    assert told["closed"] is (told["office"] is None)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--number", "veertien"), "'veertien' is geen telefoonnummer"),
        (("--number", "14 0123", "--press", "x"), "'x' is geen toets (0 tot en met 9)"),
        (
            ("--number", "14 0123", "--at", "gisteren"),
            "'gisteren' is geen moment (schrijf zoals di 10:15 of 2026-04-27 10:15)",
        ),
        (("--number", "14 0123", "--language", "tr"), "'tr' is geen taal van deze gemeente"),
    ],
)
def test_explain_of_a_question_that_is_not_right(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("explain", "--file", FILE, *words) == 1
    out = capsys.readouterr()
    assert (out.out, out.err) == ("", f"{message}\n")


def test_explain_of_a_file_with_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "r.yaml"
    file.write_text("hours: [\n")
    assert run("explain", "--file", str(file), "--number", "14 0123") == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.startswith(f"{file}:2: dit is geen geldige YAML")
