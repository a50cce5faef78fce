"""What the adapter of the payment gateway promises, against the double."""

import contextlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest

from adapters.stripe.client import PAGE
from adapters.stripe.double import objects
from adapters.stripe.records import StripeRecords
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.kernel import UserId
from saltbitter_domain.payments.model import GatewayAway, GatewayEvent, GatewayEventRefused, Held
from saltbitter_domain.payments.ports import PaymentRecords
from saltbitter_domain.subscriptions.model import Tier
from tests.conftest import Run
from tests.doubles.stripe import reference
from tests.doubles.stripe.server import PREVIOUS_SECRET, SECRET, StripeDouble

PORT = PaymentRecords


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


@pytest.fixture
def member(clock: ManualClock) -> UserId:
    return UserId(UuidV7Ids(clock).new())


@pytest.mark.parametrize("old", [False, True], ids=["2026", "before 2025"])
@pytest.mark.parametrize(
    ("status", "tier", "lasts"),
    [
        ("active", Tier.ELITE, None),
        ("trialing", Tier.ELITE, None),
        ("past_due", Tier.ELITE, timedelta(days=7)),
        ("incomplete", Tier.FREE, None),
        ("unpaid", Tier.FREE, None),
        ("canceled", Tier.FREE, None),
        ("a status of next year", Tier.FREE, None),
    ],
)
async def test_a_subscription_is_read_in_old_and_current_shapes(
    records: PaymentRecords,
    stripe: StripeDouble,
    member: UserId,
    status: str,
    tier: Tier,
    lasts: timedelta | None,
    old: bool,
) -> None:
    stripe.subscribe("sub_1", "cus_1", member, "saltbitter_elite", status, old=old)
    stripe.subscribe("sub_2", "cus_2", member, "saltbitter_premium")

    now = stripe.clock.now().replace(microsecond=0)
    expected = [Held(member, tier, None if lasts is None else now + lasts)]
    assert await records.held_by("cus_1") == expected
    assert await records.everything_held() == {"cus_1": expected, "cus_2": [Held(member, Tier.PREMIUM)]}
    assert stripe.refused == []


@pytest.mark.parametrize("old", [False, True], ids=["2026", "before 2025"])
async def test_the_time_that_an_unpaid_change_takes_back_is_still_held(
    records: PaymentRecords, stripe: StripeDouble, member: UserId, old: bool
) -> None:
    now = stripe.clock.now().replace(microsecond=0)
    ends = now + timedelta(days=165)
    stripe.subscribe("sub_1", "cus_1", member, "saltbitter_elite", "past_due", old=old)
    lines = [
        objects.line("saltbitter_premium", -9000, now, ends, old=old),
        objects.line("saltbitter_elite", 18000, now, ends, old=old),
        objects.line("a product of another shop", -100, now, ends, old=old),
    ]
    stripe.invoices["in_sub_1"] = objects.invoice("in_sub_1", "cus_1", "sub_1", "open", now, lines, old=old)

    grace = Held(member, Tier.ELITE, now + timedelta(days=7))
    assert await records.held_by("cus_1") == [grace, Held(member, Tier.PREMIUM, ends)]


async def test_grace_counts_from_the_oldest_invoice_that_is_owed(
    records: PaymentRecords, stripe: StripeDouble, member: UserId
) -> None:
    now = stripe.clock.now().replace(microsecond=0)
    stripe.subscribe("sub_1", "cus_1", member, "saltbitter_elite", "past_due")
    stripe.invoices.clear()

    def bill(number: int, status: str, days: int, **more: Any) -> None:
        made = objects.invoice(f"in_{number}", "cus_1", "sub_1", status, now - timedelta(days=days))
        stripe.invoices[f"in_{number}"] = {**made, **more}

    async def expiry() -> Any:
        (held,) = await records.held_by("cus_1")
        return held.expires_at and held.expires_at - now

    assert await expiry() is None  # paid between the two questions
    bill(1, "paid", 90)
    bill(2, "uncollectible", 60)
    bill(3, "uncollectible", 30)
    assert await expiry() == timedelta(days=7 - 30)  # written off, and past due all the same
    bill(4, "open", 2)
    bill(5, "open", 6)
    bill(6, "open", 1)
    assert await expiry() == timedelta(days=7 - 6)  # what was written off before is no matter of today's
    bill(5, "open", 40, due_date=int((now - timedelta(days=3)).timestamp()))
    assert await expiry() == timedelta(days=7 - 3)
    bill(5, "open", 40, status_transitions=None)
    assert await expiry() == timedelta(days=7 - 40, hours=-1)


async def test_what_is_not_ours_is_nobodys(records: PaymentRecords, stripe: StripeDouble, member: UserId) -> None:
    stripe.subscribe("sub_1", "cus_1", member, "a product of another shop")
    stripe.subscribe("sub_2", "cus_1", "", "saltbitter_premium")

    assert await records.held_by("cus_1") == []
    assert await records.held_by("cus_of_nobody") == []


async def test_every_page_is_read(
    records: PaymentRecords, stripe: StripeDouble, member: UserId, clock: ManualClock
) -> None:
    numbers = range(2 * PAGE + 1)
    for number in numbers:
        stripe.subscribe(f"sub_{number}", f"cus_{number}", member, "saltbitter_premium")
    clock.advance(timedelta(hours=1))
    late = stripe.subscribe("sub_late", "cus_0", member, "saltbitter_elite")

    everything = await records.everything_held()
    assert {name: len(held) for name, held in everything.items()} == {
        **{f"cus_{number}": 1 for number in numbers},
        "cus_0": 2,
    }
    events = await records.events_since(clock.now() - timedelta(hours=2))
    assert [event.id for event in events] == [event["id"] for event in stripe.events]
    assert [event.id for event in await records.events_since(clock.now())] == [late["id"]]
    assert stripe.refused == []


async def test_events_about_no_customer_are_of_no_interest(records: PaymentRecords, stripe: StripeDouble) -> None:
    plan = stripe.happen("plan.created", {"id": "plan_1", "object": "plan"})
    customer = stripe.happen("customer.created", {"id": "cus_1", "object": "customer"})
    invoice = stripe.happen("invoice.paid", objects.invoice("in_1", "cus_1", "sub_1", "paid"))

    now = stripe.clock.now().replace(microsecond=0)
    expected = [GatewayEvent(each["id"], "cus_1", now) for each in (customer, invoice)]
    assert await records.events_since(now) == expected
    assert records.read_event(*_sent(stripe, plan)) is None
    assert records.read_event(*_sent(stripe, invoice)) == expected[1]


@pytest.mark.parametrize("fault", [429, 500, 503, 401, 409, 400, "disconnect"])
async def test_a_gateway_that_fails_is_away_and_answers_when_asked_again(
    records: PaymentRecords, stripe: StripeDouble, fault: int | str
) -> None:
    stripe.faults = [fault, fault]
    for _ in range(2):  # a reading that was cut off is repeated once by the client itself, if it likes
        with contextlib.suppress(GatewayAway):
            await records.everything_held()
            assert fault == "disconnect"

    stripe.faults = []
    assert await records.everything_held() == {}


async def test_a_gateway_that_says_nothing_is_away(stripe: StripeDouble, clock: ManualClock) -> None:
    records = StripeRecords(stripe.account, clock, seconds=0.05)
    stripe.faults = ["timeout"]

    with pytest.raises(GatewayAway):
        await records.held_by("cus_1")

    await records.close()


def _sent(stripe: StripeDouble, event: dict[str, Any], **how: Any) -> tuple[bytes, str]:
    body, headers = stripe.message(event, **how)
    return body, headers["Stripe-Signature"]


@pytest.mark.parametrize("how", [{}, {"secret": PREVIOUS_SECRET}, {"age": 300}, {"age": -300}])
async def test_what_was_signed_for_us_just_now_is_read(
    records: PaymentRecords, stripe: StripeDouble, how: dict[str, Any]
) -> None:
    event = stripe.happen("customer.updated", {"id": "cus_1", "object": "customer", "name": "Zoë"})

    assert records.read_event(*_sent(stripe, event, **how)) is not None


@pytest.mark.parametrize(
    "how", [{"secret": "whsec_of_another_endpoint"}, {"age": 301}, {"age": -301}, {"age": 28 * 3600}], ids=str
)
async def test_what_was_signed_by_others_or_at_another_time_is_refused(
    records: PaymentRecords, stripe: StripeDouble, how: dict[str, Any]
) -> None:
    event = stripe.happen("customer.updated", {"id": "cus_1", "object": "customer"})

    with pytest.raises(GatewayEventRefused):
        records.read_event(*_sent(stripe, event, **how))


async def test_altered_bytes_and_headers_are_refused(
    records: PaymentRecords, stripe: StripeDouble, clock: ManualClock
) -> None:
    event = stripe.happen("customer.updated", {"id": "cus_1", "object": "customer"})
    body, header = _sent(stripe, event)
    old_body, old_header = _sent(stripe, event, age=400)
    again = json.dumps(json.loads(body)).encode()  # the same event in other bytes
    now = int(clock.now().timestamp())
    signature = old_header.partition(",")[2]
    old = old_header.split(",")[0].removeprefix("t=")
    for sent in (
        (again, header),
        (body.replace(b"cus_1", b"cus_2"), header),
        (body + b"\xff", header),
        (body, ""),
        (body, "garbage"),
        (body, header.replace("v1=", "v0=")),
        (body, header.replace("t=", "t=+")),
        (old_body, f"t=+{old},t={now},{signature}"),  # one time was signed, the other would be believed
        (old_body, f"t={now},{signature}"),
        (old_body, f"t={old},t={now},{signature}"),
    ):
        with pytest.raises(GatewayEventRefused):
            records.read_event(*sent)


@pytest.mark.parametrize(
    "event", [{}, {"livemode": False}, [], "text", {"livemode": False, "data": None}, {"livemode": 0}], ids=repr
)
async def test_what_is_signed_but_no_event_is_refused(
    records: PaymentRecords, stripe: StripeDouble, event: Any
) -> None:
    with pytest.raises(GatewayEventRefused):
        records.read_event(*_sent(stripe, event))


async def test_events_of_the_other_mode_are_refused(
    records: PaymentRecords, stripe: StripeDouble, clock: ManualClock
) -> None:
    customer = {"id": "cus_1", "object": "customer"}
    ours, theirs = (stripe.happen("customer.updated", customer, live=live) for live in (False, True))
    live = StripeRecords(attrs.evolve(stripe.account, live=True), clock)

    for reader, refused in ((records, theirs), (live, ours)):
        with pytest.raises(GatewayEventRefused):
            reader.read_event(*_sent(stripe, refused))
    assert live.read_event(*_sent(stripe, theirs)) is not None
    await live.close()


async def test_without_secrets_nothing_is_believed(stripe: StripeDouble, clock: ManualClock) -> None:
    event = stripe.happen("customer.updated", {"id": "cus_1", "object": "customer"})
    for secrets in ((), ("",), (" ",)):
        records = StripeRecords(attrs.evolve(stripe.account, webhook_secrets=secrets), clock)
        with pytest.raises(GatewayEventRefused):
            records.read_event(*_sent(stripe, event))
        await records.close()


async def test_no_secret_shows_where_the_account_is_printed(stripe: StripeDouble) -> None:
    assert SECRET not in repr(stripe.account)
    assert stripe.account.secret_key not in repr(stripe.account)


@pytest.mark.skipif(reference.place() is None, reason=f"{reference.VARIABLE} does not lead to Stripe's description")
def test_the_double_refuses_what_stripe_does_not_know() -> None:
    known = reference.reference()
    assert known is not None
    for method, path, parameters in (
        ("GET", "/v1/subscriptions", {"state": "all"}),
        ("GET", "/v1/subscriptions", {"limit": "many"}),
        ("GET", "/v1/subscriptions", {"status": "alive"}),
        ("GET", "/v1/events", {"created": {"since": "1"}}),
        ("GET", "/v1/unheard-of", {}),
        ("POST", "/v1/customers", {"mail": "x"}),
        ("POST", "/v1/refunds", {"amount": "1.5"}),
        ("POST", "/v1/subscriptions", {"items": [{"price": "p"}]}),
        ("POST", "/v1/subscriptions", {"customer": "c", "items": "p"}),
        ("POST", "/v1/subscriptions", {"customer": "c", "cancel_at_period_end": "yes"}),
    ):
        assert known.fault(method, path, parameters), (method, path, parameters)
    assert known.fault("GET", "/v1/subscriptions", {"customer": "c", "status": "all", "limit": "100"}) is None
    assert known.fault("POST", "/v1/subscriptions", {"customer": "c", "items": [{"price": "p"}]}) is None
