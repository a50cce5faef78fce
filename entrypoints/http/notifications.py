"""What members want to be told, when, and on which devices."""

from datetime import time
from typing import Annotated

import attrs
from msgspec import Meta

from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.kernel import Language
from saltbitter_domain.notifications import model
from saltbitter_domain.notifications.model import Frequency, PushEndpointRefused, PushOff
from saltbitter_domain.notifications.service import Notifications as Found
from saltbitter_domain.notifications.service import NotificationService

ClockTime = Annotated[str, Meta(max_length=5, pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]
Endpoint = Annotated[str, Meta(max_length=1024, examples=["https://updates.push.services.mozilla.com/wpush/v2/abc"])]


@attrs.frozen
class QuietHours:
    """From ``start`` until ``end`` by the clock on the member's own wall."""

    start: ClockTime
    end: ClockTime

    def __attrs_post_init__(self) -> None:
        self.known()

    def known(self) -> model.QuietHours:
        return model.QuietHours(time.fromisoformat(self.start), time.fromisoformat(self.end))


@attrs.frozen
class NotificationChoice:
    """``quiet_hours`` is null for whoever wants none."""

    quiet_hours: QuietHours | None
    daily_matches: Frequency
    mutual_match: Frequency


@attrs.frozen
class NotificationsView:
    """``public_key`` is what a browser needs to sign up for push (``applicationServerKey``), null where nothing is
    pushed; ``this_device`` is whether the device of this session is told."""

    quiet_hours: QuietHours | None
    daily_matches: Frequency
    mutual_match: Frequency
    public_key: str | None
    this_device: bool


@attrs.frozen
class PushSignUp:
    """What the browser's ``PushSubscription`` says of itself, and in which language the device is told."""

    endpoint: Endpoint = attrs.field(repr=False)
    p256dh: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{87}$", max_length=87)] = attrs.field(repr=False)
    auth: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{22}$", max_length=22)] = attrs.field(repr=False)
    language: Language


@attrs.frozen
class Notifications:
    service: NotificationService

    @route("GET", "/api/me/notifications", audience=Audience.MEMBER)
    async def notifications(self, call: Call) -> NotificationsView:
        """What the member wants to be told outside the product, and when.

        Letters about the account, money, data and safety are owed, and come whatever is chosen here."""
        return _view(await self.service.of(call.member))

    @route("PUT", "/api/me/notifications", audience=Audience.MEMBER)
    async def choose(self, call: Call, body: NotificationChoice) -> NotificationsView:
        """Choose what to be told, and when. It holds at once, for what waits to be told too."""
        quiet = body.quiet_hours.known() if body.quiet_hours else None
        settings = model.NotificationSettings(call.user_id, quiet, body.daily_matches, body.mutual_match)
        return _view(await self.service.choose(call.member, settings))

    @route(
        "POST",
        "/api/me/push-subscriptions",
        audience=Audience.MEMBER,
        a_day=100,
        errors=(PushOff, PushEndpointRefused),
    )
    async def sign_up(self, call: Call, body: PushSignUp) -> None:
        """Have the device of this session told, until it is signed off or the session ends."""
        await self.service.sign_up(call.member, body.endpoint, body.p256dh, body.auth, body.language)

    @route("DELETE", "/api/me/push-subscriptions", audience=Audience.MEMBER)
    async def sign_off(self, call: Call) -> None:
        """Have the device of this session told nothing any more."""
        await self.service.sign_off(call.member)


def _view(found: Found) -> NotificationsView:
    chosen = found.settings
    quiet = chosen.quiet_hours
    shown = QuietHours(f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}") if quiet else None
    return NotificationsView(shown, chosen.daily_matches, chosen.mutual_match, found.public_key, found.this_device)
