"""Everybody who can take part in matching, composed from accounts, profiles, photos, assessments and consents."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime

from adapters.memory.assessments import latest_of
from adapters.memory.compatibility import standing_between
from adapters.memory.consent import current_of
from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.compatibility.model import Missing, Traits
from saltbitter_domain.compatibility.participation import member_of, missing, traits_of
from saltbitter_domain.compatibility.ports import Known, Member, People
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.profiles.model import Gender, Profile
from saltbitter_domain.subscriptions.model import Tier


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

    async def within_reach(
        self, genders: Collection[Gender], seeks: Collection[Gender], limit: int
    ) -> Sequence[Traits]:
        everybody = sorted(await self.traits(), key=lambda traits: traits.user_id, reverse=True)
        found = [who for who in everybody if who.genders & set(seeks) and who.seeks & set(genders)]
        return found[:limit]

    async def member(self, user_id: UserId) -> Member:
        now = self._clock.now()
        return self._transaction.read(lambda tables: _member(tables, user_id, now))

    async def known_to(
        self, viewer: UserId, others: Collection[UserId], suggested_since: date | None = None
    ) -> tuple[Member, Mapping[UserId, Known]]:
        now = self._clock.now()

        def query(tables: Tables) -> tuple[Member, Mapping[UserId, Known]]:
            sets = [
                matches
                for matches in tables.daily_matches.where("user", viewer)
                if suggested_since and matches.day >= suggested_since
            ]
            return _member(tables, viewer, now), {
                other: Known(
                    member=_member(tables, other, now),
                    standing=standing_between(tables, viewer, other, now),
                    suggested_on=max((made.day for made in having), default=None),
                    introduced_at=min((made.made_at for made in having), default=None),
                )
                for other in others
                for having in ([made for made in sets if any(s.candidate == other for s in made.suggestions)],)
            }

        return self._transaction.read(query)

    def _all(self, asked: Callable[[Profile], bool] = lambda _: True) -> list[Profile]:
        now = self._clock.now()

        def query(tables: Tables) -> list[Profile]:
            profiles = tables.profiles.items().values()
            return [row for row in profiles if asked(row) and not _missing(tables, row.user_id, now)]

        return self._transaction.read(query)


def _member(tables: Tables, user_id: UserId, now: datetime) -> Member:
    return member_of(
        user=tables.users.get(user_id),
        profile=tables.profiles.get(user_id),
        photos=tables.photos.where("user", user_id),
        consents=current_of(tables, user_id),
        assessment=latest_of(tables, user_id),
        tier=tables.tiers.get(user_id) or Tier.FREE,
        now=now,
    )


def _missing(tables: Tables, user_id: UserId, now: datetime) -> tuple[Missing, ...]:
    photos = tables.photos.where("user", user_id)
    consents = current_of(tables, user_id)
    return missing(tables.users.get(user_id), tables.profiles.get(user_id), photos, consents, now)
