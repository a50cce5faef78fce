"""What Redis alone promises: one count and one leader for all processes, and little harm when it is away."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from adapters.memory.traffic import MemoryRateLimits
from adapters.redis import connection
from adapters.redis.doorbell import RedisDoorbell
from adapters.redis.election import RedisElection
from adapters.redis.rate_limits import RedisRateLimits
from adapters.redis.revocations import RedisRevocations, RevocationNotShared
from adapters.system.clock import ManualClock
from saltbitter_domain.kernel import EventId, SessionId
from tests.doubles.builders import NOW, new_id
from tests.servers.machine import Machine
from tests.servers.redis import redis
from tests.servers.server import Server, temporary_folder

A_MINUTE = timedelta(minutes=1)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Ask again every hundredth of a second; whoever waits sets the limit."""
    while True:
        if await condition():
            return
        await asyncio.sleep(0.01)


@pytest.fixture
def private_redis() -> Iterator[Server]:
    """A Redis that a test may stop."""
    with temporary_folder() as folder, redis(Machine.this(), folder) as server:
        yield server


async def test_five_processes_together_let_through_no_more_than_the_limit(redis_url: str, clock: ManualClock) -> None:
    processes = [RedisRateLimits(redis_url, clock, MemoryRateLimits(clock)) for _ in range(5)]

    waits = await asyncio.gather(
        *(process.hit("login", "ada", 10, A_MINUTE) for _ in range(20) for process in processes)
    )

    assert sum(wait is None for wait in waits) == 10
    assert {wait for wait in waits if wait is not None} == {60}
    for process in processes:
        await process.close()


async def test_while_redis_is_away_each_process_counts_for_itself_and_asks_again_later(
    private_redis: Server, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PAUSE_SECONDS", 0.0)
    limits = RedisRateLimits(private_redis.url, clock, MemoryRateLimits(clock))
    assert await limits.hit("login", "ada", 2, A_MINUTE) is None

    private_redis.kill()
    assert [await limits.hit("login", "ada", 2, A_MINUTE) for _ in range(3)] == [None, None, 60]

    private_redis.start()
    assert [await limits.hit("login", "ada", 2, A_MINUTE) for _ in range(3)] == [None, None, 60]
    await limits.close()


async def test_an_absent_redis_is_not_asked_at_every_request(
    private_redis: Server, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = RedisRateLimits(private_redis.url, clock, MemoryRateLimits(clock))
    private_redis.kill()
    await limits.hit("login", "ada", 10, A_MINUTE)
    asked = []
    monkeypatch.setattr(limits, "_hit", lambda *_: asked.append(1))

    for _ in range(5):
        await limits.hit("login", "ada", 10, A_MINUTE)

    assert asked == []
    await limits.close()


async def test_what_one_process_revokes_every_other_learns(redis_url: str, clock: ManualClock) -> None:
    here, there = RedisRevocations(redis_url, clock), RedisRevocations(redis_url, clock)
    session = SessionId(new_id())

    await here.revoke(session, NOW + A_MINUTE)
    await there.refresh()
    late = RedisRevocations(redis_url, clock)
    await late.open()

    assert [each.is_revoked(session) for each in (here, there, late)] == [True] * 3
    for each in (here, there, late):
        await each.close()


async def test_what_redis_forgot_is_written_again(private_redis: Server, clock: ManualClock) -> None:
    here, there = RedisRevocations(private_redis.url, clock), RedisRevocations(private_redis.url, clock)
    before, meanwhile = SessionId(new_id()), SessionId(new_id())
    await here.revoke(before, NOW + A_MINUTE)

    private_redis.kill()
    with pytest.raises(RevocationNotShared):
        await here.revoke(meanwhile, NOW + A_MINUTE)
    assert here.is_revoked(meanwhile)
    private_redis.start()
    await here.refresh()
    await there.refresh()

    assert there.is_revoked(before)
    assert there.is_revoked(meanwhile)
    for each in (here, there):
        await each.close()


async def test_a_process_learns_by_itself_within_seconds(
    redis_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.redis.revocations.REFRESH_SECONDS", 0.01)
    here, there = RedisRevocations(redis_url, clock), RedisRevocations(redis_url, clock)
    session = SessionId(new_id())
    await there.open()

    await here.revoke(session, NOW + A_MINUTE)
    async with asyncio.timeout(5):
        await until(lambda: asyncio.sleep(0, there.is_revoked(session)))

    await here.close()
    await there.close()


async def test_one_leads_until_it_resigns_or_its_lease_runs_out(redis_url: str) -> None:
    first, second = RedisElection(redis_url, "schedule", 0.2), RedisElection(redis_url, "schedule")
    assert [await each.lead() for each in (first, second, first, second)] == [True, False, True, False]

    async with asyncio.timeout(5):
        await until(second.lead)
    assert not await first.lead()

    await second.close()
    assert await first.lead()
    await first.close()


async def test_nobody_leads_while_redis_is_away(private_redis: Server) -> None:
    election = RedisElection(private_redis.url, "schedule")
    private_redis.kill()

    assert not await election.lead()

    await election.close()


async def test_a_ring_is_heard_elsewhere_and_one_that_nobody_hears_is_no_harm(private_redis: Server) -> None:
    bell, elsewhere = RedisDoorbell(private_redis.url), RedisDoorbell(private_redis.url)
    heard = asyncio.Event()
    listening = asyncio.create_task(elsewhere.listen(heard.set))

    async def rung() -> bool:
        bell([EventId(new_id())])
        return heard.is_set()

    async with asyncio.timeout(10):
        await until(rung)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    private_redis.kill()
    bell([EventId(new_id())])

    await bell.close()
    await elsewhere.close()
