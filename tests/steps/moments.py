"""Steps about time. It stands still but for these, and whatever is due by the new time then happens."""

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from pytest_bdd import given, parsers, when

from config import test, test_postgres
from config.settings import Settings
from tests.conftest import STORES, Run
from tests.steps.residents import HOMES, LISBON
from tests.steps.world import World, opened

MORNING = "06:00"
DAY = timedelta(days=1)


@pytest.fixture
def open_world(run: Run, request: pytest.FixtureRequest) -> Iterator[Callable[[], World]]:
    """Opens worlds that know nothing of one another, and closes each before the next."""
    stack = AsyncExitStack()
    store = request.config.getoption("--store")

    async def open_next(settings: Settings) -> World:
        await stack.aclose()
        return await stack.enter_async_context(opened(run, STORES[store], settings))

    def open_world() -> World:
        if store == "memory":
            return run(open_next(test.settings()))  # type: ignore[no-any-return]
        url = request.getfixturevalue("postgres_url")
        request.getfixturevalue("housekeeper").empty(url)
        return run(open_next(test_postgres.settings(url)))  # type: ignore[no-any-return]

    yield open_world
    run(stack.aclose())


@pytest.fixture
def world(open_world: Callable[[], World]) -> World:
    return open_world()


@given(parsers.parse("it is {clock} on {day} in {home}"))
@when(parsers.parse("it is {clock} on {day} in {home}"))
@when(parsers.parse("nothing works from then until {clock} on {day} in {home}"))
def it_is(world: World, clock: str, day: str, home: str) -> None:
    world.moves_to(HOMES[home].time(day, clock))


@given("the next morning has come")
@when("the next morning comes")
def next_morning(world: World) -> None:
    """Six o'clock in Lisbon, where people live unless a scenario says otherwise."""
    today = world.now.astimezone(LISBON.time(world.now.date().isoformat(), MORNING).tzinfo).date()
    mornings = (LISBON.time((today + DAY * ahead).isoformat(), MORNING) for ahead in (0, 1))
    world.moves_to(next(morning for morning in mornings if morning > world.now))


@given("a moment passes")
@when("a moment passes")
def a_moment(world: World) -> None:
    world.settles()


@when("a minute passes")
def a_minute(world: World) -> None:
    world.passes(timedelta(minutes=1))


@when(parsers.parse("{number:d} {unit:w} pass"))
def so_long(world: World, number: int, unit: str) -> None:
    world.passes(timedelta(**{unit: number}))
