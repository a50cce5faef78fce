"""Searching by looking at every profile."""

from collections.abc import Sequence

from adapters.memory.compatibility import MemoryDecisions
from adapters.memory.people import MemoryPeople
from adapters.memory.store import MemoryStore
from adapters.memory.transaction import Transaction
from saltbitter_domain.compatibility.eligibility import eligible
from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.kernel import Clock
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
