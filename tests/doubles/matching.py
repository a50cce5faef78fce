"""Members who can be matched, in memory, at a time that stands still; the use cases of matching over them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import attrs

from adapters.memory.matching import ReferenceEngine
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.photo_store import MemoryPhotoStore
from adapters.memory.store import MemoryStore
from adapters.memory.transparency import MemoryMatchingRuns
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.assessments.model import AttachmentScores
from saltbitter_domain.compatibility.model import DailyMatches, DecisionKind, Exposure, Suggestion
from saltbitter_domain.compatibility.service import DailyRunService, DecisionOutcome, DecisionService, MatchingService
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.consent.policies import last_of
from saltbitter_domain.events import Event
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import AgeRange, Gender, PhotoState, Preferences, Visibility
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork
from saltbitter_domain.users.model import AccountStatus, User
from tests.doubles.builders import (
    MATCHED_BY,
    PARIS,
    a_consent,
    a_content,
    a_photo,
    a_profile,
    a_user,
    an_assessment,
    consents_to,
)

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
TODAY = date(2026, 6, 10)
ANYBODY = Preferences(genders=frozenset(Gender), ages=AgeRange(18, 120))


@attrs.frozen
class Matching:
    """The services over a store of its own."""

    clock: ManualClock
    store: MemoryStore
    begin: UnitsOfWork
    service: MatchingService
    decisions: DecisionService
    runs: DailyRunService

    @classmethod
    def at(cls, now: datetime = NOON, **ports: Any) -> "Matching":
        """An empty store at this time; ``ports`` take the place of the plain ones."""
        clock, store = ManualClock(now), MemoryStore()
        return cls._over(clock, store, MemoryUnitsOfWork(store, clock, UuidV7Ids(clock)), ports)

    def but(self, **ports: Any) -> "Matching":
        """Another service over the same store."""
        return self._over(self.clock, self.store, self.begin, ports)

    @classmethod
    def _over(cls, clock: ManualClock, store: MemoryStore, begin: UnitsOfWork, ports: Mapping[str, Any]) -> "Matching":
        plain: dict[str, Any] = {
            "begin": begin,
            "clock": clock,
            "ids": UuidV7Ids(clock),
            "engine": ReferenceEngine(),
            "photos": MemoryPhotoStore(clock, secret=b"a secret of these tests"),
        }
        of_runs = {**{name: plain[name] for name in ("begin", "clock", "ids", "engine")}, "runs": MemoryMatchingRuns()}
        given = {**plain, **ports}
        size = {"shard_size": given.pop("shard_size")} if "shard_size" in given else {}
        decisions = DecisionService(**{name: given[name] for name in ("begin", "clock", "ids")})
        runs = DailyRunService(**{name: given.get(name, port) for name, port in of_runs.items()}, **size)
        return cls(clock, store, begin, MatchingService(**given), decisions, runs)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work that is committed at the end of the block."""
        async with self.begin() as uow:
            yield uow
            await uow.commit()

    async def member(
        self,
        name: str = "Ada",
        zone: str = "Europe/Paris",
        tier: Tier = Tier.FREE,
        user_id: UserId | None = None,
        attachment: tuple[float, float] = (2.0, 2.5),
        **said: Any,
    ) -> UserId:
        """Somebody who can take part, seeks anybody, is in Paris and agreed to everything. ``said`` is content."""
        user = a_user(time_zone=zone, id=user_id)
        content = a_content(name=name, **{"preferences": ANYBODY, **said})
        async with self.unit() as uow:
            await uow.users.add(user)
            await uow.profiles.add(a_profile(user, content=content, cell=PARIS, city="Paris"))
            await uow.photos.add(
                a_photo(user, state=PhotoState.APPROVED, blurhash="L", perceptual_hash="0", width=3, height=4, faces=1)
            )
            await uow.consents.append(*consents_to(user, *MATCHED_BY))
            await uow.assessments.add(an_assessment(user, scores=AttachmentScores(*attachment)))
            await uow.subscriptions.set_tier(user.id, tier)
        return user.id

    async def members(self, number: int, **common: Any) -> list[UserId]:
        """So many members, called ``1``, ``2`` and so on."""
        return [await self.member(str(n), **common) for n in range(1, number + 1)]

    async def change_account(self, user_id: UserId, **changes: Any) -> None:
        async with self.unit() as uow:
            await uow.users.save(attrs.evolve(await self._user(uow, user_id), **changes))

    async def suspend(self, user_id: UserId) -> None:
        await self.change_account(user_id, status=AccountStatus.SUSPENDED)

    async def change_profile(self, user_id: UserId, **changes: Any) -> None:
        async with self.unit() as uow:
            profile = await uow.profiles.get(user_id)
            assert profile
            await uow.profiles.save(attrs.evolve(profile, **changes))

    async def become(self, user_id: UserId, visibility: Visibility) -> None:
        await self.change_profile(user_id, visibility=visibility)

    async def withdraw(self, user_id: UserId, purpose: Purpose) -> None:
        async with self.unit() as uow:
            user = await self._user(uow, user_id)
            last = last_of(await uow.consents.current(user_id))
            await uow.consents.append(a_consent(user, last, purpose, granted=False))

    async def set_tier(self, user_id: UserId, tier: Tier) -> None:
        async with self.unit() as uow:
            await uow.subscriptions.set_tier(user_id, tier)

    async def like(self, by: UserId, about: UserId, note: str | None = None) -> DecisionOutcome:
        return await self.decisions.decide(by, about, DecisionKind.LIKE, note)

    async def reject(self, by: UserId, about: UserId) -> DecisionOutcome:
        return await self.decisions.decide(by, about, DecisionKind.PASS)

    async def introduce(self, to: UserId, *candidates: UserId, day: date = TODAY) -> None:
        """Give somebody these people as their set of a day, without a run."""
        suggestions = [Suggestion(other, rank, 70.0) for rank, other in enumerate(candidates, 1)]
        async with self.unit() as uow:
            assert await uow.daily_matches.add(DailyMatches(to, day, self.clock.now(), tuple(suggestions)))

    async def pair(self, **common: Any) -> tuple[UserId, UserId]:
        """Two people who were introduced to each other today."""
        one, other = await self.members(2, **common)
        await self.introduce(one, other)
        await self.introduce(other, one)
        return one, other

    async def todays(self, user_id: UserId, day: date = TODAY) -> DailyMatches | None:
        async with self.begin() as uow:
            return await uow.daily_matches.get(user_id, day)

    async def suggested(self, user_id: UserId, day: date = TODAY) -> list[UserId]:
        """Whom the member was introduced to on a day, by rank."""
        todays = await self.todays(user_id, day)
        return [suggestion.candidate for suggestion in todays.suggestions] if todays else []

    async def exposures(self, day: date = TODAY) -> dict[UserId, Exposure]:
        """What is remembered of everybody from a day on, each by the first of it."""
        async with self.begin() as uow:
            return {user_id: found[0] for user_id, found in (await uow.exposures.since(day)).items()}

    async def seen_by(self, user_id: UserId) -> list[UserId]:
        """Whom the member's day shows, page by page."""
        pages = range(1, (await self.service.daily_matches(user_id)).pages + 1)
        views = [await self.service.daily_matches(user_id, page) for page in pages]
        return [suggestion.profile.user_id for view in views for suggestion in view.suggestions]

    async def events(self, kind: type[Event]) -> Sequence[Event]:
        """The events of this kind so far, oldest first."""
        waiting = await MemoryOutbox(self.store).due(datetime.max.replace(tzinfo=UTC), 10**6)
        return [message.event for message in waiting if isinstance(message.event, kind)]

    async def _user(self, uow: UnitOfWork, user_id: UserId) -> User:
        user = await uow.users.get(user_id)
        assert user
        return user
