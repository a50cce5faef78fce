"""Steps of known devices, and of what members are warned of."""

from datetime import timedelta
from typing import Any

from pytest_bdd import given, parsers, then, when

from tests.steps.signing_in import sign_in
from tests.steps.world import World

NETWORKS = {"Lisbon": "192.0.2.77", "Tokyo": "198.51.100.77"}


def warnings(world: World, name: str) -> list[Any]:
    world.settles()
    items: list[Any] = world.person(name).gets("/api/me/sign-in-alerts")["items"]
    return items


@given(parsers.parse("{name:w} signs in on the {device:w}"))
@when(parsers.parse("{name:w} signs in on the {device:w}"))
@when(parsers.parse("{name:w} signs in on the {device:w} again"))
def signs_in(world: World, name: str, device: str) -> None:
    assert sign_in(world.person(name), device).accepted


@given(parsers.parse("{name:w} has signed in on the {device:w} in {place:w}"))
@when(parsers.parse("{name:w} signs in on the {device:w} in {place:w}"))
def signs_in_at(world: World, name: str, device: str, place: str) -> None:
    world.person(name).device(device).address = NETWORKS[place]
    signs_in(world, name, device)


@when("an hour passes")
def an_hour(world: World) -> None:
    world.passes(timedelta(hours=1))


@given(parsers.parse("somebody has guessed ten passwords of {name:w} from ten places"))
def guessed(world: World, name: str) -> None:
    body = {"email": world.person(name).email, "password": "not the password at all"}
    for _ in range(10):
        assert world.asks("POST", "/api/auth/login", json=body).reasons == {"credentials_refused"}


@when(parsers.parse("{name:w} tries the right password on a device that nobody knows"))
def on_unknown(world: World, name: str) -> None:
    sign_in(world.person(name), "tablet")


@when(parsers.parse("{name:w} forgets the {device:w}"))
def forgets(world: World, name: str, device: str) -> None:
    person = world.person(name)
    known = {item["label"]: item["id"] for item in person.gets("/api/me/devices")["items"]}
    person.does("DELETE", f"/api/me/devices/{known[device]}")


@then(parsers.parse("{name:w} sees only the {device:w} among the known devices"))
def sees_only(world: World, name: str, device: str) -> None:
    assert [item["label"] for item in world.person(name).gets("/api/me/devices")["items"]] == [device]


@then(parsers.parse("{name:w} is warned of nothing"))
def of_nothing(world: World, name: str) -> None:
    assert warnings(world, name) == []


@then(parsers.parse("{name:w} sees among the warnings that the {device:w} was new"))
def was_new(world: World, name: str, device: str) -> None:
    assert [(item["kind"], item["label"]) for item in warnings(world, name)] == [("new_device", device)]


@then(parsers.parse("{name:w} sees among the warnings that it was {place:w}"))
def was_there(world: World, name: str, place: str) -> None:
    assert [(item["kind"], item["place"]) for item in warnings(world, name)] == [("impossible_travel", place)]
