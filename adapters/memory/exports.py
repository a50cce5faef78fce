"""What members asked to be copied, everything there is of a member, and finished copies."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from adapters.memory.blocks import carried
from adapters.memory.store import Tables
from adapters.memory.table import Table, replace
from adapters.memory.transaction import Transaction
from saltbitter_domain.compatibility.model import pair
from saltbitter_domain.exports.model import DataExport, ExportRunning
from saltbitter_domain.exports.policies import OTHER, own_side
from saltbitter_domain.exports.ports import Archives, Columns, Exports, MemberRecords, Records
from saltbitter_domain.kernel import Clock, ExportId, UserId

Row = Mapping[str, Any]


class MemoryExports(Exports):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, export: DataExport) -> None:
        def change(tables: Tables) -> None:
            if any(other.ready_at is None for other in tables.exports.where("user", export.user_id)):
                raise ExportRunning("A copy is being made already. We mail you as soon as it is ready.")
            tables.exports.put(export.id, export)

        self._transaction.write(change)

    async def get(self, export_id: ExportId) -> DataExport | None:
        return self._transaction.read(lambda tables: tables.exports.get(export_id))

    async def of(self, user_id: UserId) -> Sequence[DataExport]:
        rows = self._transaction.read(lambda tables: tables.exports.where("user", user_id))
        return sorted(rows, key=lambda export: export.id, reverse=True)

    async def save(self, export: DataExport) -> None:
        self._transaction.write(lambda tables: replace(tables.exports, export.id, export))

    async def remove(self, export_id: ExportId) -> None:
        self._transaction.write(lambda tables: tables.exports.drop(export_id))

    async def waiting_since(self, instant: datetime) -> int:
        rows = self._transaction.read(lambda tables: list(tables.exports.items().values()))
        return sum(row.ready_at is None and row.requested_at <= instant for row in rows)

    async def forget(self, ready_before: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            rows = tables.exports.items().values()
            old = [row.id for row in rows if row.ready_at and row.ready_at < ready_before][:limit]
            for export_id in old:
                tables.exports.drop(export_id)
            return len(old)

        return self._transaction.write(change)


class MemoryMemberRecords(MemberRecords):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of(self, user_id: UserId, columns: Columns) -> Records:
        return self._transaction.read(
            lambda tables: {
                name: [{column: row[column] for column in own_side(wanted)} for row in _rows(tables, name, user_id)]
                for name, wanted in columns.items()
            }
        )


def _rows(tables: Tables, name: str, user_id: UserId) -> Iterator[Row]:
    """A member's rows of a table, by its name in the data register and with the columns that are there."""
    if name in _SHAPED:
        return _SHAPED[name](tables, user_id)
    return _plain(tables.every()[_ATTRIBUTES.get(name, name)], user_id)


def _plain(table: Table[Any, Any], user_id: UserId) -> Iterator[Row]:
    """Rows whose fields are columns: those under the member's id, or that say they are the member's."""
    for key, row in sorted(table.items().items(), key=lambda item: item[0]):
        if user_id in (key, getattr(row, "user_id", None)):
            yield attrs.asdict(row, recurse=False)


def _profiles(tables: Tables, user_id: UserId) -> Iterator[Row]:
    for row in _plain(tables.profiles, user_id):
        cell, smallest = row["cell"], row["smallest_cell"]
        yield {
            **row,
            "latitude": cell and cell.latitude,
            "longitude": cell and cell.longitude,
            "smallest_latitude": smallest and smallest.latitude,
            "smallest_longitude": smallest and smallest.longitude,
        }


def _assessments(tables: Tables, user_id: UserId) -> Iterator[Row]:
    for row in _plain(tables.assessments, user_id):
        scores, found = row["scores"], row["classification"]
        yield {
            **row,
            "anxiety": scores.anxiety,
            "avoidance": scores.avoidance,
            "style": found.style,
            "blend": found.blend,
        }


def _daily_matches(tables: Tables, user_id: UserId) -> Iterator[Row]:
    for row in _plain(tables.daily_matches, user_id):
        yield {**row, "candidates": [suggestion.candidate for suggestion in row["suggestions"]]}


def _notification_settings(tables: Tables, user_id: UserId) -> Iterator[Row]:
    for row in _plain(tables.notification_settings, user_id):
        quiet = row["quiet_hours"]
        yield {**row, "quiet_start": quiet and quiet.start, "quiet_end": quiet and quiet.end}


def _pairs(tables: Tables, user_id: UserId) -> Iterator[Row]:
    for decision in sorted(tables.decisions.where("by", user_id), key=lambda decision: decision.about):
        if carried(tables, user_id, decision.about):
            continue
        match = tables.matches.get(pair(user_id, decision.about))
        yield {
            OTHER: decision.about,
            "kind": decision.kind,
            "at": decision.at,
            "note": decision.note,
            "match_id": match and match.id,
            "matched_at": match and match.at,
        }


def _audit_log(tables: Tables, user_id: UserId) -> Iterator[Row]:
    for _, record in sorted(tables.audit_log.items().items()):
        if user_id in record.subjects:
            yield attrs.asdict(record, recurse=False)


def _money_facts(tables: Tables, user_id: UserId) -> Iterator[Row]:
    for fact in sorted(tables.money_facts.where("member", user_id), key=lambda fact: fact.id):
        yield attrs.asdict(fact, recurse=False) | attrs.asdict(fact.amount)


def _orders(tables: Tables, user_id: UserId) -> Iterator[Row]:
    for row in _plain(tables.orders, user_id):
        yield {**row, **attrs.asdict(row["amount"])}


def _taken(tables: Tables, user_id: UserId) -> Iterator[Row]:
    if taken := tables.assessments_taken.get(user_id):
        yield {"user_id": user_id, "last_taken_at": taken}


def _tier(tables: Tables, user_id: UserId) -> Iterator[Row]:
    if tier := tables.tiers.get(user_id):
        yield {"user_id": user_id, "tier": tier}


_ATTRIBUTES = {"consent_logs": "consents", "data_export_requests": "exports"}
"""What tables of the data register are called in the store, where that is something else."""

_SHAPED: Mapping[str, Callable[[Tables, UserId], Iterator[Row]]] = {
    "profiles": _profiles,
    "attachment_assessments": _assessments,
    "assessments_taken": _taken,
    "daily_matches": _daily_matches,
    "notification_settings": _notification_settings,
    "pairs": _pairs,
    "money_facts": _money_facts,
    "audit_log": _audit_log,
    "orders": _orders,
    "subscriptions": _tier,
}
"""Tables of which the store keeps the rows in another form."""


class MemoryArchives(Archives):
    """Finished copies in a dictionary, which ends with the process and so needs no cipher."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._contents: dict[ExportId, tuple[datetime, bytes]] = {}

    async def put(self, export_id: ExportId, content: bytes) -> None:
        self._contents[export_id] = self._clock.now(), content

    async def get(self, export_id: ExportId) -> bytes | None:
        return self._contents.get(export_id, (None, None))[1]

    async def delete(self, export_id: ExportId) -> None:
        self._contents.pop(export_id, None)

    async def forget(self, before: datetime) -> int:
        old = [export_id for export_id, (put_at, _) in self._contents.items() if put_at < before]
        for export_id in old:
            del self._contents[export_id]
        return len(old)
