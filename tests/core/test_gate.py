"""One gate for dialling out: what may be rung back, and why not (domain §6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.call.numbers import Given
from app.call.policy import CallbackPolicy
from app.call.reasons import REASONS
from app.callbacks.gate import never, refusal
from tests.core.policies import policy

NEVER = ("none", "withheld", "invalid", "service", "premium", "emergency", "own")
KINDS = (*NEVER, "fixed", "mobile", "085", "088", "foreign")
countries = st.sampled_from(("", "NL", "BE", "DE", "FR", "001"))


@pytest.mark.parametrize("kind", ["fixed", "mobile", "085", "088"])
def test_ordinary_dutch_numbers_are_rung_back(kind: str) -> None:
    assert refusal(policy(), Given("c1.number", kind, "NL")) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["invalid", "service", "premium", "emergency", "own"])
def test_these_are_never_rung_even_when_the_policy_lists_them(kind: str) -> None:
    rules = policy(callbacks=CallbackPolicy(numbers=KINDS))
    assert refusal(rules, Given("c1.number", kind, "NL")) == kind  # type: ignore[arg-type]


def test_the_phone_of_a_colleague_is_an_ordinary_number_too() -> None:
    assert {kind for kind in KINDS if never(kind)} == set(NEVER)  # type: ignore[arg-type]


def test_no_number_and_a_withheld_number_are_told_apart() -> None:
    assert refusal(policy(), Given()) == "none"
    assert refusal(policy(), Given(kind="withheld")) == "withheld"
    assert refusal(policy(), Given(kind="emergency", country="NL")) == "emergency"
    assert refusal(policy(), Given(kind="mobile", country="NL")) == "none"


@pytest.mark.parametrize(("country", "expected"), [("BE", ""), ("DE", ""), ("FR", "foreign"), ("", "foreign")])
def test_other_countries_as_the_policy_lists(country: str, expected: str) -> None:
    assert refusal(policy(), Given("c1.number", "foreign", country)) == expected


def test_a_municipality_may_leave_out_a_kind_or_its_own_country() -> None:
    assert refusal(policy(callbacks=CallbackPolicy(numbers=("fixed",))), Given("n", "mobile", "NL")) == "mobile"
    abroad = policy(callbacks=CallbackPolicy(countries=("BE",)))
    assert refusal(abroad, Given("n", "mobile", "NL")) == "mobile"
    assert refusal(abroad, Given("n", "foreign", "BE")) == ""


@given(
    kind=st.sampled_from(KINDS),
    country=countries,
    ref=st.sampled_from(("", "n")),
    numbers=st.lists(st.sampled_from(KINDS)),
    listed=st.lists(countries),
)
def test_default_deny(kind: str, country: str, ref: str, numbers: list[str], listed: list[str]) -> None:
    rules = policy(callbacks=CallbackPolicy(numbers=tuple(numbers), countries=tuple(listed)))
    refused = refusal(rules, Given(ref, kind, country))  # type: ignore[arg-type]
    if not ref or kind in NEVER:
        assert refused
    if not refused:
        assert country in listed if kind == "foreign" else kind in numbers and "NL" in listed
    else:
        assert f"ignored.number_{refused}" in REASONS
