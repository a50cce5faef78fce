"""Searching by looking at every profile."""

from collections.abc import Sequence
from datetime import date

from adapters.memory.compatibility import MemoryDecisions
from adapters.memory.people import MemoryPeople
from adapters.memory.store import MemoryStore
from adapters.memory.transaction import Transaction
from saltbitter_domain.compatibility.eligibility import eligible
from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.search.model import Hit, Terms, rank
from saltbitter_domain.search.ports import ProfileSearch


class MemoryProfileSearch(ProfileSearch):
    def __init__(self, store: MemoryStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def find(self, viewer: Traits, asked: Terms, limit: int, after: Hit | None = None) -> Sequence[Hit]:
        transaction = Transaction(self._store)
        decisions, me = MemoryDecisions(transaction), viewer.user_id
        excluded = (await decisions.excluded(self._clock.now(), [me]))[me]
        likers = (await decisions.likers([me]))[me]
        profiles = transaction.read(lambda tables: tables.profiles.items())
        hits = [
            Hit(counted, other.user_id)
            for other in await MemoryPeople(transaction, self._clock).traits()
            if other.user_id not in excluded
            and eligible(viewer, other, other.user_id in likers)
            and (counted := rank(profiles[other.user_id].content, asked)) is not None
        ]
        transaction.close()
        following = [hit for hit in hits if after is None or hit.place > after.place]
        return sorted(following, key=lambda hit: hit.place)[:limit]

    async def find_met(
        self, viewer: UserId, asked: Terms, since: date, limit: int, after: Hit | None = None, *, likers: bool
    ) -> Sequence[Hit]:
        transaction = Transaction(self._store)
        sets = transaction.read(lambda tables: tables.daily_matches.where("user", viewer))
        matches = transaction.read(
            lambda tables: [*tables.matches.where("low", viewer), *tables.matches.where("high", viewer)]
        )
        liking = (await MemoryDecisions(transaction).likers([viewer]))[viewer] if likers else ()
        profiles = transaction.read(lambda tables: tables.profiles.items())
        transaction.close()
        met = {suggestion.candidate for made in sets if made.day >= since for suggestion in made.suggestions}
        hits = [
            Hit(counted, other)
            for other in met.union(liking, (match.other(viewer) for match in matches))
            if other in profiles and (counted := rank(profiles[other].content, asked)) is not None
        ]
        following = [hit for hit in hits if after is None or hit.place > after.place]
        return sorted(following, key=lambda hit: hit.place)[:limit]
