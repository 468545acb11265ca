"""The JSON schema of routing.yaml, for editors: they complete and check while one types."""

from __future__ import annotations

import json
from typing import Any

from app.policyfile.references import MOST_CHOICES
from app.policyfile.shape import RoutingFile

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
