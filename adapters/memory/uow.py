"""Units of work over the store in memory."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from adapters.memory.assessments import MemoryAssessments
from adapters.memory.audit import MemoryAuditLog
from adapters.memory.bars import MemoryBars
from adapters.memory.blocks import MemoryBlocks
from adapters.memory.breaches import MemoryBreachRegister, MemoryTraces
from adapters.memory.compatibility import (
    MemoryDailyMatches,
    MemoryDecisions,
    MemoryExposures,
    MemoryNotices,
    MemoryPopulations,
)
from adapters.memory.consent import MemoryConsentLog
from adapters.memory.devices import MemoryDevices, MemorySignInAlerts, MemorySignInTries
from adapters.memory.exports import MemoryExports, MemoryMemberRecords
from adapters.memory.gateway import MemoryGatewayInbox
from adapters.memory.ledger import MemoryLedger
from adapters.memory.notifications import MemoryNotificationChoices, MemoryPushSubscriptions
from adapters.memory.orders import MemoryOrders
from adapters.memory.passkeys import MemoryPasskeys
from adapters.memory.people import MemoryPeople
from adapters.memory.profiles import MemoryPhotos, MemoryProfiles, MemoryRemovedPhotos
from adapters.memory.reviews import MemoryReviews
from adapters.memory.roster import MemoryRoster
from adapters.memory.store import MemoryStore, Tables
from adapters.memory.subscriptions import MemorySubscriptions
from adapters.memory.suppressions import MemorySuppressions
from adapters.memory.transaction import Transaction
from adapters.memory.users import MemoryOneTimeTokens, MemorySecondFactors, MemorySessions, MemoryUsers
from saltbitter_domain.events import Event, OutboxMessage
from saltbitter_domain.kernel import Clock, EventId, Ids
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork

Doorbell = Callable[[Sequence[EventId]], None]
"""Told which messages were just committed, so that the relay need not wait for its next look. Must not raise."""


def _silent(_: Sequence[EventId]) -> None:
    """Nobody waits at the door."""


class MemoryUnitOfWork(UnitOfWork):
    def __init__(self, transaction: Transaction, clock: Clock, ids: Ids, doorbell: Doorbell) -> None:
        self._transaction = transaction
        self._clock = clock
        self._ids = ids
        self._doorbell = doorbell
        self._emitted: list[EventId] = []
        self.users = MemoryUsers(transaction)
        self.sessions = MemorySessions(transaction)
        self.one_time_tokens = MemoryOneTimeTokens(transaction)
        self.second_factors = MemorySecondFactors(transaction)
        self.passkeys = MemoryPasskeys(transaction)
        self.devices = MemoryDevices(transaction)
        self.sign_in_tries = MemorySignInTries(transaction)
        self.sign_in_alerts = MemorySignInAlerts(transaction)
        self.bars = MemoryBars(transaction)
        self.suppressions = MemorySuppressions(transaction)
        self.profiles = MemoryProfiles(transaction)
        self.photos = MemoryPhotos(transaction)
        self.removed_photos = MemoryRemovedPhotos(transaction)
        self.assessments = MemoryAssessments(transaction)
        self.consents = MemoryConsentLog(transaction)
        self.subscriptions = MemorySubscriptions(transaction)
        self.people = MemoryPeople(transaction, clock)
        self.daily_matches = MemoryDailyMatches(transaction)
        self.blocks = MemoryBlocks(transaction)
        self.decisions = MemoryDecisions(transaction)
        self.exposures = MemoryExposures(transaction)
        self.populations = MemoryPopulations(transaction)
        self.roster = MemoryRoster(transaction, clock)
        self.notices = MemoryNotices(transaction)
        self.notification_choices = MemoryNotificationChoices(transaction)
        self.push_subscriptions = MemoryPushSubscriptions(transaction)
        self.gateway_inbox = MemoryGatewayInbox(transaction)
        self.ledger = MemoryLedger(transaction)
        self.audit_log = MemoryAuditLog(transaction, clock)
        self.traces = MemoryTraces(transaction)
        self.breaches = MemoryBreachRegister(transaction, clock)
        self.exports = MemoryExports(transaction)
        self.member_records = MemoryMemberRecords(transaction)
        self.orders = MemoryOrders(transaction)
        self.reviews = MemoryReviews(transaction)

    async def together(self, *reads: Coroutine[Any, Any, Any]) -> Any:
        try:
            return tuple([await read for read in reads])
        finally:
            for read in reads:
                read.close()

    def emit(self, event: Event) -> None:
        now = self._clock.now()
        message = OutboxMessage(EventId(self._ids.new()), event, occurred_at=now, due_at=now)
        self._transaction.write(lambda tables: tables.outbox.put(message.id, message))
        self._emitted.append(message.id)

    async def first_time(self, listener: str, message: EventId) -> bool:
        key = (listener, message)

        def change(tables: Tables) -> bool:
            if tables.handled.get(key) is not None:
                return False
            tables.handled.put(key, message)
            return True

        await self._transaction.hold(("handled", key))
        return self._transaction.write(change)

    async def commit(self) -> None:
        self._transaction.commit()
        if self._emitted:
            self._doorbell(tuple(self._emitted))


class MemoryUnitsOfWork(UnitsOfWork):
    def __init__(self, store: MemoryStore, clock: Clock, ids: Ids, doorbell: Doorbell = _silent) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._doorbell = doorbell

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[MemoryUnitOfWork]:
        transaction = Transaction(self._store)
        try:
            yield MemoryUnitOfWork(transaction, self._clock, self._ids, self._doorbell)
        finally:
            transaction.close()
