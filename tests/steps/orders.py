"""Steps of subscribing, leaving and buying."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pytest_bdd import given, parsers, then, when

from tests.steps.moments import DAY
from tests.steps.person import Person
from tests.steps.world import World

GOOD, DECLINED, ASKED = "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"
FAILING = "pm_card_chargeCustomerFail"
CARDS = {
    "that is declined": DECLINED,
    "that fails at its renewal": "pm_card_chargeFailsAtRenewal",
    "whose bank takes payments back": "pm_card_createDispute",
}
FOUND_WITHIN = timedelta(minutes=5)
"""How often it is looked for what the gateway told nobody of."""


def subscribe(world: World, name: str, tier: str, card: str = GOOD, **options: Any) -> Person:
    """Order it, and let everything follow from it."""
    person = world.person(name)
    person.asks("POST", "/api/subscriptions", json={"tier": tier, "payment_method": card}, **options)
    world.settles()
    return person


def does(world: World, name: str, what: str) -> None:
    world.person(name).asks("POST", f"/api/me/subscription/{what}")
    world.settles()


def dollars(amount: str) -> dict[str, Any]:
    return {"amount_minor": int(amount.replace(".", "")), "currency": "USD"}


@when(parsers.re(r"(?P<name>\w+) subscribes to (?P<tier>\w+)"), target_fixture="buying")
def subscribes(world: World, name: str, tier: str) -> int:
    """How many requests it took."""
    before = world.person(name).sent
    return subscribe(world, name, tier).sent - before


@given(parsers.re(r"(?P<name>\w+) has subscribed to (?P<tier>\w+)"))
def has_subscribed(world: World, name: str, tier: str) -> None:
    assert subscribe(world, name, tier).answer.accepted


@when(parsers.re(rf"(?P<name>\w+) subscribes to (?P<tier>\w+) with a card (?P<card>{'|'.join(CARDS)})"))
def subscribes_with(world: World, name: str, tier: str, card: str) -> None:
    subscribe(world, name, tier, CARDS[card])


@when(parsers.re(r"(?P<name>\w+) has (?P<card>another card pay|a card pay that fails)"))
def changes_card(world: World, name: str, card: str) -> None:
    portal = world.person(name).does("POST", "/api/me/subscription/portal")["url"]
    (customer,) = parse_qs(urlsplit(portal).query)["customer"]
    shop = world.application.adapters.stripe().shop
    shop.change_card(customer, FAILING if card.endswith("fails") else GOOD)
    world.passes(FOUND_WITHIN)


@when(parsers.parse("{name:w}'s bank takes her last payment back for good"))
def bank_takes_back(world: World, name: str) -> None:
    last = world.person(name).gets("/api/me/payments")["items"][0]["id"]
    stripe = world.application.adapters.stripe()
    dispute = stripe.shop.dispute(stripe.money.charges[last])
    stripe.happen("charge.dispute.closed", stripe.money.decide(dispute, "lost"))
    world.passes(FOUND_WITHIN)


@when(parsers.parse("{name:w} subscribes to {tier:w} with a card whose bank asks her"), target_fixture="waiting")
def subscribes_asked(world: World, name: str, tier: str) -> Any:
    return subscribe(world, name, tier, ASKED).answer.body


@when(parsers.parse("{name:w} confirms the payment"))
def confirms(world: World, name: str, waiting: Any) -> None:
    world.application.adapters.stripe().shop.confirm(waiting["client_secret"])
    assert world.person(name).gets(f"/api/me/orders/{waiting['id']}")["state"] == "done"
    world.settles()


@when(parsers.parse("{name:w} subscribes to {tier:w} and sends it again"), target_fixture="orders")
def subscribes_twice(world: World, name: str, tier: str) -> list[str]:
    headers = {"Idempotency-Key": "premium-please"}
    return [subscribe(world, name, tier, headers=headers).answer.body["id"] for _ in range(2)]


@then("both are the same order")
def same_order(orders: list[str]) -> None:
    assert orders[0] == orders[1]


@then(parsers.re(r"(?P<name>\w+) has (?P<tier>premium|elite|the free tier still)"))
def has(world: World, name: str, tier: str) -> None:
    expected = "free" if tier == "the free tier still" else tier
    assert world.person(name).gets("/api/me/subscription")["tier"] == expected


@then(parsers.parse("{name:w} sees that {amount} dollars are due again on 2 April 2026"))
def sees_due(world: World, name: str, amount: str) -> None:
    contract = world.person(name).gets("/api/me/subscription/contract")
    assert (contract["price"], contract["renews"]) == (dollars(amount), True)
    assert contract["period_ends_at"].startswith("2026-04-02T")


WHY = {
    "the payment was refused and nothing was charged": "payment_refused",
    "there is one already": "already_subscribed",
    "the time for it is over": "withdrawal_over",
}


@then(parsers.re(rf"(?P<name>\w+) is told that (?P<why>{'|'.join(WHY)})"))
def is_told_why(world: World, name: str, why: str) -> None:
    assert world.person(name).answer.reasons == {WHY[why]}


@then(parsers.parse("{name:w} is told that it comes to {amount} dollars"))
def told(world: World, name: str, amount: str) -> None:
    assert world.person(name).answer.body["notice"] == dollars(amount)


@when(parsers.parse("{name:w} asks what {tier:w} would cost"))
def asks_cost(world: World, name: str, tier: str) -> None:
    world.person(name).gets(f"/api/me/subscription/changes?tier={tier}")


@then(parsers.parse("{now} dollars are due now, and {later} on 2 April 2026"))
def due(world: World, now: str, later: str) -> None:
    quote = world.person("Ana").answer.body
    assert (quote["due_now"], quote["renewal"]) == (dollars(now), dollars(later))
    assert quote["renews_at"].startswith("2026-04-02T")


@when(parsers.parse("{name:w} changes to it"))
def changes(world: World, name: str) -> None:
    quote = world.person(name).answer.body
    wish = {"tier": quote["tier"], "quoted_at": quote["quoted_at"]}
    world.person(name).does("POST", "/api/me/subscription/changes", json=wish)
    world.settles()


@when(parsers.parse("{days:d} day passes"))
@given(parsers.parse("{days:d} days pass"))
@when(parsers.parse("{days:d} days pass"))
def days_pass(world: World, days: int) -> None:
    world.passes(days * DAY)


@when(parsers.re(r"(?P<name>\w+) (?P<what>cancels|resumes|withdraws)"), target_fixture="leaving")
def leaves(world: World, name: str, what: str) -> int:
    """How many requests it took."""
    before = world.person(name).sent
    does(world, name, what.removesuffix("s"))
    return world.person(name).sent - before


@then("cancelling took no more requests than subscribing")
def as_easy(world: World, buying: int, leaving: int) -> None:
    ana = world.person("Ana")
    assert 1 <= leaving <= buying
    assert (ana.answer.status, ana.answer.body["kind"], ana.answer.body["state"]) == (200, "cancel", "done")


@then(parsers.parse("{name:w}'s payments are"))
def payments_are(world: World, name: str, datatable: Sequence[Sequence[str]]) -> None:
    payments = world.person(name).gets("/api/me/payments")["items"]
    expected = [[day, dollars(amount), status.replace(" ", "_")] for day, amount, status in datatable[1:]]
    assert [[each["at"][:10], each["amount"], each["status"]] for each in reversed(payments)] == expected


MAILS = {"her payment failed": "payment_failed", "her subscription has ended": "subscription_ended"}


@then(parsers.re(rf"(?P<name>\w+) is told by mail that (?P<what>{'|'.join(MAILS)})"))
def mailed(world: World, name: str, what: str) -> None:
    assert [template for template, _ in world.inbox(world.person(name))].count(MAILS[what]) == 1


@when(parsers.re(r"(?P<name>\w+) buys a practice pack( (?P<times>\d+) times)?"))
def buys(world: World, name: str, times: str | None) -> None:
    for _ in range(int(times or 1)):
        wish = {"product": "practice_pack", "payment_method": GOOD}
        world.person(name).does("POST", "/api/purchases", json=wish)


@then(parsers.parse("{name:w} is not told how much it comes to"))
def not_told(world: World, name: str) -> None:
    assert world.person(name).answer.body["notice"] is None


@then(parsers.parse("{name:w} sees that she bought a practice pack and spent {amount} dollars this month"))
def sees_bought(world: World, name: str, amount: str) -> None:
    purchases = world.person(name).gets("/api/me/purchases")
    assert [bought["item"] for bought in purchases["items"]] == ["practice_pack"]
    assert purchases["spending"]["spent"] == dollars(amount)
