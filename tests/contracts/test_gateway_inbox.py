"""What every store of the gateway's events promises."""

import asyncio
from datetime import datetime, timedelta

from saltbitter_domain.payments.model import GatewayEvent
from saltbitter_domain.payments.ports import GatewayInbox
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW

PORT = GatewayInbox
EVENT = GatewayEvent("evt_1", "cus_1", NOW)


async def add(store: Store, event: GatewayEvent = EVENT) -> bool:
    async with store.unit() as uow:
        return await uow.gateway_inbox.add(event, store.clock.now())


async def begin(store: Store, customer: str = "cus_1") -> int:
    async with store.unit() as uow:
        return await uow.gateway_inbox.begin_reading(customer)


async def end(store: Store, number: int) -> bool:
    async with store.unit() as uow:
        return await uow.gateway_inbox.end_reading("cus_1", number)


async def test_an_event_is_kept_once(store: Store) -> None:
    assert await add(store)
    assert not await add(store)
    assert await add(store, GatewayEvent("evt_2", "cus_1", NOW))


async def test_of_many_at_the_same_time_one_is_kept(store: Store) -> None:
    assert sorted(await outcomes(*(add(store) for _ in range(10)))) == [*[False] * 9, True]


async def test_an_event_that_was_not_committed_comes_again_as_new(store: Store) -> None:
    async with store.begin() as uow:
        assert await uow.gateway_inbox.add(EVENT, NOW)

    assert await add(store)


async def test_readings_are_numbered_by_customer(store: Store) -> None:
    assert [await begin(store) for _ in range(3)] == [1, 2, 3]
    assert await begin(store, "cus_2") == 1
    numbers = await asyncio.gather(*(begin(store) for _ in range(5)))
    assert sorted(numbers) == [4, 5, 6, 7, 8]


async def test_a_reading_that_began_earlier_has_no_say_after_a_later_one(store: Store) -> None:
    first, second, third = [await begin(store) for _ in range(3)]

    assert await end(store, first)
    assert await end(store, third)
    assert not await end(store, second)
    assert await end(store, third)


async def expires(store: Store, customer: str, at: datetime | None) -> None:
    async with store.unit() as uow:
        await uow.gateway_inbox.set_expiry(customer, at)


async def take(store: Store, limit: int = 10) -> list[str]:
    async with store.unit() as uow:
        return sorted(await uow.gateway_inbox.take_expired(NOW, limit))


async def test_what_expired_is_taken_once(store: Store) -> None:
    await expires(store, "cus_past", NOW - timedelta(days=1))
    await expires(store, "cus_now", NOW)
    await expires(store, "cus_soon", NOW + timedelta(microseconds=1))

    assert await take(store) == ["cus_now", "cus_past"]
    assert await take(store) == []
    store.clock.advance(timedelta(days=1))
    async with store.unit() as uow:
        assert await uow.gateway_inbox.take_expired(NOW + timedelta(days=1), 10) == ["cus_soon"]


async def test_the_last_expiry_that_was_kept_of_a_customer_counts(store: Store) -> None:
    await expires(store, "cus_paid", None)
    for customer, at in (("cus_paid", None), ("cus_later", NOW + timedelta(days=1)), ("cus_earlier", NOW)):
        await expires(store, customer, NOW if at != NOW else NOW + timedelta(days=1))
        await expires(store, customer, at)

    assert await take(store) == ["cus_earlier"]


async def test_what_expired_is_taken_so_many_at_a_time_and_by_one_only(store: Store) -> None:
    for number in range(5):
        await expires(store, f"cus_{number}", NOW)
    assert len(await take(store, 2)) == 2

    rest = await asyncio.gather(*(take(store) for _ in range(5)))

    assert len([name for taken in rest for name in taken]) == 3
    assert await take(store) == []


async def test_what_was_taken_without_a_commit_is_taken_again(store: Store) -> None:
    await expires(store, "cus_1", NOW)
    async with store.begin() as uow:
        assert await uow.gateway_inbox.take_expired(NOW, 10) == ["cus_1"]

    assert await take(store) == ["cus_1"]


async def test_how_far_was_swept_is_kept(store: Store) -> None:
    async with store.begin() as uow:
        assert await uow.gateway_inbox.swept_until() is None
    for at in (NOW, NOW + timedelta(minutes=5)):
        async with store.unit() as uow:
            await uow.gateway_inbox.set_swept_until(at)
        async with store.begin() as uow:
            assert await uow.gateway_inbox.swept_until() == at


async def test_readings_are_forgotten_with_the_last_event_about_the_customer_unless_one_is_going_on(
    store: Store,
) -> None:
    await add(store)
    for customer in ("cus_1", "cus_2", "cus_3", "cus_4"):
        number = await begin(store, customer)
        if customer != "cus_4":
            async with store.unit() as uow:
                await uow.gateway_inbox.end_reading(customer, number)

    forgotten = []
    for _ in range(3):
        async with store.unit() as uow:
            forgotten.append(await uow.gateway_inbox.forget_readings(1))

    assert forgotten == [1, 1, 0]
    assert [await begin(store, f"cus_{number}") for number in (1, 2, 3, 4)] == [2, 1, 1, 2]


async def test_old_events_are_forgotten_so_many_at_a_time(store: Store) -> None:
    for number in range(3):
        await add(store, GatewayEvent(f"evt_{number}", "cus_1", NOW))
    store.clock.advance(timedelta(days=1))
    await add(store, GatewayEvent("evt_new", "cus_1", NOW))

    forgotten = []
    for _ in range(3):
        async with store.unit() as uow:
            forgotten.append(await uow.gateway_inbox.forget(store.clock.now(), 2))

    assert forgotten == [2, 1, 0]
    assert not await add(store, GatewayEvent("evt_new", "cus_1", NOW))
    assert await add(store, GatewayEvent("evt_0", "cus_1", NOW))
