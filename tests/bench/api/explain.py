"""What every route asks of PostgreSQL over 100,000 members, and whether the planner, left alone, reads a table whole.

``tests/contracts/test_statements.py`` asks the same over a few members, with whole tables as the planner's last
resort."""

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from adapters.postgres.migrations import run as migrations
from tests.bench.api.seed import seed
from tests.contracts.test_statements import FEW, Recorder, asked_by, plan_of, planner
from tests.doubles.town import town
from tests.http.authorisation_table import TABLE
from tests.http.stage import Stage
from tests.servers.run import private_servers

REPORT = Path("build/reports/explain.json")
SMALL = 1000
"""A table of fewer rows is read whole for less than its index costs."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    options = parser.parse_args()
    with private_servers() as servers, asyncio.Runner() as runner:
        url = servers.postgres.url
        migrations.upgrade(url)
        opened = town(400, database_url=url)
        stage = Stage(runner.run(opened.__aenter__()))
        seed(url, options.members)
        sizes = runner.run(_sizes(url))
        # Jobs are no part of a request, and of a hundred thousand the reference engine makes no morning in an hour.
        stage.town.workers._run_due_jobs = lambda: None  # type: ignore[method-assign]
        rows = [runner.run(_asked(stage, url, call, sizes)) for call in TABLE]
        runner.run(opened.__aexit__(None, None, None))
    for row in sorted(rows, key=lambda row: (row["holds"], row["name"])):
        sys.stdout.write(f"{row['value']:>3}  {row['name']}{'' if row['holds'] else '   NOT: ' + row['because']}\n")
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    return 0 if all(row["holds"] for row in rows) else 1


async def _asked(stage: Stage, url: str, call: str, sizes: Mapping[str, float]) -> dict[str, Any]:
    recorder = Recorder()
    with pytest.MonkeyPatch.context() as patch:
        recorder.record(patch)
        asked = await asked_by(stage, recorder, call, url)
    because = [f"{len(asked)} statements"] if len(asked) > FEW else []
    async with planner(url, last_resort=False) as plans:
        for sql, arguments in asked:
            whole = re.findall(r"Seq Scan on (\w+)", await plan_of(plans, sql, arguments))
            because += [f"reads {table} whole" for table in whole if sizes.get(table, 0) >= SMALL]
    return {
        "name": call,
        "value": len(asked),
        "unit": "statements",
        "bar": FEW,
        "holds": not because,
        "because": "; ".join(because),
    }


async def _sizes(url: str) -> Mapping[str, float]:
    connection = await asyncpg.connect(url)
    try:
        # What a database that has run for a while has done by itself.
        await connection.execute("VACUUM (ANALYZE)")
        return {
            row["relname"]: row["reltuples"]
            for row in await connection.fetch("SELECT relname, reltuples FROM pg_class")
        }
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
