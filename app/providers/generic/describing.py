"""The published description of both directions, OpenAPI 3.1 and JSON Schema, made from the structs on the wire."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import yaml

from app.providers.generic import commands, events
from app.providers.generic.envelope import CLOUD_EVENT, LARGEST

REFUSALS = {
    "400": f"Authentic but not understood, or larger than {LARGEST} bytes; the answer names every mistake at once.",
    "403": "The signature is missing, wrong, or more than five minutes old or new.",
    "413": "The body is larger than 64 KiB.",
    "503": "Send the event again, with the same id, after a short pause.",
}
ABOUT = """\
Both directions carry CloudEvents 1.0 in structured mode, signed as Standard Webhooks prescribes: `webhook-id` equals
the `id` of the event and stays the same when it is sent again, `webhook-timestamp` is the moment of sending in seconds
since 1970, and `webhook-signature` holds one or more of `v1,` and the base64 of
HMAC-SHA256(secret, `{webhook-id}.{webhook-timestamp}.{body}`). Messages older or newer than five minutes are refused.
Any 2xx means that the message was taken for good; anything else, or no answer within three seconds: send it again.

A leg is one party's line. Its ids are Warmlijn's. What a leg does is numbered: a command whose `step` is not higher
than the last one carried out for that leg is ignored, in whichever direction and however often it arrives.
"""


def openapi() -> str:
    """The OpenAPI 3.1 description as YAML."""
    (event, command, answer, done), schemas = _schemas("#/components/schemas/{name}")
    described = {
        "openapi": "3.1.0",
        "info": {
            "title": "Warmlijn generic telephony",
            "version": "1",
            "summary": "What any PBX tells Warmlijn, and what Warmlijn tells it to do.",
            "description": ABOUT,
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": "/"}],
        "security": [{"standardWebhooks": []}],
        "paths": {
            "/hooks/{centre}/generic/events": {
                "post": {
                    "operationId": "tell",
                    "summary": "The PBX tells what happened",
                    "parameters": [_centre(), *_headers()],
                    "requestBody": _body(CLOUD_EVENT, event, _example_event()),
                    "responses": {
                        "200": {
                            "description": "Taken; the legs of this call now do this.",
                            **_body("application/json", answer, _example_answer()),
                        },
                        "202": {"description": "Taken; there is nothing to do."},
                        **{status: {"description": text} for status, text in REFUSALS.items()},
                    },
                }
            }
        },
        "webhooks": {
            "command": {
                "post": {
                    "operationId": "command",
                    "summary": "Warmlijn tells the PBX what a leg does, at the PBX's command URL",
                    "parameters": _headers(),
                    "requestBody": _body(CLOUD_EVENT, command, None),
                    "responses": {
                        "200": {
                            "description": "Done; or the answer to `look`.",
                            **_body("application/json", done, None),
                        },
                        "204": {"description": "Done."},
                        "400": {"description": "Refused for good; any other 4xx but 404, 408, 410, 425 and 429 too."},
                        "404": {"description": "This leg is not there; 410 says the same."},
                        "503": {"description": "Try again. A dial is never sent again."},
                    },
                }
            }
        },
        "components": {
            "securitySchemes": {
                "standardWebhooks": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "webhook-signature",
                    "description": "Standard Webhooks, https://www.standardwebhooks.com: symmetric `v1` signatures.",
                }
            },
            "schemas": schemas,
        },
    }
    return yaml.safe_dump(described, sort_keys=False, allow_unicode=True, width=120)


def json_schema() -> str:
    """JSON Schema 2020-12 of the events a PBX may send; `$defs` has everything else on the wire too."""
    (event, *_), schemas = _schemas("#/$defs/{name}")
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Events of the generic telephony contract, version 1",
        **event,
        "$defs": schemas,
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _schemas(template: str) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    kinds = (events.WireEvent, commands.Commanded, commands.Answer, commands.Done)
    return msgspec.json.schema_components(kinds, ref_template=template)


def _body(content_type: str, schema: dict[str, Any], example: dict[str, Any] | None) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": schema}
    if example is not None:
        media["example"] = example
    return {"content": {content_type: media}}


def _centre() -> dict[str, Any]:
    return {"name": "centre", "in": "path", "required": True, "schema": {"type": "string"}}


def _headers() -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ]


def _example_event() -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "pbx-1-000017",
        "source": "urn:nld:oin:00000001823288444000:systeem:pbx-1",
        "type": "nl.warmlijn.telephony.call.offered.v1",
        "time": "2026-11-24T09:15:00.120Z",
        "data": {"call": "1795508100.42", "dialled": "140123", "number": "+31611112222"},
    }


def _example_answer() -> dict[str, Any]:
    call = "zc3kq4m5x7ab2c3d4e5f"
    sentences = ["Goedemorgen, u belt met de gemeente Voorbeeldstad.", "Toets 1 voor een paspoort."]
    gather = {"do": "gather", "call": call, "leg": f"{call}.1", "step": 2, "sentences": sentences, "language": "nl"}
    return {"call": call, "leg": f"{call}.1", "commands": [{**gather, "keys": 1, "timeout": 8.0}]}
