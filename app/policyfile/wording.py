"""The texts and the residents' words in routing.yaml: all there, in every language, with slots that can be filled."""

from __future__ import annotations

from string import Formatter

from app.ivr import topics
from app.policyfile.later import BUILT_IN, UNSAID
from app.policyfile.mistakes import Path, Teller
from app.policyfile.references import entries, found, languages, section
from app.policyfile.standard import ALWAYS, COLLEAGUE, SILENT, SLOTS, UNSURE
from app.policyfile.yamltree import Tree

SPOKEN = (("menus", "*", "text"), ("numbers", "*", "closed"), ("offices", "*", "closed"))
"""Where texts of the municipality's own are named."""


def check(tree: Tree, tell: Teller) -> None:
    """Every mistake in texts and words."""
    texts = section(tree, "texts")
    spoken = {value for path in SPOKEN for _, value in found(tree.data, path) if isinstance(value, str)}
    if isinstance(tree.data, dict) and "texts" in tree.data:
        for text in (known for known in SLOTS if known not in texts and known not in UNSAID):
            say = tell.warn if text in BUILT_IN else tell
            say("text_built_in" if text in BUILT_IN else "text_missing", tree.line(("texts",)), ("texts",), value=text)
    for text, words in texts.items():
        if text not in SLOTS and text not in spoken:
            tell("text_unused", tree.line(("texts", text)), ("texts", text), meant=(text, SLOTS), value=text)
        elif isinstance(words, dict):
            _text(text, words, tree, tell)
    _labels(tree, tell)
    _words(tree, tell)


def _text(text: str, words: dict[str, object], tree: Tree, tell: Teller) -> None:
    path: Path = ("texts", text)
    needed = languages(tree)
    allowed = SLOTS.get(text, ALWAYS)
    nameless = words.get("nameless", {})
    named = {language: value for language, value in words.items() if language != "nameless"}
    _complete(named, needed, path, tree, tell)
    if text not in SILENT:
        _not_empty(named, path, tree, tell)
    slots = {slot for language in named for slot in _slots(named[language], (*path, language), allowed, tree, tell)}
    unsure = [slot for slot in UNSURE if slot in slots]
    if unsure and "nameless" not in words:
        tell("needs_nameless", tree.line(path), path, slot=unsure[0])
    if "nameless" in words and isinstance(nameless, dict):
        at = (*path, "nameless")
        _complete(nameless, needed, at, tree, tell)
        _not_empty(nameless, at, tree, tell)
        for language, value in nameless.items():
            named_slots = _slots(value, (*at, language), allowed, tree, tell)
            for slot in UNSURE if unsure else (COLLEAGUE,):
                if slot in named_slots:
                    tell("named_nameless", tree.line((*at, language)), (*at, language), slot=slot)


def _complete(words: dict[str, object], needed: tuple[str, ...], path: Path, tree: Tree, tell: Teller) -> None:
    for language in needed:
        if language not in words:
            tell("text_language", tree.line(path), path, language=language)
    for language in words if needed else ():
        if language not in needed:
            at = (*path, language)
            meant = (language, (*needed, "nameless")) if len(path) == 2 else (language, needed)
            tell("unknown_key", tree.line(at), at, meant=meant)


def _not_empty(words: dict[str, object], path: Path, tree: Tree, tell: Teller) -> None:
    for language, value in words.items():
        if isinstance(value, str) and not value.strip():
            at = (*path, language)
            tell("empty", tree.line(at), at)


def _slots(value: object, path: Path, allowed: frozenset[str], tree: Tree, tell: Teller) -> set[str]:
    """The slots of one sentence that can be filled; the others are told."""
    if not isinstance(value, str):
        return set()
    try:
        parts = [(name, spec, how) for _, name, spec, how in Formatter().parse(value) if name is not None]
    except ValueError:
        tell("bad_slots", tree.line(path), path)
        return set()
    good = set()
    for name, spec, how in parts:
        if spec or how or not name.isidentifier():
            tell("bad_slots", tree.line(path), path)
        elif name not in allowed:
            tell("unknown_slot", tree.line(path), path, meant=(name, allowed), value=name)
        else:
            good.add(name)
    return good


def _labels(tree: Tree, tell: Teller) -> None:
    """A label is needed in the first language; others may follow."""
    first = languages(tree)[:1]
    for kind in ("topics", "offices", "departments"):
        for path, label in found(tree.data, (kind, "*", "label")):
            if isinstance(label, dict) and first and first[0] not in label:
                tell("text_language", tree.line(path), path, language=first[0])


def _words(tree: Tree, tell: Teller) -> None:
    """A word that two topics share would help neither of them."""
    for language in languages(tree):
        owner: dict[str, tuple[str, int]] = {}
        for topic, part in section(tree, "topics").items():
            words = part.get("words", []) if isinstance(part, dict) else []
            for place, word in entries(words):
                if not isinstance(word, str) or not word.strip():
                    continue
                path: Path = ("topics", topic, "words", place)
                key = topics.stems([word], language)[0]
                line = tree.line(path)
                if not key:
                    tell("no_word", line, path, value=word)
                    continue
                other, first = owner.setdefault(key, (topic, line))
                if other != topic:
                    tell("same_word", line, path, value=word, other=other, first=first)
