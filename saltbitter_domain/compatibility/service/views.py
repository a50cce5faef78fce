"""What members are shown of matching, and what a run reports to the operator."""

from collections.abc import Mapping
from datetime import date, datetime

import attrs

from saltbitter_domain.compatibility.model import Decision, DecisionKind, Explanation, Match, Missing
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import PublicProfile


@attrs.frozen
class SuggestionView:
    """Somebody suggested to the member today, and what they have decided since."""

    profile: PublicProfile
    explanation: Explanation
    decision: DecisionKind | None
    match: Match | None


@attrs.frozen
class DailyView:
    """One page of a member's day, ``page`` of ``pages`` counted from 1, the best fit first.

    ``made_at`` is None until the day's set has been made, ``next_at`` is the next morning. ``short_because`` tells why
    the newest page has fewer than ten. ``missing`` is what keeps the member from taking part;
    while there is anything in it, nobody is shown. ``may_ask_for_more`` tells whether the tier has further pages."""

    day: date
    next_at: datetime
    page: int = 1
    pages: int = 1
    made_at: datetime | None = None
    suggestions: tuple[SuggestionView, ...] = ()
    short_because: str | None = None
    missing: tuple[Missing, ...] = ()
    may_ask_for_more: bool = False


@attrs.frozen
class DecisionOutcome:
    """A decision that was kept, and the match if it answered the other's like."""

    decision: Decision
    match: Match | None


@attrs.frozen
class MatchView:
    profile: PublicProfile
    match: Match


@attrs.frozen
class LikeView:
    """Somebody who likes the member and waits for an answer, with the note they sent along."""

    profile: PublicProfile
    at: datetime
    note: str | None = attrs.field(repr=False)


@attrs.frozen
class BlockView:
    """Somebody whom the member blocks, since ``at``. ``name`` is None while they have no active account."""

    user_id: UserId
    name: str | None
    at: datetime


@attrs.frozen
class PersonView:
    """Another member, as far as this one may know them.

    ``explanation`` is None for somebody who was not suggested in the last 30 days. ``note`` is what the other wrote
    with their like; it is there once the two are a match, or in the tiers that see who liked them."""

    profile: PublicProfile
    explanation: Explanation | None
    decision: DecisionKind | None
    match: Match | None
    note: str | None = attrs.field(repr=False)


@attrs.frozen
class RunReport:
    """What one call made: sets for ``made`` of the ``due`` members, ``full`` of them with ten suggestions, the others
    counted by why they have fewer. ``due`` exceeds ``made`` by those another run served at the same time and by those
    who still fit nobody."""

    days: tuple[date, ...] = ()
    due: int = 0
    made: int = 0
    full: int = 0
    short: Mapping[str, int] = attrs.field(factory=dict)
