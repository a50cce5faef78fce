"""A whole morning, database to database: read everybody, score, allocate, store, and tell of it.

The members are those of ``world``, all in one time zone, so that all are due at once. The servers are private and keep
nothing safe, as in the tests; what is measured is one process on all cores beside its PostgreSQL."""

import argparse
import asyncio
import json
import multiprocessing
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np

from adapters.matching.columns import Columns, flags
from adapters.matching.daily import PERSON_COLUMNS, ColumnarEngine
from adapters.postgres.bulk import Bulk, Rows
from adapters.postgres.database import Database
from adapters.postgres.matches import DailyPartitions
from adapters.postgres.migrations import run as migrations
from adapters.postgres.replica import Replicated
from adapters.postgres.transparency import PostgresMatchingRuns
from adapters.postgres.uow import PostgresUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.compatibility.records import LAYOUT, interest_number
from saltbitter_domain.compatibility.service import DailyRunService
from saltbitter_domain.profiles.model import MAX_INTERESTS, MAX_LANGUAGES
from tests.bench.matching import world
from tests.servers.run import private_servers

MORNING = datetime(2026, 6, 10, 6, 0, tzinfo=UTC)
ZONE = b"Europe/Berlin"
REPORT = Path("build/reports/bench-daily.json")
SECONDS_AT_MOST, GIBIBYTES_AT_MOST = 90.0, 4.0
AT_ONCE = 50_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000_000)
    options = parser.parse_args()
    with private_servers() as servers:
        url = servers.postgres.url
        migrations.upgrade(url)
        seeding = multiprocessing.get_context("spawn").Process(target=_seed, args=(url, options.members))
        seeding.start()
        seeding.join()
        if seeding.exitcode:
            return 1
        asyncio.run(_warmed(url))
        rows = asyncio.run(_measured(url, options.members))
    for row in rows:
        sys.stdout.write(f"{row['name']:<28}{row['value']:>14,} {row['unit']}\n")
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    return 0 if all(row["holds"] for row in rows) else 1


async def _warmed(url: str) -> None:
    """What is compiled once in the life of an installation is not measured."""
    from tests.matching.test_daily_run import a_morning

    await ColumnarEngine(small=0).run(a_morning(300, 1))


async def _measured(url: str, members: int) -> list[dict[str, Any]]:
    clock = ManualClock(MORNING)
    ids = UuidV7Ids(clock)
    database = Database(url)
    await database.open()
    try:
        await DailyPartitions(database, clock).prepare()
        runs = PostgresMatchingRuns(Replicated(database))
        begin = PostgresUnitsOfWork(database, clock, ids)
        service = DailyRunService(
            begin=begin, clock=clock, ids=ids, engine=ColumnarEngine(), runs=runs, shard_size=members
        )
        started = time.perf_counter()
        report = await service.generate_matches()
        seconds = time.perf_counter() - started
        (run,) = await runs.latest(1)
        again = time.perf_counter()
        assert (await service.generate_matches()).made == 0
        nothing = time.perf_counter() - again
        async with database.session() as session:
            (stored,) = await Bulk(session).run("SELECT count(*), sum(cardinality(candidates)) FROM daily_matches")
    finally:
        await database.close()
    gibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    # The run's own clock stands still here, and knows nothing of what it took to read and to store.
    stages = {name: took for name, took in run.stages.items() if name not in {"read", "store"}}
    figures = run.figures
    assert figures is not None
    rows: list[tuple[str, float, str, float | None, bool]] = [
        ("members", members, "", None, stored[0] == report.made == report.due == members),
        ("suggestions", stored[1], "", None, True),
        ("full lists", report.full, "", None, report.full + sum(report.short.values()) == report.made),
        ("whole run", round(seconds, 1), "s", SECONDS_AT_MOST, seconds <= SECONDS_AT_MOST),
        *((f"  {name}", took, "ms", None, True) for name, took in stages.items()),
        ("  read, store", round(seconds * 1000) - sum(stages.values()), "ms", None, True),
        ("run with nobody due", round(nothing, 1), "s", None, True),
        ("most memory", round(gibibytes, 2), "GiB", GIBIBYTES_AT_MOST, gibibytes <= GIBIBYTES_AT_MOST),
        ("exposure Gini", round(figures.gini, 3), "", 0.25, figures.gini <= 0.25),
        ("never shown", round(figures.never_shown, 4), "share", 0.02, figures.never_shown <= 0.02),
        ("mean score", round(figures.score_ratio, 4), "of best", 0.95, figures.score_ratio >= 0.95),
        *(
            (f"style parity, {style}", round(parity, 3), "", 0.1, abs(parity - 1.0) <= 0.1)
            for style, parity in figures.style_parity.items()
        ),
    ]
    names = ("name", "value", "unit", "bar", "holds")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _seed(url: str, size: int) -> None:
    columns = world.people(size)
    asyncio.run(_store(url, columns, records_of(columns)))


def records_of(columns: Columns) -> Rows:
    """The records of these people, who were all born on the 1 January that makes them as old as they are."""
    records = np.zeros(len(columns), PERSON_COLUMNS)
    for name in PERSON_COLUMNS.names or ():
        if name in {"zone", "born", "interests", "languages"}:
            continue
        records[name] = columns.ids if name == "id" else getattr(columns, name)
    records["zone"] = ZONE
    births = [datetime(MORNING.year - age, 1, 1, tzinfo=UTC).toordinal() for age in range(121)]
    records["born"] = np.array(births)[columns.age]
    _fill(records["interests"], columns.interests, [interest_number(word) for word in columns.interests.vocabulary])
    _fill(records["languages"], columns.languages, [word.encode() for word in columns.languages.vocabulary])
    assert (records["interests"].shape[1], records["languages"].shape[1]) == (MAX_INTERESTS, MAX_LANGUAGES)
    return records


def _fill(into: Rows, words: Any, numbers: list[Any]) -> None:
    for start in range(0, len(into), AT_ONCE):
        row, word = np.nonzero(flags(words.bits[start : start + AT_ONCE], len(words.vocabulary)))
        first = np.searchsorted(row, np.arange(row[-1] + 1 if len(row) else 0))
        into[start + row, np.arange(len(row)) - first[row]] = np.array(numbers)[word]


async def _store(url: str, columns: Columns, records: Rows) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("SET statement_timeout = 0")
    ids = columns.ids.view("V16")
    for start in range(0, len(records), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        await connection.execute(
            """
            INSERT INTO users (id, email, password_hash, date_of_birth, time_zone, created_at, email_verified_at, role,
                               status, version)
            SELECT id, id::text || '@saltbitter.example', '', '1990-01-01', 'Europe/Berlin', now(), now(), 'member',
                   'active', 1
            FROM unnest($1::uuid[]) AS id
            """,
            [_hex(raw) for raw in ids[part].tolist()],
        )
        await connection.execute(
            """
            INSERT INTO roster (user_id, time_zone, layout, record)
            SELECT id, 'Europe/Berlin', $3, record FROM unnest($1::uuid[], $2::bytea[]) AS given (id, record)
            """,
            [_hex(raw) for raw in ids[part].tolist()],
            [record.tobytes() for record in records[part]],
            LAYOUT,
        )
    await connection.execute("ANALYZE")
    await connection.close()


def _hex(raw: bytes) -> str:
    return raw.hex()


if __name__ == "__main__":
    sys.exit(main())
