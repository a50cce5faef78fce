"""Units of work made again when another came first."""

import pytest

from saltbitter_domain.kernel import Conflict, DomainError, StaleWrite
from saltbitter_domain.uow import retrying


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
