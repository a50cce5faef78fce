"""Events of the payment gateway that were received, and how far its records were read."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import sweeping
from adapters.postgres.tables import gateway_events, gateway_expiries
from saltbitter_domain.payments.model import GatewayEvent
from saltbitter_domain.payments.ports import GatewayInbox


class PostgresGatewayInbox(GatewayInbox):
    _KNOWN = Query(text("SELECT 1 FROM gateway_events WHERE id = :id"))
    _ADD = Query(
        text(
            """
            INSERT INTO gateway_events (id, customer, occurred_at, received_at)
            VALUES (:id, :customer, :occurred_at, :now) ON CONFLICT (id) DO NOTHING RETURNING id
            """
        )
    )
    _BEGIN = Query(
        text(
            """
            INSERT INTO gateway_readings AS kept (customer, begun, ended) VALUES (:customer, 1, 0)
            ON CONFLICT (customer) DO UPDATE SET begun = kept.begun + 1 RETURNING begun
            """
        )
    )
    _END = Query(
        text(
            """
            UPDATE gateway_readings SET ended = CAST(:number AS bigint)
            WHERE customer = CAST(:customer AS text) AND ended <= CAST(:number AS bigint) RETURNING customer
            """
        )
    )
    _SET_EXPIRY = Query(
        text(
            """
            INSERT INTO gateway_expiries (customer, at) VALUES (:customer, :at)
            ON CONFLICT (customer) DO UPDATE SET at = excluded.at
            """
        )
    )
    _NO_EXPIRY = Query(text("DELETE FROM gateway_expiries WHERE customer = :customer"))
    _TAKE_EXPIRED = sweeping(gateway_expiries, "at <= :now")
    _SWEPT = Query(text("SELECT until FROM gateway_sweeps WHERE name = 'events'"))
    _SET_SWEPT = Query(
        text(
            """
            INSERT INTO gateway_sweeps (name, until) VALUES ('events', :at)
            ON CONFLICT (name) DO UPDATE SET until = excluded.until
            """
        )
    )
    _FORGET = sweeping(gateway_events, "received_at < :before")

    _FORGET_READINGS = Query(
        text(
            """
            WITH old AS MATERIALIZED (
                SELECT customer FROM gateway_readings AS read WHERE begun = ended
                AND NOT EXISTS (SELECT FROM gateway_events AS event WHERE event.customer = read.customer)
                LIMIT :limit FOR UPDATE SKIP LOCKED)
            DELETE FROM gateway_readings AS kept USING old WHERE kept.customer = old.customer RETURNING kept.customer
            """
        )
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, event: GatewayEvent, now: datetime) -> bool:
        # Of many copies at once few have to wait for the row of the first, each with a connection that others wait for.
        if await self._session.row(self._KNOWN, id=event.id) is not None:
            return False
        row = {"id": event.id, "customer": event.customer, "occurred_at": event.occurred_at, "now": now}
        return bool(await self._session.write(self._ADD, **row))

    async def begin_reading(self, customer: str) -> int:
        (row,) = await self._session.write(self._BEGIN, customer=customer)
        return int(row["begun"])

    async def end_reading(self, customer: str, number: int) -> bool:
        return bool(await self._session.write(self._END, customer=customer, number=number))

    async def set_expiry(self, customer: str, at: datetime | None) -> None:
        if at is None:
            await self._session.write(self._NO_EXPIRY, customer=customer)
        else:
            await self._session.write(self._SET_EXPIRY, customer=customer, at=at)

    async def take_expired(self, now: datetime, limit: int) -> Sequence[str]:
        return [row["customer"] for row in await self._session.write(self._TAKE_EXPIRED, now=now, limit=limit)]

    async def swept_until(self) -> datetime | None:
        row = await self._session.row(self._SWEPT)
        return row["until"] if row else None

    async def set_swept_until(self, at: datetime) -> None:
        await self._session.write(self._SET_SWEPT, at=at)

    async def forget(self, before: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, before=before, limit=limit))

    async def forget_readings(self, limit: int) -> int:
        return len(await self._session.write(self._FORGET_READINGS, limit=limit))
