"""What members want to be told, which devices are told, and what waits to be told."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Uuid, any_, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import bound, columns, given, insertion, stored_columns, sweep_of
from adapters.postgres.tables import held_pushes, notification_settings, push_subscriptions
from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.kernel import Language, SessionId, StaleWrite, UserId
from saltbitter_domain.notifications.model import (
    Frequency,
    HeldPush,
    NotificationSettings,
    PushSubscription,
    QuietHours,
)
from saltbitter_domain.notifications.ports import NotificationChoices, PushSubscriptions, Recipient

_INSERT = insert(notification_settings).values(bound(notification_settings))


class PostgresNotificationChoices(NotificationChoices):
    _GET = Query(select(notification_settings).where(notification_settings.c.user_id == bindparam("user_id")))
    _PUT = Query(
        _INSERT.on_conflict_do_update(
            index_elements=["user_id"],
            set_={name: _INSERT.excluded[name] for name in stored_columns(notification_settings) if name != "user_id"},
        )
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, user_id: UserId) -> NotificationSettings:
        row = await self._session.row(self._GET, user_id=user_id)
        return _settings(row) if row else NotificationSettings(user_id)

    async def put(self, settings: NotificationSettings) -> None:
        quiet = settings.quiet_hours
        await self._session.change(
            self._PUT,
            {
                "user_id": settings.user_id,
                "quiet_start": quiet and quiet.start,
                "quiet_end": quiet and quiet.end,
                "daily_matches": settings.daily_matches,
                "mutual_match": settings.mutual_match,
            },
        )


class PostgresPushSubscriptions(PushSubscriptions):
    _ADD = insertion(push_subscriptions)
    _GET = Query(select(push_subscriptions).where(push_subscriptions.c.session_id == bindparam("session_id")))
    _REPLACE = Query(
        delete(push_subscriptions).where(
            (push_subscriptions.c.session_id == bindparam("session_id"))
            | (push_subscriptions.c.endpoint == bindparam("endpoint"))
        )
    )
    _REMOVE = Query(
        delete(push_subscriptions).where(push_subscriptions.c.session_id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    )
    _RECIPIENTS = Query(
        text(
            """
            SELECT push_subscriptions.*, quiet_start, quiet_end, daily_matches, mutual_match,
                   notification_settings.user_id IS NOT NULL AS chose,
                   coalesce(profiles.time_zone, users.time_zone) AS time_zone
              FROM push_subscriptions
              JOIN sessions ON sessions.id = push_subscriptions.session_id
              JOIN users ON users.id = push_subscriptions.user_id
              LEFT JOIN profiles ON profiles.user_id = users.id
              LEFT JOIN notification_settings ON notification_settings.user_id = users.id
             WHERE push_subscriptions.user_id = ANY(CAST(:user_ids AS uuid[]))
               AND sessions.ended_at IS NULL AND sessions.expires_at > CAST(:now AS timestamptz)
             ORDER BY push_subscriptions.session_id
            """
        )
    )
    _HOLD = Query(
        text(
            f"""
            INSERT INTO held_pushes ({", ".join(stored_columns(held_pushes))})
            SELECT given.* FROM {given(held_pushes)} JOIN push_subscriptions USING (session_id)
            ON CONFLICT (session_id, kind) DO UPDATE SET due_at = least(held_pushes.due_at, excluded.due_at)
            """
        ),
        "held_pushes",
    )
    _RELEASE = Query(
        text(sweep_of(held_pushes, "due_at <= :now") + ", swept.user_id, swept.due_at"),
        "held_pushes",
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, subscription: PushSubscription) -> None:
        row = attrs.asdict(subscription)
        await self._session.write(self._REPLACE, **row)
        await self._session.change(self._ADD, row, taken=_signed_up_meanwhile)

    async def get(self, session_id: SessionId) -> PushSubscription | None:
        row = await self._session.row(self._GET, session_id=session_id)
        return _subscription(row) if row else None

    async def remove(self, *session_ids: SessionId) -> None:
        await self._session.change(self._REMOVE, {"ids": session_ids})

    async def recipients(self, user_ids: Collection[UserId], now: datetime) -> Sequence[Recipient]:
        rows = await self._session.rows(self._RECIPIENTS, user_ids=list(user_ids), now=now)
        return [
            Recipient(
                _subscription(row),
                _settings(row) if row["chose"] else NotificationSettings(row["user_id"]),
                row["time_zone"],
            )
            for row in rows
        ]

    async def hold(self, *held: HeldPush) -> None:
        await self._session.write(self._HOLD, **columns(attrs.asdict(each) for each in held))

    async def release(self, now: datetime, limit: int) -> Sequence[HeldPush]:
        rows = await self._session.write(self._RELEASE, now=now, limit=limit)
        return [HeldPush(**{**row, "kind": NoticeKind(row["kind"])}) for row in rows]


def _subscription(row: Mapping[str, Any]) -> PushSubscription:
    fields = {field.name: row[field.name] for field in attrs.fields(PushSubscription)}
    return PushSubscription(**{**fields, "language": Language(row["language"])})


def _settings(row: Mapping[str, Any]) -> NotificationSettings:
    quiet = None if row["quiet_start"] is None else QuietHours(row["quiet_start"], row["quiet_end"])
    return NotificationSettings(row["user_id"], quiet, Frequency(row["daily_matches"]), Frequency(row["mutual_match"]))


def _signed_up_meanwhile() -> StaleWrite:
    return StaleWrite("This browser was signed up at the same moment. Try again.")
