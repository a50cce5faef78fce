"""Answers remembered by the key the client chose."""

from datetime import timedelta

from sqlalchemy import text

from adapters.postgres.database import Database
from adapters.postgres.query import Query
from adapters.postgres.statements import sweeping
from adapters.postgres.tables import idempotency_keys
from saltbitter_domain.kernel import Clock
from saltbitter_domain.traffic import Idempotency, IdempotencyKeyReused, RequestInProgress, StoredAnswer

REMEMBERED_FOR = timedelta(hours=24)
RESERVED_FOR = timedelta(seconds=60)
"""After this long without an answer the first request is taken to have died, and the key is free again."""


class PostgresIdempotency(Idempotency):
    """Each call is a transaction of its own: a key is reserved before its request begins, whatever becomes of it."""

    _RESERVE = Query(
        text(
            """
            INSERT INTO idempotency_keys AS stored (owner, key, fingerprint, begun_at)
            VALUES (:owner, :key, :fingerprint, :now)
            ON CONFLICT (owner, key) DO UPDATE
                SET fingerprint = excluded.fingerprint, begun_at = excluded.begun_at,
                    status = NULL, headers = NULL, body = NULL
                WHERE stored.begun_at <= CASE WHEN stored.status IS NULL THEN CAST(:died AS timestamptz)
                                              ELSE CAST(:forgotten AS timestamptz) END
            RETURNING key
            """
        )
    )
    _GET = Query(
        text(
            """
            SELECT fingerprint, status, headers, body FROM idempotency_keys
            WHERE owner = CAST(:owner AS text) AND key = CAST(:key AS text)
            """
        )
    )
    _ANSWER = Query(
        text(
            """
            UPDATE idempotency_keys SET status = :status, headers = CAST(:headers AS jsonb), body = :body
            WHERE owner = CAST(:owner AS text) AND key = CAST(:key AS text)
            """
        )
    )
    _RELEASE = Query(
        text(
            """
            DELETE FROM idempotency_keys
            WHERE owner = CAST(:owner AS text) AND key = CAST(:key AS text) AND status IS NULL
            """
        )
    )
    _FORGET = sweeping(idempotency_keys, "begun_at <= :forgotten")

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, owner: str, key: str, fingerprint: str) -> StoredAnswer | None:
        now = self._clock.now()
        async with self._database.session() as session:
            reserved = await session.write(
                self._RESERVE,
                owner=owner,
                key=key,
                fingerprint=fingerprint,
                now=now,
                died=now - RESERVED_FOR,
                forgotten=now - REMEMBERED_FOR,
            )
            await session.commit()
            first = None if reserved else await session.row(self._GET, owner=owner, key=key)
        if reserved:
            return None
        if first is None:  # it was released in between
            return await self.begin(owner, key, fingerprint)
        if first["fingerprint"] != fingerprint:
            raise IdempotencyKeyReused("This key was used for another request. Choose a new key for a new request.")
        if first["status"] is None:
            raise RequestInProgress("The first request with this key is still being answered.", retry_after=1)
        headers = tuple((name, value) for name, value in first["headers"])
        return StoredAnswer(first["status"], headers, first["body"])

    async def finish(self, owner: str, key: str, answer: StoredAnswer | None) -> None:
        async with self._database.session() as session:
            if answer is None:
                await session.write(self._RELEASE, owner=owner, key=key)
            else:
                await session.write(
                    self._ANSWER,
                    owner=owner,
                    key=key,
                    status=answer.status,
                    headers=list(answer.headers),
                    body=answer.body,
                )
            await session.commit()

    async def forget(self, limit: int) -> int:
        """Sweep: forget up to ``limit`` answers that are over a day old; how many."""
        async with self._database.session() as session:
            forgotten = await session.write(self._FORGET, forgotten=self._clock.now() - REMEMBERED_FOR, limit=limit)
            await session.commit()
        return len(forgotten)
