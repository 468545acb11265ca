"""The JSON schema of routing.yaml, with which editors complete and check while one types; and its tables for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.policyfile.part import Part
from app.policyfile.references import MOST_CHOICES
from app.policyfile.shape import RoutingFile
from app.policyfile.standard import SLOTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema of the whole file."""
    made = RoutingFile.model_json_schema()
    choices = made["$defs"]["MenuPart"]["properties"]["choices"]
    choices["maxProperties"] = MOST_CHOICES + 1
    return {"$schema": DIALECT, **_untitled(made), "title": "routing.yaml"}


def text() -> str:
    """The schema as it stands in config/routing.schema.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _untitled(value: Any) -> Any:
    """Without the titles pydantic makes of field names; a property that is called title stays."""
    if isinstance(value, dict):
        return {key: _untitled(item) for key, item in value.items() if key != "title" or not isinstance(item, str)}
    return [_untitled(item) for item in value] if isinstance(value, list) else value


def table(name: str) -> str:
    """The keys of one section as a Markdown table, in the words of the schema."""
    rows = ["| sleutel | standaard | betekenis |", "|---|---|---|"]
    field = RoutingFile.model_fields[name]
    part = part_within(field.annotation)
    return "\n".join(rows + (list(_rows(part, "")) if part is not None else []))


def _rows(part: type[Part], before: str) -> Iterator[str]:
    for name, field in part.model_fields.items():
        key = f"{before}{name}"
        yield f"| `{key}` | {'verplicht' if field.is_required() else _default(field.default)} | {field.description} |"
        inner = part_within(field.annotation)
        if inner is not None:
            yield from _rows(inner, f"{key}.")


def _default(value: Any) -> str:
    if value is None or value in ((), {}):
        return ""
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{str(value).removesuffix('.0')}`"


def texts() -> str:
    """The standard sentences and what can be filled in each, as a Markdown table."""
    rows = [f"| `{text}` | {', '.join(f'`{{{slot}}}`' for slot in sorted(slots))} |" for text, slots in SLOTS.items()]
    return "\n".join(["| tekst | in te vullen |", "|---|---|", *rows])


def part_within(annotation: Any) -> type[Part] | None:
    """The part that a field holds, looked for inside `dict[...]`, `tuple[...]` and `... | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = part_within(inner)
        if found is not None:
            return found
    return None
