"""What a client is told of orders over HTTP."""

from uuid import UUID

from saltbitter_domain.kernel import Money, OrderId, UserId
from saltbitter_domain.orders.model import ASK_AFTER, Order, OrderKind, OrderState
from tests.doubles.builders import new_id
from tests.http.house import House

WISH = {"product": "practice_pack", "payment_method": "pm_card_visa"}


async def test_a_wish_that_had_to_wait_is_answered_anew_under_its_key(house: House) -> None:
    member = await house.member()
    user_id = UserId(UUID(member.id))
    customer = await house.application.adapters.payment_gateway().customer(user_id)
    price, now = Money(699, "USD"), house.clock.now()
    order = Order(OrderId(new_id()), user_id, customer, OrderKind.PURCHASE, "coaching_report", price, now)
    async with house.application.adapters.begin()() as uow:
        await uow.orders.add(order)
        await uow.commit()
    headers = {"Idempotency-Key": "a-pack-please"}

    for _ in range(2):
        waiting = await member.call("POST", "/api/purchases", 409, json=WISH, headers=headers)
        assert waiting.body["code"] == "order_pending"
    house.clock.advance(ASK_AFTER)
    done = await member.call("POST", "/api/purchases", json=WISH, headers=headers)

    assert done.body["state"] == OrderState.DONE
    async with house.application.adapters.begin()() as uow:
        before = await uow.orders.get(order.id)
    assert before is not None
    assert before.state is OrderState.REFUSED
