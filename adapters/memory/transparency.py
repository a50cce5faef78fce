"""What is told of matching, kept by one process."""

import threading
from collections.abc import Collection, Sequence
from datetime import date, datetime

from adapters.memory.assessments import latest_of
from adapters.memory.consent import current_of
from adapters.memory.store import MemoryStore, Tables
from saltbitter_domain.compatibility.model import Exposure
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.consent.policies import granted
from saltbitter_domain.profiles.model import age_on
from saltbitter_domain.profiles.policies import permitted
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.transparency.model import Exposed, ExposureCell, MatchingRun, RunId
from saltbitter_domain.transparency.ports import MatchingReports, MatchingRuns


class MemoryMatchingReports(MatchingReports):
    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._kept: dict[date, Sequence[ExposureCell]] = {}

    async def exposed(self, day: date) -> Sequence[Exposed]:
        with self._store.lock:
            tables = self._store.tables
            return [_exposed(tables, shown) for shown in tables.exposures.items().values() if shown.day == day]

    async def keep(self, day: date, cells: Collection[ExposureCell]) -> None:
        with self._store.lock:
            self._kept[day] = tuple(cells)

    async def kept(self, first: date, last: date) -> Sequence[ExposureCell]:
        with self._store.lock:
            cells = [cell for day, kept in self._kept.items() if first <= day <= last for cell in kept]
        return sorted(cells, key=lambda cell: (cell.day, cell.dimension, cell.group))


def _exposed(tables: Tables, exposure: Exposure) -> Exposed:
    user_id = exposure.user_id
    profile, result = tables.profiles.get(user_id), latest_of(tables, user_id)
    consents = current_of(tables, user_id)
    return Exposed(
        style=result.classification.style if result and granted(consents, Purpose.PSYCHOLOGICAL_PROFILE) else None,
        seeks=permitted(profile.content, consents).preferences.genders if profile else frozenset(),
        age=age_on(profile.date_of_birth, exposure.day) if profile else None,
        tier=tables.tiers.get(user_id) or Tier.FREE,
        people=1,
        shown=exposure.shown,
        fair=exposure.fair,
    )


class MemoryMatchingRuns(MatchingRuns):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[RunId, MatchingRun] = {}

    async def add(self, run: MatchingRun) -> None:
        with self._lock:
            self._runs.setdefault(run.id, run)

    async def latest(self, limit: int = 20) -> Sequence[MatchingRun]:
        with self._lock:
            runs = list(self._runs.values())
        return sorted(runs, key=lambda run: (run.finished_at, run.id), reverse=True)[:limit]

    async def forget(self, before: datetime, limit: int) -> int:
        with self._lock:
            past = [run.id for run in self._runs.values() if run.finished_at < before][:limit]
            for run_id in past:
                del self._runs[run_id]
        return len(past)
