"""The public report tells how fairly people were shown, and nothing of any few of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.store import MemoryStore
from adapters.memory.transparency import MemoryMatchingReports, MemoryMatchingRuns
from adapters.system.clock import ManualClock
from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.ports import RunFigures
from saltbitter_domain.profiles.model import Gender
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.transparency.model import (
    SMALLEST_CELL,
    Dimension,
    Exposed,
    ExposureCell,
    ExposureFigures,
    FairnessCell,
    FairnessTable,
    MatchingRun,
    RunId,
)
from saltbitter_domain.transparency.policies import EXPLANATIONS, cells_of, groups_of, run_record, weeks_of
from saltbitter_domain.transparency.service import TransparencyService
from tests.doubles.builders import NOW, new_id

MONDAY = date(2026, 3, 2)
STYLE, AGE, TIER = Dimension.STYLE, Dimension.AGE, Dimension.TIER


def styles(day: date = MONDAY, **people: int) -> list[ExposureCell]:
    """So many people of each group, each shown twice and by chance once."""
    return [ExposureCell(day, STYLE, group, number, 2 * number, float(number)) for group, number in people.items()]


def only_table(cells: Sequence[ExposureCell]) -> FairnessTable:
    (week,) = weeks_of(cells)
    (table,) = week.tables
    return table


@pytest.mark.parametrize(
    ("seeks", "group"),
    [
        ({Gender.WOMAN}, "woman"),
        ({Gender.NON_BINARY}, "non_binary"),
        ({Gender.WOMAN, Gender.MAN}, "several"),
        ((), "unknown"),
    ],
)
def test_everybody_is_in_one_group_by_whom_they_seek(seeks: Sequence[Gender], group: str) -> None:
    alike = Exposed(Style.SECURE, frozenset(seeks), 30, Tier.FREE, 1, 1, 1.0)

    assert groups_of(alike)[Dimension.GENDER_SOUGHT] == group


@pytest.mark.parametrize(
    ("age", "band"),
    [(18, "18-24"), (24, "18-24"), (25, "25-34"), (64, "55-64"), (65, "65+"), (120, "65+"), (None, "unknown")],
)
def test_everybody_is_in_one_group_by_age(age: int | None, band: str) -> None:
    assert groups_of(Exposed(None, frozenset(), age, Tier.ELITE, 1, 1, 1.0)) == {
        Dimension.STYLE: "unknown",
        Dimension.GENDER_SOUGHT: "unknown",
        Dimension.AGE: band,
        Dimension.TIER: "elite",
    }


def test_a_day_is_counted_once_in_every_dimension() -> None:
    exposed = [
        Exposed(Style.SECURE, frozenset({Gender.MAN}), 30, Tier.FREE, 2, 6, 4.5),
        Exposed(Style.SECURE, frozenset({Gender.WOMAN}), 50, Tier.FREE, 1, 1, 0.5),
    ]

    cells = {(cell.dimension, cell.group): (cell.people, cell.shown, cell.fair) for cell in cells_of(MONDAY, exposed)}
    assert cells == {
        (STYLE, "secure"): (3, 7, 5.0),
        (Dimension.GENDER_SOUGHT, "man"): (2, 6, 4.5),
        (Dimension.GENDER_SOUGHT, "woman"): (1, 1, 0.5),
        (AGE, "25-34"): (2, 6, 4.5),
        (AGE, "45-54"): (1, 1, 0.5),
        (TIER, "free"): (3, 7, 5.0),
    }


def test_days_of_a_week_add_up_and_people_are_those_of_its_fullest_day() -> None:
    days = [MONDAY, MONDAY + timedelta(days=6), MONDAY + timedelta(days=7)]
    cells = [cell for number, day in enumerate(days) for cell in styles(day, secure=60 + number)]

    later, week = weeks_of(cells)
    assert (week.week, week.begins, later.week, later.begins) == ("2026-W10", MONDAY, "2026-W11", days[2])
    assert week.tables == (FairnessTable(STYLE, (FairnessCell(("secure",), 61, 242, 121.0, 2.0),)),)


def test_the_last_days_of_a_year_may_be_in_a_week_of_the_next() -> None:
    (week,) = weeks_of(styles(date(2024, 12, 30), secure=50) + styles(date(2025, 1, 5), secure=50))

    assert (week.week, week.begins) == ("2025-W01", date(2024, 12, 30))


def test_groups_that_are_too_small_are_told_of_together() -> None:
    assert only_table(styles(secure=500, anxious=30, fearful=25)).cells == (
        FairnessCell(("anxious", "fearful"), 55, 110, 55.0, 2.0),
        FairnessCell(("secure",), 500, 1000, 500.0, 2.0),
    )


def test_one_small_group_takes_another_with_it_so_that_the_rest_does_not_give_it_away() -> None:
    told = only_table(styles(secure=500, anxious=80, fearful=3)).cells

    assert [cell.groups for cell in told] == [("anxious", "fearful"), ("secure",)]


def test_where_all_are_too_few_nothing_is_told() -> None:
    (week,) = weeks_of(styles(secure=20, anxious=29))

    assert week.tables == ()


def test_whom_chance_would_not_have_shown_at_all_has_no_ratio() -> None:
    (cell,) = only_table([ExposureCell(MONDAY, STYLE, "secure", 50, 3, 0.0)]).cells

    assert cell.ratio == 0.0


CELLS = st.lists(
    st.builds(
        ExposureCell,
        day=st.integers(0, 6).map(lambda days: MONDAY + timedelta(days=days)),
        dimension=st.just(STYLE),
        group=st.sampled_from("abcdef"),
        people=st.integers(1, 90),
        shown=st.integers(0, 1000),
        fair=st.floats(0.0, 1000.0),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda cell: (cell.day, cell.group),
)


@given(CELLS)
def test_no_figure_is_about_few_and_everybody_is_in_one_of_them(cells: list[ExposureCell]) -> None:
    (week,) = weeks_of(cells)

    for table in week.tables:
        assert all(cell.people >= SMALLEST_CELL for cell in table.cells)
        assert sorted(group for cell in table.cells for group in cell.groups) == sorted({cell.group for cell in cells})
        assert sum(cell.shown for cell in table.cells) == sum(cell.shown for cell in cells)
    if not week.tables:
        people = [sum(cell.people for cell in cells if cell.day == day) for day in {cell.day for cell in cells}]
        assert max(people) < SMALLEST_CELL


async def test_a_week_is_told_of_once_none_of_its_days_can_be_counted_any_more() -> None:
    clock, reports = ManualClock(datetime(2026, 3, 11, 23, 59, tzinfo=UTC)), MemoryMatchingReports(MemoryStore())
    service = TransparencyService(clock=clock, reports=reports, runs=MemoryMatchingRuns())
    for day in (MONDAY - timedelta(weeks=12), MONDAY - timedelta(weeks=11), MONDAY, MONDAY + timedelta(days=7)):
        await reports.keep(day, styles(day, secure=50))

    assert [week.week for week in (await service.fairness()).weeks] == ["2025-W51", "2025-W50"]
    clock.advance(timedelta(minutes=1))
    assert [week.week for week in (await service.fairness()).weeks] == ["2026-W10", "2025-W51"]
    clock.advance(timedelta(days=7))
    assert [week.week for week in (await service.fairness()).weeks] == ["2026-W11", "2026-W10"]


async def test_every_field_and_dimension_is_explained() -> None:
    service = TransparencyService(
        clock=ManualClock(NOW), reports=MemoryMatchingReports(MemoryStore()), runs=MemoryMatchingRuns()
    )
    fields = {field.name for field in attrs.fields(FairnessCell)}

    assert (await service.fairness()).explanations.keys() == fields | set(Dimension)
    assert all(sentence.endswith(".") for sentence in EXPLANATIONS.values())


def a_record(
    finished_at: datetime = datetime(2026, 3, 2, tzinfo=UTC), figures: RunFigures | None = None
) -> MatchingRun:
    return run_record(
        id=RunId(new_id()),
        started_at=finished_at - timedelta(seconds=1),
        finished_at=finished_at,
        day=MONDAY,
        allocation="stable-v1",
        engine="reference",
        due=3,
        made=2,
        full=1,
        short={"too_few": 1},
        stages={"score": timedelta(seconds=1, microseconds=1600), "allocate": timedelta()},
        figures=figures,
    )


def test_a_run_is_kept_with_its_figures_and_whole_milliseconds() -> None:
    figures = RunFigures(2, 1, {"too_few": 1}, 15, 0.1, 0.02, 61.5, 0.97, {Style.SECURE: 1.01}, 0)

    run = a_record(figures=figures)
    assert run.stages == {"score": 1002, "allocate": 0}
    assert run.figures == ExposureFigures(0.1, 0.02, 61.5, 0.97, {Style.SECURE: 1.01})
    assert a_record().figures is None


async def test_runs_are_forgotten_after_ninety_days_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saltbitter_domain.transparency.service.SWEEP_BATCH", 2)
    clock, runs = ManualClock(datetime(2026, 6, 1, tzinfo=UTC)), MemoryMatchingRuns()
    service = TransparencyService(clock=clock, reports=MemoryMatchingReports(MemoryStore()), runs=runs)
    for days in (95, 94, 93, 92, 91, 90, 1):
        await runs.add(a_record(clock.now() - timedelta(days=days)))

    assert [await service.forget_runs(), await service.forget_runs()] == [5, 0]
    assert len(await service.latest_runs()) == 2
    assert len(await service.latest_runs(1)) == 1
