"""Who is introduced to whom each day."""

import math
from datetime import date, datetime

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Conflict, NotFound, UserId

DAILY_QUOTA = 10
"""People on a page of a member's day: few enough to read about each. Product rule."""
MORNING_HOUR = 6
"""The hour on a member's own clock at which their day begins. Product rule."""


@attrs.frozen
class Suggestion:
    """One person in a member's daily set; ``rank`` counts from 1 through all pages of the day. Neither it nor the score
    is for members to see: what they are told is worked out from both people as they are when it is read."""

    candidate: UserId
    rank: int
    score: float

    @property
    def page(self) -> int:
        """Which ten of the day it belongs to, from 1."""
        return (self.rank - 1) // DAILY_QUOTA + 1


@attrs.frozen
class DailyMatches:
    """What a member received for one day of their own calendar; fixed once made, people are only added at the end.

    ``short_because`` says why the newest page is shorter than the quota, None when it is full."""

    user_id: UserId
    day: date
    made_at: datetime
    suggestions: tuple[Suggestion, ...]
    short_because: str | None = None
    version: int = 1

    @property
    def pages(self) -> int:
        """How many pages of ten it has; a set without anybody is one empty page."""
        return max(1, math.ceil(len(self.suggestions) / DAILY_QUOTA))


@attrs.frozen
class Exposure:
    """How often a member was shown on a day, and how often chance would have shown them (``fair``)."""

    user_id: UserId
    day: date
    shown: int
    fair: float


@event("compatibility.daily_matches_made", bulk=True)
class DailyMatchesMade(Event):
    """Sets were made for these members, each with somebody in it."""

    day: date
    user_ids: tuple[UserId, ...]


@event("compatibility.morning_due", bulk=True)
class MorningDue(Event):
    """A day's sets are to be made for those who live in these time zones, as far as they belong to this of the
    ``shards``, counted from 0."""

    day: date
    zones: tuple[str, ...]
    shard: int
    shards: int


class NobodyLeft(Conflict):
    """Nobody else fits today; the next morning brings a new look at everybody."""

    code = "nobody_left"


class MatchesNotMadeYet(Conflict):
    """The day's first ten have not been made yet, so that there is nothing to add a page to."""

    code = "matches_not_made_yet"


class PageMissing(NotFound):
    """The day has fewer pages than that."""

    code = "page_missing"


class NotReadyToMatch(Conflict):
    """Something is still missing before matches can be made; ``fields`` lists it."""

    code = "not_ready_to_match"
