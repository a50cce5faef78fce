"""Servers for development, kept running until Ctrl-C: ``python -m tests.servers.run``. Their data stays."""

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TextIO

import attrs

from tests.servers.databases import Housekeeper
from tests.servers.machine import Machine, Missing, prepared
from tests.servers.postgres import USUAL, postgres
from tests.servers.redis import KEEPING, redis
from tests.servers.server import NotStarted, Server, end_in_order_when_asked, private_folder, temporary_folder

DATA = Path("build/services")
DATABASE = "saltbitter"
POSTGRES_PORT = 15432
REDIS_PORT = 16379


@attrs.frozen
class Servers:
    """What the tests and a production mode need."""

    postgres: Server
    redis: Server


@contextmanager
def private_servers() -> Iterator[Servers]:
    """Fast and forgetful servers in a temporary folder. Raises ``Missing`` and ``NotStarted``."""
    machine = prepared(Machine.this(), _say)
    with (
        temporary_folder() as folder,
        postgres(machine, folder / "postgres") as database,
        redis(machine, folder / "redis") as cache,
    ):
        yield Servers(database, cache)


def _say(line: str, stream: TextIO | None = None) -> None:
    print(line, file=stream, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run PostgreSQL and Redis over ``build/services`` and print the settings by which SaltBitter finds them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--postgres-port", type=int, default=POSTGRES_PORT)
    parser.add_argument("--redis-port", type=int, default=REDIS_PORT)
    options = parser.parse_args(arguments)
    end_in_order_when_asked()
    with ExitStack() as stack:
        try:
            machine = prepared(Machine.this(), _say)
            folder = private_folder(options.data.absolute())
            database = stack.enter_context(postgres(machine, folder / "postgres", USUAL, options.postgres_port))
            cache = stack.enter_context(redis(machine, folder / "redis", KEEPING, options.redis_port))
        except (Missing, NotStarted) as reason:
            _say(str(reason))
            return 1
        with closing(Housekeeper(database.url)) as housekeeper:
            url = housekeeper.kept(DATABASE)
        _say(f"export SALTBITTER_DATABASE_URL='{url}'")
        _say(f"export SALTBITTER_BROKER_URL='{cache.url}'")
        _say(f"export SALTBITTER_CACHE_URL='{cache.url.removesuffix('/0')}/1'")
        _say("PostgreSQL and Redis are running; Ctrl-C ends them. A new database needs: saltbitter migrate", sys.stderr)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            _say("Stopping …", sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
