"""A private PostgreSQL with PostGIS."""

import asyncio
import secrets
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from tests.servers.machine import POSTGRES_IMAGE, Machine, Missing
from tests.servers.server import NotStarted, Server, as_servant, free_port, password_in, private_folder, servant

USUAL: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
    "unix_socket_directories": "",
    "timezone": "UTC",
}
SURVIVES_KILL: Mapping[str, str] = {**USUAL, "fsync": "off"}
"""What was acknowledged outlives every death of the program, though not one of the machine."""
FAST: Mapping[str, str] = {**SURVIVES_KILL, "synchronous_commit": "off", "full_page_writes": "off"}
"""Data is of no worth after the tests. Not for tests that kill the server: they would lose what was acknowledged."""


@contextmanager
def postgres(
    machine: Machine, folder: Path, settings: Mapping[str, str] = FAST, port: int | None = None
) -> Iterator[Server]:
    """A PostgreSQL over the data in ``folder``, running for the block. Its URL is that of the superuser's database.

    Raises ``Missing`` and ``NotStarted``."""
    private_folder(folder)
    port = port or free_port()
    password = password_in(folder)
    options = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
    if machine.postgres is not None:
        data = folder / "data"
        if not (data / "PG_VERSION").exists():
            _initialise(machine.postgres, data, folder / "password")
        program = str(machine.postgres / "postgres")
        command = [program, "-D", str(data), "-c", "listen_addresses=127.0.0.1", "-p", str(port), *options]
        container = None
    else:
        container = f"saltbitter-postgres-{secrets.token_hex(4)}"
        command = [*_docker(machine, container, private_folder(folder / "data"), port, password), "postgres", *options]
    server = Server(
        name="PostgreSQL",
        url=f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres",
        command=command,
        answers=answers,
        log=folder / "log",
        stop_signal=signal.SIGINT,
        container=container,
    )
    with server.running():
        yield server


def answers(url: str) -> bool:
    """Whether a PostgreSQL, or what stands before it, lets us in there."""

    async def connect() -> None:
        connection = await asyncpg.connect(url, timeout=2, statement_cache_size=0)
        await connection.close()

    try:
        asyncio.run(connect())
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True


def _initialise(programs: Path, data: Path, password: Path) -> None:
    """Make the data folder. MD5 because it costs a connection the least, and the password is random."""
    command = [
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    done = subprocess.run(  # noqa: S603
        [*command, "--auth=md5", f"--pwfile={password}"],
        capture_output=True,
        text=True,
        cwd=data.parent,
        check=False,
        **as_servant(),
    )
    if done.returncode:
        raise NotStarted(f"initdb failed:\n{done.stdout}{done.stderr}")


def _docker(machine: Machine, name: str, data: Path, port: int, password: str) -> list[str]:
    """Docker's command up to the arguments of the container."""
    if machine.docker is None:
        raise Missing(machine.missing)
    owner = servant()
    options = {
        "--name": name,
        "--user": f"{owner.pw_uid}:{owner.pw_gid}",
        "--publish": f"127.0.0.1:{port}:5432",
        "--volume": f"{data}:/var/lib/postgresql/data",
        "--shm-size": "256m",
    }
    environment = ["--env", f"POSTGRES_PASSWORD={password}", "--env", "POSTGRES_INITDB_ARGS=--auth=md5 --no-sync"]
    pairs = [argument for option in options.items() for argument in option]
    return [str(machine.docker), "run", "--rm", *pairs, *environment, POSTGRES_IMAGE]
