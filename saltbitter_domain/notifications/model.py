"""What a member wants to be told, when, and on which devices.

Letters about the account, money, data and safety are no notifications: they are owed, and nothing here holds them back.
"""

from datetime import datetime, time
from enum import StrEnum

import attrs

from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Conflict, Invalid, Language, SessionId, Unavailable, UserId

TOLD = (NoticeKind.DAILY_MATCHES, NoticeKind.MUTUAL_MATCH)
"""The notices that devices are told of; others wait inside the product only."""


class Frequency(StrEnum):
    """How often a member is told of one kind of notice. ``daily`` is once a day, when their quiet hours end."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


@attrs.frozen
class QuietHours:
    """From ``start`` until ``end`` on the clock of the member's own wall, on the next day where it ends earlier than it
    starts. Equal times would say all day or never, nobody knows which: whoever wants nothing says ``never``."""

    start: time = time(22)
    end: time = time(8)

    def __attrs_post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("Quiet hours that end when they begin say nothing; leave them out or give them a length.")


@attrs.frozen
class NotificationSettings:
    """``quiet_hours`` are None for whoever wants none. Nothing of it matters before a device was signed up for push."""

    user_id: UserId
    quiet_hours: QuietHours | None = attrs.field(factory=QuietHours)
    daily_matches: Frequency = Frequency.AT_ONCE
    mutual_match: Frequency = Frequency.AT_ONCE

    def frequency(self, kind: NoticeKind) -> Frequency:
        """How often the member is told of this kind, one of ``TOLD``."""
        return {NoticeKind.DAILY_MATCHES: self.daily_matches, NoticeKind.MUTUAL_MATCH: self.mutual_match}[kind]


@attrs.frozen
class PushSubscription:
    """Where a device is reached (RFC 8030), and the keys under which only its browser reads what comes (RFC 8291), in
    base64url. It belongs to a session and ends with it."""

    session_id: SessionId
    user_id: UserId
    endpoint: str = attrs.field(repr=False)
    p256dh: str = attrs.field(repr=False)
    auth: str = attrs.field(repr=False)
    language: Language
    created_at: datetime


@attrs.frozen
class HeldPush:
    """A device is to be told of a kind of notice once, from ``due_at`` on."""

    session_id: SessionId
    user_id: UserId
    kind: NoticeKind
    due_at: datetime


@event("notifications.push_due", bulk=True)
class PushDue(Event):
    """The device of this session is to be told now."""

    session_id: SessionId
    user_id: UserId
    kind: NoticeKind


class PushOff(Conflict):
    """This server has no keys to push with."""

    code = "push_off"


class PushEndpointRefused(Invalid):
    """The endpoint is not one of a push service we know of."""

    code = "push_endpoint_refused"


class PushAway(Unavailable):
    """The push service did not take a message and may do so later."""

    code = "push_away"
