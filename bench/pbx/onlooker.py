"""Who writes down what happens to every channel, whoever steers it: `python -m bench.pbx.onlooker ARI FILE`.

Asterisk is asked for three kinds of events only, and they are written as they come: looking on must cost little.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from tests.pbx.asterisk import LOGIN

WATCHED = ("ChannelCreated", "ChannelStateChange", "ChannelEnteredBridge")


async def look_on(url: str, file: str) -> None:
    """Until it is stopped; one message a line."""
    with Path(file).open("w", encoding="utf-8", buffering=1) as out:
        async with (
            aiohttp.ClientSession(headers=LOGIN) as http,
            http.ws_connect(f"{url}/events", params={"app": "watch"}, max_msg_size=0) as socket,
        ):
            wanted = {"allowed": [{"type": kind} for kind in WATCHED]}
            while True:  # the application is there a moment after the websocket
                async with http.put(f"{url}/applications/watch/eventFilter", json=wanted) as answer:
                    if answer.status == 200:
                        break
            for source in ("channel:", "bridge:"):  # all of them, but no endpoints: those tell each channel they have
                await http.post(f"{url}/applications/watch/subscription", params={"eventSource": source})
            async for message in socket:
                out.write(f"{str(message.data).replace(chr(10), ' ')}\n")


@dataclass
class Seen:
    """Milliseconds, sorted. `apart`: callers who never came into one bridge with anybody."""

    ringing: list[float] = field(default_factory=list)
    bridged: list[float] = field(default_factory=list)
    apart: int = 0

    @staticmethod
    def at(values: list[float], share: float) -> float:
        """The value below which this share of them lies; a day when there are none."""
        return values[min(len(values) - 1, int(len(values) * share))] if values else 86_400_000.0


def measured(file: Path) -> Seen:
    """From the caller's channel to the phone's ringing, and from its answer to both being in one bridge."""
    created: dict[str, float] = {}
    ringing: dict[str, float] = {}
    up: dict[str, float] = {}
    pairs: dict[str, tuple[str, float]] = {}
    callers: set[str] = set()
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            event: dict[str, Any] = json.loads(line)
        except ValueError:
            continue  # the last one, cut off
        if event["type"] not in WATCHED:
            continue
        at = datetime.strptime(event["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
        channel, state = event["channel"]["id"], event["channel"]["state"]
        if event["type"] == "ChannelCreated":
            created[channel] = at
            if event["channel"]["name"].startswith("PJSIP/trunk"):
                callers.add(channel)
        elif event["type"] == "ChannelEnteredBridge":
            both = event["bridge"]["channels"]
            caller = next((each for each in both if each in callers), None)
            if len(both) == 2 and caller is not None and caller not in pairs:
                pairs[caller] = (next(each for each in both if each != caller), at)
        elif state == "Ringing":
            ringing.setdefault(channel, at)
        elif state == "Up":
            up.setdefault(channel, at)
    return Seen(
        sorted(1000 * (ringing[leg] - created[caller]) for caller, (leg, _) in pairs.items() if leg in ringing),
        sorted(1000 * (at - up[leg]) for leg, at in pairs.values() if leg in up),
        len(callers - set(pairs)),
    )


if __name__ == "__main__":
    asyncio.run(look_on(*sys.argv[1:]))
