"""Words in the caller's language, else in the municipality's first, else in any."""

import pytest

from app.call.texts import in_language
from tests.core.policies import policy


@pytest.mark.parametrize(
    ("words", "found"),
    [({"nl": "ja", "en": "yes"}, ("yes", "en")), ({"nl": "ja"}, ("ja", "nl")), ({"fy": "jo"}, ("jo", "fy")),
     ({"nl": "ja", "en": ""}, ("", "en")), ({}, ("", "en"))],
)  # fmt: skip
def test_words_are_looked_for_in_this_order(words: dict[str, str], found: tuple[str, str]) -> None:
    assert in_language(words, "en", policy()) == found
