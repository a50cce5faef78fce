"""Steps of what devices are told, and when."""

from typing import Any

from pytest_bdd import given, parsers, then, when

from tests.steps.world import World

ENDPOINT = "https://fcm.googleapis.com/fcm/send/ana"


def sign_up(world: World, name: str, endpoint: str) -> None:
    keys = {"p256dh": "B" * 87, "auth": "c" * 22, "language": "en"}
    world.person(name).asks("POST", "/api/me/push-subscriptions", json={"endpoint": endpoint, **keys})


def choose(world: World, name: str, **changes: Any) -> None:
    person = world.person(name)
    now = person.gets("/api/me/notifications")
    chosen = {each: now[each] for each in ("quiet_hours", "daily_matches", "mutual_match")} | changes
    assert person.does("PUT", "/api/me/notifications", json=chosen) == now | changes


def told(world: World) -> list[str]:
    return [each.kind for each in world.application.adapters.push().told]


@given(parsers.parse("{name:w} is told on this device"))
def is_told(world: World, name: str) -> None:
    sign_up(world, name, ENDPOINT)
    assert world.person(name).gets("/api/me/notifications")["this_device"]


@given(parsers.parse("{name:w} wants no quiet hours"))
def no_quiet(world: World, name: str) -> None:
    choose(world, name, quiet_hours=None)


@given(parsers.parse("{name:w} never wants to be told of introductions"))
@when(parsers.parse("{name:w} never wants to be told of introductions"))
def never(world: World, name: str) -> None:
    choose(world, name, daily_matches="never")


@given(parsers.parse("the push service knows {name:w}'s device no more"))
def unknown(world: World, name: str) -> None:
    world.application.adapters.push().gone.add(ENDPOINT)


@when(parsers.parse("{name:w} signs the device off"))
def signs_off(world: World, name: str) -> None:
    world.person(name).does("DELETE", "/api/me/push-subscriptions")


@when(parsers.parse("{name:w} signs out"))
def signs_out(world: World, name: str) -> None:
    world.person(name).does("POST", "/api/auth/logout")


@when(parsers.parse("{name:w} wants to be told at {endpoint}"))
def told_at(world: World, name: str, endpoint: str) -> None:
    sign_up(world, name, endpoint)


@then(parsers.parse("{name:w}'s device is not told"))
def is_not_told(world: World, name: str) -> None:
    assert not world.person(name).gets("/api/me/notifications")["this_device"]


@then(parsers.parse("{name:w}'s device was told nothing"))
def nothing(world: World, name: str) -> None:
    assert told(world) == []


@then(parsers.parse("{name:w}'s device was told of introductions"))
@then(parsers.parse("{name:w}'s device was told nothing more"))
def of_introductions(world: World, name: str) -> None:
    assert told(world) == ["daily_matches"]


@then(parsers.parse("the refusal is {code:w}"))
def refusal(world: World, code: str) -> None:
    assert world.person("Ana").answer.reasons == {code}
