"""The servers themselves: empty for each test, there again after a death, and gone with whoever started them."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import redis as client

from tests.conftest import Run
from tests.servers.databases import Housekeeper
from tests.servers.machine import Machine
from tests.servers.pgbouncer import pgbouncer
from tests.servers.postgres import answers
from tests.servers.redis import redis
from tests.servers.server import NotStarted, temporary_folder

STARTER = """
import sys, threading
from pathlib import Path
from tests.servers.machine import Machine
from tests.servers.redis import redis
with redis(Machine.this(), Path(sys.argv[1])) as server:
    print(server.pid, flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


async def asked(url: str, *statements: str) -> object:
    """What the database answers to the last of these."""
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def test_a_database_is_emptied_whatever_refers_to_what(
    run: Run, bare_database_url: str, housekeeper: Housekeeper
) -> None:
    count = 'SELECT (SELECT count(*) FROM parents) + (SELECT count(*) FROM "Children")'
    filled = asked(
        bare_database_url,
        "CREATE TABLE alembic_version AS SELECT '0001' AS version_num",
        "CREATE TABLE parents AS SELECT 1 AS id; ALTER TABLE parents ADD PRIMARY KEY (id)",
        'CREATE TABLE "Children" (id int REFERENCES parents, day int) PARTITION BY RANGE (day)',
        'CREATE TABLE children_of_day_1 PARTITION OF "Children" FOR VALUES FROM (1) TO (2)',
        'INSERT INTO "Children" VALUES (1, 1)',
        count,
    )
    assert run(filled) == 2

    housekeeper.empty(bare_database_url)

    assert run(asked(bare_database_url, count)) == 0
    assert run(asked(bare_database_url, "SELECT version_num FROM alembic_version")) == "0001"


def test_every_test_finds_the_schema_and_no_row(
    run: Run, postgres_url: str, housekeeper: Housekeeper, request: pytest.FixtureRequest
) -> None:
    run(asked(postgres_url, "INSERT INTO processed SELECT gen_random_uuid(), 'listener'"))

    assert run(asked(request.getfixturevalue("database_url"), "SELECT count(*) FROM processed")) == 0


def test_the_logical_databases_of_redis_are_two_and_empty(
    redis_url: str, broker_url: str, request: pytest.FixtureRequest
) -> None:
    with client.Redis.from_url(redis_url) as cache, client.Redis.from_url(broker_url) as broker:
        cache.set("key", "of the cache")

        assert (cache.dbsize(), broker.dbsize()) == (1, 0)


def test_pgbouncer_answers_for_every_database_of_the_server(run: Run, folder: Path, database_url: str) -> None:
    with pgbouncer(Machine.this(), folder, database_url) as server:
        assert server.url != database_url
        assert run(asked(server.url, "SELECT current_database()")) == database_url.rsplit("/", 1)[1]

        server.kill()
        assert not answers(server.url)

        server.start()
        assert answers(server.url)
    assert not answers(server.url)


def test_a_killed_redis_comes_back_empty_at_its_address(folder: Path) -> None:
    with redis(Machine.this(), folder) as server, client.Redis.from_url(server.url) as connection:
        connection.set("key", "value")
        server.kill()
        server.start()

        assert connection.dbsize() == 0


def test_a_taken_port_is_said_rather_than_taken_for_our_own_server(folder: Path) -> None:
    with redis(Machine.this(), folder / "one") as server:
        port = int(server.url.rsplit(":", 1)[1].split("/")[0])

        with pytest.raises(NotStarted, match=str(port)), redis(Machine.this(), folder / "other", port=port):
            pass


def test_a_server_that_cannot_start_says_what_it_wrote(folder: Path) -> None:
    with (
        pytest.raises(NotStarted, match="no-such-directive"),
        redis(Machine.this(), folder, {"no-such-directive": "1"}),
    ):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of a process that was killed")
def test_servers_end_with_whoever_started_them_even_by_a_kill(folder: Path) -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER, folder], stdout=subprocess.PIPE)  # noqa: S603
    assert starter.stdout is not None
    with starter.stdout as line:
        server = os.pidfd_open(int(line.readline()))
        starter.kill()
        starter.wait()
        # The file descriptor of a process can be read when the process has ended.
        with os.fdopen(server) as ended:
            assert select.select([ended], [], [], 30)[0]
