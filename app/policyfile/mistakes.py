"""A mistake in routing.yaml: where it stands, a plain sentence about it, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from msgspec import Struct

from app.policyfile.sentences import MEANT, SENTENCES

Path = tuple[str | int, ...]


class Mistake(Struct, frozen=True):
    """One mistake, or with `warning` something to look at that does not stop the policy."""

    file: str
    line: int
    path: str
    sentence: str
    hint: str = ""
    warning: bool = False
    code: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}{self.hint and f' ({self.hint})'}"


class PolicyMistakes(Exception):
    """The admin must mend the file; `mistakes` holds all of them in the order of the file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class Teller:
    """Collects mistakes in one language; the same mistake at the same place is told once."""

    def __init__(self, file: str, language: str = "nl") -> None:
        self.file = file
        self.language = language if language in MEANT else "nl"
        self._told: dict[tuple[str, int, str, str], Mistake] = {}

    def __call__(
        self, code: str, line: int, path: Path = (), *, meant: tuple[str, Iterable[str]] | None = None, **words: object
    ) -> None:
        """Tell mistake `code` (see sentences.py) at `line`; `meant` is the wrong word and the right ones."""
        self._add(code, line, path, meant, words, warning=False)

    def warn(self, code: str, line: int, path: Path = (), **words: object) -> None:
        """As a mistake, but the policy may be used."""
        self._add(code, line, path, None, words, warning=True)

    def _add(
        self,
        code: str,
        line: int,
        path: Path,
        meant: tuple[str, Iterable[str]] | None,
        words: dict[str, object],
        *,
        warning: bool,
    ) -> None:
        where = dotted(path)
        plain = {name: shown(value) for name, value in words.items()} | {"where": where}
        sentence = SENTENCES[code][self.language].format_map(plain)
        close = get_close_matches(meant[0], list(meant[1]), 1) if meant else []
        hint = MEANT[self.language].format(word=close[0]) if close else ""
        mistake = Mistake(self.file, line, where, sentence, hint, warning, code)
        self._told.setdefault((code, line, where, sentence), mistake)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """What must be mended, in the order of the file."""
        return tuple(sorted((m for m in self._told.values() if not m.warning), key=lambda m: m.line))

    @property
    def warnings(self) -> tuple[Mistake, ...]:
        """What may be looked at, in the order of the file."""
        return tuple(sorted((m for m in self._told.values() if m.warning), key=lambda m: m.line))


def dotted(path: Path) -> str:
    """`offices.kcc.goal`, `rules[2].office`."""
    out = ""
    for part in path:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else part
    return shown(out)


def shown(value: object) -> str:
    """A value from the file as it may stand in a message: short, one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
