"""The mode in which members are served: PostgreSQL, Redis, and folders that every process shares."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dependency_injector import containers, providers

from adapters.local.maildir import MaildirMailer
from adapters.local.photo_files import FilePhotoStore
from adapters.memory.traffic import MemoryRateLimits
from adapters.postgres.database import Database
from adapters.postgres.matches import DailyPartitions
from adapters.postgres.migrations import run as migrations
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.traffic import PostgresIdempotency
from adapters.postgres.uow import PostgresUnitsOfWork
from adapters.redis.doorbell import RedisDoorbell
from adapters.redis.health import RedisHealth
from adapters.redis.rate_limits import RedisRateLimits
from adapters.redis.revocations import RedisRevocations
from adapters.system.clock import SystemClock
from config.common import common
from config.settings import ProductionSettings
from saltbitter_domain.events import Outbox
from saltbitter_domain.kernel import Clock


def adapters(settings: ProductionSettings) -> containers.DynamicContainer:
    """Every port, provided for many processes that share what they keep."""
    container = common(settings, providers.Singleton(SystemClock))
    clock, ids = container.clock, container.ids
    container.database = database = providers.Singleton(
        Database,
        settings.database_url,
        max_size=settings.database_pool,
        statement_cache=settings.database_statement_cache,
    )
    container.doorbell = providers.Singleton(RedisDoorbell, settings.broker_url)
    container.begin = providers.Singleton(PostgresUnitsOfWork, database, clock, ids, doorbell=container.doorbell)
    container.outbox = providers.Singleton(PostgresOutbox, database)
    container.partitions = providers.Singleton(DailyPartitions, database, clock)
    container.idempotency = providers.Singleton(PostgresIdempotency, database, clock)
    container.revocations = providers.Singleton(RedisRevocations, settings.cache_url, clock)
    container.rate_limits = providers.Singleton(
        RedisRateLimits, settings.cache_url, clock, fallback=providers.Singleton(MemoryRateLimits, clock)
    )
    container.watched = providers.Singleton(RedisHealth, {"broker": settings.broker_url, "cache": settings.cache_url})
    container.mailer = providers.Singleton(MaildirMailer, settings.mail_directory, clock)
    container.photo_store = providers.Singleton(
        FilePhotoStore, clock, settings.photo_directory, secret=settings.media_key.encode()
    )
    return container


def migrate(settings: ProductionSettings, revision: str = "head") -> tuple[str | None, str | None]:
    """Bring the database up to this revision, the newest if none is named; the revisions it was and is at.

    At the newest, days to come get their partitions."""
    before = migrations.current(settings.database_url)
    migrations.upgrade(settings.database_url, revision)
    after = migrations.current(settings.database_url)
    if after == migrations.head():
        asyncio.run(_prepare_days(settings))
    return before, after


async def _prepare_days(settings: ProductionSettings) -> None:
    async with _database(settings) as database:
        await DailyPartitions(database, SystemClock()).prepare()


@asynccontextmanager
async def opened_outbox(settings: ProductionSettings) -> AsyncIterator[tuple[Outbox, Clock]]:
    """The outbox and the clock alone, for whoever looks after dead letters."""
    async with _database(settings) as database:
        yield PostgresOutbox(database), SystemClock()


@asynccontextmanager
async def _database(settings: ProductionSettings) -> AsyncIterator[Database]:
    database = Database(
        settings.database_url, min_size=0, max_size=1, statement_cache=settings.database_statement_cache
    )
    await database.open()
    try:
        yield database
    finally:
        await database.close()
