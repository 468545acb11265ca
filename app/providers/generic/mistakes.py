"""Why a message is not understood: every mistake in it at once, each with its place. Off the hot path."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import Struct, ValidationError
from msgspec.structs import fields

from app.providers.generic.envelope import Envelope
from app.providers.generic.events import TYPES

MOST = 20
"""Mistakes told at most."""


def mistakes(body: bytes) -> list[str]:
    """One sentence per mistake; never a value that may be a name or a number of somebody."""
    try:
        message = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return [f"the body is not JSON: {error}"]
    if not isinstance(message, dict):
        return ["the body must be one JSON object, a CloudEvent in structured mode"]
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        return [_of_type(kind), *_of(Envelope, {k: v for k, v in message.items() if k not in ("type", "data")}, "")]
    return _of(TYPES[kind], {k: v for k, v in message.items() if k != "type"}, "")[:MOST]


def _of_type(kind: object) -> str:
    if not isinstance(kind, str):
        return "type: missing"
    name, _, version = kind.rpartition(".v")
    known = {each.rpartition(".v")[0]: each for each in TYPES}
    if name in known and version.isdigit():
        return f"type: version {version[:8]} is not known; this service speaks {known[name]}"
    near = get_close_matches(kind[:100], TYPES, 1)
    return "type: unknown" + (f" (did you mean {near[0]!r}?)" if near else f", it must be one of {', '.join(TYPES)}")


def _of(kind: type[Struct], values: dict[str, Any], at: str) -> list[str]:
    """The mistakes in the fields of one struct; `at` is where it stands."""
    found = []
    known = {field.encode_name: field for field in fields(kind)}
    for name, field in known.items():
        if name not in values:
            if field.required:
                found.append(f"{at}{name}: missing")
        elif isinstance(field.type, type) and issubclass(field.type, Struct) and isinstance(values[name], dict):
            found += _of(field.type, values[name], f"{at}{name}.")
        else:
            try:
                msgspec.convert(values[name], field.type)
            except ValidationError as error:
                found.append(f"{at}{name}: {error}")
    for name in values.keys() - known.keys():
        near = get_close_matches(name[:64], known, 1)
        found.append(f"{at}{name[:64]!r}: unknown field" + (f" (did you mean {near[0]!r}?)" if near else ""))
    return found
