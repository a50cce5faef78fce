"""The fault matrix over real processes: ``python -m tests.faults.run [--short] [--only WORDS] [--write-docs]``.

The figures go to ``build/reports/faults.json`` and, if asked, into the table of ``docs/reliability.md``. The exit
status is 1 when one does not hold."""

import argparse
import asyncio
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from tests.faults import oracle
from tests.faults.house import House, house
from tests.faults.matrix import LONG, SHORT, Figure, Played, Scale, drain, judged, play
from tests.faults.odd_worker import POISON
from tests.faults.rows import ROWS
from tests.servers.server import end_in_order_when_asked

REPORT = Path("build/reports/faults.json")
LOGS = Path("build/reports/faults")
DOCS = Path("docs/reliability.md")
BEGIN, END = "<!-- figures of the run: begin -->", "<!-- figures of the run: end -->"
OPERATIONS_AT_LEAST = 2_000
SEED = 20_261_101

TOGETHER = "all rows together"

Figures = Mapping[str, Sequence[Figure]]
"""By the name of the row."""

_DEAD = "SELECT topic, last_error FROM outbox WHERE dead_at IS NOT NULL"


def say(line: str) -> None:
    """Tell who waits, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def matrix(scale: Scale, only: str, seed: int) -> Figures:
    """Play the rows, then judge each by the end state; the figures by row."""
    rows = [row for row in ROWS if (scale.long or row.short or only) and only in row.name]
    async with house(say) as home:
        played: list[Played] = []
        try:
            for place, row in enumerate(rows):
                started = time.monotonic()
                played.append(await play(home, row, scale, seed + place))
                say(f"  played  {row.name}, {time.monotonic() - started:.0f} s")
                if scale.long:
                    await drain(home, played[-1])
                    for figure in judged(played[-1], await oracle.end_state(home)):
                        say(f"          {_words(figure)}")
            if not scale.long:
                for each in played:
                    await drain(home, each)
            return await _judged(home, played, OPERATIONS_AT_LEAST if scale.long else 1, kept() if only else {})
        finally:
            for each in played:
                each.rest.cancel()
            _keep_logs(home)


async def _judged(home: House, played: Sequence[Played], least: int, before: Figures) -> Figures:
    end = await oracle.end_state(home)
    for each in played:
        oddities = Counter([*each.history.oddities, *oracle.judge(each.history, end).everything[:20]])
        for oddity, times in oddities.items():
            say(f"  {each.row.name}: {oddity} (x{times})")
    dead = oracle.dead_letters(await home.rows(_DEAD), POISON)
    for letter in dead:
        say(f"  dead: {letter}")
    figures = {**before, **{each.row.name: judged(each, end) for each in played}}
    return {**figures, TOGETHER: together(figures, least, await home.waiting(), len(dead))}


def _keep_logs(home: House) -> None:
    LOGS.mkdir(parents=True, exist_ok=True)
    for process in home.processes.values():
        shutil.copy(process.log, LOGS / f"{process.name}.log")


def report(figures: Figures) -> list[dict[str, object]]:
    """The figures as the report keeps them."""
    return [
        {"name": f"{row}: {each.name}", **attrs.asdict(each, filter=lambda field, _: field.name != "name")}
        | {"holds": each.holds}
        for row, several in figures.items()
        for each in several
    ]


def kept() -> Figures:
    """The figures of the report that is there, by row."""
    figures: dict[str, list[Figure]] = {}
    for entry in json.loads(REPORT.read_text()) if REPORT.exists() else ():
        row, _, name = entry.pop("name").partition(": ")
        del entry["holds"]
        figures.setdefault(row, []).append(Figure(name, **entry))
    return {row.name: figures[row.name] for row in ROWS if row.name in figures}


def together(figures: Figures, least: int, undelivered: int, dead: int) -> Sequence[Figure]:
    """What holds of all rows."""
    operations = sum(each.value or 0 for several in figures.values() for each in several if each.name == "acknowledged")
    return [
        Figure("acknowledged", operations, "operations", least, at_least=True),
        Figure("undelivered messages", undelivered, "messages", 0),
        Figure("dead letters", dead, "messages", 0),
    ]


def table(figures: Figures) -> str:
    """The same for readers: one line a row, its promises first, then its own figures with their bars."""
    lines = ["| Fault | Acknowledged | Lost | Doubled | Other figures (bar) |", "|---|---:|---:|---:|---|"]
    for row, several in figures.items():
        by_name = {each.name: each for each in several}
        lost = sum(by_name[name].value or 0 for name in ("lost", "half there") if name in by_name)
        doubled = by_name["doubled"].value if "doubled" in by_name else 0
        told = {"acknowledged", "lost", "half there", "doubled", "our own mistakes (500)"}
        others = "; ".join(_words(each) for each in several if each.name not in told)
        lines.append(f"| {row} | {by_name['acknowledged'].value:,} | {lost:g} | {doubled:g} | {others} |")
    return "\n".join(lines)


def _words(figure: Figure) -> str:
    bound = "≥" if figure.at_least else "≤"
    value = "never" if figure.value is None else f"{figure.value:g} {figure.unit}"
    return f"{figure.name} {value} ({bound} {figure.bar:g}){'' if figure.holds else ' **does not hold**'}"


def write_docs(figures: Figures) -> None:
    """Renew the table between the markers."""
    before, _, rest = DOCS.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCS.write_text(f"{before}{BEGIN}\n{table(figures)}\n{END}{after}", "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the matrix; 1 when a figure does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the most telling rows, within four minutes")
    parser.add_argument(
        "--only", default="", help="only rows whose name has these words; the others keep their figures"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write-docs", action="store_true", help=f"renew the table of {DOCS}")
    options = parser.parse_args(arguments)
    end_in_order_when_asked()
    started = time.monotonic()
    figures = asyncio.run(matrix(SHORT if options.short else LONG, options.only, options.seed))
    rows = report(figures)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(rows, indent=1))
    if options.write_docs:
        write_docs(figures)
    say(table(figures))
    failed = [row for row in rows if not row["holds"]]
    for row in failed:
        say(f"DOES NOT HOLD  {row['name']}: {row['value']} {row['unit']} (bar {row['bar']})")
    say(f"{len(rows) - len(failed)} of {len(rows)} figures hold, in {time.monotonic() - started:.0f} s.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
