"""Accounts that are opened in one browser, or by one app, within a day."""

from http.cookies import SimpleCookie
from typing import Any

import pytest

from entrypoints.http.sessions import JOINED_COOKIE
from tests.http.house import MINUTE, Answer, House

BROWSER = {"X-Session": "cookie", "Sec-Fetch-Site": "same-origin"}


async def join(
    house: House, email: str, headers: dict[str, str], expect: int = 202, device: str | None = None
) -> Answer:
    body = {**await house.registration(email), "device_token": device}
    return await house.nobody().call("POST", "/api/auth/register", expect, json=body, headers=headers)


def mark(answer: Answer) -> Any:
    jar: SimpleCookie = SimpleCookie(answer.headers["Set-Cookie"])
    assert list(jar) == [JOINED_COOKIE]
    return jar[JOINED_COOKIE]


async def test_a_browser_opens_five_accounts_a_day_whatever_their_addresses_and_no_sixth(house: House) -> None:
    first = mark(await join(house, "m0@saltbitter.example", BROWSER))
    assert (first["httponly"], first["secure"], first["samesite"], first["max-age"]) == (True, True, "Strict", "86400")
    again = {**BROWSER, "Cookie": f"{JOINED_COOKIE}={first.value}"}
    for email in ("m1@saltbitter.example", "m0@saltbitter.example", "m2@saltbitter.example", "m0@saltbitter.example"):
        assert mark(await join(house, email, again)).value == first.value

    house.clock.advance(MINUTE)
    refused = [await join(house, email, again, 429) for email in ("m0@saltbitter.example", "m3@saltbitter.example")]
    for answer in refused:
        assert (answer.body["code"], answer.headers["Retry-After"]) == ("sign_ups_on_device", str(24 * 3600 - 60))
        assert "Set-Cookie" not in answer.headers
    assert refused[0].body["detail"] == refused[1].body["detail"]
    other = mark(await join(house, "m4@saltbitter.example", BROWSER))
    assert other.value != first.value


@pytest.mark.parametrize("forged", ["", "x", "x" * 44, "x" * 4_000, "a b", "\N{SNOWMAN}" * 43])
async def test_a_mark_that_is_none_of_ours_is_like_none(house: House, forged: str) -> None:
    given = mark(await join(house, "ada@saltbitter.example", {**BROWSER, "Cookie": f"{JOINED_COOKIE}={forged}"}))
    assert len(given.value) == 43
    assert given.value != forged


async def test_an_app_is_known_by_the_device_it_signed_in_on(house: House) -> None:
    device = (await house.member()).tokens["device_token"]
    house.clock.advance(MINUTE)
    for number in range(5):
        answer = await join(house, f"m{number}@saltbitter.example", {}, device=device)
        assert "Set-Cookie" not in answer.headers

    refused = await join(house, "m5@saltbitter.example", {}, 429, device)
    assert refused.body["code"] == "sign_ups_on_device"
    await join(house, "m5@saltbitter.example", {})
