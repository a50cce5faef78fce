"""Reading by key what many ask for at once: a statement of its own for each costs half of what answering it costs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from adapters.postgres.query import KeyedQuery

AT_ONCE = 200
"""Rows read by one statement."""

_Read = Callable[[KeyedQuery, Sequence[UUID]], Awaitable[Sequence[Any]]]
_Asked = Sequence[tuple[UUID, "asyncio.Future[Any]"]]


class KeyedReads:
    """Reads together, by ``read``, the rows asked for in one turn of the event loop."""

    def __init__(self, read: _Read) -> None:
        self._read = read
        self._asked: dict[KeyedQuery, list[tuple[UUID, asyncio.Future[Any]]]] = {}
        self._reading: set[asyncio.Task[None]] = set()

    async def row(self, query: KeyedQuery, key: UUID) -> Any | None:
        """The row with this key, or None. Whoever gives up waiting takes nothing from the others."""
        loop = asyncio.get_running_loop()
        asked = self._asked.get(query)
        if asked is None:
            asked = self._asked[query] = []
            loop.call_soon(self._begin, query)
        answer = loop.create_future()
        asked.append((key, answer))
        return await answer

    def _begin(self, query: KeyedQuery) -> None:
        asked = self._asked.pop(query)
        for start in range(0, len(asked), AT_ONCE):
            task = asyncio.create_task(self._answer(query, asked[start : start + AT_ONCE]))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)

    async def _answer(self, query: KeyedQuery, asked: _Asked) -> None:
        """Answer everybody who still waits, also with what went wrong."""
        try:
            found = {row[query.key]: row for row in await self._read(query, [key for key, _ in asked])}
        except BaseException as error:
            for _, answer in asked:
                if answer.done():
                    continue
                if isinstance(error, asyncio.CancelledError):
                    answer.cancel()
                else:
                    answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for key, answer in asked:
            if not answer.done():
                answer.set_result(found.get(key))
