"""What every limit on how often promises."""

from datetime import timedelta

import pytest

from adapters.system.clock import ManualClock
from saltbitter_domain.traffic import RateLimits

PORT = RateLimits
A_MINUTE = timedelta(minutes=1)


async def test_the_limit_is_reached_and_the_next_request_told_when_to_come_back(
    rate_limits: RateLimits, clock: ManualClock
) -> None:
    assert [await rate_limits.hit("login", "ada", 3, A_MINUTE) for _ in range(4)] == [None, None, None, 60]

    clock.advance(timedelta(seconds=12.5))

    assert await rate_limits.hit("login", "ada", 3, A_MINUTE) == 48


async def test_whoever_comes_back_when_told_is_let_through_and_not_before(
    rate_limits: RateLimits, clock: ManualClock
) -> None:
    for _ in range(2):
        assert await rate_limits.hit("login", "ada", 2, A_MINUTE) is None
        clock.advance(timedelta(seconds=20))
    assert await rate_limits.hit("login", "ada", 2, A_MINUTE) == 20

    clock.advance(timedelta(seconds=19.9))
    assert await rate_limits.hit("login", "ada", 2, A_MINUTE) == 1
    clock.advance(timedelta(seconds=0.1))
    assert await rate_limits.hit("login", "ada", 2, A_MINUTE) is None


@pytest.mark.parametrize("step", [timedelta(seconds=1), timedelta(seconds=7), timedelta(seconds=59)])
async def test_no_window_of_time_ever_lets_through_more_than_the_limit(
    rate_limits: RateLimits, clock: ManualClock, step: timedelta
) -> None:
    let_through = []
    for _ in range(300):
        if await rate_limits.hit("api", "ada", 10, A_MINUTE) is None:
            let_through.append(clock.now())
        clock.advance(step / 3)

    assert all(later - earlier >= A_MINUTE for earlier, later in zip(let_through, let_through[10:], strict=False))


async def test_knocking_while_refused_does_not_lengthen_the_wait(rate_limits: RateLimits, clock: ManualClock) -> None:
    await rate_limits.hit("login", "ada", 1, A_MINUTE)
    for _ in range(59):
        clock.advance(timedelta(seconds=1))
        assert await rate_limits.hit("login", "ada", 1, A_MINUTE) is not None

    clock.advance(timedelta(seconds=1))

    assert await rate_limits.hit("login", "ada", 1, A_MINUTE) is None


async def test_keys_and_scopes_are_counted_apart(rate_limits: RateLimits) -> None:
    assert await rate_limits.hit("login", "ada", 1, A_MINUTE) is None
    assert await rate_limits.hit("login", "bob", 1, A_MINUTE) is None
    assert await rate_limits.hit("reset", "ada", 1, A_MINUTE) is None
    assert await rate_limits.hit("login", "ada", 1, A_MINUTE) == 60


async def test_a_limit_of_nothing_lets_nobody_through(rate_limits: RateLimits) -> None:
    assert await rate_limits.hit("login", "ada", 0, A_MINUTE) == 60
