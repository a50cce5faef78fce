"""What every clock promises, and how the two that can be moved behave."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from adapters.system.clock import ManualClock, MovableClock, SystemClock
from saltbitter_domain.kernel import Clock

PORT = Clock

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "clock", [SystemClock(), MovableClock(), ManualClock(NOON)], ids=lambda clock: type(clock).__name__
)
def test_time_is_aware_in_utc_and_does_not_go_back(clock: Clock) -> None:
    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second


def test_the_time_machine_moves_forward_from_the_time_of_its_clock() -> None:
    under = ManualClock(NOON)
    clock = MovableClock(under)

    assert clock.advance(timedelta(hours=18)) == NOON + timedelta(hours=18)
    under.advance(timedelta(minutes=1))

    assert clock.now() == NOON + timedelta(hours=18, minutes=1)


def test_the_time_machine_refuses_to_go_back() -> None:
    clock = MovableClock(ManualClock(NOON))

    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(microseconds=-1))

    assert clock.now() == NOON


def test_a_manual_clock_stands_still_until_it_is_set() -> None:
    clock = ManualClock(NOON)
    assert clock.now() == clock.now() == NOON

    clock.at(NOON.astimezone(timezone(timedelta(hours=2))) - timedelta(days=1))

    assert clock.now() == NOON - timedelta(days=1)
    assert clock.now().tzinfo is UTC


def test_a_manual_clock_wants_to_know_the_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ManualClock(datetime(2026, 3, 29, 12))  # noqa: DTZ001
