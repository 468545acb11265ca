"""What the command line says of itself: Dutch, or English on request; only while it is being read."""

import argparse
import socket

import pytest

from app.__main__ import main, parser, understood
from app.usage import ENGLISH, said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], ("gebruik: warmlijn", "fout: dit ontbreekt: OPDRACHT")),
        (["user", "--lang", "nl"], ("gebruik: ", "fout: ")),
        (["demo", "--lang", "de"], ("fout: --lang: 'de' kan hier niet; kies uit 'en', 'nl'",)),
        (["migrate", "--quick"], ("fout: onbekend: --quick",)),
        (["pbx-test", "http://x", "--port", "x"], ("fout: --port: 'x' kan hier niet",)),
        (["migrate", "--lang"], ("fout: --lang: hierna hoort een waarde",)),
        (["migrate", "--lang", "en", "--quick"], ("usage: warmlijn", "error: unrecognized arguments: --quick")),
        (["migrate", "--lang=en", "--quick"], ("error: unrecognized",)),
        (["--lang", "en", "migrate", "--quick"], ("usage: warmlijn", "error: unrecognized arguments: --quick")),
        (["--lang", "en"], ("error: the following arguments are required",)),
        (["user", "--lang", "en"], ("usage: warmlijn user", "error: ")),
        (["user", "--lang", "de", "list"], ("fout: --lang: 'de' kan hier niet; kies uit 'en', 'nl'",)),
        (["migrate", "--lang="], ("fout: --lang: '' kan hier niet",)),
    ],
)
def test_a_mistake_is_told_in_the_language_of_the_answer(
    arguments: list[str], told: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert [words for words in told if words not in said] == []


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        ("check r.yaml", "nl"),
        ("--lang en check r.yaml", "en"),
        ("check --lang en r.yaml", "en"),
        ("check r.yaml --lang=en", "en"),
        ("--lang=en check --lang nl r.yaml", "nl"),
        ("check -- r.yaml", "nl"),
        ("--lang en check -- r.yaml", "en"),
        ("--lang en serve", "en"),
        ("--lang en user list", "en"),
        ("user --lang en list", "en"),
        ("user list --lang en", "en"),
    ],
)
def test_the_language_may_stand_anywhere(arguments: str, language: str) -> None:
    args = understood(arguments.split())
    assert args.lang == language
    assert getattr(args, "file", "r.yaml") == "r.yaml"


def test_the_language_of_the_caller_and_words_behind_two_dashes_are_left_alone() -> None:
    args = understood(["explain", "--number", "140123", "--language", "nl", "--lang", "en", "--press", "1", "2"])
    assert (args.lang, args.language, args.press) == ("en", "nl", ["1", "2"])
    assert understood(["check", "--", "--lang"]).file == "--lang"


def test_the_help_is_dutch_and_argparse_is_left_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    before = vars(argparse)["_"]
    with pytest.raises(SystemExit):
        main(["pbx-test", "--help"])
    said = capsys.readouterr().out
    assert all(words in said for words in ("gebruik: warmlijn pbx-test", "argumenten:", "opties:", "deze uitleg tonen"))
    assert "optional" not in said
    assert "3 goed voor zover" in " ".join(said.split())
    assert vars(argparse)["_"] is before


def test_the_help_is_english_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["explain", "--lang", "en", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert all(words in told for words in ("usage: warmlijn explain", "Where a caller goes according to this file",
                                           "--say WORDS", "language of the answer"))  # fmt: skip
    with pytest.raises(SystemExit):
        main(["--lang", "en", "--help"])
    told = capsys.readouterr().out
    assert "commands:" in told
    assert "start the service" in told


def test_all_that_the_commands_say_has_its_english() -> None:
    assert said(parser()) == ENGLISH.keys()


def test_a_port_in_use_is_told_before_anything_is_started(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("WARMLIJN_PORT", str(port))
        assert main(["serve"]) == 1
    told = capsys.readouterr().err
    assert told == f"Op 127.0.0.1:{port} draait al een programma. Stop het, of zet WARMLIJN_PORT op een vrije poort.\n"
