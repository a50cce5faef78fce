"""What every test shares: one event loop per test. (Sockets reach this machine only: see addopts in pyproject.)"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import structlog
from hypothesis import settings

from config import test
from config.photos import PhotoSettings
from config.settings import ProductionSettings

# No test is judged by the clock on the wall: the first example pays for what is loaded once, and machines are busy.
settings.register_profile("saltbitter", deadline=None)
if settings.get_current_profile_name() == "default":  # else a plugin has chosen, as for mutants
    settings.load_profile("saltbitter")

pytest_plugins = ["tests.servers.fixtures"]

Run = Callable[[Coroutine[Any, Any, Any]], Any]


STORES = {"memory": "test", "postgres": "test_postgres"}
"""The mode that serves the scenarios of features/ over each store."""


LONGEST = (
    "test_features.py",
    "test_populations.py",
    "test_compatibility_privacy.py",
    "test_allocation.py",
    "test_fuzz.py",
    "test_naughty_strings.py",
    "test_production.py",
)
"""Files that take a minute or so begin, so that no core waits for another at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def pytest_addoption(parser: pytest.Parser) -> None:
    under = "the store under the scenarios of features/ and under naughty strings"
    parser.addoption("--store", choices=[*STORES], default="memory", help=under)
    parser.addoption("--every-string", action="store_true", help="send every route the whole list of naughty strings")


@pytest.fixture(autouse=True)
def _logs_end_with_the_test() -> Iterator[None]:
    """What a test configured writes to a stream that is closed after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def production_settings(database_url: str, redis_url: str, broker_url: str, tmp_path: Path) -> ProductionSettings:
    """Settings of a production of this test's own."""
    mails, photos, erasures, exports = folders = [
        tmp_path / name for name in ("mails", "photos", "erasures", "exports")
    ]
    for folder in folders:
        folder.mkdir()
    return ProductionSettings(
        **attrs.asdict(attrs.evolve(test.settings(), vapid_key=None), recurse=False),
        database_url=database_url,
        broker_url=broker_url,
        cache_url=redis_url,
        mail_directory=str(mails),
        photos=PhotoSettings(directory=str(photos)),
        erasure_directory=str(erasures),
        export_directory=str(exports),
    )


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def run(runner: asyncio.Runner) -> Run:
    """Runs a coroutine on the test's one event loop. BDD steps are sync and call this."""
    return runner.run


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run ``async def`` tests on the test's event loop."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    runner: asyncio.Runner = pyfuncitem._request.getfixturevalue("runner")
    names = pyfuncitem._fixtureinfo.argnames
    test = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    marker = pyfuncitem.get_closest_marker("timeout")
    seconds = marker.args[0] if marker else pyfuncitem.config.getoption("timeout") or 0
    runner.run(_within(0.9 * seconds, test))
    return True


async def _within(seconds: float, test: Coroutine[Any, Any, None]) -> None:
    """End the test a little before the plugin does: its signal is lost where it falls into a task beside the test."""
    async with asyncio.timeout(seconds or None):
        await test
