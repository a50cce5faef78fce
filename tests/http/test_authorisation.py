"""Who may call what: the whole table, pinned, so that nothing opens by accident."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from entrypoints.http.api import RESOURCES
from entrypoints.http.routing import Audience, Route, routes_of
from tests.http.house import House

NOBODY = "0190b0a4-7e1c-7000-8000-000000000001"
OPEN_TO_ANYONE = {
    "GET /api/catalogue",
    "GET /api/consents/texts",
    "GET /api/plans",
    "GET /media/{key}",
    "GET /api/openapi.json",
    "GET /api/docs",
    "GET /api/docs/start.js",
    "GET /api/docs/{file}",
}
OPEN_FOR_SIGNING_IN = {
    "POST /api/auth/register",
    "POST /api/auth/verify",
    "POST /api/auth/verify/resend",
    "POST /api/auth/login",
    "POST /api/auth/refresh",
    "POST /api/auth/password/forgot",
    "POST /api/auth/password/reset",
    "POST /api/auth/password/strength",
}
PROBES = {"GET /livez", "GET /readyz"}
NEVER_SHOWN_TO_OTHERS = {
    "date_of_birth",
    "orientation",
    "values",
    "preferences",
    "religion_importance",
    "latitude",
    "longitude",
    "cell",
    "email",
    "password_hash",
    "scores",
    "anxiety",
    "avoidance",
    "score",
    "tier",
    "visibility",
    "time_zone",
    "perceptual_hash",
}


def _address(route: Route) -> str:
    return re.sub(r"\{[a-z_]+\}", NOBODY, route.public_path.replace("{purpose}", "terms"))


def test_what_is_open_is_on_the_list_and_everything_else_is_for_members(house: House) -> None:
    by_audience: dict[Audience, set[str]] = {audience: set() for audience in Audience}
    for route in house.routes:
        by_audience[route.audience].add(f"{route.method} {route.public_path}")

    assert by_audience[Audience.ANYONE] == OPEN_TO_ANYONE
    assert by_audience[Audience.SIGNING_IN] == OPEN_FOR_SIGNING_IN
    assert by_audience[Audience.PROBE] == PROBES
    assert len(by_audience[Audience.MEMBER]) >= 35


async def test_without_a_token_every_route_for_members_is_shut(house: House) -> None:
    for route in house.routes:
        if route.audience is Audience.MEMBER:
            answer = await house.nobody().call(route.method, _address(route), json={})
            assert (answer.status, answer.body["code"]) == (401, "access_token_missing"), route.public_path


async def test_the_token_of_an_ended_session_opens_nothing(house: House) -> None:
    member = await house.member()
    await member.post("/api/auth/logout", expect=204)
    for route in house.routes:
        if route.audience is Audience.MEMBER:
            assert (await member.call(route.method, _address(route))).status == 401, route.public_path


async def test_a_stranger_is_like_somebody_who_never_was(house: House) -> None:
    mira, stranger = await house.ready_member("woman", "man"), await house.ready_member("woman", "woman")

    answers = [await mira.get(f"/api/people/{id_}", 404) for id_ in (stranger.id, NOBODY)]
    decisions = [
        await mira.post("/api/me/decisions", {"user_id": id_, "kind": "like"}, 404) for id_ in (stranger.id, NOBODY)
    ]
    for one, other in (answers, decisions):
        assert {**one, "request_id": ""} == {**other, "request_id": ""}


@pytest.mark.parametrize("path", ["DailyView", "PersonView", "Page_MatchView_", "Page_LikeView_"])
def test_what_is_told_of_another_holds_nothing_that_is_theirs_alone(house: House, path: str) -> None:
    schemas = house.document["components"]["schemas"]
    waiting, seen = [path], set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        properties = schemas[name].get("properties", {})
        assert not NEVER_SHOWN_TO_OTHERS & set(properties), name
        found = {reference.rpartition("/")[2] for reference in _references(schemas[name])}
        waiting.extend(found - seen)
    assert "PublicProfile" in seen


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [route.name for resource in RESOURCES for route in routes_of(resource)]

    assert len(names) == len(set(names))
