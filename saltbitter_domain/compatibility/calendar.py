"""The morning rule: when a member's day of matches begins, and which day they are in.

A *product day* is a date of the member's own calendar. It begins at 06:00 on their clock, so until then yesterday's
matches are still the day's. Rules of time zones come from the IANA database through ``zoneinfo``.
"""

from datetime import date, datetime, time, timedelta

from saltbitter_domain.compatibility.model import MORNING_HOUR
from saltbitter_domain.kernel import first_instant, local_date

_DAY = timedelta(days=1)


def morning(day: date, time_zone: str) -> datetime:
    """The instant, in UTC, at which ``day`` begins: 06:00 local, as ``first_instant`` has it.

    Raises ``ZoneInfoNotFoundError`` (a ``KeyError``) for a zone that does not exist.
    """
    return first_instant(day, time(MORNING_HOUR), time_zone)


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
