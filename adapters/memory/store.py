"""The committed state of one process: tables, the lock that guards them, and row locks for units of work."""

import asyncio
import threading
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

import attrs

from adapters.memory.table import Table
from saltbitter_domain.assessments.model import Assessment
from saltbitter_domain.audit.model import AuditRecord
from saltbitter_domain.breaches.model import Entry, Trace
from saltbitter_domain.chain import ChainHead
from saltbitter_domain.compatibility.model import (
    Block,
    BlockMark,
    DailyMatches,
    Decision,
    Exposure,
    Match,
    Notice,
    NoticeKind,
    Population,
)
from saltbitter_domain.consent.model import ConsentRecord
from saltbitter_domain.events import OutboxMessage
from saltbitter_domain.exports.model import DataExport
from saltbitter_domain.kernel import (
    AlertId,
    AssessmentId,
    BreachId,
    DeviceId,
    EventId,
    ExportId,
    Language,
    NoticeId,
    OrderId,
    PasskeyId,
    PhotoId,
    ReviewId,
    SessionId,
    StaleWrite,
    UserId,
)
from saltbitter_domain.ledger.model import Account, MoneyFact, Transaction
from saltbitter_domain.notifications.model import HeldPush, NotificationSettings, PushSubscription
from saltbitter_domain.orders.model import Order
from saltbitter_domain.profiles.model import AWAITING_STAFF, Photo, Profile
from saltbitter_domain.reviews.model import Review
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import OneTimeToken, Session, TokenPurpose, User
from saltbitter_domain.users.model.delivery import Suppression
from saltbitter_domain.users.model.devices import Device, SignInAlert
from saltbitter_domain.users.model.passkeys import Passkey
from saltbitter_domain.users.model.second_factor import SecondFactor

LOCK_WAIT_SECONDS = 5.0
"""How long a unit of work waits for a row that another holds, like a database's lock timeout."""


@attrs.frozen
class Tries:
    """How many there were in a row, when the last was, and when the next counts."""

    tries: int
    tried_at: datetime
    next_at: datetime


class Tables:
    """Every table of the store, or a layer of changes above every table."""

    def __init__(self) -> None:
        self.users = Table[UserId, User](email=lambda row: row.email)
        self.sessions = Table[SessionId, Session](user=lambda row: row.user_id)
        self.session_tokens = Table[str, SessionId](session=lambda row: row)
        self.one_time_tokens = Table[str, OneTimeToken](
            user=lambda row: row.user_id,
            kept_email=lambda row: row.email if row.purpose is TokenPurpose.KEEP_EMAIL else None,
        )
        self.second_factors = Table[UserId, SecondFactor]()
        self.passkeys = Table[PasskeyId, Passkey](
            user=lambda row: row.user_id, credential=lambda row: row.credential_id
        )
        self.devices = Table[DeviceId, Device](user=lambda row: row.user_id, token=lambda row: row.token_hash)
        self.sign_in_tries = Table[str, Tries]()
        self.sign_in_alerts = Table[AlertId, SignInAlert](user=lambda row: row.user_id)
        self.barred_marks = Table[str, datetime]()
        self.suppressed_addresses = Table[str, Suppression]()
        self.profiles = Table[UserId, Profile]()
        self.photos = Table[PhotoId, Photo](
            user=lambda row: row.user_id, awaiting_staff=lambda row: row.state in AWAITING_STAFF
        )
        self.removed_photos = Table[str, datetime]()
        self.assessments = Table[AssessmentId, Assessment](user=lambda row: row.user_id)
        self.assessments_taken = Table[UserId, datetime]()
        self.consents = Table[tuple[UserId, int], ConsentRecord](user=lambda row: row.user_id)
        self.tiers = Table[UserId, Tier]()
        self.daily_matches = Table[tuple[UserId, date], DailyMatches](user=lambda row: row.user_id)
        self.decisions = Table[tuple[UserId, UserId], Decision](by=lambda row: row.by, about=lambda row: row.about)
        self.matches = Table[tuple[UserId, UserId], Match](low=lambda row: row.low, high=lambda row: row.high)
        self.carried_blocks = Table[tuple[UserId, UserId], Block](
            about=lambda row: row.about, origin=lambda row: row.origin
        )
        self.block_marks = Table[tuple[UserId, str], BlockMark](
            mark=lambda row: row.mark, origin=lambda row: row.origin
        )
        self.exposures = Table[tuple[UserId, date], Exposure]()
        self.shards = Table[tuple[date, int, int], datetime]()
        self.populations = Table[date, Population]()
        self.notices = Table[NoticeId, Notice](user=lambda row: row.user_id)
        self.notification_settings = Table[UserId, NotificationSettings]()
        self.push_subscriptions = Table[SessionId, PushSubscription](
            user=lambda row: row.user_id, endpoint=lambda row: row.endpoint
        )
        self.held_pushes = Table[tuple[SessionId, NoticeKind], HeldPush]()
        self.audit_log = Table[int, AuditRecord]()
        self.audit_forgotten = Table[int, ChainHead]()
        self.traces = Table[UUID, Trace]()
        self.breach_entries = Table[tuple[BreachId, int], Entry](breach=lambda row: row.breach_id)
        self.breach_keys = Table[str, BreachId]()
        self.breach_members = Table[tuple[BreachId, UserId], int]()
        self.breach_told = Table[tuple[BreachId, UserId], tuple[datetime, int, Language]]()
        self.exports = Table[ExportId, DataExport](user=lambda row: row.user_id)
        self.review_requests = Table[ReviewId, Review](
            user=lambda row: row.user_id, waiting=lambda row: row.decided_at is None
        )
        self.gateway_events = Table[str, tuple[datetime, str]]()
        self.gateway_readings = Table[str, tuple[int, int]]()
        self.gateway_expiries = Table[str, datetime]()
        self.gateway_sweeps = Table[str, datetime]()
        self.money_facts = Table[str, MoneyFact](member=lambda row: row.member)
        self.ledger_transactions = Table[str, Transaction]()
        self.ledger_carried = Table[tuple[Account, str], int]()
        self.orders = Table[OrderId, Order](user=lambda row: row.user_id, state=lambda row: row.state)
        self.outbox = Table[EventId, OutboxMessage](open=lambda row: row.done_at is None and row.dead_at is None)
        self.handled = Table[tuple[str, EventId], EventId](message=lambda row: row)

    def every(self) -> Mapping[str, Table[Any, Any]]:
        """Every table by its name."""
        return vars(self)

    def layer(self) -> "Layer":
        """An empty layer of changes above every table."""
        return Layer(self)


class Layer(Tables):
    """A layer above every table, each made when it is first looked at: most transactions look at few."""

    def __init__(self, below: Tables) -> None:
        self._below = below

    def __getattr__(self, name: str) -> Table[Any, Any]:
        """The layer above the table of this name, kept from then on."""
        table: Table[Any, Any] = getattr(self._below, name).layer()
        vars(self)[name] = table
        return table

    def every(self) -> Mapping[str, Table[Any, Any]]:
        return {name: getattr(self, name) for name in self._below.every()}

    def flush(self, into: Tables) -> None:
        """Make the changes of this layer in other tables."""
        for name, table in vars(self).items():
            if name != "_below":
                table.flush(getattr(into, name))


class RowLocks:
    """Locks by row, each held by one owner until released, awaited from any thread's event loop without blocking it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._owners: dict[Hashable, object] = {}
        self._waiters: dict[Hashable, list[asyncio.Future[None]]] = {}

    async def acquire(self, row: Hashable, owner: object) -> None:
        """Hold the row; at once when the owner already does. ``StaleWrite`` after ``LOCK_WAIT_SECONDS``."""
        try:
            async with asyncio.timeout(LOCK_WAIT_SECONDS):
                while (released := self._take(row, owner)) is not None:
                    await released
        except TimeoutError:
            raise StaleWrite("Somebody is changing this right now. Read it again and repeat the change.") from None

    def release(self, rows: Iterable[Hashable]) -> None:
        """Let go of rows held, and wake whoever waits for them."""
        with self._mutex:
            waiters: list[asyncio.Future[None]] = []
            for row in rows:
                del self._owners[row]
                waiters += self._waiters.pop(row, [])
        for waiter in waiters:
            with suppress(RuntimeError):  # The loop of a waiter may have been closed meanwhile.
                waiter.get_loop().call_soon_threadsafe(_wake, waiter)

    def _take(self, row: Hashable, owner: object) -> asyncio.Future[None] | None:
        with self._mutex:
            if self._owners.setdefault(row, owner) is owner:
                return None
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.setdefault(row, []).append(waiter)
            return waiter


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)


class MemoryStore:
    """What was committed. Whoever touches ``tables`` holds ``lock``; the HTTP loop and the worker's are two threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.tables = Tables()
        self.row_locks = RowLocks()
