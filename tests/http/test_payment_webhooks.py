"""Only Stripe can speak to the webhook, and it is answered at once."""

import asyncio
import io
from collections.abc import Iterator
from typing import Any

import pytest
from dependency_injector import providers

from adapters.stripe.records import StripeRecords
from adapters.system.clock import ManualClock
from config import test as mode
from saltbitter_domain.payments.model import MAX_EVENT_BYTES, CustomerChanged
from tests.conftest import Run
from tests.doubles.stripe.server import PREVIOUS_SECRET, StripeDouble
from tests.http.house import MINUTE, House, opened

PATH = "/api/webhooks/stripe"


@pytest.fixture
def stripe(run: Run) -> Iterator[StripeDouble]:
    open_double = StripeDouble(ManualClock(mode.START)).serving()
    yield run(open_double.__aenter__())
    run(open_double.__aexit__(None, None, None))


@pytest.fixture
def paid_house(run: Run, stripe: StripeDouble, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house in which payments are configured."""
    adapters = mode.adapters

    def with_stripe(settings: Any) -> Any:
        container = adapters(settings)
        container.payment_records = providers.Singleton(StripeRecords, stripe.account, container.clock)
        return container

    monkeypatch.setattr(mode, "adapters", with_stripe)
    open_house = opened()
    house = run(open_house.__aenter__())
    stripe.clock = house.clock
    yield house
    run(open_house.__aexit__(None, None, None))


async def send(
    house: House, body: bytes | io.BytesIO, headers: dict[str, str], expect: int, code: str | None = None
) -> None:
    answer = await house.nobody().call("POST", PATH, expect, data=body, headers=headers)
    assert code is None or answer.body["code"] == code


async def test_a_member_has_their_tier_once_stripe_has_the_money(paid_house: House, stripe: StripeDouble) -> None:
    member = await paid_house.member()
    event = stripe.subscribe("sub_1", "cus_1", member.id, "saltbitter_premium")
    stripe.asked.clear()

    await send(paid_house, *stripe.message(event), 204)
    assert stripe.asked == []  # nothing is done in the answer
    await paid_house.settle()

    assert (await member.get("/api/me/subscription"))["tier"] == "premium"


async def test_an_event_that_never_came_is_found_within_the_quarter_of_an_hour(
    paid_house: House, stripe: StripeDouble
) -> None:
    member = await paid_house.member()
    stripe.subscribe("sub_1", "cus_1", member.id, "saltbitter_elite")

    for _ in range(2):
        paid_house.clock.advance(5 * MINUTE)
        await paid_house.settle()

    await member.login()
    assert (await member.get("/api/me/subscription"))["tier"] == "elite"


async def test_a_hundred_deliveries_at_once_are_one(paid_house: House, stripe: StripeDouble) -> None:
    member = await paid_house.member()
    body, headers = stripe.message(stripe.subscribe("sub_1", "cus_1", member.id, "saltbitter_premium"))

    await asyncio.gather(*(send(paid_house, body, headers, 204) for _ in range(100)))
    await paid_house.settle()

    assert stripe.asked.count("GET /v1/charges") <= 2  # one reading, and at most one nightly comparison


async def test_nothing_that_is_not_stripes_is_taken_in(paid_house: House, stripe: StripeDouble) -> None:
    event = stripe.happen("customer.updated", {"id": "cus_1", "object": "customer"})
    live = stripe.happen("customer.updated", {"id": "cus_1", "object": "customer"}, live=True)
    body, headers = stripe.message(event)
    json = {"Content-Type": "application/json"}
    refused = "gateway_event_refused"

    await send(paid_house, body, json, 400, refused)
    await send(paid_house, body, {**json, "Stripe-Signature": "t=1,v1=garbage"}, 400, refused)
    await send(paid_house, body + b" ", headers, 400, refused)
    await send(paid_house, *stripe.message(event, age=301), 400, refused)
    await send(paid_house, *stripe.message(event, age=-301), 400, refused)
    await send(paid_house, *stripe.message(event, secret="whsec_of_another_endpoint"), 400, refused)
    await send(paid_house, *stripe.message(live), 400, refused)
    await send(paid_house, io.BytesIO(b" " * (MAX_EVENT_BYTES + 1)), headers, 413, "gateway_event_too_large")
    for media_type in ("text/plain", "application/octet-stream", "multipart/form-data; boundary=b"):
        await send(paid_house, body, {**headers, "Content-Type": media_type}, 415)
    async with paid_house.application.adapters.begin()() as uow:
        tables = uow._transaction._store.tables
        assert not tables.gateway_events.items()
        assert not [each for each in tables.outbox.items().values() if isinstance(each.event, CustomerChanged)]
    await send(paid_house, *stripe.message(event, secret=PREVIOUS_SECRET), 204)


async def test_where_nothing_is_sold_there_is_no_webhook(stripe: StripeDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    adapters = mode.adapters

    def without(settings: Any) -> Any:
        container = adapters(settings)
        container.payment_records = container.payment_gateway = providers.Object(None)
        return container

    monkeypatch.setattr(mode, "adapters", without)
    async with opened() as house:
        stripe.clock = house.clock
        event = stripe.happen("customer.updated", {"id": "cus_1", "object": "customer"})

        await send(house, *stripe.message(event), 404, "payment_gateway_off")
