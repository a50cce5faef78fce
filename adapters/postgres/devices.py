"""Known devices, counts of tries, and alerts about signing in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from sqlalchemy import Text, Uuid, any_, bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import insertion, replace, replacement, sweeping
from adapters.postgres.tables import devices, sign_in_alerts, sign_in_tries
from saltbitter_domain.kernel import DeviceId, UserId
from saltbitter_domain.users.model.devices import AlertKind, Device, SignInAlert
from saltbitter_domain.users.ports import Devices, SignInAlerts, SignInTries


class PostgresDevices(Devices):
    _ADD = insertion(devices)
    _BY_TOKEN = Query(select(devices).where(devices.c.token_hash == bindparam("token_hash")))
    _OF = Query(
        select(devices)
        .where(devices.c.user_id == bindparam("user_id"))
        .order_by(devices.c.last_seen_at.desc(), devices.c.id.desc())
    )
    _SAVE = replacement(devices)
    _REMOVE = Query(delete(devices).where(devices.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))))
    _REMOVE_ALL = Query(delete(devices).where(devices.c.user_id == bindparam("user_id")))
    _FORGET = sweeping(devices, "last_seen_at < :seen_before")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, device: Device) -> None:
        await self._session.change(self._ADD, attrs.asdict(device))

    async def by_token(self, token_hash: str) -> Device | None:
        row = await self._session.row(self._BY_TOKEN, token_hash=token_hash)
        return row and Device(**row)

    async def of(self, user_id: UserId) -> Sequence[Device]:
        return [Device(**row) for row in await self._session.rows(self._OF, user_id=user_id)]

    async def save(self, device: Device) -> None:
        await replace(self._session, self._SAVE, attrs.asdict(device))

    async def remove(self, *device_ids: DeviceId) -> None:
        if device_ids:
            await self._session.change(self._REMOVE, {"ids": device_ids})

    async def remove_all(self, user_id: UserId) -> None:
        await self._session.change(self._REMOVE_ALL, {"user_id": user_id})

    async def forget(self, seen_before: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, seen_before=seen_before, limit=limit))


class PostgresSignInTries(SignInTries):
    _COUNT = Query(
        text(
            """
            INSERT INTO sign_in_tries AS stored (key, tries, tried_at, next_at)
            VALUES (:key, 1, CAST(:now AS timestamptz),
                    CAST(:now AS timestamptz) + make_interval(secs => (CAST(:pauses AS double precision[]))[1]))
            ON CONFLICT (key) DO UPDATE
               SET tries = stored.tries + 1, tried_at = EXCLUDED.tried_at,
                   next_at = EXCLUDED.tried_at + make_interval(secs => (CAST(:pauses AS double precision[]))
                             [least(stored.tries + 1, cardinality(CAST(:pauses AS double precision[])))])
             WHERE stored.next_at <= EXCLUDED.tried_at
            RETURNING tries
            """
        ),
        "sign_in_tries",
    )
    _GIVE_BACK = Query(
        update(sign_in_tries)
        .where(sign_in_tries.c.key == bindparam("the_key"), sign_in_tries.c.tries > 0)
        .values(tries=sign_in_tries.c.tries - 1, next_at=sign_in_tries.c.tried_at)
    )
    _CLEAR = Query(delete(sign_in_tries).where(sign_in_tries.c.key == any_(bindparam("keys", type_=ARRAY(Text)))))
    _FORGET = sweeping(sign_in_tries, "next_at < :paused_before")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def count(self, key: str, now: datetime, pauses: Sequence[timedelta]) -> int | None:
        seconds = [pause.total_seconds() for pause in pauses]
        rows = await self._session.write(self._COUNT, key=key, now=now, pauses=seconds)
        return rows[0]["tries"] if rows else None

    async def give_back(self, key: str) -> None:
        await self._session.change(self._GIVE_BACK, {"the_key": key})

    async def clear(self, *keys: str) -> None:
        await self._session.change(self._CLEAR, {"keys": keys})

    async def forget(self, paused_before: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, paused_before=paused_before, limit=limit))


class PostgresSignInAlerts(SignInAlerts):
    _ADD = insertion(sign_in_alerts)
    _OF = Query(
        select(sign_in_alerts)
        .where(sign_in_alerts.c.user_id == bindparam("user_id"))
        .order_by(sign_in_alerts.c.at.desc(), sign_in_alerts.c.id.desc())
        .limit(bindparam("limit"))
    )
    _FORGET = sweeping(sign_in_alerts, "at < :before")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, alert: SignInAlert) -> None:
        await self._session.change(self._ADD, attrs.asdict(alert))

    async def of(self, user_id: UserId, limit: int) -> Sequence[SignInAlert]:
        return [_alert(row) for row in await self._session.rows(self._OF, user_id=user_id, limit=limit)]

    async def forget(self, before: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, before=before, limit=limit))


def _alert(row: Any) -> SignInAlert:
    return SignInAlert(**{**row, "kind": AlertKind(row["kind"])})
