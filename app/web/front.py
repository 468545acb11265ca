"""What somebody sees who opens the address in a browser: that it runs, and where everything is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

TEXT = """Warmlijn draait. Pagina's om in te werken zijn er nog niet; dit is er wel.
Warmlijn runs. There are no pages to work in yet; this is what there is.

/health/ready            kan er gewerkt worden?            may it be given work?
/metrics                 cijfers voor Prometheus           figures for Prometheus
/api/v1/openapi.json     voor werkplek en beheer           for desks and administration
/hooks/                  voor telefooncentrales            for telephone switches

Beginnen / to begin: docs/tutorial/first-morning.md
"""


def routes() -> list[Route]:
    """The root only."""
    return [Route("/", front)]


async def front(_request: Request) -> Response:
    """The same for everybody."""
    return PlainTextResponse(TEXT)
