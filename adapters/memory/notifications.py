"""What members want to be told, which devices are told, and what waits to be told."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import attrs

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.kernel import SessionId, UserId
from saltbitter_domain.notifications.model import HeldPush, NotificationSettings, PushSubscription
from saltbitter_domain.notifications.ports import NotificationChoices, PushService, PushSubscriptions, Recipient


class MemoryNotificationChoices(NotificationChoices):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def get(self, user_id: UserId) -> NotificationSettings:
        found = self._transaction.read(lambda tables: tables.notification_settings.get(user_id))
        return found or NotificationSettings(user_id)

    async def put(self, settings: NotificationSettings) -> None:
        self._transaction.write(lambda tables: tables.notification_settings.put(settings.user_id, settings))


class MemoryPushSubscriptions(PushSubscriptions):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, subscription: PushSubscription) -> None:
        def change(tables: Tables) -> None:
            for other in tables.push_subscriptions.where("endpoint", subscription.endpoint):
                drop_subscription(tables, other.session_id)
            drop_subscription(tables, subscription.session_id)
            tables.push_subscriptions.put(subscription.session_id, subscription)

        self._transaction.write(change)

    async def get(self, session_id: SessionId) -> PushSubscription | None:
        return self._transaction.read(lambda tables: tables.push_subscriptions.get(session_id))

    async def remove(self, *session_ids: SessionId) -> None:
        def change(tables: Tables) -> None:
            for session_id in session_ids:
                drop_subscription(tables, session_id)

        self._transaction.write(change)

    async def recipients(self, user_ids: Collection[UserId], now: datetime) -> Sequence[Recipient]:
        def query(tables: Tables) -> list[Recipient]:
            return [
                Recipient(
                    subscription,
                    tables.notification_settings.get(user_id) or NotificationSettings(user_id),
                    (tables.profiles.get(user_id) or user).time_zone,
                )
                for user_id in user_ids
                for subscription in tables.push_subscriptions.where("user", user_id)
                if (session := tables.sessions.get(subscription.session_id))
                and session.is_open(now)
                and (user := tables.users.get(user_id))
            ]

        return sorted(self._transaction.read(query), key=lambda each: each.subscription.session_id)

    async def hold(self, *held: HeldPush) -> None:
        def change(tables: Tables) -> None:
            for each in held:
                key = each.session_id, each.kind
                before = tables.held_pushes.get(key)
                if tables.push_subscriptions.get(each.session_id):
                    due_at = min(each.due_at, before.due_at) if before else each.due_at
                    tables.held_pushes.put(key, attrs.evolve(each, due_at=due_at))

        self._transaction.write(change)

    async def release(self, now: datetime, limit: int) -> Sequence[HeldPush]:
        def change(tables: Tables) -> list[HeldPush]:
            due = [each for each in tables.held_pushes.items().values() if each.due_at <= now][:limit]
            for each in due:
                tables.held_pushes.drop((each.session_id, each.kind))
            return due

        return self._transaction.write(change)


def drop_subscription(tables: Tables, session_id: SessionId) -> None:
    """Forget the device of a session, with what was held for it."""
    tables.push_subscriptions.drop(session_id)
    for kind in NoticeKind:
        tables.held_pushes.drop((session_id, kind))


@attrs.frozen
class Told:
    """What a device was told, and how long that was to last."""

    endpoint: str
    kind: NoticeKind
    lasts: timedelta


@attrs.define
class MemoryPushService(PushService):
    """Tells nobody, and remembers what it would have told. Devices at ``gone`` endpoints are gone for good."""

    public_key: str = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
    told: list[Told] = attrs.field(factory=list)
    gone: set[str] = attrs.field(factory=set)

    async def send(self, subscription: PushSubscription, kind: NoticeKind, lasts: timedelta) -> bool:
        if subscription.endpoint in self.gone:
            return False
        self.told.append(Told(subscription.endpoint, kind, lasts))
        return True
