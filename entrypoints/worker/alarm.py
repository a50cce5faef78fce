"""Alarms: what has to be looked at by a person is said in the log, where whoever watches it is called."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

log = structlog.get_logger()


async def raise_alarm(name: str, count: Callable[[], Awaitable[int]]) -> None:
    """Log an error under this name while anything is counted."""
    if found := await count():
        log.error(name, count=found)


async def raise_alarms(counts: Callable[[], Awaitable[Mapping[str, int]]]) -> None:
    """Log an error under each name under which anything is counted."""
    for name, found in (await counts()).items():
        log.error(name, count=found)
