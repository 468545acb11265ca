"""What is sealed opens with its keys, at its own place, and nowhere else; nothing can be read from it."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.sealing import Seal

PERSON, OLD, NEW = b"p" * 32, b"o" * 32, b"n" * 32
SEAL = Seal(PERSON)
NUMBER = "+31612345678"
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts, texts, texts)
def test_what_is_sealed_opens_at_its_own_place(centre: str, ref: str, text: str) -> None:
    assert SEAL.open(centre, ref, SEAL.close(centre, ref, text)) == text


@given(texts.filter(lambda text: len(text) > 3))
def test_nothing_of_the_text_stands_in_it_and_twice_the_same_reads_differently(text: str) -> None:
    once, again = SEAL.close("noord", "c1.name", text), SEAL.close("noord", "c1.name", text)
    assert once != again
    assert text.encode() not in a2b_base64(once.partition(".")[2])
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=.")


PLACES = [("zuid", "c1.number"), ("noord", "c2.number"), ("noord", "c1.name"), ("noordc", "1")]


@pytest.mark.parametrize("place", PLACES)
def test_a_row_that_was_moved_does_not_open(place: tuple[str, str]) -> None:
    assert SEAL.open(*place, SEAL.close("noord", "c1.number", NUMBER)) is None


def test_centre_and_ref_do_not_run_together() -> None:
    assert SEAL.open("a", "bc", SEAL.close("ab", "c", NUMBER)) is None


def test_one_changed_bit_does_not_open() -> None:
    key, _, body = SEAL.close("noord", "c1.number", NUMBER).partition(".")
    raw = a2b_base64(body)
    for n in range(len(raw)):
        bent = bytes(byte ^ (i == n) for i, byte in enumerate(raw))
        assert SEAL.open("noord", "c1.number", f"{key}.{b2a_base64(bent, newline=False).decode()}") is None


@pytest.mark.parametrize("wrong", ["", ".", "x", "x.y", "deadbeef.", f"{SEAL.newest}.", f"{SEAL.newest}.AAAA", "é.é"])
def test_what_is_no_sealed_text_opens_to_nothing(wrong: str) -> None:
    assert SEAL.open("noord", "c1.number", wrong) is None


def test_a_key_is_changed_without_a_moment_in_which_something_cannot_be_read() -> None:
    """Old alone; old before new; new before old; new alone: each opens what the neighbours seal."""
    rings = [Seal(PERSON), Seal(PERSON, OLD), Seal(PERSON, OLD, NEW), Seal(PERSON, NEW, OLD), Seal(PERSON, NEW)]
    sealed = [ring.close("noord", "c1.name", "Jansen") for ring in rings]
    for n in range(1, len(rings) - 1):
        assert [rings[n].open("noord", "c1.name", each) for each in sealed[n - 1 : n + 1]] == ["Jansen"] * 2
    assert rings[2].open("noord", "c1.name", sealed[3]) == "Jansen"
    assert rings[4].open("noord", "c1.name", sealed[2]) is None, "after the old one went"
    assert all(ring.open("noord", "c1.name", sealed[0]) == "Jansen" for ring in rings), "that of the person key stays"


def test_another_person_key_is_another_key() -> None:
    other = Seal(NEW)
    assert other.open("noord", "c1.name", SEAL.close("noord", "c1.name", "Jansen")) is None
    assert not set(other.known) & set(SEAL.known)
    assert other.alike("noord", NUMBER) != SEAL.alike("noord", NUMBER)


def test_equal_numbers_of_one_centre_are_alike_and_names_are_not_compared() -> None:
    assert SEAL.alike("noord", NUMBER) == Seal(PERSON, NEW).alike("noord", NUMBER), "whatever seals"
    assert len({SEAL.alike("noord", NUMBER), SEAL.alike("zuid", NUMBER), SEAL.alike("noord", NUMBER + "9")}) == 3
    assert SEAL.alike("noord", "140123")
    assert SEAL.alike("noord", "mevrouw De Vries") == SEAL.alike("noord", "") == ""


def test_half_a_sign_is_kept_as_a_question_mark() -> None:
    assert SEAL.open("noord", "c1.name", SEAL.close("noord", "c1.name", "Jan\ud800")) == "Jan?"
