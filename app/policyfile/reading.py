"""The tree held against the shape: typed sections, or each deviation as a mistake with its line."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.policyfile.mistakes import Path, Teller, shown
from app.policyfile.schema import part_within
from app.policyfile.shape import RoutingFile
from app.policyfile.yamltree import Tree

CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_key",
    "model_type": "not_block",
    "model_attributes_type": "not_block",
    "dict_type": "not_block",
    "tuple_type": "not_list",
    "string_type": "not_text",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "not_country",
    "literal_error": "not_choice",
    "too_long": "too_long",
    "too_short": "empty",
    "greater_than_equal": "too_low",
    "less_than_equal": "too_high",
}
"""Pydantic's error types -> codes of sentences.py; our own errors carry their code."""


def read(tree: Tree, tell: Teller) -> RoutingFile | None:
    """The file with its types, or None after telling every deviation."""
    if tree.data in ("", {}, []):
        tell("empty_file", 1)
        return None
    try:
        return RoutingFile.model_validate(tree.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        around = {loc[:end] for loc in (detail["loc"] for detail in details) for end in range(len(loc))}
        for detail in details:
            if detail["type"] != "too_short" or detail["loc"] not in around:
                _tell(detail, tree, tell)
    return None


def _tell(detail: ErrorDetails, tree: Tree, tell: Teller) -> None:
    context: dict[str, Any] = detail.get("ctx") or {}
    path: Path = tuple(part for part in detail["loc"] if part != "[key]")
    code = CODES.get(detail["type"]) or context.get("code") or "not_choice"
    words = {name: value for name, value in context.items() if name != "code"}
    words.setdefault("value", shown(detail["input"]) if isinstance(detail["input"], str) else "")
    words["bound"] = shown(context.get("ge", context.get("le", ""))).removesuffix(".0")
    known = _keys(path[:-1]) if code == "unknown_key" else ()
    meant = (str(path[-1]), known) if known else None
    tell(code, tree.line(path), path or ("routing.yaml",), meant=meant, **words)


def _keys(path: Path) -> tuple[str, ...]:
    """The keys that may stand in the part at this path."""
    part: Any = RoutingFile
    for step in path:
        field = getattr(part, "model_fields", {}).get(step)
        annotation = field.annotation if field is not None else part
        part = part_within(annotation) or part
    return tuple(part.model_fields)
