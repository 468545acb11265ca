"""Puts the API together: an application of its own, mounted at /api/v1, that describes itself in OpenAPI."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp

from app.web.api import (
    actions,
    callbacks,
    calls,
    directory,
    doctor,
    figures,
    message,
    policy,
    presence,
    quarantine,
    recordings,
    warnings,
)
from app.web.api.frame import VERSION, Frame
from app.web.api.problems import RESPONSES, ProblemDetails, install
from app.web.means import Means

PREFIX = "/api/v1"
"""Where it is mounted."""
ABOUT = (
    "Voor de werkplek van medewerkers, voor teamleiders en voor functioneel beheer. Elk antwoord draagt `API-Version`; "
    "fouten zijn RFC 9457-problemen, alle fouten van een aanvraag tegelijk. Een actie die nu niet kan, geeft 409 met "
    "de reden en de huidige stand. `x-roles` noemt wie een bewerking mag doen; wat niet genoemd is, mag niemand."
)


class Api(FastAPI):
    """The composition root sets `means` when the service has started; until then every route answers 503."""

    @property
    def means(self) -> Means | None:
        """What the routes work with."""
        found: Means | None = getattr(self.state, "means", None)
        return found

    @means.setter
    def means(self, means: Means) -> None:
        self.state.means = means

    def build_middleware_stack(self) -> ASGIApp:
        """The frame stands outside everything, so that errors carry its headers, too."""
        return Frame(super().build_middleware_stack())

    def openapi(self) -> dict[str, Any]:
        """The description: no 422, problems for failures, a bearer token everywhere."""
        if self.openapi_schema is None:
            self.openapi_schema = _described(self)
        return self.openapi_schema


def build() -> Api:
    """The API, without anything behind it yet."""
    api = Api(
        title="Warmlijn", version=VERSION, description=ABOUT, openapi_url="/openapi.json", docs_url=None,
        redoc_url=None, redirect_slashes=False, servers=[{"url": PREFIX}], root_path_in_servers=False,
        contact={"name": "Warmlijn", "url": "https://www.voorbeeldstad.example/warmlijn"},
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    install(api)
    desk = (presence, actions, callbacks, directory, message, figures, warnings, calls)
    for subject in (*desk, policy, quarantine, recordings, doctor):
        api.include_router(subject.routes)
    return api


def _described(api: Api) -> dict[str, Any]:
    told = get_openapi(
        title=api.title, version=api.version, openapi_version=api.openapi_version, description=api.description,
        routes=api.routes, servers=api.servers, contact=api.contact, license_info=api.license_info,
    )
    schemas = told["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemDetails.model_json_schema(
        by_alias=True, mode="serialization", ref_template="#/components/schemas/{model}"
    )
    schemas.update(problem.pop("$defs"))
    schemas["ProblemDetails"] = problem
    told["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    told["security"] = [{"token": []}]
    told["components"]["headers"] = {
        "API-Version": {"schema": {"type": "string"}, "description": "Versie van deze API"}
    }
    version = {"API-Version": {"$ref": "#/components/headers/API-Version"}}
    told["components"]["responses"] = {
        str(status): {**response, "headers": version} for status, response in RESPONSES.items()
    }
    for path in told["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            for status, response in operation["responses"].items():
                if int(status) in RESPONSES:
                    operation["responses"][status] = {"$ref": f"#/components/responses/{status}"}
                else:
                    response["headers"] = version
    return told


def description() -> str:
    """The OpenAPI description as it stands in docs/reference/api.json."""
    return json.dumps(build().openapi(), ensure_ascii=False, indent=1) + "\n"
