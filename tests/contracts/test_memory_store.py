"""What the store in memory promises beyond the ports: threads, waiting, and bounded memory."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import attrs
import pytest

from adapters.memory import store as memory
from adapters.memory.traffic import MemoryIdempotency, MemoryRateLimits
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.compatibility.model import Match
from saltbitter_domain.kernel import MatchId, StaleWrite
from saltbitter_domain.traffic import StoredAnswer
from tests.contracts.stores import Store, in_memory
from tests.doubles.builders import a_like, a_profile, a_session, a_user, an_assessment, new_id


@pytest.fixture
def store(clock: ManualClock) -> Store:
    return in_memory(clock)


def in_threads(*works: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run each on an event loop of its own, in a thread of its own, at the same time."""
    failures: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        start.wait()
        try:
            asyncio.run(work())
        except BaseException as failure:  # noqa: BLE001  it is raised again where the test sees it
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


async def saved(store: Store, user_id: Any, letter: str) -> None:
    """Add a letter to the member's biography, as often as it takes."""
    while True:
        try:
            async with store.unit() as uow:
                profile = await uow.profiles.get(user_id)
                assert profile is not None
                content = attrs.evolve(profile.content, bio=profile.content.bio + letter)
                await uow.profiles.save(attrs.evolve(profile, content=content))
                await asyncio.sleep(0)
        except StaleWrite:
            continue
        return


def test_writers_in_several_threads_lose_no_change(store: Store) -> None:
    async def prepare() -> Any:
        user = await store.member()
        async with store.unit() as uow:
            await uow.profiles.add(a_profile(user))
        return user.id

    user_id = asyncio.run(prepare())

    async def write(letter: str) -> None:
        for _ in range(50):
            await saved(store, user_id, letter)

    in_threads(*(lambda letter=letter: write(letter) for letter in "abcd"))

    async def read() -> str:
        async with store.begin() as uow:
            profile = await uow.profiles.get(user_id)
        assert profile is not None
        return profile.content.bio

    bio = asyncio.run(read())
    assert sorted(bio) == sorted("abcd" * 50)


def test_likes_from_two_threads_make_each_match_once(store: Store) -> None:
    people = asyncio.run(store.members(200))
    pairs = list(zip(people[::2], people[1::2], strict=True))
    told: list[Match] = []

    async def like_all(turn: int) -> None:
        for pair in pairs:
            by, about = pair[turn], pair[1 - turn]
            async with store.unit() as uow:
                if match := await uow.decisions.add(a_like(by, about), MatchId(new_id())):
                    told.append(match)
                await asyncio.sleep(0)

    in_threads(lambda: like_all(0), lambda: like_all(1))

    assert len(told) == len({(match.low, match.high) for match in told}) == len(pairs)


async def test_whoever_waits_too_long_for_a_pair_is_told_to_repeat(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "LOCK_WAIT_SECONDS", 0)
    ada, bob = await store.members(2)

    async with store.begin() as uow:
        await uow.decisions.add(a_like(ada, bob), MatchId(new_id()))
        async with store.begin() as other:
            with pytest.raises(StaleWrite):
                await other.decisions.add(a_like(bob, ada), MatchId(new_id()))
        await uow.commit()

    async with store.unit() as other:
        assert await other.decisions.add(a_like(bob, ada), MatchId(new_id())) is not None


async def test_a_waiter_that_was_cancelled_keeps_nobody_from_the_pair(store: Store) -> None:
    ada, bob = await store.members(2)
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))

    async def like_back() -> Match | None:
        async with store.unit() as uow:
            return await uow.decisions.add(a_like(bob, ada), MatchId(new_id()))

    async with store.begin() as uow:
        await uow.decisions.add(a_like(ada, bob), MatchId(new_id()))
        given_up, patient = asyncio.create_task(like_back()), asyncio.create_task(like_back())
        await asyncio.sleep(0)
        given_up.cancel()
        await uow.commit()

    assert await patient is not None
    assert given_up.cancelled()
    assert complaints == []


def test_a_waiter_whose_loop_was_closed_keeps_nobody_from_the_pair(store: Store) -> None:
    locks = memory.RowLocks()
    holder, gone = object(), object()

    async def hold_and_wait() -> None:
        await locks.acquire("row", holder)
        waiting = asyncio.create_task(locks.acquire("row", gone))
        await asyncio.sleep(0)
        assert not waiting.done()

    asyncio.run(hold_and_wait())
    locks.release(["row"])

    asyncio.run(locks.acquire("row", gone))


async def test_what_a_unit_was_told_must_still_be_true_when_it_commits(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        await uow.assessments.add(an_assessment(user))

    async with store.begin() as slow:
        assert await slow.assessments.remove_all(user.id) == 1
        async with store.unit() as quick:
            assert await quick.assessments.remove_all(user.id) == 1
        with pytest.raises(StaleWrite):
            await slow.commit()


async def test_rate_limits_forget_whoever_was_quiet_for_longest(clock: ManualClock) -> None:
    limits = MemoryRateLimits(clock, max_keys=2)
    minute = timedelta(minutes=1)
    for key in ("ada", "bob", "ada", "cleo"):
        await limits.hit("login", key, 2, minute)

    assert await limits.hit("login", "ada", 2, minute) == 60
    assert len(limits._hits) == 2


async def test_answers_over_a_day_old_leave_memory(clock: ManualClock) -> None:
    idempotency = MemoryIdempotency(clock)
    for number in range(100):
        for owner in ("ada", "bob"):
            await idempotency.begin(owner, f"key {number}", "request")
        await idempotency.finish("ada", f"key {number}", StoredAnswer(204, (), b""))
        clock.advance(timedelta(hours=1))

    assert len(idempotency._answered) <= 25
    assert len(idempotency._unanswered) <= 25


async def test_a_session_that_is_forgotten_leaves_no_token_behind(clock: ManualClock) -> None:
    store, user = memory.MemoryStore(), a_user()
    begin = MemoryUnitsOfWork(store, clock, UuidV7Ids(clock))
    async with begin() as uow:
        await uow.sessions.add(session := a_session(user, token_hash="first"))
        await uow.sessions.save(attrs.evolve(session, token_hash="second"))
        await uow.commit()
    assert len(store.tables.session_tokens.items()) == 2
    async with begin() as uow:
        assert await uow.sessions.forget(session.expires_at + timedelta(seconds=1), limit=10) == 1
        await uow.commit()
    assert store.tables.session_tokens.items() == {}
