"""Everybody's records for runs over all of them, made when they are asked for."""

import struct
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime

import attrs

from adapters.memory.compatibility import MemoryDailyMatches, MemoryExposures
from adapters.memory.people import MemoryPeople
from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.compatibility.model import DailyMatches, Suggestion, pair
from saltbitter_domain.compatibility.ports import Roster, RunResult
from saltbitter_domain.compatibility.records import (
    WHY_SHORT,
    exposure_record,
    exposures_of,
    ids_of,
    pair_record,
    person_record,
)
from saltbitter_domain.kernel import Clock, UserId


class MemoryRoster(Roster):
    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._people = MemoryPeople(transaction, clock)
        self._daily_matches = MemoryDailyMatches(transaction)
        self._exposures = MemoryExposures(transaction)

    async def refresh(self, limit: int) -> int:  # noqa: ARG002  no record is older than the question for it
        return 0

    async def zones(self) -> Sequence[str]:
        return await self._people.zones()

    async def due(self, zones: Collection[str], day: date) -> bytes:
        residents = [user_id for zone in zones for user_id in await self._people.in_zone(zone)]
        served = await self._daily_matches.have(residents, day)
        return b"".join(user_id.bytes for user_id in residents if user_id not in served)

    async def claim(self, day: date, shard: int, shards: int, now: datetime, until: datetime) -> bool:
        def change(tables: Tables) -> bool:
            held = tables.shards.get((day, shard, shards))
            if held is not None and now < held:
                return False
            tables.shards.put((day, shard, shards), until)
            return True

        await self._transaction.hold(("shard", day, shard, shards))
        return self._transaction.write(change)

    async def release(self, day: date, shard: int, shards: int) -> None:
        self._transaction.write(lambda tables: tables.shards.drop((day, shard, shards)))

    async def people(self) -> bytes:
        everybody = await self._people.traits()
        profiles = self._transaction.read(lambda tables: tables.profiles.items())
        return b"".join(
            person_record(traits, profiles[traits.user_id].date_of_birth, profiles[traits.user_id].time_zone)
            for traits in everybody
        )

    async def pairs(self, of: UserId | None = None) -> bytes:
        def query(tables: Tables) -> bytes:
            pairs = sorted({pair(*decided) for decided in tables.decisions.items() if of is None or of in decided})
            return b"".join(
                pair_record(tables.decisions.get((low, high)), tables.decisions.get((high, low))) for low, high in pairs
            )

        return self._transaction.read(query)

    async def exposures(self, since: date) -> bytes:
        found = await self._exposures.since(since)
        return b"".join(exposure_record(exposure) for past in found.values() for exposure in past)

    async def keep(self, made: RunResult, day: date, at: datetime, without: Collection[UserId] = ()) -> bytes:
        accounts = self._transaction.read(lambda tables: set(tables.users.items()))
        candidates, scores = list(ids_of(made.candidates)), struct.unpack(f"<{len(made.scores) // 8}d", made.scores)
        stored, shown, start = list[UserId](), list[UserId](), 0
        for viewer, count, reason in zip(ids_of(made.viewers), made.counts, made.short, strict=True):
            listed = zip(candidates[start : start + count], scores[start : start + count], strict=True)
            start += count
            suggestions = tuple(Suggestion(candidate, rank, score) for rank, (candidate, score) in enumerate(listed, 1))
            matches = DailyMatches(viewer, day, at, suggestions, WHY_SHORT[reason])
            introduced = [suggestion.candidate for suggestion in suggestions]
            if viewer not in accounts or not {viewer, *introduced}.isdisjoint(without):
                continue
            if await self._daily_matches.add(matches):
                stored.append(viewer)
                shown += introduced
        part = len(shown) / max(1, len(candidates))
        times = Counter(shown)
        exposures = [exposure for past in exposures_of(made.exposures).values() for exposure in past]
        await self._exposures.add(
            [
                attrs.evolve(exposure, shown=times[exposure.user_id], fair=exposure.fair * part)
                for exposure in exposures
                if exposure.user_id in accounts
            ]
        )
        return b"".join(user_id.bytes for user_id in stored)
