"""Traces of who saw whom, and the register of breaches."""

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.breaches.model import (
    BREACHES_KEPT,
    Act,
    Activity,
    Addressee,
    Affected,
    Closed,
    Dismissed,
    Entry,
    Scope,
    Trace,
)
from saltbitter_domain.breaches.ports import BreachRegister, Traces
from saltbitter_domain.kernel import BreachId, Clock, Language, StaleWrite, UserId
from saltbitter_domain.users.model import User

MOST = 100


class MemoryTraces(Traces):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, traces: Collection[tuple[UUID, Trace]]) -> None:
        def change(tables: Tables) -> None:
            for trace_id, trace in traces:
                tables.traces.put(trace_id, trace)

        self._transaction.write(change)

    async def busiest(self, act: Act, since: datetime, least: int, *, together: bool = False) -> Sequence[Activity]:
        rows = self._transaction.read(lambda tables: tables.traces.items().values())
        seen: dict[str, set[UserId]] = {}
        counts: dict[str, Counter[datetime]] = {}
        for trace in sorted(rows, key=lambda trace: trace.minute):
            if trace.act is act and trace.minute >= since:
                who = "" if together else trace.actor
                fresh = trace.subjects - seen.setdefault(who, set())
                seen[who] |= fresh
                counts.setdefault(who, Counter())[trace.minute] += len(fresh) if trace.subjects else trace.times
        found = [Activity(who, +minutes) for who, minutes in counts.items() if minutes.total() >= least]
        return sorted(found, key=lambda activity: (-sum(activity.minutes.values()), activity.actor))[:MOST]

    async def forget(self, before: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            old = [key for key, trace in tables.traces.items().items() if trace.minute < before][:limit]
            for key in old:
                tables.traces.drop(key)
            return len(old)

        return self._transaction.write(change)


class MemoryBreachRegister(BreachRegister):
    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._clock = clock

    async def open(self, entry: Entry, key: str | None = None) -> bool:
        def change(tables: Tables) -> bool:
            if key is not None:
                if tables.breach_keys.get(key):
                    return False
                tables.breach_keys.put(key, entry.breach_id)
            tables.breach_entries.put((entry.breach_id, 1), entry)
            return True

        return self._transaction.write(change)

    async def append(self, entry: Entry) -> None:
        def change(tables: Tables) -> None:
            if entry.sequence != len(tables.breach_entries.keys_where("breach", entry.breach_id)) + 1:
                raise StaleWrite("Somebody else wrote about this breach in the meantime. Read it again.")
            tables.breach_entries.put((entry.breach_id, entry.sequence), entry)

        self._transaction.write(change)

    async def of(self, breach_id: BreachId) -> Sequence[Entry]:
        return self._transaction.read(lambda tables: _of(tables, breach_id))

    async def newest(self, before: BreachId | None, limit: int) -> Sequence[Entry]:
        def query(tables: Tables) -> list[Entry]:
            ids = sorted((each for each in _ids(tables) if before is None or each < before), reverse=True)
            return [entry for breach_id in ids[:limit] for entry in _of(tables, breach_id)]

        return self._transaction.read(query)

    async def unfinished(self) -> Sequence[Entry]:
        def query(tables: Tables) -> list[Entry]:
            of_each = [_of(tables, breach_id) for breach_id in sorted(_ids(tables))]
            return [entry for of_one in of_each if not any(map(_ends, of_one)) for entry in of_one]

        return self._transaction.read(query)

    async def affect(self, breach_id: BreachId, scope: Scope, until: datetime) -> int:
        def change(tables: Tables) -> int:
            if not _of(tables, breach_id):
                return 0
            wanted = {each for each in _about(tables, scope, until) if tables.users.get(each)}
            for user_id in _members(tables, breach_id):
                if user_id not in wanted and not tables.breach_told.get((breach_id, user_id)):
                    tables.breach_members.drop((breach_id, user_id))
            found_by = len(_of(tables, breach_id)) + 1
            for user_id in wanted.difference(_members(tables, breach_id)):
                tables.breach_members.put((breach_id, user_id), found_by)
            return len(wanted)

        return self._transaction.write(change)

    async def affected(self, breach_id: BreachId, after: UserId | None, limit: int) -> Sequence[Affected]:
        def query(tables: Tables) -> list[Affected]:
            members = [each for each in _members(tables, breach_id) if after is None or each > after][:limit]
            return [Affected(each, *(tables.breach_told.get((breach_id, each)) or ())) for each in members]

        return self._transaction.read(query)

    async def waiting(self, breach_id: BreachId) -> Mapping[int, int]:
        def query(tables: Tables) -> Mapping[int, int]:
            found_by = tables.breach_members.items()
            return Counter(found_by[breach_id, user.id] for user in _untold(tables, breach_id, range(sys.maxsize)))

        return self._transaction.read(query)

    async def untold(self, breach_id: BreachId, found: range, after: UserId | None, limit: int) -> Sequence[UserId]:
        untold = self._transaction.read(lambda tables: _untold(tables, breach_id, found))
        return [user.id for user in untold if after is None or user.id > after][:limit]

    async def addressees(self, breach_id: BreachId, found: range, members: Collection[UserId]) -> Sequence[Addressee]:
        def query(tables: Tables) -> list[Addressee]:
            wanted = [user for user in _untold(tables, breach_id, found) if user.id in members]
            return [Addressee(user.id, user.email, _language(tables, user.id)) for user in wanted]

        return self._transaction.read(query)

    async def told(self, breach_id: BreachId, member: UserId, entry: int, language: Language, at: datetime) -> None:
        def change(tables: Tables) -> None:
            key = (breach_id, member)
            if tables.breach_members.get(key) and not tables.breach_told.get(key):
                tables.breach_told.put(key, (at, entry, language))

        self._transaction.write(change)

    async def forget(self, before: datetime, limit: int) -> int:
        oldest = min(before, self._clock.now() - BREACHES_KEPT)

        def change(tables: Tables) -> int:
            old = [each for each in sorted(_ids(tables)) if _of(tables, each)[-1].at < oldest][:limit]
            for breach_id in old:
                for entry in _of(tables, breach_id):
                    tables.breach_entries.drop((breach_id, entry.sequence))
                for user_id in _members(tables, breach_id):
                    tables.breach_members.drop((breach_id, user_id))
                    tables.breach_told.drop((breach_id, user_id))
            return len(old)

        return self._transaction.write(change)


def _ids(tables: Tables) -> set[BreachId]:
    return {breach_id for breach_id, _ in tables.breach_entries.items()}


def _of(tables: Tables, breach_id: BreachId) -> list[Entry]:
    return sorted(tables.breach_entries.where("breach", breach_id), key=lambda entry: entry.sequence)


def _ends(entry: Entry) -> bool:
    return isinstance(entry.step, Dismissed | Closed)


def _members(tables: Tables, breach_id: BreachId) -> list[UserId]:
    return sorted(user_id for found, user_id in tables.breach_members.items() if found == breach_id)


def _untold(tables: Tables, breach_id: BreachId, found: range) -> list[User]:
    keys = [(breach_id, each) for each in _members(tables, breach_id)]
    untold = [key[1] for key in keys if tables.breach_members.get(key) in found and not tables.breach_told.get(key)]
    return [user for each in untold if (user := tables.users.get(each))]


def _language(tables: Tables, user_id: UserId) -> Language | None:
    chain = sorted(tables.consents.where("user", user_id), key=lambda record: record.sequence)
    return next((record.language for record in reversed(chain) if record.language), None)


def _about(tables: Tables, scope: Scope, until: datetime) -> Iterator[UserId]:
    if scope.everybody:
        yield from (user.id for user in tables.users.items().values() if user.created_at < until)
        return
    since = scope.since.replace(second=0, microsecond=0)
    for trace in tables.traces.items().values():
        wanted = trace.act in scope.acts and trace.actor in (scope.actors or (trace.actor,))
        if wanted and since <= trace.minute < until:
            yield from trace.subjects
