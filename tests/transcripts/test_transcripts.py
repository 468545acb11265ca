"""Every story is told as it stands in its file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.transcripts.telling import stories, tell


@pytest.mark.parametrize("story", stories(), ids=lambda p: p.stem)
def test_story(story: Path) -> None:
    """The decisions are those that were reviewed; `UPDATE=1` writes what they are now."""
    text = story.read_text(encoding="utf-8")
    told = tell(text)
    if os.environ.get("UPDATE") == "1":
        story.write_text(told, encoding="utf-8")
    assert told == text or os.environ.get("UPDATE") == "1"
