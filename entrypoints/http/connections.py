"""Connections before there is a request: how many there may be, and how long each may take to ask.

aiohttp bounds the size of headers and not the time they take, and takes in whoever comes. A process would then be held
by clients that send a byte now and then ("slowloris"), or by more of them than it has memory for.
"""

import asyncio
import json
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import cast

import structlog
from aiohttp import web

from entrypoints.http.errors import PROBLEM_JSON
from entrypoints.http.headers import SECURITY, secure

ASKING_SECONDS = 10.0
"""From the first byte of a request, or from the connection, to the end of the headers."""
IDLE_SECONDS = 75.0
"""Between requests. Longer than load balancers keep a connection (60 s), so that they close it and not we, just as the
next request comes."""
MOST_CONNECTIONS = 12_000
"""Of a process, at some 30 kB each."""
SPARE_FILES = 128
"""Left to the database, to Redis and to pictures, where the system grants few."""
MOST_HEADERS = 64
"""Of a request, each of up to 8 kB: twice what browsers and proxies send."""
READ_AHEAD = 64 * 1024
"""Bytes of a body that are read before they are asked for; aiohttp stops at twice as many."""
UNREAD_SECONDS = 30
"""How long a client may leave an answer unread, or be gone without a word."""
BACKLOG = 1024
"""Connections that may wait to be accepted: a client that finds no room tries again only after a second."""

_log = structlog.get_logger("http")


def _problem(status: HTTPStatus, code: str, detail: str) -> bytes:
    """The body of an answer to what was no request, and so has no id."""
    problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, "code": code}
    return json.dumps(problem).encode()


def _plain(status: HTTPStatus, code: str, detail: str, **headers: str) -> bytes:
    """A whole answer for who has not asked anything yet."""
    body = _problem(status, code, detail)
    sent = {
        "Content-Type": PROBLEM_JSON,
        "Content-Length": str(len(body)),
        "Connection": "close",
        **SECURITY,
        **headers,
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


FULL = _plain(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "connections_exhausted",
    "So many are connected just now that there is no room. Please try again in a few seconds.",
    **{"Retry-After": "5"},
)
LATE = _plain(
    HTTPStatus.REQUEST_TIMEOUT,
    "request_timeout",
    f"The request and its headers did not arrive within {ASKING_SECONDS:g} seconds.",
)
UNREADABLE = _problem(
    HTTPStatus.BAD_REQUEST, "request_unreadable", "This is no request of HTTP/1.1 that anybody can read (RFC 9112)."
)
FAILED = _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on our side.")


def most_connections() -> int:
    """As many as there is memory for, or files if the system grants fewer."""
    granted, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (
        MOST_CONNECTIONS if granted == resource.RLIM_INFINITY else max(1, min(MOST_CONNECTIONS, granted - SPARE_FILES))
    )


class Door:
    """Makes the connections of a server, up to ``most`` at a time; whoever comes then is told to come again."""

    def __init__(self, server: web.Server, *, most: int | None = None, asking_seconds: float = ASKING_SECONDS) -> None:
        self.server = server
        self.most = most_connections() if most is None else most
        self.asking_seconds = asking_seconds
        self.open = 0

    def __call__(self) -> "Connection":
        return Connection(self)


class Connection(web.RequestHandler):
    """Closes itself when a request is not asked in time."""

    __slots__ = ("_door", "_faulty", "_inside", "_late")

    def __init__(self, door: Door) -> None:
        super().__init__(
            door.server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=IDLE_SECONDS,
            max_headers=MOST_HEADERS,
            read_bufsize=READ_AHEAD,
            # Packed bodies are refused, and aiohttp would unpack them all the same, a thousandfold of what was sent.
            auto_decompress=False,
            access_log=None,  # type: ignore[arg-type]  # The log of requests is ours, and aiohttp's is off so.
        )
        self._door = door
        self._inside = False
        self._faulty = False
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._door.open >= self._door.most:
            cast("asyncio.Transport", transport).write(FULL)
            transport.close()
            return
        self._door.open += 1
        self._inside = True
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        if self._faulty:
            return
        asked = self._request_count
        super().data_received(data)
        if self._messages and (fault := getattr(self._messages[-1][0], "exc", None)):
            fault.__traceback__ = None  # Which holds on to the data, in a circle that only the collector would break.
            self._end_of_reading()
        if self._request_count != asked:
            self._cease()
        elif self._waiter is not None and self._late is None:  # Headers have begun, and nothing else is under way.
            self._expect()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._cease()
        if self._inside:
            self._inside = False
            self._door.open -= 1
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  quotes what was sent
    ) -> web.StreamResponse:
        """The answer to what is no request, and to a failure outside every route, as all others are.

        aiohttp sends back what it could not read, names itself and its version, and logs an error for each."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun, and another cannot follow it")
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.info("request", status=status, code="request_unreadable", error=type(exc).__name__)
        else:
            _log.error("request_failed", exc_info=exc)
        body = UNREADABLE if status < HTTPStatus.INTERNAL_SERVER_ERROR else FAILED
        response = web.Response(status=status, body=body, content_type=PROBLEM_JSON)
        secure(response)
        response.force_close()
        return response

    def _expect(self) -> None:
        self._late = asyncio.get_running_loop().call_later(self._door.asking_seconds, self._give_up)

    def _cease(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _end_of_reading(self) -> None:
        """Take in no more of what was no request.

        It is answered and the connection closed, but uvloop would hand over megabytes of an endless header before, each
        read of it another fault to remember."""
        self._faulty = True
        if self.transport is not None:
            self.transport.pause_reading()

    def _give_up(self) -> None:
        self._late = None
        if self.transport is not None:
            self.transport.write(LATE)
        self.force_close()


@asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, *, shared: bool = False, most: int | None = None
) -> AsyncIterator[int]:
    """Serve ``app`` until the block ends, on the port it is given; requests in flight are then finished. A ``shared``
    port may be listened at by other processes too."""
    runner = web.AppRunner(app, shutdown_timeout=10)
    await runner.setup()
    try:
        server = await asyncio.get_running_loop().create_server(
            Door(cast("web.Server", runner.server), most=most), host, port, backlog=BACKLOG, reuse_port=shared or None
        )
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux, where connections inherit it (tcp(7)).
            for each in server.sockets:
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()
