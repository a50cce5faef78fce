"""Our books and members' tiers are the ones that Stripe's records make, whatever is told, lost and repeated."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.stripe.double import objects
from adapters.stripe.double.money import FEE
from saltbitter_domain.kernel import EventId, UserId
from saltbitter_domain.ledger.model import BOOKS_KEPT, Account, Booked, FactKind
from saltbitter_domain.ledger.policies import kept
from saltbitter_domain.payments.model import CustomerChanged
from saltbitter_domain.payments.service import KEPT_FOR
from saltbitter_domain.subscriptions.model import Tier
from tests.conftest import Run
from tests.doubles.builders import NOW
from tests.doubles.money import a_fact
from tests.doubles.payments import Till, opened, till

PRICES = {"saltbitter_premium": 1999, "saltbitter_elite": 4999}


@attrs.frozen
class Telling:
    """What Stripe may tell in a history, in the order in which it happened."""

    world: Till
    member: UserId
    events: list[dict[str, Any]] = attrs.field(factory=list)

    def subscribe(self, product: str, status: str = "active") -> None:
        self.events.append(self.world.stripe.subscribe("sub_1", "cus_1", self.member, product, status))

    def pay(self, product: str, status: str = "succeeded") -> dict[str, Any]:
        """A month that was invoiced and paid, or not."""
        now, stripe = self.world.clock.now(), self.world.stripe
        line = objects.line(product, PRICES[product], now, now + timedelta(days=30))
        charge = stripe.money.charge("cus_1", PRICES[product], status=status)
        number = f"in_{charge['id']}"
        invoice = objects.invoice(number, "cus_1", "sub_1", "open", now, [line], member=self.member)
        stripe.invoices[number] = {**objects.paying(invoice, charge), "status": "paid"}
        self.tell(f"charge.{status}", charge)
        return charge

    def tell(self, kind: str, about: dict[str, Any]) -> None:
        self.events.append(self.world.stripe.happen(kind, about))


async def happens(history: Telling) -> None:
    """A month of Premium and one of Elite, one payment that failed, one refund and one dispute that was lost."""
    clock, money = history.world.clock, history.world.stripe.money
    history.subscribe("saltbitter_premium")
    first = history.pay("saltbitter_premium")
    clock.advance(timedelta(days=20))
    history.pay("saltbitter_premium", "failed")
    history.subscribe("saltbitter_elite")
    second = history.pay("saltbitter_elite")
    history.tell("charge.refunded", money.refund(first, 500))
    dispute = money.dispute(second)
    history.tell("charge.dispute.created", dispute)
    clock.advance(timedelta(days=10))
    history.tell("charge.dispute.closed", money.decide(dispute, "lost"))


async def books(world: Till) -> Any:
    async with world.begin() as uow:
        return await uow.ledger.balances()


EXPECTED = {
    (Account.SALES, "USD"): -(1999 + 4999),
    (Account.REFUNDS, "USD"): 500,
    (Account.FEES, "USD"): 2 * FEE + 1500,
    (Account.DISPUTES, "USD"): 0,
    (Account.LOSSES, "USD"): 4999,
    (Account.GATEWAY, "USD"): 1999 - 500 - 2 * FEE - 1500,
}


@given(data=st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order_repeated_and_lost_books_and_tier_end_the_same(run: Run, data: st.DataObject) -> None:
    async def live() -> None:
        async with opened() as plain:
            world = till(plain.stripe, plain.records, plain.clock)
            history = Telling(world, await world.member())
            await happens(history)
            chosen = st.lists(st.sampled_from(range(len(history.events))), max_size=20)
            for place in data.draw(chosen):
                await world.send(history.events[place])
                if data.draw(st.booleans()):
                    await world.work()
            await world.work()
            await world.service.reconcile()
            await world.work()

            assert await books(world) == EXPECTED
            assert await world.tier(history.member) is Tier.ELITE

    run(live())


async def test_every_fact_is_told_to_the_house_once() -> None:
    async with opened() as world:
        history = Telling(world, await world.member())
        await happens(history)
        for event in random.Random(3).choices(history.events, k=30):
            await world.send(event)
        told: list[tuple[str, FactKind]] = []

        async def hear(_message: EventId, event: Booked) -> None:
            told.append((event.fact, event.kind))

        await world.work({"ledger.booked": [("hear", hear)]})
        await world.service.compare()
        await world.work({"ledger.booked": [("hear", hear)]})

        async with world.begin() as uow:
            facts = await uow.ledger.about(history.member)
        assert sorted(told) == sorted((fact.id, fact.kind) for fact in facts)


async def test_the_nightly_comparison_books_what_no_event_told() -> None:
    async with opened() as world:
        history = Telling(world, await world.member())
        await happens(history)
        world.stripe.events.clear()

        assert await world.service.compare() > 0

        assert await books(world) == EXPECTED
        await world.work()
        assert await world.service.compare() == 0


async def test_payments_older_than_the_comparison_are_not_asked_for_again() -> None:
    async with opened() as world:
        Telling(world, await world.member()).pay("saltbitter_premium")
        world.clock.advance(KEPT_FOR + timedelta(days=1))

        assert await world.service.compare() == 0


async def test_ten_years_later_a_payment_is_forgotten_and_whatever_is_told_of_it_not_booked_anew() -> None:
    async with opened() as world:
        history = Telling(world, await world.member())
        await happens(history)
        await world.service.compare()
        async with world.begin() as uow:
            facts, balances = await uow.ledger.about(history.member), await uow.ledger.balances()

        world.clock.advance(facts[-1].at + BOOKS_KEPT - world.clock.now() - timedelta(days=60))
        assert await world.service.forget_payments() == 0
        world.clock.advance(timedelta(days=61))
        assert await world.service.forget_payments() == len({fact.payment for fact in facts})
        await world.service.read_customer(EventId(UUID(int=1)), CustomerChanged("cus_1"))

        async with world.begin() as uow:
            assert await uow.ledger.about(history.member) == []
            assert await uow.ledger.balances() == balances


def test_what_is_told_of_a_payment_is_kept_while_anything_of_it_is_young_enough() -> None:
    old, young = NOW - timedelta(microseconds=1), NOW
    paid, fee, disputed = (
        a_fact(at=old),
        a_fact("txn_1", FactKind.FEE, at=old),
        a_fact("dp_1", FactKind.DISPUTED, at=young),
    )
    other = a_fact("ch_2", payment="ch_2", at=old)
    lost = a_fact("dp_2:lost", FactKind.DISPUTE_LOST, payment="ch_2", at=young)

    assert kept([paid, fee, other, disputed], NOW) == [paid, fee, disputed]
    assert kept([paid, fee, other, lost], NOW) == [], "that it was lost is dated by us, when we read it"


def test_of_a_payment_that_was_forgotten_only_what_happens_afterwards_is_booked() -> None:
    paid, again = a_fact(at=NOW), a_fact("dp_1", FactKind.DISPUTED, at=NOW + timedelta(days=3000))
    late = a_fact("re_1", FactKind.REFUNDED, at=NOW + timedelta(days=3000) + BOOKS_KEPT + timedelta(days=1))

    assert kept([paid, again, late], late.at) == [late], "nothing had happened for ten years"
    assert kept([paid, again, late], again.at) == [late]
    assert kept([paid, again], again.at) == [paid, again]
