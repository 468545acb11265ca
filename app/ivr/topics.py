"""The words residents use -> topic. What the policy does not know is never kept: it may name a person (domain §6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Protocol

import snowballstemmer

from app.call.policy import Policy, Topic


class Stemmer(Protocol):
    """What is used of snowballstemmer."""

    def stemWord(self, word: str) -> str:  # noqa: N802 - the name snowballstemmer gives it
        """The stem of one word."""


STEMMERS = {
    "nl": "dutch", "en": "english", "de": "german", "fr": "french", "es": "spanish", "pl": "polish", "tr": "turkish",
}  # fmt: skip
"""Language -> its stemmer; another language is matched by whole words."""
WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 30
LONGEST_TEXT = 1000
LONGEST_WORD = 40
LONGEST_PHRASE = 4
SHORTEST_PART = 5
"""Letters a known word must have to be recognised inside a longer one (`bijstands|uitkering`)."""
SHORTEST_HALF = 3
"""Letters of each half of a word that was written apart; less is an ending, not a half."""
SKIPPED = frozenset(
    re.findall(
        r"\w+",
        "de het een en of in op aan van voor met bij te om tot uit over naar dat die dit deze is er ik mijn me u uw we"
        " wij the a an and or of in on at for with to my our your i is it this that from about",
    )
)
"""Words that carry no subject; left out of phrases and of what is heard."""


def find(policy: Policy, text: str, language: str) -> str | None:
    """The topic id of what was said: the longest phrase wins; two topics that fit equally well are none."""
    table = policy.stems.get(language, {})
    tokens = [stem for _, stem in _known(table, text, language)]
    for length in range(min(LONGEST_PHRASE, len(tokens)), 0, -1):
        found = {table.get(" ".join(tokens[i : i + length])) for i in range(len(tokens) - length + 1)} - {None, ""}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def known_words(policy: Policy, text: str, language: str) -> tuple[str, ...]:
    """Of what was said only the words the policy knows, in order; `find` gives the same topic for them."""
    return tuple(word for word, _ in _known(policy.stems.get(language, {}), text, language))


def stems(words: Iterable[str], language: str) -> tuple[str, ...]:
    """The key of each word or phrase: its stems with a space between; empty when nothing is left of it."""
    return tuple(_key(word, language) for word in words)


@lru_cache(maxsize=16_384)
def _key(word: str, language: str) -> str:
    """Kept, because a file's words are looked at several times; never used for what a caller said."""
    stem = _stemmer(language)
    return " ".join(stem.stemWord(token) for token in _tokens(word)[:LONGEST_PHRASE])


def table(topics: Mapping[str, Topic], language: str) -> dict[str, str]:
    """`Policy.stems[language]`: key of a phrase -> topic id. The words inside phrases are there too, with `""`.

    A key that two topics share is no topic's: the caller is asked again rather than guessed about.
    """
    made: dict[str, str] = {}
    for topic in topics.values():
        for key in stems(topic.words, language):
            if key:
                made[key] = topic.id if made.get(key, topic.id) == topic.id else ""
    for key in tuple(made):
        for token in key.split():
            made.setdefault(token, "")
    return made


def _tokens(text: str) -> list[str]:
    """Small letters without accents; `driver's` is one word, `ID-kaart` is two."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST_TEXT].casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).replace("'", "").replace("\u2019", "")
    words = (word for word in WORD.findall(plain) if word not in SKIPPED and len(word) <= LONGEST_WORD)
    return list(islice(words, MOST_WORDS))


def _known(table: Mapping[str, str], text: str, language: str) -> list[tuple[str, str]]:
    """Known words as (word, stem); repeated, because what is left out may bring two halves of a word together."""
    stem = _stemmer(language)
    tokens = _tokens(text)
    while True:
        known = list(_recognised(table, tokens, stem))
        words = [word for word, _ in known]
        if words == tokens:
            return known
        tokens = words


def _recognised(table: Mapping[str, str], tokens: list[str], stem: Stemmer) -> Iterator[tuple[str, str]]:
    """Words that are known: written apart (`rij bewijs`), as they are, or inside a longer word."""
    at = 0
    while at < len(tokens):
        token, behind = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else ""
        together = token + behind if len(token) >= SHORTEST_HALF <= len(behind) else ""
        if together and table.get(joined := stem.stemWord(together)):
            yield together, joined
            at += 1
        elif (key := stem.stemWord(token)) in table:
            yield token, key
        elif part := _part(table, token, stem):
            yield part
        at += 1


def _part(table: Mapping[str, str], token: str, stem: Stemmer) -> tuple[str, str] | None:
    """The longest known word with which a long word ends, else begins: the last part names the thing."""
    for length in range(len(token) - 2, SHORTEST_PART - 1, -1):
        for part in (token[-length:], token[:length]):
            key = stem.stemWord(part)
            if table.get(key):
                return part, key
    return None


class _Whole:
    """Leaves words whole, for languages without a stemmer."""

    def stemWord(self, word: str) -> str:  # noqa: N802 - the name snowballstemmer gives it
        return word


def _stemmer(language: str) -> Stemmer:
    """A new one each time: a stemmer remembers its last word and must not be shared between threads."""
    name = STEMMERS.get(language)
    return snowballstemmer.stemmer(name) if name else _Whole()
