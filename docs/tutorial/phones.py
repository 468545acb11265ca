"""A telephone switch with one resident, for the tutorial: type what the resident does, read what everybody hears.

It is the PBX side of docs/howto/any-pbx.md over real HTTP. A phone that rings is picked up after four seconds, unless
you said otherwise.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from app.providers.demo import Answers, Behaviour, Busy, Caller, Declines, Silent, Switch, Unreachable, Voicemail
from app.providers.demo.legs import Leg

URL = os.environ.get("WARMLIJN_URL", "http://127.0.0.1:8000")
CENTRE = os.environ.get("WARMLIJN_CENTRE", "gemeente")
PORT = int(os.environ.get("PHONES_PORT", "8090"))
SECRETS = Path("var/secrets.env")
ADDRESS = "sip:{}@telefoon.voorbeeldstad.example"
RESIDENT = "+31611112222"
PEOPLE: dict[str, Callable[[], Behaviour]] = {
    "answers": Answers, "silent": Silent, "busy": Busy, "declines": Declines, "unreachable": Unreachable,
    "voicemail": Voicemail,
}
HELP = """ring 14 0123           the resident rings the municipality (add "withheld" to hide the number)
press 2                the resident presses a key
say traplift           the resident says something
hang up                the resident hangs up
anja silent            from now on anja's phone is: answers, silent, busy, declines, unreachable, voicemail
quit"""


class Screen:
    """Prints each change of each line once."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._seen: dict[str, str] = {}

    def look(self) -> None:
        """Say what changed since the last look."""
        for leg in tuple(self._switch.legs.values()):
            now = self._said(leg)
            if now and self._seen.get(leg.id) != now:
                self._seen[leg.id] = now
                print(f"{who(leg):>9}  {now}", flush=True)

    def _said(self, leg: Leg) -> str:
        if leg.state in ("dialling", "ringing"):
            return "phone rings" if leg.state == "ringing" else ""
        if leg.state == "over":
            return "line is over"
        if leg.hears == "people":
            others = [who(o) for o in self._switch.legs.values() if o.room == leg.room and o is not leg and o.live]
            return f"speaks with {' and '.join(sorted(others))}"
        if leg.hears in ("words", "menu"):
            return f"hears: {' '.join(leg.sentences)}"
        return f"hears {leg.hears}" if leg.hears in ("music", "ringback", "the KCC") else ""


def who(leg: Leg) -> str:
    """The name in an address."""
    return "resident" if leg.caller else leg.address.partition(":")[2].partition("@")[0]


class Hand:
    """Does what is typed."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._resident: Caller | None = None

    async def does(self, line: str) -> None:
        """One line. Raises ValueError with a sentence when it means nothing now."""
        verb, _, rest = line.strip().partition(" ")
        if verb == "ring":
            number, _, hidden = rest.partition("withheld")
            self._resident = self._switch.caller(RESIDENT, withheld=bool(hidden) or number != rest)
            await self._resident.rings("".join(number.split()))
            print(f"     call  {self._resident.call}", flush=True)
        elif rest in PEOPLE:
            self._switch.phone(ADDRESS.format(verb), PEOPLE[rest]())
        elif self._resident is None or self._resident.over:
            raise ValueError("Nobody rings: type 'ring 14 0123' first, or 'help'.")
        elif line.strip() == "hang up":
            self._resident.hangs_up()
        elif verb in ("press", "say") and rest:
            if not self._resident.leg.gathering:
                raise ValueError("The resident is not asked for anything now.")
            await (self._resident.presses(rest) if verb == "press" else self._resident.says(rest))
        else:
            raise ValueError(HELP)


def secret() -> str:
    """What `make run` made for a first try."""
    lines = SECRETS.read_text(encoding="ascii").splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith("GENERIC_SECRET="))


async def main() -> None:
    """Until `quit`, or the end of what is typed."""
    async with Switch.open(f"{URL}/hooks/{CENTRE}/generic/events", (secret(),), port=PORT) as (switch, address):
        print(f"The switch takes commands at {address}\n{HELP}", flush=True)
        screen, hand = Screen(switch), Hand(switch)

        async def watch() -> None:
            while True:
                screen.look()
                await asyncio.sleep(0.05)

        watching = asyncio.create_task(watch())
        while (line := await asyncio.to_thread(sys.stdin.readline)) and line.strip() != "quit":
            try:
                await hand.does(line)
            except (ValueError, OSError, RuntimeError) as error:
                print(error, flush=True)
        watching.cancel()


if __name__ == "__main__":
    asyncio.run(main())
