"""What matching needs from outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import attrs

from saltbitter_domain.compatibility.model import (
    DailyMatches,
    Decision,
    Exposure,
    Match,
    Notice,
    PairScore,
    Traits,
)
from saltbitter_domain.kernel import MatchId, NoticeId, UserId


@attrs.frozen
class Dweller:
    """A member who can take part in matching, and the time zone their morning is in."""

    user_id: UserId
    time_zone: str


class People(Protocol):
    """Reads of everybody who can take part: verified, active account, profile with an approved primary photo, not paused.

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

    async def missing_for(self, user_id: UserId) -> Sequence[str]:
        """What keeps this member from taking part, as stable codes; empty when nothing does."""
        ...


class DailyMatchesStore(Protocol):
    """One set per member and day of their calendar."""

    async def get(self, user_id: UserId, day: date) -> DailyMatches | None: ...

    async def latest(self, user_id: UserId) -> DailyMatches | None: ...

    async def have(self, user_ids: Collection[UserId], day: date) -> frozenset[UserId]:
        """Which of these members have a set for the day."""
        ...

    async def add(self, matches: DailyMatches) -> bool:
        """Store a set unless the member has one for the day; whether it was stored."""
        ...

    async def save(self, matches: DailyMatches) -> None:
        """Store added pages of version ``matches.version``; ``StaleWrite`` when outdated."""
        ...

    async def was_suggested(self, to: UserId, candidate: UserId, since: date = date.min) -> bool:
        """Whether ``candidate`` was in a set of ``to`` for ``since`` or a later day."""
        ...


class Decisions(Protocol):
    """Likes and passes, at most one of each ordered pair that stands, and the mutual matches that follow."""

    async def add(self, decision: Decision, match_id: MatchId) -> Match | None:
        """Store a decision; the new match (under ``match_id``) when it is a like that answers a like, decided on one
        row for the pair so that of two simultaneous likes exactly one makes the match.

        ``AlreadyDecided`` when the member has a standing like, a match, or a pass not yet expired about the other."""
        ...

    async def get(self, by: UserId, about: UserId) -> Decision | None: ...

    async def last_by(self, by: UserId) -> Decision | None:
        """The member's newest standing decision."""
        ...

    async def undo(self, decision: Decision) -> Match | None:
        """Take it back; the match that ends with it, if one does."""
        ...

    async def likes_received(
        self, user_id: UserId, before: datetime | None = None, limit: int = 20
    ) -> Sequence[Decision]:
        """Likes of the member not yet answered, newest first."""
        ...

    async def matches_of(self, user_id: UserId, before: MatchId | None = None, limit: int = 20) -> Sequence[Match]:
        """The member's matches, newest first."""
        ...

    async def match_between(self, a: UserId, b: UserId) -> Match | None: ...

    async def excluded(self, now: datetime, of: Collection[UserId] | None = None) -> Mapping[UserId, frozenset[UserId]]:
        """For each of these members, or of all, the people who may not be suggested to them: whom they like, are
        matched with, or where either passed on the other in the last 90 days. Whoever likes them may be, so that
        the like can be answered in every tier."""
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


class Notices(Protocol):
    async def add(self, notice: Notice) -> None: ...

    async def of(self, user_id: UserId, before: NoticeId | None = None, limit: int = 20) -> Sequence[Notice]:
        """Newest first."""
        ...

    async def mark_seen(self, user_id: UserId, at: datetime) -> None: ...


class Policy(Protocol):
    """A pure, versioned judgement of pairs."""

    @property
    def name(self) -> str: ...

    def score(self, a: Traits, b: Traits) -> PairScore: ...
