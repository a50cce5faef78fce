"""Keeping members' tiers and our books as the payment gateway's records are, whatever comes and in whatever order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain
from uuid import NAMESPACE_OID, uuid5

from saltbitter_domain.kernel import Clock, EventId, UserId
from saltbitter_domain.ledger.model import BOOKS_KEPT, Booked, MoneyFact
from saltbitter_domain.ledger.policies import kept
from saltbitter_domain.payments.model import (
    CustomerChanged,
    GatewayEvent,
    GatewayOff,
    GraceBegan,
    Held,
    HolderMissing,
    RenewalCancelled,
    RenewalDue,
    SubscriptionEnded,
    next_expiry,
    tier_of,
)
from saltbitter_domain.payments.ports import PaymentRecords
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.uow import SWEEP_BATCH, UnitOfWork, UnitsOfWork, retrying, sweep

OVERLAP = timedelta(minutes=10)
"""Every sweep looks this far behind the one before, for events that the gateway listed late."""

FIRST_SWEEP = timedelta(days=29)
"""How far back the first sweep looks: the gateway lists 30 days."""

KEPT_FOR = timedelta(days=35)
"""Longer than the gateway lists an event or sends it again, so that none is ever taken for new twice."""


class ReconciliationService:
    """An event only says about whom something changed. What they hold is then read, so that order, repetition and loss
    of events make no difference to where it ends. ``records`` is None where no gateway is configured."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, records: PaymentRecords | None) -> None:
        self._begin = begin
        self._clock = clock
        self._records = records

    async def receive(self, body: bytes, signature: str) -> None:
        """Keep an event that the gateway sent, for the workers. A repetition changes nothing."""
        if self._records is None:
            raise GatewayOff("Payments are not configured here.")
        received = self._records.read_event(body, signature)
        if received is not None:
            await self._keep([received])

    async def read_customer(self, _message: EventId, event: CustomerChanged) -> None:
        """Read what happened to the customer's money and what they hold; book the one and set their tier by the other.

        Of two readings at once the one that began later has its say, since it saw the newer state. ``HolderMissing``
        while the member is not there: the event came before what we do was committed, and comes again."""
        if self._records is None:
            raise GatewayOff("Payments are not configured here.")
        customer = await self._records.customer_of(event.customer)
        if customer is None:
            return
        async with self._begin() as uow:
            number = await uow.gateway_inbox.begin_reading(customer)
            await uow.commit()
        await self._book(await self._records.money_of(customer))
        await self._apply(customer, number, await self._records.held_by(customer))

    async def reconcile(self) -> int:
        """Look for events that never reached us; how many there were. It goes on where the last one ended, a little
        before it, and repeats whatever it did not finish."""
        if self._records is None:
            return 0
        now = self._clock.now()
        async with self._begin() as uow:
            until = await uow.gateway_inbox.swept_until()
        missed = await self._keep(await self._records.events_since((until or now - FIRST_SWEEP) - OVERLAP))
        async with self._begin() as uow:
            await uow.gateway_inbox.set_swept_until(now)
            await uow.commit()
        return missed

    async def compare(self) -> int:
        """Compare everything that is held with members' tiers, and the payments of five weeks with the books: read anew
        whoever differs, and book what is missing; how many that was."""
        if self._records is None:
            return 0
        now = self._clock.now()
        differing = await self._book(await self._records.money_since(now - KEPT_FOR))
        for customer, held in (await self._records.everything_held()).items():
            async with self._begin() as uow:
                if held and await uow.subscriptions.tier(held[0].member) is not tier_of(held, now):
                    differing += 1
                    uow.emit(CustomerChanged(customer))
                    await uow.commit()
        return differing

    async def remind(self) -> int:
        """Tell the house of the renewals that members are to be reminded of by now, once for each period; how many."""
        if self._records is None:
            return 0
        now, told = self._clock.now(), 0
        for held in chain.from_iterable((await self._records.everything_held()).values()):
            renewal = held.renewal
            if renewal is None or renewal.cancelled or held.owed_since or not renewal.told_from <= now < renewal.at:
                continue
            price = renewal.price
            async with self._begin() as uow:
                if await uow.first_time("payments.reminder", _once(renewal.subscription, renewal.at)):
                    uow.emit(RenewalDue(held.member, held.tier, renewal.at, price.amount_minor, price.currency))
                    await uow.commit()
                    told += 1
        return told

    async def read_expired(self) -> int:
        """Have read anew what is held by those of whom something expired by now, such as their grace; how many.

        No event tells of that. It is read and not just ended, since a payment may have come of which none told."""
        if self._records is None:
            return 0
        now = self._clock.now()

        async def batch(uow: UnitOfWork, limit: int) -> int:
            customers = await uow.gateway_inbox.take_expired(now, limit)
            for customer in customers:
                uow.emit(CustomerChanged(customer))
            return len(customers)

        return await sweep(self._begin, batch)

    async def forget_events(self) -> int:
        """Sweep: forget events that can no longer come again, then customers about whom none is left; how many."""
        before = self._clock.now() - KEPT_FOR
        events = await sweep(self._begin, lambda uow, limit: uow.gateway_inbox.forget(before, limit))
        return events + await sweep(self._begin, lambda uow, limit: uow.gateway_inbox.forget_readings(limit))

    async def forget_payments(self) -> int:
        """Sweep: forget payments to which nothing happened for ``BOOKS_KEPT``; how many. Balances stay as they are."""
        before = self._clock.now() - BOOKS_KEPT
        return await sweep(self._begin, lambda uow, limit: uow.ledger.forget(before, limit))

    async def _keep(self, events: Sequence[GatewayEvent]) -> int:
        new = 0
        for received in events:
            new += await retrying(lambda received=received: self._keep_one(received))  # type: ignore[misc]
        return new

    async def _keep_one(self, received: GatewayEvent) -> bool:
        async with self._begin() as uow:
            if not await uow.gateway_inbox.add(received, self._clock.now()):
                return False
            uow.emit(CustomerChanged(received.customer))
            await uow.commit()
        return True

    async def _book(self, facts: Sequence[MoneyFact]) -> int:
        """Write down what is not in the books yet, and tell of it; how much that was. What is so old that it was
        forgotten, should the gateway still have it, is not written down anew."""
        booked, facts = 0, kept(facts, self._clock.now() - BOOKS_KEPT)
        for start in range(0, len(facts), SWEEP_BATCH):
            async with self._begin() as uow:
                new = await uow.ledger.record(facts[start : start + SWEEP_BATCH])
                for fact in new:
                    uow.emit(Booked(fact.id, fact.kind))
                await uow.commit()
            booked += len(new)
        return booked

    async def _apply(self, customer: str, number: int, held: Sequence[Held]) -> None:
        async with self._begin() as uow:
            if not await uow.gateway_inbox.end_reading(customer, number):
                return
            now = self._clock.now()
            await uow.gateway_inbox.set_expiry(customer, next_expiry(held, now))
            if held:
                await _set_tier(uow, held[0].member, tier_of(held, now))
            for each in held:
                await _tell(uow, customer, each, now)
            await uow.commit()


async def _set_tier(uow: UnitOfWork, member: UserId, tier: Tier) -> None:
    if await uow.users.get(member) is None:
        if tier is Tier.FREE:  # As is whatever an erased member held.
            return
        raise HolderMissing("The member to whom the subscription belongs is not there (yet).")
    if await uow.subscriptions.tier(member) is not tier:
        await uow.subscriptions.set_tier(member, tier)


async def _tell(uow: UnitOfWork, customer: str, held: Held, now: datetime) -> None:
    """Tell the house, once for each payment that is owed, for each period that will not be followed by another, and for
    each subscription that ended at once."""
    since, until, renewal, ended = held.owed_since, held.expires_at, held.renewal, held.ended
    if since and until and now < until and await uow.first_time("payments.grace", _once(customer, since)):
        uow.emit(GraceBegan(held.member, held.tier, until))
    if ended and await uow.first_time("payments.ended", _once(ended.subscription, ended.at)):
        uow.emit(SubscriptionEnded(held.member, ended.tier, ended.at))
    if renewal is None or not renewal.cancelled or now >= renewal.at:
        return
    if await uow.first_time("payments.cancelled", _once(renewal.subscription, renewal.at)):
        uow.emit(RenewalCancelled(held.member, held.tier, renewal.at))


def _once(of: str, at: datetime) -> EventId:
    """Stands for what happens once to this customer or subscription at this instant, wherever it is read."""
    return EventId(uuid5(NAMESPACE_OID, f"{of} {at.isoformat()}"))
