"""What Redis alone promises: one count and one leader for all processes, and little harm when it is away."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import redis.asyncio
from structlog.testing import capture_logs

from adapters.memory.traffic import MemoryRateLimits
from adapters.redis import connection, doorbell
from adapters.redis.connection import Breaker
from adapters.redis.doorbell import RedisDoorbell
from adapters.redis.election import RedisElection
from adapters.redis.health import RedisHealth
from adapters.redis.rate_limits import RedisRateLimits
from adapters.redis.revocations import RedisRevocations, RevocationNotShared
from adapters.system.clock import ManualClock
from saltbitter_domain.kernel import EventId, SessionId
from tests.doubles.builders import NOW, new_id
from tests.servers.machine import Machine
from tests.servers.redis import redis as redis_server
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
    with temporary_folder() as folder, redis_server(Machine.this(), folder) as server:
        yield server


@asynccontextmanager
async def counting(url: str, clock: ManualClock, processes: int = 1) -> AsyncIterator[list[RedisRateLimits]]:
    """The limits of so many processes."""
    limits = [RedisRateLimits(url, clock, MemoryRateLimits(clock)) for _ in range(processes)]
    try:
        yield limits
    finally:
        for each in limits:
            await each.close()


async def test_crowds_at_five_processes_together_are_let_through_no_more_than_the_limit(
    redis_url: str, clock: ManualClock
) -> None:
    async with counting(redis_url, clock, 5) as processes:
        waits = await asyncio.gather(
            *(process.hit("login", "ada", 10, A_MINUTE) for _ in range(250) for process in processes)
        )

    assert sum(wait is None for wait in waits) == 10
    assert {wait for wait in waits if wait is not None} == {60}


_KNOCK = """
import asyncio, sys
from datetime import timedelta
from adapters.memory.traffic import MemoryRateLimits
from adapters.redis import connection
from adapters.redis.rate_limits import RedisRateLimits
from adapters.system.clock import SystemClock

async def knock():
    connection.SECONDS = 60.0
    limits = RedisRateLimits(sys.argv[1], SystemClock(), MemoryRateLimits(SystemClock()))
    await limits.hit("warm", "up", 1, timedelta(hours=1))
    print("ready", flush=True)
    sys.stdin.readline()
    waits = [await limits.hit("login", "ada", 100, timedelta(hours=1)) for _ in range(100)]
    print(waits.count(None))
    await limits.close()

asyncio.run(knock())
"""


async def test_two_processes_really_share_the_count(redis_url: str) -> None:
    knocking = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", _KNOCK, redis_url, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    for process in knocking:
        assert process.stdout
        assert await process.stdout.readline() == b"ready\n"

    told = await asyncio.gather(*(process.communicate(b"go\n") for process in knocking))

    assert sum(int(let_through) for let_through, _ in told) == 100


async def test_while_redis_is_away_each_process_counts_for_itself_and_asks_again_later(
    private_redis: Server, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PAUSE_SECONDS", 0.0)
    async with counting(private_redis.url, clock) as [limits]:
        assert await limits.hit("login", "ada", 2, A_MINUTE) is None

        private_redis.kill()
        assert [await limits.hit("login", "ada", 2, A_MINUTE) for _ in range(3)] == [None, None, 60]

        private_redis.start()
        assert [await limits.hit("login", "ada", 2, A_MINUTE) for _ in range(3)] == [None, None, 60]


async def test_the_log_hears_once_that_redis_is_away_and_once_that_it_is_back(
    private_redis: Server, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PAUSE_SECONDS", 0.0)
    async with counting(private_redis.url, clock) as [limits]:
        with capture_logs() as logs:
            private_redis.kill()
            for _ in range(3):
                await limits.hit("login", "ada", 10, A_MINUTE)
            private_redis.start()
            for _ in range(3):
                await limits.hit("login", "ada", 10, A_MINUTE)

    assert [(line["event"], line["name"]) for line in logs] == [
        ("redis_away", "rate_limits"),
        ("redis_back", "rate_limits"),
    ]


async def test_nobody_waits_for_a_redis_that_hangs(
    private_redis: Server, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SECONDS", 0.05)
    async with counting(private_redis.url, clock) as [limits]:
        os.kill(private_redis.pid, signal.SIGSTOP)
        async with asyncio.timeout(30):
            waits = await asyncio.gather(*(limits.hit("login", "ada", 5, A_MINUTE) for _ in range(1000)))
        os.kill(private_redis.pid, signal.SIGCONT)

    assert sum(wait is None for wait in waits) == 5


def test_an_absent_redis_is_asked_by_one_caller_in_two_seconds() -> None:
    now = 0.0
    breaker = Breaker("nothing", monotonic=lambda: now)
    assert [breaker.permits() for _ in range(2)] == [True, True]

    breaker.failed(OSError())
    assert not breaker.permits()
    now = 2.0
    assert [breaker.permits() for _ in range(3)] == [True, False, False]

    breaker.answered()
    assert [breaker.permits() for _ in range(3)] == [True, True, True]


async def test_whoever_gave_up_waiting_keeps_no_answer_from_the_others(redis_url: str, clock: ManualClock) -> None:
    async with counting(redis_url, clock) as [limits]:
        hits = [asyncio.create_task(limits.hit("login", "ada", 10, A_MINUTE)) for _ in range(3)]
        await asyncio.sleep(0)
        hits[1].cancel()

        assert await hits[0] is None
        assert await hits[2] is None
        assert hits[1].cancelled()


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


async def test_a_crowd_of_sessions_is_revoked_at_once(redis_url: str, clock: ManualClock) -> None:
    here, there = RedisRevocations(redis_url, clock), RedisRevocations(redis_url, clock)
    sessions = [SessionId(new_id()) for _ in range(100)]

    await asyncio.gather(*(here.revoke(session, NOW + A_MINUTE) for session in sessions))
    await there.refresh()

    assert all(map(there.is_revoked, sessions))
    for each in (here, there):
        await each.close()


async def test_what_was_flushed_is_written_again(redis_url: str, clock: ManualClock) -> None:
    here, there = RedisRevocations(redis_url, clock), RedisRevocations(redis_url, clock)
    session = SessionId(new_id())
    await here.revoke(session, NOW + A_MINUTE)

    async with redis.asyncio.Redis.from_url(redis_url) as other:
        await other.flushdb()
    await here.refresh()
    await there.refresh()

    assert there.is_revoked(session)
    for each in (here, there):
        await each.close()


async def test_a_later_end_outlives_an_earlier_one(redis_url: str, clock: ManualClock) -> None:
    here, there = RedisRevocations(redis_url, clock), RedisRevocations(redis_url, clock)
    session = SessionId(new_id())
    await here.revoke(session, NOW + 2 * A_MINUTE)
    await there.revoke(session, NOW + A_MINUTE)

    await there.refresh()
    clock.advance(A_MINUTE)

    assert there.is_revoked(session)
    for each in (here, there):
        await each.close()


async def test_a_process_learns_by_itself_within_seconds(redis_url: str, clock: ManualClock) -> None:
    here, there = RedisRevocations(redis_url, clock), RedisRevocations(redis_url, clock)
    session = SessionId(new_id())
    await there.open()

    await here.revoke(session, NOW + A_MINUTE)
    async with asyncio.timeout(30):
        await until(lambda: asyncio.sleep(0, there.is_revoked(session)))

    await here.close()
    await there.close()


async def test_one_leads_until_it_resigns_or_its_lease_runs_out(redis_url: str) -> None:
    first, second = RedisElection(redis_url, "schedule"), RedisElection(redis_url, "schedule")
    assert [await each.lead() for each in (first, second, first, second)] == [True, False, True, False]
    await first.close()
    assert await second.lead()
    await second.close()

    stopped, follower = RedisElection(redis_url, "schedule", 0.2), RedisElection(redis_url, "schedule")
    assert await stopped.lead()
    async with asyncio.timeout(30):
        await until(follower.lead)
    assert not await stopped.lead()
    await follower.close()
    await stopped.close()


async def test_whoever_watches_sees_which_redis_answers(
    redis_url: str, private_redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    health = RedisHealth({"broker": private_redis.url, "cache": redis_url})
    assert await health.look() == {"broker": True, "cache": True}

    monkeypatch.setattr(connection, "SECONDS", 0.05)
    os.kill(private_redis.pid, signal.SIGSTOP)
    async with asyncio.timeout(30):
        assert (await health.look())["broker"] is False
    os.kill(private_redis.pid, signal.SIGCONT)
    private_redis.kill()
    assert (await health.look())["broker"] is False
    await health.close()


async def test_nobody_leads_while_redis_is_away(private_redis: Server) -> None:
    election = RedisElection(private_redis.url, "schedule")
    private_redis.kill()

    assert not await election.lead()

    await election.close()


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[asyncio.Event]:
    """Set at every ring, while another process listens."""
    bell, heard = RedisDoorbell(url), asyncio.Event()
    task = asyncio.create_task(bell.listen(heard.set))
    yield heard
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await bell.close()


async def heard_when_rung(bell: RedisDoorbell, heard: asyncio.Event) -> None:
    """Ring until it is heard: a listener has its time to come back."""

    async def rung() -> bool:
        bell([EventId(new_id())])
        return heard.is_set()

    heard.clear()
    async with asyncio.timeout(30):
        await until(rung)


async def test_a_ring_is_heard_elsewhere_also_after_redis_was_away(
    private_redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(doorbell, "RECONNECT_SECONDS", 0.01)
    bell = RedisDoorbell(private_redis.url)
    async with listening(private_redis.url) as heard:
        await heard_when_rung(bell, heard)

        private_redis.kill()
        bell([EventId(new_id())])
        private_redis.start()

        await heard_when_rung(bell, heard)
    await bell.close()


async def test_after_a_long_silence_the_listener_comes_again(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "SILENCE_SECONDS", 0.01)
    monkeypatch.setattr(doorbell, "RECONNECT_SECONDS", 0.01)
    async with listening(redis_url), redis.asyncio.Redis.from_url(redis_url) as other:

        async def came_again() -> bool:
            return await connections() >= before + 3

        async def connections() -> int:
            return int((await other.info("stats"))["total_connections_received"])

        before = await connections()
        async with asyncio.timeout(30):
            await until(came_again)


async def test_a_listener_ends_whenever_it_is_told_to(redis_url: str) -> None:
    bell = RedisDoorbell(redis_url)
    for steps in range(100):
        task = asyncio.create_task(bell.listen(lambda: None))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        async with asyncio.timeout(30):
            await asyncio.wait([task])
        assert task.cancelled()
    await bell.close()


async def test_a_ring_that_nobody_hears_is_no_harm(private_redis: Server) -> None:
    bell = RedisDoorbell(private_redis.url)
    private_redis.kill()
    for _ in range(3):
        bell([EventId(new_id())])
        await asyncio.sleep(0)
    await bell.close()
