"""What the command line says of itself: Dutch, or English on request; only while it is being read."""

import argparse
import socket

import pytest

from app.__main__ import main


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


def test_the_help_is_dutch_and_argparse_is_left_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    before = vars(argparse)["_"]
    with pytest.raises(SystemExit):
        main(["pbx-test", "--help"])
    said = capsys.readouterr().out
    assert all(words in said for words in ("gebruik: warmlijn pbx-test", "argumenten:", "opties:", "deze uitleg tonen"))
    assert "optional" not in said
    assert "3 goed voor zover" in " ".join(said.split())
    assert vars(argparse)["_"] is before


def test_a_port_in_use_is_told_before_anything_is_started(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("WARMLIJN_PORT", str(port))
        assert main(["serve"]) == 1
    told = capsys.readouterr().err
    assert told == f"Op 127.0.0.1:{port} draait al een programma. Stop het, of zet WARMLIJN_PORT op een vrije poort.\n"
