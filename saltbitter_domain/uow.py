"""The unit of work: one business transaction over every store, with the events it gives rise to."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar, overload

from saltbitter_domain.assessments.ports import Assessments
from saltbitter_domain.audit.ports import AuditLog
from saltbitter_domain.breaches.ports import BreachRegister, Traces
from saltbitter_domain.compatibility.ports import (
    DailyMatchesStore,
    Decisions,
    Exposures,
    Notices,
    People,
    Populations,
    Roster,
)
from saltbitter_domain.compatibility.ports.blocks import Blocks
from saltbitter_domain.consent.ports import ConsentLog
from saltbitter_domain.events import Event
from saltbitter_domain.exports.ports import Exports, MemberRecords
from saltbitter_domain.kernel import EventId, StaleWrite
from saltbitter_domain.ledger.ports import Ledger
from saltbitter_domain.notifications.ports import NotificationChoices, PushSubscriptions
from saltbitter_domain.orders.ports import Orders
from saltbitter_domain.payments.ports import GatewayInbox
from saltbitter_domain.profiles.ports import Photos, Profiles, RemovedPhotos
from saltbitter_domain.reviews.ports import Reviews
from saltbitter_domain.subscriptions.ports import Subscriptions
from saltbitter_domain.users.ports import (
    Devices,
    OneTimeTokens,
    SecondFactors,
    Sessions,
    SignInAlerts,
    SignInTries,
    Suppressions,
    Users,
)
from saltbitter_domain.users.ports.bars import Bars
from saltbitter_domain.users.ports.passkeys import Passkeys

_T = TypeVar("_T")
_U = TypeVar("_U")
_V = TypeVar("_V")
_W = TypeVar("_W")
_Read = Coroutine[Any, Any, _T]


class UnitOfWork(Protocol):
    """Stores that read and write in one transaction.

    Reads see the unit's own writes. Nothing is kept without ``commit``; leaving the block otherwise rolls back. What a
    store says it refuses (``StaleWrite``, ``EmailTaken``) it refuses at once or, at the latest, at ``commit``."""

    users: Users
    sessions: Sessions
    one_time_tokens: OneTimeTokens
    second_factors: SecondFactors
    passkeys: Passkeys
    devices: Devices
    sign_in_tries: SignInTries
    sign_in_alerts: SignInAlerts
    bars: Bars
    suppressions: Suppressions
    profiles: Profiles
    photos: Photos
    removed_photos: RemovedPhotos
    assessments: Assessments
    consents: ConsentLog
    subscriptions: Subscriptions
    people: People
    daily_matches: DailyMatchesStore
    blocks: Blocks
    decisions: Decisions
    exposures: Exposures
    populations: Populations
    roster: Roster
    notices: Notices
    notification_choices: NotificationChoices
    push_subscriptions: PushSubscriptions
    gateway_inbox: GatewayInbox
    ledger: Ledger
    audit_log: AuditLog
    traces: Traces
    breaches: BreachRegister
    exports: Exports
    member_records: MemberRecords
    orders: Orders
    reviews: Reviews

    @overload
    async def together(self, first: _Read[_T], second: _Read[_U], /) -> tuple[_T, _U]: ...
    @overload
    async def together(self, first: _Read[_T], second: _Read[_U], third: _Read[_V], /) -> tuple[_T, _U, _V]: ...
    @overload
    async def together(
        self, first: _Read[_T], second: _Read[_U], third: _Read[_V], fourth: _Read[_W], /
    ) -> tuple[_T, _U, _V, _W]: ...
    async def together(self, *reads: _Read[Any]) -> Any:
        """What each of these reads of this unit of work gives, asked for at once; none sees what another writes."""
        ...

    def emit(self, event: Event) -> None:
        """Store the event in the outbox with this transaction."""
        ...

    async def first_time(self, listener: str, message: EventId) -> bool:
        """Mark that ``listener`` handles ``message`` in this transaction; False when an earlier one did already."""
        ...

    async def commit(self) -> None:
        """Keep everything; ``StaleWrite`` when another transaction changed the same things meanwhile.

        A unit of work commits once. Writing after it, or anything after the block was left, is a ``RuntimeError``."""
        ...


class UnitsOfWork(Protocol):
    """Begins units of work."""

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]: ...


async def retrying(attempt: Callable[[], Awaitable[_T]], attempts: int = 3) -> _T:
    """What ``attempt`` gives, made again whenever another transaction came first; ``StaleWrite`` after ``attempts``.

    Right only where every attempt is a whole unit of work that reads again and decides again on what it finds, so that
    the member cannot tell it from having asked a moment later. Wrong where they named the version they had seen: what
    has changed since is then for them to look at.
    """
    for _ in range(attempts - 1):
        try:
            return await attempt()
        except StaleWrite:
            continue
    return await attempt()


async def as_read(found: _T, read: Callable[[], Awaitable[_T]], act: Callable[[_T], Awaitable[_U]]) -> _U:
    """What ``act`` comes to for something that was read before slow work; where that was changed meanwhile, so that
    storing meets another version, for what it is now. ``StaleWrite`` as from ``retrying``."""
    try:
        return await act(found)
    except StaleWrite:

        async def again() -> _U:
            return await act(await read())

        return await retrying(again)


SWEEP_BATCH = 1000
"""Rows forgotten in one transaction: enough to be quick, little enough to hold nobody up."""


async def sweep(begin: UnitsOfWork, forget: Callable[[UnitOfWork, int], Awaitable[int]]) -> int:
    """Forget up to ``SWEEP_BATCH`` rows in each of as many transactions as it takes; how many were forgotten in all.

    ``forget`` says how many of at most so many it found. Running it again, or stopping halfway, does no harm."""

    async def batch() -> int:
        async with begin() as uow:
            forgotten = await forget(uow, SWEEP_BATCH)
            await uow.commit()
        return forgotten

    total = forgotten = await retrying(batch)
    while forgotten == SWEEP_BATCH:
        forgotten = await retrying(batch)
        total += forgotten
    return total
