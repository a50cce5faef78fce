"""Steps of signing in and out, of the devices that are signed in, and of passwords."""

from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from tests.steps.joining import NOBODY, alike, link
from tests.steps.person import Answer, Person
from tests.steps.world import World

OTHER_PASSWORD = "seven paper lanterns drift"
THIRD_PASSWORD = "eight slow trains go south"


def signed_in(person: Person, device: str) -> bool:
    """Whether the device can still get at the account without anybody typing a password."""

    async def look() -> bool:
        if not person.device(device).lasts("access", person.world.now):
            await person.renewing(device)
        return (await person.sending("GET", "/api/me", on=device)).accepted

    answer: bool = person.world.run(look())
    return answer


def sign_in(person: Person, device: str, password: str | None = None) -> Answer:
    person.answer = person.world.run(person.signing_in(device, password))
    return person.answer


@given(parsers.parse("{name:w} is signed in on a {device:w}"))
def on_a_device(world: World, name: str, device: str) -> None:
    assert sign_in(world.person(name), device).accepted


@given(parsers.parse("{name:w} is signed in on a phone and on a laptop"))
def on_two_devices(world: World, name: str) -> None:
    on_a_device(world, name, "phone")
    on_a_device(world, name, "laptop")


@when(parsers.parse("{name:w} signs in with the wrong password"))
def wrong_password(world: World, name: str) -> None:
    sign_in(world.person(name), "phone", "not the password at all")


@then("the answer is the same as for an address that nobody has")
def same_for_nobody(world: World) -> None:
    body = {"email": NOBODY}
    if world.person("Ana").answer.accepted:
        unknown = world.asks("POST", "/api/auth/password/forgot", json=body)
    else:
        unknown = world.asks("POST", "/api/auth/login", json={**body, "password": "not the password at all"})
    assert alike(world.person("Ana").answer) == alike(unknown)


@given(parsers.parse("{name:w} has tried ten wrong passwords from one place"))
def ten_wrong(world: World, name: str) -> None:
    for _ in range(10):
        assert sign_in(world.person(name), "phone", "not the password at all").reasons == {"credentials_refused"}


@when(parsers.parse("{name:w} tries the right password from there"))
def right_password(world: World, name: str) -> None:
    sign_in(world.person(name), "phone")


@then(parsers.parse("{name:w} sees a phone and a laptop among the devices"))
def sees_devices(world: World, name: str) -> None:
    devices = world.person(name).gets("/api/me/sessions")["items"]
    assert {(device["label"], device["current"]) for device in devices} == {("phone", True), ("laptop", False)}


@when(parsers.parse("{name:w} signs the laptop out from the phone"))
def signs_laptop_out(world: World, name: str) -> None:
    person = world.person(name)
    devices = {device["label"]: device["id"] for device in person.gets("/api/me/sessions")["items"]}
    person.does("DELETE", f"/api/me/sessions/{devices['laptop']}")


@when(parsers.parse("{name:w} signs out on the {device:w}"))
def signs_out(world: World, name: str, device: str) -> None:
    world.person(name).does("POST", "/api/auth/logout", on=device)


@when(parsers.parse("{name:w} signs out everywhere"))
def signs_out_everywhere(world: World, name: str) -> None:
    world.person(name).does("POST", "/api/auth/logout-everywhere")


@then(parsers.parse("{name:w} is signed in on the {device:w} only"))
def on_it_only(world: World, name: str, device: str) -> None:
    person = world.person(name)
    assert [label for label in person.devices if signed_in(person, label)] == [device]


@then(parsers.parse("{name:w} is signed in nowhere"))
def nowhere(world: World, name: str) -> None:
    person = world.person(name)
    assert [label for label in person.devices if signed_in(person, label)] == []


@then(parsers.re(r"(?P<name>\w+)'s phone is (?P<state>still signed in|signed out)"))
def phone_is(world: World, name: str, state: str) -> None:
    assert signed_in(world.person(name), "phone") == (state == "still signed in")


@given(parsers.parse("a thief has copied the key of {name:w}'s phone"), target_fixture="copied_key")
def copied_key(world: World, name: str) -> str:
    key: str = world.person(name).device("phone").tokens["refresh_token"]
    return key


@given(parsers.parse("{name:w}'s phone has renewed its key since"))
def renewed_since(world: World, name: str) -> None:
    for _ in range(2):
        world.passes(timedelta(minutes=15))
        assert signed_in(world.person(name), "phone")


@when("the thief uses the copied key")
def thief_uses(world: World, copied_key: str) -> None:
    answer = world.asks("POST", "/api/auth/refresh", json={"refresh_token": copied_key})
    assert answer.reasons == {"session_over"}


@given(parsers.parse("the answer with the next key was lost on its way to {name:w}'s phone"), target_fixture="kept_key")
def lost_answer(world: World, name: str) -> str:
    phone = world.person(name).device("phone")
    key: str = phone.tokens["refresh_token"]
    assert world.asks("POST", "/api/auth/refresh", json={"refresh_token": key}).accepted
    return key


@when(parsers.parse("{name:w}'s phone asks for it again"))
def asks_again(world: World, name: str, kept_key: str) -> None:
    person = world.person(name)
    person.answer = world.run(person.renewing("phone", kept_key))


@when(parsers.parse("{name:w} asks for a link to choose a new password"))
def asks_for_reset(world: World, name: str) -> None:
    person = world.person(name)
    person.answer = world.asks("POST", "/api/auth/password/forgot", json={"email": person.email})
    world.settles()


@given(parsers.parse("{name:w} has forgotten the password and chosen another by the link in the mail"))
@when(parsers.parse("{name:w} forgets the password and chooses another by the link in the mail"))
def resets(world: World, name: str) -> None:
    asks_for_reset(world, name)
    assert choose(world.person(name), OTHER_PASSWORD).accepted


@when(parsers.parse("{name:w} chooses yet another by the same link"))
def resets_again(world: World, name: str) -> None:
    choose(world.person(name), THIRD_PASSWORD)


def choose(person: Person, password: str) -> Answer:
    body = {"token": link(person, "reset_password"), "password": password}
    person.answer = person.world.asks("POST", "/api/auth/password/reset", json=body)
    return person.answer


@then(parsers.parse("{name:w} can sign in with the new password only"))
def with_new_only(world: World, name: str) -> None:
    person = world.person(name)
    assert sign_in(person, "tablet", OTHER_PASSWORD).accepted
    assert sign_in(person, "tablet").reasons == {"credentials_refused"}


@when(parsers.parse("{name:w} changes the password on the {device:w}"))
def changes_password(world: World, name: str, device: str) -> None:
    person = world.person(name)
    body = {"current_password": person.password, "new_password": OTHER_PASSWORD}
    person.device(device).tokens = person.does("POST", "/api/auth/password/change", on=device, json=body)
