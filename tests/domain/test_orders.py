"""Whatever becomes of a request to the payment gateway, a wish is charged once or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest

from adapters.stripe.gateway import StripeGateway
from saltbitter_domain.kernel import EventId, Money, UserId
from saltbitter_domain.orders.model import (
    ASK_AFTER,
    LAPSES_AFTER,
    AlreadySubscribed,
    Done,
    Means,
    Order,
    OrderImpossible,
    OrderMissing,
    OrderNotAccepted,
    OrderPending,
    OrderState,
    Outcome,
    PaymentRefused,
    ProductName,
    QuoteOutdated,
    Reason,
    Refused,
    RequiresAction,
    SpendingReached,
    SubscriptionMissing,
    TierNotForSale,
    Unknown,
    WithdrawalOver,
)
from saltbitter_domain.orders.service import OrderService
from saltbitter_domain.payments.model import CustomerChanged, GatewayAway, GatewayOff
from saltbitter_domain.subscriptions import catalogue
from saltbitter_domain.subscriptions.catalogue import plan_of
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import ErasureRequested
from tests.conftest import Run
from tests.doubles.builders import new_id
from tests.doubles.selling import DECLINED, GOOD, TO_CONFIRM, Desk, opened

PACK, REPORT = ProductName.PRACTICE_PACK, ProductName.COACHING_REPORT
KEY = "a key of the client's"
DAY = timedelta(days=1)


@pytest.fixture
def desk(run: Run) -> Iterator[Desk]:
    opening = opened(seconds=2.0)
    yield run(opening.__aenter__())
    run(opening.__aexit__(None, None, None))


async def subscribed(desk: Desk, tier: Tier = Tier.PREMIUM) -> UserId:
    member = await desk.member()
    await desk.service.subscribe(member, tier, GOOD, None)
    return member


async def test_an_order_keeps_to_the_version_of_the_plan_that_it_was_made_of(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    was, earlier = plan_of(Tier.PREMIUM), await desk.member()
    made = (await desk.service.subscribe(earlier, Tier.PREMIUM, GOOD, None)).order
    dearer = attrs.evolve(was, version=was.version + 1, price=Money(2499, "USD"), terms="24.99 USD, since today.")
    offered = tuple(dearer if plan is was else plan for plan in catalogue.PLANS)
    monkeypatch.setattr(catalogue, "PLANS", offered)
    monkeypatch.setattr(catalogue, "FORMER", (was,))
    later = await desk.member()
    new = (await desk.service.subscribe(later, Tier.PREMIUM, GOOD, None)).order

    assert (await desk.service.find(earlier, made.id)).order.plan == was
    assert (await desk.service.find(later, new.id)).order.plan == dearer
    assert (made.amount, new.amount) == (was.price, dearer.price)
    bought = (await desk.service.buy(later, PACK, GOOD, None)).order
    assert bought.plan is None


WITHOUT_AN_ANSWER = ["timeout", "disconnect", 500, 409, "done timeout", "done disconnect", "done 500"]


@pytest.mark.parametrize("fault", WITHOUT_AN_ANSWER)
async def test_an_order_without_an_answer_is_asked_about_and_never_sent_again(desk: Desk, fault: Any) -> None:
    member = await desk.member()
    await desk.service.buy(member, PACK, GOOD, None)
    before = desk.posted()
    desk.stripe.faults = [fault]

    progress = await desk.service.buy(member, REPORT, GOOD, KEY)
    assert progress.order.state is OrderState.OPEN
    with pytest.raises(OrderPending):
        await desk.service.buy(member, PACK, GOOD, None)
    assert (await desk.service.buy(member, REPORT, GOOD, KEY)).order.id == progress.order.id
    assert await desk.service.ask_unanswered() == 0
    desk.clock.advance(ASK_AFTER)
    assert await desk.service.ask_unanswered() == 1

    assert desk.posted() == before + 1
    done = str(fault).startswith("done")
    order = desk.orders()[-1]
    assert (order.state, order.reason) == (
        (OrderState.DONE, None) if done else (OrderState.REFUSED, Reason.NOT_ACCEPTED)
    )
    assert len(desk.stripe.shop.charges) == 1 + done
    # The same wish again is the same order if it was done, and otherwise a new one.
    again = await desk.service.buy(member, REPORT, GOOD, KEY)
    assert (again.order.id == order.id) == done
    assert len(desk.stripe.shop.charges) == 2


async def test_a_retry_a_day_later_sends_nothing(desk: Desk) -> None:
    member = await desk.member()
    desk.stripe.faults = [None, None, None, None, "done disconnect"]
    await desk.service.subscribe(member, Tier.PREMIUM, GOOD, KEY)
    posted = desk.posted()

    desk.clock.advance(timedelta(hours=25))
    progress = await desk.service.subscribe(member, Tier.PREMIUM, GOOD, KEY)

    assert progress.order.state is OrderState.DONE
    assert desk.posted() == posted
    assert len(desk.stripe.shop.charges) == 1


async def test_an_order_that_was_held_up_is_not_sent_any_more(desk: Desk) -> None:
    member = await desk.member()

    def slow(_request: str) -> None:
        desk.clock.advance(timedelta(seconds=61))

    desk.stripe.fate = slow

    progress = await desk.service.subscribe(member, Tier.PREMIUM, GOOD, None)

    assert progress.order.state is OrderState.OPEN
    assert "POST /v1/subscriptions" not in desk.stripe.asked
    desk.clock.advance(ASK_AFTER)
    assert await desk.service.ask_unanswered() == 1
    assert desk.stripe.shop.charges == []


async def test_what_surely_had_no_effect_may_be_ordered_again_at_once(desk: Desk) -> None:
    member = await desk.member()
    desk.stripe.faults = [None, None, 429]
    with pytest.raises(OrderNotAccepted):
        await desk.service.buy(member, PACK, GOOD, KEY)

    assert (await desk.service.buy(member, PACK, GOOD, KEY)).order.state is OrderState.DONE
    assert len(desk.stripe.shop.charges) == 1


async def test_of_many_orders_at_once_one_is_charged(desk: Desk) -> None:
    member = await desk.member()
    made = await asyncio.gather(
        *(desk.service.subscribe(member, Tier.PREMIUM, GOOD, None) for _ in range(5)), return_exceptions=True
    )

    assert len(desk.stripe.shop.charges) == 1
    assert [type(each) for each in made].count(OrderPending) + [type(each) for each in made].count(
        AlreadySubscribed
    ) == 4


async def test_a_cancellation_is_carried_out_however_long_it_takes(desk: Desk) -> None:
    member = await subscribed(desk)
    desk.stripe.fate = lambda request: None if request.startswith("GET") else 500
    assert (await desk.service.cancel(member)).order.state is OrderState.OPEN
    for _ in range(3):
        desk.clock.advance(ASK_AFTER)
        await desk.service.ask_unanswered()
    desk.stripe.fate = lambda _request: None
    desk.clock.advance(ASK_AFTER)
    await desk.service.ask_unanswered()

    assert not (await desk.service.contract(member)).renews
    assert desk.orders()[-1].state is OrderState.DONE
    assert len(desk.stripe.shop.charges) == 1


async def leaves(desk: Desk, member: UserId) -> ErasureRequested:
    async with desk.begin() as uow:
        user = await uow.users.get(member)
        assert user is not None
        await uow.users.save(user.leaving(desk.clock.now()))
        await uow.commit()
    return ErasureRequested(member)


MESSAGE = EventId(new_id())


@pytest.mark.parametrize("owed", [False, True])
async def test_whoever_leaves_is_charged_no_more_even_what_is_owed(desk: Desk, owed: bool) -> None:
    member, shop = await subscribed(desk), desk.stripe.shop
    if owed:
        shop.change_card(desk.orders()[-1].customer, "pm_card_chargeCustomerFail")
        desk.clock.advance(32 * DAY)
        assert (await desk.service.contract(member)).past_due

    leaving = await leaves(desk, member)
    for _ in range(2):
        await desk.service.cancel_for_leaving(MESSAGE, leaving)

    shop.change_card(desk.orders()[-1].customer, GOOD)
    desk.clock.advance(40 * DAY)
    shop.renew()
    assert [charge.amount for charge in shop.charges] == [1999]
    assert {invoice["status"] for invoice in desk.stripe.invoices.values()} <= {"paid", "void"}
    assert {each["status"] for each in desk.stripe.subscriptions.values()} == {"canceled"}


async def test_leaving_cancels_nothing_for_whoever_came_back_or_never_paid(desk: Desk) -> None:
    came_back = await subscribed(desk)
    await desk.service.cancel_for_leaving(MESSAGE, ErasureRequested(came_back))
    await desk.service.cancel_for_leaving(MESSAGE, await leaves(desk, await desk.member()))

    assert (await desk.service.contract(came_back)).renews


async def test_leaving_waits_for_the_order_that_is_on_its_way(desk: Desk) -> None:
    member = await desk.member()
    desk.stripe.fate = lambda request: "done 500" if request == "POST /v1/subscriptions" else None
    await desk.service.subscribe(member, Tier.PREMIUM, GOOD, None)
    desk.stripe.fate = lambda _request: None
    leaving = await leaves(desk, member)

    with pytest.raises(OrderPending):
        await desk.service.cancel_for_leaving(MESSAGE, leaving)
    desk.clock.advance(ASK_AFTER)
    await desk.service.cancel_for_leaving(MESSAGE, leaving)

    assert not (await desk.service.contract(member)).renews


@pytest.mark.parametrize("fault_at", range(4))
async def test_cancelling_what_is_owed_is_carried_out_however_long_it_takes(desk: Desk, fault_at: int) -> None:
    member, shop = await subscribed(desk), desk.stripe.shop
    shop.change_card(desk.orders()[-1].customer, "pm_card_chargeCustomerFail")
    desk.clock.advance(32 * DAY)
    desk.stripe.faults = [*[None] * (1 + fault_at), "done 500"]
    await desk.service.cancel(member)
    desk.stripe.faults = []
    for _ in range(2):
        desk.clock.advance(ASK_AFTER)
        await desk.service.ask_unanswered()

    assert desk.orders()[-1].state is OrderState.DONE
    assert [invoice["status"] for invoice in desk.stripe.invoices.values()] == ["paid", "void"]
    with pytest.raises(SubscriptionMissing):
        await desk.service.contract(member)


@pytest.mark.parametrize("fault_at", range(7))
async def test_a_withdrawal_is_carried_out_and_pays_back_each_payment_once(desk: Desk, fault_at: int) -> None:
    member = await subscribed(desk)
    desk.clock.advance(DAY)
    quote = await desk.service.quote(member, Tier.ELITE)
    await desk.service.change(member, Tier.ELITE, quote.quoted_at)
    desk.stripe.faults = [*[None] * fault_at, "done disconnect"]

    try:
        await desk.service.withdraw(member)
    except GatewayAway:
        await desk.service.withdraw(member)
    for _ in range(2):
        desk.clock.advance(ASK_AFTER)
        await desk.service.ask_unanswered()

    charged = {charge.intent: charge.amount for charge in desk.stripe.shop.charges}
    refunded = [(refund["payment_intent"], refund["amount"]) for refund in desk.stripe.money.refunds.values()]
    assert sorted(refunded) == sorted(charged.items())
    assert len(charged) == 2
    with pytest.raises(SubscriptionMissing):
        await desk.service.contract(member)


async def test_two_weeks_are_for_withdrawing(desk: Desk) -> None:
    member = await subscribed(desk)
    desk.clock.advance(14 * DAY + timedelta(seconds=1))

    with pytest.raises(WithdrawalOver):
        await desk.service.withdraw(member)
    assert desk.stripe.money.refunds == {}


async def test_a_payment_that_waits_is_found_with_its_secret_and_lapses_after_a_day(desk: Desk) -> None:
    member = await desk.member()
    first = await desk.service.subscribe(member, Tier.PREMIUM, TO_CONFIRM, None)
    again = await desk.service.subscribe(member, Tier.PREMIUM, GOOD, None)
    assert again == first == await desk.service.find(member, first.order.id)
    assert first.client_secret

    desk.clock.advance(LAPSES_AFTER)
    assert await desk.service.ask_unanswered() == 1
    found = await desk.service.find(member, first.order.id)
    assert (found.order.state, found.order.reason, found.client_secret) == (OrderState.REFUSED, Reason.LAPSED, None)
    assert desk.stripe.shop.charges == []


async def test_another_wish_takes_the_place_of_one_that_waits_unless_that_was_paid(desk: Desk) -> None:
    member = await desk.member()
    await desk.service.subscribe(member, Tier.PREMIUM, TO_CONFIRM, None)
    elite = await desk.service.subscribe(member, Tier.ELITE, TO_CONFIRM, None)
    assert elite.client_secret
    assert [order.state for order in desk.orders()] == [OrderState.REFUSED, OrderState.REQUIRES_ACTION]

    desk.stripe.shop.confirm(elite.client_secret)
    with pytest.raises(AlreadySubscribed):
        await desk.service.subscribe(member, Tier.PREMIUM, GOOD, None)
    assert (await desk.service.find(member, elite.order.id)).order.state is OrderState.DONE
    assert [charge.amount for charge in desk.stripe.shop.charges] == [4999]


async def test_an_upgrade_that_has_to_be_confirmed_changes_nothing_until_it_is(desk: Desk) -> None:
    member = await subscribed(desk)
    (subscription,) = desk.stripe.subscriptions.values()
    subscription["default_payment_method"] = TO_CONFIRM
    quote = await desk.service.quote(member, Tier.ELITE)
    progress = await desk.service.change(member, Tier.ELITE, quote.quoted_at)

    assert progress.client_secret
    assert (await desk.service.contract(member)).tier is Tier.PREMIUM
    desk.stripe.shop.confirm(progress.client_secret)
    assert (await desk.service.change(member, Tier.ELITE, quote.quoted_at)).order.state is OrderState.DONE
    assert (await desk.service.contract(member)).tier is Tier.ELITE
    assert [charge.amount for charge in desk.stripe.shop.charges] == [1999, quote.due_now.amount_minor]

    subscription["default_payment_method"] = DECLINED
    other = await subscribed(desk)
    desk.stripe.subscriptions[(await desk.service.contract(other)).id]["default_payment_method"] = DECLINED
    with pytest.raises(PaymentRefused):
        await desk.service.change(other, Tier.ELITE, desk.clock.now())
    assert (await desk.service.contract(other)).tier is Tier.PREMIUM


async def test_an_upgrade_costs_what_was_quoted_even_a_while_later(desk: Desk) -> None:
    member = await subscribed(desk)
    desk.clock.advance(10 * DAY)
    quote = await desk.service.quote(member, Tier.ELITE)
    desk.clock.advance(timedelta(minutes=14))
    await desk.service.change(member, Tier.ELITE, quote.quoted_at)

    assert desk.stripe.shop.charges[-1].amount == quote.due_now.amount_minor
    for quoted_at in (desk.clock.now() - timedelta(minutes=15, seconds=1), desk.clock.now() + timedelta(seconds=1)):
        with pytest.raises(QuoteOutdated):
            await desk.service.change(member, Tier.PREMIUM, quoted_at)


async def test_a_lower_tier_costs_nothing_now(desk: Desk) -> None:
    member = await subscribed(desk, Tier.ELITE)
    quote = await desk.service.quote(member, Tier.PREMIUM)

    assert (quote.due_now, quote.renewal) == (Money(0, "USD"), Money(1999, "USD"))
    assert quote.acts_at == quote.renews_at == (await desk.service.contract(member)).period_ends_at
    await desk.service.change(member, Tier.PREMIUM, quote.quoted_at)
    assert len(desk.stripe.shop.charges) == 1


async def test_changes_that_make_no_sense_are_refused(desk: Desk) -> None:
    member = await subscribed(desk)
    now = desk.clock.now()
    with pytest.raises(TierNotForSale):
        await desk.service.change(member, Tier.FREE, now)
    with pytest.raises(AlreadySubscribed):
        await desk.service.change(member, Tier.PREMIUM, now)
    with pytest.raises(OrderImpossible):
        await desk.service.resume(member)
    await desk.service.cancel(member)
    with pytest.raises(OrderImpossible):
        await desk.service.cancel(member)
    with pytest.raises(OrderImpossible):
        await desk.service.change(member, Tier.ELITE, now)
    await desk.service.resume(member)
    next(iter(desk.stripe.subscriptions.values()))["status"] = "past_due"
    with pytest.raises(OrderImpossible):
        await desk.service.quote(member, Tier.ELITE)


@pytest.mark.parametrize("card", [DECLINED, "pm_card_chargeCustomerFail", "card_of_nobody"])
async def test_a_card_that_does_not_pay_leaves_no_trace(desk: Desk, card: str) -> None:
    member = await desk.member()
    with pytest.raises(PaymentRefused, match="Nothing was charged"):
        await desk.service.subscribe(member, Tier.PREMIUM, card, KEY)
    with pytest.raises(PaymentRefused, match="Nothing was charged"):
        await desk.service.buy(member, PACK, card, KEY)
    assert desk.stripe.shop.charges == []
    assert (await desk.service.subscribe(member, Tier.PREMIUM, GOOD, KEY)).order.state is OrderState.DONE


ASKING: list[Callable[[OrderService, UserId], Awaitable[object]]] = [
    OrderService.contract,
    OrderService.cancel,
    OrderService.resume,
    OrderService.withdraw,
    OrderService.portal,
]


@pytest.mark.parametrize("asking", ASKING)
async def test_whoever_has_no_subscription_is_told_so(desk: Desk, asking: Any) -> None:
    member = await desk.member()
    with pytest.raises(SubscriptionMissing):
        await asking(desk.service, member)


async def test_an_order_is_its_members_own(desk: Desk) -> None:
    progress = await desk.service.buy(await desk.member(), PACK, GOOD, None)
    with pytest.raises(OrderMissing):
        await desk.service.find(await desk.member(), progress.order.id)


async def test_the_months_purchases_are_told_of_at_fifty_and_a_hundred(desk: Desk) -> None:
    member = await desk.member()
    notices = [(await desk.service.buy(member, PACK, GOOD, None)).notice for _ in range(22)]

    assert {place: notice.amount_minor for place, notice in enumerate(notices, 1) if notice} == {11: 5000, 21: 10000}
    spent = (await desk.service.purchases(member)).spending
    assert (spent.spent, [notice.amount_minor for notice in spent.notices]) == (Money(22 * 499, "USD"), [5000, 10000])
    desk.clock.advance(31 * DAY)
    assert (await desk.service.purchases(member)).spending.spent == Money(0, "USD")


async def test_a_notice_is_of_the_purchase_that_reached_it_and_told_to_the_house_once(desk: Desk) -> None:
    member = await desk.member()
    bought = [(await desk.service.buy(member, PACK, GOOD, None)).order.id for _ in range(22)]

    noticed = [(await desk.service.find(member, order_id)).notice for order_id in bought]
    assert {place: notice.amount_minor for place, notice in enumerate(noticed, 1) if notice} == {11: 5000, 21: 10000}
    desk.clock.advance(31 * DAY)
    for _ in range(11):
        await desk.service.buy(member, PACK, GOOD, None)
    told = [each.event for each in desk.store.tables.outbox.items().values() if isinstance(each.event, SpendingReached)]
    assert told == [SpendingReached(member, cents, "USD") for cents in (5000, 10000, 5000)]


async def test_a_sum_is_noticed_by_the_purchase_that_reaches_it_even_when_others_were_paid_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = StripeGateway.customer

    async def after_ten(gateway: StripeGateway, member: UserId) -> str:
        monkeypatch.undo()
        for _ in range(10):
            await desk.service.buy(member, PACK, GOOD, None)
        return await customer(gateway, member)

    monkeypatch.setattr(StripeGateway, "customer", after_ten)

    assert (await desk.service.buy(await desk.member(), PACK, GOOD, None)).notice == Money(5000, "USD")


async def test_an_order_that_somebody_else_settles_while_it_is_sent_is_settled_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = StripeGateway.send

    async def and_meanwhile(gateway: StripeGateway, order: Order, means: Means) -> Outcome:
        outcome = await send(gateway, order, means)
        desk.clock.advance(ASK_AFTER)
        assert await desk.service.ask_unanswered() == 1
        return outcome

    monkeypatch.setattr(StripeGateway, "send", and_meanwhile)
    progress = await desk.service.buy(await desk.member(), PACK, GOOD, None)

    assert [progress.order] == desk.orders()
    assert (progress.order.state, progress.order.version) == (OrderState.DONE, 2)
    told = [each.event for each in desk.store.tables.outbox.items().values()]
    assert told == [CustomerChanged(progress.order.customer)]


async def test_withdrawing_pays_back_what_is_left_and_nothing_that_the_bank_took_back(desk: Desk) -> None:
    member = await subscribed(desk)
    quote = await desk.service.quote(member, Tier.ELITE)
    await desk.service.change(member, Tier.ELITE, quote.quoted_at)
    money = desk.stripe.money
    first, second = money.charges.values()
    money.refund(first, 500)
    money.dispute(second)

    assert (await desk.service.withdraw(member)).order.state is OrderState.DONE

    assert [(refund["charge"], refund["amount"]) for refund in money.refunds.values()] == [
        (first["id"], 500),
        (first["id"], 1499),
    ]


async def test_while_stripe_is_away_nothing_is_settled_and_later_it_is(desk: Desk) -> None:
    member = await desk.member()
    desk.stripe.faults = [None, None, "done disconnect"]
    await desk.service.buy(member, PACK, GOOD, None)
    desk.clock.advance(ASK_AFTER)
    desk.stripe.fate = lambda _request: 500
    assert await desk.service.ask_unanswered() == 0
    desk.stripe.fate = lambda _request: None
    assert await desk.service.ask_unanswered() == 1
    assert desk.orders()[0].state is OrderState.DONE


async def test_where_nothing_is_sold_nothing_is_asked(desk: Desk) -> None:
    closed = OrderService(begin=desk.begin, clock=desk.clock, ids=desk.service._ids, gateway=None, public_url="")
    with pytest.raises(GatewayOff):
        await closed.buy(await desk.member(), PACK, GOOD, None)
    assert await closed.ask_unanswered() == 0


async def test_what_is_known_later_counts_unless_it_was_done(desk: Desk) -> None:
    progress = await desk.service.buy(await desk.member(), PACK, GOOD, None)
    order, now = progress.order, desk.clock.now()
    refused = Refused(Reason.NOT_ACCEPTED)
    assert order.with_outcome(refused, now) == order
    fresh = attrs.evolve(order, state=OrderState.OPEN, settled_at=None)
    assert fresh.with_outcome(Unknown(), now) == fresh
    late = fresh.with_outcome(refused, now).with_outcome(Done("pi_late"), now)
    assert (late.state, late.reference, late.reason) == (OrderState.DONE, "pi_late", None)
    assert fresh.with_outcome(refused, now).with_outcome(RequiresAction("pi", "s"), now).state is OrderState.REFUSED
