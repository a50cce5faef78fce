"""Steps of changing the address of an account."""

from typing import Any

from pytest_bdd import given, parsers, then, when

from tests.steps.joining import alike, link
from tests.steps.person import PASSWORD, Answer, Person
from tests.steps.signing_in import OTHER_PASSWORD, choose, sign_in
from tests.steps.world import World

NEW = "somewhere.else@mail.saltbitter.example"


def ask(world: World, name: str, email: str = NEW, password: str = PASSWORD) -> Answer:
    answer = world.person(name).asks("POST", "/api/me/email", json={"email": email, "password": password})
    world.settles()
    return answer


def mailed(world: World, address: str, template: str) -> Any:
    reader = Person(world, "Reader", address)
    return link(reader, template)


@when(parsers.parse("{name:w} asks for another address with the password"))
def asks(world: World, name: str) -> None:
    assert ask(world, name).accepted


@when(parsers.parse("{name:w} asks for another address with a wrong password"))
def asks_wrongly(world: World, name: str) -> None:
    assert ask(world, name, password="not the password at all").reasons >= {"password_refused"}


@when(parsers.parse("{name:w} asks for {other:w}'s address with the password"))
def asks_for_taken(world: World, name: str, other: str) -> None:
    ask(world, name, world.person(other).email)


@then("the answer is the same as for a free address")
def same_as_free(world: World) -> None:
    taken = world.person("Ana").answer
    assert alike(taken) == alike(ask(world, "Ana"))


@then("nothing is mailed to the new address")
def nothing_mailed(world: World) -> None:
    assert world.inbox(Person(world, "Reader", NEW)) == []


@when(parsers.parse("{name:w} follows the link that was mailed to the new address"))
def follows(world: World, name: str) -> None:
    token = mailed(world, NEW, "change_email")
    world.person(name).answer = world.asks("POST", "/api/auth/email/confirm", json={"token": token})
    assert world.person(name).answer.accepted


@then(parsers.parse("{name:w} can sign in with the new address only"))
def signs_in_with(world: World, name: str) -> None:
    assert sign_in(world.person(name), "tablet").reasons == {"credentials_refused"}
    assert sign_in(Person(world, name, NEW), "tablet").accepted


@given(parsers.parse("a thief who knows {name:w}'s password has asked for another address"))
def thief_asks(world: World, name: str) -> None:
    world.person("Thief").email = world.person(name).email
    assert ask(world, "Thief").accepted


@given(parsers.re(r"the thief (?P<has>has|has not) followed the link that was mailed to it"))
def thief_follows(world: World, has: str) -> None:
    if has == "has":
        follows(world, "Thief")


@when(parsers.parse("{name:w} stops it by the link that was mailed to the old address"))
def stops(world: World, name: str) -> None:
    token = link(world.person(name), "email_change_asked")
    assert world.asks("POST", "/api/auth/email/keep", json={"token": token}).accepted
    world.settles()


@then("the thief cannot sign in")
def thief_out(world: World) -> None:
    for address in (NEW, world.person("Ana").email):
        assert sign_in(Person(world, "Thief", address), "tablet").reasons == {"credentials_refused"}


@when(parsers.parse("{name:w} chooses another password by the link in the mail"))
def chooses(world: World, name: str) -> None:
    assert choose(world.person(name), OTHER_PASSWORD).accepted
