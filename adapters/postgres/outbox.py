"""The store of messages on their way, each call a transaction of its own."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import text

from adapters.postgres import documents
from adapters.postgres.database import Database, Session
from adapters.postgres.query import Query
from adapters.postgres.statements import columns, insertion_of_all, sweep_of
from adapters.postgres.tables import outbox
from saltbitter_domain.events import Event, Outbox, OutboxMessage, Unreadable, all_events, event_class, event_name
from saltbitter_domain.kernel import EventId

_WAITING = "done_at IS NULL AND dead_at IS NULL"
_HEARD = f"""
    ARRAY(SELECT substr(listener, {len("heard:") + 1}) FROM processed
          WHERE message_id = outbox.id AND starts_with(listener, 'heard:')) AS heard
"""
_DUE = f"""
    SELECT * FROM outbox WHERE {_WAITING} AND due_at <= :now AND topic = ANY(CAST(:topics AS text[]))
    ORDER BY bulk, occurred_at, id LIMIT :limit
"""


class PostgresOutbox(Outbox):
    """Messages of events that this process does not know wait for one that does: a newer release may run beside it."""

    _GET = Query(text(f"SELECT *, {_HEARD} FROM outbox WHERE id = CAST(:id AS uuid)"))
    _LOOK = Query(text(_DUE))
    _CLAIM = Query(text(f"{_DUE} FOR UPDATE SKIP LOCKED"))
    _BEGIN = Query(
        text(f"UPDATE outbox SET starts = starts + 1 WHERE id = CAST(:id AS uuid) AND {_WAITING} RETURNING *, {_HEARD}")
    )
    _SAVE = Query(
        text(
            """
            UPDATE outbox SET due_at = :due_at, attempts = CAST(:attempts AS smallint),
                              starts = CAST(:starts AS smallint), done_at = :done_at, dead_at = :dead_at,
                              last_error = :last_error
            WHERE id = CAST(:id AS uuid) AND done_at IS NULL AND attempts <= CAST(:attempts AS smallint)
            """
        )
    )
    _HEAR = Query(
        text(
            """
            INSERT INTO processed (message_id, listener)
            SELECT id, 'heard:' || name FROM outbox, unnest(CAST(:heard AS text[])) AS name
            WHERE id = CAST(:id AS uuid)
            ON CONFLICT DO NOTHING
            """
        ),
        table="processed",
    )
    _FORGET = Query(
        text(
            f"""
            WITH forgotten AS ({sweep_of(outbox, "done_at < :before")}),
            marks AS (DELETE FROM processed USING forgotten WHERE message_id = forgotten.id)
            SELECT count(*) AS messages FROM forgotten
            """
        )
    )
    _UNDELIVERED = Query(text(f"SELECT count(*) AS messages FROM outbox WHERE {_WAITING}"))
    _DEAD = Query(text("SELECT * FROM outbox WHERE dead_at IS NOT NULL ORDER BY occurred_at, id LIMIT :limit"))
    _REDRIVE = Query(
        text(
            """
            SELECT * FROM outbox
            WHERE dead_at IS NOT NULL AND (CAST(:ids AS uuid[]) IS NULL OR id = ANY(CAST(:ids AS uuid[]))) FOR UPDATE
            """
        )
    )

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, limit: int) -> Sequence[OutboxMessage]:
        async with self._database.session() as session:
            return [
                _message(row) for row in await session.rows(self._LOOK, now=now, limit=limit, topics=list(all_events()))
            ]

    async def claim(self, now: datetime, limit: int) -> Sequence[OutboxMessage]:
        async with self._database.session() as session:
            found = await session.write(self._CLAIM, now=now, limit=limit, topics=list(all_events()))
            claimed = [_message(row).published(now) for row in found]
            if claimed:
                await session.write_many(self._SAVE, [_state(message) for message in claimed])
                await session.commit()
        return claimed

    async def begin(self, message_id: EventId, now: datetime) -> OutboxMessage | None:
        async with self._database.session() as session:
            (row,) = await session.write(self._BEGIN, id=message_id) or (None,)
            await session.commit()
        if row is None:
            return None
        begun = _message(row)
        if isinstance(begun.event, Unreadable):
            await self.save(begun.published(now))
        elif begun.ends_workers:
            await self.save(begun.ended_workers(now))
        else:
            return begun
        return None

    async def get(self, message_id: EventId) -> OutboxMessage | None:
        async with self._database.session() as session:
            row = await session.row(self._GET, id=message_id)
        return row and _message(row)

    async def save(self, message: OutboxMessage) -> None:
        async with self._database.session() as session:
            await session.write(self._SAVE, **_state(message))
            if message.heard:
                await session.write(self._HEAR, id=message.id, heard=list(message.heard))
            await session.commit()

    async def forget_done(self, before: datetime, limit: int) -> int:
        async with self._database.session() as session:
            (row,) = await session.write(self._FORGET, before=before, limit=limit)
            await session.commit()
        return int(row["messages"])

    async def undelivered(self) -> int:
        async with self._database.session() as session:
            (row,) = await session.rows(self._UNDELIVERED)
        return int(row["messages"])

    async def dead(self, limit: int) -> Sequence[OutboxMessage]:
        async with self._database.session() as session:
            return [_message(row) for row in await session.rows(self._DEAD, limit=limit)]

    async def redrive(self, now: datetime, message_ids: Collection[EventId] | None = None) -> int:
        ids = None if message_ids is None else list(message_ids)
        async with self._database.session() as session:
            dead = await session.write(self._REDRIVE, ids=ids)
            for row in dead:
                # Fewer attempts than before are the one change that the fence of ``save`` would refuse.
                await session.write(_RESET, **_state(_message(row).redriven(now)))
            await session.commit()
        return len(dead)


_ADD = insertion_of_all(outbox)
_RESET = Query(
    text(
        """
        UPDATE outbox SET due_at = :due_at, attempts = CAST(:attempts AS smallint),
                          starts = CAST(:starts AS smallint), dead_at = :dead_at
        WHERE id = CAST(:id AS uuid)
        """
    )
)


async def store(session: Session, messages: Sequence[OutboxMessage]) -> None:
    """Store new messages, at least one, in the session's transaction."""
    rows = (
        {
            **_state(message),
            "topic": event_name(message.event),
            "bulk": message.bulk,
            "payload": documents.written(message.event),
            "occurred_at": message.occurred_at,
        }
        for message in messages
    )
    await session.change(_ADD, columns(rows))


def _state(message: OutboxMessage) -> dict[str, Any]:
    state = attrs.asdict(message, recurse=False)
    del state["event"], state["occurred_at"], state["heard"]
    return state


def _message(row: Any) -> OutboxMessage:
    fields = {**row}
    del fields["bulk"]
    fields["heard"] = frozenset(fields.get("heard", ()))
    return OutboxMessage(event=_event(fields.pop("topic"), fields.pop("payload")), **fields)


def _event(topic: str, payload: Any) -> Event:
    """One message that cannot be read, because its class has changed, must not keep all others waiting."""
    try:
        return documents.read(payload, event_class(topic))
    except Exception:  # noqa: BLE001  cattrs raises whatever the class's own checks do
        return Unreadable(topic)
