"""Everybody who can take part in matching, composed from accounts, profiles, photos, assessments and consents."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from adapters.memory.assessments import latest_of
from adapters.memory.consent import current_of
from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.compatibility.model import Missing, Traits
from saltbitter_domain.compatibility.participation import card_of, missing, missing_in_account, traits_of
from saltbitter_domain.compatibility.ports import Card, People
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.profiles.model import Profile


class MemoryPeople(People):
    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._clock = clock

    async def zones(self) -> Sequence[str]:
        return sorted({profile.time_zone for profile in self._all()})

    async def in_zone(self, time_zone: str) -> Sequence[UserId]:
        return sorted(profile.user_id for profile in self._all(lambda profile: profile.time_zone == time_zone))

    async def traits(self, user_ids: Collection[UserId] | None = None) -> Sequence[Traits]:
        now = self._clock.now()

        def query(tables: Tables) -> list[Traits]:
            asked = tables.profiles.items() if user_ids is None else set(user_ids)
            return [
                traits_of(profile, current_of(tables, user_id), latest_of(tables, user_id), now)
                for user_id in sorted(asked)
                if (profile := tables.profiles.get(user_id)) and not _missing(tables, user_id, now)
            ]

        return self._transaction.read(query)

    async def cards(self, user_ids: Collection[UserId]) -> Mapping[UserId, Card]:
        def query(tables: Tables) -> dict[UserId, Card]:
            return {
                user_id: card_of(profile, tables.photos.where("user", user_id), current_of(tables, user_id))
                for user_id in user_ids
                if (profile := tables.profiles.get(user_id)) and not missing_in_account(tables.users.get(user_id))
            }

        return self._transaction.read(query)

    async def missing_for(self, user_id: UserId) -> tuple[Missing, ...]:
        now = self._clock.now()
        return self._transaction.read(lambda tables: _missing(tables, user_id, now))

    def _all(self, asked: Callable[[Profile], bool] = lambda _: True) -> list[Profile]:
        now = self._clock.now()

        def query(tables: Tables) -> list[Profile]:
            profiles = tables.profiles.items().values()
            return [row for row in profiles if asked(row) and not _missing(tables, row.user_id, now)]

        return self._transaction.read(query)


def _missing(tables: Tables, user_id: UserId, now: datetime) -> tuple[Missing, ...]:
    photos = tables.photos.where("user", user_id)
    return missing(tables.users.get(user_id), tables.profiles.get(user_id), photos, now)
