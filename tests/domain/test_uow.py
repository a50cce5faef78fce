"""Units of work made again when another came first, and sweeps a batch at a time."""

import pytest

from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.kernel import Conflict, DomainError, StaleWrite
from saltbitter_domain.uow import SWEEP_BATCH, UnitOfWork, retrying, sweep
from tests.doubles.builders import NOW


class Attempt:
    """Comes to these ends, one after another, and then to a good one."""

    def __init__(self, *ends: DomainError) -> None:
        self._ends = list(ends)
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self._ends:
            raise self._ends.pop(0)
        return "kept"


LATE = StaleWrite("Somebody was quicker.")


@pytest.mark.parametrize("late", [0, 1, 2])
async def test_what_came_too_late_is_made_again(late: int) -> None:
    attempt = Attempt(*[LATE] * late)
    assert await retrying(attempt) == "kept"
    assert attempt.made == late + 1


@pytest.mark.parametrize("attempts", [1, 3, 9])
async def test_but_not_for_ever(attempts: int) -> None:
    attempt = Attempt(*[LATE] * attempts)
    with pytest.raises(StaleWrite):
        await retrying(attempt, attempts)
    assert attempt.made == attempts


async def test_a_refusal_is_not_asked_for_twice() -> None:
    attempt = Attempt(Conflict("No."))
    with pytest.raises(Conflict):
        await retrying(attempt)
    assert attempt.made == 1


@pytest.mark.parametrize(
    ("stored", "transactions"), [(0, 1), (SWEEP_BATCH - 1, 1), (SWEEP_BATCH, 2), (3 * SWEEP_BATCH + 1, 4)]
)
async def test_a_sweep_forgets_everything_a_batch_at_a_time(stored: int, transactions: int) -> None:
    clock = ManualClock(NOW)
    units, left = MemoryUnitsOfWork(MemoryStore(), clock, UuidV7Ids(clock)), [stored]
    batches: list[int] = []

    async def forget(_uow: UnitOfWork, limit: int) -> int:
        batches.append(min(limit, left[0]))
        left[0] -= batches[-1]
        return batches[-1]

    assert await sweep(units, forget) == stored
    assert left == [0]
    assert len(batches) == transactions


async def test_a_batch_that_came_too_late_is_swept_again() -> None:
    clock = ManualClock(NOW)
    attempt = Attempt(LATE)

    async def forget(_uow: UnitOfWork, _limit: int) -> int:
        return len(await attempt())

    assert await sweep(MemoryUnitsOfWork(MemoryStore(), clock, UuidV7Ids(clock)), forget) == len("kept")
    assert attempt.made == 2
