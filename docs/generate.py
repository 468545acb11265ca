"""Writes the pages and schemas that follow from the code (`make docs`); with --check it only tells which are stale."""

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from app.policyfile import schema
from app.providers.generic import describing
from app.web import api

ROOT = Path(__file__).resolve().parents[1]

NOUNS = {
    "app.call.call": "Calls and their phases",
    "app.call.legs": "Legs: one party's line",
    "app.call.agent": "Agents",
    "app.call.callback": "Callbacks",
    "app.call.events": "Events: what happened",
    "app.call.commands": "Commands: what the switch must do",
    "app.call.decision": "Decisions, and what they record",
    "app.call.world": "The world a decision sees",
}

ON_SCREEN = {
    "Agent": "medewerker", "Call": "gesprek", "Callback": "terugbelafspraak", "CallbackConfirmed": "afspraak bevestigd",
    "Connected": "doorverbonden", "Connecting": "doorverbinden", "ConsultAsked": "ruggespraak gevraagd",
    "ConsultCancelled": "terug naar de beller", "Consulting": "ruggespraak", "Leg": "lijn", "Offering": "aanbieden",
    "Promising": "terugbelafspraak maken", "SwapAsked": "makelen", "Talking": "in gesprek",
    "ThreeWayAsked": "driegesprek", "Waiting": "wachtrij", "Welcoming": "welkom",
}


def glossary() -> str:
    """Every noun of the core with the sentence its class begins with, and its word on the screen."""
    lines = [
        "# Words",
        "Written by `make docs` from the code: each noun of the core, what it means, and the word users see.",
    ]
    for module, title in NOUNS.items():
        lines += ["", f"## {title}", f"`{module.replace('.', '/')}.py`", ""]
        lines += ["| in the code | on screen | meaning |", "|---|---|---|"]
        lines += [f"| `{name}` | {ON_SCREEN.get(name, '')} | {meaning} |" for name, meaning in _nouns(module)]
    return "\n".join(lines) + "\n"


def _nouns(module: str) -> Iterator[tuple[str, str]]:
    """The classes defined in `module`, in the order of the file, with the first sentence of their docstring."""
    found = importlib.import_module(module)
    for name, thing in vars(found).items():
        if inspect.isclass(thing) and issubclass(thing, Struct) and thing.__module__ == module:
            text = " ".join((inspect.getdoc(thing) or "").split("\n\n", maxsplit=1)[0].split())
            yield name, re.sub(r"\|", "\\|", text)


def states() -> str:
    """The phases of a call and the events that lead from one to the next, as the transcripts tell them."""
    moves: dict[tuple[str, str], set[str]] = {}
    for story in sorted((ROOT / "tests/transcripts").glob("*.txt")):
        phases: dict[str, str] = {}
        call, event = "c1", ""
        for line in story.read_text(encoding="utf-8").splitlines():
            if happened := re.match(r"> (\w+)(?:.* call=(\w+))?", line):
                event, call = happened[1].replace("joined", "LegJoined"), happened[2] or "c1"
            elif caused := re.match(r"  ~ (\w+)", line):
                event = caused[1]
            elif (decided := re.match(r"  = (\w+)", line)) and decided[1] != (before := phases.get(call, "[*]")):
                moves.setdefault((before, decided[1]), set()).add(event)
                phases[call] = decided[1]
    lines = [
        "# The phases of a call",
        "Written by `make docs` from the transcripts in `tests/transcripts`, which are what the code decides.",
        "Names in small letters are timers.",
        "", "```mermaid", "stateDiagram-v2",
    ]
    lines += [f"    {before} --> {after}: {', '.join(sorted(by))}" for (before, after), by in sorted(moves.items())]
    return "\n".join([*lines, "    Ended --> [*]", "```"]) + "\n"


def routing() -> str:
    """The page about routing.yaml with its tables written anew from the shape; the prose between them is kept."""
    page = (ROOT / "docs/reference/routing.md").read_text(encoding="utf-8")

    def written(mark: re.Match[str]) -> str:
        return f"{mark[1]}\n{schema.table(mark[2]) if mark[2] else schema.texts()}\n<!-- end -->"

    return re.sub(r"(<!-- (?:keys: (\w+)|texts) -->).*?<!-- end -->", written, page, flags=re.DOTALL)


GENERATED: Mapping[str, Callable[[], str]] = {
    "config/routing.schema.json": schema.text,
    "docs/reference/api.json": api.description,
    "docs/reference/generic-api.yaml": describing.openapi,
    "docs/reference/generic-events.schema.json": describing.json_schema,
    "docs/reference/routing.md": routing,
    "docs/reference/states.md": states,
    "docs/reference/words.md": glossary,
}


def stale() -> list[str]:
    """The generated files that do not say what the code says now."""
    return [
        path for path, text in GENERATED.items()
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != text()
    ]


def main() -> int:
    """Write what is stale; with --check only tell, and fail when something is."""
    behind = stale()
    for path in behind:
        print(path)
        if "--check" not in sys.argv[1:]:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(GENERATED[path](), encoding="utf-8")
    return int("--check" in sys.argv[1:] and bool(behind))


if __name__ == "__main__":
    sys.exit(main())
