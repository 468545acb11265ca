"""Calls through a real Asterisk: its own app_queue, the smallest ARI script, and Warmlijn, side by side, without sound.

`python -m bench.pbx [calls a second] [seconds]` as root; callers and phones are sipp. Everything is measured by
Asterisk's own clock, by one onlooker that is the same for all three: from the caller's channel to the agent's phone
ringing, and from the agent's answer to both being in one bridge.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import aiohttp
from msgspec.structs import replace

from app.call.policy import AgentProfile, Office, Policy, Text
from app.providers.demo.server import free_port, serving
from app.store import embedded, migrations
from app.web.quick import QuickWebSocket
from tests.pbx import asterisk, stage

AGENTS = 240
TALK = 3.0
RING = 100
"""Milliseconds a phone rings before it is answered."""
WATCHED = ("ChannelCreated", "ChannelStateChange", "ChannelEnteredBridge", "ChannelDestroyed")
SIPP = asterisk.HERE / "sipp"
WAYS = {"app_queue": "8001", "bare ARI": "8002", "warmlijn": "0201234567"}


def configuration(sink: int) -> dict[str, str]:
    """What is added to the stories' Asterisk: a queue, an application of its own, and a phone that takes everything."""
    return {
        "modules.conf": "\nload = app_queue.so\n",
        "queues.conf": "[general]\nautofill = yes\n[q]\nstrategy = rrmemory\nringinuse = yes\ntimeout = 15\n",
        "extensions.conf": "\n[from-trunk](+)\nexten => 8001,1,Answer()\n same => n,Queue(q,,,,60)\n"
        " same => n,Hangup()\nexten => 8002,1,Stasis(bare,inbound)\n same => n,Hangup()\n",
        "pjsip.conf": "\n[sink](base)\ncontext = from-phones\naors = sink\n[sink]\ntype = aor\n"
        f"contact = sip:sink@127.0.0.1:{sink}\n",
        "rtp.conf": "\nrtpstart = 20000\nrtpend = 29998\n",
    }


def policy() -> Policy:
    """Two hundred and forty agents of one office, and nothing to say."""
    hurried = stage.hurried()
    agents = {f"a{n:03}": AgentProfile(f"a{n:03}", f"A{n}", f"sip:a{n:03}@pbx", ("kcc",)) for n in range(AGENTS)}
    office = Office("kcc", {"nl": "KCC"}, "office", 0.6, wrap_up=0.1)
    texts = {name: Text(name, {"nl": ""}) for name in hurried.texts}
    return replace(hurried, agents=agents, texts=texts, offices=hurried.offices | {"kcc": office})


async def look_on(url: str, file: str) -> None:
    """A process of its own: writes down what happens to every channel, whoever steers it."""
    with Path(file).open("w") as out:
        async with aiohttp.ClientSession(headers=asterisk.LOGIN) as http, http.ws_connect(
            f"{url}/events", params={"app": "watch", "subscribeAll": "true"}, max_msg_size=0
        ) as socket:
            async for message in socket:
                event = json.loads(message.data)
                if event["type"] in WATCHED:
                    channel = event["channel"]
                    at = datetime.strptime(event["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
                    bridge = event.get("bridge", {}).get("channels", [])
                    seen = [at, event["type"], channel["id"], channel["name"], channel["state"], bridge]
                    out.write(json.dumps(seen) + "\n")
                    out.flush()


async def bare(url: str, sink: str) -> None:
    """The smallest ARI script that rings a phone and connects."""
    async with aiohttp.ClientSession(headers=asterisk.LOGIN, connector=aiohttp.TCPConnector(limit=64)) as http:

        async def rest(method: str, path: str, **params: str) -> None:
            async with http.request(method, url + path, params=params) as answer:
                await answer.read()

        async def handle(event: dict) -> None:
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


def measured(lines: list[list]) -> tuple[list[float], list[float], int]:
    """Milliseconds to ringing, milliseconds from answer to bridged, and callers who were never bridged."""
    created, ringing, up, pairs, callers = {}, {}, {}, {}, set()
    for at, kind, channel, name, state, bridge in lines:
        if kind == "ChannelCreated":
            created[channel] = at
            if name.startswith("PJSIP/trunk"):
                callers.add(channel)
        elif kind == "ChannelStateChange" and state == "Ringing":
            ringing.setdefault(channel, at)
        elif kind == "ChannelStateChange" and state == "Up":
            up.setdefault(channel, at)
        elif kind == "ChannelEnteredBridge" and len(bridge) == 2:
            caller = next((each for each in bridge if each in callers), None)
            if caller and caller not in pairs:
                pairs[caller] = (next(each for each in bridge if each != caller), at)
    rings = [1000 * (ringing[leg] - created[caller]) for caller, (leg, _) in pairs.items() if leg in ringing]
    bridged = [1000 * (at - up[leg]) for leg, at in pairs.values() if leg in up]
    return sorted(rings), sorted(bridged), len(callers - set(pairs))


def told(name: str, rate: int, lines: list[list], failed: str) -> dict[str, object]:
    rings, bridged, apart = measured(lines)

    def at(values: list[float], share: float) -> float | None:
        return round(values[min(len(values) - 1, int(len(values) * share))], 1) if values else None

    return {
        "way": name, "rate": rate, "calls": len(rings), "never_bridged": apart, "failed": failed,
        "ring_p50": at(rings, 0.5), "ring_p99": at(rings, 0.99),
        "bridge_p50": at(bridged, 0.5), "bridge_p99": at(bridged, 0.99),
    }  # fmt: skip


async def calls(pbx: asterisk.Pbx, number: str, rate: int, seconds: int) -> str:
    """Residents call, stay three seconds, and hang up; returns sipp's count of those that failed."""
    process = await asyncio.create_subprocess_exec(
        "sipp", pbx.sip, "-sf", str(SIPP / "caller.xml"), "-s", number, "-i", "127.0.0.1", "-p", str(free_port()),
        "-r", str(rate), "-l", "2000", "-m", str(rate * seconds), "-d", str(int(TALK * 1000)), "-nostdin",
        "-timeout", "90s", "-recv_timeout", "20000", cwd=pbx.folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await process.communicate())[0].decode(errors="replace")
    counts = [line.split("|")[-1].strip() for line in said.splitlines() if "Failed call" in line]
    return counts[-1] if counts else "?"


async def main(rate: int, seconds: int) -> list[dict[str, object]]:
    """All three, one after the other, on one Asterisk."""
    if why := asterisk.missing():
        sys.exit(why)
    folder = Path(tempfile.mkdtemp(prefix="warmlijn-bench-"))
    folder.chmod(0o711)
    port, sink_port = free_port(), free_port()
    found = []
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = await embedded.start(folder / "database")
        stack.push_async_callback(server.stop)
        await migrations.migrate(server.url)
        pbx = await stack.enter_async_context(
            asterisk.running(folder / "pbx", f"ws://127.0.0.1:{port}", stage.CENTRE, configuration(sink_port))
        )
        given = policy()
        house = await stack.enter_async_context(
            stage.house(server.url, pbx, lambda app: serving(app, port, QuickWebSocket), given=given,
                        phones=f"PJSIP/sink/sip:{{user}}@127.0.0.1:{sink_port}")
        )  # fmt: skip
        await stage.linked(house)
        await house.ready(*given.agents)
        others = [
            ["sipp", "-sf", str(SIPP / "agent-answer.xml"), "-i", "127.0.0.1", "-p", str(sink_port), "-d", str(RING),
             "-nostdin"],
            [sys.executable, "-m", "bench.pbx", "bare", pbx.ari, f"PJSIP/sink/sip:s@127.0.0.1:{sink_port}"],
        ]
        for command in others:
            stack.push_async_callback(_end, await _begin(command))
        for n in range(8):
            member = f"PJSIP/sink/sip:q{n}@127.0.0.1:{sink_port}"
            await pbx.cli(f"queue add member {member} to q penalty 0 as m{n} state_interface PJSIP/sink")
        await asyncio.sleep(1.0)
        for name, number in WAYS.items():
            file = folder / f"{number}.jsonl"
            onlooker = await _begin([sys.executable, "-m", "bench.pbx", "look", pbx.ari, str(file)])
            await asyncio.sleep(1.5)
            failed = await calls(pbx, number, rate, seconds)
            await asyncio.sleep(2.0)
            await _end(onlooker)
            whole = [json.loads(line) for line in file.read_text().splitlines() if line[-1] == "]"]
            found.append(told(name, rate, whole, failed))
            print(json.dumps(found[-1]), flush=True)
        left = {"left_channels": len(await pbx.get("/channels")), "left_bridges": len(await pbx.get("/bridges"))}
        print(json.dumps(left))
    return found


async def _begin(command: list[str]) -> asyncio.subprocess.Process:
    quiet = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(*command, stdin=quiet, stdout=quiet, cwd=asterisk.HERE.parents[1])


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["look", url, file]:
            asyncio.run(look_on(url, file))
        case ["bare", url, sink]:
            asyncio.run(bare(url, sink))
        case rest:
            rate, seconds = (int(each) for each in [*rest, "20", "10"][:2]) if len(rest) != 1 else (int(rest[0]), 10)
            asyncio.run(main(rate, seconds))
