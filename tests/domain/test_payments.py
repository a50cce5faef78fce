"""A member's tier is the one that Stripe's records entitle to, in whatever order, how often and whether events come."""

import asyncio
import itertools
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from adapters.stripe.double import objects
from saltbitter_domain.events import MAX_ATTEMPTS
from saltbitter_domain.kernel import UserId
from saltbitter_domain.ledger.model import FactKind
from saltbitter_domain.payments.model import GRACE, GatewayAway, GatewayOff, Held, next_expiry, tier_of
from saltbitter_domain.payments.ports import PaymentRecords
from saltbitter_domain.payments.service import OVERLAP, ReconciliationService
from saltbitter_domain.subscriptions.model import Tier
from tests.doubles.builders import NOW, a_user
from tests.doubles.payments import Till, opened, till

MEMBER = a_user().id
INSTANTS = st.sampled_from([NOW - timedelta(days=30), NOW, NOW + timedelta(microseconds=1), NOW + GRACE])
HELD = st.builds(Held, st.just(MEMBER), st.sampled_from(Tier), st.none() | INSTANTS)


@given(st.lists(HELD, max_size=4))
def test_the_tier_is_the_highest_that_has_not_expired(held: Sequence[Held]) -> None:
    good = [each.tier for each in held if each.expires_at is None or each.expires_at > NOW]
    expected = next((tier for tier in (Tier.ELITE, Tier.PREMIUM) if tier in good), Tier.FREE)

    assert tier_of(held, NOW) is expected


@given(st.lists(HELD, max_size=4), INSTANTS)
def test_until_the_next_expiry_the_tier_stays(held: Sequence[Held], now: datetime) -> None:
    expiry = next_expiry(held, now)

    assert expiry is None or now < expiry
    until = [at for each in held if (at := each.expires_at) and now < at and (expiry is None or at < expiry)]
    assert until == []
    last = NOW + timedelta(days=999) if expiry is None else expiry - timedelta(microseconds=1)
    assert tier_of(held, last) is tier_of(held, now)


def test_grace_is_seven_days_from_when_a_payment_is_owed() -> None:
    assert Held.past_due(MEMBER, Tier.ELITE, NOW) == Held(MEMBER, Tier.ELITE, NOW + timedelta(days=7))


def happenings(world: Till, member: UserId, customer: str) -> list[dict[str, Any]]:
    """The five core events of a subscription that was bought, paid, raised, not paid once, and paid at last."""
    stripe = world.stripe
    created = stripe.subscribe(f"sub_{customer}", customer, member, "saltbitter_premium", "incomplete")
    paid = stripe.happen("invoice.paid", objects.invoice("in_1", customer, f"sub_{customer}", "paid"))
    updated = stripe.subscribe(f"sub_{customer}", customer, member, "saltbitter_elite", "active")
    failed = stripe.happen("invoice.payment_failed", objects.invoice("in_2", customer, f"sub_{customer}", "open"))
    deleted = stripe.subscribe(f"sub_{customer}", customer, member, "saltbitter_elite", "canceled")
    return [created, paid, updated, failed, deleted]


@pytest.mark.parametrize("ends", ["canceled", "active", "past_due"])
async def test_every_order_of_the_core_events_repeated_and_lost_ends_the_same(ends: str) -> None:
    chance = random.Random(6)
    expected = Tier.FREE if ends == "canceled" else Tier.ELITE
    async with opened() as world:
        orders = list(itertools.permutations(range(5)))
        members: list[UserId] = []
        for number, order in enumerate(orders if ends == "canceled" else chance.sample(orders, 24)):
            member, customer = await world.member(), f"cus_{number}"
            members.append(member)
            events = happenings(world, member, customer)
            world.stripe.subscribe(f"sub_{customer}", customer, member, "saltbitter_elite", ends)
            for place in order:
                for _ in range(chance.choice((0, 1, 1, 3))):
                    await world.send(events[place])
                if chance.random() < 0.2:
                    await world.work()
        await world.work()
        await world.service.reconcile()
        await world.work()
        for event in chance.sample(world.stripe.events, 20):  # long after everything
            await world.send(event)
        await world.work()

        assert [await world.tier(member) for member in members] == [expected] * len(members)


async def test_whatever_happens_between_events_the_end_is_what_stripe_has() -> None:
    chance = random.Random(61)
    async with opened() as world:
        for number in range(25):
            member, customer = await world.member(), f"cus_{number}"
            sent: list[dict[str, Any]] = []
            for _ in range(4):
                product = chance.choice(("saltbitter_premium", "saltbitter_elite"))
                status = chance.choice(("active", "canceled", "incomplete"))
                sent.append(world.stripe.subscribe(f"sub_{number}", customer, member, product, status))
                for event in chance.sample(sent, chance.randint(0, len(sent))):
                    await world.send(event)
                if chance.random() < 0.5:
                    await world.work()
            await world.send(sent[-1])
            await world.work()
            has = world.stripe.subscriptions[f"sub_{number}"]
            bought = Tier.ELITE if has["items"]["data"][0]["price"]["product"] == "saltbitter_elite" else Tier.PREMIUM
            assert await world.tier(member) is (bought if has["status"] == "active" else Tier.FREE)


STATES = st.tuples(
    st.sampled_from(("saltbitter_premium", "saltbitter_elite")),
    st.sampled_from(("active", "past_due", "canceled", "incomplete")),
)
STEPS = st.one_of(
    STATES,
    st.integers(0, 9),  # an event of those so far is delivered, if it is not lost
    st.just("work"),
    st.sampled_from((timedelta(minutes=5), timedelta(days=3), GRACE)),
)


async def lived(world: Till, steps: Sequence[Any]) -> tuple[UserId, str]:
    """A member and the customer they are, once all this happened to their subscription, and was looked for."""
    member, customer = await world.member(), f"cus_{len(world.stripe.subscriptions)}"
    for step in steps:
        match step:
            case (product, status):
                world.stripe.subscribe(f"sub_{customer}", customer, member, product, status)
            case int():
                await world.send(world.stripe.events[step % len(world.stripe.events)])
            case "work":
                await world.work()
            case timedelta():
                world.clock.advance(step)
    await world.service.reconcile()
    await world.work()
    await world.service.read_expired()
    await world.work()
    return member, customer


@settings(max_examples=40, deadline=None)
@given(STATES, st.lists(STEPS, max_size=12))
def test_any_history_of_a_subscription_ends_with_the_tier_that_its_end_entitles_to(
    first: tuple[str, str], steps: list[Any]
) -> None:
    async def ends() -> None:
        async with opened() as world:
            member, customer = await lived(world, [first, *steps])
            since = next(iter(world.stripe.invoices.values()), {}).get("status_transitions", {}).get("finalized_at", 0)
            product, status = [first, *(step for step in steps if isinstance(step, tuple))][-1]
            kept = status == "active" or (
                status == "past_due" and world.clock.now() < datetime.fromtimestamp(since, UTC) + GRACE
            )
            expected = Tier(product.removeprefix("saltbitter_")) if kept else Tier.FREE
            assert await world.tier(member) is expected
            assert tier_of(await world.records.held_by(customer), world.clock.now()) is expected

    asyncio.run(ends())


async def test_the_same_event_a_hundred_times_is_read_once() -> None:
    async with opened() as world:
        member = await world.member()
        event = world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium")

        await asyncio.gather(*(world.send(event) for _ in range(100)))

        assert await world.work() == 1
        assert world.stripe.asked == ["GET /v1/charges", "GET /v1/subscriptions"]
        assert await world.tier(member) is Tier.PREMIUM


async def test_an_old_subscription_that_ends_does_not_take_the_new_one_with_it() -> None:
    async with opened() as world:
        member = await world.member()
        world.stripe.subscribe("sub_old", "cus_1", member, "saltbitter_elite")
        world.stripe.subscribe("sub_new", "cus_1", member, "saltbitter_premium")
        ended = world.stripe.subscribe("sub_old", "cus_1", member, "saltbitter_elite", "canceled")
        await world.send(ended)
        await world.work()

        assert await world.tier(member) is Tier.PREMIUM


@attrs.define
class Slow(PaymentRecords):
    """The first answer about a customer arrives only once it is let go."""

    records: PaymentRecords
    arrived: asyncio.Event = attrs.field(factory=asyncio.Event)
    let_go: asyncio.Event = attrs.field(factory=asyncio.Event)
    waiting: bool = True

    async def held_by(self, customer: str) -> Sequence[Held]:
        held = await self.records.held_by(customer)
        if self.waiting:
            self.waiting = False
            self.arrived.set()
            await self.let_go.wait()
        return held

    def read_event(self, body: bytes, signature: str) -> Any:
        return self.records.read_event(body, signature)

    async def events_since(self, since: datetime) -> Any:
        return await self.records.events_since(since)

    async def customer_of(self, named: str) -> str | None:
        return await self.records.customer_of(named)

    async def money_of(self, customer: str) -> Any:
        return await self.records.money_of(customer)

    async def money_since(self, since: datetime) -> Any:
        return await self.records.money_since(since)

    async def everything_held(self) -> Mapping[str, Sequence[Held]]:
        return await self.records.everything_held()


async def test_an_answer_that_was_long_on_its_way_does_not_undo_a_newer_one() -> None:
    async with opened() as plain:
        slow = Slow(plain.records)
        world = till(plain.stripe, slow, plain.clock)
        member = await world.member()
        await world.send(world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium"))
        late = asyncio.create_task(world.work())
        await slow.arrived.wait()
        await world.send(world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_elite"))
        await world.work()
        slow.let_go.set()
        await late

        assert await world.tier(member) is Tier.ELITE


@pytest.mark.parametrize("lost", [True, False])
async def test_a_dispute_long_after_a_payment_is_booked_though_its_event_names_no_customer(lost: bool) -> None:
    async with opened() as world:
        stripe, member = world.stripe, await world.member()
        charge = stripe.money.charge("cus_1", 699, member=member, product="coaching_report")
        await world.send(stripe.happen("charge.succeeded", charge))
        await world.work()
        world.clock.advance(timedelta(days=90))
        await world.service.reconcile()

        happened = stripe.happen("charge.dispute.created", stripe.money.dispute(charge))
        assert "customer" not in happened["data"]["object"]
        if not lost:
            await world.send(happened)
        assert await world.service.reconcile() == lost
        await world.work()

        async with world.begin() as uow:
            assert FactKind.DISPUTED in {fact.kind for fact in await uow.ledger.about(member)}


async def test_an_event_about_a_payment_that_is_not_there_is_about_nobody() -> None:
    async with opened() as world:
        about = {"id": "dp_1", "object": "dispute", "charge": "ch_none"}
        await world.send(world.stripe.happen("charge.dispute.created", about))

        assert await world.work() == 1
        assert await world.work() == 0


async def test_an_event_that_comes_before_its_member_is_tried_again() -> None:
    async with opened() as world:
        user = a_user()
        await world.send(world.stripe.subscribe("sub_1", "cus_1", user.id, "saltbitter_premium"))
        with capture_logs():
            await world.work()
        async with world.begin() as uow:
            await uow.users.add(user)
            await uow.commit()
        world.clock.advance(timedelta(minutes=1))
        await world.work()

        assert await world.tier(user.id) is Tier.PREMIUM


async def test_while_stripe_is_away_events_are_kept_and_read_when_it_is_back() -> None:
    async with opened() as world:
        member = await world.member()
        await world.send(world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium"))
        for fault in (500, 429, 503):
            world.stripe.faults = [fault]
            with capture_logs():
                await world.work()
            assert await world.tier(member) is Tier.FREE
            world.clock.advance(timedelta(minutes=10))
        await world.work()

        assert await world.tier(member) is Tier.PREMIUM
        assert MAX_ATTEMPTS > 3


async def test_after_six_hours_without_events_tiers_are_right_with_the_next_sweep() -> None:
    async with opened() as world:
        members = [await world.member() for _ in range(20)]
        for number, member in enumerate(members):
            await world.send(world.stripe.subscribe(f"sub_{number}", f"cus_{number}", member, "saltbitter_premium"))
        await world.work()
        await world.service.reconcile()
        for hour in range(6):  # Stripe answers nobody and delivers nothing
            for number in range(hour, 20, 6):
                status = "canceled" if number % 2 else "active"
                product = "saltbitter_elite"
                world.stripe.subscribe(f"sub_{number}", f"cus_{number}", members[number], product, status)
            world.clock.advance(timedelta(hours=1))
            world.stripe.faults = [503]
            with pytest.raises(GatewayAway):
                await world.service.reconcile()

        world.clock.advance(timedelta(minutes=5))
        assert await world.service.reconcile() == 20
        await world.work()

        for number, member in enumerate(members):
            assert await world.tier(member) is (Tier.FREE if number % 2 else Tier.ELITE)
        assert await world.service.reconcile() == 0


async def test_an_event_listed_late_is_found_by_the_next_sweep() -> None:
    async with opened() as world:
        member = await world.member()
        world.clock.advance(timedelta(hours=1))
        late = world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium")
        world.stripe.events.clear()
        world.clock.advance(OVERLAP - timedelta(seconds=1))
        await world.service.reconcile()
        world.stripe.events.append(late)
        world.clock.advance(timedelta(minutes=5))

        assert await world.service.reconcile() == 1


async def test_a_sweep_that_died_halfway_is_repeated_whole() -> None:
    async with opened() as world:
        member = await world.member()
        world.clock.advance(timedelta(hours=1))
        await world.service.reconcile()
        for number in range(150):
            world.stripe.happen("customer.updated", {"id": f"cus_{number}", "object": "customer"})
        world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium")
        world.clock.advance(timedelta(hours=3))
        original = world.stripe.faults
        world.stripe.faults = [500]
        with pytest.raises(GatewayAway):
            await world.service.reconcile()
        world.stripe.faults = original

        assert await world.service.reconcile() == 151


async def test_the_nightly_comparison_finds_what_no_event_told() -> None:
    async with opened() as world:
        right, wrong = await world.member(), await world.member()
        await world.send(world.stripe.subscribe("sub_1", "cus_1", right, "saltbitter_premium"))
        await world.work()
        world.stripe.subscribe("sub_2", "cus_2", wrong, "saltbitter_elite")
        world.stripe.events.clear()

        assert await world.service.compare() == 1
        await world.work()

        assert await world.tier(wrong) is Tier.ELITE
        assert await world.service.compare() == 0


async def in_the_middle_of_a_paid_year(world: Till, member: UserId) -> datetime:
    """A year of Premium was paid 200 days ago; now it is raised to Elite, and the difference cannot be paid."""
    bought = world.clock.now()
    await world.send(world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium"))
    await world.work()
    world.clock.advance(timedelta(days=200))
    raised, ends = world.clock.now(), bought + timedelta(days=365)
    failed = world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_elite", "past_due")
    for each in (world.stripe.subscriptions["sub_1"], failed["data"]["object"]):
        each["items"]["data"][0]["current_period_start"] = int(bought.timestamp())
    lines = [
        objects.line("saltbitter_premium", -9000, raised, ends),
        objects.line("saltbitter_elite", 18000, raised, ends),
    ]
    world.stripe.invoices["in_sub_1"] = objects.invoice("in_sub_1", "cus_1", "sub_1", "open", raised, lines)
    await world.send(failed)
    await world.work()
    return ends


async def pass_minutes(world: Till, minutes: int) -> None:
    """What the workers do by the clock."""
    for _ in range(minutes):
        world.clock.advance(timedelta(minutes=1))
        await world.service.read_expired()
        await world.work()


async def test_grace_counts_from_the_failure_and_what_was_paid_for_stays() -> None:
    async with opened() as world:
        member = await world.member()
        ends = await in_the_middle_of_a_paid_year(world, member)
        assert await world.tier(member) is Tier.ELITE

        world.clock.advance(GRACE - timedelta(minutes=1))
        await pass_minutes(world, 0)
        assert await world.tier(member) is Tier.ELITE
        await pass_minutes(world, 1)
        assert await world.tier(member) is Tier.PREMIUM

        world.clock.advance(ends - world.clock.now() - timedelta(minutes=1))
        await pass_minutes(world, 0)
        assert await world.tier(member) is Tier.PREMIUM
        await pass_minutes(world, 1)
        assert await world.tier(member) is Tier.FREE


async def test_grace_ends_within_five_minutes_of_seven_days_and_asks_stripe_only_then() -> None:
    async with opened() as world:
        member = await world.member()
        await world.send(world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium", "past_due"))
        await world.work()
        asked = len(world.stripe.asked)
        world.clock.advance(timedelta(days=7) - timedelta(minutes=3))
        await pass_minutes(world, 2)
        assert await world.tier(member) is Tier.PREMIUM
        assert len(world.stripe.asked) == asked

        await pass_minutes(world, 5)

        assert await world.tier(member) is Tier.FREE
        assert len(world.stripe.asked) > asked
        assert await world.service.read_expired() == 0


async def test_who_pays_just_before_grace_ends_keeps_the_tier_whether_or_not_we_were_told() -> None:
    async with opened() as world:
        member = await world.member()
        await world.send(world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium", "past_due"))
        await world.work()
        world.clock.advance(GRACE - timedelta(seconds=1))
        world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium")  # its event is lost

        await pass_minutes(world, 6)

        assert await world.tier(member) is Tier.PREMIUM
        assert await world.service.read_expired() == 0


async def test_while_stripe_is_away_the_end_of_grace_is_read_again_and_not_forgotten() -> None:
    async with opened() as world:
        member = await world.member()
        await world.send(world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium", "past_due"))
        await world.work()
        world.clock.advance(GRACE)
        world.stripe.faults = [503]
        with capture_logs():
            await pass_minutes(world, 1)
            assert await world.tier(member) is Tier.PREMIUM
            await pass_minutes(world, 4)

        assert await world.tier(member) is Tier.FREE


async def test_the_nightly_comparison_ends_a_grace_that_was_never_kept() -> None:
    async with opened() as world:
        member = await world.member()
        await world.send(world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium", "past_due"))
        await world.work()
        assert await world.tier(member) is Tier.PREMIUM

        world.clock.advance(GRACE + timedelta(days=1))
        await world.service.compare()
        await world.work()

        assert await world.tier(member) is Tier.FREE


async def test_what_cannot_come_again_is_forgotten() -> None:
    async with opened() as world:
        await world.send(world.stripe.happen("customer.updated", {"id": "cus_1", "object": "customer"}))
        world.clock.advance(timedelta(days=35))
        assert await world.service.forget_events() == 0
        world.clock.advance(timedelta(seconds=1))
        assert await world.service.forget_events() == 1


async def test_without_a_gateway_nothing_is_asked_and_nothing_taken_in() -> None:
    async with opened() as world:
        service = ReconciliationService(begin=world.begin, clock=world.clock, records=None)

        assert await service.reconcile() == 0
        assert await service.compare() == 0
        assert await service.read_expired() == 0
        with pytest.raises(GatewayOff):
            await service.receive(b"{}", "")


async def test_no_card_number_stays_with_us_whatever_is_sent() -> None:
    number = "4242424242424242"
    async with opened() as world:
        member = await world.member()
        event = world.stripe.subscribe("sub_1", "cus_1", member, "saltbitter_premium")
        event["data"]["object"]["metadata"]["note"] = event["data"]["object"]["description"] = number
        world.stripe.subscriptions["sub_1"]["description"] = number
        with capture_logs() as logs:
            await world.send(event)
            await world.work()
        async with world.begin() as uow:
            kept = repr({name: table.items() for name, table in vars(uow._transaction._store.tables).items()})  # type: ignore[attr-defined]

        assert "cus_1" in kept
        assert number not in kept
        assert number not in repr(logs)
