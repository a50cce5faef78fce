"""Every error has one shape, says what to do, and gives nothing away."""

import asyncio
import io
import json
import time
from collections.abc import Callable

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request
from structlog.testing import capture_logs

from entrypoints.http import callers, errors
from entrypoints.http.app import build
from entrypoints.http.dependencies import Ports
from entrypoints.http.endpoint import CALL, MAX_MEDIA_TYPE, endpoint
from entrypoints.http.errors import PROBLEM_JSON, STATUS, status_of
from entrypoints.http.room import Room
from entrypoints.http.routing import Audience, Call, bound_routes, route
from entrypoints.http.wire import RequestInvalid
from saltbitter_domain.kernel import DomainError, FieldProblem
from tests.conftest import Run
from tests.http.conftest import ANNA, SETTINGS, Client, Serve
from tests.http.ping import Authenticator, Pings


def _families() -> set[type[DomainError]]:
    return {family for family in DomainError.__subclasses__() if family.code == "error"}


def test_every_family_of_refusals_has_a_status_of_its_own() -> None:
    assert set(STATUS) == _families()
    assert len(set(STATUS.values())) == len(STATUS)


def test_a_refusal_without_a_family_has_no_status() -> None:
    with pytest.raises(StopIteration):
        status_of(DomainError)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("test_ping_refused", 403),
        ("test_ping_taken", 409),
        ("test_ping_stale", 409),
        ("test_ping_wrong", 422),
        ("test_ping_too_often", 429),
        ("test_ping_busy", 503),
    ],
)
async def test_a_refusal_is_answered_by_its_family(api: Client, words: str, status: int) -> None:
    answer = await api.post("/ping/things", json={"words": words}, headers=ANNA)
    problem = await answer.json(content_type=PROBLEM_JSON)

    assert (answer.status, answer.content_type) == (status, PROBLEM_JSON)
    assert answer.headers["Retry-After"] == "7"
    assert problem == {
        "type": "about:blank",
        "title": answer.reason,
        "status": status,
        "detail": f"It is {words}.",
        "code": words,
        "request_id": answer.headers["X-Request-ID"],
        "fields": [],
    }


def test_a_problem_does_not_grow_with_the_request() -> None:
    fields = tuple(FieldProblem("p" * 10_000, "code", "m" * 10_000) for _ in range(1_000))

    answer = errors.refused(RequestInvalid("Some fields do not fit.", fields=fields), "a-request-1")

    assert isinstance(answer.body, bytes)
    assert len(answer.body) < 50 * (100 + 500 + 100)


async def test_an_unknown_address_is_a_problem_too(api: Client) -> None:
    answer = await api.get("/nothing/here")

    assert answer.status == 404
    assert (await answer.json(content_type=PROBLEM_JSON))["code"] == "route_missing"


async def test_an_unknown_method_names_those_that_are_known(api: Client) -> None:
    answer = await api.delete("/ping/document")

    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, PUT"
    assert (await answer.json(content_type=PROBLEM_JSON))["code"] == "method_not_supported"


async def test_what_was_asked_is_never_sent_back(api: Client) -> None:
    answer = await api.request("TRACE", "/ping/document", headers={"X-Probe": "seen"})

    assert answer.status == 405
    assert b"seen" not in await answer.read()


async def test_head_is_answered_like_get_without_a_body(api: Client) -> None:
    answer = await api.head("/ping/seen")

    assert (answer.status, await answer.read()) == (200, b"")


async def test_our_own_mistake_tells_nothing_and_is_logged_by_request_id(api: Client) -> None:
    with capture_logs() as lines:
        answer = await api.post("/ping/things", json={"words": "bug"}, headers=ANNA)
        body = await answer.text()

    assert answer.status == 500
    assert "secret" not in body
    assert "RuntimeError" not in body
    failure = next(line for line in lines if line["event"] == "request_failed")
    assert failure["request_id"] == answer.headers["X-Request-ID"]
    assert isinstance(failure["exc_info"], RuntimeError)


async def test_one_line_is_logged_per_request_without_what_was_said(api: Client) -> None:
    with capture_logs() as lines:
        await api.post(
            "/ping/things?token=planted-secret",
            json={"words": "planted-secret"},
            headers={**ANNA, "X-Planted": "planted-secret", "X-Request-ID": "a-request-1"},
        )
        await api.get("/planted-secret")

    assert [(line["event"], line["method"], line["route"], line["status"]) for line in lines] == [
        ("request", "POST", "/ping/things", 201),
        ("request", "GET", None, 404),
    ]
    assert lines[0]["request_id"] == "a-request-1"
    assert lines[0]["user_id"] == "00000000-0000-0000-0000-000000000001"
    assert lines[0]["ms"] >= 0
    assert "planted-secret" not in repr(lines)
    assert "127.0.0.1" not in repr(lines)
    assert "anna" not in repr(lines)


@pytest.mark.parametrize(
    "given", ["short", "x" * 65, "with space", "line\u2028break", 'quote"12345', "$(reboot)", "", "grüße-grüße"]
)
async def test_only_a_harmless_request_id_is_taken_over(api: Client, given: str) -> None:
    answer = await api.get("/ping/seen", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] != given
    assert (await answer.json())["id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Basic anna", "anna", "Bearer nobody", "Bearer anna extra", "Bearer \u00e4"],
)
async def test_without_a_good_token_a_member_route_answers_401(api: Client, authorization: str | None) -> None:
    answer = await api.get("/ping/me", headers={"Authorization": authorization} if authorization is not None else {})

    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="saltbitter"')


async def test_the_challenge_says_whether_a_token_was_refused(api: Client) -> None:
    missing = await api.get("/ping/me")
    refused = await api.get("/ping/me", headers={"Authorization": "bearer nobody"})

    assert missing.headers["WWW-Authenticate"] == 'Bearer realm="saltbitter"'
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="saltbitter", error="invalid_token"'


async def test_a_token_in_the_address_opens_nothing(api: Client) -> None:
    assert (await api.get("/ping/me?access_token=anna")).status == 401


async def test_a_body_of_another_type_is_refused(api: Client) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""):
        answer = await api.post("/ping/echo", data=b'{"text": "x"}', headers={"Content-Type": content_type})

        assert answer.status == 415, content_type


@pytest.mark.parametrize("path", ["/ping/echo", "/ping/files"])
async def test_a_content_type_without_an_end_is_not_read(api: Client, path: str) -> None:
    """One of 8,000 characters took over a second, in which nobody else was answered."""
    long = {**ANNA, "Content-Type": "application/json" + ";" * (MAX_MEDIA_TYPE - 15)}
    began = time.process_time()
    answer = await api.post(path, data=b'{"text": "x"}', headers={**long, "Content-Type": "image/png" + ";" * 8_000})
    assert time.process_time() - began < 0.5
    assert answer.status == 415

    assert (await api.post(path, data=b'{"text": "x"}', headers=long)).status == 415
    short = {**long, "Content-Type": long["Content-Type"][:-1]}
    assert (await api.post("/ping/echo", data=b'{"text": "x"}', headers=short)).status == 200


async def test_a_compressed_body_is_refused(api: Client) -> None:
    answer = await api.post("/ping/echo", json={"text": "x"}, headers={"Content-Encoding": "gzip"}, compress=False)

    assert answer.status == 415


@pytest.mark.parametrize(("length", "status"), [(1024 * 1024, 422), (1024 * 1024 + 1, 413)])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_may_have_one_mebibyte(api: Client, length: int, status: int, chunked: bool) -> None:
    body = b'{"text": "' + b"x" * (length - 12) + b'"}'

    async def chunks() -> object:
        for start in range(0, len(body), 2**16):
            yield body[start : start + 2**16]

    answer = await api.post(
        "/ping/echo", data=chunks() if chunked else io.BytesIO(body), headers={"Content-Type": "application/json"}
    )

    assert answer.status == status


async def test_a_body_that_does_not_arrive_is_not_waited_for(
    build_ping: Callable[..., web.Application], serve: Serve
) -> None:
    api: Client = await serve(build_ping(body_seconds=0.05))
    reader, writer = await asyncio.open_connection(api.host, api.port)
    writer.write(
        b"POST /ping/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"
    )
    answer = await reader.readuntil(b"}")
    writer.close()

    assert b" 400 " in answer
    assert b"body_incomplete" in answer


async def test_a_body_that_breaks_off_is_incomplete(ports: Ports, pings: Pings) -> None:
    content = StreamReader(BaseProtocol(asyncio.get_running_loop()), 2**16)
    content.set_exception(ConnectionResetError())
    request = make_mocked_request("POST", "/", headers={"Content-Type": "application/json"}, payload=content)
    request[CALL] = Call("id", callers.UNKNOWN, request)
    echo, method = next(bound_routes(pings))

    with pytest.raises(errors.BodyIncomplete):
        await endpoint(echo, method, ports, SETTINGS, Room(1000))(request)


async def test_what_aiohttp_refuses_elsewhere_is_a_problem_too() -> None:
    answer = errors.from_aiohttp(web.HTTPUpgradeRequired(), "a-request-1")

    assert (answer.status, answer.content_type) == (426, PROBLEM_JSON)


async def test_a_route_that_does_not_say_who_may_call_it_stops_the_start(
    build_ping: Callable[[], web.Application], serve: Serve
) -> None:
    app = build_ping()

    async def open_door(_: web.Request) -> web.Response:
        return web.Response()

    app.router.add_get("/open", open_door)

    with pytest.raises(RuntimeError, match="does not declare who may call it"):
        await serve(app)


async def test_a_door_that_was_added_all_the_same_stays_shut(
    build_ping: Callable[[], web.Application], serve: Serve
) -> None:
    app = build_ping()

    async def open_door(_: web.Request) -> web.Response:
        return web.Response()

    app.router.add_get("/open", open_door)
    app.on_startup.clear()

    assert (await (await serve(app)).get("/open")).status == 404


def test_a_declaration_that_disagrees_with_its_method_is_refused() -> None:
    with pytest.raises(TypeError, match="disagree on thing_id"):

        @route("GET", "/things/{thing_id}", audience=Audience.ANYONE)
        async def read(self: object, call: Call) -> None:
            """Read."""

    with pytest.raises(TypeError, match="docstring"):

        @route("GET", "/things", audience=Audience.ANYONE)
        async def undocumented(self: object, call: Call) -> None: ...


def test_only_member_routes_know_a_member_and_only_edits_a_version() -> None:
    call = Call("id", callers.UNKNOWN, None)  # type: ignore[arg-type]

    with pytest.raises(RuntimeError):
        _ = call.user_id
    with pytest.raises(RuntimeError):
        _ = call.if_match


async def test_liveness_asks_nothing_and_readiness_asks_for_what_is_needed(
    api: Client, dependencies: dict[str, bool]
) -> None:
    assert (await api.get("/livez")).status == 200
    assert await (await api.get("/readyz")).json() == {"ready": True, "dependencies": {"store": True}}

    dependencies["broker"] = False
    without_broker = await api.get("/readyz")
    dependencies["store"] = False
    without_store = await api.get("/readyz")

    assert without_broker.status == 200
    assert await without_broker.json() == {"ready": True, "dependencies": {"store": True, "broker": False}}
    assert without_store.status == 503
    assert await without_store.json() == {"ready": False, "dependencies": {"store": False, "broker": False}}
    assert (await api.get("/livez")).status == 200


async def test_a_type_nobody_can_read_fails_before_the_start(ports: Ports) -> None:
    class Odd:
        @route("POST", "/odd", audience=Audience.ANYONE)
        async def odd(self, call: Call, body: complex) -> None:
            """Take what JSON has no word for."""

    with pytest.raises(Exception, match="complex"):
        build((Odd(),), Authenticator(), ports, SETTINGS)


async def test_what_a_request_does_not_hear_is_not_in_its_problem(api: Client, pings: Pings) -> None:
    answer = await api.post("/ping/things", data=b"{secret", headers={**ANNA, "Content-Type": "application/json"})

    assert "secret" not in json.dumps(await answer.json(content_type=PROBLEM_JSON))
    assert pings.made == 0


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 2\r\nContent-Length: 40\r\n",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: -2\r\n",
        b"Content-Length: 2, 40\r\n",
        b"Transfer-Encoding: identity, chunked, gzip\r\n",
    ],
)
def test_a_request_that_says_twice_where_it_ends_is_refused_and_nothing_after_it_is_answered(
    api: Client, run: Run, lengths: bytes
) -> None:
    async def answered() -> bytes:
        reader, writer = await asyncio.open_connection(api.server.host, api.server.port)
        writer.write(
            b"POST /ping/seen HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n" + lengths + b"\r\n"
        )
        writer.write(b"{}GET /ping/seen HTTP/1.1\r\nHost: here\r\n\r\n")
        await writer.drain()
        everything = await reader.read()  # until the server closes
        writer.close()
        return everything

    said = run(answered())
    assert said.partition(b"\r\n")[0].split()[1] == b"400"
    assert said.count(b"HTTP/1.") == 1
