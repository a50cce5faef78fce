"""Signs of a minor over HTTP: what a browser keeps, and how staff shut an account."""

from http.cookies import SimpleCookie
from uuid import UUID

from entrypoints.http.sessions import DEVICE_COOKIE, UNDER_AGE_COOKIE
from saltbitter_domain.kernel import PhotoId, UserId
from saltbitter_domain.users.model import ERASURE_GRACE
from tests.http.house import MINUTE, PASSWORD, House

BROWSER = {"X-Session": "cookie", "Sec-Fetch-Site": "same-origin"}


async def test_a_browser_where_a_child_wanted_to_join_is_told_so_for_a_day(house: House) -> None:
    child = await house.registration("ada@saltbitter.example", date_of_birth="2015-05-17")
    refused = await house.nobody().call("POST", "/api/auth/register", 422, json=child, headers=BROWSER)
    kept = SimpleCookie(refused.headers["Set-Cookie"])[UNDER_AGE_COOKIE]
    assert (kept["httponly"], kept["secure"], kept["samesite"], kept["max-age"]) == (True, True, "Strict", "86400")

    older = await house.registration("ada@saltbitter.example")
    again = {**BROWSER, "Cookie": f"{UNDER_AGE_COOKIE}={kept.value}"}
    barred = await house.nobody().call("POST", "/api/auth/register", 403, json=older, headers=again)
    assert barred.body["code"] == "registration_barred"
    elsewhere = await house.nobody().call("POST", "/api/auth/register", 202, json=older, headers=BROWSER)
    assert UNDER_AGE_COOKIE not in elsewhere.headers["Set-Cookie"]


async def test_a_mistake_that_is_none_of_age_leaves_no_mark(house: House) -> None:
    short = await house.registration("ada@saltbitter.example", password="four boats")
    refused = await house.nobody().call("POST", "/api/auth/register", 422, json=short, headers=BROWSER)
    assert "Set-Cookie" not in refused.headers


async def test_whose_photo_looks_like_a_minors_is_out_in_seconds_and_joins_nowhere_they_were(house: House) -> None:
    member = await house.ready_member("woman", "man")
    device = member.tokens["device_token"]
    (photo,) = (await member.get("/api/me/photos"))["items"]
    staff_id = UserId(house.application.adapters.ids().new())
    await house.application.photo_reviews().take_down(
        staff_id, PhotoId(UUID(photo["id"])), "You look younger than 18.", owner_seems_under_age=True
    )
    await house.settle()

    await member.get("/api/me", 401)
    assert house.mails(member.email)[0].template == "suspended_under_age"
    house.clock.advance(MINUTE)
    again = await house.registration("other@saltbitter.example")
    seen = {**BROWSER, "Cookie": f"{DEVICE_COOKIE}={device}"}
    barred = await house.nobody().call("POST", "/api/auth/register", 403, json=again, headers=seen)
    assert barred.body["code"] == "registration_barred"
    await house.nobody().post("/api/auth/register", {**again, "device_token": device}, 403)


async def test_nor_do_they_once_they_are_erased_and_registering_tells_nothing_of_it(house: House) -> None:
    member = await house.member()
    user_id = UserId(UUID((await member.get("/api/me"))["id"]))
    await member.post("/api/me/erasure", {"password": PASSWORD}, 202)
    await house.application.suspensions().suspend(user_id, "You say that you are 16.", under_age=True)
    house.clock.advance(ERASURE_GRACE)
    await house.settle()

    house.clock.advance(MINUTE)
    device = {"device_token": member.tokens["device_token"]}
    elsewhere = await house.registration("other@saltbitter.example", **device)
    barred = await house.nobody().call("POST", "/api/auth/register", 403, json=elsewhere)
    assert barred.body["code"] == "registration_barred"
    answers = [
        await house.nobody().call("POST", "/api/auth/register", 202, json=await house.registration(email))
        for email in (member.email, "nobody-yet@saltbitter.example")
    ]
    assert answers[0].body == answers[1].body
    await house.settle()
    for email in (member.email, "nobody-yet@saltbitter.example"):  # whoever has not read its mail yet
        await house.nobody().call("POST", "/api/auth/login", 200, json={"email": email, "password": PASSWORD})
        await house.settle()
        assert house.mails(email)[0].template == "verify_email"
    await house.nobody().post("/api/auth/verify", {"token": house.mails(member.email)[0].data["token"]}, 204)
    for _ in range(2):
        await house.settle()
    assert house.mails(member.email)[0].template == "suspended"
    refused = await house.nobody().call(
        "POST", "/api/auth/login", 403, json={"email": member.email, "password": PASSWORD}
    )
    assert refused.body["code"] == "account_suspended"
