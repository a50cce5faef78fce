"""A browser's session: the refresh token is in a cookie that no script reads and only pages of this origin use."""

from http.cookies import SimpleCookie
from typing import Any

import pytest

from entrypoints.http.sessions import COOKIE
from tests.http.house import PASSWORD, Answer, House, Member

ASKED = {"X-Session": "cookie"}


def cookie(answer: Answer) -> Any:
    jar: SimpleCookie = SimpleCookie(answer.headers["Set-Cookie"])
    assert list(jar) == [COOKIE] == ["__Host-saltbitter-refresh"]
    return jar[COOKIE]


async def signed_in(house: House) -> tuple[Member, Answer]:
    member = await house.member()
    login = {"email": member.email, "password": PASSWORD}
    answer = await house.nobody().call("POST", "/api/auth/login", 200, json=login, headers=ASKED)
    member.tokens = answer.body
    return member, answer


async def renew(house: House, token: str, expect: int = 200, site: str = "same-origin") -> Answer:
    sent = {**ASKED, "Cookie": f"{COOKIE}={token}", "Sec-Fetch-Site": site}
    return await house.nobody().call("POST", "/api/auth/refresh", expect, json={}, headers=sent)


async def test_a_page_that_asks_gets_its_refresh_token_where_no_script_can_read_it(house: House) -> None:
    _, answer = await signed_in(house)

    kept = cookie(answer)
    assert answer.body["refresh_token"] is None
    assert kept.value
    assert (kept["httponly"], kept["secure"], kept["samesite"]) == (True, True, "Strict")
    assert (kept["path"], kept["domain"], kept["max-age"]) == ("/", "", str(7 * 24 * 3600))


async def test_nobody_else_is_given_a_cookie(house: House) -> None:
    member = await house.member()
    login = {"email": member.email, "password": PASSWORD}
    answer = await house.nobody().call("POST", "/api/auth/login", 200, json=login)
    assert "Set-Cookie" not in answer.headers
    assert answer.body["refresh_token"]
    unclear = {"X-Session": "body"}
    refused = await house.nobody().call("POST", "/api/auth/login", 400, json=login, headers=unclear)
    assert refused.body["code"] == "session_header_malformed"
    assert len((await member.get("/api/me/sessions"))["items"]) == 2


async def test_the_cookie_renews_the_session_and_is_renewed_itself(house: House) -> None:
    _, answer = await signed_in(house)
    first = cookie(answer).value

    renewed = await renew(house, first)
    assert renewed.body["refresh_token"] is None
    assert cookie(renewed).value != first
    again = await renew(house, cookie(renewed).value)
    assert cookie(again).value not in {first, cookie(renewed).value}


async def test_a_cookie_alone_renews_nothing(house: House) -> None:
    """A forged request carries the cookie at most; the header it cannot send without asking first."""
    _, answer = await signed_in(house)
    headers = {"Cookie": f"{COOKIE}={cookie(answer).value}"}

    refused = await house.nobody().call("POST", "/api/auth/refresh", 401, json={}, headers=headers)
    assert refused.body["code"] == "refresh_token_missing"
    assert "Set-Cookie" not in refused.headers
    preflight = await house.client.options(
        "/api/auth/refresh",
        headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"},
    )
    assert "Access-Control-Allow-Headers" not in preflight.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_page_of_elsewhere_is_refused_even_with_the_header(house: House, site: str) -> None:
    _, answer = await signed_in(house)

    refused = await renew(house, cookie(answer).value, 403, site)
    assert refused.body["code"] == "cross_site_session"
    await renew(house, cookie(answer).value)


async def test_no_cookie_no_session(house: House) -> None:
    refused = await house.nobody().call("POST", "/api/auth/refresh", 401, json={}, headers=ASKED)
    assert refused.body["code"] == "refresh_token_missing"


async def test_a_session_that_is_over_takes_its_cookie_with_it(house: House) -> None:
    refused = await renew(house, "of no session", 401)
    assert (cookie(refused).value, cookie(refused)["max-age"]) == ("", "0")


@pytest.mark.parametrize("path", ["/api/auth/logout", "/api/auth/logout-everywhere"])
async def test_signing_out_deletes_the_cookie_and_ends_what_it_held(house: House, path: str) -> None:
    member, answer = await signed_in(house)

    left = await member.call("POST", path, 204, headers=ASKED)
    assert (cookie(left).value, cookie(left)["max-age"]) == ("", "0")
    await renew(house, cookie(answer).value, 401)


async def test_changing_the_password_keeps_this_browser_signed_in(house: House) -> None:
    member, _ = await signed_in(house)
    change = {"current_password": PASSWORD, "new_password": "seven quiet boats at dusk"}

    changed = await member.call("POST", "/api/auth/password/change", 200, json=change, headers=ASKED)
    assert changed.body["refresh_token"] is None
    await renew(house, cookie(changed).value)


async def test_asking_to_be_erased_deletes_the_cookie(house: House) -> None:
    member, _ = await signed_in(house)
    asked = await member.call("POST", "/api/me/erasure", 202, json={"password": PASSWORD}, headers=ASKED)
    assert cookie(asked).value == ""
