"""What the adapter of the payment gateway makes of charges, refunds and disputes, against the double."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest

from adapters.stripe.client import PAGE
from adapters.stripe.double import objects
from adapters.stripe.double.money import DISPUTE_FEE, FEE
from adapters.stripe.records import StripeRecords
from adapters.system.clock import ManualClock
from saltbitter_domain.kernel import Money
from saltbitter_domain.ledger.model import FactKind, MoneyFact
from saltbitter_domain.payments.model import Renewal
from saltbitter_domain.payments.ports import PaymentRecords
from tests.conftest import Run
from tests.doubles.builders import a_user
from tests.doubles.stripe.server import StripeDouble

MEMBER = a_user().id


@pytest.fixture
def stripe(clock: ManualClock, run: Run) -> Iterator[StripeDouble]:
    open_double = StripeDouble(clock).serving()
    yield run(open_double.__aenter__())
    run(open_double.__aexit__(None, None, None))


@pytest.fixture
def records(stripe: StripeDouble, clock: ManualClock, run: Run) -> Iterator[PaymentRecords]:
    records = StripeRecords(stripe.account, clock)
    yield records
    run(records.close())


def bought(stripe: StripeDouble, amount: int = 699, **more: Any) -> dict[str, Any]:
    """A coaching report that was paid for."""
    return stripe.money.charge("cus_1", amount, member=MEMBER, product="coaching_report", **more)


def kinds(facts: Any) -> list[tuple[FactKind, int]]:
    return [(fact.kind, fact.amount.amount_minor) for fact in facts]


@pytest.mark.parametrize("old", [False, True], ids=["2026", "before 2025"])
async def test_a_payment_of_an_invoice_says_for_whom_for_what_and_for_which_time(
    records: PaymentRecords, stripe: StripeDouble, old: bool
) -> None:
    now = stripe.clock.now().replace(microsecond=0)
    ends = now + timedelta(days=30)
    lines = [
        objects.line("saltbitter_premium", -900, now, ends, old=old),
        objects.line("saltbitter_elite", 2500, now, ends, old=old),
        objects.line("a product of another shop", 100, now, ends + timedelta(days=9), old=old),
    ]
    invoice = objects.invoice("in_1", "cus_1", "sub_1", "open", now, lines, member=MEMBER, old=old)
    charge = stripe.money.charge("cus_1", 1600)
    stripe.invoices["in_1"] = objects.paying(invoice, charge, old=old)
    stripe.money.charge("cus_2", 1)  # of another shop

    paid, fee = await records.money_of("cus_1")

    about = ("ch_1", MEMBER)
    assert paid == MoneyFact("ch_1", FactKind.SUCCEEDED, *about, Money(1600, "USD"), now, "elite", now, ends)
    assert fee == MoneyFact("txn_ch_1", FactKind.FEE, *about, Money(FEE, "USD"), now, "elite", now, ends)
    assert await records.money_since(now) == [paid, fee]
    assert list(await records.money_since(now + timedelta(seconds=1))) == []
    assert stripe.refused == []


@pytest.mark.parametrize(("currency", "amount"), [("jpy", 700), ("eur", 699), ("kwd", 6990), ("usd", 10**11 + 1)])
async def test_amounts_stay_in_the_smallest_unit_of_their_currency(
    records: PaymentRecords, stripe: StripeDouble, currency: str, amount: int
) -> None:
    bought(stripe, amount, currency=currency, fee=0)

    (paid,) = await records.money_of("cus_1")

    assert (paid.amount, paid.product, paid.covers_until) == (Money(amount, currency.upper()), "coaching_report", None)


async def test_what_failed_is_told_and_what_is_not_decided_is_not(
    records: PaymentRecords, stripe: StripeDouble
) -> None:
    bought(stripe, status="failed")
    bought(stripe, status="pending")
    bought(stripe)["captured"] = False
    bought(stripe)["metadata"] = {}

    assert kinds(await records.money_of("cus_1")) == [(FactKind.FAILED, 699)]
    assert list(await records.money_of("cus_nobody")) == []


async def test_refunds_are_told_each_by_itself_and_those_that_came_back_too(
    records: PaymentRecords, stripe: StripeDouble
) -> None:
    charge = bought(stripe, fee=0)
    stripe.money.refund(charge, 300)
    stripe.money.refund(charge, 200, "pending")
    stripe.money.refund(charge, 100, "failed")
    stripe.money.refund(charge, 50, "requires_action")

    told = kinds(await records.money_of("cus_1"))

    refunds = [
        (FactKind.REFUNDED, 100),
        (FactKind.REFUND_FAILED, 100),
        (FactKind.REFUNDED, 200),
        (FactKind.REFUNDED, 300),
    ]
    assert told == [(FactKind.SUCCEEDED, 699), *refunds]


async def test_no_refund_and_no_payment_is_beyond_the_first_page(records: PaymentRecords, stripe: StripeDouble) -> None:
    for _ in range(PAGE):
        bought(stripe, fee=0)
    charge = bought(stripe, fee=0)
    for _ in range(11):
        stripe.money.refund(charge, 1)

    told = kinds(await records.money_of("cus_1"))

    assert told.count((FactKind.SUCCEEDED, 699)) == PAGE + 1
    assert told.count((FactKind.REFUNDED, 1)) == 11


@pytest.mark.parametrize(
    ("status", "then"),
    [
        ("under_review", []),
        ("lost", [(FactKind.DISPUTE_LOST, 699)]),
        ("won", [(FactKind.DISPUTE_WON, 699)]),
    ],
)
async def test_a_dispute_is_told_from_the_day_the_money_is_gone(
    records: PaymentRecords, stripe: StripeDouble, clock: ManualClock, status: str, then: list[tuple[FactKind, int]]
) -> None:
    dispute = stripe.money.dispute(bought(stripe, fee=0))
    clock.advance(timedelta(days=20))
    stripe.money.decide(dispute, status)

    facts = await records.money_of("cus_1")

    assert kinds(facts) == [(FactKind.SUCCEEDED, 699), (FactKind.DISPUTED, 699), (FactKind.FEE, DISPUTE_FEE), *then]
    assert all(fact.payment == "ch_1" for fact in facts)
    assert not then or facts[-1].at == clock.now().replace(microsecond=0)


async def test_a_bank_that_only_asks_takes_nothing(records: PaymentRecords, stripe: StripeDouble) -> None:
    stripe.money.dispute(bought(stripe, fee=0), inquiry=True)

    assert kinds(await records.money_of("cus_1")) == [(FactKind.SUCCEEDED, 699)]


async def test_the_fee_is_told_in_the_currency_of_our_account(records: PaymentRecords, stripe: StripeDouble) -> None:
    charge = bought(stripe, currency="jpy")
    charge["balance_transaction"] |= {"currency": "usd", "fee": -5}

    _, fee = await records.money_of("cus_1")

    assert (fee.kind, fee.amount) == (FactKind.FEE_RETURNED, Money(5, "USD"))


@pytest.mark.parametrize("old", [False, True], ids=["2026", "before 2025"])
async def test_what_becomes_of_a_subscription_at_the_end_of_its_period(
    records: PaymentRecords, stripe: StripeDouble, old: bool
) -> None:
    now, day = stripe.clock.now().replace(microsecond=0), timedelta(days=1)
    stripe.subscribe("sub_1", "cus_1", MEMBER, "saltbitter_premium", old=old)
    subscription = stripe.subscriptions["sub_1"]

    async def renewal() -> Renewal | None:
        (held,) = await records.held_by("cus_1")
        return held.renewal

    renews = Renewal("sub_1", now, now + 30 * day, Money(1999, "USD"), cancelled=False)
    assert await renewal() == renews
    subscription["cancel_at_period_end"] = True
    assert await renewal() == attrs.evolve(renews, cancelled=True)
    subscription |= {"cancel_at_period_end": False, "cancel_at": int((now + 9 * day).timestamp())}
    assert await renewal() == attrs.evolve(renews, cancelled=True, at=now + 9 * day)
    subscription["items"]["data"][0]["price"]["unit_amount"] = None
    assert await renewal() is None
