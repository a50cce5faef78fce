"""Two people, how they might fit, who is introduced to whom each day, and what they decide."""

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

import attrs

from saltbitter_domain.assessments.model import SCALE_MAX, SCALE_MIN
from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Conflict, GridCell, Invalid, MatchId, NotFound, NoticeId, UserId
from saltbitter_domain.profiles.model import (
    AgeRange,
    BasicValue,
    DealBreaker,
    Drinking,
    Education,
    Gender,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
)

DAILY_QUOTA = 10
"""People on a page of a member's day: few enough to read about each. Product rule."""
MORNING_HOUR = 6
"""The hour on a member's own clock at which their day begins. Product rule."""
PASS_RESTS_FOR = timedelta(days=90)
"""How long two people are kept apart after either passed, time enough to have changed. Product rule."""
UNDO_WITHIN = timedelta(minutes=10)
"""Time to notice a slip, and too little to play with another's hopes. Product rule."""
MAX_NOTE = 300
"""In code points, as an answer to a prompt."""
KNOWN_FOR = timedelta(days=30)
"""How long a member may look up, and decide about, somebody who was suggested to them."""


@attrs.frozen
class Attachment:
    """A person's two scores in [1, 7] and how much they can be relied on, in [0, 1] (1 = answered with care)."""

    anxiety: float
    avoidance: float
    reliability: float = 1.0


@attrs.frozen
class Traits:
    """All a policy may know of a person: only what they consented to, nothing they pay for, nothing about their looks.

    ``None`` and empty mean unknown. ``attachment`` is None without the consent ``psychological_profile``, ``cell`` is
    None without ``location``."""

    user_id: UserId
    age: int
    genders: frozenset[Gender]
    seeks: frozenset[Gender]
    ages: AgeRange
    max_distance_km: int | None = None
    deal_breakers: frozenset[DealBreaker] = frozenset()
    cell: GridCell | None = attrs.field(default=None, repr=False)
    attachment: Attachment | None = None
    interests: frozenset[str] = frozenset()
    values: Mapping[BasicValue, int] = attrs.field(factory=dict)
    intention: Intention | None = None
    has_children: HasChildren | None = None
    wants_children: WantsChildren | None = None
    smoking: Smoking | None = None
    drinking: Drinking | None = None
    education: Education | None = None
    religion: Religion | None = None
    religion_importance: Importance | None = None
    languages: frozenset[str] = frozenset()
    visibility: Visibility = Visibility.ACTIVE

    def distance_km(self, other: "Traits") -> float | None:
        """Kilometres between the two cells' centres, None when one is unknown."""
        return self.cell.distance_km(other.cell) if self.cell and other.cell else None


class Missing(StrEnum):
    """What keeps a member from taking part; each has a sentence in ``catalogue`` that says what to do about it."""

    VERIFY_EMAIL = "verify_email"
    ACCOUNT_SUSPENDED = "account_suspended"
    CREATE_PROFILE = "create_profile"
    COMPLETE_PROFILE = "complete_profile"
    TOO_YOUNG = "too_young"
    PAUSED = "paused"
    PRIMARY_PHOTO = "primary_photo"
    PHOTO_IN_REVIEW = "photo_in_review"


class Factor(StrEnum):
    ATTACHMENT = "attachment"
    INTERESTS = "interests"
    VALUES = "values"
    DEMOGRAPHICS = "demographics"


@attrs.frozen
class Leaning:
    """A person's place in the form of ``policies.attachment``: (1, x, v), anxiety and avoidance in [0, 1], each
    multiplied by the ``weight`` in [0, 1] their answers deserve.

    Weight 0 is a person nothing is known of."""

    weight: float
    anxiety: float
    avoidance: float

    @classmethod
    def of(cls, attachment: Attachment | None) -> Self:
        if attachment is None:
            return cls(0.0, 0.0, 0.0)
        weight, span = attachment.reliability, SCALE_MAX - SCALE_MIN
        return cls(
            weight,
            weight * (attachment.anxiety - SCALE_MIN) / span,
            weight * (attachment.avoidance - SCALE_MIN) / span,
        )


@attrs.frozen
class Population:
    """Figures of one population under a ``version``. They hold for a day: see ``MatchRequest``.

    ``size`` is how many people were counted, ``interest_idf`` the weight of each interest that one of them holds.
    ``mean_factors`` has the mean of the attachment, interests and values factors, each in [0, 1], over all pairs of
    different people who told us enough; demographics are never unknown and need none. ``mean_leaning`` is the mean
    of everybody's leaning, the unknown counted with weight 0: the form being bilinear, whoever is scored against it
    gets their mean over everybody."""

    version: str
    size: int
    interest_idf: Mapping[str, float]
    mean_factors: Mapping[Factor, float]
    mean_leaning: Leaning

    def rarity(self, interest: str) -> float:
        """How much it counts that two share an interest: at least 1, the rarer the more."""
        return self.interest_idf.get(interest) or inverse_document_frequency(self.size, 0)


def inverse_document_frequency(size: int, held: int) -> float:
    """ln((1 + n) / (1 + held by)) + 1: the smoothed form of Spärck Jones 1972 (J Doc 28, 11), so that what everybody
    shares still counts a little."""
    return math.log((1 + size) / (1 + held)) + 1.0


class Band(StrEnum):
    STRONG = "strong"
    GOOD = "good"
    SOME = "some"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@attrs.frozen
class PairScore:
    """A policy's judgement of a pair: ``total`` in [0, 100], each factor in [0, 1] or None where it is unknown,
    ``confidence`` in [0, 1], the weighted share of what was known."""

    total: float
    factors: Mapping[Factor, float | None]
    confidence: float


@attrs.frozen
class FactorExplanation:
    factor: Factor
    band: Band
    confidence: Confidence
    sentences: tuple[str, ...]


@attrs.frozen
class Explanation:
    """Why two people were introduced, told to one of them. ``total`` is rounded to 5."""

    policy: str
    total: int
    confidence: Confidence
    factors: tuple[FactorExplanation, ...]


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


@attrs.frozen
class Exposure:
    """How often a member was shown on a day, and how often chance would have shown them (``fair``)."""

    user_id: UserId
    day: date
    shown: int
    fair: float


class NoticeKind(StrEnum):
    DAILY_MATCHES = "daily_matches"
    MUTUAL_MATCH = "mutual_match"


@attrs.frozen
class Notice:
    """A quiet notification inside the product: it waits to be seen and never rings.

    ``subject`` is the day (ISO 8601) for new daily matches, and the other person's id for a mutual match."""

    id: NoticeId
    user_id: UserId
    kind: NoticeKind
    at: datetime
    subject: str
    seen_at: datetime | None = None


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


class DecisionInvalid(Invalid):
    code = "decision_invalid"
