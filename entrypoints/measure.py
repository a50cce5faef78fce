"""A population in a file, and what one morning's run over it comes to beside the product's goals."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from adapters.memory.matching import ReferenceEngine
from adapters.memory.store import MemoryStore
from adapters.memory.transparency import MemoryMatchingRuns
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.population.file import write
from adapters.population.generator import SyntheticMember, generate
from adapters.population.seeding import Seeding
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.compatibility.allocation import DailyRun, report
from saltbitter_domain.compatibility.ports import (
    GINI_AT_MOST,
    MEAN_SCORE_RATIO_AT_LEAST,
    NEVER_SHOWN_AT_MOST,
    STYLE_PARITY_WITHIN,
    RunFigures,
)
from saltbitter_domain.compatibility.service import DailyRunService
from saltbitter_domain.compatibility.service.views import RunReport

REPORTS = Path("build/reports")
HOUR_OF_ONE_DAY = 16, 30
"""At 16:30 UTC everybody from UTC-10 to UTC+13 is in the same day of their own, so that one run serves all."""


def write_population(size: int, seed: int, today: date, out: Path, say: Callable[[str], None]) -> list[SyntheticMember]:
    """Generate ``size`` members and write them to ``out``."""
    members = list(generate(size, seed, today, questionnaire()))
    write(members, out)
    say(f"{size:,} members written to {out}.")
    return members


def measure(members: Sequence[SyntheticMember], today: date, say: Callable[[str], None]) -> int:
    """Store the members in memory, make the day's matches for all, and report; 1 when a goal is missed."""
    started = time.perf_counter()
    runs: list[DailyRun] = []
    outcome = asyncio.run(_morning(members, today, runs.append))
    figures = report(runs[0])
    say(_table(outcome, figures, time.perf_counter() - started))
    rows = _rows(outcome, figures)
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / "population.json").write_text(json.dumps(rows, indent=1))
    return 0 if all(row["holds"] for row in rows) else 1


async def _morning(members: Sequence[SyntheticMember], today: date, ran: Callable[[DailyRun], None]) -> RunReport:
    clock = ManualClock(datetime(today.year, today.month, today.day, *HOUR_OF_ONE_DAY, tzinfo=UTC))
    ids = UuidV7Ids(clock)
    begin = MemoryUnitsOfWork(MemoryStore(), clock, ids)
    await Seeding(begin, clock, ids, questionnaire(), _no_blurhash, (1, 1), _ignore).store(members)
    runs = DailyRunService(begin=begin, clock=clock, ids=ids, engine=ReferenceEngine(ran), runs=MemoryMatchingRuns())
    return await runs.generate_matches(_show_progress)


def _show_progress(done: int, of: int) -> None:
    """One line on a terminal, rewritten as the run goes on."""
    if sys.stderr.isatty() and (done % 100 == 0 or done == of):
        sys.stderr.write(f"\r  scoring pairs: {done:,} of {of:,} members" + "\n" * (done == of))


def _no_blurhash(_number: int) -> str:
    """Nobody will look at the portraits, so they need no placeholder either."""
    return ""


def _ignore(*_: object) -> None:
    """Nobody will look at the portraits."""


def _table(outcome: RunReport, figures: RunFigures, seconds: float) -> str:
    short = (
        ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in sorted(outcome.short.items())) or "none"
    )
    parity = ", ".join(f"{style} {share:.3f}" for style, share in figures.style_parity.items())
    ratio, at_least = figures.mean_score_ratio, MEAN_SCORE_RATIO_AT_LEAST
    return f"""
One morning, {outcome.due:,} members due, {figures.suggestions:,} introductions, {seconds:.0f} s in pure Python
  full lists               {outcome.full:,} of {outcome.made:,}; short: {short}
  exposure Gini            {figures.exposure_gini:.3f}   (goal: at most {GINI_AT_MOST})
  never shown              {figures.never_shown_share:.2%}   (goal: at most {NEVER_SHOWN_AT_MOST:.0%})
  mean score               {figures.mean_score:.1f}, {ratio:.1%} of unconstrained   (goal: at least {at_least:.0%})
  style parity             {parity}   (goal: within {STYLE_PARITY_WITHIN:.0%} of 1)
  eligibility violations   {figures.violations}
"""


def _rows(outcome: RunReport, figures: RunFigures) -> list[dict[str, Any]]:
    goals = figures.goals_met
    worst_parity = max((abs(share - 1.0) for share in figures.style_parity.values()), default=0.0)
    accounted = outcome.full + sum(outcome.short.values())
    bars = [
        ("exposure Gini", figures.exposure_gini, "", GINI_AT_MOST, goals["exposure_gini"]),
        ("never shown", figures.never_shown_share, "share", NEVER_SHOWN_AT_MOST, goals["never_shown_share"]),
        (
            "mean score",
            figures.mean_score_ratio,
            "of unconstrained",
            MEAN_SCORE_RATIO_AT_LEAST,
            goals["mean_score_ratio"],
        ),
        ("style parity, worst", worst_parity, "from 1", STYLE_PARITY_WITHIN, goals["style_parity"]),
        ("eligibility violations", figures.violations, "pairs", 0, goals["violations"]),
        ("members with a full list or a reason", accounted, "members", outcome.due, accounted == outcome.due),
    ]
    return [
        {"name": name, "value": round(value, 4), "unit": unit, "bar": bar, "holds": holds}
        for name, value, unit, bar, holds in bars
    ]
