"""Writes the pages and schemas that follow from the code (`make docs`); with --check it only tells which are stale."""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from app.policyfile import schema
from app.providers.generic import describing
from app.web import api

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]  # the tests tell what a call goes through

import nouns  # noqa: E402
import remedies  # noqa: E402
import states  # noqa: E402


def routing() -> str:
    """The page about routing.yaml with its tables written anew from the shape; the prose between them is kept."""
    page = (ROOT / "docs/reference/routing.md").read_text(encoding="utf-8")

    def written(mark: re.Match[str]) -> str:
        return f"{mark[1]}\n{schema.table(mark[2]) if mark[2] else schema.texts()}\n<!-- end -->"

    return re.sub(r"(<!-- (?:keys: (\w+)|texts) -->).*?<!-- end -->", written, page, flags=re.DOTALL)


GENERATED: Mapping[str, Callable[[], str]] = {
    "config/routing.schema.json": schema.text,
    "docs/reference/api.json": api.description,
    "docs/reference/doctor.md": remedies.page,
    "docs/reference/generic-api.yaml": describing.openapi,
    "docs/reference/generic-events.schema.json": describing.json_schema,
    "docs/reference/routing.md": routing,
    "docs/reference/states.md": states.page,
    "docs/glossary.md": nouns.page,
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
