"""Searching for a member, on an operator's behalf.

There is no HTTP route to it: the product names none, and a free search for members would go round the fair allocation.
"""

from collections.abc import Collection, Sequence

from saltbitter_domain.compatibility.catalogue import to_do
from saltbitter_domain.compatibility.model import NotReadyToMatch
from saltbitter_domain.kernel import Clock, UserId, local_date
from saltbitter_domain.profiles.policies import public_view
from saltbitter_domain.search.model import MAX_LIMIT, FoundPerson, Hit, fitting, terms
from saltbitter_domain.search.ports import ProfileSearch
from saltbitter_domain.uow import UnitsOfWork


class SearchService:
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
