"""What every store of run reports promises."""

from datetime import date, timedelta
from typing import Any

import attrs

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.transparency.model import ExposureFigures, MatchingRun, RunId
from saltbitter_domain.transparency.ports import MatchingRuns
from tests.doubles.builders import NOW, new_id, unset_fields

PORT = MatchingRuns


def a_run(**changes: Any) -> MatchingRun:
    """A report with every field set."""
    run = MatchingRun(
        id=RunId(new_id()),
        started_at=NOW - timedelta(seconds=12),
        finished_at=NOW,
        day=date(2026, 3, 2),
        allocation="stable-v1",
        engine="slices-v1 (“4 threads”)",
        due=1000,
        made=990,
        full=900,
        short={"too_few_eligible": 80, "nobody_eligible": 10},
        stages={"score": 5000, "load": 3000, "allocate": 4000},
        figures=ExposureFigures(0.085, 0.0125, 61.5, 0.978, {Style.SECURE: 1.02, Style.FEARFUL: 0.99}),
    )
    return attrs.evolve(run, **changes)


async def test_a_report_comes_back_whole_with_its_stages_in_their_order(matching_runs: MatchingRuns) -> None:
    run, bare = a_run(), a_run(figures=None, short={}, stages={})
    await matching_runs.add(run)
    await matching_runs.add(bare)

    found = await matching_runs.latest()
    assert found == [bare, run]
    assert list(found[1].stages) == ["score", "load", "allocate"]
    assert unset_fields(run) == []


async def test_the_latest_come_first_and_no_more_than_asked_for(matching_runs: MatchingRuns) -> None:
    runs = [a_run(finished_at=NOW + timedelta(minutes=minutes)) for minutes in (1, 3, 2, 3)]
    for run in runs:
        await matching_runs.add(run)

    assert await matching_runs.latest(3) == [runs[3], runs[1], runs[2]]
    assert await matching_runs.latest(10) == [runs[3], runs[1], runs[2], runs[0]]


async def test_a_report_that_is_added_again_stays_as_it_is(matching_runs: MatchingRuns) -> None:
    run = a_run()
    await matching_runs.add(run)
    await matching_runs.add(attrs.evolve(run, made=0))

    assert await matching_runs.latest() == [run]


async def test_past_runs_are_forgotten_so_many_at_a_time(matching_runs: MatchingRuns) -> None:
    runs = [a_run(finished_at=NOW + timedelta(days=days)) for days in range(4)]
    for run in runs:
        await matching_runs.add(run)

    before = NOW + timedelta(days=3)
    assert [await matching_runs.forget(before, 2) for _ in range(3)] == [2, 1, 0]
    assert await matching_runs.latest() == [runs[3]]
