"""Rows as one text per column: to PostgreSQL an array, to the driver a single value (it would look at each element).

Each value is preceded by a separator that no key, no id and no JSON text can hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

SEPARATOR = "\x1f"
NULL = "\x02"
WRITTEN: dict[str, Callable[[Any], str]] = {
    "bigint": str,
    "int": str,
    "float8": repr,
    "bool": lambda value: "t" if value else "f",
    "timestamptz": datetime.isoformat,
}
"""How a value of this type is written; text and json already are."""


def array(number: int, kind: str) -> str:
    """SQL for the array in parameter `number`; its first element, before the first separator, is not a value."""
    return f"(string_to_array(${number}::text, E'\\x1f', E'\\x02'))[2:]::{kind}[]"


def column(values: Sequence[Any], kind: str = "text") -> str:
    """These values as the parameter of `array`. Raises ValueError for a text that holds the separator."""
    written = WRITTEN.get(kind)
    if written is not None:
        values = [NULL if value is None else written(value) for value in values]
    elif None in values:
        values = [NULL if value is None else value for value in values]
    joined = SEPARATOR.join(("", *values))
    if joined.count(SEPARATOR) != len(values):
        raise ValueError("a value holds a separator")
    return joined


def columns(rows: Iterable[Sequence[Any]], kinds: Sequence[str]) -> list[str]:
    """One parameter for each column of these rows; no rows give empty columns."""
    turned = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return [column(values, kind) for values, kind in zip(turned, kinds, strict=True)]
