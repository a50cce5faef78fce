"""The sweep: whatever is kept for a time only is forgotten after it."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

log = structlog.get_logger()


async def sweep(parts: Mapping[str, Callable[[], Awaitable[int]]]) -> None:
    """Run every part, each of which says how much it forgot. Where one fails the others are run all the same, and the
    failures are raised together at the end; the next sweep forgets what was left."""
    failures: list[Exception] = []
    for name, forget in parts.items():
        try:
            log.info("swept", part=name, forgotten=await forget())
        except Exception as failure:  # noqa: BLE001  it is raised at the end
            failures.append(failure)
    if failures:
        raise ExceptionGroup("some of the sweep failed", failures)
