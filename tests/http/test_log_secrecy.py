"""Secrets go through every route, every listener, the jobs and their failures: none of them is in the log.

The log is written as in production, with every line there is, and read as text."""

import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NoReturn

import attrs
import pyotp
import pytest

from adapters.memory.uow import MemoryUnitsOfWork
from config.logging import configure
from entrypoints.http.routing import Audience, Route
from saltbitter_domain.profiles.catalogue import PROMPTS
from tests.http.house import MINUTE, PASSWORD, PORTRAIT, House, Member, profile_content

HEADERS = (
    "Authorization",
    "Cookie",
    "User-Agent",
    "Referer",
    "X-Forwarded-For",
    "X-Saltbitter-Edge",
    "Idempotency-Key",
    "If-Match",
    "Origin",
)
FEWEST_SECRETS = 60
UUID = "01890a5d-ac96-774b-bcce-b302099a8057"


class Planted:
    """Hands out secrets that nothing else contains."""

    def __init__(self) -> None:
        self.all: set[str] = set()

    def new(self, what: str) -> str:
        secret = f"planted-{what}-{len(self.all)}-zq"
        self.all.add(secret)
        return secret


@pytest.fixture
def planted() -> Planted:
    return Planted()


@pytest.fixture
def log(house: House) -> Iterator[Callable[[], str]]:
    """What was logged, as text."""
    stream = io.StringIO()
    configure("json", stream, logging.DEBUG)
    yield stream.getvalue
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


async def live(house: House, planted: Planted) -> None:
    """What a member does who says all they can, and is answered with secrets of our own."""
    mira = house.nobody()
    mira.email, password = f"{planted.new('address')}@saltbitter.example", planted.new("password")
    registration = await house.registration(mira.email, password=password, date_of_birth="1991-11-23")
    await mira.post("/api/auth/register", registration, 202)
    await house.settle()
    verify = house.mails(mira.email)[0].data["token"]
    await mira.post("/api/auth/verify", {"token": verify}, 204)
    mira.tokens = await mira.post("/api/auth/login", {"email": mira.email, "password": password})
    renewed = await house.nobody().post("/api/auth/refresh", {"refresh_token": mira.tokens["refresh_token"]})
    planted.all |= {verify, mira.tokens["device_token"], mira.tokens["access_token"], mira.tokens["refresh_token"]}
    planted.all |= {renewed["access_token"], renewed["refresh_token"], "1991-11-23", "48.135", "11.575"}
    for purpose in ("location", "orientation", "genders_sought", "religion"):
        await mira.agree(purpose)
    content = profile_content(
        name=planted.new("name"), pronouns="planted-pronouns-zq", bio=planted.new("bio"), orientation="asexual",
        prompts=[{"prompt": next(iter(PROMPTS)), "answer": planted.new("answer")}],
    )  # fmt: skip
    planted.all |= {"planted-pronouns-zq", "asexual"}
    await mira.post("/api/me/profile", content, 201)
    await mira.put("/api/me/location", {"latitude": 48.135791, "longitude": 11.575318})
    await mira.call("POST", "/api/me/photos", 201, data=PORTRAIT.read_bytes(), headers={"Content-Type": "image/jpeg"})
    await house.settle()
    for photo in (await mira.get("/api/me/photos"))["items"]:
        for address in photo["addresses"]:
            planted.all.add(address["url"].partition("?")[2])
            await house.client.get("/media/" + address["url"].partition("/media/")[2])
    house.clock.advance(MINUTE)
    await house.nobody().post("/api/auth/password/forgot", {"email": mira.email}, 202)
    await house.settle()
    reset, chosen = house.mails(mira.email)[0].data["token"], "seven loud geese at dusk"
    planted.all |= {reset, chosen}
    await house.nobody().post("/api/auth/password/reset", {"token": reset, "password": chosen}, 204)


async def guard(house: House, planted: Planted) -> None:
    """What a member does who uses a browser, a second factor, another address, copies, pushes and the shop."""
    ada = await house.member()
    first = ada.email
    browser = await house.client.post(
        "/api/auth/login", json={"email": first, "password": PASSWORD}, headers={"X-Session": "cookie"}
    )
    cookies = [cookie.value for cookie in browser.cookies.values()]
    enrolment = await ada.post("/api/me/second-factor", {"password": PASSWORD}, 201)
    app = pyotp.TOTP(enrolment["secret"])
    codes = await ada.post("/api/me/second-factor/confirm", {"code": app.at(house.clock.now())})
    house.clock.advance(MINUTE)
    challenge = await house.nobody().post("/api/auth/login", {"email": first, "password": PASSWORD})
    answer = {"challenge_token": challenge["challenge_token"], "code": app.at(house.clock.now())}
    ada.tokens = await house.nobody().post("/api/auth/second-factor", answer)
    ada.email, spare = f"{planted.new('address')}@saltbitter.example", codes["recovery_codes"]
    another = {"email": ada.email, "password": PASSWORD, "code": spare[0]}
    await ada.post("/api/me/email", another, 202)
    await house.settle()
    letters = [mail.data for email in (first, ada.email) for mail in house.mails(email)]
    await house.nobody().post("/api/auth/email/confirm", {"token": house.mails(ada.email)[0].data["token"]}, 204)
    await ada.post("/api/me/exports", {"password": PASSWORD, "code": spare[1]}, 202)
    await house.settle()
    (copy,) = (await ada.get("/api/me/exports"))["items"]
    await house.client.get(copy["url"].removeprefix(house.application.adapters.settings().public_url))
    device = f"https://fcm.googleapis.com/fcm/send/{planted.new('device')}"
    keys = {"p256dh": "B" + "planted" * 12 + "xx", "auth": "planted-push-secret-zz"}
    await ada.post("/api/me/push-subscriptions", {"endpoint": device, **keys, "language": "en"}, 204)
    await ada.post("/api/purchases", {"product": "practice_pack", "payment_method": "pm_card_visa"})
    await ada.post("/api/me/reviews", {"words": planted.new("doubt")}, 201)
    await ada.get("/api/me/acquaintances?words=plantedsearch")
    await house.settle()
    planted.all |= {first, *cookies, enrolment["secret"], *codes["recovery_codes"], *answer.values(), *keys.values()}
    planted.all |= {ada.tokens["device_token"], copy["url"], "pm_card_visa", "plantedsearch"}
    planted.all |= {data["token"] for data in letters if "token" in data}


async def ask_everything(house: House, member: Member, planted: Planted) -> list[int]:
    """Ask for every route three times with secrets wherever a request has room for one."""
    return [status for route in house.routes for status in await asked(house, route, member, planted)]


async def asked(house: House, route: Route, member: Member, planted: Planted) -> list[int]:
    statuses = []
    if route.audience is Audience.SIGNING_IN:
        house.clock.advance(timedelta(seconds=20))  # so that no limit hides what is behind it
    for token in (None, planted.new("token"), member.tokens["access_token"]):
        path = route.public_path
        for name in route.parameters:
            path = path.replace(f"{{{name}}}", UUID if token else planted.new("path"))
        headers = {name: planted.new(name) for name in HEADERS if name != "Authorization"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        response = await house.client.request(
            route.method,
            path,
            params={"token": planted.new("query")},
            headers={**headers, "Content-Type": route.upload.media_types[0] if route.upload else "application/json"},
            data=None if route.method == "GET" else body(route, planted),
        )
        statuses.append(response.status)
        await response.read()
    return statuses


def body(route: Route, planted: Planted) -> bytes:
    names = [field.name for field in attrs.fields(route.body)] if attrs.has(route.body) else []
    said: Mapping[str, Any] = {name: planted.new("field") for name in (*names, planted.new("key"))}
    return json.dumps(said).encode()


async def test_none_of_what_is_said_or_answered_is_in_the_log(
    house: House, planted: Planted, log: Callable[[], str]
) -> None:
    await live(house, planted)
    await guard(house, planted)
    await ask_everything(house, await house.member(), planted)

    said = log()
    lines = [json.loads(line) for line in said.splitlines()]
    assert {line["route"] for line in lines if line["event"] == "request"} >= {r.public_path for r in house.routes}
    assert {"request", "delivery", "job"} <= {line["event"] for line in lines}
    assert len(planted.all) >= FEWEST_SECRETS
    assert [secret for secret in planted.all if secret in said] == []
    assert PASSWORD not in said


async def test_no_failure_tells_the_log_what_failed_with_it(
    house: House, planted: Planted, log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await house.member()
    await house.nobody().post("/api/auth/password/forgot", {"email": member.email}, 202)

    def away(*_: object, **__: object) -> NoReturn:
        raise RuntimeError(f"postgresql://app:{planted.new('password')}@db/app: {planted.new('row')}")

    monkeypatch.setattr(type(house.application.adapters.mailer()), "send", away)
    await house.settle()
    with monkeypatch.context() as broken:
        broken.setattr(MemoryUnitsOfWork, "__call__", away)
        statuses = await ask_everything(house, member, planted)
        house.clock.advance(timedelta(days=1))
        await house.settle()

    said = log()
    events = [json.loads(line)["event"] for line in said.splitlines()]
    assert statuses.count(500) >= 15
    assert events.count("request_failed") == statuses.count(500)
    assert {"listener_failed", "job_failed"} <= set(events)
    assert [secret for secret in planted.all if secret in said] == []
