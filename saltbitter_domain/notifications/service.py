"""The use cases of notifications: what a member wants, which devices are told, and telling them."""

from collections.abc import Collection
from uuid import UUID

import attrs

from saltbitter_domain.compatibility.model import DailyMatchesMade, Matched, NoticeKind
from saltbitter_domain.kernel import Clock, EventId, Language, UserId
from saltbitter_domain.notifications.model import (
    Frequency,
    HeldPush,
    NotificationSettings,
    PushDue,
    PushEndpointRefused,
    PushOff,
    PushSubscription,
)
from saltbitter_domain.notifications.policies import is_of_push_service, lasts, quiet_until, told_at
from saltbitter_domain.notifications.ports import PushService
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying, sweep
from saltbitter_domain.users.model import SessionsEnded
from saltbitter_domain.users.ports import Access


@attrs.frozen
class Notifications:
    """A member's settings, the key a browser needs to sign up with, None where nothing is pushed, and whether the
    device of this session is told."""

    settings: NotificationSettings
    public_key: str | None
    this_device: bool


class NotificationService:
    """``push`` is None where nothing is pushed; ``hosts`` are those of the push services that are known."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, push: PushService | None, hosts: Collection[str]) -> None:
        self._begin = begin
        self._clock = clock
        self._push = push
        self._hosts = hosts

    async def of(self, access: Access) -> Notifications:
        """What the member chose, and whether this device is told."""
        async with self._begin() as uow:
            settings = await uow.notification_choices.get(access.user_id)
            subscription = await uow.push_subscriptions.get(access.session_id)
        return Notifications(settings, self._push.public_key if self._push else None, subscription is not None)

    async def choose(self, access: Access, settings: NotificationSettings) -> Notifications:
        """Keep what the member wants from now on; it holds for what waits to be told, too."""
        async with self._begin() as uow:
            await uow.notification_choices.put(settings)
            await uow.commit()
        return await self.of(access)

    async def sign_up(self, access: Access, endpoint: str, p256dh: str, auth: str, language: Language) -> None:
        """Tell the device of this session from now on, and no other member on it.

        Raises ``PushOff``, ``PushEndpointRefused``."""
        if self._push is None:
            raise PushOff("This server sends no notifications to devices. Everything waits for you inside the product.")
        if not is_of_push_service(endpoint, self._hosts):
            raise PushEndpointRefused("We know no push service there. Sign up with the address your browser gives you.")
        subscription = PushSubscription(
            access.session_id, access.user_id, endpoint, p256dh, auth, language, self._clock.now()
        )

        async def attempt() -> None:
            async with self._begin() as uow:
                await uow.push_subscriptions.put(subscription)
                await uow.commit()

        await retrying(attempt)

    async def sign_off(self, access: Access) -> None:
        """Tell the device of this session nothing any more, not even what waits already."""
        async with self._begin() as uow:
            await uow.push_subscriptions.remove(access.session_id)
            await uow.commit()

    async def sign_off_ended(self, _message: EventId, event: SessionsEnded) -> None:
        """Whoever is signed out is told nothing."""
        async with self._begin() as uow:
            await uow.push_subscriptions.remove(*event.session_ids)
            await uow.commit()

    async def hold_daily(self, message: EventId, event: DailyMatchesMade) -> None:
        """Have the devices of these members told of their new introductions, each when it may be."""
        await self._hold(message, event.user_ids, NoticeKind.DAILY_MATCHES)

    async def hold_match(self, message: EventId, event: Matched) -> None:
        """Have the devices of both told of their match, each when it may be."""
        await self._hold(message, (event.low, event.high), NoticeKind.MUTUAL_MATCH)

    async def release(self) -> int:
        """Hand over what is due to be told; how many. Nothing is handed over twice."""

        async def batch(uow: UnitOfWork, limit: int) -> int:
            due = await uow.push_subscriptions.release(self._clock.now(), limit)
            for held in due:
                uow.emit(PushDue(held.session_id, held.user_id, held.kind))
            return len(due)

        return await sweep(self._begin, batch)

    async def push(self, _message: EventId, event: PushDue) -> None:
        """Tell a device, if its member still wants that and there is still something to tell.

        In quiet hours, as when it had to be tried again, it is held until they end. Raises ``PushAway``."""
        now = self._clock.now()
        async with self._begin() as uow:
            devices = await uow.push_subscriptions.recipients([event.user_id], now)
            device = next((each for each in devices if each.subscription.session_id == event.session_id), None)
            if self._push is None or device is None or device.settings.frequency(event.kind) is Frequency.NEVER:
                return
            if ends := quiet_until(device.settings, device.time_zone, now):
                await uow.push_subscriptions.hold(HeldPush(event.session_id, event.user_id, event.kind, ends))
                await uow.commit()
                return
            if not await _waits(uow, event.user_id, event.kind):
                return
        if not await self._push.send(device.subscription, event.kind, lasts(device.settings, device.time_zone, now)):
            async with self._begin() as uow:
                if await uow.push_subscriptions.get(event.session_id) == device.subscription:
                    await uow.push_subscriptions.remove(event.session_id)
                    await uow.commit()

    async def _hold(self, message: EventId, user_ids: Collection[UserId], kind: NoticeKind) -> None:
        now = self._clock.now()
        async with self._begin() as uow:
            devices = await uow.push_subscriptions.recipients(user_ids, now)
            held = [
                HeldPush(device.subscription.session_id, device.subscription.user_id, kind, at)
                for device in devices
                if (at := told_at(device.settings, kind, device.time_zone, now))
            ]
            if held and await uow.first_time("notifications.hold", message):
                await uow.push_subscriptions.hold(*held)
                await uow.commit()


async def _waits(uow: UnitOfWork, user_id: UserId, kind: NoticeKind) -> bool:
    """Whether a notice of this kind waits to be seen; one of a match only while the match stands."""
    unseen = [each for each in await uow.notices.of(user_id) if each.kind is kind and each.seen_at is None]
    if kind is not NoticeKind.MUTUAL_MATCH:
        return bool(unseen)
    _, known = await uow.people.known_to(user_id, [UserId(UUID(each.subject)) for each in unseen])
    return any(other.standing.match and not other.standing.blocked for other in known.values())
