"""A whole production of private servers and real processes, each of which can be killed, stopped and cut off."""

import asyncio
import contextlib
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, closing
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import attrs

from adapters.postgres.database import Database
from adapters.postgres.migrations.run import upgrade
from adapters.postgres.uow import PostgresUnitsOfWork
from adapters.system.clock import SystemClock
from adapters.system.ids import UuidV7Ids
from adapters.system.tokens import Hs256AccessTokens
from config.common import keys_by_id
from saltbitter_domain.kernel import Clock
from saltbitter_domain.uow import UnitsOfWork
from tests.faults.proxy import FaultProxy
from tests.servers.databases import Housekeeper
from tests.servers.machine import Machine, prepared
from tests.servers.postgres import SURVIVES_KILL, postgres
from tests.servers.redis import redis
from tests.servers.server import Server, free_port, temporary_folder

ROOT = Path(__file__).parents[2]
NOTHING_MORE: Mapping[str, str] = {}
READY_SECONDS = 60.0
SIDES = ("api", "worker")
ROLES = (
    ("api", "serve", "api"),
    ("worker-1", "work", "worker"),
    ("worker-2", "work", "worker"),
    ("schedule", "schedule", "worker"),
)
WAITING = """
SELECT count(*) AS messages FROM outbox
WHERE done_at IS NULL AND dead_at IS NULL AND ($1::timestamptz IS NULL OR occurred_at <= $1)
"""


@attrs.define
class Process:
    """One process of SaltBitter. ``arguments`` are those of Python; every start writes on to the same log."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = attrs.field(repr=False)
    log: Path
    starts: int = 0
    _process: subprocess.Popen[bytes] | None = attrs.field(default=None, init=False)

    def start(self, arguments: Sequence[str] | None = None) -> None:
        """Start it, once with other arguments if some are given."""
        setpriv = shutil.which("setpriv")
        with_us = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [*with_us, sys.executable, *(arguments or self.arguments)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=dict(self.environment),
                process_group=0,
            )
        self.starts += 1

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def send(self, signal_: signal.Signals) -> None:
        """Send it a signal; nothing happens when it has ended."""
        if self._process is not None:
            self._process.send_signal(signal_)

    async def end(self, signal_: signal.Signals = signal.SIGKILL, patience: float = 30.0) -> None:
        """Send the signal and wait for the end, which comes by a kill when patience is over."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal_)
        try:
            await asyncio.to_thread(process.wait, patience)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)

    async def again(self, arguments: Sequence[str] | None = None, signal_: signal.Signals = signal.SIGKILL) -> None:
        """End it by the signal and start it again."""
        await self.end(signal_)
        self.start(arguments)

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-3000:]

    def resident_mib(self) -> float:
        """The memory it holds now."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@attrs.define
class House:
    """Everything that runs, and direct ways to its truth: ``rows`` and ``database`` go past the proxies."""

    url: str
    database_url: str
    postgres: Server
    broker: Server
    cache: Server
    proxies: Mapping[str, FaultProxy]
    processes: Mapping[str, Process]
    tokens: Hs256AccessTokens
    mails: Path
    http: aiohttp.ClientSession
    clock: Clock

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitsOfWork]:
        """Units of work of our own."""
        database = Database(self.database_url)
        await database.open()
        try:
            yield PostgresUnitsOfWork(database, self.clock, UuidV7Ids(self.clock))
        finally:
            await database.close()

    async def rows(self, query: str, *values: object) -> Sequence[Mapping[str, Any]]:
        """What PostgreSQL itself answers."""
        connection = await asyncpg.connect(self.database_url, timeout=5)
        try:
            found: Sequence[Mapping[str, Any]] = await connection.fetch(query, *values)
        finally:
            connection.terminate()
        return found

    async def ready(self, patience: float = READY_SECONDS) -> float:
        """Wait until the API says that it is; the seconds it took. ``TimeoutError`` after ``patience``."""
        started = time.monotonic()
        while time.monotonic() - started < patience:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self.http.get(f"{self.url}/readyz", timeout=aiohttp.ClientTimeout(total=2)) as answer:
                    if answer.status == 200:
                        return time.monotonic() - started
            await asyncio.sleep(0.05)
        raise TimeoutError(f"the API is not ready after {patience} s:\n{self.processes['api'].last_words()}")

    async def waiting(self, before: datetime | None = None) -> int:
        """How many messages are neither done nor dead, of those that happened before an instant if one is given."""
        (row,) = await self.rows(WAITING, before)
        return int(row["messages"])

    async def drained(self, patience: float, before: datetime | None = None) -> float | None:
        """The seconds until no message waits, or None when some still do after ``patience``."""
        started = time.monotonic()
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                if not await self.waiting(before):
                    return time.monotonic() - started
            if time.monotonic() - started > patience:
                return None
            await asyncio.sleep(0.25)


@asynccontextmanager
async def house(
    say: Callable[[str], object],
    *,
    roles: Sequence[tuple[str, str, str]] = ROLES,
    program: Sequence[str] = ("entrypoints.cli",),
    more: Mapping[str, str] = NOTHING_MORE,
    clock: Clock | None = None,
) -> AsyncIterator[House]:
    """A house with processes of these roles, ready to serve; everything is gone after the block.

    They run ``program`` with the command of their role and ``more`` settings, and look at ``clock``."""
    clock = clock or SystemClock()
    machine = prepared(Machine.this(), say)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(temporary_folder())

        async def started(server: AbstractContextManager[Server]) -> Server:
            # In a thread, since looking whether a server answers takes an event loop of its own.
            return await asyncio.to_thread(stack.enter_context, server)

        database = await started(postgres(machine, folder / "postgres", SURVIVES_KILL))
        broker = await started(redis(machine, folder / "broker"))
        cache = await started(redis(machine, folder / "cache"))
        database_url = await asyncio.to_thread(_migrated, database.url)
        targets = {"postgres": database_url, "broker": broker.url, "cache": cache.url}
        proxies = {
            f"{side}-{name}": await stack.enter_async_context(FaultProxy(target).running())
            for side in SIDES
            for name, target in targets.items()
        }
        port = free_port()
        common = {**_common(port, folder), **more}
        processes = {
            name: Process(name, ["-m", *program, *command.split()], common | _behind(proxies, side), folder / name)
            for name, command, side in roles
        }
        stack.push_async_callback(_end, processes.values())
        home = House(
            url=common["SALTBITTER_PUBLIC_URL"],
            database_url=database_url,
            postgres=database,
            broker=broker,
            cache=cache,
            proxies=proxies,
            processes=processes,
            tokens=Hs256AccessTokens(
                keys_by_id(common["SALTBITTER_TOKEN_KEY"]),
                issuer=common["SALTBITTER_PUBLIC_URL"],
                audience="saltbitter-api",
                clock=clock,
            ),
            mails=folder / "mails",
            # Every request has a connection of its own, so that the client repeats none without our knowledge.
            http=await stack.enter_async_context(
                aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0))
            ),
            clock=clock,
        )
        for process in processes.values():
            process.start()
        await home.ready()
        yield home


async def _end(processes: Iterable[Process]) -> None:
    for process in processes:
        process.send(signal.SIGCONT)
    await asyncio.gather(*(process.end(signal.SIGTERM, patience=15) for process in processes))


def _migrated(admin_url: str) -> str:
    with closing(Housekeeper(admin_url)) as housekeeper:
        url = housekeeper.kept("saltbitter")
    upgrade(url)
    return url


def _common(port: int, folder: Path) -> dict[str, str]:
    """Settings of every process: strong secrets of the moment, and one proxy trusted to say who asks."""
    names = ("TOKEN_KEY", "PASSWORD_PEPPER", "MEDIA_KEY", "DERIVATION_KEY", "SECOND_FACTOR_KEY")
    settings = {
        **{name: secrets.token_urlsafe(48) for name in names},
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "TRUSTED_PROXIES": "1",
    }
    for name in ("mails", "photos", "erasures", "exports"):
        (folder / name).mkdir()
        settings[f"{name.removesuffix('s').upper()}_DIRECTORY"] = str(folder / name)
    return {f"SALTBITTER_{name}": value for name, value in settings.items()}


def _behind(proxies: Mapping[str, FaultProxy], side: str) -> dict[str, str]:
    """Where a process finds its servers: behind the proxies of its side."""
    names = {"postgres": "DATABASE_URL", "broker": "BROKER_URL", "cache": "CACHE_URL"}
    return {f"SALTBITTER_{setting}": proxies[f"{side}-{name}"].url for name, setting in names.items()}
