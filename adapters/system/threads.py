"""Slow work off the event loop: a few threads, and a limit on how much may wait for them."""

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from saltbitter_domain.users.model import Busy

_T = TypeVar("_T")


class BoundedThreads:
    """Runs pieces of work of about ``seconds`` each; at most ``waiting`` of them wait for one of the ``workers``."""

    def __init__(self, name: str, *, workers: int, waiting: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._workers, self._capacity = workers, workers + waiting
        self._seconds = seconds
        self._pending = 0
        self._lock = Lock()

    async def run(self, work: Callable[[], _T]) -> _T:
        """What ``work`` gives, done in its turn; ``Busy`` when too much waits already."""
        with self._lock:
            if self._pending >= self._capacity:
                wait = math.ceil(self._pending / self._workers * self._seconds)
                raise Busy("Many passwords are being checked just now. Please try again.", retry_after=wait)
            self._pending += 1
        future = self._pool.submit(work)
        future.add_done_callback(self._release)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Finish what was begun and take nothing more."""
        self._pool.shutdown()

    def _release(self, _: Future[_T]) -> None:
        with self._lock:
            self._pending -= 1
