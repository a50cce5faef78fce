"""What notifications need from outside."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.kernel import SessionId, UserId
from saltbitter_domain.notifications.model import HeldPush, NotificationSettings, PushSubscription


@attrs.frozen
class Recipient:
    """A device, with what its member wants and the IANA time zone they live in."""

    subscription: PushSubscription
    settings: NotificationSettings
    time_zone: str


class NotificationChoices(Protocol):
    """The store of what members want to be told."""

    async def get(self, user_id: UserId) -> NotificationSettings:
        """What the member chose; the settings everybody begins with where they chose nothing."""
        ...

    async def put(self, settings: NotificationSettings) -> None:
        """Store it in place of what was chosen before."""
        ...


class PushSubscriptions(Protocol):
    """The store of devices that are told, and of what they are still to be told."""

    async def put(self, subscription: PushSubscription) -> None:
        """Store it in place of the session's last one, and of any other with the same endpoint: whoever shares a
        browser is told nothing meant for who used it before."""
        ...

    async def get(self, session_id: SessionId) -> PushSubscription | None: ...

    async def remove(self, *session_ids: SessionId) -> None:
        """Forget these, with everything that was held for them."""
        ...

    async def recipients(self, user_ids: Collection[UserId], now: datetime) -> Sequence[Recipient]:
        """The devices of these members whose sessions are open, ordered by session."""
        ...

    async def hold(self, *held: HeldPush) -> None:
        """Keep these to be told. Of a session and a kind only one is kept, due at the earlier of both times; nothing
        is for a device that is gone."""
        ...

    async def release(self, now: datetime, limit: int) -> Sequence[HeldPush]:
        """Take out up to ``limit`` that are due. Nobody else is given the same."""
        ...


class PushService(Protocol):
    """Whoever delivers to browsers."""

    @property
    def public_key(self) -> str:
        """By which browsers know who may push to them (VAPID, RFC 8292): a P-256 point in base64url."""
        ...

    async def send(self, subscription: PushSubscription, kind: NoticeKind, lasts: timedelta) -> bool:
        """Have the device told, without a sound and without a name; False when it is gone for good.

        What cannot be delivered within ``lasts`` is not to be delivered at all. ``PushAway``, naming nobody, when it
        should be tried again."""
        ...
