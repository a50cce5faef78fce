"""Devices that are known, how often a password may be tried, and what a member is warned of."""

from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import AlertId, DeviceId, GridCell, NotFound, SessionId, TooMany, UserId

MAX_DEVICES = 20
"""Of a member; the one longest out of use makes room."""
MAX_SESSIONS = MAX_DEVICES
"""Of a member that are open at a time; the one longest out of use ends for another. Product rule."""
DEVICE_KNOWN_FOR = timedelta(days=365)
"""After the last sign-in on it."""
ALERTS_KEPT_FOR = timedelta(days=90)
ALERTS_SHOWN = 100
"""Of the latest: more than anybody reads, where somebody signs in all day."""
TRIES_KEPT_FOR = timedelta(days=365)
"""After the pause that the last one began, so that whoever waits for this tries no more than ``MOST_TRIES`` a year, and
the count of an account that was tried as often as that is kept through its years of pause."""
FREE_TRIES = 10
"""Wrong passwords in a row before there is a pause after each."""
MOST_TRIES = 100
"""Wrong passwords in a row after which no further one is looked at (NIST SP 800-63B-4, at most 100)."""
SIGN_INS_OF_ALL, CEILING_PER = 1_000, timedelta(minutes=5)
"""How often everybody together tries to sign in on devices that are not known, unless an operator says otherwise; as
often as PyPI lets everybody try."""
SIGN_UPS_OF_DEVICE, SIGN_UPS_PER = 5, timedelta(days=1)
"""How many accounts are opened on a device, and in what time: more than a household shares one for. Product rule."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(days=1)
FASTEST_KMH = 900.0
"""How fast people travel: an airliner. Product rule."""
ROUGHNESS_KM = 200.0
"""How far apart two places may seem that are one: what is known of a network is often the next large town."""


@attrs.frozen
class Device:
    """Something a member has signed in on, known by the SHA-256 of a token that it keeps. ``ip_prefix`` is the network
    of the last sign-in."""

    id: DeviceId
    user_id: UserId
    token_hash: str = attrs.field(repr=False)
    label: str
    ip_prefix: str = attrs.field(repr=False)
    first_seen_at: datetime
    last_seen_at: datetime
    version: int = 1


@attrs.frozen
class RoughPlace:
    """Where a network is said to be: a name to show, and the cell of some town."""

    name: str = attrs.field(repr=False)
    cell: GridCell = attrs.field(repr=False)


class AlertKind(StrEnum):
    """What a member is warned of; the mail about it has the same name."""

    NEW_DEVICE = "new_device"
    MANY_FAILURES = "many_failures"
    IMPOSSIBLE_TRAVEL = "impossible_travel"
    PASSKEY_COPIED = "passkey_copied"


@attrs.frozen
class SignInAlert:
    """``label`` and ``ip_prefix`` are those of the session that was begun, empty where none was; ``place`` is empty
    where it is not known."""

    id: AlertId
    user_id: UserId
    kind: AlertKind
    at: datetime
    label: str
    ip_prefix: str = attrs.field(repr=False)
    place: str


@event("users.sign_in_noticed")
class SignInNoticed(Event):
    """Something about signing in that the member should know. Without a session where somebody tried in vain; then
    ``user_id`` is nobody's when the address is unknown, so that as much is done for it."""

    user_id: UserId
    kind: AlertKind
    at: datetime
    session_id: SessionId | None = None


@event("users.device_shown")
class DeviceShown(Event):
    """A member joined or signed in with the token of a device that is not known as theirs: another member's, or one
    that was forgotten. ``token_hash`` is its SHA-256."""

    user_id: UserId
    token_hash: str = attrs.field(repr=False)


class DeviceMissing(NotFound):
    code = "device_missing"


class SignInsCrowded(TooMany):
    """So many try to sign in on devices that are not known, all together, that no more of them are looked at for now.
    Known devices are let in."""

    code = "sign_ins_crowded"


class SignUpsOnDevice(TooMany):
    """So many accounts were opened on this device within a day that no further one is."""

    code = "sign_ups_on_device"


def pause_after(failures: int) -> timedelta:
    """How long nothing is looked at after so many wrong passwords in a row: it doubles, up to a day, and never ends
    after ``MOST_TRIES``."""
    if failures < FREE_TRIES:
        return timedelta(0)
    if failures >= MOST_TRIES:
        return timedelta(days=3650)
    return min(FIRST_PAUSE * (1 << min(failures - FREE_TRIES, 16)), LONGEST_PAUSE)


PAUSES = tuple(map(pause_after, range(1, MOST_TRIES + 1)))
"""After the first wrong password, after the second, and so on."""


def is_impossible_travel(
    before: RoughPlace | None, left_at: datetime, after: RoughPlace | None, arrived_at: datetime
) -> bool:
    """Whether nobody gets from one place to the other in that time. Never, where either is not known."""
    if before is None or after is None:
        return False
    hours = (arrived_at - left_at) / timedelta(hours=1)
    return before.cell.distance_km(after.cell) - ROUGHNESS_KM > FASTEST_KMH * hours
