"""What matching needs from outside."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import attrs

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.model import (
    DAILY_QUOTA,
    DailyMatches,
    Decision,
    Exposure,
    Match,
    Missing,
    Notice,
    Population,
    Standing,
    Traits,
)
from saltbitter_domain.kernel import MatchId, NoticeId, UserId
from saltbitter_domain.profiles.model import Gender, Photo, Profile
from saltbitter_domain.subscriptions.model import Tier


@attrs.frozen
class Card:
    """A member's profile and approved photos, the primary first, for others to see through ``public_view``."""

    profile: Profile
    photos: tuple[Photo, ...]


@attrs.frozen
class Member:
    """A member as matching knows them now. ``missing`` keeps them from taking part; while there is anything in it, they
    have no ``traits``.

    ``card`` is None for whoever has no active account or no profile; the paused have one, because their matches still
    know them. ``time_zone`` is the profile's, or the account's before there is one; None under nobody's id.
    Consents are looked at as of now: what was withdrawn is unknown in the traits and absent from the card."""

    missing: tuple[Missing, ...]
    time_zone: str | None
    tier: Tier
    traits: Traits | None
    card: Card | None


@attrs.frozen
class Known:
    """A member beside another, the viewer: what stands between the two, seen from the viewer, the newest day for which
    they were suggested to the viewer, and when the first set that did so was made."""

    member: Member
    standing: Standing
    suggested_on: date | None = None
    introduced_at: datetime | None = None


NEWEST = 50_000
"""Accounts among which those within reach are looked for: so many that a thousand are found of whom there are two in a
hundred, and so few that a wish which hardly anybody fulfils does not read a million profiles."""


class People(Protocol):
    """Reads of everybody who can take part: verified and active account, profile with an approved primary photo, not
    paused. ``participation`` has the rules.

    Consent is looked at as of now: what was withdrawn is unknown in the traits."""

    async def zones(self) -> Sequence[str]:
        """The time zones in which somebody lives."""
        ...

    async def in_zone(self, time_zone: str) -> Sequence[UserId]:
        """Who can take part and lives there."""
        ...

    async def traits(self, user_ids: Collection[UserId] | None = None) -> Sequence[Traits]:
        """The traits of these people, or of all who can take part, ordered by id; whoever cannot is left out."""
        ...

    async def within_reach(
        self, genders: Collection[Gender], seeks: Collection[Gender], limit: int
    ) -> Sequence[Traits]:
        """The traits of up to ``limit`` people who can take part, have one of the genders ``seeks`` and seek one of
        ``genders``: those with the highest ids, who joined last. None but the last ``NEWEST`` accounts need be read."""
        ...

    async def member(self, user_id: UserId) -> Member:
        """This member, or what there is to know of nobody."""
        ...

    async def known_to(
        self, viewer: UserId, others: Collection[UserId], suggested_since: date | None = None
    ) -> tuple[Member, Mapping[UserId, Known]]:
        """The viewer, and each of these others beside them. Suggestions are looked for from a day on, if one is given.
        A pass that is ``PASS_RESTS_FOR`` old stands no more."""
        ...


class DailyMatchesStore(Protocol):
    """One set per member and day of their calendar."""

    async def get(self, user_id: UserId, day: date) -> DailyMatches | None: ...

    async def latest(self, user_id: UserId) -> DailyMatches | None: ...

    async def have(self, user_ids: Collection[UserId], day: date) -> frozenset[UserId]:
        """Which of these members have a set with somebody in it for the day, or any for a later one because they moved
        to the west since."""
        ...

    async def add(self, matches: DailyMatches) -> bool:
        """Store a set unless the member has one for the day; whether it was stored. One without anybody gives way, as
        its next version, to one with somebody."""
        ...

    async def save(self, matches: DailyMatches) -> None:
        """Store added pages of version ``matches.version``; ``StaleWrite`` when outdated."""
        ...


class Decisions(Protocol):
    """Likes, passes and blocks, at most one of each ordered pair that stands, and the mutual matches that follow."""

    async def add(self, decision: Decision, match_id: MatchId) -> Match | None:
        """Store a decision; the new match (under ``match_id``) when it is a like that answers a like, decided on one
        row for the pair so that of two simultaneous likes exactly one makes the match.

        ``AlreadyDecided`` when the member has a standing like, a match, or a pass not yet expired about the other, or
        either blocks the other."""
        ...

    async def last_by(self, by: UserId) -> Decision | None:
        """The member's newest standing like or pass."""
        ...

    async def undo(self, decision: Decision) -> Match | None:
        """Take it back; the match that ends with it, if one does. ``StaleWrite`` when it no longer stands."""
        ...

    async def block(self, by: UserId, about: UserId, at: datetime) -> bool:
        """Block the other, whatever stood; whether that is new. What the two had decided and their match are removed,
        for good; the other's own block stays, and one that was carried becomes the member's own."""
        ...

    async def unblock(self, by: UserId, about: UserId) -> bool:
        """Lift the member's block with all that was carried from it, which leaves nothing of theirs; whether there was
        one. What was carried to the other is none of theirs to lift."""
        ...

    async def blocks_of(
        self, user_id: UserId, before: tuple[datetime, UserId] | None = None, limit: int = 20
    ) -> Sequence[Decision]:
        """The member's own blocks, newest first and of one instant the higher id first; those after the block whose
        instant and blocked member are ``before``."""
        ...

    async def likes_received(
        self, user_id: UserId, now: datetime, before: tuple[datetime, UserId] | None = None, limit: int = 20
    ) -> Sequence[Decision]:
        """Likes of the member to which no answer stands, newest first and of one instant the higher id first; those
        after the like whose instant and author are ``before``."""
        ...

    async def matches_of(
        self, user_id: UserId, before: tuple[datetime, MatchId] | None = None, limit: int = 20
    ) -> Sequence[Match]:
        """The member's matches, newest first."""
        ...

    async def match_between(self, a: UserId, b: UserId) -> Match | None: ...

    async def excluded(self, now: datetime, of: Collection[UserId] | None = None) -> Mapping[UserId, frozenset[UserId]]:
        """For each of these members, or of all, the people who may not be suggested to them: whom they like, are
        matched with, or where either blocks the other or passed on them in the last 90 days. Whoever likes
        them may be, so that the like can be answered in every tier."""
        ...

    async def likers(self, of: Collection[UserId] | None = None) -> Mapping[UserId, frozenset[UserId]]:
        """For each of these members, or of all, the people whose like of them stands."""
        ...


class Exposures(Protocol):
    """How often people were shown, day by day."""

    async def add(self, exposures: Collection[Exposure]) -> None:
        """Add to what is stored for the same member and day."""
        ...

    async def since(self, day: date) -> Mapping[UserId, Sequence[Exposure]]:
        """Everything from ``day`` on."""
        ...

    async def forget(self, before: date, limit: int) -> int:
        """Forget up to ``limit`` exposures of days before ``before``; how many."""
        ...


class Populations(Protocol):
    """The figures of the population by which the people of a day are compared, one set a day."""

    async def add(self, day: date, population: Population) -> None:
        """Store the day's figures; nothing happens when it has some."""
        ...

    async def of(self, day: date) -> Population | None: ...

    async def forget(self, before: date, limit: int) -> int:
        """Forget the figures of up to ``limit`` days before ``before``; of how many."""
        ...


class Notices(Protocol):
    """The store of quiet notices."""

    async def add(self, *notices: Notice) -> None: ...

    async def of(self, user_id: UserId, before: NoticeId | None = None, limit: int = 20) -> Sequence[Notice]:
        """Newest first."""
        ...

    async def mark_seen(self, user_id: UserId, at: datetime) -> None: ...


@attrs.frozen
class MatchRequest:
    """Everything a run may know. There is no tier in it, so that nobody can pay for reach.

    ``viewers`` are to receive up to ``quota`` suggestions each for ``day``, drawn from ``people``, who are all that
    can take part, themselves included. ``excluded`` and ``liked_by`` are as in ``Decisions.excluded`` and ``.likers``;
    ``history`` holds the exposures of the last days, ``day`` included.

    ``population`` has the figures by which people are compared, such as how rare an interest is. They are those of the
    day's first request, which comes without and has them worked out, and hold for all that follow for the day, so that
    its runs, its pages and what is told of them judge alike."""

    day: date
    viewers: Sequence[UserId]
    people: Sequence[Traits]
    excluded: Mapping[UserId, frozenset[UserId]]
    liked_by: Mapping[UserId, frozenset[UserId]]
    history: Mapping[UserId, Sequence[Exposure]]
    population: Population | None = None
    quota: int = DAILY_QUOTA


Progress = Callable[[int, int], None]
"""Told how much of how much is done. It may be called from another thread."""


GINI_AT_MOST = 0.25
NEVER_SHOWN_AT_MOST = 0.02
MEAN_SCORE_RATIO_AT_LEAST = 0.95
STYLE_PARITY_WITHIN = 0.10
"""The product's rules for a day over a whole population, each a share of 1 and explained at ``RunFigures``."""


@attrs.frozen
class RunFigures:
    """``viewers`` had a list made, ``full`` of them a full one, ``short`` counts the others by reason.

    Over all whom chance would have shown: ``exposure_gini`` of shown / fair share, in [0, 1], and
    ``never_shown_share``, in [0, 1]. ``mean_score`` is of all suggestions, ``mean_score_ratio`` that over the mean had
    everybody got their highest. ``style_parity`` is each style's share of exposure over its share of the fair shares of
    all whose style is known, 1 where they agree. ``violations`` counts suggestions that break a rule of eligibility."""

    viewers: int
    full: int
    short: Mapping[str, int]
    suggestions: int
    exposure_gini: float
    never_shown_share: float
    mean_score: float
    mean_score_ratio: float
    style_parity: Mapping[Style, float]
    violations: int

    @property
    def goals_met(self) -> Mapping[str, bool]:
        """The product's goals for a day over a whole population, by name."""
        return {
            "exposure_gini": self.exposure_gini <= GINI_AT_MOST,
            "never_shown_share": self.never_shown_share <= NEVER_SHOWN_AT_MOST,
            "mean_score_ratio": self.mean_score_ratio >= MEAN_SCORE_RATIO_AT_LEAST,
            "style_parity": all(abs(parity - 1.0) <= STYLE_PARITY_WITHIN for parity in self.style_parity.values()),
            "violations": self.violations == 0,
        }


@attrs.frozen
class RunRequest:
    """Everything an engine may know for a run over everybody, as ``records``. There is no tier in it.

    ``viewers`` (ids) are to receive up to ``quota`` suggestions each for ``day``, drawn from ``people``, who are all
    that can take part, as old as they are ``at`` that instant. ``pairs`` has what they decided about each other,
    ``exposures`` those of the last days, ``day`` included, and of earlier ones, which count for nothing, if they were
    at hand; ``population`` is as in ``MatchRequest``. Nobody in ``besides`` (ids) is suggested. A further page
    is drawn as if the viewer had rated no values where they are to be ``unrated``."""

    day: date
    at: datetime
    viewers: bytes = attrs.field(repr=False)
    people: bytes = attrs.field(repr=False)
    pairs: bytes = attrs.field(repr=False)
    exposures: bytes = attrs.field(repr=False)
    population: Population | None = attrs.field(default=None, repr=False)
    besides: bytes = attrs.field(default=b"", repr=False)
    unrated: bool = False
    quota: int = DAILY_QUOTA


@attrs.frozen
class RunResult:
    """What a run gives, in columns. ``viewers`` has the ids of those of the request who are among the people, and by
    viewer ``counts`` (uint8) how many ``candidates`` (ids) with their ``scores`` (float64) are theirs, best first, and
    ``short`` (uint8) why they have fewer than the quota, as the index in ``records.WHY_SHORT``.

    ``exposures`` are the records of everybody who was shown or by chance would have been. ``figures`` tell how the run
    spread exposure, None when it made nothing, and ``stages`` how many milliseconds each part took."""

    viewers: bytes = attrs.field(repr=False)
    counts: bytes = attrs.field(repr=False)
    candidates: bytes = attrs.field(repr=False)
    scores: bytes = attrs.field(repr=False)
    short: bytes = attrs.field(repr=False)
    exposures: bytes = attrs.field(repr=False)
    population: Population = attrs.field(repr=False)
    figures: RunFigures | None
    stages: Mapping[str, int]


class MatchEngine(Protocol):
    """Introduces people to one another, off the event loop. On the same people it gives what the domain's own
    ``allocation`` gives; the same request always gives the same result. ``name`` and ``allocation`` name it, and how it
    allocates, with their versions."""

    name: str
    allocation: str

    async def run(self, request: RunRequest, progress: Progress | None = None) -> RunResult:
        """The first page of every viewer, allocated together."""
        ...

    async def next_page(self, request: RunRequest) -> RunResult:
        """A further page for the one viewer, of those still left, under the same ceilings."""
        ...


class Roster(Protocol):
    """Everybody who can take part, kept as ``records`` for runs over all of them; and what such runs read and store
    besides. The records are as fresh as the last ``refresh``."""

    async def refresh(self, limit: int) -> int:
        """Make the records of up to ``limit`` members anew about whom something changed; how many. None is left
        when it is less than ``limit``. Whoever cannot take part any more has no record."""
        ...

    async def zones(self) -> Sequence[str]:
        """The time zones in which somebody with a record lives."""
        ...

    async def due(self, zones: Collection[str], day: date) -> bytes:
        """The ids of those who live there and have nobody in their set for the day, nor a set for a later one."""
        ...

    async def claim(self, day: date, shard: int, shards: int, now: datetime, until: datetime) -> bool:
        """Take on one of the shards of a day until that instant; whether nobody has it whose time is not over."""
        ...

    async def release(self, day: date, shard: int, shards: int) -> None:
        """Let go of a shard."""
        ...

    async def people(self) -> bytes:
        """Every record, in no particular order."""
        ...

    async def pairs(self, of: UserId | None = None) -> bytes:
        """What people decided about each other, or one of them and everybody else."""
        ...

    async def exposures(self, since: date) -> bytes:
        """Every exposure from a day on."""
        ...

    async def keep(self, made: RunResult, day: date, at: datetime, without: Collection[UserId] = ()) -> bytes:
        """Store the sets and the exposures of a run; the ids of the viewers whose set was stored.

        As by ``DailyMatchesStore.add``, whoever has a set with somebody for the day keeps it. No set is stored that
        belongs to anybody in ``without``, or has one of them in it. Then the exposures that are stored are those of the
        others' sets, and of the fair shares the part that is theirs."""
        ...
