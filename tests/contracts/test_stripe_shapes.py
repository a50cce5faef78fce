"""What the double answers has the shapes of Stripe's own examples, wherever it answers anything."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adapters.stripe.double import objects
from adapters.stripe.gateway import StripeGateway
from adapters.system.clock import ManualClock
from saltbitter_domain.kernel import Money, OrderId
from saltbitter_domain.orders.model import Means, Order, OrderKind
from tests.doubles.builders import NOW, a_user
from tests.doubles.stripe.reference import VARIABLE, place
from tests.doubles.stripe.server import StripeDouble

FILE = "fixtures3.json"
ON_REQUEST = {("invoice", "payments"), ("charge", "refunds")}
"""What Stripe only answers where it is asked to (``expand``), so that the examples may lack it."""
OURS = {"metadata"}


def fixtures() -> Path | None:
    described = place()
    path = described.with_name(FILE) if described else None
    return path if path and path.is_file() else None


@cache
def examples() -> Mapping[str, Any]:
    path = fixtures()
    assert path is not None
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))["resources"]
    return found


def faults(ours: Any, example: Any, at: str) -> Iterator[str]:
    """Where ours has what the example has not, or has it as something else. A null says nothing about its type,
    and what a ``type`` names may be there."""
    if isinstance(ours, dict) and ours.get("object") in examples():
        example = examples()[ours["object"]]  # also where the example has only its id
    if ours is not None and example is not None and type(ours) is not type(example):
        yield f"{at} is {type(ours).__name__} instead of {type(example).__name__}"
    elif isinstance(ours, list):
        for each in ours:
            yield from faults(each, next(iter(example or ()), None), f"{at}[]")
    elif isinstance(ours, dict):
        for name in ours.keys() - OURS:
            known = example is None or name in example or (ours.get("object"), name) in ON_REQUEST
            if known or name == ours.get("type"):
                yield from faults(ours[name], example and example.get(name), f"{at}.{name}")
            else:
                yield f"{at}.{name} is not there"


def objects_in(ours: Any) -> Iterator[str]:
    """What ours is or has in it, by the names that Stripe has for it."""
    if isinstance(ours, dict):
        yield from [ours["object"]] if "object" in ours else []
    if isinstance(ours, dict | list):
        for each in ours.values() if isinstance(ours, dict) else ours:
            yield from objects_in(each)


async def sold(stripe: StripeDouble, clock: ManualClock) -> None:
    """Everything the double answers comes to be: bought, renewed, owed, paid back, disputed and ended."""
    gateway, member = StripeGateway(stripe.account), a_user().id
    customer = await gateway.customer(member)

    async def send(kind: OrderKind, item: str = "", cents: int = 0, **means: Any) -> None:
        running = await gateway.contract(customer)
        order = Order(
            OrderId(a_user().id), member, customer, kind, item, Money(cents, "USD"), clock.now(),
            subscription=running.id if running else None,
        )  # fmt: skip
        await gateway.send(order, Means(contract=running, priced_at=clock.now(), **means))

    await send(OrderKind.SUBSCRIBE, "premium", 1999, payment_method="pm_card_chargeFailsAtRenewal")
    await send(OrderKind.UPGRADE, "elite", 4999)
    await send(OrderKind.CANCEL)
    await send(OrderKind.PURCHASE, "report", 699, payment_method="pm_card_createDispute")
    await send(OrderKind.WITHDRAW)
    await send(OrderKind.SUBSCRIBE, "premium", 1999, payment_method="pm_card_chargeFailsAtRenewal")
    clock.advance(timedelta(days=40))
    stripe.shop.renew()
    await gateway.close()


@pytest.mark.skipif(fixtures() is None, reason=f"{VARIABLE} names no folder with stripe/{FILE}")
async def test_whatever_the_double_answers_stripes_examples_have_as_well() -> None:
    clock = ManualClock(NOW)
    async with StripeDouble(clock).serving() as stripe:
        await sold(stripe, clock)
        tables = (
            stripe.subscriptions,
            stripe.invoices,
            stripe.money.charges,
            stripe.money.refunds,
            stripe.money.disputes,
        )

    answers = [each for table in tables for each in table.values()]
    kinds = {"subscription", "invoice", "charge", "refund", "dispute"}
    assert {each["object"] for each in answers} == kinds
    assert {"subscription_item", "invoice_payment", "line_item", "balance_transaction"} <= set(objects_in(answers))
    assert {fault for each in answers for fault in faults(each, each, each["object"])} == set()


@pytest.mark.skipif(fixtures() is None, reason=f"{VARIABLE} names no folder with stripe/{FILE}")
def test_another_shape_would_be_noticed() -> None:
    charge = objects.charge("ch_1", "cus_1", 1999, "usd", "succeeded", NOW, 88)

    assert list(faults(charge | {"amount": "1999"}, charge, "charge")) == ["charge.amount is str instead of int"]
    assert list(faults(charge | {"sum": 1999}, charge, "charge")) == ["charge.sum is not there"]
