"""Writes the page of all that `warmlijn doctor` can find, from the words it says it in."""

from __future__ import annotations

from app.doctor.findings import SUBJECTS, WORDS
from app.doctor.modules import LOST

GRADES = {"ok": "goed", "warning": "let op", "wrong": "FOUT", "unseen": "onbekend"}
HEAD = """# Wat `warmlijn doctor` kan vinden
Gemaakt uit de zinnen zelf (`make docs`). Wat tussen accolades staat, wordt ingevuld. De code staat in het antwoord met
`--json` en in dat van `GET /api/v1/doctor`.

`goed`: in orde · `let op`: het werkt, maar kijk ernaar · `FOUT`: er gaat iets mis voor bellers of medewerkers ·
`onbekend`: dit was niet na te kijken, en waarom niet.
De opdracht eindigt met 1 als er iets fout is, anders met 0.
"""


def page() -> str:
    """One table for each subject, in the order in which they are looked at."""
    parts = [HEAD]
    for subject, (dutch, _) in SUBJECTS.items():
        rows = [
            f"| `{code}` | {GRADES[words.grade]} | {_cell(words.nl)} | {_cell(words.nl_do)} |"
            for code, words in WORDS.items() if words.subject == subject
        ]
        title = dutch[0].upper() + dutch[1:]
        parts.append("\n".join([f"## {title}", "| code | | wat er is | wat te doen |", "|---|---|---|---|", *rows, ""]))
    modules = [f"| `{name.removeprefix('lost:')}` | {pair[0]} |" for name, pair in LOST.items()]
    parts.append("\n".join(["## Nodige modules", "| module | zonder deze |", "|---|---|", *modules, ""]))
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}").replace("|", "\\|")
