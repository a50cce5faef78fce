"""``make bench-matching``: everybody's best fifty by the engine, beside an ORM, SQL and numpy."""

import argparse
import asyncio
import resource
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import attrs
import numpy as np
import orjson

from adapters.matching.columns import Columns
from adapters.matching.engine import TOP, Market
from adapters.matching.options import Edges
from adapters.matching.people import population
from saltbitter_domain.compatibility.policies import WeightedV1
from saltbitter_domain.kernel import UserId
from tests.bench.matching import database, world
from tests.servers.databases import Housekeeper
from tests.servers.machine import Machine, prepared
from tests.servers.postgres import postgres
from tests.servers.server import temporary_folder

SMALL, LARGE = 100_000, 1_000_000
DENSITIES = (10_000, 20_000, 40_000, 80_000)
"""Members of a metropolis, for the cost of a member against how many are scanned for them."""

_Result = TypeVar("_Result")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, default=(SMALL, LARGE))
    parser.add_argument("--sample", type=int, default=10, help="members by the ways that take long")
    parser.add_argument("--report", type=Path, default=Path("build/reports/bench-matching.json"))
    options = parser.parse_args()
    small, large = options.sizes
    rows: list[dict[str, Any]] = []
    beside = _others(small, options.sample, rows)
    for size in (small, large):
        _engine(size, rows, beside if size == large else {})
    _density(rows)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    for row in rows:
        print(f"{'ok ' if row['holds'] else 'NOT'}  {row['name']}: {row['value']} {row['unit']} (bar {row['bar']})")
    return 0 if all(row["holds"] for row in rows) else 1


def _others(size: int, sample: int, rows: list[dict[str, Any]]) -> dict[str, float]:
    """Members a second by the other ways, over the smaller world, which can only favour them."""
    market = _market(world.people(size), listed=False)
    who = market._layout.people.who
    placed = np.flatnonzero((who["cell"] >= 0) & (who["limit"] < 65_535))
    viewers = placed[:: len(placed) // sample][:sample].tolist()
    ours = market.edges(who["order"][np.array(viewers)])
    expected = {v: _ids(market, ours, v) for v in viewers}
    rates = {}
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        server = stack.enter_context(postgres(prepared(Machine.this()), folder / "postgres"))
        housekeeper = Housekeeper(server.url)
        url = housekeeper.create("bench")
        housekeeper.close()
        asyncio.run(database.fill(url, market))
        for name, way in (("ORM + Python", database.orm), ("clustered SQL", database.clustered)):
            seconds, best = way(url, market, viewers)
            shares = [
                len({*found} & {*expected[v]}) / max(1, len(found), len(expected[v]))
                for v, found in zip(viewers, best, strict=True)
                if found or expected[v]
            ]
            same = statistics.mean(shares)
            rates[name] = 1.0 / seconds
            rows.append(_row(f"{name}, {len(viewers)} of {size:,}", round(rates[name], 1), "members/s"))
            rows.append(_row(f"{name}, same people as the engine", round(same, 3), "share", 0.99, same >= 0.99))
    plain = _market(market.columns, listed=False, compiled=False)
    part = plain.shards(size // 200)[0]
    seconds, _edges = _timed(lambda: plain.edges(part))
    rates["numpy"] = len(part) / seconds
    rows.append(_row(f"numpy, {len(part)} of {size:,}", round(rates["numpy"]), "members/s"))
    return rates


def _ids(market: Market, edges: Edges, viewer: int) -> list[int]:
    row = int(np.searchsorted(edges.viewers, market._layout.people.who["order"][viewer]))
    return market._row_at[edges.candidates[edges.indptr[row] : edges.indptr[row + 1]]].tolist()  # type: ignore[no-any-return]


def _engine(size: int, rows: list[dict[str, Any]], beside: dict[str, float]) -> None:
    columns = world.people(size)
    seconds, market = _timed(lambda: _market(columns))
    rows.append(_row(f"laying out {size:,}", round(seconds, 1), "s"))
    market.edges(np.arange(8, dtype=np.int32))
    busy = time.process_time()
    seconds, edges = _timed(market.edges)
    busy = time.process_time() - busy
    rate, pairs = size / seconds, float(edges.scanned.sum()) / seconds
    bar = 25_000.0 if size >= LARGE else 0.0
    rows.append(_row(f"the engine, {size:,}, best {TOP}", round(rate), "members/s", bar, rate >= bar))
    rows.append(_row(f"the engine, {size:,}", round(pairs / 1e6), "million pairs/s"))
    rows.append(_row(f"the engine, {size:,}, a member", round(busy / size * 1e6, 1), "µs of a core"))
    rows.append(_row(f"scanned for a member of {size:,}", round(float(edges.scanned.mean())), "people"))
    seconds, _fair = _timed(partial(market.fair_shares, edges))
    rows.append(_row(f"fair shares of {size:,}", round(seconds, 1), "s"))
    for name, bar in (("ORM + Python", 4_000.0), ("clustered SQL", 140.0)):
        if name in beside:
            times = rate / beside[name]
            rows.append(_row(f"the engine, times {name}", round(times), "x", bar, times >= bar))
    if beside:
        gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        rows.append(_row(f"resident at most with {size:,}", round(gib, 2), "GiB", 3.0, gib <= 3.0))
    del edges
    p95 = _on_demand(market)
    bar = 5.0
    rows.append(_row(f"first matches of one among {size:,}, p95", round(p95, 2), "ms", bar, p95 <= bar))


def _on_demand(market: Market, asked: int = 200) -> float:
    """Milliseconds for the best fifty of somebody who has just come, the 95th percentile."""
    columns = market.columns
    words, tongues = columns.interests.vocabulary, columns.languages.vocabulary
    people = []
    for row in range(0, len(columns), len(columns) // asked):
        member = database.Member(
            id=row,
            limit_km=int(columns.limit[row]),
            latitude=None if np.isnan(columns.cell[row, 0]) else float(columns.cell[row, 0]),
            longitude=float(columns.cell[row, 1]),
            attachment=columns.attachment[row].tolist(),
            ratings=columns.ratings[row].tolist(),
            codes=[int(getattr(columns, name)[row]) for name in database._CODES],
            interests=database._numbers(columns.interests.bits[row : row + 1])[0],
            languages=database._numbers(columns.languages.bits[row : row + 1])[0],
            **{
                name: int(getattr(columns, name)[row])
                for name in ("age", "youngest", "oldest", "genders", "seeks", "deal_breakers")
            },
        )
        traits = database.traits(member, words, tongues)
        people.append(attrs.evolve(traits, user_id=UserId(UUID(int=(1 << 120) + row))))
    market.options(people[0])
    times = [_timed(partial(market.options, person))[0] for person in people]
    return float(np.percentile(times, 95)) * 1_000


def _density(rows: list[dict[str, Any]]) -> None:
    """What a member costs against how many are scanned for them: a line, whatever the density."""
    scanned, cost = [], []
    for metro in DENSITIES:
        market = _market(world.people(2 * metro, metro=metro), listed=False)
        part = market.shards(max(1, metro // 8_000))[0]
        seconds, edges = min([_timed(partial(market.edges, part)) for _ in range(2)], key=lambda one: one[0])
        scanned.append(float(edges.scanned.mean()))
        cost.append(seconds * market.threads / len(part) * 1e6)
        name = f"cost of a member, {metro:,} in a metropolis, {scanned[-1]:,.0f} scanned"
        rows.append(_row(name, round(cost[-1], 1), "µs of a core"))
    slope, start = np.polyfit(scanned, cost, 1)
    rows.append(_row("cost of a member: to begin with", round(float(start), 1), "µs of a core"))
    rows.append(_row("cost of a member: for each scanned", round(float(slope) * 1_000, 2), "ns of a core"))


def _market(columns: Columns, listed: bool = True, compiled: bool | None = None) -> Market:
    policy = WeightedV1(population(columns, "bench"))
    excluded = world.lists(columns) if listed else None
    return Market.of(columns, policy, excluded=excluded, compiled=compiled)


def _timed(work: Callable[[], _Result]) -> tuple[float, _Result]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _row(name: str, value: float, unit: str, bar: float = 0.0, holds: bool = True) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "bar": bar, "holds": holds}


if __name__ == "__main__":
    sys.exit(main())
