"""Whoever opens the address sees that it runs, and addresses that are really there."""

import re
from pathlib import Path

import httpx

from app.main import Service
from app.settings import load

ROOT = Path(__file__).parents[2]


async def test_the_address_itself_says_what_is_where(database: str) -> None:
    service = Service(load({"DATABASE_URL": database, "WARMLIJN_POLICY": str(ROOT / "config" / "routing.yaml")}))
    await service.open()
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://warmlijn") as http:
            page = await http.get("/")
            assert page.status_code == 200
            named = re.findall(r"^(/\S+)", page.text, re.MULTILINE)
            assert len(named) == 4
            found = {path: (await http.get(path)).status_code for path in named if path != "/hooks/"}
            assert set(found.values()) == {200}, found
            (guide,) = re.findall(r"docs/\S+", page.text)
            assert (ROOT / guide).is_file()
    finally:
        await service.close()
