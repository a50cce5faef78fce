"""Steps of tiers and plans."""

from typing import Any

from pytest_bdd import given, parsers, then, when

from saltbitter_domain.subscriptions.model import Tier
from tests.steps.introductions import has_so_many, shown
from tests.steps.residents import resident
from tests.steps.world import World

FOR_SALE = {
    "daily_matches",
    "see_who_liked",
    "advanced_filters",
    "ai_messages_a_day",
    "coaching_insights",
    "weekly_report",
}


@given(parsers.parse("{name:w} has the {tier:w} tier"))
def has_tier(world: World, name: str, tier: str) -> None:
    world.give_tier(world.person(name), Tier(tier))


@then(parsers.re(r"(?P<name>\w+) may meet (?P<people>10|as many as fit)( people)? a day"))
def may_meet(world: World, name: str, people: str) -> None:
    assert entitlements(world, name)["daily_matches"] == (None if people == "as many as fit" else int(people))


@then(parsers.re(r"(?P<name>\w+) (?P<whether>sees|does not see) who likes her"))
def sees_likes(world: World, name: str, whether: str) -> None:
    assert entitlements(world, name)["see_who_liked"] == (whether == "sees")


@then(parsers.re(r"(?P<name>\w+) (?P<whether>has|does not have) coaching insights"))
def has_coaching(world: World, name: str, whether: str) -> None:
    assert entitlements(world, name)["coaching_insights"] == (whether == "has")


@when(parsers.parse("{name:w} asks for more introductions"))
def asks_for_more(world: World, name: str) -> None:
    world.person(name).asks("POST", "/api/me/daily-matches/next-page")


@then(parsers.parse("{name:w} has {number:d} introductions, the first ten unchanged"))
def more_after_the_first(world: World, name: str, number: int, looked_at: list[str]) -> None:
    has_so_many(world, name, str(number))
    assert shown(world, name)[:10] == looked_at


@then(parsers.re(r"(?P<name>\w+) (?P<whether>sees|does not see) that (?P<other>\w+) does, and his note"))
def sees_like_of(world: World, name: str, whether: str, other: str) -> None:
    answer = world.person(name).asks("GET", "/api/me/likes-received")
    if whether == "sees":
        (like,) = answer.body["items"]
        assert (like["profile"]["name"], like["note"]) == (other, "Hello from the harbour")
    else:
        assert answer.reasons == {"not_entitled"}


@when("somebody looks at the plans", target_fixture="plans")
def looks_at_plans(world: World) -> list[Any]:
    items: list[Any] = world.asks("GET", "/api/plans").body["items"]
    return items


@then("they cost 0.00, 19.99 and 49.99 dollars a month")
def prices(plans: list[Any]) -> None:
    assert [(plan["price"]["amount_minor"], plan["price"]["currency"]) for plan in plans] == [
        (0, "USD"),
        (1999, "USD"),
        (4999, "USD"),
    ]


@then("none of them is chosen beforehand")
def none_chosen(plans: list[Any]) -> None:
    assert all(plan.keys() == {"tier", "version", "price", "summary", "terms", "entitlements"} for plan in plans)


@then("a member sees the same")
def same_for_members(world: World, plans: list[Any]) -> None:
    (member,) = world.settle_in([resident("Ana")])
    assert member.gets("/api/plans")["items"] == plans


@then("no plan sells incognito, pausing, blocking, reporting, messages or being seen more")
def not_for_sale(plans: list[Any]) -> None:
    assert all(plan["entitlements"].keys() == FOR_SALE for plan in plans)


def entitlements(world: World, name: str) -> Any:
    return world.person(name).gets("/api/me/subscription")["entitlements"]
