"""The match engine as the domain wrote it, in a thread of its own so that the event loop stays free."""

import asyncio
from collections.abc import Callable

from saltbitter_domain.compatibility.allocation import DailyRun, daily_run, next_page
from saltbitter_domain.compatibility.allocation.packed import packed, unpacked
from saltbitter_domain.compatibility.ports import MatchEngine, Progress, RunRequest, RunResult


class ReferenceEngine(MatchEngine):
    """Pure Python over everybody at once: exact, and the measure for faster engines. ``ran`` is shown every run."""

    name = "reference"
    allocation = "stable-v1"

    def __init__(self, ran: Callable[[DailyRun], None] | None = None) -> None:
        self._ran = ran

    async def run(self, request: RunRequest, progress: Progress | None = None) -> RunResult:
        run = await asyncio.to_thread(lambda: daily_run(unpacked(request), progress=progress))
        if self._ran is not None:
            self._ran(run)
        return await asyncio.to_thread(packed, run)

    async def next_page(self, request: RunRequest) -> RunResult:
        return await asyncio.to_thread(lambda: packed(next_page(unpacked(request))))
