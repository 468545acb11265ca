"""Who asks: bearer tokens of 256 random bits, kept as hashes, each for one centre and one role (reliability §4.2)."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from hashlib import sha256
from typing import Literal, get_args

import asyncpg
from msgspec import Struct

Role = Literal["agent", "supervisor", "admin", "switch"]
ROLES: tuple[Role, ...] = get_args(Role)
TOKEN = re.compile(r"wl_[A-Za-z0-9_-]{43}")
ALLOWED_FAILURES = 10
"""Failed attempts of one address per window; a good token always opens, whatever others at that address did."""
WINDOW = 60.0
REMEMBERED = 10_000
"""Addresses whose failures are counted; the oldest are forgotten first."""


class User(Struct, frozen=True):
    """Somebody with a token. `agent` is the agent they act for, only ever taken from here."""

    centre: str
    name: str
    role: Role
    agent: str = ""

    @property
    def actor(self) -> str:
        """Who did something, as events and records name them."""
        return self.agent or f"{self.role}:{self.name}"


def make_token() -> tuple[str, str]:
    """A new token and the hash that is kept of it."""
    token = "wl_" + secrets.token_urlsafe(32)
    return token, hash_of(token)


def hash_of(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so a plain hash cannot be guessed back."""
    return sha256(token.encode()).hexdigest()


def bearer(authorization: str) -> str:
    """The token in an Authorization header, empty when there is none of ours."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and TOKEN.fullmatch(token.strip()) else ""


async def user_of(pool: asyncpg.Pool, token: str) -> User | None:
    """Whose token this is; None when it is nobody's, or has ended."""
    if not token:
        return None
    row = await pool.fetchrow(
        """SELECT centre, name, role, agent FROM users
           WHERE token_hash = $1 AND (revoked_at IS NULL OR revoked_at > now())""",
        hash_of(token),
    )
    return None if row is None else User(row["centre"], row["name"], row["role"], row["agent"])


class Failures:
    """Counts failed attempts per address within a window; memory is bounded."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def add(self, address: str, now: float) -> bool:
        """One more failure at `now` (seconds); True when this address had too many."""
        since, count = self._counts.pop(address, (now, 0))
        if now - since >= WINDOW:
            since, count = now, 0
        self._counts[address] = (since, count + 1)
        while len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)
        return count + 1 > ALLOWED_FAILURES
