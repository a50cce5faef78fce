"""A purpose that is taken back while a job is queued is not used when the job is done, on both stores.

The jobs that use anything are those of matching: the morning of many, the first set of somebody new, and a further page
drawn from people as they were a moment ago. Insights are worked out while the member waits, and for AI, analytics and
marketing nothing is done at all: ``test_consent_at_use`` fails for a purpose that has uses and is not named there.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from uuid import UUID

import pytest

from adapters.memory.matching import ReferenceEngine
from adapters.memory.photo_store import MemoryPhotoStore
from adapters.memory.transparency import MemoryMatchingRuns
from saltbitter_domain.assessments.model import AssessmentSubmitted
from saltbitter_domain.compatibility.calendar import current_day
from saltbitter_domain.compatibility.model import DailyMatches, MorningDue, NobodyLeft, Traits
from saltbitter_domain.compatibility.participation import MATCHED_BY
from saltbitter_domain.compatibility.ports import Progress, RunRequest, RunResult
from saltbitter_domain.compatibility.records import people_of
from saltbitter_domain.compatibility.service import DailyRunService, MatchingService
from saltbitter_domain.consent.model import ConsentWithdrawn, Purpose
from saltbitter_domain.consent.service import ConsentService
from saltbitter_domain.kernel import AssessmentId, EventId, GridCell, UserId
from saltbitter_domain.profiles.model import Importance, Orientation, ProfileContent, ProfileCreated, Religion
from saltbitter_domain.profiles.policies import SENSITIVE, Sensitive
from saltbitter_domain.profiles.ports import Place, Places
from saltbitter_domain.profiles.service import ProfileService
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store
from tests.contracts.test_people import consent, join
from tests.doubles.builders import PARIS, a_content, a_daily_set, an_assessment, new_id

ACTS_WITHIN = timedelta(seconds=60)


class Seeing(ReferenceEngine):
    """An engine that remembers whom it was given, as it was given them last."""

    def __init__(self) -> None:
        super().__init__()
        self.people: Mapping[UserId, Traits] = {}

    async def run(self, request: RunRequest, progress: Progress | None = None) -> RunResult:
        self._see(request)
        return await super().run(request, progress)

    async def next_page(self, request: RunRequest) -> RunResult:
        self._see(request)
        return await super().next_page(request)

    def _see(self, request: RunRequest) -> None:
        self.people = {person.user_id: person for person in people_of(request.people, request.at)}


class Interrupted(Seeing):
    """An engine during whose work somebody takes something back, once."""

    def __init__(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._meanwhile = [meanwhile]

    async def run(self, request: RunRequest, progress: Progress | None = None) -> RunResult:
        made = await super().run(request, progress)
        while self._meanwhile:
            await self._meanwhile.pop()()
        return made


class Queue:
    """Ana and Ben, who agreed to everything and are due, and the services that make their sets."""

    def __init__(self, store: Store, ana: User, ben: User, engine: Seeing | None = None) -> None:
        self.store, self.ana, self.ben, self.engine = store, ana, ben, engine or Seeing()
        ports = {"begin": store.begin, "clock": store.clock, "ids": store.ids, "engine": self.engine}
        photos = MemoryPhotoStore(store.clock, secret=b"a secret of these tests")
        self.runs = DailyRunService(**ports, runs=MemoryMatchingRuns())  # type: ignore[arg-type]
        self.matching = MatchingService(**ports, photos=photos, crowd_holds=ACTS_WITHIN)  # type: ignore[arg-type]

    @classmethod
    async def of(cls, store: Store) -> "Queue":
        ana, ben = [
            await join(store, profile={"cell": PARIS, "city": "Paris", "content": a_content(religion=Religion.HINDU)})
            for _ in range(2)
        ]
        for user in (ana, ben):
            await consent(store, user, *((purpose, True) for purpose in SHOWS))
            async with store.unit() as uow:
                await uow.assessments.add(an_assessment(user))
        return cls(store, ana, ben)

    async def morning(self) -> None:
        await self.runs.make_shard(EventId(new_id()), MorningDue(self.day, ("Europe/Paris",), 0, 1))

    async def welcome(self) -> None:
        await self.runs.welcome(EventId(new_id()), AssessmentSubmitted(self.ben.id, AssessmentId(new_id())))

    async def further_page(self) -> None:
        with suppress(NobodyLeft):
            await self.matching.next_page(self.ben.id)

    async def has_had_a_page(self) -> None:
        """Ben reads on, so that everybody is held for a while as they are now."""
        async with self.store.unit() as uow:
            await uow.subscriptions.set_tier(self.ben.id, Tier.PREMIUM)
            await uow.daily_matches.add(a_daily_set(self.ben, day=self.day, made_at=self.store.clock.now()))
        await self.further_page()

    @property
    def day(self) -> date:
        return current_day(self.store.clock.now(), "Europe/Paris")


Job = Callable[[Queue], Awaitable[None]]
SHOWS: Mapping[Purpose, Callable[[Traits], object]] = {
    Purpose.PSYCHOLOGICAL_PROFILE: lambda traits: traits.attachment,
    Purpose.LOCATION: lambda traits: traits.cell,
    Purpose.RELIGION: lambda traits: traits.religion,
}
"""What of a member is known to matching by this purpose alone."""


@pytest.mark.parametrize("job", [Queue.morning, Queue.welcome, Queue.further_page], ids=lambda job: job.__name__)
@pytest.mark.parametrize("purpose", SHOWS)
async def test_a_job_that_was_queued_before_a_yes_was_taken_back_does_not_use_it(
    store: Store, purpose: Purpose, job: Job
) -> None:
    queue = await Queue.of(store)
    await queue.runs.refresh()
    if job is Queue.further_page:
        await queue.has_had_a_page()
        assert SHOWS[purpose](queue.engine.people[queue.ana.id]) is not None

    await consent(store, queue.ana, (purpose, False))
    store.clock.advance(ACTS_WITHIN)
    await job(queue)

    assert SHOWS[purpose](queue.engine.people[queue.ana.id]) is None
    for each in SHOWS.values():
        assert each(queue.engine.people[queue.ben.id]) is not None, "Ben took nothing back"


@pytest.mark.parametrize("job", [Queue.morning, Queue.welcome], ids=lambda job: job.__name__)
@pytest.mark.parametrize("purpose", sorted(MATCHED_BY))
@pytest.mark.parametrize("whose", ["ana", "ben"])
async def test_a_run_that_has_read_everybody_keeps_no_set_that_rests_on_what_was_taken_back_meanwhile(
    store: Store, purpose: Purpose, job: Job, whose: str
) -> None:
    queue = await Queue.of(store)
    user: User = getattr(queue, whose)
    consents = ConsentService(begin=store.begin, clock=store.clock, ids=store.ids)

    async def takes_back() -> None:
        store.clock.advance(timedelta(seconds=5))
        await consents.decide(user.id, purpose, False, "", "api")

    queue = Queue(store, queue.ana, queue.ben, Interrupted(takes_back))
    await job(queue)

    assert await sets_of(queue) == [], "Ana is in Ben's set, and Ben in hers"
    async with store.begin() as uow:
        assert await uow.exposures.since(queue.day) == {}

    store.clock.advance(ACTS_WITHIN)
    await queue.morning()
    if purpose is not Purpose.GENDERS_SOUGHT:
        assert SHOWS[purpose](queue.engine.people[user.id]) is None
        assert len(await sets_of(queue)) == 2, "the next run makes them of what stands"


@pytest.mark.parametrize("purpose", [Purpose.ANALYTICS, Purpose.ORIENTATION])
async def test_a_run_keeps_its_sets_whatever_else_is_taken_back_meanwhile(store: Store, purpose: Purpose) -> None:
    queue = await Queue.of(store)
    await consent(store, queue.ana, (purpose, True))
    consents = ConsentService(begin=store.begin, clock=store.clock, ids=store.ids)
    engine = Interrupted(lambda: consents.decide(queue.ana.id, purpose, False, "", "api"))
    queue = Queue(store, queue.ana, queue.ben, engine)

    await queue.morning()

    assert len(await sets_of(queue)) == 2


async def sets_of(queue: Queue) -> list[DailyMatches]:
    """The sets of the day in which there is anybody."""
    async with queue.store.begin() as uow:
        found = [await uow.daily_matches.get(user.id, queue.day) for user in (queue.ana, queue.ben)]
    return [matches for matches in found if matches and matches.suggestions]


class Nowhere(Places):
    async def at(self, cell: GridCell) -> Place | None:  # noqa: ARG002  nobody asks
        return None


TOLD: Mapping[Purpose, ProfileContent] = {
    Purpose.GENDERS_SOUGHT: a_content(),
    Purpose.ORIENTATION: a_content(orientation=Orientation.GAY),
    Purpose.RELIGION: a_content(religion=Religion.HINDU, religion_importance=Importance.VERY),
}


@pytest.mark.parametrize("part", SENSITIVE, ids=lambda part: part.purpose)
async def test_a_profile_written_while_a_yes_is_taken_back_says_nothing_of_what_it_was_for(
    store: Store, part: Sensitive
) -> None:
    """The withdrawal is over, and has found no profile to change, in the moment before the profile is stored."""
    user = await store.member()
    await consent(store, user, (Purpose.GENDERS_SOUGHT, True), (Purpose.ORIENTATION, True), (Purpose.RELIGION, True))
    consents = ConsentService(begin=store.begin, clock=store.clock, ids=store.ids)
    plain = ProfileService(begin=store.begin, clock=store.clock, places=Nowhere())

    @asynccontextmanager
    async def overtaken() -> AsyncIterator[UnitOfWork]:
        async with store.begin() as uow:
            commit = uow.commit

            async def late() -> None:
                await consents.decide(user.id, part.purpose, False, "", "api")
                await plain.forget_sensitive(EventId(new_id()), ConsentWithdrawn(user.id, part.purpose))
                await commit()

            uow.commit = late  # type: ignore[method-assign]
            yield uow

    writing = ProfileService(begin=overtaken, clock=store.clock, places=Nowhere())
    await writing.create_profile(user.id, TOLD[part.purpose])
    for _ in range(2):
        await plain.forget_unagreed(EventId(UUID(int=7)), ProfileCreated(user.id))

    left = await plain.get(user.id)
    assert (left.content, left.version) == (part.without(TOLD[part.purpose]), 2)


@pytest.mark.parametrize("purpose", TOLD)
async def test_a_profile_keeps_what_was_agreed_to_when_it_was_written(store: Store, purpose: Purpose) -> None:
    user = await store.member()
    await consent(store, user, (Purpose.GENDERS_SOUGHT, True), (Purpose.ORIENTATION, True), (Purpose.RELIGION, True))
    service = ProfileService(begin=store.begin, clock=store.clock, places=Nowhere())
    written = await service.create_profile(user.id, TOLD[purpose])

    await service.forget_unagreed(EventId(new_id()), ProfileCreated(user.id))

    assert await service.get(user.id) == written
