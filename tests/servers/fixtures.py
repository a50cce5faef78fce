"""The pytest plugin that starts private servers once per run and gives each test process databases of its own.

The controller starts them and tells test processes by the environment. Who has set it already has servers of their own,
of which only databases that begin with ``saltbitter_test_`` and Redis's logical databases are used.
Clients are imported by who uses them, since every test process loads this."""

import atexit
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.servers.databases import Housekeeper
from tests.servers.machine import Missing
from tests.servers.server import NotStarted, end_in_order_when_asked

POSTGRES = "SALTBITTER_TEST_POSTGRES"
REDIS = "SALTBITTER_TEST_REDIS"
RUN = "SALTBITTER_TEST_RUN"

SERVERLESS = ("tests/domain", "tests/http")
"""A run of nothing but these starts no servers, unless it names a store that is one."""

_started = pytest.StashKey[ExitStack]()
_environment = os.environ  # noqa: TID251  it tells test processes where the servers are


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers before any test process starts."""
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = config.invocation_params.dir
    wanted = [Path(os.path.relpath(folder / argument.split("::")[0], config.rootpath)) for argument in config.args]
    if not need_servers(wanted, config.getoption("--store")):
        return
    stack = config.stash[_started] = ExitStack()
    atexit.register(stack.close)
    end_in_order_when_asked()
    _environment[RUN] = secrets.token_hex(4)
    try:
        _start(stack)
    except (Missing, NotStarted) as reason:
        pytest.exit(str(reason), returncode=pytest.ExitCode.USAGE_ERROR)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if _started in config.stash:
        config.stash[_started].close()


def _start(stack: ExitStack) -> None:
    """Start what the environment does not name, until ``stack`` is closed."""
    from tests.servers.run import private_servers

    given = {name for name in (POSTGRES, REDIS) if _environment.get(name)}
    if given != {POSTGRES, REDIS}:
        servers = stack.enter_context(private_servers())
        urls = {POSTGRES: servers.postgres.url, REDIS: servers.redis.url}
        for name in {*urls} - given:
            _environment[name] = urls[name]
            stack.callback(_environment.pop, name, None)
    if POSTGRES in given:
        stack.callback(_drop_databases)


def _drop_databases() -> None:
    """Remove from somebody else's server what this run made there."""
    with closing(Housekeeper(_environment[POSTGRES])) as housekeeper:
        housekeeper.drop_all(_run_prefix())


def need_servers(wanted: Sequence[Path], store: str) -> bool:
    """Whether a run of these tests over this store may ask for servers."""
    serverless = (*SERVERLESS, "tests/test_features.py")
    return store != "memory" or not all(any(path.is_relative_to(folder) for folder in serverless) for path in wanted)


def _run_prefix() -> str:
    return f"saltbitter_test_{_environment[RUN]}_"


def _server(name: str) -> str:
    if not _environment.get(name):
        pytest.fail(f"{name} is not set: no servers were started, because {', '.join(SERVERLESS)} should need none.")
    return _environment[name]


@pytest.fixture(scope="session")
def process_number(request: pytest.FixtureRequest) -> int:
    """The place of this test process among those of the run, from 0."""
    name: str = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    return int(name.removeprefix("gw"))


@pytest.fixture(scope="session")
def housekeeper() -> Iterator[Housekeeper]:
    """Makes databases on the PostgreSQL of this run."""
    with closing(Housekeeper(_server(POSTGRES))) as housekeeper:
        yield housekeeper


@pytest.fixture(scope="session")
def postgres_url(housekeeper: Housekeeper, process_number: int) -> str:
    """The migrated database of this test process, with what its tests left there."""
    template = f"{_run_prefix()}template"
    housekeeper.template(template)
    return housekeeper.create(f"{_run_prefix()}{process_number}", template)


@pytest.fixture
def database_url(postgres_url: str, housekeeper: Housekeeper) -> str:
    """A migrated database without a row."""
    housekeeper.empty(postgres_url)
    return postgres_url


@pytest.fixture
def bare_database_url(housekeeper: Housekeeper, process_number: int) -> Iterator[str]:
    """A database that no migration has seen."""
    name = f"{_run_prefix()}{process_number}_bare"
    yield housekeeper.create(name)
    housekeeper.drop(name)


@pytest.fixture
def redis_url(process_number: int) -> str:
    """An empty logical database of Redis, for caches. Published messages reach every test process all the same."""
    return _emptied(2 * process_number)


@pytest.fixture
def broker_url(process_number: int) -> str:
    """An empty logical database of Redis, for queues."""
    return _emptied(2 * process_number + 1)


def _emptied(number: int) -> str:
    import redis

    from tests.servers.redis import DATABASES

    url = f"{_server(REDIS).rsplit('/', 1)[0]}/{number % DATABASES}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url
