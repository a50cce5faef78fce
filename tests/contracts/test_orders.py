"""What every store of orders promises."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from adapters.system.ids import UuidV7Ids
from saltbitter_domain.kernel import Money, OrderId, StaleWrite, UserId
from saltbitter_domain.orders.model import Done, Order, OrderKind, OrderState, Reason, Refused, RequiresAction
from saltbitter_domain.orders.ports import Orders
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW

PORT = Orders
KEY = "a key of the client's"
MINUTE = timedelta(minutes=1)


def an_order(store: Store, user_id: UserId, **changes: Any) -> Order:
    order = Order(
        OrderId(UuidV7Ids(store.clock).new()), user_id, "cus_1", OrderKind.PURCHASE, "a thing", Money(499, "USD"), NOW
    )
    return attrs.evolve(order, **changes)


async def add(store: Store, order: Order) -> Order:
    async with store.unit() as uow:
        await uow.orders.add(order)
    return order


async def save(store: Store, order: Order) -> Order:
    async with store.unit() as uow:
        await uow.orders.save(order)
    return attrs.evolve(order, version=order.version + 1)


async def test_an_order_is_kept_whole_in_every_state(store: Store) -> None:
    user = await store.member()
    order = await add(store, an_order(store, user.id, key=KEY, subscription="sub_1", plan_version=1))

    async with store.begin() as uow:
        assert await uow.orders.get(order.id) == order
        assert await uow.orders.get(OrderId(user.id)) is None
        assert await uow.orders.customer_of(user.id) == "cus_1"
        assert await uow.orders.customer_of(UserId(order.id)) is None
    for outcome in (RequiresAction("pi_1", "secret"), Refused(Reason.DECLINED), Done("pi_2")):
        order = await save(store, order.with_outcome(outcome, NOW + MINUTE))
        async with store.begin() as uow:
            assert await uow.orders.get(order.id) == order


async def test_a_change_to_an_outdated_version_is_refused(store: Store) -> None:
    order = await add(store, an_order(store, (await store.member()).id))
    await save(store, order.with_outcome(Done("pi_1"), NOW))

    with pytest.raises(StaleWrite):
        await save(store, order.with_outcome(Refused(Reason.DECLINED), NOW))


async def test_of_many_at_the_same_time_one_is_on_its_way(store: Store) -> None:
    user, other = await store.members(2)
    made = await outcomes(
        *(add(store, an_order(store, user.id)) for _ in range(8)), add(store, an_order(store, other.id))
    )

    assert [type(each) for each in made].count(StaleWrite) == 7
    async with store.begin() as uow:
        assert await uow.orders.unsettled_of(user.id) in made
        assert await uow.orders.unsettled_of(other.id) == made[-1]


async def test_a_settled_order_makes_room_for_the_next(store: Store) -> None:
    user = await store.member()
    first = await add(store, an_order(store, user.id))
    with pytest.raises(StaleWrite):
        await add(store, an_order(store, user.id))
    await save(store, first.with_outcome(Refused(Reason.DECLINED), NOW))

    second = await add(store, an_order(store, user.id))
    async with store.begin() as uow:
        assert await uow.orders.unsettled_of(user.id) == second


async def test_a_key_is_used_once_unless_nothing_came_of_it(store: Store) -> None:
    user, other = await store.members(2)
    refused = await add(store, an_order(store, user.id, key=KEY))
    await save(store, refused.with_outcome(Refused(Reason.DECLINED), NOW))
    async with store.begin() as uow:
        assert await uow.orders.of_key(user.id, KEY) is None

    done = await add(store, an_order(store, user.id, key=KEY))
    done = await save(store, done.with_outcome(Done("pi_1"), NOW))
    await add(store, an_order(store, other.id, key=KEY))
    with pytest.raises(StaleWrite):
        await add(store, an_order(store, user.id, key=KEY))
    async with store.begin() as uow:
        assert await uow.orders.of_key(user.id, KEY) == done
        assert await uow.orders.of_key(user.id, "another key") is None


async def test_what_was_bought_is_listed_latest_first(store: Store) -> None:
    user = await store.member()
    for number, kind in enumerate([OrderKind.PURCHASE, OrderKind.SUBSCRIBE, OrderKind.PURCHASE, OrderKind.PURCHASE]):
        order = await add(store, an_order(store, user.id, kind=kind, made_at=NOW + number * MINUTE))
        outcome = Refused(Reason.DECLINED) if number == 3 else Done("pi_1")
        await save(store, order.with_outcome(outcome, NOW + number * MINUTE))

    async with store.begin() as uow:
        assert [order.made_at - NOW for order in await uow.orders.purchases_of(user.id)] == [2 * MINUTE, 0 * MINUTE]


async def test_a_change_that_counts_on_the_purchases_so_far_is_refused_when_there_are_more(store: Store) -> None:
    user, other = await store.members(2)
    for member in (user, other):
        paid = await add(store, an_order(store, member.id))
        await save(store, paid.with_outcome(Done("pi_1"), NOW))
        await add(store, an_order(store, member.id))
    async with store.begin() as uow:
        order, bought = await uow.together(uow.orders.unsettled_of(user.id), uow.orders.purchases_of(user.id))
    assert order

    async def counting_on(purchases: int) -> None:
        async with store.unit() as uow:
            await uow.orders.keep_to(user.id, purchases=purchases)
            await uow.orders.save(order.with_outcome(Done("pi_2"), NOW))

    for wrong in (0, 2):
        with pytest.raises(StaleWrite):
            await counting_on(wrong)
    await counting_on(len(bought))
    async with store.begin() as uow:
        assert len(await uow.orders.purchases_of(user.id)) == 2


async def test_what_has_no_answer_for_long_is_found_oldest_first(store: Store) -> None:
    made = [
        await add(store, an_order(store, user.id, made_at=NOW - age * MINUTE))
        for user, age in zip(await store.members(6), (1, 2, 3, 4, 5, 6), strict=True)
    ]
    await save(store, made[2].with_outcome(Done("pi_1"), NOW))
    await save(store, made[3].with_outcome(RequiresAction("pi_1", ""), NOW))
    await save(store, made[5].with_outcome(RequiresAction("pi_1", ""), NOW))

    async with store.begin() as uow:
        found = await uow.orders.unanswered(NOW - 2 * MINUTE, NOW - 5 * MINUTE, 10)
        assert [order.id for order in found] == [made[5].id, made[4].id, made[1].id]
        assert len(await uow.orders.unanswered(NOW - 2 * MINUTE, NOW - 5 * MINUTE, 2)) == 2
        assert {order.state for order in found} == {OrderState.OPEN, OrderState.REQUIRES_ACTION}
