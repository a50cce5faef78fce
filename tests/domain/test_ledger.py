"""The books balance whatever happens, in whatever order and how often it is told."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.kernel import Money
from saltbitter_domain.ledger.model import Account, Entry, FactKind, MoneyFact, PaymentStatus, Transaction, totals
from saltbitter_domain.ledger.policies import payments_from, transaction_of
from tests.doubles.builders import NOW, a_user
from tests.doubles.money import a_fact, a_history

MEMBER = a_user().id
HISTORIES = 10_000


def booked(facts: Sequence[MoneyFact]) -> list[Entry]:
    return [entry for fact in facts if (done := transaction_of(fact)) is not None for entry in done.entries]


def test_the_books_balance_over_ten_thousand_histories() -> None:
    chance = random.Random(10)
    entries: list[Entry] = []
    paid: dict[str, int] = defaultdict(int)
    kept: dict[str, int] = defaultdict(int)
    into = {FactKind.SUCCEEDED: 1, FactKind.FEE_RETURNED: 1, FactKind.REFUND_FAILED: 1, FactKind.DISPUTE_WON: 1}
    out = {FactKind.FEE: -1, FactKind.REFUNDED: -1, FactKind.DISPUTED: -1}
    for number in range(HISTORIES):
        facts = a_history(chance, MEMBER, f"ch_{number}")
        entries += booked(facts)
        for fact in facts:
            kept[fact.amount.currency] += {**into, **out}.get(fact.kind, 0) * fact.amount.amount_minor
            paid[fact.amount.currency] += fact.amount.amount_minor * (fact.kind is FactKind.SUCCEEDED)

    balances = totals(entries)
    for currency in ("EUR", "JPY", "KWD", "USD"):
        assert sum(total for (_, each), total in balances.items() if each == currency) == 0
        assert balances[Account.SALES, currency] == -paid[currency] < 0
        assert balances[Account.GATEWAY, currency] == kept[currency]


@given(st.randoms(use_true_random=False), st.data())
@settings(max_examples=40)
def test_in_any_order_and_however_often_the_books_are_the_same(chance: random.Random, data: st.DataObject) -> None:
    facts = [fact for number in range(3) for fact in a_history(chance, MEMBER, f"ch_{number}")]
    told = data.draw(st.permutations(facts + data.draw(st.lists(st.sampled_from(facts), max_size=10))))

    once = list({fact.id: fact for fact in told}.values())

    assert totals(booked(once)) == totals(booked(facts))
    assert payments_from(told_once(told)) == payments_from(facts)


def told_once(told: Sequence[MoneyFact]) -> Sequence[MoneyFact]:
    """What a store keeps of facts that come one by one."""
    clock = ManualClock(NOW)
    begin = MemoryUnitsOfWork(MemoryStore(), clock, UuidV7Ids(clock))

    async def keep() -> Sequence[MoneyFact]:
        for fact in told:
            async with begin() as uow:
                await uow.ledger.record([fact])
                await uow.commit()
        async with begin() as uow:
            return await uow.ledger.about(MEMBER)

    return asyncio.run(keep())


PAID = a_fact()
PART = a_fact("re_1", FactKind.REFUNDED, amount=Money(1000, "USD"))
REST = a_fact("re_2", FactKind.REFUNDED, amount=Money(999, "USD"))
CAME_BACK = a_fact("re_2:failed", FactKind.REFUND_FAILED, amount=Money(999, "USD"))
DISPUTED = a_fact("dp_1", FactKind.DISPUTED)
WON = a_fact("dp_1:won", FactKind.DISPUTE_WON)
LOST = a_fact("dp_1:lost", FactKind.DISPUTE_LOST)


@pytest.mark.parametrize(
    ("facts", "status", "refunded"),
    [
        ([a_fact("ch_1", FactKind.FAILED)], PaymentStatus.FAILED, 0),
        ([PAID], PaymentStatus.PAID, 0),
        ([PAID, PART], PaymentStatus.PARTLY_REFUNDED, 1000),
        ([PAID, PART, REST], PaymentStatus.REFUNDED, 1999),
        ([PAID, PART, REST, CAME_BACK], PaymentStatus.PARTLY_REFUNDED, 1000),
        ([PAID, DISPUTED], PaymentStatus.DISPUTED, 0),
        ([PAID, DISPUTED, WON], PaymentStatus.PAID, 0),
        ([PAID, DISPUTED, LOST], PaymentStatus.CHARGED_BACK, 0),
    ],
)
def test_a_payment_stands_as_its_facts_say_in_any_order(
    facts: list[MoneyFact], status: PaymentStatus, refunded: int
) -> None:
    for order in permutations(facts):
        (payment,) = payments_from(order)
        assert (payment.status, payment.refunded) == (status, Money(refunded, "USD"))


def test_the_newest_payment_comes_first_and_what_is_about_none_says_nothing() -> None:
    later = a_fact("ch_2", payment="ch_2", at=NOW + timedelta(days=30))

    assert [payment.id for payment in payments_from([PAID, later])] == ["ch_2", "ch_1"]
    assert payments_from([PART]) == []


def test_what_does_not_balance_is_no_transaction() -> None:
    dollars, euros = Entry(Account.SALES, Money(-5, "USD")), Entry(Account.GATEWAY, Money(5, "EUR"))

    for entries in ((dollars,), (dollars, euros)):
        with pytest.raises(ValueError, match="does not balance"):
            Transaction("ch_1", entries)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_happens_to_no_money(amount: int) -> None:
    with pytest.raises(ValueError, match="above 0"):
        a_fact(amount=Money(amount, "USD"))
