"""Devices a member has signed in on, tries to sign in, and what is noticed about both.

A device is known by a token that it was given when somebody signed in on it. Tries of a password are counted by
address, whether or not it has an account, and on known devices by device: so whoever guesses from a thousand networks
is stopped for all of them, and keeps no member out who signs in where they did before (OWASP, "Slow Down Online
Guessing Attacks with Device Cookies").
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import attrs

from saltbitter_domain.kernel import AlertId, Clock, DeviceId, EventId, Ids, SessionId, UserId
from saltbitter_domain.traffic import RateLimits
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying, sweep
from saltbitter_domain.users.model import Busy
from saltbitter_domain.users.model.devices import (
    ALERTS_KEPT_FOR,
    ALERTS_SHOWN,
    CEILING_PER,
    DEVICE_KNOWN_FOR,
    MAX_DEVICES,
    TRIES_KEPT_FOR,
    AlertKind,
    Device,
    DeviceMissing,
    DeviceShown,
    SignInAlert,
    SignInNoticed,
    SignInsCrowded,
    is_impossible_travel,
)
from saltbitter_domain.users.policies import hash_token
from saltbitter_domain.users.ports import Access, NetworkPlaces, Secrets

_TRIES = "sign_in_tries"
"""The purpose under which the keys of counts are derived from addresses, so that no count tells whose it is."""


@attrs.frozen
class Origin:
    """Where somebody signs in: the device by its name and the token it keeps, if any, and its network."""

    label: str
    ip_prefix: str = attrs.field(repr=False)
    device_token: str | None = attrs.field(default=None, repr=False)

    @property
    def token_hash(self) -> str | None:
        return hash_token(self.device_token) if self.device_token else None


def tries_key(secrets: Secrets, address: str, device: Device | None = None) -> str:
    """Under what tries of a password are counted. In place of an address: a member's id, where they are signed in."""
    return hash_token(secrets.derived(_TRIES, f"{address} {device.id if device else ''}"))


def known_device(devices: Sequence[Device], origin: Origin) -> Device | None:
    """The one of a member's devices on which they sign in again."""
    return next((device for device in devices if device.token_hash == origin.token_hash), None)


@asynccontextmanager
async def looking(begin: UnitsOfWork, key: str, tried: int | None) -> AsyncIterator[None]:
    """Looking at a password of which a try was counted under ``key``: where too many others wait for that, it is given
    back. Else whoever fills the queue would have the pauses of members begin, on their known devices too."""
    try:
        yield
    except Busy:
        if tried is not None:
            async with begin() as uow:
                await uow.sign_in_tries.give_back(key)
                await uow.commit()
        raise


@attrs.frozen
class SignInCeiling:
    """How often everybody together may try to sign in on devices where the member never did: ``tries`` in
    ``CEILING_PER``.

    Whoever tries a few passwords at each of very many accounts from very many addresses reaches no limit of one address
    or one account, and reaches this. Known devices are neither counted nor refused."""

    limits: RateLimits
    tries: int

    async def hold(self) -> None:
        """Count one try. Raises ``SignInsCrowded``."""
        wait = await self.limits.hit("sign_in", "everybody", self.tries, CEILING_PER)
        if wait is not None:
            raise SignInsCrowded(
                "Very many people are signing in on new devices just now. Try again in a few minutes, or sign in on a "
                "device where you did before.",
                retry_after=wait,
            )


class DeviceRegistry:
    """What signing in does about devices, inside its unit of work."""

    def __init__(self, *, ids: Ids, secrets: Secrets, places: NetworkPlaces) -> None:
        self._ids = ids
        self._secrets = secrets
        self._places = places

    async def meet(
        self,
        uow: UnitOfWork,
        user_id: UserId,
        devices: Sequence[Device],
        session_id: SessionId,
        origin: Origin,
        now: datetime,
    ) -> str:
        """Remember the device of a session that begins, and what about it the member should know; the device's token.
        ``devices`` are those of the member, the latest first.

        The first device of an account is nothing to warn of."""
        known = known_device(devices, origin)
        if devices:
            last = devices[0]
            before, after = self._places.of(last.ip_prefix), self._places.of(origin.ip_prefix)
            if is_impossible_travel(before, last.last_seen_at, after, now):
                uow.emit(SignInNoticed(user_id, AlertKind.IMPOSSIBLE_TRAVEL, now, session_id))
            elif known is None:
                uow.emit(SignInNoticed(user_id, AlertKind.NEW_DEVICE, now, session_id))
        if known is None and origin.token_hash is not None:
            uow.emit(DeviceShown(user_id, origin.token_hash))
        if known is not None and origin.device_token is not None:
            seen = attrs.evolve(known, label=origin.label, ip_prefix=origin.ip_prefix, last_seen_at=now)
            await uow.devices.save(seen)
            return origin.device_token
        await uow.devices.remove(*(device.id for device in devices[MAX_DEVICES - 1 :]))
        token, device_id = self._secrets.token(), DeviceId(self._ids.new())
        await uow.devices.add(Device(device_id, user_id, hash_token(token), origin.label, origin.ip_prefix, now, now))
        return token


class DeviceService:
    """What members see of their devices, and of what was noticed about signing in."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, places: NetworkPlaces) -> None:
        self._begin = begin
        self._clock = clock
        self._places = places

    async def devices(self, access: Access) -> Sequence[Device]:
        """Where the member has signed in, the latest first."""
        async with self._begin() as uow:
            return await uow.devices.of(access.user_id)

    async def forget_device(self, access: Access, device_id: DeviceId) -> None:
        """Treat the device as one that was never seen; its sessions go on. Raises ``DeviceMissing``."""

        async def forget() -> None:
            async with self._begin() as uow:
                if device_id not in {device.id for device in await uow.devices.of(access.user_id)}:
                    raise DeviceMissing("You have signed in on no such device.")
                await uow.devices.remove(device_id)
                await uow.commit()

        await retrying(forget)

    async def alerts(self, access: Access) -> Sequence[SignInAlert]:
        """What the member was warned of in the last 90 days, the latest first, ``ALERTS_SHOWN`` at most."""
        async with self._begin() as uow:
            return await uow.sign_in_alerts.of(access.user_id, ALERTS_SHOWN)

    async def record_alert(self, message: EventId, event: SignInNoticed) -> None:
        """Keep for the member what they are mailed."""
        async with self._begin() as uow:
            if await uow.users.get(event.user_id) is None or not await uow.first_time("users.alert", message):
                return
            session = await uow.sessions.get(event.session_id) if event.session_id else None
            label, ip_prefix = (session.label, session.ip_prefix) if session else ("", "")
            place = self._places.of(ip_prefix)
            name = place.name if place else ""
            await uow.sign_in_alerts.add(
                SignInAlert(AlertId(message), event.user_id, event.kind, event.at, label, ip_prefix, name)
            )
            await uow.commit()

    async def forget_devices(self) -> int:
        """Sweep: forget devices a year after the last sign-in on them; how many."""
        before = self._clock.now() - DEVICE_KNOWN_FOR
        return await sweep(self._begin, lambda uow, limit: uow.devices.forget(before, limit))

    async def forget_alerts(self) -> int:
        """Sweep: forget alerts after 90 days; how many."""
        before = self._clock.now() - ALERTS_KEPT_FOR
        return await sweep(self._begin, lambda uow, limit: uow.sign_in_alerts.forget(before, limit))

    async def forget_tries(self) -> int:
        """Sweep: forget counts of tries a year after the pause that the last one began; how many."""
        before = self._clock.now() - TRIES_KEPT_FOR
        return await sweep(self._begin, lambda uow, limit: uow.sign_in_tries.forget(before, limit))
