"""What every trace of who saw whom promises, and every register of breaches."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import attrs
import pytest

from adapters.memory.mailer import MemoryMailer
from adapters.postgres.database import Database
from adapters.system.clock import ManualClock
from saltbitter_domain.breaches.model import (
    BREACHES_KEPT,
    DETECTOR,
    TRACES_KEPT,
    Act,
    Activity,
    Addressee,
    Affected,
    AffectedFound,
    Assessed,
    AuthorityNotified,
    BreachKind,
    Closed,
    Confirmed,
    DataContext,
    Dismissed,
    Entry,
    Identification,
    Loss,
    MembersNotified,
    Noted,
    Notice,
    Opened,
    Scope,
    ScopeAssessed,
    Severity,
    Step,
    Trace,
)
from saltbitter_domain.breaches.policies import minute_of
from saltbitter_domain.breaches.ports import BreachRegister, Traces
from saltbitter_domain.breaches.service import BreachService, DetectionService
from saltbitter_domain.breaches.service.detection import MOST_HELD
from saltbitter_domain.kernel import BreachId, EventId, Language, StaleWrite, UserId
from tests.contracts.stores import Store, on_postgres, outcomes
from tests.doubles.builders import NOW, TEXTS, new_id

PORTS = (Traces, BreachRegister)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
READ = Act.PROFILE_READ
START = minute_of(NOW)
ALL = range(100)
"""Found by any entry."""
SCOPE = Scope(START, START + 5 * MINUTE, (READ,), ("reader",))
SEVERITY = Severity(DataContext.SENSITIVE, Identification.MAXIMUM, Loss.LIMITED, Loss.NONE, Loss.UNBOUNDED, True)
NOTICES = (Notice(Language.EN, "This.", "That.", "Those."), Notice(Language.DE, "Dies.", "Das.", "Jenes."))
EVERY_STEP: tuple[Step, ...] = (
    Opened(BreachKind.SCRAPING, SCOPE, 33),
    Confirmed(NOW + MINUTE),
    Dismissed(),
    Assessed(SEVERITY, attrs.evolve(SCOPE, until=None, actors=(), everybody=True), "This.", "That.", 7),
    Assessed(SEVERITY, SCOPE, "This.", "That."),
    AffectedFound(7),
    AuthorityNotified(NOW, "A-1"),
    MembersNotified(7, NOTICES),
    MembersNotified(7, (), "This.", "That.", "Those."),
    Noted(),
    Closed(),
)


def service(store: Store) -> DetectionService:
    return DetectionService(begin=store.begin, clock=store.clock, ids=store.ids)


def an_entry(breach_id: BreachId | None = None, sequence: int = 1, **changes: Any) -> Entry:
    step = EVERY_STEP[0] if sequence == 1 else Noted()
    return attrs.evolve(Entry(breach_id or BreachId(new_id()), sequence, NOW, DETECTOR, "Because.", step), **changes)


async def opened(store: Store, *steps: Step, **changes: Any) -> BreachId:
    entry = an_entry(**changes)
    async with store.unit() as uow:
        assert await uow.breaches.open(entry)
    for sequence, step in enumerate(steps, 2):
        async with store.unit() as uow:
            await uow.breaches.append(an_entry(entry.breach_id, sequence, step=step, at=entry.at))
    return entry.breach_id


async def traced(
    store: Store, act: Act, actor: str, minute: datetime, *about: Iterable[UserId], times: int = 1
) -> None:
    traces = [(store.ids.new(), Trace(act, actor, minute, times, frozenset(subjects))) for subjects in about]
    async with store.unit() as uow:
        await uow.traces.add(traces)


async def busiest(store: Store, act: Act, since: datetime, least: int, **how: Any) -> list[Activity]:
    async with store.begin() as uow:
        return list(await uow.traces.busiest(act, since, least, **how))


class TestTraces:
    async def test_count_everybody_once_in_the_minute_they_were_seen_first(self, store: Store) -> None:
        ana, ben, cleo = (UserId(new_id()) for _ in range(3))
        await traced(store, READ, "reader", START, {ana}, {ana, ben})  # from two processes
        await traced(store, READ, "reader", START + MINUTE, {ben, cleo})
        await traced(store, READ, "another", START, {ana})
        await traced(store, Act.STAFF_READ, "reader", START, {UserId(new_id())})
        reader = Activity("reader", {START: 2, START + MINUTE: 1})

        assert await busiest(store, READ, START, 2) == [reader]
        assert await busiest(store, READ, START, 1) == [reader, Activity("another", {START: 1})]
        assert await busiest(store, READ, START + MINUTE, 1) == [Activity("reader", {START + MINUTE: 2})]
        assert await busiest(store, READ, START, 3, together=True) == [Activity("", {START: 2, START + MINUTE: 1})]
        assert await busiest(store, READ, START, 4) == []

    async def test_count_how_often_where_nobody_is_known_whom_it_was_about(self, store: Store) -> None:
        await traced(store, Act.SIGN_IN_FAILED, "10.0.0.0/24", START, (), (), times=4)
        await traced(store, Act.SIGN_IN_FAILED, "10.0.1.0/24", START + MINUTE, (), times=3)

        assert await busiest(store, Act.SIGN_IN_FAILED, START, 8) == [Activity("10.0.0.0/24", {START: 8})]
        assert await busiest(store, Act.SIGN_IN_FAILED, START, 9, together=True) == [
            Activity("", {START: 8, START + MINUTE: 3})
        ]

    async def test_are_forgotten_after_30_days(self, store: Store) -> None:
        await traced(store, READ, "reader", START, {UserId(new_id())})
        await traced(store, READ, "reader", START + MINUTE, {UserId(new_id())})

        store.clock.advance(TRACES_KEPT + timedelta(seconds=1))

        assert await service(store).forget_traces() == 1
        assert await busiest(store, READ, START, 1) == [Activity("reader", {START + MINUTE: 1})]


class TestDetection:
    async def test_what_is_noted_is_stored_by_minute_and_nobody_waits_for_it(self, store: Store) -> None:
        detection, ana, ben = service(store), UserId(new_id()), UserId(new_id())
        detection.note(READ, "reader", {ana})
        detection.note(READ, "reader", {ana, ben})
        store.clock.advance(MINUTE)
        detection.note(READ, "reader", {ana})
        assert await busiest(store, READ, START, 1) == []

        assert await detection.flush() == 0

        assert await busiest(store, READ, START, 1) == [Activity("reader", {START: 2})]

    async def test_what_is_suspicious_opens_one_breach_a_day_whoever_looks_and_how_often(self, store: Store) -> None:
        await traced(store, Act.HONEY_TOUCHED, "10.0.0.0/24", START, ())

        told = await outcomes(*(service(store).detect() for _ in range(4)))
        store.clock.advance(MINUTE)
        assert [*told, await service(store).detect()].count(1) == 1

        async with store.begin() as uow:
            (entry,) = await uow.breaches.newest(None, 10)
        assert (entry.by, entry.sequence) == (DETECTOR, 1)
        seen = (READ, Act.ACQUAINTANCES_READ, Act.SIGN_IN)
        assert entry.step == Opened(BreachKind.HONEY_RECORD, Scope(START, None, seen, ("10.0.0.0/24",)), 1)
        store.clock.advance(timedelta(days=1))
        await traced(store, Act.HONEY_TOUCHED, "10.0.0.0/24", store.clock.now(), ())
        assert await service(store).detect() == 1

    async def test_while_the_store_is_away_traces_wait_and_memory_does_not_grow_without_end(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("saltbitter_domain.breaches.service.detection.MOST_HELD", 5)
        assert MOST_HELD > 5
        detection = service(store)
        for number in range(7):
            detection.note(Act.SIGN_IN_FAILED, str(number))

        def away() -> Any:
            raise OSError("away")

        with monkeypatch.context() as patch:
            patch.setattr(detection, "_begin", away)
            with pytest.raises(OSError, match="away"):
                await detection.flush()
        detection.note(Act.SIGN_IN_FAILED, "0")

        assert await detection.flush() == 2
        assert await busiest(store, Act.SIGN_IN_FAILED, START, 2) == [Activity("0", {START: 2})]
        assert len(await busiest(store, Act.SIGN_IN_FAILED, START, 1)) == 5


class TestRegister:
    @pytest.mark.parametrize("text", TEXTS)
    async def test_every_entry_comes_back_as_it_was_written(self, store: Store, text: str) -> None:
        breach_id = await opened(store, *EVERY_STEP[1:], words=text)

        async with store.begin() as uow:
            entries = await uow.breaches.of(breach_id)
            assert await uow.breaches.of(BreachId(new_id())) == []
        assert [entry.step for entry in entries] == list(EVERY_STEP)
        assert entries[0] == an_entry(breach_id, words=text)

    async def test_only_what_follows_the_last_is_stored(self, store: Store) -> None:
        breach_id = await opened(store, Noted())

        for sequence in (1, 2, 4):
            with pytest.raises(StaleWrite):
                async with store.unit() as uow:
                    await uow.breaches.append(an_entry(breach_id, sequence))

        async def write() -> None:
            async with store.unit() as uow:
                await uow.breaches.append(an_entry(breach_id, 3))

        told = await outcomes(*(write() for _ in range(5)))
        assert told.count(None) == 1
        assert {type(each) for each in told} == {type(None), StaleWrite}

    async def test_pages_come_newest_first_and_whatever_is_finished_needs_nobody(self, store: Store) -> None:
        first, second, third = [
            await opened(store, *steps) for steps in ((), (Dismissed(),), (Confirmed(NOW), Closed()))
        ]

        async with store.begin() as uow:
            pages = await uow.breaches.newest(None, 2), await uow.breaches.newest(second, 2)
            unfinished = await uow.breaches.unfinished()
        ids = [[(entry.breach_id, entry.sequence) for entry in page] for page in pages]
        assert ids == [[(third, 1), (third, 2), (third, 3), (second, 1), (second, 2)], [(first, 1)]]
        assert [entry.breach_id for entry in unfinished] == [first]

    async def test_a_breach_is_about_exactly_those_in_its_scope_to_the_minute(self, store: Store) -> None:
        people = [user.id for user in await store.members(8)]
        gone = UserId(new_id())
        await traced(store, READ, "reader", START - MINUTE, {people[0]})
        await traced(store, READ, "reader", START, {people[1], people[2], gone})
        await traced(store, READ, "reader", START + 4 * MINUTE, {people[2], people[3]})
        await traced(store, READ, "reader", START + 5 * MINUTE, {people[4]})
        await traced(store, READ, "another", START, {people[5]})
        await traced(store, Act.STAFF_READ, "reader", START, {people[6]})
        breach_id = await opened(store)
        within = timedelta(seconds=59)

        async def about(scope: Scope, until: datetime) -> list[UserId]:
            async with store.unit() as uow:
                number = await uow.breaches.affect(breach_id, scope, until)
            async with store.begin() as uow:
                found = list(await uow.breaches.affected(breach_id, None, 100))
                assert await uow.breaches.affected(breach_id, found[0].user_id, 1) == found[1:2]
                assert sum((await uow.breaches.waiting(breach_id)).values()) == number == len(found)
            return [each.user_id for each in found]

        end = START + 5 * MINUTE
        assert await about(SCOPE, end) == people[1:4]
        assert await about(attrs.evolve(SCOPE, since=START + within), end) == people[1:4]
        assert await about(attrs.evolve(SCOPE, actors=()), end) == [*people[1:4], people[5]]
        assert await about(attrs.evolve(SCOPE, acts=(READ, Act.STAFF_READ)), end) == [*people[1:4], people[6]]
        assert await about(SCOPE, end + within) == people[1:5]
        assert await about(Scope(START, everybody=True), START + timedelta(days=1)) == people

    async def test_whoever_was_told_stays_and_is_not_told_again(self, store: Store) -> None:
        users = await store.members(3)
        breach_id = await opened(store)
        everybody = Scope(START - timedelta(days=1), everybody=True)

        async with store.unit() as uow:
            assert await uow.breaches.affect(breach_id, everybody, START + timedelta(days=1)) == 3
        async with store.unit() as uow:
            assert list(await uow.breaches.untold(breach_id, ALL, None, 2)) == [user.id for user in users[:2]]
            assert list(await uow.breaches.untold(breach_id, ALL, users[0].id, 9)) == [user.id for user in users[1:]]
            await uow.breaches.told(breach_id, users[0].id, 4, Language.DE, START)
            await uow.breaches.told(breach_id, UserId(new_id()), 4, Language.DE, START)
            assert list(await uow.breaches.untold(breach_id, ALL, None, 9)) == [user.id for user in users[1:]]
            among = [user.id for user in users[:2]]
            assert list(await uow.breaches.addressees(breach_id, ALL, among)) == [
                Addressee(users[1].id, users[1].email, None)
            ]
        async with store.unit() as uow:
            assert await uow.breaches.affect(breach_id, SCOPE, START + MINUTE) == 0
        async with store.begin() as uow:
            assert await uow.breaches.affected(breach_id, None, 10) == [Affected(users[0].id, START, 4, Language.DE)]
            assert await uow.breaches.waiting(breach_id) == {}

    async def test_whoever_was_found_stays_found_by_the_entry_that_was_written_then(self, store: Store) -> None:
        first, second, late = await store.members(3)
        await traced(store, READ, "reader", START, {first.id, second.id})
        breach_id = await opened(store)
        everybody = Scope(START - timedelta(days=1), everybody=True)

        for sequence, scope in enumerate((SCOPE, everybody), 2):
            async with store.unit() as uow:
                number = await uow.breaches.affect(breach_id, scope, START + timedelta(days=1))
                await uow.breaches.append(Entry(breach_id, sequence, START, "x", "Why.", AffectedFound(number)))

        async with store.begin() as uow:
            assert await uow.breaches.waiting(breach_id) == {2: 2, 3: 1}
            assert await uow.breaches.untold(breach_id, range(1, 3), first.id, 9) == [second.id]
            assert await uow.breaches.untold(breach_id, range(3, 4), None, 9) == [late.id]
            among = [each.id for each in (first, second, late)]
            found = await uow.breaches.addressees(breach_id, range(3, 9), among)
            assert [each.user_id for each in found] == [late.id]

    async def test_nobody_is_kept_for_a_breach_that_never_was(self, store: Store) -> None:
        await store.member()
        nothing = BreachId(new_id())

        async with store.unit() as uow:
            everybody = Scope(START - timedelta(days=1), everybody=True)
            assert await uow.breaches.affect(nothing, everybody, START + timedelta(days=1)) == 0

        async with store.begin() as uow:
            assert await uow.breaches.affected(nothing, None, 10) == []

    async def test_is_forgotten_five_years_after_the_last_entry(self, store: Store) -> None:
        """PostgreSQL judges by its own clock too."""
        store.clock.advance(-BREACHES_KEPT - timedelta(days=400))
        await store.member()
        old, kept = [await opened(store, Noted(), at=store.clock.now() + after) for after in (timedelta(0), MINUTE)]
        async with store.unit() as uow:
            assert await uow.breaches.affect(old, Scope(START, everybody=True), START + timedelta(days=1)) == 1

        before = store.clock.now() + timedelta(seconds=1)
        store.clock.advance(BREACHES_KEPT + timedelta(days=1))
        async with store.unit() as uow:
            assert await uow.breaches.forget(before, 10) == 1

        async with store.begin() as uow:
            assert await uow.breaches.of(old) == []
            assert await uow.breaches.affected(old, None, 10) == []
            assert len(await uow.breaches.of(kept)) == 2


class TestFinding:
    """Whom a breach is about is found after it was assessed, as often as the workers are told."""

    EVERYBODY = Scope(START - timedelta(days=1), everybody=True)
    ADMIN = UserId(new_id())

    def register(self, store: Store) -> BreachService:
        return BreachService(
            begin=store.begin,
            clock=store.clock,
            ids=store.ids,
            mailer=MemoryMailer(store.clock),
            public_url="https://saltbitter.example",
            contact="dpo@saltbitter.example",
        )

    async def assessed(self, store: Store, breach_id: BreachId, scope: Scope) -> None:
        words = {"consequences": "This.", "measures": "That.", "words": "Because."}
        breach = await self.register(store).assess(breach_id, self.ADMIN, SEVERITY, scope, **words)
        assert breach.affected is None

    async def find(self, store: Store, breach_id: BreachId) -> None:
        await self.register(store).find_affected(EventId(new_id()), ScopeAssessed(breach_id))

    async def timeline(self, store: Store, breach_id: BreachId) -> list[Step]:
        async with store.begin() as uow:
            return [entry.step for entry in await uow.breaches.of(breach_id)]

    async def test_is_as_of_the_instant_that_was_written_down_and_is_told_to_the_workers(self, store: Store) -> None:
        people = await store.members(2)
        breach_id = await opened(store)
        store.clock.advance(timedelta(days=1))
        await self.assessed(store, breach_id, self.EVERYBODY)
        await store.member(created_at=store.clock.now() + MINUTE)
        store.clock.advance(HOUR)

        (message,) = await store.outbox.due(store.clock.now(), 10)
        assert message.event == ScopeAssessed(breach_id)
        await self.find(store, breach_id)

        breach = await self.register(store).breach(breach_id)
        assert (breach.affected, breach.timeline[-1].by) == (2, DETECTOR)
        assert await self.register(store).affected(breach_id, None, 10) == [Affected(user.id) for user in people]

    async def test_happens_once_for_each_assessment_however_often_and_at_once_it_is_asked_for(
        self, store: Store
    ) -> None:
        await store.members(3)
        breach_id = await opened(store)
        store.clock.advance(timedelta(days=1))
        await self.assessed(store, breach_id, attrs.evolve(SCOPE, actors=()))
        await self.assessed(store, breach_id, self.EVERYBODY)

        assert await outcomes(*(self.find(store, breach_id) for _ in range(3))) == [None] * 3
        await self.find(store, breach_id)
        assert (await self.timeline(store, breach_id))[3:] == [AffectedFound(3)]

        await self.assessed(store, breach_id, self.EVERYBODY)
        await self.find(store, breach_id)
        assert (await self.timeline(store, breach_id))[5:] == [AffectedFound(3)]

    async def test_begins_anew_when_it_is_assessed_anew_meanwhile(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await store.members(3)
        breach_id = await opened(store)
        store.clock.advance(timedelta(days=1))
        await self.assessed(store, breach_id, self.EVERYBODY)
        async with store.begin() as uow:
            register = type(uow.breaches)
        affect, asked = register.affect, list[Scope]()

        async def overtaken(self_: Any, breach_id: BreachId, scope: Scope, until: datetime) -> int:
            asked.append(scope)
            if len(asked) == 1:
                await self.assessed(store, breach_id, attrs.evolve(SCOPE, actors=()))
            return await affect(self_, breach_id, scope, until)

        monkeypatch.setattr(register, "affect", overtaken)
        await self.find(store, breach_id)

        assert [scope.everybody for scope in asked] == [True, False]
        assert (await self.timeline(store, breach_id))[3:] == [AffectedFound(0)]
        assert await self.register(store).affected(breach_id, None, 10) == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE breach_entries SET words = 'another'", "DELETE FROM breach_entries", "TRUNCATE breach_entries"],
)
async def test_no_connection_changes_or_deletes_an_entry(
    database: Database, clock: ManualClock, statement: str
) -> None:
    await opened(on_postgres(database, clock), at=clock.now() + timedelta(days=3650))

    connection = await database.acquire()
    try:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute(statement)
    finally:
        await database.release(connection, None)
