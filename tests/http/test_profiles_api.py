"""Profiles, photos and pictures over HTTP."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import FormData

from tests.http.house import PORTRAIT, House, Member, profile_content

JPEG = {"Content-Type": "image/jpeg"}


async def test_a_profile_is_created_once_read_and_edited_from_its_version(house: House) -> None:
    member = await house.member()
    await member.get("/api/me/profile", 404)
    created = await member.call("POST", "/api/me/profile", 201, json=profile_content())
    assert (created.headers["ETag"], created.body["age"]) == ('"1"', 35)
    await member.post("/api/me/profile", profile_content(), 409)

    read = await member.call("GET", "/api/me/profile", 200)
    assert (read.headers["ETag"], read.body) == ('"1"', created.body)
    edit = profile_content(name="Mira B.")
    assert (await member.put("/api/me/profile", edit, 428))["code"] == "if_match_required"
    edited = await member.call("PUT", "/api/me/profile", 200, json=edit, headers={"If-Match": '"1"'})
    assert (edited.headers["ETag"], edited.body["content"]["name"]) == ('"2"', "Mira B.")
    outdated = await member.put("/api/me/profile", edit, 412, headers={"If-Match": '"1"'})
    assert outdated["code"] == "stale_write"


async def test_the_document_tells_the_limits_the_domain_sees_to(house: House) -> None:
    schemas = house.document["components"]["schemas"]

    assert schemas["ProfileContent"]["properties"]["bio"]["maxLength"] == 500
    assert {"type": "integer", "minimum": 5, "maximum": 500} in schemas["Preferences"]["properties"]["max_distance_km"][
        "anyOf"
    ]
    assert schemas["Answers"]["properties"]["answers"]["additionalProperties"]["maximum"] == 7


async def test_a_profile_says_everything_that_is_wrong_with_it(house: House) -> None:
    member = await house.member()
    content = profile_content(bio="x" * 501, interests=["nonsense"], languages=["xx"])
    problem = await member.post("/api/me/profile", content, 422)

    assert {field["path"] for field in problem["fields"]} == {"bio", "interests", "languages.0"}


@pytest.mark.parametrize(
    "field", ["date_of_birth", "user_id", "version", "visibility", "role", "email_verified", "cell"]
)
async def test_nothing_can_be_set_that_is_not_asked_for(house: House, field: str) -> None:
    member = await house.member()
    problem = await member.post("/api/me/profile", {**profile_content(), field: 1}, 422)

    assert [(found["path"], found["code"]) for found in problem["fields"]] == [(field, "unknown_field")]


async def test_orientation_and_place_wait_for_consent(house: House) -> None:
    member = await house.member()
    await member.post("/api/me/profile", profile_content(orientation="gay"), 403)
    await member.agree("orientation")
    await member.post("/api/me/profile", profile_content(orientation="gay"), 201)

    place = {"latitude": 38.7223, "longitude": -9.1393}
    assert (await member.put("/api/me/location", place, 403))["code"] == "location_consent_needed"
    await member.agree("location")
    located = await member.put("/api/me/location", place)
    assert (located["located"], located["city"]) == (True, "Lisbon")
    assert "38.7" not in str(located)
    await member.put("/api/me/location", {"latitude": 91, "longitude": 0}, 422)
    moved = await member.call("PUT", "/api/me/location", 429, json={"latitude": 0, "longitude": 0})
    assert int(moved.headers["Retry-After"]) > 0


async def test_visibility_and_time_zone_are_the_members_own_choice(house: House) -> None:
    member = await house.member()
    await member.post("/api/me/profile", profile_content(), 201)

    paused = await member.put("/api/me/visibility", {"visibility": "paused"}, headers={"If-Match": '"1"'})
    assert paused["visibility"] == "paused"
    await member.put("/api/me/visibility", {"visibility": "invisible"}, 422, headers={"If-Match": '"2"'})
    assert (await member.put("/api/me/time-zone", {"time_zone": "Asia/Tokyo"}))["time_zone"] == "Asia/Tokyo"
    await member.put("/api/me/time-zone", {"time_zone": "Mars/Base"}, 422)


async def _upload(member: Member, expect: int = 201, content: bytes | None = None) -> Any:
    data = PORTRAIT.read_bytes() if content is None else content
    return (await member.call("POST", "/api/me/photos", expect, data=data, headers=JPEG)).body


async def test_a_photo_is_sent_looked_at_arranged_and_deleted(house: House) -> None:
    member = await house.member()
    await member.post("/api/me/profile", profile_content(), 201)
    first = await _upload(member)
    assert (first["state"], first["addresses"]) == ("processing", [])
    form = FormData()
    form.add_field("photo", PORTRAIT.read_bytes(), filename="me.jpg", content_type="image/jpeg")
    second = (await member.call("POST", "/api/me/photos", 201, data=form)).body
    await house.settle()

    photos = (await member.get("/api/me/photos"))["items"]
    assert [(photo["id"], photo["state"]) for photo in photos] == [
        (first["id"], "approved"),
        (second["id"], "approved"),
    ]
    turned = await member.put("/api/me/photos/order", {"photo_ids": [second["id"], first["id"]]})
    assert [photo["id"] for photo in turned["items"]] == [second["id"], first["id"]]
    await member.put("/api/me/photos/order", {"photo_ids": [first["id"]]}, 422)
    assert (await member.post(f"/api/me/photos/{first['id']}/appeal", {"words": "Why?"}, 409))["code"]
    await member.delete(f"/api/me/photos/{first['id']}")
    await member.delete(f"/api/me/photos/{first['id']}", 404)
    assert len((await member.get("/api/me/photos"))["items"]) == 1


async def test_what_is_no_photo_is_not_taken(house: House) -> None:
    member = await house.member()

    assert (await _upload(member, 415, b"<svg onload=alert(1)>"))["code"] == "photo_type_not_accepted"
    assert (await _upload(member, 415, b""))["code"] == "photo_type_not_accepted"
    huge = await member.call(
        "POST", "/api/me/photos", 413, data=io.BytesIO(b"\xff\xd8\xff" + b"x" * 10 * 2**20), headers=JPEG
    )
    assert huge.body["code"] == "photo_too_large"


async def test_the_photo_of_another_is_like_one_that_never_was(house: House) -> None:
    mira, jon = await house.ready_member("woman", "man"), await house.member()
    (photo,) = (await mira.get("/api/me/photos"))["items"]

    for photo_id in (photo["id"], mira.id):
        assert (await jon.delete(f"/api/me/photos/{photo_id}", 404))["code"] == "photo_missing"
        await jon.post(f"/api/me/photos/{photo_id}/appeal", {"words": "mine"}, 404)
    await jon.put("/api/me/photos/order", {"photo_ids": [photo["id"]]}, 422)


async def test_a_refused_photo_says_what_to_do_and_can_be_appealed(house: House) -> None:
    member = await house.member()
    await member.post("/api/me/profile", profile_content(), 201)
    house.application.adapters.faces().faces = 0
    photo = await _upload(member)
    await house.settle()

    (refused,) = (await member.get("/api/me/photos"))["items"]
    assert (refused["state"], refused["refusal"]) == ("refused", "no_face")
    assert "face" in refused["what_to_do"]
    appealed = await member.post(f"/api/me/photos/{photo['id']}/appeal", {"words": "That is my face."})
    assert appealed["state"] == "appealed"


async def test_a_picture_is_served_only_under_its_signed_address(house: House) -> None:
    member = await house.ready_member("woman", "man")
    (photo,) = (await member.get("/api/me/photos"))["items"]
    assert {(address["size"], address["format"]) for address in photo["addresses"]} == {
        (size, form) for size in ("1080", "480", "160") for form in ("webp", "jpeg")
    }
    url = photo["addresses"][0]["url"]
    visitor = house.nobody()

    picture = await visitor.call("GET", url, 200)
    assert picture.body[:4] in {b"RIFF", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xdb"}
    assert picture.headers["Content-Type"] in {"image/webp", "image/jpeg"}
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Cache-Control"] == "private, max-age=900"
    for forged in (url[:-1] + "_", url.replace("expires=", "expires=9"), url.replace("/photos/", "/uploads/")):
        assert (await visitor.get(forged, 404))["code"] == "media_missing"
    await visitor.get(url.partition("?")[0], 422)
    house.clock.advance(timedelta(minutes=15))
    await visitor.get(url, 404)


async def test_where_somebody_else_delivers_pictures_an_address_leads_there_for_a_minute(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await house.ready_member("woman", "man")
    (photo,) = (await member.get("/api/me/photos"))["items"]
    url, there = photo["addresses"][0]["url"], "https://pictures.saltbitter.example/"
    monkeypatch.setattr(house.application.adapters.photo_store(), "delivery", lambda key: there + key)

    led = await house.nobody().call("GET", url, 302, allow_redirects=False)
    assert led.headers["Location"] == there + url.partition("?")[0].removeprefix("/media/")
    assert led.headers["Cache-Control"] == "no-store"
    await member.delete(f"/api/me/photos/{photo['id']}")
    await house.nobody().call("GET", url, 404, allow_redirects=False)


async def test_a_photo_is_sent_straight_to_the_store_and_then_looked_at_like_any_other(house: House) -> None:
    member = await house.member()
    await member.post("/api/me/profile", profile_content(), 201)
    awaited = await member.post("/api/me/photos/uploads", {"media_type": "image/jpeg"}, 201)
    there = f"/api/me/photos/{awaited['photo_id']}"
    assert (await member.call("PUT", there, 404)).body["code"] == "upload_missing"

    form = FormData(awaited["form"]["fields"])
    form.add_field("file", PORTRAIT.read_bytes(), filename="me.jpg", content_type="image/jpeg")
    await house.nobody().call("POST", awaited["form"]["url"], 204, data=form)
    assert (await member.get("/api/me/photos"))["items"] == []

    said = [(await member.call("PUT", there, 200)).body for _ in range(2)]
    assert said[0] == said[1]
    await house.settle()
    (photo,) = (await member.get("/api/me/photos"))["items"]
    assert (photo["id"], photo["state"]) == (awaited["photo_id"], "approved")


async def test_nothing_is_read_of_what_comes_by_a_form_that_was_not_given_out_or_holds_no_longer(house: House) -> None:
    member = await house.member()
    await member.post("/api/me/profile", profile_content(), 201)
    wish = {"media_type": "image/jpeg"}
    url, other = [(await member.post("/api/me/photos/uploads", wish, 201))["form"]["url"] for _ in range(2)]

    async def endless() -> AsyncIterator[bytes]:
        yield b"--b\r\n"
        await asyncio.Event().wait()

    async def refused(address: str) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        async with asyncio.timeout(5):
            answer = await house.nobody().call("POST", address, 404, data=endless(), headers=headers)
        assert answer.body["code"] == "media_missing"

    await refused(url[:-1] + ("A" if url[-1] != "A" else "B"))
    await refused(url.replace("expires=", "expires=9"))
    await refused(re.sub(r"max_bytes=[0-9]+", "max_bytes=1", url))
    await refused(other.partition("?")[0] + "?" + url.partition("?")[2])
    house.clock.advance(timedelta(minutes=10))
    await refused(url)
