"""One figure with its bound, and the table they make together."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Result:
    """`bound` reads `<= 0.5`, or is empty for what is only told; `note` is for people, not in the file."""

    name: str
    value: float
    unit: str
    bound: str = ""
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether the value keeps within its bound."""
        if not self.bound:
            return True
        sign, _, limit = self.bound.partition(" ")
        most = float(limit)
        return {"<=": self.value <= most, ">=": self.value >= most, "<": self.value < most, "=": self.value == most}[
            sign
        ]


def median(values: Iterable[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def sent(runs: Iterable[int], of: str = "") -> Result:
    """Whether every command of each of these runs was sent five seconds after it."""
    return Result(f"{of}commands waiting 5 s after a run, at worst", max(runs), "", "= 0")


def spread(values: Iterable[float]) -> str:
    """`[lowest, highest]`, for the note."""
    known = sorted(values)
    return f"[{known[0]:.2f}, {known[-1]:.2f}]"


def write(results: list[Result], path: Path) -> None:
    """The list of `{"name", "value", "unit", "bound", "ok"}`."""
    rows = []
    for result in results:
        row = {**asdict(result), "value": round(result.value, 3), "ok": result.ok}
        row.pop("note")
        rows.append(row)
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def line(result: Result) -> str:
    """One row of the table."""
    mark = " " if not result.bound else ("ok" if result.ok else "NO")
    return f"{mark:2}  {result.name:58} {result.value:>10.2f} {result.unit:8} {result.bound:>9}  {result.note}"
