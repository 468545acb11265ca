"""The compiled policies, by centre and version: loaded once, kept as long as the process runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import asyncpg

from app.call.policy import Policy

Compile = Callable[[str, str], Policy]
"""From the text of routing.yaml and its version to a policy; raises when the text does not fit this program."""


class UnknownPolicy(Exception):
    """A version that is not in the table of policies."""


class Policies:
    """`active` follows what the batches of this process saw; other processes' changes arrive with the next event."""

    def __init__(self, pool: asyncpg.Pool | None = None, compiled: Compile | None = None) -> None:
        self._pool = pool
        self._compile = compiled
        self._known: dict[tuple[str, str], Policy] = {}
        self._active: dict[str, str] = {}

    def add(self, centre: str, policy: Policy) -> None:
        """Keep this compiled policy."""
        self._known[centre, policy.version] = policy

    def activate(self, centre: str, version: str) -> None:
        """This version decides new calls of the centre."""
        self._active[centre] = version

    def knows(self, centre: str) -> bool:
        """Whether there is such a centre."""
        return centre in self._active

    def centres(self) -> tuple[str, ...]:
        """The centres there are."""
        return tuple(self._active)

    def active(self, centre: str) -> Policy:
        """The policy new calls are decided by. Raises KeyError for an unknown centre."""
        return self._known[centre, self._active[centre]]

    def get(self, centre: str, version: str) -> Policy | None:
        """The policy if it was loaded before."""
        return self._known.get((centre, version))

    async def load(self, centre: str, version: str, by: asyncpg.Connection | None = None) -> Policy:
        """The policy, read (`by` this connection) and compiled off the event loop when it is new here.

        Raises UnknownPolicy.
        """
        policy = self._known.get((centre, version))
        if policy is not None:
            return policy
        reader = by or self._pool
        text = reader and await reader.fetchval(
            "SELECT text FROM policies WHERE centre = $1 AND version = $2", centre, version
        )
        if not text or self._compile is None:
            raise UnknownPolicy(f"{centre} has no policy {version}")
        policy = await asyncio.to_thread(self._compile, text, version)
        self._known[centre, version] = policy
        return policy
