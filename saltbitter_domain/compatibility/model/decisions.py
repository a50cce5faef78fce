"""What two people decide about one another, what then stands between them, and how they hear of it."""

from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Conflict, Invalid, MatchId, NotFound, NoticeId, UserId

PASS_RESTS_FOR = timedelta(days=90)
"""How long two people are kept apart after either passed, time enough to have changed. Product rule."""
UNDO_WITHIN = timedelta(minutes=10)
"""Time to notice a slip, and too little to play with another's hopes. Product rule."""
MAX_NOTE = 300
"""In code points, as an answer to a prompt."""
KNOWN_FOR = timedelta(days=30)
"""How long a member may look up, and decide about, somebody who was suggested to them."""


class DecisionKind(StrEnum):
    LIKE = "like"
    PASS = "pass"  # noqa: S105  the word for saying no
    BLOCK = "block"


@attrs.frozen
class Decision:
    """What a member decided about another. Taking it back removes it.

    A block is one too, so that whatever reads what stands between two people knows of it: it keeps them apart, both
    ways and for as long as it stands, as if neither had ever been."""

    by: UserId
    about: UserId
    kind: DecisionKind
    at: datetime
    note: str | None = attrs.field(default=None, repr=False)

    def can_be_undone(self, now: datetime) -> bool:
        """Whether it is at most ``UNDO_WITHIN`` old."""
        return now - self.at <= UNDO_WITHIN

    def stands(self, now: datetime) -> bool:
        """Whether it still keeps the two apart: a pass only until it has rested for ``PASS_RESTS_FOR``."""
        return self.kind is not DecisionKind.PASS or now < self.at + PASS_RESTS_FOR

    @property
    def parts(self) -> bool:
        """Whether it keeps each of the two from the other while it stands, and not only its author from being asked
        again, as a like does."""
        return self.kind is not DecisionKind.LIKE

    def makes_match_with(self, answered: "Decision | None") -> bool:
        """Whether it and what the other decided about its author make the two a match: both are likes."""
        return answered is not None and self.kind is answered.kind is DecisionKind.LIKE


def pair(a: UserId, b: UserId) -> tuple[UserId, UserId]:
    """Two people in the one order, (low, high), under which anything about both of them is kept."""
    return (a, b) if a < b else (b, a)


@attrs.frozen
class Match:
    """A mutual like: one row per ``pair``, ``low`` < ``high``."""

    id: MatchId
    low: UserId
    high: UserId
    at: datetime

    def other(self, than: UserId) -> UserId:
        """The one of the two who is not ``than``."""
        return self.low if than == self.high else self.high


@attrs.frozen
class Standing:
    """What stands between a member and another: what each decided about the other, and their match."""

    mine: Decision | None = None
    theirs: Decision | None = None
    match: Match | None = None

    @property
    def decided(self) -> DecisionKind | None:
        return self.mine.kind if self.mine else None

    @property
    def blocked(self) -> bool:
        """Whether either of the two blocked the other."""
        return any(decision and decision.kind is DecisionKind.BLOCK for decision in (self.mine, self.theirs))

    @property
    def likes_me(self) -> bool:
        return self.theirs is not None and self.theirs.kind is DecisionKind.LIKE


class NoticeKind(StrEnum):
    DAILY_MATCHES = "daily_matches"
    MUTUAL_MATCH = "mutual_match"
    MATCH_LEFT = "match_left"


@attrs.frozen
class Notice:
    """A quiet notification inside the product: it waits to be seen and never rings.

    ``subject`` is the day (ISO 8601) for new daily matches, the other person's id for a mutual match, and the day of
    the match when the other was erased: nothing else of them is left to tell."""

    id: NoticeId
    user_id: UserId
    kind: NoticeKind
    at: datetime
    subject: str
    seen_at: datetime | None = None


@event("compatibility.liked")
class Liked(Event):
    by: UserId
    about: UserId


@event("compatibility.passed")
class Passed(Event):
    by: UserId
    about: UserId


@event("compatibility.decision_undone")
class DecisionUndone(Event):
    """A like or pass was taken back; ``match_id`` names the match that ended with it, if one did."""

    by: UserId
    about: UserId
    match_id: MatchId | None = None


@event("compatibility.blocked")
class Blocked(Event):
    """All that stood between the two has ended, their match included."""

    by: UserId
    about: UserId


@event("compatibility.unblocked")
class Unblocked(Event):
    by: UserId
    about: UserId


@event("compatibility.matched")
class Matched(Event):
    match_id: MatchId
    low: UserId
    high: UserId


class PersonMissing(NotFound):
    """Nobody by this id whom the member may know of."""

    code = "person_missing"


class AlreadyDecided(Conflict):
    code = "already_decided"


class NothingToUndo(Conflict):
    code = "nothing_to_undo"


class DecisionInvalid(Invalid):
    code = "decision_invalid"
