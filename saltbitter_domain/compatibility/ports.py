"""What matching needs from outside."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import attrs

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
    Suggestion,
    Traits,
)
from saltbitter_domain.kernel import MatchId, NoticeId, UserId
from saltbitter_domain.profiles.model import Photo, Profile
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
    """A member beside another, the viewer: what stands between the two, seen from the viewer, and the newest day for
    which they were suggested to the viewer."""

    member: Member
    standing: Standing
    suggested_on: date | None


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
    """Likes and passes, at most one of each ordered pair that stands, and the mutual matches that follow."""

    async def add(self, decision: Decision, match_id: MatchId) -> Match | None:
        """Store a decision; the new match (under ``match_id``) when it is a like that answers a like, decided on one
        row for the pair so that of two simultaneous likes exactly one makes the match.

        ``AlreadyDecided`` when the member has a standing like, a match, or a pass not yet expired about the other."""
        ...

    async def last_by(self, by: UserId) -> Decision | None:
        """The member's newest standing decision."""
        ...

    async def undo(self, decision: Decision) -> Match | None:
        """Take it back; the match that ends with it, if one does. ``StaleWrite`` when it no longer stands."""
        ...

    async def likes_received(
        self, user_id: UserId, now: datetime, before: tuple[datetime, UserId] | None = None, limit: int = 20
    ) -> Sequence[Decision]:
        """Likes of the member to which no answer stands, newest first and of one instant the higher id first; those
        after the like whose instant and author are ``before``."""
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

    async def add(self, notice: Notice) -> None: ...

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


@attrs.frozen
class Introductions:
    """What a run gives: for every viewer among the people their suggestions, ranked from 1, and for whoever has fewer
    than the quota why (a stable code); ``fair`` is the exposure each of the people would have got by chance, and
    ``population`` the figures by which they were compared."""

    suggestions: Mapping[UserId, tuple[Suggestion, ...]]
    short: Mapping[UserId, str]
    fair: Mapping[UserId, float]
    population: Population


Progress = Callable[[int, int], None]
"""Told how much of how much is done. It may be called from another thread."""


class MatchEngine(Protocol):
    """Introduces people to one another, off the event loop. The same request always gives the same introductions."""

    async def run(self, request: MatchRequest, progress: Progress | None = None) -> Introductions:
        """The first page of every viewer, allocated together."""
        ...

    async def next_page(self, request: MatchRequest) -> Introductions:
        """A further page for the one viewer, of those still left, under the same ceilings."""
        ...
