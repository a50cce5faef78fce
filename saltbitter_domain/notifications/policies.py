"""When something may be told, and to whom it is sent.

Quiet hours are nights between two instants: the wall clock's first ``start`` of a day and its first ``end`` after it.
So they are whole when clocks change within them, and over once they have been over.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.kernel import first_instant, local_date
from saltbitter_domain.notifications.model import Frequency, NotificationSettings, QuietHours

LONGEST = timedelta(days=1)
"""How long a push service may keep at most what a device does not fetch."""

_DAY = timedelta(days=1)


def told_at(settings: NotificationSettings, kind: NoticeKind, time_zone: str, now: datetime) -> datetime | None:
    """When something that happens at ``now`` may be told: at once, or when quiet hours or the day end; None for never.

    Introductions are made at 06:00, within the quiet hours everybody begins with, and so are told when these end."""
    match settings.frequency(kind):
        case Frequency.NEVER:
            return None
        case Frequency.DAILY:
            return _next(settings.quiet_hours.end if settings.quiet_hours else QuietHours().end, time_zone, now)
        case Frequency.AT_ONCE:
            return quiet_until(settings, time_zone, now) or now


def quiet_until(settings: NotificationSettings, time_zone: str, now: datetime) -> datetime | None:
    """When the member's quiet hours end that hold at ``now``; None when none do."""
    if settings.quiet_hours is None:
        return None
    start, end = settings.quiet_hours.start, settings.quiet_hours.end
    today = local_date(now, time_zone)
    for evening in (today, today - _DAY):
        ends = first_instant(evening if start < end else evening + _DAY, end, time_zone)
        if first_instant(evening, start, time_zone) <= now < ends:
            return ends
    return None


def lasts(settings: NotificationSettings, time_zone: str, now: datetime) -> timedelta:
    """How long a push service may keep what is told at ``now``: never into quiet hours, and a day at most."""
    if settings.quiet_hours is None:
        return LONGEST
    return min(LONGEST, _next(settings.quiet_hours.start, time_zone, now) - now)


def is_of_push_service(endpoint: str, hosts: Collection[str]) -> bool:
    """Whether messages may be sent to this address: https, the usual port, no user, and one of ``hosts``, of which
    ``*.example.com`` are all below example.com. Anything else could make us call on machines of our own."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not endpoint.isascii() or not endpoint.isprintable() or any(odd in endpoint for odd in "\\ @#"):
        return False
    if parts.scheme != "https" or port not in (None, 443):
        return False
    return any(host.endswith(known[1:]) if known.startswith("*.") else host == known for known in hosts)


def _next(clock: time, time_zone: str, now: datetime) -> datetime:
    """The first instant after ``now`` at which the wall clock of the zone reaches ``clock``."""
    today = local_date(now, time_zone)
    return next(
        instant
        for ahead in range(-1, 4)  # a zone may leave a day out
        if (instant := first_instant(today + ahead * _DAY, clock, time_zone)) > now
    )
