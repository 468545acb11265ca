"""The smallest ARI script that rings a phone and connects: `python -m bench.pbx.bare ARI SINK`."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiohttp

from tests.pbx.asterisk import LOGIN


async def bare(url: str, sink: str) -> None:
    """Until it is stopped; `sink` is what Asterisk dials."""
    async with aiohttp.ClientSession(headers=LOGIN, connector=aiohttp.TCPConnector(limit=64)) as http:

        async def rest(method: str, path: str, **params: str) -> None:
            async with http.request(method, url + path, params=params) as answer:
                await answer.read()

        async def handle(event: dict[str, Any]) -> None:
            channel = event["channel"]["id"]
            leg = channel.startswith("leg-")
            if event["type"] == "StasisStart" and not leg:
                await rest("POST", f"/channels/{channel}/answer")
                await rest("POST", "/channels", endpoint=sink, app="bare", appArgs="leg", channelId=f"leg-{channel}")
            elif event["type"] == "StasisStart":
                await rest("POST", f"/bridges/b-{channel}", type="mixing,dtmf_events")
                both = f"{channel.removeprefix('leg-')},{channel}"
                await rest("POST", f"/bridges/b-{channel}/addChannel", channel=both)
            elif event["type"] == "StasisEnd" and not leg:
                await rest("DELETE", f"/channels/leg-{channel}")
                await rest("DELETE", f"/bridges/b-leg-{channel}")

        tasks = set()
        async with http.ws_connect(f"{url}/events", params={"app": "bare"}, max_msg_size=0) as socket:
            async for message in socket:
                event = json.loads(message.data)
                if event["type"] in ("StasisStart", "StasisEnd"):
                    task = asyncio.create_task(handle(event))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)


if __name__ == "__main__":
    asyncio.run(bare(*sys.argv[1:]))
