"""The mode in which members are served: PostgreSQL, Redis, and folders that every process shares."""

from dependency_injector import containers, providers

from adapters.local.maildir import MaildirMailer
from adapters.local.photo_files import FilePhotoStore
from adapters.memory.traffic import MemoryRateLimits
from adapters.postgres.database import Database
from adapters.postgres.matches import DailyPartitions
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.traffic import PostgresIdempotency
from adapters.postgres.uow import PostgresUnitsOfWork
from adapters.redis.doorbell import RedisDoorbell
from adapters.redis.rate_limits import RedisRateLimits
from adapters.redis.revocations import RedisRevocations
from adapters.system.clock import SystemClock
from config.common import common
from config.settings import ProductionSettings


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
    container.mailer = providers.Singleton(MaildirMailer, settings.mail_directory, clock)
    container.photo_store = providers.Singleton(
        FilePhotoStore, clock, settings.photo_directory, secret=settings.media_key.encode()
    )
    return container
