"""The routing.yaml of the settings counts once, for a centre that is new; after that what its admins activate does."""

from __future__ import annotations

from pathlib import Path

import asyncpg

from app import policyfile
from app.call.policy import Policy
from app.logs import logger
from app.policyfile.proving import admit
from app.store import centres

log = logger()


async def first_policy(pool: asyncpg.Pool, centre: str, path: Path) -> tuple[str, Policy | None]:
    """Make the centre with this file if it is new; returns the active version, and the file's policy when it is right.

    Raises PolicyMistakes for a new centre only, then also for those of the file's own tests that fail: a file that is
    being edited never stops a telephone that works.
    """
    known = await centres.active(pool, centre)
    try:
        text = _text(path)
        policy = (admit if known is None else policyfile.load)(text, file=path.name)
    except (OSError, UnicodeDecodeError, policyfile.PolicyMistakes) as wrong:
        if known is None:
            admit(path)
            raise
        log.warning("policy.file_wrong", centre=centre, active=known, error=type(wrong).__name__)
        return known, None
    active = await centres.ensure(pool, centre, text, policy.version)
    if active != policy.version:
        do = f"warmlijn policy activate {path.name}"
        log.warning("policy.file_differs", centre=centre, active=active, file=policy.version, to_use_it=do)
    return active, policy


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")
