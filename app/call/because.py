"""Why something was decided: a code, what fills it, and the line of routing.yaml; the words stand in `reasons.py`."""

from __future__ import annotations

from msgspec import Struct


class Because(Struct, frozen=True):
    """`args` hold ids only, never a name or a number. `line` is 0 when no line of the policy made it.

    `then` is the next step of the same decision: a key was pressed, *then* a rule sent the call somewhere.
    """

    code: str
    args: dict[str, str] = {}
    line: int = 0
    then: Because | None = None

    @property
    def ignored(self) -> bool:
        """The event meant nothing here."""
        return self.code.startswith("ignored")


def why(code: str, line: int = 0, **args: str) -> Because:
    """A reason; `code` must have a sentence in `reasons.py`."""
    return Because(code, args, line)


def chain(because: Because) -> tuple[Because, ...]:
    """The steps of one decision in order."""
    return (because,) if because.then is None else (because, *chain(because.then))
