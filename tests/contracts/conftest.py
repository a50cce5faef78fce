"""Every contract runs over every adapter of its port; a new adapter joins by one line in ``stores``."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.memory.revocations import MemoryRevocations
from adapters.memory.traffic import MemoryIdempotency, MemoryRateLimits
from adapters.memory.transparency import MemoryMatchingRuns
from adapters.postgres.database import Database
from adapters.postgres.replica import Replicated
from adapters.postgres.traffic import PostgresIdempotency
from adapters.postgres.transparency import PostgresMatchingRuns
from adapters.redis.rate_limits import RedisRateLimits
from adapters.redis.revocations import RedisRevocations
from adapters.system.clock import ManualClock
from saltbitter_domain.profiles.ports import PhotoStore
from saltbitter_domain.traffic import Idempotency, RateLimits
from saltbitter_domain.transparency.ports import MatchingRuns
from saltbitter_domain.users.ports import Mailer, Revocations
from tests.conftest import Run
from tests.contracts import stores
from tests.doubles.builders import NOW


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a Redis nor a PostgreSQL on a busy machine is away."""
    monkeypatch.setattr("adapters.redis.connection.SECONDS", 30.0)
    monkeypatch.setattr("adapters.postgres.database.CONNECT_SECONDS", 30.0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def database(database_url: str, run: Run) -> Iterator[Database]:
    """An empty, migrated database."""
    database = Database(database_url)
    run(database.open())
    yield database
    run(database.close())


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest, clock: ManualClock) -> stores.Store:
    if request.param == "memory":
        return stores.in_memory(clock)
    return stores.on_postgres(request.getfixturevalue("database"), clock)


@pytest.fixture(params=["memory", "redis"])
def rate_limits(request: pytest.FixtureRequest, clock: ManualClock, run: Run) -> Iterator[RateLimits]:
    if request.param == "memory":
        yield MemoryRateLimits(clock)
        return
    limits = RedisRateLimits(request.getfixturevalue("redis_url"), clock, MemoryRateLimits(clock))
    yield limits
    run(limits.close())


@pytest.fixture(params=["memory", "postgres"])
def idempotency(request: pytest.FixtureRequest, clock: ManualClock) -> Idempotency:
    if request.param == "memory":
        return MemoryIdempotency(clock)
    return PostgresIdempotency(request.getfixturevalue("database"), clock)


@pytest.fixture(params=["memory", "postgres"])
def matching_runs(request: pytest.FixtureRequest) -> MatchingRuns:
    if request.param == "memory":
        return MemoryMatchingRuns()
    return PostgresMatchingRuns(Replicated(request.getfixturevalue("database")))


@pytest.fixture(params=["memory", "redis"])
def revocations(request: pytest.FixtureRequest, clock: ManualClock, run: Run) -> Iterator[Revocations]:
    if request.param == "memory":
        yield MemoryRevocations(clock)
        return
    revocations = RedisRevocations(request.getfixturevalue("redis_url"), clock)
    run(revocations.open())
    yield revocations
    run(revocations.close())


@pytest.fixture(params=stores.MAILERS)
def mailer(request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path, run: Run) -> Iterator[Mailer]:
    way = stores.MAILERS[request.param](clock, tmp_path)
    yield run(way.__aenter__())
    run(way.__aexit__(None, None, None))


@pytest.fixture(params=stores.PHOTO_STORES)
def photo_store(request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path) -> Iterator[PhotoStore]:
    with stores.PHOTO_STORES[request.param](clock, tmp_path) as store:
        yield store
