"""Log lines are JSON, one per event, and hold nothing that an exception or an object might spill."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from app import logs


@pytest.fixture
def stream() -> Iterator[io.BytesIO]:
    out, before = io.BytesIO(), structlog.get_config()
    logs.configure("info", node="n1", stream=out)
    yield out
    structlog.configure(**before)


def lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_one_event_is_one_line_with_its_ids(stream: io.BytesIO) -> None:
    logs.logger().info("call.decided", call="c1", n=3)
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "call.decided", "call": "c1", "n": 3, "level": "info", "node": "n1"}


def test_below_the_level_nothing_is_written(stream: io.BytesIO) -> None:
    logs.logger().debug("call.decided")
    assert stream.getvalue() == b""


def test_an_exception_is_told_by_type_and_place_not_by_its_words(stream: io.BytesIO) -> None:
    def fail() -> None:
        raise ValueError("caller +31612345678 said hello")

    try:
        fail()
    except ValueError as error:
        logs.logger().exception("call.failed")
        logs.logger().warning("call.failed", exc_info=error)
    first, second = lines(stream)
    assert (first["error"], second["error"]) == ("ValueError", "ValueError")
    assert first["where"].startswith("test_logs.py:")
    assert b"31612345678" not in stream.getvalue()


def test_an_unknown_object_shows_its_type_only(stream: io.BytesIO) -> None:
    class Person:
        def __str__(self) -> str:
            return "mevrouw De Vries"

    logs.logger().info("x", who=Person())
    assert lines(stream)[0]["who"] == "<Person>"


def test_many_lines_of_one_kind_are_written_at_once(stream: io.BytesIO) -> None:
    logs.logger().info("call.decided", each=[{"call": "c1", "who": object()}, {"call": "c2\n"}])
    first, second = lines(stream)
    assert first.pop("timestamp") == second.pop("timestamp")
    assert first == {"event": "call.decided", "call": "c1", "who": "<object>", "level": "info", "node": "n1"}
    assert second == {"event": "call.decided", "call": "c2\n", "level": "info", "node": "n1"}


def test_a_line_break_in_a_value_stays_inside_the_line(stream: io.BytesIO) -> None:
    logs.logger().info("x", value='a\n{"event": "forged"}')
    assert [line["event"] for line in lines(stream)] == ["x"]
