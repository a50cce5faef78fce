"""``make attack-limits``: ten minutes of everything that could fill a process, and whether its memory stays flat.

The process under attack is one of its own, served as in production (with its event loop and its care for memory) over
the demo's store. Those who attack open
connections and say nothing, send headers and bodies a byte at a time or for ever, too many headers, too deep JSON and
forms that never end, and never read what they are answered. Meanwhile somebody asks as everybody does.
"""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import attrs
import structlog
import uvloop

from config import test as mode
from config.start import running
from entrypoints.http.connections import listening
from entrypoints.http.dependencies import HttpSettings
from entrypoints.memory import spared_for_serving
from entrypoints.site import site
from tests.bench.api.load import percentile
from tests.doubles.builders import a_user

SECONDS, SHORT_SECONDS = 600.0, 20.0
MOST = 300
"""Connections of the process under attack, so that the attackers fill it."""
ROOM = 16 * 1024 * 1024
"""What bodies may take there, so that they fill that too."""
GROWTH_MIB = 96.0
"""Over the process at rest: the room for bodies, and what 300 connections hold of what was read ahead or not taken."""
CREEP_MIB = 16.0
"""In the second half of the time, beside the quarter before: what is not bounded goes on growing."""
LIVEZ_MS = 5_000.0
"""Attackers send as fast as they can, from the same machine: all that counts is that everybody else is answered."""
LOOK_SECONDS = 0.25
PER_ATTACK = 32
JSON = b"Content-Type: application/json\r\n"
POST = b"POST /api/auth/refresh HTTP/1.1\r\nHost: x\r\n"
DEEP = b'{"refresh_token":' + b"[" * 200_000
BLOCK = b"a" * 65_536


@attrs.frozen
class Attacker:
    """A connection of somebody who means no good."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


async def silent(attacker: Attacker) -> None:
    await attacker.reader.read()


async def slow_headers(attacker: Attacker) -> None:
    await attacker.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n")
    while True:
        await attacker.send(b"X-A: b\r\n")
        await asyncio.sleep(1.0)


async def huge_headers(attacker: Attacker) -> None:
    await attacker.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n")
    for number in range(1_000):
        await attacker.send(b"X-%d: " % number + b"a" * 8_000 + b"\r\n")


async def endless_header(attacker: Attacker) -> None:
    await attacker.send(b"GET /livez HTTP/1.1\r\nX-A: ")
    while True:
        await attacker.send(BLOCK)


async def slow_body(attacker: Attacker) -> None:
    await attacker.send(POST + JSON + b"Content-Length: 1000000\r\n\r\n" + b" " * 900_000)
    while True:
        await attacker.send(b" ")
        await asyncio.sleep(1.0)


async def endless_body(attacker: Attacker) -> None:
    await attacker.send(POST + JSON + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        await attacker.send(b"10000\r\n" + BLOCK + b"\r\n")


async def large_body(attacker: Attacker) -> None:
    await attacker.send(POST + JSON + b"Content-Length: 104857600\r\n\r\n")
    while True:
        await attacker.send(BLOCK)


async def deep_json(attacker: Attacker) -> None:
    await attacker.send(POST + JSON + b"Content-Length: %d\r\n\r\n" % len(DEEP) + DEEP)
    await attacker.reader.read(65_536)


async def many_requests(attacker: Attacker) -> None:
    """Ask, and never read the answers."""
    while True:
        await attacker.send(b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 50)


def endless_form(token: str) -> "Attack":
    async def attack(attacker: Attacker) -> None:
        await attacker.send(
            b"POST /api/me/photos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token.encode() + b"\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        while True:
            await attacker.send(b"10000\r\n" + BLOCK + b"\r\n")

    return attack


Attack = Callable[[Attacker], Awaitable[None]]
ATTACKS: tuple[Attack, ...] = (
    silent,
    slow_headers,
    huge_headers,
    endless_header,
    slow_body,
    endless_body,
    large_body,
    deep_json,
    many_requests,
)


@attrs.define
class Siege:
    """The attack, and what somebody who asks meanwhile gets."""

    port: int
    looks: list[float] = attrs.field(factory=list)
    unanswered: int = 0

    async def attack(self, attack: Attack, until: float) -> None:
        """Attack over one connection after the other."""
        while (left := until - time.monotonic()) > 0:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                attacker = Attacker(*await asyncio.open_connection("127.0.0.1", self.port))
                try:
                    async with asyncio.timeout(min(left, 45.0)):
                        await attack(attacker)
                finally:
                    attacker.writer.transport.abort()
            await asyncio.sleep(0.2)

    async def look(self, until: float) -> None:
        """Ask as everybody does, over a connection that is kept; who loses it is unanswered, and comes again."""
        while time.monotonic() < until:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    await self._ask(reader, writer, until)
                finally:
                    writer.close()
            except (OSError, asyncio.IncompleteReadError):
                self.unanswered += 1
                await asyncio.sleep(LOOK_SECONDS)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until: float) -> None:
        while time.monotonic() < until:
            asked = time.perf_counter()
            writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            self.unanswered += b" 200 " not in head
            length = next((int(each.split(b":")[1]) for each in head.lower().split(b"\r\n") if b"length" in each), 0)
            await reader.readexactly(length)
            self.looks.append(time.perf_counter() - asked)
            await asyncio.sleep(LOOK_SECONDS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--report", type=Path, default=Path("build/reports/attack-limits.json"))
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        uvloop.run(_serve())
        return 0
    rows = asyncio.run(besiege(SHORT_SECONDS if options.short else options.seconds))
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(rows, indent=1))
    for row in rows:
        print(f"{'ok ' if row['holds'] else 'NOT'}  {row['name']}: {row['value']} {row['unit']} (bar {row['bar']})")
    return 0 if all(row["holds"] for row in rows) else 1


async def _serve() -> None:
    """The process under attack. It says its port and a member's token, and goes on until its input ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    http = HttpSettings(address_limit=1_000_000, member_limit=1_000_000, bodies_bytes=ROOM, limited_by_day=False)
    async with running("test", mode.settings()) as application:
        user = a_user(password_hash=await application.adapters.hasher().hash("six quiet boats at noon"))
        async with application.adapters.begin()() as uow:
            await uow.users.add(user)
            await uow.commit()
        tokens: Any = await application.auth().login(
            email=user.email, password="six quiet boats at noon", label="", ip="192.0.2.1"
        )
        async with listening(site(application, http=http), "127.0.0.1", 0, most=MOST) as port:
            with spared_for_serving():
                print(json.dumps({"port": port, "token": tokens.access_token}), flush=True)
                await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def besiege(seconds: float) -> list[dict[str, Any]]:
    """Attack a process for so long; a row for each promise, with its figure, its bar and whether it ``holds``."""
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.attack.limits",
        "--serve",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdin
    assert server.stdout
    try:
        said = json.loads(await server.stdout.readline())
        siege, memory, files = Siege(said["port"]), f"/proc/{server.pid}/status", f"/proc/{server.pid}/fd"
        await siege.look(time.monotonic() + 1.0)  # What the first requests load stays.
        rest, rest_files, until = _resident(memory), _open_files(files), time.monotonic() + seconds
        most: list[float] = []

        def watch() -> None:
            """In a thread, since the attackers leave the loop little time on a busy machine."""
            while time.monotonic() < until:
                most.append(_resident(memory))
                time.sleep(LOOK_SECONDS)

        attacks = (*ATTACKS, endless_form(said["token"]))
        await asyncio.gather(
            asyncio.to_thread(watch),
            siege.look(until),
            *(siege.attack(each, until) for each in attacks for _ in range(PER_ATTACK)),
        )
        half = len(most) // 2  # The first quarter fills what is filled.
        left = _open_files(files)
        for _ in range(40):
            if left <= rest_files:
                break
            await asyncio.sleep(LOOK_SECONDS)
            left = _open_files(files)
        creep = median(most[half:]) - median(most[half // 2 : half])
    finally:
        server.stdin.close()
        await server.wait()
    return [
        _row(f"memory beyond that at rest in {seconds:.0f} s of abuse, at most", max(most) - rest, "MiB", GROWTH_MIB),
        _row("more of it in the second half than in the quarter before, medians", max(0.0, creep), "MiB", CREEP_MIB),
        _row("connections left over afterwards", float(max(0, left - rest_files)), "", 0.0),
        _row("GET /livez meanwhile, p99", percentile(siege.looks, 0.99), "ms", LIVEZ_MS),
        _row("of those who ask as everybody does, unanswered", float(siege.unanswered), "", 0.0),
    ]


def _resident(status: str) -> float:
    """MiB."""
    line = next(each for each in Path(status).read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _open_files(files: str) -> int:
    return len(list(Path(files).iterdir()))


def _row(name: str, value: float, unit: str, bar: float) -> dict[str, Any]:
    return {"name": name, "value": round(value, 1), "unit": unit, "bar": bar, "holds": value <= bar}


if __name__ == "__main__":
    sys.exit(main())
