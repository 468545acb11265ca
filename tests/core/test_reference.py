"""The number a call is named by: short, one of a kind, and a slip of the tongue gives itself away."""

from itertools import combinations, pairwise

from app.call.decision import Centre
from app.call.reference import WEIGHTS, following, heard, spelled, written
from app.web.api.shapes import no_citizen_number
from tests.core.acts import house, rings


def several(count: int, used: int = 0) -> list[str]:
    """The references of this many calls, one after another."""
    centre, made = Centre("test", "v1", numbered=used), []
    for _ in range(count):
        reference, used = following(centre)
        made.append(reference)
        centre = Centre("test", "v1", numbered=used)
    return made


def test_each_call_has_its_own() -> None:
    made = several(20_000)
    assert len(set(made)) == len(made)
    assert {len(reference) for reference in made} == {8}
    assert not any(reference.startswith("0") for reference in made)


def test_two_callers_in_a_row_have_numbers_far_apart() -> None:
    made = several(1000)
    assert min(abs(int(a) - int(b)) for a, b in pairwise(made)) > 1_000_000


def test_it_starts_anew_after_all_of_them() -> None:
    assert several(1, used=9_000_000) == several(1)


def test_one_wrong_digit_is_noticed_and_so_are_two_that_changed_places() -> None:
    for reference in several(200):
        assert heard(reference) == reference
        for at, digit in enumerate(reference):
            for other in "0123456789":
                wrong = reference[:at] + other + reference[at + 1 :]
                assert heard(wrong) == (reference if other == digit else "")
        for a, b in combinations(range(len(WEIGHTS)), 2):
            swapped = list(reference)
            swapped[a], swapped[b] = swapped[b], swapped[a]
            assert heard("".join(swapped)) == (reference if reference[a] == reference[b] else "")


def test_it_never_looks_like_a_citizen_service_number() -> None:
    for reference in several(2000):
        assert no_citizen_number(reference) == reference


def test_however_it_is_grouped() -> None:
    (reference,) = several(1)
    assert heard(written(reference)) == heard(f" {reference[:2]}.{reference[2:6]}-{reference[6:]} ") == reference
    for nothing in ("", "1234", reference + "1", "²³⁴⁵⁶⁷⁸⁹", "١٢٣٤٥٦٧٨", "abcdefgh"):
        assert heard(nothing) == ""


def test_for_the_eye_and_for_a_voice() -> None:
    assert (written("12345678"), spelled("12345678")) == ("1234 5678", "1 2 3 4, 5 6 7 8")
    assert (written(""), spelled("")) == ("", "")


def test_every_call_of_a_centre_is_numbered_as_it_comes() -> None:
    centre = house()
    for name in ("c1", "c2"):
        rings(centre, call=name)
    assert [centre.calls[name].reference for name in ("c1", "c2")] == several(2)
    assert centre.centre.numbered >= 2
