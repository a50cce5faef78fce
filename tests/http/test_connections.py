"""Connections that ask too slowly, too much or too many, and what the others notice of them: nothing."""

import asyncio
import json
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import attrs
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from entrypoints.http.app import build
from entrypoints.http.connections import MOST_HEADERS, Door, listening, most_connections
from entrypoints.http.dependencies import Ports
from entrypoints.http.errors import PROBLEM_JSON
from entrypoints.http.headers import SECURITY
from tests.http.conftest import ANNA, SETTINGS, Client, Serve
from tests.http.ping import Authenticator, Pings

ASK = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


@attrs.frozen
class Caller:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self, sent: bytes = b"") -> tuple[str, dict[str, str], bytes]:
        """Status line, headers in lower case, and body of what comes back."""
        self.writer.write(sent)
        status, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().rstrip().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return status, headers, await self.reader.readexactly(int(headers.get("content-length", 0)))

    async def is_closed(self) -> bool:
        return await self.reader.read() == b""


@attrs.define
class Line:
    port: int
    door: Door
    callers: list[Caller] = attrs.field(factory=list)

    async def call(self) -> Caller:
        caller = Caller(*await asyncio.open_connection("127.0.0.1", self.port))
        self.callers.append(caller)
        return caller


@asynccontextmanager
async def line(ports: Ports, pings: Pings, *, most: int = 100, seconds: float = 30) -> AsyncIterator[Line]:
    runner = web.AppRunner(build([pings], Authenticator(), ports, SETTINGS))
    await runner.setup()
    door = Door(cast("web.Server", runner.server), most=most, asking_seconds=seconds)
    server = await asyncio.get_running_loop().create_server(door, "127.0.0.1", 0)
    connected = Line(server.sockets[0].getsockname()[1], door)
    try:
        yield connected
    finally:
        for caller in connected.callers:
            caller.writer.close()
        server.close()
        await runner.cleanup()


@pytest.mark.parametrize("begun", [b"", b"G", ASK[:-2], ASK[:-4] + b"X-A: " + b"a" * 500])
async def test_who_does_not_ask_in_time_is_told_so_and_nobody_waits_for_them(
    ports: Ports, pings: Pings, begun: bytes
) -> None:
    async with line(ports, pings, seconds=0.5) as connected:
        quick = await connected.call()
        assert (await quick.answer(ASK))[0] == "HTTP/1.1 200 OK"
        slow = await connected.call()
        status, headers, body = await slow.answer(begun)
        assert status == "HTTP/1.1 408 Request Timeout"
        assert headers["connection"] == "close"
        assert json.loads(body)["code"] == "request_timeout"
        assert await slow.is_closed()
        # Who asked in time has the connection still.
        assert (await quick.answer(ASK))[0] == "HTTP/1.1 200 OK"


async def test_the_second_request_of_a_connection_has_no_more_time(ports: Ports, pings: Pings) -> None:
    async with line(ports, pings, seconds=0.5) as connected:
        caller = await connected.call()
        await caller.answer(ASK)
        assert (await caller.answer(ASK[:10]))[0] == "HTTP/1.1 408 Request Timeout"
        assert await caller.is_closed()


async def test_where_there_is_no_room_for_more_connections_they_are_told_to_come_again(
    ports: Ports, pings: Pings
) -> None:
    async with line(ports, pings, most=2) as connected:
        first, second = await connected.call(), await connected.call()
        assert (await first.answer(ASK))[0] == "HTTP/1.1 200 OK"
        third = await connected.call()
        status, headers, body = await third.answer()
        assert (status, headers["retry-after"]) == ("HTTP/1.1 503 Service Unavailable", "5")
        assert headers["x-content-type-options"] == "nosniff"
        assert json.loads(body)["code"] == "connections_exhausted"
        assert await third.is_closed()

        first.writer.write(ASK[:-2] + b"Connection: close\r\n\r\n")
        assert (await first.reader.read()).endswith(b"}") or first.reader.at_eof()
        assert (await (await connected.call()).answer(ASK))[0] == "HTTP/1.1 200 OK"
        assert (await second.answer(ASK))[0] == "HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer told-to-nobody\x01\r\n\r\n",
        b"GET /told-to-nobody\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://told-to-nobody:99999/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"told-to-nobody\r\n\r\n",
        b"GET /" + b"told-to-nobody" * 600 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /ping/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n1",
    ],
)
async def test_what_is_no_request_is_answered_as_all_else_is_and_not_sent_back(
    ports: Ports, pings: Pings, sent: bytes
) -> None:
    async with line(ports, pings) as connected:
        caller = await connected.call()
        with capture_logs() as lines:
            status, headers, body = await caller.answer(sent)
        assert status.split()[1] == "400"
        assert {name: headers[name.lower()] for name in SECURITY} == {
            name: value.lower() for name, value in SECURITY.items()
        }
        assert headers["server"] == "saltbitter"
        assert headers["content-type"] == PROBLEM_JSON
        assert json.loads(body)["code"] == "request_unreadable"
        assert b"told-to-nobody" not in body
        assert [(line["event"], line["status"], line["code"]) for line in lines] == [
            ("request", 400, "request_unreadable")
        ]
        assert "told-to-nobody" not in repr(lines)
        assert await caller.is_closed()


@pytest.mark.parametrize("path", ["/ping/echo", "/ping/seen", "/nothing"])
async def test_a_packed_body_is_not_unpacked_whatever_becomes_of_the_request(
    ports: Ports, pings: Pings, path: str
) -> None:
    packed = zlib.compress(bytes(64 * 1024 * 1024))
    began = time.process_time()
    zlib.decompress(packed)
    unpacking = time.process_time() - began
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Encoding: deflate\r\n"
    async with line(ports, pings) as connected:
        caller = await connected.call()
        began = time.process_time()
        status, _, _ = await caller.answer(f"{head}Content-Length: {len(packed)}\r\n\r\n".encode() + packed)
        assert status.split()[1] in {"404", "405", "415"}
        assert (await caller.answer(ASK))[0] == "HTTP/1.1 200 OK"
        assert time.process_time() - began < unpacking / 2


async def test_a_request_has_so_many_headers(ports: Ports, pings: Pings) -> None:
    async with line(ports, pings) as connected:
        for number, status in ((MOST_HEADERS, "200 OK"), (MOST_HEADERS + 1, "400 Bad Request")):
            caller = await connected.call()
            many = b"".join(b"X-%d: a\r\n" % each for each in range(number - 1))
            assert (await caller.answer(ASK[:-2] + many + b"\r\n"))[0].endswith(status)


async def test_it_is_served_so_and_ends_with_the_block(ports: Ports, pings: Pings) -> None:
    async with listening(build([pings], Authenticator(), ports, SETTINGS), "127.0.0.1", 0) as port:
        caller = Caller(*await asyncio.open_connection("127.0.0.1", port))
        assert (await caller.answer(ASK))[0] == "HTTP/1.1 200 OK"
    assert await caller.is_closed()
    caller.writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


def test_there_are_never_more_connections_than_the_system_has_files_for() -> None:
    assert 1 <= most_connections() <= 12_000


async def test_bodies_take_no_more_memory_together_than_they_may_and_give_it_back(
    ports: Ports, pings: Pings, serve: Serve
) -> None:
    settings = attrs.evolve(SETTINGS, bodies_bytes=40)
    api: Client = await serve(build([pings], Authenticator(), ports, settings))
    body = {"words": "a" * 20}
    for _ in range(3):
        answer = await api.post("/ping/things", json={"words": "a" * 60}, headers=ANNA)
        problem = await answer.json(content_type=None)
        assert (answer.status, problem["code"], answer.headers["Retry-After"]) == (503, "bodies_exhausted", "5")
        assert (await api.post("/ping/things", json=body, headers=ANNA)).status < 300


async def test_of_an_endless_header_no_more_is_taken_in_than_shows_that_it_is_one(ports: Ports, pings: Pings) -> None:
    async with line(ports, pings) as connected:
        caller = await connected.call()
        assert (await caller.answer(ASK))[0] == "HTTP/1.1 200 OK"
        (connection,) = connected.door.server.connections
        transport = connection.transport
        assert isinstance(transport, asyncio.Transport)

        for piece in (b"GET /livez HTTP/1.1\r\nX-A: ", *[b"a" * 65_536] * 100):  # As uvloop hands over what is there.
            connection.data_received(piece)

        assert len(connection._messages) == 1
        assert not transport.is_reading()
        assert (await caller.answer())[0].endswith(" 400 Bad Request")
        assert await caller.is_closed()
