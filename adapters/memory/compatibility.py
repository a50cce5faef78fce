"""Daily matches, decisions and the matches that follow, exposure, notices."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

import attrs

from adapters.memory.blocks import blocks, carried, hold_blocks, lift_carried_from
from adapters.memory.store import Tables
from adapters.memory.table import replace
from adapters.memory.transaction import Transaction
from saltbitter_domain.compatibility.model import (
    AlreadyDecided,
    DailyMatches,
    Decision,
    DecisionKind,
    Exposure,
    Match,
    Notice,
    Population,
    Standing,
    pair,
)
from saltbitter_domain.compatibility.ports import DailyMatchesStore, Decisions, Exposures, Notices, Populations
from saltbitter_domain.kernel import MatchId, NoticeId, StaleWrite, UserId


class MemoryDailyMatches(DailyMatchesStore):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def get(self, user_id: UserId, day: date) -> DailyMatches | None:
        return self._transaction.read(lambda tables: tables.daily_matches.get((user_id, day)))

    async def latest(self, user_id: UserId) -> DailyMatches | None:
        sets = self._transaction.read(lambda tables: tables.daily_matches.where("user", user_id))
        return max(sets, key=lambda matches: matches.day, default=None)

    async def have(self, user_ids: Collection[UserId], day: date) -> frozenset[UserId]:
        def query(tables: Tables) -> frozenset[UserId]:
            return frozenset(
                user_id
                for user_id in user_ids
                if any(
                    matches.day > day or (matches.day == day and matches.suggestions)
                    for matches in tables.daily_matches.where("user", user_id)
                )
            )

        return self._transaction.read(query)

    async def add(self, matches: DailyMatches) -> bool:
        key = (matches.user_id, matches.day)

        def change(tables: Tables) -> bool:
            earlier = tables.daily_matches.get(key)
            if earlier is None:
                tables.daily_matches.put(key, matches)
            elif matches.suggestions and not earlier.suggestions:
                tables.daily_matches.put(key, attrs.evolve(matches, version=earlier.version + 1))
            else:
                return False
            return True

        await self._transaction.hold(("daily_matches", key))
        return self._transaction.write(change)

    async def save(self, matches: DailyMatches) -> None:
        key = (matches.user_id, matches.day)
        self._transaction.write(lambda tables: replace(tables.daily_matches, key, matches))


class MemoryDecisions(Decisions):
    """A transaction that decides about a pair holds the pair's row until it ends, so that the other side's waits.

    A match stands on two likes that stand, so whoever is matched has also decided."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, decision: Decision, match_id: MatchId) -> Match | None:
        low, high = pair(decision.by, decision.about)

        def change(tables: Tables) -> Match | None:
            earlier = tables.decisions.get((decision.by, decision.about))
            if earlier and earlier.stands(decision.at):
                raise AlreadyDecided("You have already decided about this person.")
            answered = tables.decisions.get((decision.about, decision.by))
            if answered and answered.kind is DecisionKind.BLOCK:
                raise AlreadyDecided("You have already decided about this person.")
            tables.decisions.put((decision.by, decision.about), decision)
            if not decision.makes_match_with(answered):
                return None
            match = Match(match_id, low, high, decision.at)
            tables.matches.put((low, high), match)
            return match

        await self._transaction.hold(("pair", low, high))
        return self._transaction.write(change)

    async def last_by(self, by: UserId) -> Decision | None:
        rows = self._transaction.read(lambda tables: tables.decisions.where("by", by))
        decisions = [decision for decision in rows if decision.kind is not DecisionKind.BLOCK]
        return max(decisions, key=lambda decision: (decision.at, decision.about), default=None)

    async def undo(self, decision: Decision) -> Match | None:
        low, high = pair(decision.by, decision.about)

        def change(tables: Tables) -> Match | None:
            if tables.decisions.get((decision.by, decision.about)) != decision:
                raise StaleWrite("The decision has been taken back or changed since.")
            tables.decisions.drop((decision.by, decision.about))
            match = tables.matches.get((low, high))
            tables.matches.drop((low, high))
            return match

        await self._transaction.hold(("pair", low, high))
        return self._transaction.write(change)

    async def block(self, by: UserId, about: UserId, at: datetime) -> bool:
        def change(tables: Tables) -> bool:
            if blocks(tables, by, about) and not carried(tables, by, about):
                return False
            tables.decisions.put((by, about), Decision(by, about, DecisionKind.BLOCK, at))
            tables.carried_blocks.drop((by, about))
            if not blocks(tables, about, by):
                tables.decisions.drop((about, by))
            tables.matches.drop(pair(by, about))
            return True

        await hold_blocks(self._transaction, about)
        await self._transaction.hold(("pair", *pair(by, about)))
        return self._transaction.write(change)

    async def unblock(self, by: UserId, about: UserId) -> bool:
        def change(tables: Tables) -> bool:
            stood = blocks(tables, by, about) and not carried(tables, by, about)
            if stood:
                tables.decisions.drop((by, about))
                lift_carried_from(tables, by, about)
            return stood

        await hold_blocks(self._transaction, about)
        await self._transaction.hold(("pair", *pair(by, about)))
        return self._transaction.write(change)

    async def blocks_of(
        self, user_id: UserId, before: tuple[datetime, UserId] | None = None, limit: int = 20
    ) -> Sequence[Decision]:
        def query(tables: Tables) -> list[Decision]:
            rows = [row for row in tables.decisions.where("by", user_id) if row.kind is DecisionKind.BLOCK]
            return [row for row in rows if not carried(tables, row.by, row.about)]

        own = self._transaction.read(query)
        later = [row for row in own if before is None or (row.at, row.about) < before]
        return sorted(later, key=lambda row: (row.at, row.about), reverse=True)[:limit]

    async def likes_received(
        self, user_id: UserId, now: datetime, before: tuple[datetime, UserId] | None = None, limit: int = 20
    ) -> Sequence[Decision]:
        def query(tables: Tables) -> list[Decision]:
            return [
                decision
                for decision in tables.decisions.where("about", user_id)
                if decision.kind is DecisionKind.LIKE
                and (before is None or (decision.at, decision.by) < before)
                and _decision(tables, user_id, decision.by, now) is None
            ]

        waiting = self._transaction.read(query)
        return sorted(waiting, key=lambda decision: (decision.at, decision.by), reverse=True)[:limit]

    async def matches_of(
        self, user_id: UserId, before: tuple[datetime, MatchId] | None = None, limit: int = 20
    ) -> Sequence[Match]:
        def query(tables: Tables) -> list[Match]:
            matches = tables.matches.where("low", user_id) + tables.matches.where("high", user_id)
            older = [row for row in matches if before is None or (row.at, row.id) < before]
            return sorted(older, key=_age, reverse=True)[:limit]

        return self._transaction.read(query)

    async def match_between(self, a: UserId, b: UserId) -> Match | None:
        return self._transaction.read(lambda tables: tables.matches.get(pair(a, b)))

    async def excluded(self, now: datetime, of: Collection[UserId] | None = None) -> Mapping[UserId, frozenset[UserId]]:
        others: dict[UserId, set[UserId]] = defaultdict(set)
        for row in self._transaction.read(lambda tables: _decisions(tables, of)):
            if row.stands(now):
                others[row.by].add(row.about)
                if row.parts:
                    others[row.about].add(row.by)
        return _only(of, others)

    async def likers(self, of: Collection[UserId] | None = None) -> Mapping[UserId, frozenset[UserId]]:
        likers: dict[UserId, set[UserId]] = defaultdict(set)
        for row in self._transaction.read(lambda tables: _decisions(tables, of)):
            if row.kind is DecisionKind.LIKE:
                likers[row.about].add(row.by)
        return _only(of, likers)


def _decisions(tables: Tables, of: Collection[UserId] | None) -> Iterable[Decision]:
    if of is None:
        return tables.decisions.items().values()
    return [row for user_id in set(of) for index in ("by", "about") for row in tables.decisions.where(index, user_id)]


def _only(of: Collection[UserId] | None, found: Mapping[UserId, set[UserId]]) -> dict[UserId, frozenset[UserId]]:
    return {user_id: frozenset(found.get(user_id, ())) for user_id in (found if of is None else of)}


def standing_between(tables: Tables, user_id: UserId, other: UserId, now: datetime) -> Standing:
    """What stands between the two, seen from ``user_id``."""
    return Standing(
        mine=_decision(tables, user_id, other, now),
        theirs=_decision(tables, other, user_id, now),
        match=tables.matches.get(pair(user_id, other)),
    )


def _decision(tables: Tables, by: UserId, about: UserId, now: datetime) -> Decision | None:
    decision = tables.decisions.get((by, about))
    return decision if decision and decision.stands(now) else None


def _age(row: Match | Notice) -> tuple[object, ...]:
    return row.at, row.id


class MemoryExposures(Exposures):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, exposures: Collection[Exposure]) -> None:
        def change(tables: Tables) -> None:
            for more in exposures:
                key = (more.user_id, more.day)
                stored = tables.exposures.get(key)
                total = more
                if stored is not None:
                    total = attrs.evolve(stored, shown=stored.shown + more.shown, fair=stored.fair + more.fair)
                tables.exposures.put(key, total)

        self._transaction.write(change)

    async def since(self, day: date) -> Mapping[UserId, Sequence[Exposure]]:
        found: dict[UserId, list[Exposure]] = defaultdict(list)
        for exposure in self._transaction.read(lambda tables: tables.exposures.items().values()):
            if exposure.day >= day:
                found[exposure.user_id].append(exposure)
        return {user_id: sorted(days, key=lambda exposure: exposure.day) for user_id, days in found.items()}

    async def forget(self, before: date, limit: int) -> int:
        def change(tables: Tables) -> int:
            past = [key for key, exposure in tables.exposures.items().items() if exposure.day < before][:limit]
            for key in past:
                tables.exposures.drop(key)
            return len(past)

        return self._transaction.write(change)


class MemoryPopulations(Populations):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, day: date, population: Population) -> None:
        def change(tables: Tables) -> None:
            if tables.populations.get(day) is None:
                tables.populations.put(day, population)

        self._transaction.write(change)

    async def of(self, day: date) -> Population | None:
        return self._transaction.read(lambda tables: tables.populations.get(day))

    async def forget(self, before: date, limit: int) -> int:
        def change(tables: Tables) -> int:
            past = [day for day in tables.populations.items() if day < before][:limit]
            for day in past:
                tables.populations.drop(day)
            return len(past)

        return self._transaction.write(change)


class MemoryNotices(Notices):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, *notices: Notice) -> None:
        def change(tables: Tables) -> None:
            for notice in notices:
                tables.notices.put(notice.id, notice)

        self._transaction.write(change)

    async def of(self, user_id: UserId, before: NoticeId | None = None, limit: int = 20) -> Sequence[Notice]:
        def query(tables: Tables) -> list[Notice]:
            newest_first = sorted(tables.notices.where("user", user_id), key=_age, reverse=True)
            if before is None:
                return newest_first[:limit]
            mark = tables.notices.get(before)
            return [] if mark is None else [row for row in newest_first if _age(row) < _age(mark)][:limit]

        return self._transaction.read(query)

    async def mark_seen(self, user_id: UserId, at: datetime) -> None:
        def change(tables: Tables) -> None:
            for notice in tables.notices.where("user", user_id):
                if notice.seen_at is None:
                    tables.notices.put(notice.id, attrs.evolve(notice, seen_at=at))

        self._transaction.write(change)
