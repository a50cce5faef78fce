"""Reads that may be a moment old, so that a replica can answer them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import attrs
import structlog

from adapters.postgres.database import Database, Session, StoreAway

T = TypeVar("T")

log = structlog.get_logger()


@attrs.frozen
class Replicated:
    """Reports are read from the ``replica``; from the ``database`` where there is none, or while it is away."""

    database: Database
    replica: Database | None = None

    async def read(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """What ``work`` reads in a session of its own. Nothing it writes is kept, and it may be begun twice."""
        if self.replica is not None:
            try:
                return await _read(self.replica, work)
            except StoreAway as away:
                log.warning("replica_away", error=type(away.__cause__ or away).__name__)
        return await _read(self.database, work)


async def _read(database: Database, work: Callable[[Session], Awaitable[T]]) -> T:
    async with database.session() as session:
        return await work(session)
