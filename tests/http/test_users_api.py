"""Accounts over HTTP: what may be known, what ends, and what nobody learns."""

import asyncio
import json
from datetime import timedelta
from typing import get_args, get_type_hints

import pytest

from adapters.memory.uow import MemoryUnitOfWork
from entrypoints.http.api import RESOURCES
from entrypoints.http.routing import routes_of
from entrypoints.http.second_factor import Code
from entrypoints.http.users import Password, Token
from saltbitter_domain.kernel import StaleWrite
from tests.http.house import PASSWORD, House, Member


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/auth/register", 202),
        ("/api/auth/login", 401),
        ("/api/auth/password/forgot", 202),
        ("/api/auth/verify/resend", 202),
    ],
)
async def test_no_answer_tells_whether_the_address_has_an_account(house: House, path: str, status: int) -> None:
    member = await house.member()
    house.clock.advance(timedelta(minutes=1))
    answers = []
    for email in (member.email, "new@saltbitter.example"):
        bodies = {
            "/api/auth/register": await house.registration(email),
            "/api/auth/login": {"email": email, "password": "not the one at all"},
        }
        answers.append(await house.nobody().call("POST", path, status, json=bodies.get(path, {"email": email})))

    shown = [
        (
            {**answer.body, "request_id": ""} if answer.body else answer.body,
            {name: value for name, value in answer.headers.items() if name not in ("X-Request-ID", "Date")},
        )
        for answer in answers
    ]
    assert shown[0] == shown[1]


def test_no_request_with_a_secret_is_remembered() -> None:
    """The memory of repeated requests holds a fast hash of each, from which a password could be guessed."""
    routes = [route for resource in RESOURCES for route in routes_of(resource)]
    with_secrets = [
        route
        for route in routes
        if route.body is not None
        and any(
            {type_, *get_args(type_)} & {Password, Token, Code}
            for type_ in get_type_hints(route.body, include_extras=True).values()
        )
    ]

    assert {route.name for route in with_secrets} == {
        "register",
        "verify_email",
        "login",
        "refresh",
        "reset_password",
        "change_password",
        "password_strength",
        "answer_challenge",
        "passkey_creation_options",
        "remove_passkey",
        "passkey_request_options",
        "answer_with_passkey",
        "enrol",
        "confirm",
        "renew_recovery_codes",
        "remove",
        "change_email",
        "confirm_email",
        "keep_email",
        "request_export",
    }
    assert not [route.public_path for route in with_secrets if route.idempotent]


async def test_signing_in_refuses_an_unknown_address_as_it_refuses_a_wrong_password(house: House) -> None:
    member = await house.member()
    refusals = [
        await house.nobody().call(
            "POST", "/api/auth/login", 401, json={"email": email, "password": "not the one at all"}
        )
        for email in (member.email, "nobody@saltbitter.example", "no address", "")
    ]

    assert len({json.dumps({**refusal.body, "request_id": ""}) for refusal in refusals}) == 1
    assert refusals[0].body["code"] == "credentials_refused"


async def test_everything_wrong_with_a_registration_is_said_at_once(house: House) -> None:
    body = await house.registration("no address", password="short", date_of_birth="2020-01-01", time_zone="Mars/Base")
    problem = await house.nobody().post("/api/auth/register", body, 422)

    assert {field["path"] for field in problem["fields"]} == {"email", "password", "date_of_birth", "time_zone"}
    assert "short" not in json.dumps([field["message"] for field in problem["fields"]]).split()


async def test_a_session_is_listed_renewed_and_ended(house: House) -> None:
    member = await house.member()
    other_device = Member(house, member.email)
    await other_device.login()
    sessions = (await member.get("/api/me/sessions"))["items"]
    assert sorted(session["current"] for session in sessions) == [False, True]
    assert all(not {"token_hash", "previous_hash", "user_id"} & set(session) for session in sessions)

    renewed = await house.nobody().post("/api/auth/refresh", {"refresh_token": member.tokens["refresh_token"]})
    member.tokens = renewed
    other = next(session["id"] for session in sessions if not session["current"])
    await member.delete(f"/api/me/sessions/{other}")
    await other_device.get("/api/me", 401)

    await member.post("/api/auth/logout", expect=204)
    assert (await member.get("/api/me", 401))["code"] == "session_over"


async def test_the_session_of_another_is_like_one_that_never_was(house: House) -> None:
    mira, jon = await house.member(), await house.member()
    theirs = jon.tokens["session_id"]

    refusals = [await mira.delete(f"/api/me/sessions/{id_}", 404) for id_ in (theirs, mira.id)]
    assert refusals[0]["code"] == refusals[1]["code"] == "session_missing"
    await jon.get("/api/me")


async def test_signing_out_everywhere_ends_every_session(house: House) -> None:
    member = await house.member()
    other_device = Member(house, member.email)
    await other_device.login()

    await member.post("/api/auth/logout-everywhere", expect=204)
    for device in (member, other_device):
        await device.get("/api/me", 401)
        await house.nobody().post("/api/auth/refresh", {"refresh_token": device.tokens["refresh_token"]}, 401)


async def test_a_password_is_changed_or_reset_and_never_shown(house: House) -> None:
    member = await house.member()
    wrong = await member.post(
        "/api/auth/password/change", {"current_password": "not this", "new_password": "short"}, 422
    )
    assert {field["path"] for field in wrong["fields"]} == {"current_password", "new_password"}
    new = "seven quiet boats at dusk"
    tokens = await member.post("/api/auth/password/change", {"current_password": PASSWORD, "new_password": new})
    await member.get("/api/me", 401)
    member.tokens = tokens
    await member.get("/api/me")

    assert [
        (await house.nobody().call("POST", "/api/auth/password/forgot", json={"email": email})).status
        for email in (member.email, "nobody@saltbitter.example")
    ] == [202, 202]
    await house.settle()
    mail = next(mail for mail in house.mails(member.email) if mail.template == "reset_password")
    reset = {"token": mail.data["token"], "password": PASSWORD}
    await house.nobody().post("/api/auth/password/reset", reset, 204)
    assert (await house.nobody().post("/api/auth/password/reset", reset, 422))["code"] == "token_refused"
    house.clock.advance(timedelta(minutes=1))
    await member.login()


async def test_a_request_that_others_always_come_before_is_a_conflict_and_no_failed_precondition(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await house.member()

    async def outrun(_: MemoryUnitOfWork) -> None:
        raise StaleWrite("Others came first.")

    monkeypatch.setattr(MemoryUnitOfWork, "commit", outrun)
    refusal = await member.call("POST", "/api/auth/logout-everywhere")

    assert (refusal.status, refusal.body["code"]) == (409, "stale_write")


async def test_the_eleventh_guess_of_the_present_password_in_a_minute_is_refused(house: House) -> None:
    member = await house.member()
    house.clock.advance(timedelta(minutes=1))
    guess = {"current_password": "not this one", "new_password": "seven quiet boats at dusk"}
    answers = [await member.call("POST", "/api/auth/password/change", json=guess) for _ in range(11)]

    assert [answer.status for answer in answers] == [422] * 10 + [429]


async def test_a_verification_link_can_be_sent_again(house: House) -> None:
    registration = await house.registration("late@saltbitter.example")
    await house.nobody().post("/api/auth/register", registration, 202)
    await house.nobody().post("/api/auth/verify/resend", {"email": "late@saltbitter.example"}, 202)
    await house.settle()

    assert len(house.mails("late@saltbitter.example")) == 2
    assert (await house.nobody().post("/api/auth/verify", {"token": "guess"}, 422))["code"] == "token_refused"


async def test_strength_is_told_without_an_account(house: House) -> None:
    weak = await house.nobody().post("/api/auth/password/strength", {"password": "password", "hints": ["Mira"]})
    strong = await house.nobody().post("/api/auth/password/strength", {"password": PASSWORD})

    assert weak["score"] < strong["score"]


async def test_the_account_shows_no_secret_and_no_birth_date(house: House) -> None:
    member = await house.member()
    account = await member.get("/api/me")

    assert set(account) == {"id", "email", "email_verified", "email_reached", "time_zone", "role", "created_at"}
    assert account["email_verified"] is True


async def test_a_user_agent_of_any_bytes_becomes_a_harmless_label(house: House) -> None:
    member = await house.member()
    body = json.dumps({"email": member.email, "password": PASSWORD}).encode()
    head = f"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    reader, writer = await asyncio.open_connection(house.client.host, house.client.port)
    writer.write(head.encode() + b"\r\nUser-Agent: Fire\xfffox\xc2\x85\xe2\x80\xae\r\nConnection: close\r\n\r\n" + body)
    answer = await reader.read()
    writer.close()
    labels = {session["label"] for session in (await member.get("/api/me/sessions"))["items"]}

    assert b" 200 OK" in answer
    assert len(labels) == 2
    assert all(label.isprintable() for label in labels)


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "X-Original-URL", "Referer", "Origin"])
async def test_a_mailed_link_leads_to_us_whatever_a_request_claims(house: House, header: str) -> None:
    member = await house.member()
    claim = {header: "host=evil.example" if header == "Forwarded" else "evil.example"}
    forgotten = {"email": member.email}
    await house.nobody().call("POST", "/api/auth/password/forgot", 202, json=forgotten, headers=claim)
    await house.settle()

    mail = house.mails(member.email)[0]
    public_url = house.application.adapters.settings().public_url
    assert mail.template == "reset_password"
    assert mail.data["link"] == f"{public_url}/reset-password?token={mail.data['token']}"
