"""Steps of leaving for good."""

from pytest_bdd import given, parsers, then, when

from tests.steps.person import Answer, Person
from tests.steps.signing_in import sign_in
from tests.steps.world import World


def ask_for_erasure(person: Person, password: str) -> Answer:
    return person.asks("POST", "/api/me/erasure", json={"password": password})


@given(parsers.parse("{name:w} has asked to be erased"))
@when(parsers.parse("{name:w} asks to be erased"))
def asks_to_be_erased(world: World, name: str) -> None:
    person = world.person(name)
    assert ask_for_erasure(person, person.password).accepted


@when(parsers.parse("somebody with {name:w}'s phone asks for Ana to be erased"))
def somebody_asks(world: World, name: str) -> None:
    ask_for_erasure(world.person(name), "not the password at all")


@then("it is not done for want of the password")
def not_done(world: World) -> None:
    assert world.person("Ana").answer.reasons == {"password_refused", "wrong"}


@when(parsers.parse("{name:w} signs in again"))
def signs_in_again(world: World, name: str) -> None:
    assert sign_in(world.person(name), "phone").accepted


@then(parsers.parse("there is no such member as {name:w} any more"))
def no_such_member(world: World, name: str) -> None:
    assert sign_in(world.person(name), "phone").reasons == {"credentials_refused"}
