"""A private PgBouncer in transaction mode."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers.machine import Machine, Missing
from tests.servers.postgres import answers
from tests.servers.server import Server, free_port, private_file, private_folder

USUAL: Mapping[str, str] = {
    "pool_mode": "transaction",
    "max_client_conn": "1000",
    "default_pool_size": "20",
    "auth_type": "md5",
    "unix_socket_dir": "",
    "ignore_startup_parameters": "extra_float_digits",
}


@contextmanager
def pgbouncer(
    machine: Machine, folder: Path, url: str, settings: Mapping[str, str] = USUAL, port: int | None = None
) -> Iterator[Server]:
    """A PgBouncer before every database of the server at ``url``, running for the block. Its URL is that of the same
    database by way of it. Raises ``Missing`` and ``NotStarted``."""
    if machine.pgbouncer is None:
        raise Missing(["PgBouncer"])
    private_folder(folder)
    port = port or free_port()
    target = urlsplit(url)
    users = private_file(folder / "users", f'"{target.username}" "{target.password}"\n')
    lines = {"listen_addr": "127.0.0.1", "listen_port": str(port), "auth_file": str(users), **settings}
    text = f"[databases]\n* = host={target.hostname} port={target.port}\n[pgbouncer]\n"
    file = private_file(
        folder / "pgbouncer.ini", text + "".join(f"{name} = {value}\n" for name, value in lines.items())
    )
    server = Server(
        name="PgBouncer",
        url=target._replace(netloc=f"{target.username}:{target.password}@127.0.0.1:{port}").geturl(),
        command=[str(machine.pgbouncer), str(file)],
        answers=answers,
        log=folder / "log",
    )
    with server.running():
        yield server
