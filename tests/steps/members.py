"""Steps that let somebody be a member, and those that say how SaltBitter answered them."""

from collections.abc import Mapping
from typing import Any

import attrs
from pytest_bdd import given, parsers, then

from saltbitter_domain.profiles.model import AgeRange, Gender, Preferences, Smoking
from saltbitter_domain.profiles.model import DealBreaker as Breaker
from tests.steps.moments import next_morning
from tests.steps.person import Person
from tests.steps.residents import HOMES, men, resident
from tests.steps.world import World

CLOSENESS: Mapping[str, tuple[float, float]] = {"secure": (2.0, 2.0), "fearful": (6.0, 6.0)}
"""Anxiety and avoidance of whoever a scenario calls so."""

REASONS: Mapping[str, str] = {
    "that SaltBitter is for adults": "under_age",
    "that a note goes with a like only": "only_with_a_like",
    "that everybody who fits has been introduced": "nobody_left",
    "that it is too late to take back": "nothing_to_undo",
    "that it was a lot at once": "rate_limited",
    "that a second factor is needed for that": "second_factor_needed",
    "that the code is not right": "code_refused",
    "that the passkey was not accepted": "passkey_refused",
    "to wait before the next code": "codes_paused",
    "that many people use this password": "common",
    "that one appeal is possible": "appeal_not_possible",
    "that one question is looked at already": "review_waiting",
    "that a colleague has to answer": "review_own",
    "that six photos are the most": "too_many_photos",
    "that ten a day belong to this tier": "not_entitled",
    "that the link is no longer good": "token_refused",
    "that the password holds the e-mail address": "contains_email",
    "that the password holds the product's name": "contains_product",
    "that the password is too short": "too_short",
    "that the place changed only recently": "location_changed_too_soon",
    "that the profile was changed meanwhile": "stale_write",
    "that the words have changed": "consent_text_outdated",
    "that there is nobody by this id": "person_missing",
    "that there is nobody to decide about": "person_missing",
    "that these are too few interests": "too_few",
    "that these are too many interests": "too_many",
    "that keeping answers needs a yes first": "assessment_consent_needed",
    "that keeping an orientation needs a yes first": "orientation_consent_needed",
    "that this comes with the account": "consent_required_for_account",
    "that this is decided already": "already_decided",
    "that this is no address": "not_an_address",
    "when the questionnaire can be taken again": "retake_too_soon",
    "which answers are missing": "missing",
    "which answers are not on the scale": "out_of_range",
    "which kinds of pictures are taken": "photo_type_not_accepted",
}
"""What a member is told, and the stable code that says so to an app."""


def settle_in(world: World, name: str, **about: Any) -> Person:
    """Let somebody be a member under this name."""
    (world.people[name],) = world.settle_in([resident(name, **about)])
    return world.people[name]


@given(parsers.parse("{name:w} is a member"))
@given(parsers.parse("{name:w} is a member who joined today"))
def a_member(world: World, name: str) -> None:
    settle_in(world, name)


@given(parsers.parse("{one:w} and {other:w} are members"))
def two_members(world: World, one: str, other: str) -> None:
    settle_in(world, one)
    settle_in(world, other)


@given(parsers.parse("{one:w} and {other:w} are members who meet this morning"))
def who_meet(world: World, one: str, other: str) -> None:
    two_members(world, one, other)
    next_morning(world)
    assert world.person(one).introduction_to(world.person(other))
    assert world.person(other).introduction_to(world.person(one))


@given(parsers.parse("{name:w} is another of today's introductions"))
def another(world: World, name: str) -> None:
    settle_in(world, name)
    next_morning(world)


@given(parsers.parse("{name:w} is a member who has not answered the questionnaire"))
def unanswered(world: World, name: str) -> None:
    settle_in(world, name, closeness=None)


@given(parsers.parse("{name:w} is a member who is {style:w}"))
def of_a_style(world: World, name: str, style: str) -> None:
    settle_in(world, name, closeness=CLOSENESS[style])


@given(parsers.parse("{name:w} is a member who is {style:w}, and otherwise like {other:w}"))
def otherwise_like(world: World, name: str, style: str, other: str) -> None:
    settle_in(world, name, closeness=CLOSENESS[style], bio=resident(other).content.bio)


@given(parsers.parse("{name:w} lives in {home}, where there are people to meet"))
def among_people(world: World, name: str, home: str) -> None:
    among_so_many(world, name, home, 3)


@given(parsers.parse("{name:w} lives in {home}, where there are {number:d} people to meet"))
def among_so_many(world: World, name: str, home: str, number: int) -> None:
    settle_in(world, name, home=HOMES[home])
    world.settle_in(men(number, HOMES[home]))


@given(parsers.parse("there are people to meet in {home}"))
def people_there(world: World, home: str) -> None:
    world.settle_in(men(3, HOMES[home]))


@given(parsers.parse("{name:w} lives in {home} and would go {far}"))
def would_go(world: World, name: str, home: str, far: str) -> None:
    wishes = resident(name).content.preferences
    km = None if far == "anywhere" else int(far.removesuffix(" km"))
    settle_in(world, name, home=HOMES[home], preferences=attrs.evolve(wishes, max_distance_km=km))


@given("Ana, a woman of 30 who smokes sometimes, seeks men from 25 to 40")
def ana_of_thirty(world: World) -> None:
    preferences = Preferences(frozenset({Gender.MAN}), AgeRange(25, 40))
    settle_in(world, "Ana", born=_aged(world, 30), smoking=Smoking.SOMETIMES, preferences=preferences)


@given(
    parsers.re(
        r"Ben, a man of 33, seeks (?P<whom>\w+) from (?P<low>\d+) to (?P<high>\d+)(?P<no_smoke> who do not smoke)?"
    )
)
def ben_seeks(world: World, whom: str, low: str, high: str, no_smoke: str | None) -> None:
    genders = {"women": {Gender.WOMAN}, "men": {Gender.MAN}, "anybody": set(Gender)}[whom]
    preferences = Preferences(
        genders=frozenset(genders),
        ages=AgeRange(int(low), int(high)),
        deal_breakers=frozenset({Breaker.SMOKES} if no_smoke else ()),
    )
    settle_in(world, "Ben", born=_aged(world, 33), preferences=preferences)


def _aged(world: World, years: int) -> Any:
    """A birthday half a year ago."""
    return world.now.date().replace(year=world.now.year - years - 1, month=9)


@then(parsers.parse("{name:w} is welcome"))
def welcome(world: World, name: str) -> None:
    answer = world.person(name).answer
    assert answer.accepted, answer.body


@then("they are welcome")
def they_are_welcome(world: World) -> None:
    welcome(world, "Somebody")


@then(parsers.re(r"(?P<name>\w+) is told (?P<what>(?!by mail)(that|when|which) .+)"))
def is_told(world: World, name: str, what: str) -> None:
    answer = world.person(name).answer
    assert REASONS[what] in answer.reasons, answer.body
    assert answer.body["detail"].endswith(".")


@then(parsers.parse("they are told {what}"))
def they_are_told(world: World, what: str) -> None:
    is_told(world, "Somebody", what)
