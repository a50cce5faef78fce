"""Steps of joining: registering and confirming the address."""

from typing import Any

from pytest_bdd import given, parsers, then, when

from tests.steps.person import Answer, Person
from tests.steps.photos import FACE, show
from tests.steps.residents import HOMES, LISBON, Home, answers
from tests.steps.world import World

BORN = "1993-05-17"
NOBODY = "nobody@mail.saltbitter.example"


def join(person: Person, home: Home = LISBON, **otherwise: str) -> Answer:
    """Register, and let the mails arrive."""
    registration = {
        "email": person.email,
        "password": person.password,
        "date_of_birth": BORN,
        "time_zone": home.time_zone,
        "terms_version": person.world.texts["terms"],
        "privacy_policy_version": person.world.texts["privacy_policy"],
        **otherwise,
    }
    person.answer = person.world.asks("POST", "/api/auth/register", json=registration)
    person.world.settles()
    return person.answer


def link(person: Person, about: str) -> str:
    """What the newest mail about this carries."""
    return next(data["token"] for template, data in person.world.inbox(person) if template == about)


def follow(person: Person, token: str) -> Answer:
    person.answer = person.world.asks("POST", "/api/auth/verify", json={"token": token})
    return person.answer


def begin_profile(person: Person) -> None:
    """The least that a profile says, and that it may be used."""
    yes = {"granted": True, "text_version": person.world.texts["genders_sought"]}
    person.does("PUT", "/api/me/consents/genders_sought", json=yes)
    person.does(
        "POST",
        "/api/me/profile",
        json={
            "name": person.name,
            "genders": ["woman"],
            "preferences": {"genders": ["man"], "ages": {"min": 25, "max": 45}},
        },
    )
    person.user_id = person.gets("/api/me")["id"]


@given(parsers.parse("{name:w} has joined"))
@when(parsers.parse("{name:w} joins"))
def joins(world: World, name: str) -> None:
    assert join(world.person(name)).accepted


@given(parsers.parse("{name:w} is a new member with a name, a gender and a wish whom to meet"))
def new_member(world: World, name: str) -> None:
    joins(world, name)
    follows_link(world, name)
    begin_profile(world.person(name))


@when(parsers.parse("{name:w} joins in {home} and does all there is to do"))
def does_all(world: World, name: str, home: str) -> None:
    person, place = world.person(name), HOMES[home]
    assert join(person, place).accepted
    follows_link(world, name)
    for purpose in ("psychological_profile", "location"):
        yes = {"granted": True, "text_version": world.texts[purpose]}
        person.does("PUT", f"/api/me/consents/{purpose}", json=yes)
    begin_profile(person)
    person.does("PUT", "/api/me/location", json={"latitude": place.latitude, "longitude": place.longitude})
    asked = person.gets("/api/questionnaires/attachment")
    given_answers = {"questionnaire": asked["version"], "answers": answers(2.5, 2.5), "seconds": 120.0}
    person.does("POST", "/api/me/assessments", json=given_answers)
    show(person, FACE)
    world.settles()


@given(parsers.parse("{name:w} has followed the link in the mail"))
@when(parsers.parse("{name:w} follows the link in the mail"))
def follows_link(world: World, name: str) -> None:
    person = world.person(name)
    follow(person, link(person, "verify_email"))


@when(parsers.parse("{name:w} asks for another link"))
def asks_again(world: World, name: str) -> None:
    assert world.asks("POST", "/api/auth/verify/resend", json={"email": world.person(name).email}).accepted
    world.settles()


@then("only the newer of the two links is good")
def only_the_newer(world: World) -> None:
    ana = world.person("Ana")
    newer, older = (data["token"] for template, data in world.inbox(ana) if template == "verify_email")
    assert follow(ana, older).reasons >= {"token_refused"}
    assert follow(ana, newer).accepted


@then(parsers.re(r"(?P<name>\w+)'s address is (?P<state>confirmed|still to be confirmed)"))
def address_is(world: World, name: str, state: str) -> None:
    assert world.person(name).gets("/api/me")["email_verified"] == (state == "confirmed")


@when(parsers.parse("somebody born on {birthday} who lives in {home} wants to join"))
def somebody_born(world: World, birthday: str, home: str) -> None:
    join(world.person("Somebody"), HOMES[home], date_of_birth=birthday)


@when(parsers.parse('a child without an address wants to join with the password "{password}"'))
def a_child(world: World, password: str) -> None:
    join(world.person("Somebody"), email="somewhere", date_of_birth="2012-01-01", password=password)


@when(parsers.parse("somebody joins with {name:w}'s address"))
def joins_again(world: World, name: str) -> None:
    world.person("Somebody").email = world.person(name).email
    join(world.person("Somebody"), password="another quiet password")


@then("they get the same answer as with an address that nobody has")
def same_as_unknown(world: World) -> None:
    newcomer = world.person("Newcomer")
    assert alike(world.person("Somebody").answer) == alike(join(newcomer))


@when(parsers.parse('{name:w} wants to join with the password "{password}"'))
def with_password(world: World, name: str, password: str) -> None:
    join(world.person(name), password=password)


@when(parsers.parse("{name:w} wants to join after reading last year's terms"))
def with_old_terms(world: World, name: str) -> None:
    join(world.person(name), terms_version="2025-01-01")


MAILS = {
    "that somebody tried to join with this address": "already_registered",
    "that a key came back that was used before": "session_replayed",
    "that the password was changed": "password_changed",
    "that the second factor is on": "second_factor_added",
    "that the second factor is off": "second_factor_removed",
    "that a recovery code was used": "recovery_code_used",
    "that a passkey was added": "passkey_added",
    "that a passkey was removed": "passkey_removed",
    "that somebody signed in on a new device": "new_device",
    "that many passwords were tried": "many_failures",
    "that somebody signed in from too far away": "impossible_travel",
    "that the address is to change": "email_change_asked",
    "what her purchases have come to": "spending_notice",
}


@then(parsers.parse("{name:w} is told by mail {what}"))
def is_told_by_mail(world: World, name: str, what: str) -> None:
    world.settles()
    assert [template for template, _ in world.inbox(world.person(name))].count(MAILS[what]) == 1


def alike(answer: Answer) -> Any:
    """All of an answer that could tell two cases apart."""
    body = {**answer.body, "request_id": None} if isinstance(answer.body, dict) else answer.body
    return answer.status, body, {name: answer.headers.get(name) for name in ("Content-Type", "Content-Length")}
