"""The morning rule: when a member's day of matches begins, and which day they are in.

A *product day* is a date of the member's own calendar. It begins at 06:00 on their clock, so until then yesterday's
matches are still the day's. Rules of time zones come from the IANA database through ``zoneinfo``.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from saltbitter_domain.compatibility.model import MORNING_HOUR
from saltbitter_domain.kernel import local_date

_DAY = timedelta(days=1)


def morning(day: date, time_zone: str) -> datetime:
    """The instant, in UTC, at which ``day`` begins: 06:00 local.

    When clocks go back across 06:00 it is the first of the two; when they leap over it, the first instant after the
    leap, which lies on a later date if the zone left out the whole day (Samoa had no 30 December 2011).
    Raises ``ZoneInfoNotFoundError`` (a ``KeyError``) for a zone that does not exist.
    """
    zone = ZoneInfo(time_zone)
    wall = datetime.combine(day, time(MORNING_HOUR))
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _leap(zone, wall.replace(tzinfo=zone, fold=1).astimezone(UTC), instant)


def current_day(now: datetime, time_zone: str) -> date:
    """The product day a member in ``time_zone`` is in at ``now``: the newest whose morning has come.

    It never goes back as time goes on, and a date the zone left out is nobody's day."""
    day = local_date(now, time_zone) + _DAY
    while not (_exists(day, time_zone) and morning(day, time_zone) <= now):
        day -= _DAY
    return day


def next_morning(day: date, time_zone: str) -> datetime:
    """When the product day after ``day`` begins, in UTC."""
    following = day + _DAY
    while not _exists(following, time_zone):
        following += _DAY
    return morning(following, time_zone)


def _exists(day: date, time_zone: str) -> bool:
    return local_date(morning(day, time_zone), time_zone) == day


def _leap(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant, to the second, at which clocks leapt forward between two instants that enclose one leap."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
