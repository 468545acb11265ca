"""`python -m bench.pbx [--only NAME ...]` as root: measures, prints the table and writes bench/pbx-results.json."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from app import logs
from bench import results
from bench.pbx.comparison import comparison
from bench.pbx.house import house
from bench.pbx.load import highest, load
from bench.results import Result
from tests.pbx import asterisk

MEASURES = ("comparison", "load", "highest")


async def _measure(names: list[str], rate: int, seconds: int) -> list[Result]:
    found: list[Result] = []
    async with house() as made:
        for name in names:
            match name:
                case "comparison":
                    new = await comparison(made, rate, seconds)
                case "load":
                    new = await load(made)
                case _:
                    new = await highest(made)
            for result in new:
                found.append(result)
                print(results.line(result), flush=True)
    return found


CORES = 2
"""For everything together: service, PostgreSQL, Asterisk, callers and phones."""


def main() -> int:
    """The exit code is 0 when every figure keeps within its bound."""
    parser = argparse.ArgumentParser(prog="python -m bench.pbx", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=MEASURES, help="measure only these")
    parser.add_argument("--rate", type=int, default=20, help="calls a second of the comparison")
    parser.add_argument("--seconds", type=int, default=20, help="how long each way of the comparison is called")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "pbx-results.json")
    args = parser.parse_args()
    if why := asterisk.missing():
        sys.exit(why)
    logs.configure("warning")
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    print(f"load average before: {', '.join(f'{each:.2f}' for each in os.getloadavg())}", flush=True)
    found = asyncio.run(_measure(args.only, args.rate, args.seconds))
    results.write(found, args.out)
    return 0 if all(result.ok for result in found) else 1


if __name__ == "__main__":
    sys.exit(main())
