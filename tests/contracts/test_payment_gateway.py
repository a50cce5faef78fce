"""What every payment gateway promises: Stripe does, for which the double stands, in the demo too."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest

from adapters.stripe.gateway import StripeGateway
from adapters.stripe.records import StripeRecords
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.kernel import Ids, Money, OrderId, UserId
from saltbitter_domain.ledger.model import FactKind
from saltbitter_domain.orders.model import (
    Contract,
    Done,
    Means,
    Order,
    OrderKind,
    Outcome,
    Reason,
    Refused,
    RequiresAction,
)
from saltbitter_domain.orders.ports import PaymentGateway
from saltbitter_domain.payments.model import Held
from saltbitter_domain.payments.ports import PaymentRecords
from saltbitter_domain.subscriptions.catalogue import PLANS
from saltbitter_domain.subscriptions.model import Tier
from tests.conftest import Run
from tests.doubles.stripe.server import StripeDouble

PORT = PaymentGateway
START = datetime(2026, 3, 2, 12, tzinfo=UTC)

GOOD, DECLINED, FAILING, TO_CONFIRM = (
    "pm_card_visa",
    "pm_card_chargeDeclined",
    "pm_card_chargeCustomerFail",
    "pm_card_authenticationRequired",
)
PRICES = {plan.tier: plan.price for plan in PLANS}
ELITE = next(plan for plan in PLANS if plan.tier is Tier.ELITE)


@attrs.define
class Counter:
    """A gateway, what it knows afterwards, and a member who orders there."""

    gateway: PaymentGateway
    records: PaymentRecords
    clock: ManualClock
    ids: Ids
    user_id: UserId
    stripe: StripeDouble
    customer: str = ""

    def order(self, kind: OrderKind, item: str = "", price: Money | None = None, on: Contract | None = None) -> Order:
        subscription = on.id if on else None
        amount = price or Money(0, "USD")
        id_ = OrderId(self.ids.new())
        return Order(id_, self.user_id, self.customer, kind, item, amount, self.clock.now(), None, subscription)

    async def subscribe(self, tier: Tier = Tier.PREMIUM, card: str = GOOD) -> tuple[Order, Outcome]:
        order = self.order(OrderKind.SUBSCRIBE, tier, PRICES[tier])
        return await self._send(order, Means(payment_method=card))

    async def buy(self, card: str = GOOD) -> tuple[Order, Outcome]:
        return await self._send(self.order(OrderKind.PURCHASE, "report", Money(699, "USD")), Means(payment_method=card))

    async def change(self, kind: OrderKind, tier: Tier) -> tuple[Order, Outcome]:
        contract = await self.contract()
        order = self.order(kind, tier, PRICES[tier], contract)
        return await self._send(order, Means(contract=contract, priced_at=self.clock.now()))

    async def on_contract(self, kind: OrderKind) -> tuple[Order, Outcome]:
        return await self._send(self.order(kind, on=await self.contract()), Means())

    async def contract(self) -> Contract:
        contract = await self.gateway.contract(self.customer)
        assert contract is not None
        return contract

    async def held(self) -> list[tuple[Tier, Any]]:
        return [(held.tier, held.expires_at) for held in await self.records.held_by(self.customer)]

    async def money(self) -> list[tuple[str, int]]:
        """What was paid and paid back, in minor units, without what the gateway takes for itself."""
        facts = await self.records.money_of(self.customer)
        kinds = (FactKind.SUCCEEDED, FactKind.REFUNDED)
        return sorted((fact.kind.value, fact.amount.amount_minor) for fact in facts if fact.kind in kinds)

    async def _send(self, order: Order, means: Means) -> tuple[Order, Outcome]:
        outcome = await self.gateway.send(order, means)
        return order.with_outcome(outcome, self.clock.now()), outcome


@asynccontextmanager
async def at_stripe(clock: ManualClock, *, old: bool) -> AsyncIterator[Counter]:
    ids = UuidV7Ids(clock)
    async with StripeDouble(clock, old=old).serving() as stripe:
        gateway, records = StripeGateway(stripe.account), StripeRecords(stripe.account, clock)
        yield Counter(gateway, records, clock, ids, UserId(ids.new()), stripe)
        assert stripe.refused == []
        await records.close()
        await gateway.close()


@pytest.fixture(params=["now", "before 2025"])
def counter(run: Run, request: pytest.FixtureRequest) -> Iterator[Counter]:
    opening = at_stripe(ManualClock(START), old=request.param != "now")
    counter = run(opening.__aenter__())
    counter.customer = run(counter.gateway.customer(counter.user_id))
    yield counter
    run(opening.__aexit__(None, None, None))


async def test_a_member_is_one_customer(counter: Counter) -> None:
    again = await counter.gateway.customer(counter.user_id)
    counter.clock.advance(timedelta(days=2))

    assert counter.customer == again == await counter.gateway.customer(counter.user_id)
    assert counter.customer != await counter.gateway.customer(UserId(counter.ids.new()))
    assert await counter.gateway.contract(counter.customer) is None


async def test_a_subscription_that_is_paid_runs_for_a_month_and_renews(counter: Counter) -> None:
    order, outcome = await counter.subscribe()

    contract = await counter.contract()
    assert outcome == Done(contract.id) == await counter.gateway.ask(order)
    assert (contract.tier, contract.price, contract.paid) == (Tier.PREMIUM, Money(1999, "USD"), Tier.PREMIUM)
    assert (contract.began_at, contract.period_ends_at) == (START, START.replace(month=START.month + 1))
    assert contract.renews
    assert not contract.past_due
    assert await counter.held() == [(Tier.PREMIUM, None)]
    assert await counter.money() == [("payment_succeeded", 1999)]
    counter.clock.at(contract.period_ends_at)
    assert (await counter.contract()).period_ends_at == START.replace(month=START.month + 2)
    assert await counter.money() == [("payment_succeeded", 1999)] * 2


@pytest.mark.parametrize("what", [Counter.subscribe, Counter.buy])
async def test_what_the_bank_declines_takes_no_effect(counter: Counter, what: Any) -> None:
    for card in (DECLINED, FAILING):
        order, outcome = await what(counter, card=card)

        assert outcome == Refused(Reason.DECLINED)
        assert await counter.gateway.ask(order) in (Refused(Reason.DECLINED), Refused(Reason.LAPSED), None)
        assert await counter.gateway.contract(counter.customer) is None
        assert Tier.PREMIUM not in dict(await counter.held())
        assert await counter.money() == []


@pytest.mark.parametrize("what", [Counter.subscribe, Counter.buy])
async def test_what_has_to_be_confirmed_takes_effect_when_it_is(counter: Counter, what: Any) -> None:
    order, outcome = await what(counter, card=TO_CONFIRM)

    assert isinstance(outcome, RequiresAction)
    assert outcome.client_secret not in repr(outcome)
    assert await counter.gateway.ask(order) == outcome
    assert await counter.gateway.contract(counter.customer) is None
    counter.stripe.shop.confirm(outcome.client_secret)
    assert isinstance(await counter.gateway.ask(order), Done)
    assert (await counter.gateway.contract(counter.customer) is None) == (order.kind is OrderKind.PURCHASE)


@pytest.mark.parametrize("what", [Counter.subscribe, Counter.buy])
async def test_what_waits_to_be_confirmed_can_be_taken_back_until_it_is(counter: Counter, what: Any) -> None:
    order, _ = await what(counter, card=TO_CONFIRM)
    assert await counter.gateway.abandon(order) == Refused(Reason.LAPSED)
    assert await counter.gateway.ask(order) == Refused(Reason.LAPSED)

    order, outcome = await what(counter, card=TO_CONFIRM)
    counter.stripe.shop.confirm(outcome.client_secret)
    assert isinstance(await counter.gateway.abandon(order), Done)


async def test_an_upgrade_acts_at_once_and_costs_the_difference_for_what_is_left(counter: Counter) -> None:
    await counter.subscribe()
    contract = await counter.contract()
    counter.clock.advance(timedelta(days=10, hours=7, seconds=13))
    left = (contract.period_ends_at - counter.clock.now()) / (contract.period_ends_at - contract.began_at)

    due = await counter.gateway.due_now(contract, ELITE, counter.clock.now())
    order, outcome = await counter.change(OrderKind.UPGRADE, Tier.ELITE)

    assert abs(due.amount_minor - (4999 - 1999) * left) <= 1
    changed = await counter.contract()
    assert outcome == Done(changed.id) == await counter.gateway.ask(order)
    assert changed == attrs.evolve(contract, tier=Tier.ELITE, price=Money(4999, "USD"), item=changed.item)
    assert await counter.held() == [(Tier.ELITE, None)]
    assert await counter.money() == [("payment_succeeded", 1999), ("payment_succeeded", due.amount_minor)]


async def test_a_lower_tier_begins_when_the_period_ends_and_can_be_thought_better_of(counter: Counter) -> None:
    await counter.subscribe(Tier.ELITE)
    before = await counter.contract()

    order, outcome = await counter.change(OrderKind.DOWNGRADE, Tier.PREMIUM)
    contract = await counter.contract()
    assert outcome == Done(contract.id) == await counter.gateway.ask(order)
    assert (contract.tier, contract.paid, contract.price) == (Tier.PREMIUM, Tier.ELITE, Money(1999, "USD"))
    assert await counter.held() == [(Tier.PREMIUM, None), (Tier.ELITE, contract.period_ends_at)]
    await counter.change(OrderKind.DOWNGRADE, Tier.ELITE)
    assert await counter.contract() == before

    await counter.change(OrderKind.DOWNGRADE, Tier.PREMIUM)
    counter.clock.at(contract.period_ends_at)
    assert (await counter.contract()).paid is Tier.PREMIUM


async def test_a_cancelled_subscription_ends_with_its_period_unless_it_is_resumed(counter: Counter) -> None:
    await counter.subscribe()

    order, outcome = await counter.on_contract(OrderKind.CANCEL)
    contract = await counter.contract()
    assert outcome == Done(contract.id) == await counter.gateway.ask(order)
    assert not contract.renews
    order, outcome = await counter.on_contract(OrderKind.RESUME)
    assert outcome == Done(contract.id) == await counter.gateway.ask(order)
    assert (await counter.contract()).renews

    await counter.on_contract(OrderKind.CANCEL)
    counter.clock.at(contract.period_ends_at)
    assert await counter.gateway.contract(counter.customer) is None
    assert list(await counter.records.held_by(counter.customer)) == [Held(counter.user_id, Tier.FREE)]


async def test_what_was_cancelled_for_some_day_ends_then_unless_it_is_resumed(counter: Counter) -> None:
    await counter.subscribe()
    (subscription,) = counter.stripe.subscriptions.values()
    ends = START + timedelta(days=9)

    subscription["cancel_at"] = int(ends.timestamp())
    contract = await counter.contract()
    assert (contract.renews, contract.period_ends_at) == (False, ends)
    order, outcome = await counter.on_contract(OrderKind.RESUME)
    assert outcome == Done(contract.id) == await counter.gateway.ask(order)
    contract = await counter.contract()
    assert (contract.renews, contract.period_ends_at) == (True, START.replace(month=START.month + 1))

    subscription["cancel_at"] = int(ends.timestamp())
    counter.clock.at(ends)
    assert await counter.gateway.contract(counter.customer) is None


async def test_whoever_withdraws_has_nothing_any_more(counter: Counter) -> None:
    await counter.subscribe()
    await counter.change(OrderKind.UPGRADE, Tier.ELITE)

    order, outcome = await counter.on_contract(OrderKind.WITHDRAW)

    assert isinstance(outcome, Done)
    assert await counter.gateway.ask(order) is not None
    assert await counter.gateway.contract(counter.customer) is None
    assert await counter.held() == [(Tier.FREE, None)]
    assert await counter.money() == [
        (kind, cents) for kind in ("payment_succeeded", "refunded") for cents in (1999, 3000)
    ]


async def test_nothing_came_of_what_was_never_sent(counter: Counter) -> None:
    assert await counter.gateway.ask(counter.order(OrderKind.SUBSCRIBE, Tier.PREMIUM)) is None
    assert await counter.gateway.ask(counter.order(OrderKind.PURCHASE, "report")) is None


async def test_a_member_who_is_forgotten_pays_no_more_and_is_another_customer_from_then_on(counter: Counter) -> None:
    order, _ = await counter.subscribe()
    await counter.buy(card=TO_CONFIRM)

    for _ in range(2):
        await counter.gateway.forget(counter.user_id, counter.customer)

    counter.clock.advance(timedelta(days=70))
    assert await counter.gateway.contract(counter.customer) is None
    assert {tier for tier, _ in await counter.held()} <= {Tier.FREE}
    assert len(await counter.money()) <= 1
    assert isinstance(await counter.gateway.ask(order), Done | None)
    counter.customer = await counter.gateway.customer(counter.user_id)
    assert isinstance((await counter.subscribe())[1], Done)


async def test_a_member_who_never_was_a_customer_is_forgotten_too(counter: Counter) -> None:
    await counter.gateway.forget(UserId(counter.ids.new()), None)


async def test_the_portal_is_an_address_that_leads_back(counter: Counter) -> None:
    address = urlsplit(await counter.gateway.portal(counter.customer, "https://saltbitter.example/me"))
    assert address.scheme == "https"
    assert parse_qs(address.query)["return_url"] == ["https://saltbitter.example/me"]
