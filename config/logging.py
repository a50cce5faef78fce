"""Structured logs: one line per request and per job. What may appear is listed here, everything else is masked."""

import json
import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import orjson
import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "request_id", "method", "route", "status", "ms", "user_id", "code",
        "job", "message_id", "listener", "topic", "attempts", "outcome", "error", "where", "mode", "address", "due",
        "made", "full", "short", "days", "count", "bytes", "queue", "seconds", "version", "name", "problems",
        "part", "forgotten", "policy", "lists", "pairs", "rank_correlation", "first_overlap",
    }
)  # fmt: skip
MASK = "[withheld]"


def only_allowed(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Mask the value of every field that is not on the list, so that a careless line discloses nothing."""
    return {key: value if key in ALLOWED else MASK for key, value in fields.items()}


def type_of_exception(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception is logged as its type and where it was raised; its message may quote what a member wrote."""
    raised = fields.pop("exc_info", None)
    if raised:
        error = raised if isinstance(raised, BaseException) else sys.exc_info()[1]
        if error is not None:
            fields["error"] = type(error).__name__
            fields["where"] = _where(error)
    return fields


def _json(fields: Mapping[str, Any], **_options: object) -> str:
    line = orjson.dumps(fields, default=str).decode()
    # What is beyond ASCII is written as an escape: among it are ends of lines, and codes that terminals obey.
    return line if line.isascii() else json.dumps(orjson.loads(line))


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    if trace is None:
        return "unknown"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def configure(
    log_format: str, stream: TextIO | None = None, level: int = logging.INFO, *, for_good: bool = False
) -> None:
    """Send our own lines and those of libraries (warnings and worse) to ``stream``, standard error by default.

    ``for_good`` promises that this is not called again in the process, and makes each line cheaper."""
    target = stream or sys.stderr
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=_json)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=target.isatty(), pad_event_to=20)
    )
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        type_of_exception,
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *shared, only_allowed, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(target),
        cache_logger_on_first_use=for_good,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _foreign, only_allowed, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _foreign(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's own sentence may quote input, so only the fact of it and the library's name are kept."""
    fields["event"] = "library_message"
    return fields
