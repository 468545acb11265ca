"""The floor: a FastAPI route, the same signature check with the same library, one INSERT, committed. Nothing else.

FLOOR=generic checks Standard Webhooks, FLOOR=twilio the signature of Twilio; both with the official library.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

import asyncpg
from fastapi import FastAPI, HTTPException, Request, Response
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from twilio.request_validator import RequestValidator

POOL = int(os.environ.get("POOL", "16"))
PUBLIC = os.environ.get("PUBLIC_URL", "")
INSERT = "INSERT INTO hooks (centre, id, body) VALUES ($1, $2, $3)"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=POOL, max_size=POOL)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)

if os.environ.get("FLOOR") == "twilio":
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])

    @app.post("/hooks/{centre}/twilio/{path:path}")
    async def voice(centre: str, path: str, request: Request) -> Response:  # noqa: ARG001 - part of the address
        body = (await request.body()).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        url = f"{PUBLIC}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
        if not validator.validate(url, fields, request.headers.get("x-twilio-signature", "")):
            raise HTTPException(403)
        await app.state.pool.execute(INSERT, centre, request.headers["i-twilio-idempotency-token"], body)
        return Response(b"<Response/>", media_type="application/xml")

else:
    key = Webhook(os.environ["GENERIC_SECRET"])

    @app.post("/hooks/{centre}/generic/events")
    async def events(centre: str, request: Request) -> Response:
        body = await request.body()
        try:
            key.verify(body, dict(request.headers), json_parse=False)
        except WebhookVerificationError:
            raise HTTPException(403) from None
        await app.state.pool.execute(INSERT, centre, request.headers["webhook-id"], body.decode())
        return Response(b"{}", media_type="application/json")
