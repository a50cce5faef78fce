"""A private Redis."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import redis as client

from tests.servers.machine import REDIS_IMAGE, Machine, Missing
from tests.servers.server import Server, free_port, password_in, private_file, private_folder

DATABASES = 64

FORGETFUL: Mapping[str, str] = {"save": '""'}
"""Nothing is kept: after a death it comes back empty."""
KEEPING: Mapping[str, str] = {"save": "60 1"}


@contextmanager
def redis(
    machine: Machine, folder: Path, settings: Mapping[str, str] = FORGETFUL, port: int | None = None
) -> Iterator[Server]:
    """A Redis with its files in ``folder``, running for the block. Its URL is that of database 0.

    Raises ``Missing`` and ``NotStarted``."""
    private_folder(folder)
    port = port or free_port()
    password = password_in(folder)
    lines = {"databases": str(DATABASES), "requirepass": password, **settings}
    container = None
    if machine.redis is not None:
        lines |= {"bind": "127.0.0.1", "port": str(port), "dir": f'"{folder}"'}
        command = [str(machine.redis)]
    elif machine.docker is not None:
        container = f"saltbitter-redis-{secrets.token_hex(4)}"
        mounts = ["--volume", f"{folder}:/data", "--publish", f"127.0.0.1:{port}:6379"]
        command = [str(machine.docker), "run", "--rm", "--name", container, *mounts, REDIS_IMAGE, "redis-server"]
    else:
        raise Missing(machine.missing)
    file = private_file(folder / "redis.conf", "".join(f"{name} {value}\n" for name, value in lines.items()))
    server = Server(
        name="Redis",
        url=f"redis://:{password}@127.0.0.1:{port}/0",
        command=[*command, "/data/redis.conf" if container else str(file)],
        answers=answers,
        log=folder / "log",
        container=container,
    )
    with server.running():
        yield server


def answers(url: str) -> bool:
    """Whether a Redis lets us in there."""
    try:
        with client.Redis.from_url(url, socket_timeout=2) as connection:
            return bool(connection.ping())
    except client.RedisError:
        return False
