"""The mode of the tests over PostgreSQL: what belongs in a database is in one, everything else is as in ``test``."""

import attrs
from dependency_injector import containers, providers

import config.settings
from adapters.postgres.database import Database
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.replica import Replicated
from adapters.postgres.search import PostgresProfileSearch
from adapters.postgres.traffic import PostgresIdempotency
from adapters.postgres.transparency import PostgresMatchingReports, PostgresMatchingRuns
from adapters.postgres.uow import PostgresUnitsOfWork
from config import test


@attrs.frozen
class Settings(config.settings.Settings):
    """Those of ``test``, and where the database is."""

    database_url: str = attrs.field(default="", repr=False)


def settings(database_url: str) -> Settings:
    """Settings with secrets of the moment."""
    return Settings(**attrs.asdict(test.settings(), recurse=False), database_url=database_url)


def adapters(settings: Settings) -> containers.DynamicContainer:
    """The adapters of this mode."""
    container = test.adapters(settings)
    container.database = database = providers.Singleton(Database, settings.database_url)
    reports = providers.Singleton(Replicated, database)
    container.override_providers(
        begin=providers.Singleton(
            PostgresUnitsOfWork, database, container.clock, container.ids, doorbell=container.doorbell
        ),
        outbox=providers.Singleton(PostgresOutbox, database),
        matching_reports=providers.Singleton(PostgresMatchingReports, reports),
        matching_runs=providers.Singleton(PostgresMatchingRuns, reports),
        profile_search=providers.Singleton(PostgresProfileSearch, reports, container.clock),
        idempotency=providers.Singleton(PostgresIdempotency, database, container.clock),
    )
    return container
