"""One JSON line per event on standard output: ids only, never a name, a number, a sentence or a secret."""

import sys
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import date, datetime
from typing import Any, BinaryIO

import msgspec
import structlog

LEVELS: Mapping[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def _plain(value: object) -> object:
    """Whatever msgspec does not know becomes the name of its type, so that no object can spill its contents."""
    return str(value) if isinstance(value, (date, datetime)) else f"<{type(value).__name__}>"


_encode = msgspec.json.Encoder(enc_hook=_plain).encode


def _render(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> bytes:
    """The whole event as one line of JSON; with `each`, one line for each of these, all written at once."""
    each: Iterable[Mapping[str, Any]] | None = event.pop("each", None)
    if each is None:
        return _encode(event)
    common = _encode(event)[1:]  # written once, for it ends every line
    return b"\n".join([_encode(line)[:-1] + b"," + common for line in each])


def _where_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Reduce an exception to its type and place: messages of libraries may hold what a caller said or typed."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None:
            event["where"] = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
    return event


def configure(level: str = "info", node: str = "", stream: BinaryIO | None = None) -> None:
    """Set up logging for the process; `stream` (bytes) is for tests. Costs about 6 us a line (storage findings)."""

    def which_process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["node"] = node
        return event

    structlog.reset_defaults()
    structlog.configure(
        cache_logger_on_first_use=True,
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        processors=[
            structlog.processors.add_log_level,
            which_process,
            _where_only,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _render,
        ],
        logger_factory=structlog.BytesLoggerFactory(stream or sys.stdout.buffer),
    )


def logger() -> structlog.typing.FilteringBoundLogger:
    """A logger; events are short names such as `call.decided`, with ids and figures as values.

    Many lines of one kind cost little as one event with `each`, a list of what they do not have in common: none is
    empty, and none holds a key of the event.
    """
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return log
