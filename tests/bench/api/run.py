"""``make bench-api``: the API beside its peer, over the same 100,000 members in the same run."""

import argparse
import asyncio
import os
import resource
import secrets
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import attrs
import orjson
import uvloop

from adapters.population.generator import generate
from adapters.postgres import documents
from adapters.postgres.migrations.run import upgrade
from adapters.system.clock import SystemClock
from adapters.system.tokens import Hs256AccessTokens
from config.common import keys_by_id
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.kernel import SessionId, UserId
from saltbitter_domain.users.model import ACCESS_TOKEN_LIFETIME, Role
from saltbitter_domain.users.ports import Access
from tests.bench.api.load import Asker, Outcome, closed, merged, paced, percentile
from tests.bench.api.seed import SHOWN, TODAY, introduced, seed
from tests.servers.databases import Housekeeper
from tests.servers.machine import Machine, prepared
from tests.servers.postgres import SURVIVES_KILL, postgres
from tests.servers.redis import redis
from tests.servers.server import free_port, temporary_folder

CONNECTIONS = 64
ASKING = 3_200
"""Members whose tokens are used by turns, so that no limit of requests a minute is what is measured."""
ROUNDS = 3
WARM_SECONDS = 6.0
IDLE = 10_000
READS = ("GET /api/me/profile", "GET /api/me/subscription")
WRITES = ("PUT /api/me/profile", "PUT /api/me/visibility", "POST /api/me/decisions")
_environment = os.environ  # noqa: TID251  children need their parent's path


@attrs.define
class Member:
    """Somebody with a token. ``version`` is that of their profile, which both servers change in turn."""

    token: str
    content: bytes
    ours: list[uuid.UUID]
    """Whom they have still to like through our server; each of the two has its half of those they were shown."""
    peer: list[uuid.UUID]
    version: int = 1


@attrs.frozen
class Server:
    name: str
    port: int
    pid: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60.0, help="of load at 64 connections, in all")
    parser.add_argument("--report", type=Path, default=Path("build/reports/bench-api.json"))
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.install()
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        machine = prepared(Machine.this())
        database = stack.enter_context(postgres(machine, folder / "postgres", SURVIVES_KILL))
        broker = stack.enter_context(redis(machine, folder / "broker"))
        cache = stack.enter_context(redis(machine, folder / "cache"))
        housekeeper = Housekeeper(database.url)
        url = housekeeper.create("bench")
        housekeeper.close()
        upgrade(url)
        started = time.perf_counter()
        ids = seed(url, options.members, ASKING)
        print(f"{len(ids)} members stored in {time.perf_counter() - started:.0f} s")
        key = secrets.token_urlsafe(48)
        ours = stack.enter_context(_ours(folder, url, broker.url, cache.url, key))
        peer = stack.enter_context(_peer(folder, url, cache.url, key))
        members = _members(ids, key, f"http://127.0.0.1:{ours.port}")
        rows = asyncio.run(_measured(ours, peer, members, options.seconds))
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    for row in rows:
        bar = "" if row["bar"] is None else f" (bar {row['bar']})"
        print(f"{'ok ' if row['holds'] else 'NOT'}  {row['name']}: {row['value']} {row['unit']}{bar}")
    return 0 if all(row["holds"] for row in rows) else 1


async def _measured(ours: Server, peer: Server, members: Sequence[Member], seconds: float) -> list[dict[str, Any]]:
    each = seconds / (ROUNDS * len(READS + WRITES) * 2)
    outcomes: dict[tuple[str, str], list[Outcome]] = {}
    turns = cycle(members[start::CONNECTIONS] for start in range(CONNECTIONS))
    groups = [next(turns) for _ in range(CONNECTIONS)]
    for server in (ours, peer):  # Both warm up: a member asks more than once while a token lasts.
        await closed(server.port, server.pid, [_asker(READS[1], server, group) for group in groups], WARM_SECONDS)
    for _ in range(ROUNDS):
        for call in READS + WRITES:
            for server in (ours, peer):
                askers = [_asker(call, server, group) for group in groups]
                outcome = await closed(server.port, server.pid, askers, each)
                outcomes.setdefault((call, server.name), []).append(outcome)
    rows = []
    for call in READS + WRITES:
        rates = {}
        for server in (ours, peer):
            rounds = outcomes[call, server.name]
            rates[server.name] = statistics.median(outcome.rate for outcome in rounds)
            whole = merged(rounds)
            told = f"{call}, {server.name}"
            figures = [
                _told(f"{told}, throughput", rates[server.name], "requests/s"),
                *(_told(f"{told}, p{part:.0%}"[:-1], whole.percentile(part), "ms") for part in (0.5, 0.95, 0.99)),
                _told(f"{told}, CPU", statistics.median(outcome.cpu_us for outcome in rounds), "µs/request"),
                _told(f"{told}, CPU of the driver", whole.driver_us, "µs/request"),
                _told(f"{told}, server waited for a processor", whole.queued / whole.wall * 100, "% of the time"),
            ]
            rows += figures
            rows.append(_row(f"{told}, refused", whole.refused, "requests", 0, whole.refused == 0))
        ratio, bar = rates["ours"] / rates["peer"], 4 if call in READS else 2
        rows.append(_row(f"{call}, times the peer's throughput", round(ratio, 2), "x", bar, ratio >= bar))
    rows += await _crowded(ours, groups)
    return rows


async def _crowded(ours: Server, groups: Sequence[Sequence[Member]]) -> list[dict[str, Any]]:
    """Ten thousand connections that have asked once and are kept alive, and a thousand requests a second beside
    them."""
    writers = []
    for start in range(0, IDLE, 200):
        writers += await asyncio.gather(*(_idle(ours.port) for _ in range(start, min(IDLE, start + 200))))
    askers = [_asker(READS[0], ours, group) for group in groups]
    await paced(ours.port, ours.pid, askers, 1000, 2)
    outcome = await paced(ours.port, ours.pid, askers, 1000, 10)
    still_open = sum(not writer.is_closing() and not writer.transport.is_closing() for writer in writers)
    for writer in writers:
        writer.close()
    answered, p99 = len(outcome.seconds), round(outcome.percentile(0.99), 2)
    before = percentile(outcome.waited, 0.99)
    return [
        _row("idle connections still open", still_open, "connections", IDLE, still_open == IDLE),
        _row("answered of 10,000 beside them", answered, "requests", 10_000, answered == 10_000),
        _row(f"p99 at 1,000/s beside {IDLE:,} idle connections", p99, "ms", 10, p99 <= 10),
        _told("p99 of which before it was sent, by a late driver or for want of a connection", before, "ms"),
        *(_told(f"p{part:g} beside them", outcome.percentile(part / 100), "ms") for part in (50, 95, 99.9)),
        _told("CPU of the server beside them", outcome.cpu / outcome.wall * 100, "% of a processor"),
        _told("CPU of the driver beside them", outcome.driver_cpu / outcome.wall * 100, "% of a processor"),
        _told("server waited for a processor beside them", outcome.queued / outcome.wall * 100, "% of the time"),
    ]


async def _idle(port: int) -> asyncio.StreamWriter:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    return writer


def _row(name: str, value: float, unit: str, bar: float, holds: bool) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "bar": bar, "holds": holds}


def _told(name: str, value: float, unit: str) -> dict[str, Any]:
    """A figure without a bar."""
    return {"name": name, "value": round(value, 2), "unit": unit, "bar": None, "holds": True}


def _asker(call: str, server: Server, group: Sequence[Member]) -> Asker:
    method, path = call.split()
    turn = cycle(group)
    current: list[Member] = []

    def request() -> bytes:
        member = next(turn)
        current[:] = [member]
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {member.token}\r\n"
        if method == "GET":
            return f"{head}\r\n".encode()
        if path.endswith("decisions"):
            body = orjson.dumps({"user_id": getattr(member, server.name).pop(), "kind": "like"})
        else:
            body = member.content if path.endswith("profile") else b'{"visibility":"active"}'
        return (
            f'{head}If-Match: "{member.version}"\r\nContent-Type: application/json\r\n'
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    def answered(status: int) -> None:
        if method == "PUT" and status == 200:
            current[0].version += 1

    return Asker(request, answered)


def _members(ids: Sequence[uuid.UUID], key: str, issuer: str) -> list[Member]:
    clock = SystemClock()
    tokens = Hs256AccessTokens(keys_by_id(key), issuer=issuer, audience="saltbitter-api", clock=clock)
    people = list(generate(64, 2, TODAY, questionnaire()))
    expires = clock.now() + ACCESS_TOKEN_LIFETIME
    return [
        Member(
            tokens.issue(Access(UserId(user_id), SessionId(uuid.UUID(int=number)), Role.MEMBER, expires)),
            orjson.dumps(documents.written(attrs.evolve(people[number % 64].content, orientation=None))),
            list(introduced(ids, number)[: SHOWN // 2]),
            list(introduced(ids, number)[SHOWN // 2 :]),
        )
        for number, user_id in enumerate(ids[:ASKING])
    ]


@contextmanager
def _ours(folder: Path, database: str, broker: str, cache: str, key: str) -> Iterator[Server]:
    port = free_port()
    for name in ("mails", "photos", "erasures", "exports"):
        (folder / name).mkdir(exist_ok=True)
    settings = {
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "TOKEN_KEY": key,
        **{
            name: secrets.token_urlsafe(48)
            for name in ("PASSWORD_PEPPER", "MEDIA_KEY", "DERIVATION_KEY", "SECOND_FACTOR_KEY")
        },
        "DATABASE_URL": database,
        "BROKER_URL": broker,
        "CACHE_URL": cache,
        "MAIL_DIRECTORY": str(folder / "mails"),
        "PHOTO_DIRECTORY": str(folder / "photos"),
        "ERASURE_DIRECTORY": str(folder / "erasures"),
        "EXPORT_DIRECTORY": str(folder / "exports"),
    }
    environment = {f"SALTBITTER_{name}": value for name, value in settings.items()}
    with _running([sys.executable, "-m", "entrypoints.cli", "serve"], environment, folder / "ours.log", port) as pid:
        yield Server("ours", port, pid)


@contextmanager
def _peer(folder: Path, database: str, cache: str, key: str) -> Iterator[Server]:
    port = free_port()
    environment = {
        "PEER_DATABASE_URL": database.replace("postgresql://", "postgresql+asyncpg://"),
        "PEER_REDIS_URL": cache,
        "PEER_TOKEN_KEY": key,
    }
    command = [sys.executable, "-m", "uvicorn", "tests.bench.api.peer:app", "--port", str(port), "--loop", "uvloop"]
    command += ["--http", "httptools", "--no-access-log"]
    with _running(command, environment, folder / "peer.log", port) as pid:
        yield Server("peer", port, pid)


@contextmanager
def _running(command: Sequence[str], environment: dict[str, str], log: Path, port: int) -> Iterator[int]:
    with log.open("wb") as lines:
        process = subprocess.Popen(  # noqa: S603
            command, env={**_environment, **environment}, stdout=lines, stderr=lines
        )
        try:
            _wait_for(port, process, log)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(log.read_text()[-3000:])


if __name__ == "__main__":
    sys.exit(main())
