"""Searching for people: for members among those they know of, for operators among all whom a member could meet."""

from collections.abc import Collection, Sequence

from saltbitter_domain.compatibility.acquaintance import entitlements, likes_shown, may_know, profile_for
from saltbitter_domain.compatibility.catalogue import to_do
from saltbitter_domain.compatibility.model import KNOWN_FOR, NotReadyToMatch
from saltbitter_domain.compatibility.ports import Known, Member
from saltbitter_domain.kernel import Clock, UserId, local_date
from saltbitter_domain.paging import full_page
from saltbitter_domain.profiles.policies import public_view
from saltbitter_domain.profiles.ports import PhotoStore
from saltbitter_domain.search.model import (
    MAX_LIMIT,
    Acquaintances,
    FoundAcquaintance,
    FoundPerson,
    Hit,
    fitting,
    terms,
)
from saltbitter_domain.search.ports import ProfileSearch
from saltbitter_domain.uow import UnitsOfWork

ACQUAINTANCES_AT_ONCE = 50


class AcquaintanceSearch:
    """For members. It finds nobody whose page they could not open: it leads to no further people."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, search: ProfileSearch, photos: PhotoStore) -> None:
        self._begin = begin
        self._clock = clock
        self._search = search
        self._photos = photos

    async def find(self, viewer: UserId, words: str, interests: Collection[str] = ()) -> Acquaintances:
        """The first 50 of those the member knows of whose profiles have every word and every interest, best first.

        Known are those whom ``may_know`` lets them know of, whatever either decided or wishes by now: that somebody
        were missing here would tell what they did not. ``SearchInvalid`` for what cannot be asked."""
        asked = terms(words, interests)
        async with self._begin() as uow:
            member = await uow.people.member(viewer)
        since = (self._clock.now() - KNOWN_FOR).date()
        shows_likers = entitlements(member).see_who_liked
        limit = ACQUAINTANCES_AT_ONCE + 1

        async def show(hits: Sequence[Hit]) -> Sequence[FoundAcquaintance]:
            async with self._begin() as uow:
                member, known = await uow.people.known_to(viewer, [hit.user_id for hit in hits], since)
            return [found for hit in hits if (found := self._found(viewer, member, known[hit.user_id]))]

        met = await full_page(
            lambda last: self._search.find_met(viewer, asked, since, limit, last, likers=shows_likers), show, limit
        )
        return Acquaintances(tuple(met[:ACQUAINTANCES_AT_ONCE]), len(met) > ACQUAINTANCES_AT_ONCE)

    def _found(self, viewer: UserId, member: Member, other: Known) -> FoundAcquaintance | None:
        profile = profile_for(viewer, member, other, self._photos, self._clock.now())
        if profile is None or not may_know(member, other):
            return None
        return FoundAcquaintance(profile, other.standing.match, other.suggested_on, likes_shown(member, other))


class SearchService:
    """For operators: there is no HTTP route to it, since it would go round the fair allocation."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, search: ProfileSearch) -> None:
        self._begin = begin
        self._clock = clock
        self._search = search

    async def find(
        self, viewer: UserId, words: str, interests: Collection[str] = (), limit: int = 20, after: Hit | None = None
    ) -> Sequence[FoundPerson]:
        """Up to ``limit`` people, at most 100, who could be introduced to the viewer and whose profiles have every word
        and every interest, best first, those after the hit ``after``; each as the viewer would see them.

        ``SearchInvalid`` for what cannot be asked, ``NotReadyToMatch`` when the viewer takes no part,
        ``SearchTooBroad``."""
        asked = terms(words, interests)
        async with self._begin() as uow:
            member = await uow.people.member(viewer)
            if member.traits is None:
                raise NotReadyToMatch("This member takes no part in matching.", fields=to_do(member.missing))
        hits = await self._search.find(member.traits, asked, min(limit, MAX_LIMIT), after)
        async with self._begin() as uow:
            _, known = await uow.people.known_to(viewer, [hit.user_id for hit in hits])
        now, seen_from = self._clock.now(), member.traits.cell
        # The search may read a copy that is seconds behind; a block holds at once.
        found = [
            (hit, card.profile)
            for hit in hits
            if (card := known[hit.user_id].member.card) and not known[hit.user_id].standing.blocked
        ]
        return [
            FoundPerson(
                public_view(profile, (), seen_from=seen_from, today=local_date(now, profile.time_zone)),
                hit.rank,
                fitting(profile.content, asked),
            )
            for hit, profile in found
        ]
