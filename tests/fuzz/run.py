"""Generated requests over the whole API: ``python -m tests.fuzz.run --cases 10000 [--url http://127.0.0.1:8080]``.

Without ``--url`` a town of its own is served, in memory or with ``--store postgres`` in a database, with the rate
limits out of the way, so that no refusal by a limit hides what a request would have met behind it. With it the requests
go to a running demo under its real limits, as a new member, and the waiting that the limits ask for is done.
"""

import argparse
import asyncio
import json
import logging
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import requests

from adapters.postgres.migrations import run as migrations
from entrypoints.probe import LONDON, PEOPLE, Journey
from tests.doubles.town import PASSWORD, Town, town
from tests.fuzz.callers import Callers, Credentials, Forger
from tests.fuzz.engine import MANY, SCHEMA_CHECKS, Failure, Outcome, fuzz, register_photographs
from tests.servers.run import private_servers

REPORT = Path("build/reports/fuzz.json")
MEMBERS = 40
UNSIGNED_SHARE = 0.2
"""The part of the requests that nobody signs."""
FORGED_SHARE = 0.05
"""The part of the requests that are signed with tokens good for nothing, or more where a first round is more."""


async def fuzz_town(cases: int, seed: int, database_url: str | None = None) -> tuple[Outcome, Sequence[str]]:
    """Fuzz a town of our own, in memory or in this database; the outcome, and what its listeners and jobs failed at
    besides."""
    async with town(150, keep_running=True, database_url=database_url) as home:
        members = await _callers(home)
        outcome = await asyncio.to_thread(fuzz_all, home.url, members, cases, seed)
        await home.workers.settle()
        return outcome, [f"{line.get('listener', line['event'])}: {line.get('exc_info')!r}" for line in home.errors]


@contextmanager
def _database(store: str) -> Iterator[str | None]:
    """A migrated database of a server of our own, or None for a town in memory."""
    if store == "memory":
        yield None
        return
    with private_servers() as servers:
        migrations.upgrade(servers.postgres.url)
        yield servers.postgres.url


async def _callers(home: Town) -> Sequence[Credentials]:
    """Members of every tier who have met people, and some who have just come and have no profile yet."""
    chosen = home.members[:MEMBERS]
    for place, user_id in enumerate(chosen):
        await home.let_in(user_id)
        if place % 2:
            await home.upgrade(user_id)
        if place % 8 == 0:
            await home.drop_profile(user_id)
    return [Credentials(home.email(user_id), PASSWORD) for user_id in chosen]


async def fuzz_demo(url: str, cases: int, seed: int) -> Outcome:
    """Fuzz a running demo as a member who has just joined it."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        journey = Journey(http, url, PEOPLE[0], LONDON, print)
        await journey.join()
        await journey.describe()
        await journey.assess()
    member = Credentials(journey.email, journey.password)
    # The real limits let a member through a hundred times a minute.
    return await asyncio.to_thread(fuzz_all, url, [member], cases, seed, coverage=cases >= MANY)


def fuzz_all(url: str, members: Sequence[Credentials], cases: int, seed: int, *, coverage: bool = True) -> Outcome:
    """At least so many requests, most of them as members and some as nobody."""
    document = requests.get(f"{url}/api/openapi.json", timeout=30).json()
    outcome = Outcome(sum(map(len, document["paths"].values())))
    unsigned, forged = int(cases * UNSIGNED_SHARE), Outcome(0)
    fuzz(url, document, Forger(), cases=int(cases * FORGED_SHARE), seed=seed, into=forged, briefly=True)
    outcome.add(forged, _for_members(document))
    fuzz(
        url,
        document,
        Callers(url, members),
        cases=cases - unsigned - forged.cases,
        seed=seed,
        into=outcome,
        coverage=coverage,
    )
    fuzz(url, document, None, cases=unsigned, seed=seed, into=outcome)
    return outcome


def _for_members(document: dict[str, Any]) -> set[str]:
    """The operations that ask for an access token."""
    return {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    }


def rows(outcome: Outcome, wanted: int, failed_listeners: Sequence[str]) -> Sequence[dict[str, Any]]:
    """The figures, each with its bar."""
    counts = [
        ("server errors", outcome.server_errors, "answers"),
        ("schema violations", len(outcome.failed(SCHEMA_CHECKS)), "kinds"),
        ("other failed checks", len(outcome.failed()), "kinds"),
        ("operations open to bad tokens", len(outcome.admitted), "operations"),
        ("failed listeners and requests", len(failed_listeners), "lines of the log"),
        ("errors of the generator", len(outcome.broken), "kinds"),
    ]
    return [
        {
            "name": "cases",
            "value": outcome.cases,
            "unit": "requests",
            "bar": f">= {wanted}",
            "holds": outcome.cases >= wanted,
        },
        *(
            {"name": name, "value": value, "unit": unit, "bar": "= 0", "holds": value == 0}
            for name, value, unit in counts
        ),
    ]


def table(outcome: Outcome, figures: Sequence[dict[str, Any]]) -> str:
    """The figures as a table to read, and every kind of failure with the command that repeats it."""
    lines = [f"{row['name']:<32}{row['value']:>8}  {row['unit']:<18}{row['bar']:<10}" for row in figures]
    marks = ["holds" if row["holds"] else "MISSED" for row in figures]
    told = [f"{line}{mark}" for line, mark in zip(lines, marks, strict=True)]
    told.append("by phase: " + ", ".join(f"{phase} {count}" for phase, count in outcome.phases.most_common()))
    told.append("by status: " + ", ".join(f"{status} {count}" for status, count in sorted(outcome.statuses.items())))
    told.append(f"operations that succeeded at least once: {len(outcome.succeeded)} of {outcome.operations}")
    told += [_told(failure) for failure in outcome.failures.values()]
    told += outcome.broken
    return "\n".join(told)


def _told(failure: Failure) -> str:
    return f"\n{failure.check}: {failure.operation}\n  {failure.message}\n  {failure.command}"


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> int:
    """0 when every bar is held."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="how many requests at least")
    parser.add_argument("--url", help="a running demo, instead of a town of our own")
    parser.add_argument("--store", choices=["memory", "postgres"], default="memory", help="where the town is kept")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="to repeat a run")
    asked = parser.parse_args(arguments)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # it tells of every request that is no HTTP
    register_photographs()
    started = time.perf_counter()
    failed_listeners: Sequence[str] = ()
    if asked.url:
        outcome = asyncio.run(fuzz_demo(asked.url.rstrip("/"), asked.cases, asked.seed))
    else:
        with _database(asked.store) as database_url:
            outcome, failed_listeners = asyncio.run(fuzz_town(asked.cases, asked.seed, database_url))
    figures = rows(outcome, asked.cases, failed_listeners)
    say(table(outcome, figures))
    say("\n".join(failed_listeners))
    say(f"seed {asked.seed}, {time.perf_counter() - started:.0f} s")
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(figures, indent=1))
    return 0 if all(row["holds"] for row in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
