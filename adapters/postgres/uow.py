"""Units of work: one transaction over every store, and its events in the same commit."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres import outbox
from adapters.postgres.assessments import PostgresAssessments
from adapters.postgres.audit import PostgresAuditLog
from adapters.postgres.bars import PostgresBars
from adapters.postgres.blocks import PostgresBlocks
from adapters.postgres.breaches import PostgresBreachRegister, PostgresTraces
from adapters.postgres.consent import PostgresConsentLog
from adapters.postgres.database import Database, Session
from adapters.postgres.decisions import PostgresDecisions
from adapters.postgres.devices import PostgresDevices, PostgresSignInAlerts, PostgresSignInTries
from adapters.postgres.exports import PostgresExports, PostgresMemberRecords
from adapters.postgres.gateway import PostgresGatewayInbox
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.matches import PostgresDailyMatches, PostgresExposures, PostgresNotices, PostgresPopulations
from adapters.postgres.notifications import PostgresNotificationChoices, PostgresPushSubscriptions
from adapters.postgres.orders import PostgresOrders
from adapters.postgres.passkeys import PostgresPasskeys
from adapters.postgres.people import PostgresPeople
from adapters.postgres.profiles import PostgresPhotos, PostgresProfiles, PostgresRemovedPhotos
from adapters.postgres.query import Query
from adapters.postgres.reviews import PostgresReviews
from adapters.postgres.roster import PostgresRoster
from adapters.postgres.subscriptions import PostgresSubscriptions
from adapters.postgres.suppressions import PostgresSuppressions
from adapters.postgres.tables import processed
from adapters.postgres.users import PostgresOneTimeTokens, PostgresSecondFactors, PostgresSessions, PostgresUsers
from saltbitter_domain.events import Event, OutboxMessage
from saltbitter_domain.kernel import Clock, EventId, Ids
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork

Doorbell = Callable[[Sequence[EventId]], None]
"""Told which messages were just committed, so that the relay need not wait for its next look. Must not raise."""


def _silent(_: Sequence[EventId]) -> None:
    """Nobody waits at the door."""


class PostgresUnitOfWork(UnitOfWork):
    _MARK = Query(
        insert(processed)
        .values(message_id=bindparam("message_id"), listener=bindparam("listener"))
        .on_conflict_do_nothing()
        .returning(processed.c.message_id)
    )

    def __init__(self, session: Session, clock: Clock, ids: Ids, doorbell: Doorbell) -> None:
        self._session = session
        self._clock = clock
        self._ids = ids
        self._doorbell = doorbell
        self._emitted: list[OutboxMessage] = []
        self.users = PostgresUsers(session)
        self.sessions = PostgresSessions(session)
        self.one_time_tokens = PostgresOneTimeTokens(session)
        self.second_factors = PostgresSecondFactors(session)
        self.passkeys = PostgresPasskeys(session)
        self.devices = PostgresDevices(session)
        self.sign_in_tries = PostgresSignInTries(session)
        self.sign_in_alerts = PostgresSignInAlerts(session)
        self.bars = PostgresBars(session)
        self.suppressions = PostgresSuppressions(session)
        self.profiles = PostgresProfiles(session)
        self.photos = PostgresPhotos(session)
        self.removed_photos = PostgresRemovedPhotos(session)
        self.assessments = PostgresAssessments(session)
        self.consents = PostgresConsentLog(session)
        self.subscriptions = PostgresSubscriptions(session)
        self.people = PostgresPeople(session, clock)
        self.daily_matches = PostgresDailyMatches(session)
        self.blocks = PostgresBlocks(session)
        self.decisions = PostgresDecisions(session)
        self.exposures = PostgresExposures(session)
        self.populations = PostgresPopulations(session)
        self.roster = PostgresRoster(session, clock)
        self.notices = PostgresNotices(session)
        self.notification_choices = PostgresNotificationChoices(session)
        self.push_subscriptions = PostgresPushSubscriptions(session)
        self.gateway_inbox = PostgresGatewayInbox(session)
        self.ledger = PostgresLedger(session)
        self.audit_log = PostgresAuditLog(session)
        self.traces = PostgresTraces(session)
        self.breaches = PostgresBreachRegister(session)
        self.exports = PostgresExports(session)
        self.member_records = PostgresMemberRecords(session)
        self.orders = PostgresOrders(session)
        self.reviews = PostgresReviews(session)

    async def together(self, *reads: Coroutine[Any, Any, Any]) -> Any:
        return tuple(await self._session.together(*reads))

    def emit(self, event: Event) -> None:
        self._session.require_writable()
        now = self._clock.now()
        self._emitted.append(OutboxMessage(EventId(self._ids.new()), event, occurred_at=now, due_at=now))

    async def first_time(self, listener: str, message: EventId) -> bool:
        return bool(await self._session.write(self._MARK, listener=listener, message_id=message))

    async def commit(self) -> None:
        if self._emitted:
            await outbox.store(self._session, self._emitted)
        await self._session.commit()
        if self._emitted:
            self._doorbell([message.id for message in self._emitted])


class PostgresUnitsOfWork(UnitsOfWork):
    def __init__(self, database: Database, clock: Clock, ids: Ids, doorbell: Doorbell = _silent) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._doorbell = doorbell

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[PostgresUnitOfWork]:
        session = Session(self._database)
        try:
            yield PostgresUnitOfWork(session, self._clock, self._ids, self._doorbell)
        finally:
            await session.end()
