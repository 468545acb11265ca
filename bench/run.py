"""`python -m bench [--only NAME ...] [--quick]`: measures, prints the table and writes bench/results.json."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from app import logs
from bench import results
from bench.deciding import deciding, routing
from bench.growth import growth
from bench.lasting import lasting, timers
from bench.pairs import pairs
from bench.rates import rates
from bench.results import Result
from bench.stage import Stage, stage
from bench.starting import starting
from bench.twilio import twilio

Measure = Callable[[Stage, bool], Awaitable[list[Result]]]


async def _rules(_on: Stage, _quick: bool) -> list[Result]:
    return [*deciding(), *routing()]


MEASURES: dict[str, Measure] = {
    "rules": _rules,
    "rates": lambda on, quick: rates(on, 1 if quick else 5, 2 if quick else 3),
    "twilio": lambda on, quick: twilio(on, 1 if quick else 5, 2 if quick else 3),
    "pairs": lambda on, quick: pairs(on, 1 if quick else 3, 2 if quick else 4),
    "growth": lambda on, quick: growth(on, 1, 2, 100_000, 5_000) if quick else growth(on, 3, 3),
    "lasting": lambda on, quick: lasting(on, 1, 10, 20_000) if quick else lasting(on, 3, 60),
    "timers": lambda on, quick: timers(on, 1 if quick else 3, 4 if quick else 8),
    "starting": lambda on, quick: starting(on, 1 if quick else 3),
}


def main(arguments: list[str] | None = None) -> int:
    """The exit code is 0 when every figure keeps within its bound."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASURES, help="measure only these")
    parser.add_argument("--quick", action="store_true", help="one repetition and short runs: to see that it works")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results.json")
    args = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        sys.exit("wrk is needed: apt-get install wrk")
    logs.configure("warning")
    found = asyncio.run(_measure(args.only or list(MEASURES), args.quick))
    results.write(found, args.out)
    return 0 if all(result.ok for result in found) else 1


async def _measure(names: list[str], quick: bool) -> list[Result]:
    found: list[Result] = []
    async with stage() as on:
        for name in names:
            began = time.monotonic()
            for result in await MEASURES[name](on, quick):
                found.append(result)
                print(results.line(result), flush=True)
            print(f"    ({name}: {time.monotonic() - began:.0f} s)", flush=True)
    return found
