"""Limits that cannot be dodged, addresses that cannot be forged, retries that do no harm."""

import asyncio
import gc
import json
import random
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from aiohttp import ClientResponse, FormData, StreamReader, web
from multidict import CIMultiDict

from adapters.system.clock import ManualClock
from entrypoints.http.api import RESOURCES
from entrypoints.http.callers import UNKNOWN, client_address, limited_as
from entrypoints.http.routing import routes_of
from saltbitter_domain.compatibility.model.days import DAILY_QUOTA
from saltbitter_domain.payments.model import GatewayAway
from tests.http.conftest import ANNA, BEN, Client, Serve
from tests.http.ping import MOST_BYTES, Pings

Build = Callable[..., web.Application]
CLAIMING = ("X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP")


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("203.0.113.9", [], 0, "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], 0, "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], 1, "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], 1, "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "7.7.7.7 , 198.51.100.1"], 1, "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1, 10.0.0.2"], 2, "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1"], 2, "198.51.100.1"),
        ("10.0.0.1", [], 1, "10.0.0.1"),
        ("10.0.0.1", ["unknown"], 1, "10.0.0.1"),
        ("10.0.0.1", ["6.6.6.6, <script>"], 1, "10.0.0.1"),
        ("10.0.0.1", [""], 1, "10.0.0.1"),
        ("::ffff:203.0.113.9", [], 0, "203.0.113.9"),
        ("2001:db8::1", [], 0, "2001:db8::1"),
        (None, [], 0, str(UNKNOWN)),
    ],
)
def test_the_client_is_who_our_outermost_proxy_saw(
    peer: str | None, forwarded: list[str], proxies: int, client: str
) -> None:
    assert client_address(peer, forwarded, proxies) == ip_address(client)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.9", "203.0.113.9/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ],
)
def test_a_household_of_ipv6_is_counted_as_one(address: str, counted_as: str) -> None:
    assert limited_as(ip_address(address)) == counted_as


async def test_the_eleventh_sign_in_of_a_minute_is_refused_and_the_next_minute_is_not(
    api: Client, clock: ManualClock
) -> None:
    async def sign_in() -> int:
        return (await api.post("/ping/login", json={"words": "x"})).status

    assert [await sign_in() for _ in range(11)] == [202] * 10 + [429]

    clock.advance(timedelta(seconds=59))
    answer = await api.post("/ping/login", json={"words": "x"})
    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")

    clock.advance(timedelta(seconds=1))
    assert await sign_in() == 202


async def test_a_member_guesses_passwords_no_faster_wherever_they_are(build_ping: Build, serve: Serve) -> None:
    api = await serve(build_ping(trusted_proxies=1))

    async def guess(who: dict[str, str], address: str) -> int:
        headers = {**who, "X-Forwarded-For": address}
        return (await api.post("/ping/guess", json={"words": "x"}, headers=headers)).status

    assert [await guess(ANNA, f"198.51.100.{number}") for number in range(11)] == [204] * 10 + [429]
    assert [await guess(BEN, "203.0.113.1")] == [204]
    for _ in range(9):
        await api.post("/ping/login", json={"words": "x"}, headers={"X-Forwarded-For": "203.0.113.1"})
    assert [await guess(BEN, "203.0.113.1"), await guess(BEN, "203.0.113.2")] == [429, 204]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", *CLAIMING])
async def test_a_claimed_address_does_not_dodge_the_limit(api: Client, header: str) -> None:
    statuses = [
        (await api.post("/ping/login", json={"words": "x"}, headers={header: f"198.51.100.{number}"})).status
        for number in range(12)
    ]

    assert statuses == [202] * 10 + [429] * 2


async def test_behind_a_proxy_each_client_has_a_limit_of_its_own(build_ping: Build, serve: Serve) -> None:
    api = await serve(build_ping(trusted_proxies=1, signing_in_limit=1))

    async def sign_in(forwarded: str) -> int:
        return (await api.post("/ping/login", json={"words": "x"}, headers={"X-Forwarded-For": forwarded})).status

    assert [await sign_in(f"{claim}.1.1.1, 198.51.100.1") for claim in range(1, 4)] == [202, 429, 429]
    assert await sign_in("198.51.100.2") == 202
    assert [await sign_in(f"2001:db8:0:1::{host}") for host in range(1, 4)] == [202, 429, 429]


async def test_two_hundred_claims_together_dodge_nothing(build_ping: Build, serve: Serve) -> None:
    """Every header by which an address is claimed, each time another: of a client of IPv4 and of one of IPv6."""
    chance = random.Random(1)
    api = await serve(build_ping(trusted_proxies=1))

    def somebody() -> str:
        return chance.choice([str(IPv4Address(chance.getrandbits(32))), str(IPv6Address(chance.getrandbits(128)))])

    async def let_through(seen_from: Callable[[], str]) -> int:
        statuses = []
        for _ in range(200):
            claims = [somebody() for _ in range(chance.randrange(4))]
            headers = CIMultiDict({name: somebody() for name in CLAIMING} | {"Forwarded": f'for="{somebody()}"'})
            headers.extend([("X-Forwarded-For", claim) for claim in claims])
            headers.add("X-Forwarded-For", ", ".join([*claims, seen_from()]))
            answer = await api.post("/ping/login", json={"words": "x"}, headers=headers)
            statuses.append(answer.status)
        assert {*statuses} == {202, 429}
        return statuses.count(202)

    assert await let_through(lambda: "198.51.100.1") == 10
    assert await let_through(lambda: str(IPv6Address((0x20010DB8 << 96) | chance.getrandbits(64)))) == 10


async def test_of_a_member_s_requests_in_a_minute_a_hundred_pass_and_the_next_does_not(api: Client) -> None:
    statuses = [(await api.get("/ping/me", headers=ANNA)).status for _ in range(101)]

    assert statuses == [200] * 100 + [429]


async def test_a_member_is_limited_wherever_they_are_and_others_are_not(build_ping: Build, serve: Serve) -> None:
    api = await serve(build_ping(member_limit=3, trusted_proxies=1))
    statuses = [
        (await api.get("/ping/me", headers={**ANNA, "X-Forwarded-For": f"198.51.100.{number}"})).status
        for number in range(4)
    ]

    assert statuses == [200, 200, 200, 429]
    assert (await api.get("/ping/me", headers=BEN)).status == 200


async def test_what_has_a_limit_for_a_day_is_had_so_often_by_each(
    build_ping: Build, serve: Serve, clock: ManualClock
) -> None:
    api = await serve(build_ping(trusted_proxies=1))

    async def ask(path: str, who: dict[str, str], address: str = "198.51.100.1") -> ClientResponse:
        return await api.get(path, headers={**who, "X-Forwarded-For": address})

    assert [(await ask("/ping/rare", ANNA, f"198.51.100.{n}")).status for n in range(4)] == [204] * 3 + [429]
    assert (await ask("/ping/rare", BEN)).status == 204
    assert [(await ask("/ping/rare-for-all", {})).status for _ in range(3)] == [204, 204, 429]
    assert (await ask("/ping/rare-for-all", {}, "203.0.113.1")).status == 204

    clock.advance(timedelta(hours=23))
    refused = await ask("/ping/rare", ANNA)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "3600")
    assert "60 minutes" in (await refused.json())["detail"]
    clock.advance(timedelta(hours=1))
    assert (await ask("/ping/rare", ANNA)).status == 204


def test_what_a_script_would_do_all_day_has_a_limit_for_the_day() -> None:
    limits = {f"{route.method} {route.path}": route.a_day for resource in RESOURCES for route in routes_of(resource)}

    assert {call: limit for call, limit in limits.items() if limit is not None} == {
        "POST /api/auth/register": 200,
        "POST /api/me/email": 10,
        "POST /api/me/daily-matches/next-page": 100,
        "POST /api/me/filter-costs": 500,
        "GET /api/people/{user_id}": 3_000,
        "GET /api/me/acquaintances": 1_000,
        "POST /api/me/push-subscriptions": 100,
        "POST /api/me/decisions": 1_500,
        "POST /api/me/photos": 200,
        "POST /api/me/photos/uploads": 200,
        "PUT /api/me/consents/{purpose}": 200,
        "POST /api/me/exports": 10,
        "POST /api/subscriptions": 100,
        "POST /api/purchases": 100,
        "GET /api/me/subscription/contract": 1_000,
        "GET /api/me/orders/{order_id}": 10_000,
        "GET /api/me/subscription/changes": 200,
        "POST /api/me/subscription/changes": 100,
        "POST /api/me/subscription/resume": 100,
        "POST /api/me/subscription/portal": 100,
        "PUT /api/me/photos/{photo_id}": 200,
    }
    met_a_day = DAILY_QUOTA * (1 + (limits["POST /api/me/daily-matches/next-page"] or 0))
    assert met_a_day == 1_010, "of everybody else, only acquaintances are shown"


def test_what_asks_the_payment_gateway_has_a_limit_for_the_day_but_for_ending_what_one_pays_for() -> None:
    asking = (route for resource in RESOURCES for route in routes_of(resource) if GatewayAway in route.errors)

    assert {f"{route.method} {route.path}" for route in asking if route.a_day is None} == {
        "POST /api/me/subscription/cancel",
        "POST /api/me/subscription/withdraw",
    }, "nobody is kept from ending what they pay for"


async def test_everyone_else_is_limited_by_address_also_where_nothing_is(build_ping: Build, serve: Serve) -> None:
    api = await serve(build_ping(address_limit=4))

    assert (await api.get("/ping/seen")).status == 200
    assert (await api.get("/nothing")).status == 404
    assert (await api.get("/ping/me", headers={"Authorization": "Bearer guess"})).status == 401
    assert (await api.options("/ping/seen")).status == 204
    assert (await api.get("/ping/seen")).status == 429
    assert (await api.get("/nothing")).status == 429
    assert (await api.get("/ping/me", headers={"Authorization": "Bearer guess"})).status == 429
    assert (await api.get("/ping/me", headers=ANNA)).status == 200
    assert (await api.get("/livez")).status == 200


def keyed(key: str, who: dict[str, str] = ANNA) -> dict[str, str]:
    return {**who, "Idempotency-Key": key}


async def test_a_repeated_request_is_answered_as_before_and_done_once(api: Client, pings: Pings) -> None:
    first = await api.post("/ping/things", json={"words": "x"}, headers=keyed("key-12345"))
    again = await api.post("/ping/things", json={"words": "x"}, headers=keyed("key-12345"))

    assert (first.status, await first.json()) == (again.status, await again.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert again.content_type == "application/json"
    assert pings.made == 1


async def test_without_a_key_a_request_is_done_again(api: Client, pings: Pings) -> None:
    for _ in range(2):
        await api.post("/ping/things", json={"words": "x"}, headers=ANNA)

    assert pings.made == 2


async def test_a_key_is_good_for_one_content(api: Client, pings: Pings) -> None:
    await api.post("/ping/things", json={"words": "x"}, headers=keyed("key-12345"))
    other = await api.post("/ping/things", json={"words": "y"}, headers=keyed("key-12345"))

    assert other.status == 409
    assert (await other.json(content_type=None))["code"] == "idempotency_key_reused"
    assert pings.made == 1


async def test_a_key_belongs_to_the_member_who_chose_it(api: Client, pings: Pings) -> None:
    await api.post("/ping/things", json={"words": "x"}, headers=keyed("key-12345"))
    other = await api.post("/ping/things", json={"words": "x"}, headers=keyed("key-12345", BEN))

    assert (await other.json())["by"].endswith("2")
    assert pings.made == 2


async def test_of_ten_at_once_one_is_done(api: Client, pings: Pings) -> None:
    answers = await asyncio.gather(
        *(api.post("/ping/things", json={"words": "x"}, headers=keyed("key-12345")) for _ in range(10))
    )

    assert {answer.status for answer in answers} <= {201, 409}
    assert [answer.status for answer in answers if "Idempotency-Replayed" not in answer.headers].count(201) == 1
    assert pings.made == 1


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ("test_ping_taken", 1),
        ("test_ping_wrong", 1),
        ("test_ping_stale", 2),
        ("test_ping_too_often", 2),
        ("test_ping_busy", 2),
        ("bug", 2),
    ],
)
async def test_a_refusal_is_remembered_unless_trying_again_may_help(
    api: Client, pings: Pings, words: str, runs: int
) -> None:
    for _ in range(2):
        await api.post("/ping/things", json={"words": words}, headers=keyed("key-12345"))

    assert pings.made == runs


@pytest.mark.parametrize("key", ["short", "x" * 65, "with a space", "grüße-grüße", ""])
async def test_a_key_has_8_to_64_visible_ascii_characters(api: Client, key: str) -> None:
    answer = await api.post("/ping/things", json={"words": "x"}, headers=keyed(key))

    assert answer.status == 400
    assert (await answer.json(content_type=None))["code"] == "idempotency_key_malformed"


async def test_whoever_is_not_known_is_told_apart_by_address(build_ping: Build, serve: Serve, pings: Pings) -> None:
    api = await serve(build_ping(trusted_proxies=1))
    for address in ("198.51.100.1", "198.51.100.1", "198.51.100.2"):
        headers = {"Idempotency-Key": "key-12345", "X-Forwarded-For": address}
        answer = await api.post("/ping/registrations", json={"words": "x"}, headers=headers)

        assert (answer.status, await answer.read()) == (202, b"")

    assert pings.made == 2


async def test_an_edit_needs_the_version_it_was_made_from(api: Client) -> None:
    etag = (await api.get("/ping/document", headers=ANNA)).headers["ETag"]
    assert etag == '"1"'

    async def put(if_match: str | None) -> ClientResponse:
        headers = ANNA if if_match is None else {**ANNA, "If-Match": if_match}
        return await api.put("/ping/document", json={"words": "new"}, headers=headers)

    for if_match, status, code in (
        (None, 428, "if_match_required"),
        ("*", 428, "if_match_required"),
        ("1", 400, "if_match_malformed"),
        ('W/"1"', 400, "if_match_malformed"),
        ('"one"', 400, "if_match_malformed"),
        ('"2"', 412, "test_ping_stale"),
    ):
        answer = await put(if_match)
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (status, code)

    answer = await put(etag)
    assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
    assert (await put(etag)).status == 412


def form(content: bytes, field: str = "photo") -> FormData:
    data = FormData()
    data.add_field(field, content, filename="../../x.png", content_type="image/png")
    return data


@pytest.mark.parametrize(("length", "status"), [(MOST_BYTES, 201), (MOST_BYTES + 1, 413)])
async def test_a_file_arrives_whole_up_to_its_limit(api: Client, length: int, status: int) -> None:
    content = b"\x89PNG" + b"x" * (length - 4)

    async def chunks() -> object:
        yield content[:10]
        yield content[10:]

    raw = await api.post("/ping/files", data=content, headers={**ANNA, "Content-Type": "image/png"})
    chunked = await api.post("/ping/files", data=chunks(), headers={**ANNA, "Content-Type": "image/png"})
    in_form = await api.post("/ping/files", data=form(content), headers=ANNA)

    assert [raw.status, chunked.status, in_form.status] == [status] * 3
    if status == 201:
        assert [(await answer.json())["number"] for answer in (raw, chunked, in_form)] == [length] * 3


async def test_the_same_file_in_another_form_is_the_same_request(api: Client, pings: Pings) -> None:
    for _ in range(2):  # each form has a boundary of its own
        answer = await api.post("/ping/files", data=form(b"content"), headers=keyed("key-12345"))
        assert answer.status == 201

    assert pings.made == 1


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("image/svg+xml", b"<svg/>", 415),
        ("multipart/form-data", b"--x", 400),
        ("multipart/form-data; boundary=x", b"", 400),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 400),
        (
            "multipart/form-data; boundary=x",
            b'\r\n\r\n--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\nlate\r\n--x--\r\n',
            400,
        ),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\nhello\r\n--y--\r\n", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n", 400),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\ncut', 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="ph\x0coto"\r\n\r\nx\r\n--x--\r\n',
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n' + b"a" * 40 + b"\r\n--x--\r\n",
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nin\r\n--y--\r\n--x--\r\n",
            400,
        ),
    ],
)
async def test_a_form_that_is_none_is_refused(api: Client, content_type: str, body: bytes, status: int) -> None:
    answer = await api.post("/ping/files", data=body, headers={**ANNA, "Content-Type": content_type})

    assert answer.status == status, await answer.text()


async def test_nothing_is_looked_for_before_the_first_boundary_of_a_form(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a megabyte of lines each took its time, two seconds in all, in which nobody else was answered."""
    read, readline = 0, StreamReader.readline

    async def counted(stream: StreamReader, **bounds: int) -> bytes:
        nonlocal read
        read += 1
        return await readline(stream, **bounds)

    monkeypatch.setattr(StreamReader, "readline", counted)
    headers = {**ANNA, "Content-Type": "multipart/form-data; boundary=x"}
    answer = await api.post("/ping/files", data=b"\n" * 100_000, headers=headers)

    assert answer.status == 400
    assert 0 < read < 10


async def test_a_form_with_two_files_is_refused(api: Client, pings: Pings) -> None:
    two = form(b"one")
    two.add_field("photo", b"two", filename="two.png", content_type="image/png")
    answer = await api.post("/ping/files", data=two, headers=ANNA)

    assert (answer.status, pings.made) == (400, 0)


async def test_a_field_of_another_name_is_not_the_file(api: Client) -> None:
    answer = await api.post("/ping/files", data=form(b"x", field="file"), headers=ANNA)

    assert answer.status == 400
    assert "photo" in json.dumps(await answer.json(content_type=None))


@pytest.mark.parametrize(
    ("path", "words", "status"),
    [("me", None, 200), ("login", "x", 202), ("login", 1, 422), ("things", "test_ping_refused", 403)],
)
async def test_an_answered_request_is_freed_without_a_look_of_the_collector(
    api: Client, path: str, words: object, status: int
) -> None:
    async def ask() -> int:
        body = {"words": words} if words else None
        answer = await api.request("POST" if body else "GET", f"/ping/{path}", json=body, headers=ANNA)
        await answer.read()
        return answer.status

    gc.collect()
    gc.disable()
    try:
        assert [await ask() for _ in range(5)] == [status] * 5

        # A connection that is kept alive remembers its last request until the next.
        assert sum(isinstance(thing, web.Request) for thing in gc.get_objects()) <= 1
    finally:
        gc.enable()
