"""Periodic jobs are due by the Clock: at start, at their cron times, and once however long they were missed."""

from datetime import timedelta

from adapters.system.clock import ManualClock
from entrypoints.worker.schedule import PeriodicJob, Ticker
from tests.doubles.builders import NOW as START


async def _nothing() -> None:
    """A job's work."""


def names(ticker: Ticker) -> list[str]:
    return [job.name for job in ticker.due()]


def test_a_job_is_due_at_start_and_then_at_its_cron_times() -> None:
    clock = ManualClock(START.replace(minute=2))
    ticker = Ticker(
        [PeriodicJob("often", "*/5 * * * *", _nothing), PeriodicJob("hourly", "0 * * * *", _nothing)], clock
    )

    assert names(ticker) == ["often", "hourly"]
    assert names(ticker) == []
    clock.at(START.replace(minute=5))
    assert names(ticker) == ["often"]
    clock.at(START.replace(hour=13, minute=0))
    assert names(ticker) == ["often", "hourly"]


def test_a_job_missed_for_days_is_due_once() -> None:
    clock = ManualClock(START)
    ticker = Ticker([PeriodicJob("often", "*/5 * * * *", _nothing)], clock)
    ticker.due()
    clock.advance(timedelta(days=3))

    assert [names(ticker), names(ticker)] == [["often"], []]
