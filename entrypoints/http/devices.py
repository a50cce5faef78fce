"""Devices a member has signed in on, and what was noticed about signing in."""

from datetime import datetime
from uuid import UUID

import attrs

from entrypoints.http.paging import Items
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.kernel import DeviceId
from saltbitter_domain.users.model.devices import AlertKind, DeviceMissing
from saltbitter_domain.users.service import DeviceService


@attrs.frozen
class DeviceView:
    """``ip_prefix`` is the network of the last sign-in."""

    id: DeviceId
    label: str
    ip_prefix: str = attrs.field(repr=False)
    first_seen_at: datetime
    last_seen_at: datetime


@attrs.frozen
class SignInAlertView:
    """``label`` and ``ip_prefix`` are those of the device that signed in, empty where none did; ``place`` is empty
    where it is not known."""

    kind: AlertKind
    at: datetime
    label: str
    ip_prefix: str = attrs.field(repr=False)
    place: str


@attrs.frozen
class Devices:
    service: DeviceService

    @route("GET", "/api/me/devices", audience=Audience.MEMBER)
    async def devices(self, call: Call) -> Items[DeviceView]:
        """The devices that are known, the latest used first: signing in on another is told by mail."""
        return Items(
            tuple(
                DeviceView(each.id, each.label, each.ip_prefix, each.first_seen_at, each.last_seen_at)
                for each in await self.service.devices(call.member)
            )
        )

    @route("DELETE", "/api/me/devices/{device_id}", audience=Audience.MEMBER, errors=(DeviceMissing,))
    async def forget_device(self, call: Call, device_id: UUID) -> None:
        """Forget a device, as one that was sold. Its sessions go on until they are ended."""
        await self.service.forget_device(call.member, DeviceId(device_id))

    @route("GET", "/api/me/sign-in-alerts", audience=Audience.MEMBER)
    async def sign_in_alerts(self, call: Call) -> Items[SignInAlertView]:
        """What was noticed about signing in during the last 90 days and told by mail, the latest first.

        The latest hundred are listed."""
        return Items(
            tuple(
                SignInAlertView(each.kind, each.at, each.label, each.ip_prefix, each.place)
                for each in await self.service.alerts(call.member)
            )
        )
