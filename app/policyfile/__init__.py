"""routing.yaml -> Policy, or every mistake in it at once, each with its line and a plain sentence (design §6)."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from app.call.policy import Policy
from app.policyfile import covering, phones, references, values, wording
from app.policyfile.compiling import compile_policy
from app.policyfile.mistakes import Mistake, PolicyMistakes, Teller
from app.policyfile.parser_words import file_says
from app.policyfile.reading import read
from app.policyfile.yamltree import LARGEST, Tree, grow

__all__ = ["Checked", "Mistake", "PolicyMistakes", "check", "load"]


class Checked(Struct, frozen=True):
    """What was found in a file: a policy when there are no mistakes; warnings stop nothing."""

    policy: Policy | None
    mistakes: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...]


def load(source: str | bytes | Path, *, file: str = "routing.yaml", language: str = "nl") -> Policy:
    """The policy in this text or at this path. Raises `PolicyMistakes` with all of them, and nothing else.

    The file's own tests are not run here: see `app.policyfile.proving.prove`.
    """
    checked = check(source, file=file, language=language)
    if checked.policy is None:
        raise PolicyMistakes(checked.mistakes)
    return checked.policy


def check(source: str | bytes | Path, *, file: str = "routing.yaml", language: str = "nl") -> Checked:
    """As `load`, but gives mistakes and warnings back instead of raising."""
    tell = Teller(str(source) if isinstance(source, Path) else file, language)
    text = _content(source, tell) if isinstance(source, Path) else source
    tree = grow(text, tell) if text is not None else Tree()
    policy = _policy(tree, tell, version_of(text or "")) if tree.whole else None
    return Checked(None if tell.mistakes else policy, tell.mistakes, tell.warnings)


def version_of(source: str | bytes) -> str:
    """The version of a policy is the beginning of its text's SHA-256: equal files are one version."""
    return sha256(source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _content(path: Path, tell: Teller) -> bytes | None:
    try:
        with path.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        tell("unreadable_file", 1, problem=file_says(error, tell.language))
        return None


def _policy(tree: Tree, tell: Teller, version: str) -> Policy | None:
    shaped = read(tree, tell)
    references.check(tree, tell)
    phones.check(tree, tell)
    wording.check(tree, tell)
    values.check(tree, tell)
    if shaped is None:
        return None
    covering.check(shaped, tree, tell)
    return None if tell.mistakes else compile_policy(shaped, tree, version)
