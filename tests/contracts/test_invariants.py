"""What must hold of money: nothing is told while it holds, and each way of breaking it is told by the next look."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from adapters.postgres.database import Database
from adapters.postgres.invariants import MoneyInvariants
from adapters.system.clock import ManualClock
from entrypoints.worker.alarm import raise_alarms
from saltbitter_domain.kernel import Money
from saltbitter_domain.ledger.model import BOOKS_KEPT, FactKind
from saltbitter_domain.payments.model import CustomerChanged
from saltbitter_domain.subscriptions.model import Tier
from tests.contracts.stores import Store, on_postgres
from tests.doubles.builders import NOW, a_user
from tests.doubles.money import a_fact

MEMBER = a_user(email="pays@example.org")
LATER = timedelta(days=1)
ORDERED = """
INSERT INTO orders (id, user_id, customer, kind, item, amount_minor, currency, made_at, state, settled_at, version)
SELECT gen_random_uuid(), users.id, 'cus_1', '{kind}', '', 0, 'USD', swept.until - interval '16 minutes', '{state}',
       {settled}, 1 FROM generate_series(1, {number}), users, gateway_sweeps AS swept
"""

NEVER_SWEPT = """
DELETE FROM gateway_sweeps; INSERT INTO gateway_events (id, customer, occurred_at, received_at)
SELECT 'evt_1', 'cus_1', min(at), min(at) FROM money_facts
"""
DEAD = "UPDATE outbox SET dead_at = now(), topic = '{topic}'"
ABOUT_MONEY = (
    "payments.customer_changed",
    "payments.subscription_ended",
    "orders.spending_reached",
    "ledger.booked",
    "users.erasure_requested",
)


@pytest.fixture
def store(database: Database, clock: ManualClock) -> Store:
    return on_postgres(database, clock)


@asynccontextmanager
async def meddling(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody with all rights at the database, whom no trigger stops."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")
        yield connection
    finally:
        await connection.close()


async def all_is_well(store: Store) -> None:
    """A member of the tier that they paid for, with a refund, a lost dispute and a failure in the books."""
    about: Any = {"member": MEMBER.id}
    async with store.unit() as uow:
        await uow.users.add(MEMBER)
        await uow.subscriptions.set_tier(MEMBER.id, Tier.PREMIUM)
        await uow.gateway_inbox.set_swept_until(NOW + LATER)
        await uow.gateway_inbox.set_expiry("cus_1", NOW + timedelta(days=7))
        uow.emit(CustomerChanged("cus_1"))
        await uow.ledger.record(
            [
                a_fact(**about),
                a_fact("txn_1", FactKind.FEE, amount=Money(88, "USD"), **about),
                a_fact("re_1", FactKind.REFUNDED, amount=Money(999, "USD"), **about),
                a_fact("re_2", FactKind.REFUNDED, amount=Money(1000, "USD"), **about),
                a_fact("re_2:failed", FactKind.REFUND_FAILED, amount=Money(1000, "USD"), **about),
                a_fact("ch_2", FactKind.FAILED, payment="ch_2", **about),
                a_fact("ch_3", payment="ch_3", amount=Money(4999, "USD"), product="elite", **about),
                a_fact("dp_3", FactKind.DISPUTED, payment="ch_3", amount=Money(4999, "USD"), **about),
                a_fact("dp_3:lost", FactKind.DISPUTE_LOST, payment="ch_3", amount=Money(4999, "USD"), **about),
            ]
        )


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE fact_id = 'ch_1' AND account = 'sales'",
         {"books_unbalanced", "transactions_unbalanced"}),
        ("UPDATE ledger_entries SET amount_minor = amount_minor * 2 WHERE fact_id = 'ch_1'",
         {"facts_not_booked_as_they_are"}),
        ("INSERT INTO ledger_carried VALUES ('sales', 'USD', -1)", {"books_unbalanced"}),
        ("DELETE FROM ledger_entries WHERE fact_id = 'ch_1'", {"facts_not_booked_as_they_are"}),
        ("UPDATE ledger_entries SET currency = 'EUR' WHERE fact_id = 'ch_1'", {"facts_not_booked_as_they_are"}),
        ("UPDATE ledger_entries SET account = 'fees' WHERE fact_id = 'ch_1' AND account = 'sales'",
         {"facts_not_booked_as_they_are"}),
        ("UPDATE ledger_entries SET amount_minor = -amount_minor WHERE fact_id = 'ch_1'",
         {"facts_not_booked_as_they_are"}),
        ("UPDATE ledger_entries SET fact_id = 'ch_2' WHERE fact_id = 'ch_1'",
         {"facts_not_booked_as_they_are", "failures_booked"}),
        ("UPDATE money_facts SET payment = 'ch_9' WHERE id = 'txn_1'", {"facts_without_their_payment"}),
        ("UPDATE money_facts SET amount_minor = 2000 WHERE id = 're_1'",
         {"facts_not_booked_as_they_are", "more_refunded_than_paid"}),
        ("UPDATE money_facts SET kind = 'dispute_won' WHERE id = 'txn_1'",
         {"facts_not_booked_as_they_are", "more_disputes_decided_than_opened"}),
        ("UPDATE subscriptions SET tier = 'elite'; UPDATE money_facts SET product = 'premium' WHERE id = 'ch_3'",
         {"tiers_without_a_payment"}),
        ("UPDATE subscriptions SET tier = 'free'", {"payments_without_their_tier"}),
        ("UPDATE gateway_expiries SET at = at - interval '7 days'", {"access_longer_than_held"}),
        ("UPDATE gateway_sweeps SET until = until - interval '1 hour'", {"reconciliation_stands_still"}),
        (NEVER_SWEPT, {"reconciliation_stands_still"}),
        *((DEAD.format(topic=topic), {"messages_about_money_dead"}) for topic in ABOUT_MONEY),
        (ORDERED.format(number=1, kind="purchase", state="open", settled="NULL"), {"orders_without_an_answer"}),
        (ORDERED.format(number=10, kind="withdraw", state="refused", settled="timestamptz '2026-03-03'"),
         {"leaving_not_carried_out"}),
    ],
)  # fmt: skip
async def test_whatever_breaks_a_rule_is_told_by_the_next_look(
    store: Store, database: Database, database_url: str, change: str, broken: set[str]
) -> None:
    await all_is_well(store)
    store.clock.advance(LATER)
    invariants = MoneyInvariants(database, store.clock)
    assert await invariants.broken() == {}

    async with meddling(database_url) as connection:
        await connection.execute(change)

    found = await invariants.broken()
    assert found.keys() == broken
    with capture_logs() as logs:
        await raise_alarms(invariants.broken)
    assert {(line["event"], line["log_level"], line["count"]) for line in logs} == {
        (name, "error", count) for name, count in found.items()
    }


async def test_books_whose_term_is_over_are_forgotten_and_no_rule_broken(
    store: Store, database: Database, database_url: str
) -> None:
    await all_is_well(store)
    store.clock.advance(LATER)
    old: Any = {"at": NOW - BOOKS_KEPT, "member": MEMBER.id, "product": "premium", "covers_until": NOW - BOOKS_KEPT}
    async with store.unit() as uow:
        await uow.ledger.record(
            [
                a_fact("ch_8", payment="ch_8", **old),
                a_fact("re_8", FactKind.REFUNDED, payment="ch_8", amount=Money(1, "USD"), **old),
            ]
        )
    invariants = MoneyInvariants(database, store.clock)
    assert await invariants.broken() == {}

    async with store.unit() as uow:
        assert await uow.ledger.forget(store.clock.now() - BOOKS_KEPT, 10) == 1

    assert await invariants.broken() == {}
    for change in ("DELETE FROM ledger_carried", "TRUNCATE ledger_carried"):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await _run(database_url, change)


async def _run(url: str, change: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(change)
    finally:
        await connection.close()


async def test_a_day_without_payments_is_told_where_payments_come_every_day(store: Store, database: Database) -> None:
    usual = [
        a_fact(f"ch_{number}", payment=f"ch_{number}", at=NOW + timedelta(minutes=number * 72), covers_until=NOW)
        for number in range(28 * 20)
    ]
    async with store.unit() as uow:
        await uow.ledger.record(usual)
    invariants = MoneyInvariants(database, store.clock)

    store.clock.at(usual[-1].at + timedelta(days=1))
    assert await invariants.broken() == {}
    store.clock.advance(timedelta(seconds=1))
    assert await invariants.broken() == {"no_payment_for_a_day": 1}
