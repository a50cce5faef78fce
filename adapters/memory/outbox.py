"""The store of messages on their way."""

import heapq
from collections.abc import Collection, Sequence
from datetime import datetime

import attrs

from adapters.memory.store import MemoryStore
from saltbitter_domain.events import Outbox, OutboxMessage
from saltbitter_domain.kernel import EventId


class MemoryOutbox(Outbox):
    """Works on the committed state directly: each call is a transaction of its own."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def due(self, now: datetime, limit: int) -> Sequence[OutboxMessage]:
        with self._store.lock:
            waiting = [row for row in self._store.tables.outbox.where("open", True) if row.due_at <= now]
        return heapq.nsmallest(limit, waiting, key=lambda message: (message.bulk, *_age(message)))

    async def claim(self, now: datetime, limit: int) -> Sequence[OutboxMessage]:
        with self._store.lock:
            claimed = [message.published(now) for message in await self.due(now, limit)]
            for message in claimed:
                self._store.tables.outbox.put(message.id, message)
        return claimed

    async def begin(self, message_id: EventId, now: datetime) -> OutboxMessage | None:
        with self._store.lock:
            message = await self.get(message_id)
            if message is None or message.done_at is not None or message.dead_at is not None:
                return None
            begun = attrs.evolve(message, starts=message.starts + 1)
            kept = begun.ended_workers(now) if begun.ends_workers else begun
            self._store.tables.outbox.put(message_id, kept)
            return None if begun.ends_workers else begun

    async def get(self, message_id: EventId) -> OutboxMessage | None:
        with self._store.lock:
            return self._store.tables.outbox.get(message_id)

    async def save(self, message: OutboxMessage) -> None:
        with self._store.lock:
            stored = self._store.tables.outbox.get(message.id)
            if stored is None:
                return
            latest = message if stored.done_at is None and stored.attempts <= message.attempts else stored
            heard = stored.heard | message.heard
            self._store.tables.outbox.put(message.id, attrs.evolve(latest, heard=heard))

    async def forget_done(self, before: datetime, limit: int) -> int:
        with self._store.lock:
            tables = self._store.tables
            rows = tables.outbox.items().values()
            done = [row.id for row in rows if row.done_at is not None and row.done_at < before][:limit]
            for message_id in done:
                for mark in tables.handled.keys_where("message", message_id):
                    tables.handled.drop(mark)
                tables.outbox.drop(message_id)
        return len(done)

    async def undelivered(self) -> int:
        with self._store.lock:
            return len(self._store.tables.outbox.where("open", True))

    async def dead(self, limit: int) -> Sequence[OutboxMessage]:
        with self._store.lock:
            rows = self._store.tables.outbox.items().values()
            return heapq.nsmallest(limit, [row for row in rows if row.dead_at is not None], key=_age)

    async def redrive(self, now: datetime, message_ids: Collection[EventId] | None = None) -> int:
        with self._store.lock:
            rows = self._store.tables.outbox.items()
            asked = rows.keys() if message_ids is None else rows.keys() & set(message_ids)
            dead = [rows[message_id] for message_id in asked if rows[message_id].dead_at is not None]
            for message in dead:
                self._store.tables.outbox.put(message.id, message.redriven(now))
        return len(dead)


def _age(message: OutboxMessage) -> tuple[datetime, EventId]:
    return message.occurred_at, message.id
