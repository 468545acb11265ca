"""What went wrong, as RFC 9457 problems: all errors of a request at once, in Dutch or English, never what was typed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException

from app.engine.errors import Quarantined, Unavailable, UnknownCentre
from app.store.database import FAILURES
from app.web.api.shapes import Out
from app.web.api.words import INPUT, TITLES, language_of

TYPE = "urn:warmlijn:problem:"


class Mistake(Out):
    """One error of a request: where it stands and a sentence about it; what was typed is not repeated."""

    where: str = Field(serialization_alias="in", description="body, path, query of header")
    pointer: str = Field(description="JSON Pointer in de body, anders de naam")
    code: str
    detail: str
    line: int | None = Field(default=None, description="regel van routing.yaml")


class Because(Out):
    """Why an action meant nothing: a code of the rules and its sentence."""

    code: str
    sentence: str


class ProblemDetails(Out):
    """RFC 9457. `because` and `current` come with 409: why not, and how things stand now."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: list[Mistake] | None = None
    because: Because | None = None
    current: dict[str, Any] | None = None


class Problem(Exception):
    """Becomes an answer; `code` is the key of its title in `words.py`."""

    def __init__(
        self, status: int, code: str, *, detail: str = "", errors: Sequence[Mistake] = (),
        because: Because | None = None, current: Out | None = None, headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.because = because
        self.current = current
        self.headers = dict(headers or {})


class Mistakes:
    """Collects what is wrong with a request beyond its form, to be told together."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._found: list[Mistake] = []

    def __call__(self, pointer: str, code: str, where: str = "body", **words: object) -> None:
        """The value at `pointer` is wrong; `code` is a key of `words.INPUT`."""
        detail = INPUT[code][self._language].format(**words)
        self._found.append(Mistake(where=where, pointer=pointer, code=code, detail=detail))

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self._found)

    def tell(self) -> None:
        """Raise what was found, if anything."""
        if self._found:
            raise Problem(400, "invalid", errors=self._found)

    def beside(self, others: Sequence[Mistake]) -> list[Mistake]:
        """These mistakes, and what was found elsewhere."""
        there = {(mistake.where, mistake.pointer) for mistake in others}
        return [*others, *(mistake for mistake in self._found if (mistake.where, mistake.pointer) not in there)]


def answer(request: Request, problem: Problem) -> Response:
    """The problem as a response. `instance` is the path, which never holds personal data."""
    language = language_of(request)
    told = ProblemDetails(
        type=TYPE + problem.code.replace("_", "-"),
        title=TITLES[problem.code][language],
        status=problem.status,
        detail=problem.detail,
        instance=request.scope.get("root_path", "") + _below(request) if problem.status != 404 else "",
        errors=problem.errors or None,
        because=problem.because,
        current=problem.current.model_dump(mode="json", by_alias=True) if problem.current is not None else None,
    )
    body = {k: v for k, v in told.model_dump(mode="json", by_alias=True, exclude_none=True).items() if v != ""}
    headers = {"Content-Language": language, **problem.headers}
    return Response(json.dumps(body, ensure_ascii=False), problem.status, headers, "application/problem+json")


def _below(request: Request) -> str:
    """The path inside the API, as the route spells it."""
    route = request.scope.get("route")
    return str(getattr(route, "path", ""))


def install(app: FastAPI) -> None:
    """Every way to fail becomes a problem."""

    async def told(request: Request, error: Exception) -> Response:
        return answer(request, _problem(request, error))

    for kind in (
        Problem, RequestValidationError, HTTPException, Unavailable, UnknownCentre, *FAILURES, Quarantined, Exception
    ):
        app.add_exception_handler(kind, told)


def _problem(request: Request, error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return Problem(400, "invalid", errors=misshapen(error, language_of(request)))
        case HTTPException():
            code = CODES.get(error.status_code, "failed")
            return Problem(error.status_code, code, headers=error.headers)
        case Unavailable() | UnknownCentre():
            return Problem(503, "unavailable", headers={"Retry-After": "2"})
        case _ if isinstance(error, FAILURES):
            return Problem(503, "unavailable", headers={"Retry-After": "2"})
        case _:
            return Problem(500, "failed")


def misshapen(error: RequestValidationError, language: str) -> list[Mistake]:
    """Everything that is wrong with the form of a request."""
    return [_mistake(each, language) for each in error.errors()]


def _mistake(error: Mapping[str, Any], language: str) -> Mistake:
    """What pydantic found, in our words; `input` and `ctx` may hold what was typed and are never told."""
    where, *path = error["loc"] or ("body",)
    if error["type"] == "json_invalid":
        path = []
    pointer = "#" + "".join(f"/{part}" for part in path if part != "") if where == "body" else ".".join(map(str, path))
    code = error["type"] if error["type"] in INPUT else "value"
    if code in ("too_short", "too_long") and isinstance(error.get("input"), str):
        code = f"string_{code}"  # pydantic counts a text as a list once another check stands before
    bounds = {key: value for key, value in (error.get("ctx") or {}).items() if key in BOUNDS}
    try:
        detail = INPUT[code][language].format(**bounds)
    except (KeyError, IndexError):
        detail = INPUT["value"][language]
    return Mistake(where=str(where), pointer=pointer, code=code, detail=detail)


CODES = {400: "invalid", 404: "not_found", 405: "method", 413: "too_large"}
BOUNDS = ("min_length", "max_length", "ge", "le", "expected")


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses` of a route: these, and those that every route may give."""
    return {status: RESPONSES[status] for status in sorted({400, 401, 403, 429, 503, *statuses})}


RESPONSES: dict[int, dict[str, Any]] = {
    status: {
        "description": meaning,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }
    for status, meaning in {
        400: "De aanvraag klopt niet; alle fouten tegelijk.",
        401: "Er is geen geldig token meegegeven.",
        403: "Deze rol mag dit niet.",
        404: "Niet gevonden, of niet voor u.",
        409: "Dat kan nu niet; met de reden en de huidige stand.",
        413: "De aanvraag is te groot.",
        429: "Te veel mislukte pogingen.",
        503: "Even niet beschikbaar; probeer het opnieuw.",
    }.items()
}
