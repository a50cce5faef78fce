"""Ids are UUIDv7: unique, and in the order of their making."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest

from adapters.system.clock import ManualClock, SystemClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.kernel import Ids

PORT = Ids

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


def made_at(made: UUID) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=made.int >> 80)


def test_an_id_carries_its_version_its_variant_and_the_millisecond_of_its_making(clock: ManualClock) -> None:
    clock.advance(timedelta(microseconds=1_999))

    made = UuidV7Ids(clock).new()

    assert (made.version, made.variant) == (7, RFC_4122)
    assert made_at(made) == NOON + timedelta(milliseconds=1)


def test_ids_grow_with_the_clock(clock: ManualClock) -> None:
    ids = UuidV7Ids(clock)
    made = []
    for _ in range(100):
        made.append(ids.new())
        clock.advance(timedelta(milliseconds=1))

    assert made == sorted(made)
    assert made_at(made[-1]) == NOON + timedelta(milliseconds=99)


def test_ids_grow_and_stay_valid_while_the_clock_stands_still(clock: ManualClock) -> None:
    ids = UuidV7Ids(clock)

    made = [ids.new() for _ in range(10_000)]

    assert made == sorted(set(made))
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}
    assert made_at(made[-1]) <= NOON + timedelta(milliseconds=10)


def test_ids_grow_when_the_clock_goes_back(clock: ManualClock) -> None:
    ids = UuidV7Ids(clock)
    before = ids.new()
    clock.advance(timedelta(hours=-1))

    assert before < ids.new() < ids.new()


def test_two_processes_at_the_same_instant_make_different_ids(clock: ManualClock) -> None:
    assert len({UuidV7Ids(clock).new() for _ in range(1_000)}) == 1_000


def test_many_threads_never_get_the_same_id() -> None:
    ids = UuidV7Ids(SystemClock())
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [ids.new() for _ in range(1_000)], range(8)))

    assert len({made.int >> 62 for batch in batches for made in batch}) == 8_000, "the counter alone tells them apart"
    assert all(batch == sorted(batch) for batch in batches)
