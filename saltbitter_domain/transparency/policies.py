"""How people are grouped, which cells may be published, and what is kept of a run."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from types import MappingProxyType

from saltbitter_domain.compatibility.ports import RunFigures
from saltbitter_domain.transparency.model import (
    SMALLEST_CELL,
    Dimension,
    Exposed,
    ExposureCell,
    ExposureFigures,
    FairnessCell,
    FairnessTable,
    FairnessWeek,
    MatchingRun,
    RunId,
)

UNKNOWN, SEVERAL = "unknown", "several"
AGE_BANDS: Sequence[tuple[int, str]] = (
    (65, "65+"), (55, "55-64"), (45, "45-54"), (35, "35-44"), (25, "25-34"), (18, "18-24")
)  # fmt: skip
"""By the youngest age in each, oldest first."""

EXPLANATIONS: Mapping[str, str] = MappingProxyType(
    {
        "style": "By attachment style, of those who share their answers for matching; all others are “unknown”.",
        "gender_sought": "By the gender somebody hopes to meet, or “several”.",
        "age": "By age in years.",
        "tier": "By what somebody pays. Tiers are read for this table only; matching never learns of them.",
        "groups": f"Whom the figures are about. Groups of fewer than {SMALLEST_CELL} people are joined with others, so "
        "that neither a figure nor the difference of two tells of so few.",
        "people": "The most people of these groups who could be shown on one day of the week.",
        "shown": "How often they were suggested to somebody that week.",
        "fair_share": "How often they would have been, had everybody's list been drawn at random from all who fit.",
        "ratio": "Shown over fair share: 1 is exactly fair, 1.1 is a tenth more than chance.",
    }
)


def cells_of(day: date, exposed: Iterable[Exposed]) -> Sequence[ExposureCell]:
    """Everybody exposed on the day, in the group they are in of every dimension."""
    sums: dict[tuple[Dimension, str], list[float]] = defaultdict(lambda: [0, 0, 0.0])
    for alike in exposed:
        for dimension, group in groups_of(alike).items():
            cell = sums[dimension, group]
            cell[0] += alike.people
            cell[1] += alike.shown
            cell[2] += alike.fair
    return [
        ExposureCell(day, dimension, group, int(people), int(shown), fair)
        for (dimension, group), (people, shown, fair) in sorted(sums.items())
    ]


def groups_of(alike: Exposed) -> Mapping[Dimension, str]:
    """The one group of every dimension that somebody belongs to."""
    sought = [gender.value for gender in alike.seeks]
    return {
        Dimension.STYLE: alike.style.value if alike.style else UNKNOWN,
        Dimension.GENDER_SOUGHT: SEVERAL if len(sought) > 1 else next(iter(sought), UNKNOWN),
        Dimension.AGE: next((band for least, band in AGE_BANDS if (alike.age or 0) >= least), UNKNOWN),
        Dimension.TIER: alike.tier.value,
    }


def weeks_of(cells: Iterable[ExposureCell]) -> Sequence[FairnessWeek]:
    """The tables of every ISO week that has cells, newest first. They are to be of whole weeks that change no more:
    the difference of two versions of a week would tell of a single day."""

    def week(cell: ExposureCell) -> tuple[int, int]:
        return cell.day.isocalendar()[:2]

    in_order = sorted(cells, key=week, reverse=True)
    return [_week(year, number, tuple(found)) for (year, number), found in groupby(in_order, week)]


def run_record(
    *,
    id: RunId,  # noqa: A002  the field's word
    started_at: datetime,
    finished_at: datetime,
    day: date,
    allocation: str,
    engine: str,
    due: int,
    made: int,
    full: int,
    short: Mapping[str, int],
    stages: Mapping[str, timedelta],
    figures: RunFigures | None = None,
) -> MatchingRun:
    """What is kept of a run; ``stages`` are how long each took, in their order."""
    return MatchingRun(
        id=id,
        started_at=started_at,
        finished_at=finished_at,
        day=day,
        allocation=allocation,
        engine=engine,
        due=due,
        made=made,
        full=full,
        short=dict(short),
        stages={name: round(took / timedelta(milliseconds=1)) for name, took in stages.items()},
        figures=None if figures is None else _figures(figures),
    )


def _figures(figures: RunFigures) -> ExposureFigures:
    return ExposureFigures(
        gini=figures.exposure_gini,
        never_shown=figures.never_shown_share,
        mean_score=figures.mean_score,
        score_ratio=figures.mean_score_ratio,
        style_parity=dict(figures.style_parity),
    )


def _week(year: int, number: int, cells: Collection[ExposureCell]) -> FairnessWeek:
    tables = [
        FairnessTable(dimension, tuple(_published([cell for cell in cells if cell.dimension is dimension])))
        for dimension in Dimension
    ]
    return FairnessWeek(
        week=f"{year}-W{number:02}",
        begins=date.fromisocalendar(year, number, 1),
        tables=tuple(table for table in tables if table.cells),
    )


def _published(cells: Collection[ExposureCell]) -> Iterator[FairnessCell]:
    """One dimension's cells of a week, each of at least ``SMALLEST_CELL`` people, or none at all.

    The two smallest are joined for as long as one is too small. Nobody is left out, so that the sum over another
    dimension, in which everybody is too, gives no small cell away (complementary suppression by joining; Willenborg and
    de Waal 2001, Elements of Statistical Disclosure Control)."""
    days: dict[tuple[str, ...], list[ExposureCell]] = defaultdict(list)
    for cell in cells:
        days[cell.group,].append(cell)
    while len(days) > 1:
        smallest, next_smallest = sorted(days, key=lambda groups: (_people(days[groups]), groups))[:2]
        if _people(days[smallest]) >= SMALLEST_CELL:
            break
        joined = days.pop(smallest) + days.pop(next_smallest)
        days[tuple(sorted(smallest + next_smallest))] = joined
    for groups in sorted(days):
        if (people := _people(days[groups])) >= SMALLEST_CELL:
            shown = sum(cell.shown for cell in days[groups])
            fair = sum(cell.fair for cell in days[groups])
            yield FairnessCell(groups, people, shown, round(fair, 1), round(shown / fair, 3) if fair else 0.0)


def _people(cells: Iterable[ExposureCell]) -> int:
    """The most people of these cells on one day: at least so many different ones were in them over the week."""
    by_day: dict[date, int] = defaultdict(int)
    for cell in cells:
        by_day[cell.day] += cell.people
    return max(by_day.values())
