"""What every store of the books promises."""

import random
from collections.abc import Mapping
from datetime import timedelta

import attrs
import pytest

from saltbitter_domain.kernel import Money, StaleWrite
from saltbitter_domain.ledger.model import BOOKS_KEPT, Account, FactKind, MoneyFact, totals
from saltbitter_domain.ledger.policies import transaction_of
from saltbitter_domain.ledger.ports import Ledger
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import a_user
from tests.doubles.money import a_fact, a_history

PORT = Ledger
PAID = a_fact()
FEE = a_fact("txn_1", FactKind.FEE, member=PAID.member, amount=Money(88, "USD"))
REFUND = a_fact("re_1", FactKind.REFUNDED, member=PAID.member, amount=Money(999, "USD"))
FAILED = a_fact("ch_2", FactKind.FAILED, payment="ch_2", member=PAID.member, covers_from=None, covers_until=None)


async def record(store: Store, *facts: MoneyFact) -> list[str]:
    async with store.unit() as uow:
        return [fact.id for fact in await uow.ledger.record(facts)]


async def test_a_fact_is_written_down_as_it_is(store: Store) -> None:
    await record(store, PAID, FAILED)

    async with store.begin() as uow:
        assert await uow.ledger.get("ch_1") == PAID
        assert await uow.ledger.get("ch_2") == FAILED
        assert await uow.ledger.get("ch_3") is None
        assert await uow.ledger.record([]) == []


async def test_a_fact_is_booked_once_however_often_it_comes(store: Store) -> None:
    assert await record(store, PAID, FEE, PAID) == ["ch_1", "txn_1"]
    assert await record(store, attrs.evolve(PAID, amount=Money(1, "USD")), REFUND) == ["re_1"]
    assert await record(store, FEE, PAID, REFUND, FAILED) == ["ch_2"]

    async with store.begin() as uow:
        assert await uow.ledger.get("ch_1") == PAID
        assert await uow.ledger.balances() == {
            (Account.GATEWAY, "USD"): 1999 - 88 - 999,
            (Account.SALES, "USD"): -1999,
            (Account.FEES, "USD"): 88,
            (Account.REFUNDS, "USD"): 999,
        }


async def test_of_many_who_write_the_same_down_at_once_each_fact_is_booked_by_one(store: Store) -> None:
    facts = a_history(random.Random(5), a_user().id, "ch_1")
    orders = [random.Random(seed).sample(facts, len(facts)) for seed in range(8)]

    booked = await outcomes(*(record(store, *order) for order in orders))

    assert sorted(name for names in booked for name in names) == sorted(fact.id for fact in facts)


async def test_what_was_not_committed_is_new_when_it_comes_again(store: Store) -> None:
    async with store.begin() as uow:
        assert await uow.ledger.record([PAID]) == [PAID]

    assert await record(store, PAID) == ["ch_1"]


async def test_members_see_their_own_oldest_first_and_books_outlast_the_account(store: Store) -> None:
    user = await store.member()
    mine = [attrs.evolve(each, member=user.id) for each in a_history(random.Random(4), user.id, "ch_7")]
    await record(store, PAID, *reversed(mine))

    async with store.unit() as uow:
        assert list(await uow.ledger.about(user.id)) == mine
        balances = await uow.ledger.balances()
    leaving = user.leaving(store.clock.now())
    async with store.unit() as uow:
        await uow.users.save(leaving)
    async with store.unit() as uow:
        await uow.users.erase(attrs.evolve(leaving, version=2))

    async with store.begin() as uow:
        assert list(await uow.ledger.about(user.id)) == mine
        assert await uow.ledger.balances() == balances


async def balances_of(store: Store) -> Mapping[tuple[Account, str], int]:
    async with store.begin() as uow:
        return await uow.ledger.balances()


async def forget(store: Store, limit: int = 1000) -> int:
    async with store.unit() as uow:
        return await uow.ledger.forget(store.clock.now() - BOOKS_KEPT, limit)


@pytest.mark.parametrize("seed", range(5))
async def test_payments_go_as_a_whole_when_their_term_is_over_and_balances_stay(store: Store, seed: int) -> None:
    """Histories that began up to eight hours before the term, or within it: some are over, some reach into it."""
    chance = random.Random(seed)
    histories = [a_history(chance, a_user().id, f"ch_{number}") for number in range(30)]
    shifts = [BOOKS_KEPT + timedelta(hours=chance.randint(-2, 8), seconds=1) for _ in histories]
    dated = [
        [attrs.evolve(fact, at=fact.at - shift) for fact in facts]
        for facts, shift in zip(histories, shifts, strict=True)
    ]
    kept = [facts for facts in dated if max(fact.at for fact in facts) >= store.clock.now() - BOOKS_KEPT]
    for facts in dated:
        await record(store, *facts)
    before = await balances_of(store)

    assert 0 < len(kept) < 30
    assert [await forget(store, 4), await forget(store), await forget(store)] == [4, 30 - len(kept) - 4, 0]

    assert await balances_of(store) == before
    async with store.begin() as uow:
        left = {fact.id for facts in dated for fact in facts if await uow.ledger.get(fact.id)}
        assert left == {fact.id for facts in kept for fact in facts}
        for facts in kept:
            assert list(await uow.ledger.about(facts[0].member)) == facts

    new = a_history(chance, a_user().id, "ch_new")
    await record(store, *new)
    added = totals(entry for fact in new if (made := transaction_of(fact)) for entry in made.entries)
    assert await balances_of(store) == {
        place: before.get(place, 0) + added.get(place, 0) for place in before.keys() | added.keys()
    }


async def test_of_sweeps_at_once_each_payment_is_carried_forward_once(store: Store) -> None:
    for number in range(20):
        facts = a_history(random.Random(number), a_user().id, f"ch_{number}")
        await record(store, *(attrs.evolve(fact, at=fact.at - BOOKS_KEPT - timedelta(days=1)) for fact in facts))
    before = await balances_of(store)

    found = await outcomes(*(forget(store) for _ in range(3)))

    assert {type(each) for each in found} <= {int, StaleWrite}
    assert await forget(store) == 0
    assert await balances_of(store) == before


async def test_what_is_not_committed_is_not_forgotten(store: Store) -> None:
    await record(store, attrs.evolve(PAID, at=PAID.at - BOOKS_KEPT - timedelta(days=1)))

    async with store.begin() as uow:
        assert await uow.ledger.forget(store.clock.now() - BOOKS_KEPT, 10) == 1
        assert await uow.ledger.about(PAID.member) == []

    assert await forget(store) == 1


async def test_amounts_larger_than_any_float_are_exact(store: Store) -> None:
    await record(store, attrs.evolve(PAID, amount=Money(2**53 + 1, "JPY")))

    async with store.begin() as uow:
        assert await uow.ledger.balances() == {
            (Account.GATEWAY, "JPY"): 2**53 + 1,
            (Account.SALES, "JPY"): -(2**53 + 1),
        }
