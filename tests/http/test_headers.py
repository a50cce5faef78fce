"""Every answer is safe in a browser, and only pages we know may read it."""

from collections.abc import Callable

import pytest
from aiohttp import ClientResponse, web

from entrypoints.http.docs import _swagger_ui
from tests.http.conftest import ANNA, ORIGIN, Client, Serve
from tests.http.stage import ALWAYS, unsafe_in


async def _answers(api: Client) -> list[ClientResponse]:
    return [
        await api.get("/ping/seen"),
        await api.get("/ping/notes"),
        await api.get("/nothing"),
        await api.delete("/ping/seen"),
        await api.options("/ping/seen"),
        await api.get("/ping/me"),
        await api.get("/ping/me", headers=ANNA),
        await api.post("/ping/things", json={"words": "bug"}, headers=ANNA),
        await api.post("/ping/things", json={"words": "test_ping_busy"}, headers=ANNA),
        await api.post("/ping/login", json={"words": "x"}),
        await api.post("/ping/login", data=b"{", headers={"Content-Type": "application/json"}),
        await api.get("/livez"),
        await api.get("/readyz"),
        await api.get("/api/openapi.json"),
        await api.get("/api/docs"),
        await api.get("/api/docs/start.js"),
        await api.get("/api/docs/swagger-ui.css"),
        await api.get("/api/docs/nothing.js"),
    ]


async def test_every_answer_carries_every_security_header(api: Client) -> None:
    for answer in await _answers(api):
        assert set(answer.headers) >= ALWAYS, answer.url
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Server"] == "saltbitter"
        assert "max-age=63072000; includeSubDomains" in answer.headers["Strict-Transport-Security"]
        assert unsafe_in(answer.headers, private=False) == []


async def test_even_what_aiohttp_answers_by_itself_is_covered(api: Client) -> None:
    answer = await api.get("/ping/seen", headers={"Expect": "a-miracle"})

    assert answer.status == 417
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        ("/ping/me", "no-store"),
        ("/ping/seen", "no-store"),
        ("/nothing", "no-store"),
        ("/ping/notes", "public, max-age=60"),
        ("/ping/notes?limit=0", "no-store"),
        ("/api/docs/swagger-ui.css", "public, max-age=86400"),
    ],
)
async def test_only_what_is_public_may_be_kept(api: Client, path: str, cache: str) -> None:
    answer = await api.get(path, headers=ANNA)

    assert answer.headers["Cache-Control"] == cache


@pytest.mark.parametrize(
    "asking",
    [
        {"Range": "bytes=9999999-"},
        {"Range": "bytes=0-1"},
        {"If-Match": '"x"'},
        {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ],
    ids="".join,
)
async def test_no_cache_is_given_a_refusal_or_a_part_to_keep_in_place_of_a_file(
    api: Client, asking: dict[str, str]
) -> None:
    answer = await api.get("/api/docs/swagger-ui.css", headers=asking)

    assert (answer.status, len(await answer.read())) == (200, (_swagger_ui() / "swagger-ui.css").stat().st_size)


async def test_only_what_is_the_same_for_everybody_is_packed(api: Client) -> None:
    """The length of a packed answer can tell of what it holds (BREACH, 2013)."""
    unpacking = ANNA | {"Accept-Encoding": "gzip"}
    public = await api.get("/ping/notes", headers=unpacking)
    as_it_is = await api.get("/ping/notes", headers=ANNA | {"Accept-Encoding": "identity"})
    own = await api.get("/ping/seen", headers=unpacking)

    assert (public.headers["Content-Encoding"], await public.json()) == ("gzip", await as_it_is.json())
    assert "Accept-Encoding" in public.headers.getall("Vary")
    assert "Content-Encoding" not in as_it_is.headers
    assert "Content-Encoding" not in own.headers


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (ORIGIN, True),
        ("https://evil.example", False),
        ("null", False),
        ("http://app.saltbitter.example", False),
        ("https://app.saltbitter.example:8443", False),
        ("https://app.saltbitter.example.evil.example", False),
        ("https://evil-app.saltbitter.example", False),
        ("https://sub.app.saltbitter.example", False),
        ("https://saltbitter.example", False),
        ("HTTPS://APP.SALTBITTER.EXAMPLE", False),
        ("https://app.saltbitter.example/", False),
        ("*", False),
        ("", False),
    ],
)
async def test_only_a_known_origin_may_read_answers(api: Client, origin: str, allowed: bool) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
    plain = await api.get("/ping/seen", headers={"Origin": origin})
    failed = await api.get("/nothing", headers={"Origin": origin})
    preflight = await api.options("/ping/things", headers=asked)

    for answer in (plain, failed, preflight):
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]
    assert preflight.status == 204
    assert ("Access-Control-Allow-Methods" in preflight.headers) == allowed
    if allowed:
        assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
        assert "Idempotency-Key" in preflight.headers["Access-Control-Allow-Headers"]
        assert "ETag" in plain.headers["Access-Control-Expose-Headers"]


async def test_a_preflight_for_nothing_finds_nothing(api: Client) -> None:
    answer = await api.options("/nothing", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "GET"})

    assert answer.status == 404


async def test_without_known_origins_none_may_read(build_ping: Callable[..., web.Application], serve: Serve) -> None:
    api = await serve(build_ping(allowed_origins=()))
    answer = await api.get("/ping/seen", headers={"Origin": ORIGIN})

    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Origin" in answer.headers["Vary"]
