"""The mode in which members are served: PostgreSQL, Redis, and folders that every process shares."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TypeVar

from dependency_injector import containers, providers

from adapters.aws.rekognition import RekognitionFaces, RekognitionModerator
from adapters.aws.sns import SnsDeliveryReports
from adapters.laboratory.shadow import ShadowedEngine
from adapters.local.archives import EncryptedArchives
from adapters.local.erasures import FileErasureLedger
from adapters.mail.letter import Envelopes, Letters
from adapters.mail.maildir import MaildirMailer
from adapters.mail.ses import SesMailer
from adapters.mail.smtp import SmtpMailer
from adapters.matching.daily import ColumnarEngine
from adapters.memory.traffic import MemoryRateLimits
from adapters.postgres.consent import consent_chains
from adapters.postgres.database import Database
from adapters.postgres.invariants import MoneyInvariants
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.matches import DailyPartitions
from adapters.postgres.migrations import run as migrations
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.replica import Replicated
from adapters.postgres.search import PostgresProfileSearch
from adapters.postgres.traffic import PostgresIdempotency
from adapters.postgres.transparency import PostgresMatchingReports, PostgresMatchingRuns
from adapters.postgres.uow import PostgresUnitsOfWork
from adapters.redis.doorbell import RedisDoorbell
from adapters.redis.health import RedisHealth
from adapters.redis.rate_limits import RedisRateLimits
from adapters.redis.revocations import RedisRevocations
from adapters.stripe.gateway import StripeGateway
from adapters.stripe.records import StripeRecords
from adapters.system.clock import SystemClock
from adapters.system.emails import EmailValidatorAddresses
from adapters.system.ids import UuidV7Ids
from adapters.system.passwords import BcryptPasswords
from adapters.system.secrets import SystemSecrets
from config.common import common, password_peppers
from config.photos import photo_store
from config.settings import ProductionSettings
from saltbitter_domain.audit.service import AuditService
from saltbitter_domain.compatibility.service import FollowingService
from saltbitter_domain.consent.model import ConsentChain
from saltbitter_domain.events import Outbox
from saltbitter_domain.kernel import Clock
from saltbitter_domain.ledger.model import Account
from saltbitter_domain.profiles.service import FirstLookService
from saltbitter_domain.search.service import SearchService
from saltbitter_domain.transparency.service import TransparencyService
from saltbitter_domain.users.ports import Mailer
from saltbitter_domain.users.service import FactorRemovalService, ReplayService


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
    if settings.database_replica_url:
        container.replica = providers.Singleton(_replica, settings)
    container.reports = reports = providers.Singleton(Replicated, database, container.providers.get("replica"))
    container.doorbell = providers.Singleton(RedisDoorbell, settings.broker_url)
    container.begin = providers.Singleton(PostgresUnitsOfWork, database, clock, ids, doorbell=container.doorbell)
    container.outbox = providers.Singleton(PostgresOutbox, database)
    container.matching_reports = providers.Singleton(PostgresMatchingReports, reports)
    container.matching_runs = providers.Singleton(PostgresMatchingRuns, reports)
    container.profile_search = providers.Singleton(PostgresProfileSearch, reports, clock)
    container.partitions = providers.Singleton(DailyPartitions, database, clock)
    container.idempotency = providers.Singleton(PostgresIdempotency, database, clock)
    container.revocations = providers.Singleton(RedisRevocations, settings.cache_url, clock)
    container.rate_limits = providers.Singleton(
        RedisRateLimits, settings.cache_url, clock, fallback=providers.Singleton(MemoryRateLimits, clock)
    )
    container.match_engine = engine = providers.Singleton(ColumnarEngine)
    if settings.shadow_policy:
        container.match_engine = providers.Singleton(ShadowedEngine, engine, settings.shadow_policy)
    container.crowd_holds = providers.Object(timedelta(minutes=1))
    if settings.stripe:
        container.money_invariants = providers.Singleton(MoneyInvariants, database, clock)
        container.payment_records = providers.Singleton(StripeRecords, settings.stripe, clock)
        container.payment_gateway = providers.Singleton(StripeGateway, settings.stripe)
    container.watched = providers.Singleton(RedisHealth, {"broker": settings.broker_url, "cache": settings.cache_url})
    container.mailer = _mailer(settings, clock)
    if settings.mail == "ses":
        container.addresses = providers.Singleton(EmailValidatorAddresses, ascii_only=True)
    if settings.sns_topics:
        container.delivery_reports = providers.Singleton(SnsDeliveryReports, clock, settings.sns_topics)
    container.erasure_ledger = providers.Singleton(FileErasureLedger, settings.erasure_directory)
    container.archives = providers.Singleton(
        EncryptedArchives, clock, settings.export_directory, settings.derivation_key.encode()
    )
    container.photo_store = photo_store(settings.photos, settings.media_key.encode(), clock)
    if region := settings.photos.rekognition_region:
        container.faces = providers.Singleton(RekognitionFaces, region=region)
        container.moderator = providers.Singleton(RekognitionModerator, region=region)
    return container


def _mailer(settings: ProductionSettings, clock: providers.Provider[Clock]) -> providers.Provider[Mailer]:
    envelopes = providers.Singleton(
        Envelopes, providers.Singleton(Letters, settings.mail_language), clock, settings.mail_sender
    )
    match settings.mail:
        case "ses":
            return providers.Singleton(SesMailer, envelopes, settings.mail_ses_region)
        case "smtp":
            return providers.Singleton(SmtpMailer, envelopes, settings.mail_smtp_url)
    return providers.Singleton(MaildirMailer, settings.mail_directory, envelopes)


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
async def opened_consent_chains(settings: ProductionSettings) -> AsyncIterator[AsyncIterator[ConsentChain]]:
    """Every member's chain of consents, for whoever verifies them."""
    async with _database(settings) as database:
        yield consent_chains(database)


async def checked_books(settings: ProductionSettings) -> tuple[Mapping[tuple[Account, str], int], Mapping[str, int]]:
    """What is in each account of the books, and what should hold of money and does not, for operators."""
    async with _database(settings) as database:
        async with database.session() as session:
            balances = await PostgresLedger(session).balances()
        return balances, await MoneyInvariants(database, SystemClock()).broken()


@asynccontextmanager
async def opened_audit(settings: ProductionSettings) -> AsyncIterator[AuditService]:
    """The record of what staff do, for what they do without the API and for whoever verifies it."""
    async with _database(settings) as database:
        clock = SystemClock()
        yield AuditService(begin=PostgresUnitsOfWork(database, clock, UuidV7Ids(clock)), clock=clock)


S = TypeVar("S")


@asynccontextmanager
async def opened_over_accounts(settings: ProductionSettings, service: Callable[..., S]) -> AsyncIterator[S]:
    """What operators do to accounts, alone."""
    clock = SystemClock()
    revocations = RedisRevocations(settings.cache_url, clock)
    try:
        async with _database(settings) as database:
            begin = PostgresUnitsOfWork(database, clock, UuidV7Ids(clock))
            yield service(begin=begin, clock=clock, revocations=revocations)
    finally:
        await revocations.close()


def opened_factor_removal(settings: ProductionSettings) -> AbstractAsyncContextManager[FactorRemovalService]:
    """Removing second factors, alone."""
    hasher, secrets = BcryptPasswords(password_peppers(settings)), SystemSecrets(key=settings.derivation_key.encode())
    return opened_over_accounts(settings, partial(FactorRemovalService, hasher=hasher, secrets=secrets))


@asynccontextmanager
async def opened_following(settings: ProductionSettings) -> AsyncIterator[FollowingService]:
    """What operators do about blocks that followed somebody, alone."""
    async with _database(settings) as database:
        clock = SystemClock()
        secrets = SystemSecrets(key=settings.derivation_key.encode())
        yield FollowingService(
            begin=PostgresUnitsOfWork(database, clock, UuidV7Ids(clock)), clock=clock, secrets=secrets
        )


@asynccontextmanager
async def opened_first_looks(settings: ProductionSettings) -> AsyncIterator[FirstLookService]:
    """Asking people to look at photos that nobody has judged, alone."""
    async with _database(settings) as database:
        clock = SystemClock()
        yield FirstLookService(begin=PostgresUnitsOfWork(database, clock, UuidV7Ids(clock)), clock=clock)


@asynccontextmanager
async def opened_replay(settings: ProductionSettings) -> AsyncIterator[ReplayService]:
    """Erasing again alone, for whoever has restored the database."""
    async with _database(settings) as database:
        clock = SystemClock()
        ids = UuidV7Ids(clock)
        begin = PostgresUnitsOfWork(database, clock, ids)
        ledger = FileErasureLedger(settings.erasure_directory)
        secrets = SystemSecrets(key=settings.derivation_key.encode())
        yield ReplayService(begin=begin, clock=clock, ids=ids, secrets=secrets, ledger=ledger)


@asynccontextmanager
async def opened_search(settings: ProductionSettings) -> AsyncIterator[SearchService]:
    """The search over profiles alone, for operators."""
    async with _reports(settings) as reports:
        clock = SystemClock()
        begin = PostgresUnitsOfWork(reports.database, clock, UuidV7Ids(clock))
        yield SearchService(begin=begin, clock=clock, search=PostgresProfileSearch(reports, clock))


@asynccontextmanager
async def opened_transparency(settings: ProductionSettings) -> AsyncIterator[TransparencyService]:
    """The reports of matching alone, for operators."""
    async with _reports(settings) as reports:
        yield TransparencyService(
            clock=SystemClock(), reports=PostgresMatchingReports(reports), runs=PostgresMatchingRuns(reports)
        )


@asynccontextmanager
async def _reports(settings: ProductionSettings) -> AsyncIterator[Replicated]:
    async with _database(settings) as database:
        replica = _replica(settings) if settings.database_replica_url else None
        if replica is None:
            yield Replicated(database)
            return
        await replica.open()
        try:
            yield Replicated(database, replica)
        finally:
            await replica.close()


def _replica(settings: ProductionSettings) -> Database:
    """Connected to when it is first asked: a process starts also while it is away."""
    return Database(
        settings.database_replica_url or "",
        min_size=0,
        max_size=settings.database_pool,
        statement_cache=settings.database_statement_cache,
    )


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
