"""The rows: what breaks in each, and by which figure it is judged."""

import asyncio
import signal
import time
from collections.abc import Sequence

from tests.faults.matrix import Fault, Figure, Row, Stage
from tests.faults.odd_worker import POISON
from tests.faults.proxy import Fault as Wrong

WORKERS = ("worker-1", "worker-2")
KILL_RECOVERED_SECONDS = 90.0
VOLLEY = 5
"""Kills within some ten seconds, before anything that the first one held comes back."""
STALLED_SECONDS = 90.0
SKEW_SECONDS = 120
SKEWED_DRAIN_SECONDS = 120.0 + SKEW_SECONDS
"""What a fast clock claimed and lost is due again by its time, so much later."""
REFUSED_SECONDS = 2.0
POSTGRES_BACK_SECONDS = 30.0
BUDGET_SECONDS = 10.0
"""A connection may take 2 s, a statement 6 s and undoing it 2 s more."""
URGENT_SECONDS = 5.0
GROWTH_MIB = 64.0
BURST = 200
"""Messages that keep both workers busy for a second or so."""
ODD_WORKER = ("-m", "tests.faults.odd_worker")

_DELAY = """
SELECT max(extract(epoch FROM coalesce(done_at, now()) - occurred_at))::float8 AS seconds FROM outbox
WHERE occurred_at BETWEEN $1 AND $2 AND dead_at IS NULL
"""
_CLAIMED_AGAIN = "SELECT count(*)::int AS messages FROM outbox WHERE occurred_at >= $1 AND attempts > 1"
_POISON = """
INSERT INTO outbox (id, topic, payload, occurred_at, due_at, attempts, starts)
VALUES (gen_random_uuid(), $1, '{}', now(), now(), 0, 0)
"""
_PARKED = "SELECT dead_at IS NOT NULL AS parked, last_error FROM outbox WHERE topic = $1"
_BACKLOG = """
INSERT INTO outbox (id, topic, bulk, payload, occurred_at, due_at, attempts, starts)
SELECT gen_random_uuid(), 'compatibility.daily_matches_made', true,
       jsonb_build_object('day', '2026-01-01', 'user_ids', jsonb_build_array()),
       now() - interval '1 minute', now() - interval '1 minute', 0, 0
FROM generate_series(1, $1)
"""
_MAILED = """
SELECT max(extract(epoch FROM coalesce(done_at, now()) - occurred_at))::float8 AS seconds FROM outbox
WHERE topic = 'users.registered' AND occurred_at >= $1
"""


async def nothing(stage: Stage) -> Sequence[Figure]:
    """Two relays at once and no fault: no message is claimed by both."""
    began = stage.house.clock.now()
    await asyncio.sleep(stage.scale.seconds)
    await stage.house.drained(60)
    (row,) = await stage.house.rows(_CLAIMED_AGAIN, began)
    return [Figure("messages claimed twice", row["messages"], "messages", 0)]


async def workers_die(stage: Stage) -> Sequence[Figure | asyncio.Task[Figure]]:
    """Now the one, now the other worker is killed at a random instant and started again.

    They die in volleys. Between two of them everything comes back, so that each is judged by itself."""
    waits = []
    for kill in range(stage.scale.kills):
        await asyncio.sleep(stage.rng.uniform(0.0, 1.0))
        await stage.load.announce(BURST)
        # Somewhere in the middle of them.
        await asyncio.sleep(stage.rng.uniform(0.0, 0.4))
        await stage.house.processes[WORKERS[kill % 2]].again()
        killed = stage.house.clock.now()
        waits.append(asyncio.create_task(stage.house.drained(2 * KILL_RECOVERED_SECONDS, killed)))
        if kill % VOLLEY == VOLLEY - 1:
            await asyncio.wait(waits)

    async def recovered() -> Figure:
        seconds = [wait for wait in await asyncio.gather(*waits) if wait is not None]
        worst = round(max(seconds), 1) if len(seconds) == len(waits) else None
        return Figure("all done after a kill", worst, "s", KILL_RECOVERED_SECONDS)

    kills = Figure("kills", stage.scale.kills, "times", stage.scale.kills, at_least=True)
    return [kills, asyncio.create_task(recovered())]


async def api_dies(stage: Stage) -> Sequence[Figure]:
    """The API is killed in the middle of requests; clients ask again with the same key."""
    for _ in range(stage.scale.kills):
        edits = asyncio.create_task(stage.load.edit_everywhere())
        await asyncio.sleep(stage.rng.uniform(0.0, 0.3))
        await stage.house.processes["api"].again()
        await stage.house.ready()
        await edits
    return [Figure("kills", stage.scale.kills, "times", stage.scale.kills, at_least=True)]


async def redis_dies(stage: Stage) -> Sequence[Figure | asyncio.Task[Figure]]:
    """Both Redis are killed, and come back empty; meanwhile writes go on."""
    servers = (stage.house.broker, stage.house.cache)
    await asyncio.sleep(1)
    for server in servers:
        await asyncio.to_thread(server.kill)
    before = stage.load.history.acknowledged
    async with stage.watched() as seen:
        await asyncio.sleep(stage.scale.fault_seconds)
    written = stage.load.history.acknowledged - before
    for server in servers:
        await asyncio.to_thread(server.start)
    back = stage.house.clock.now()

    async def drained() -> Figure:
        seconds = await stage.house.drained(120, back)
        return Figure("drained after Redis came back", seconds and round(seconds, 1), "s", 120)

    return [
        Figure("writes acknowledged while Redis was away", written, "operations", 1, at_least=True),
        Figure("requests refused while Redis was away", _refused(seen), "requests", 0),
        asyncio.create_task(drained()),
    ]


async def postgres_dies(stage: Stage) -> Sequence[Figure]:
    """PostgreSQL is killed and comes back over its data; the processes stay."""
    starts = {name: process.starts for name, process in stage.house.processes.items()}
    await asyncio.sleep(1)
    await asyncio.to_thread(stage.house.postgres.kill)
    async with stage.watched() as seen:
        await asyncio.sleep(stage.scale.fault_seconds)
    # The crash recovery counts: it is part of what members wait for.
    started = time.monotonic()
    await asyncio.to_thread(stage.house.postgres.start)
    served = await stage.recovered()
    back = None if served is None else time.monotonic() - started
    dead = [name for name, process in stage.house.processes.items() if not process.alive]
    assert starts == {name: process.starts for name, process in stage.house.processes.items()}
    refusals = [seconds for status, seconds in seen if status == 503]
    return [
        Figure("503 while it was away", len(refusals), "answers", 1, at_least=True),
        Figure("slowest 503", round(max(refusals, default=0), 2), "s", REFUSED_SECONDS),
        Figure("other answers while it was away", len(seen) - len(refusals), "answers", 0),
        Figure("serves again", back and round(back, 1), "s", POSTGRES_BACK_SECONDS),
        Figure("processes that ended", len(dead), "processes", 0),
    ]


def cut(side: str, names: Sequence[str], wrong: Wrong) -> Fault:
    """The network between a side and these servers goes wrong for a while, in this way."""

    async def fault(stage: Stage) -> Sequence[Figure]:
        proxies = [stage.house.proxies[f"{side}-{name}"] for name in names]
        await asyncio.sleep(1)
        async with stage.watched() as seen:
            for proxy in proxies:
                await proxy.set(wrong)
            await asyncio.sleep(stage.scale.fault_seconds)
            # Who asked in the black hole has to be answered before it ends.
            if wrong is Wrong.BLACK_HOLE:
                await asyncio.sleep(BUDGET_SECONDS - 4)
            for proxy in proxies:
                await proxy.set(Wrong.NONE)
        served = await stage.recovered()
        dead = [name for name, process in stage.house.processes.items() if not process.alive]
        slowest = max((seconds for _, seconds in seen), default=0.0)
        figures = [
            Figure("slowest answer", round(slowest, 2), "s", BUDGET_SECONDS),
            Figure("serves again", served and round(served, 1), "s", POSTGRES_BACK_SECONDS),
            Figure("processes that ended", len(dead), "processes", 0),
        ]
        if "postgres" not in names:
            figures.append(Figure("requests refused", _refused(seen), "requests", 0))
        return figures

    return fault


async def worker_stalls(stage: Stage) -> Sequence[Figure]:
    """A worker stands still for 90 s in the middle of its work; the other takes over, and nobody believes it later."""
    await asyncio.sleep(stage.rng.uniform(0.5, 2))
    await stage.load.announce(BURST)
    await asyncio.sleep(0.2)
    stalled = stage.house.processes["worker-1"]
    stalled.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(STALLED_SECONDS)
    finally:
        stalled.send(signal.SIGCONT)
    drained = await stage.house.drained(60)
    return [
        Figure("drained after it woke", drained and round(drained, 1), "s", 60),
        Figure("workers that ended", sum(not stage.house.processes[name].alive for name in WORKERS), "workers", 0),
    ]


async def clocks_differ(stage: Stage) -> Sequence[Figure]:
    """One worker's clock is two minutes fast, then two minutes slow."""
    worker = stage.house.processes["worker-1"]
    for sign in ("", "-"):
        await worker.again([*ODD_WORKER, f"--skew={sign}{SKEW_SECONDS}"], signal.SIGTERM)
        await asyncio.sleep(4)
        # To a fast clock what the other has claimed is due again before it is done.
        for _ in range(3):
            await stage.load.announce(BURST)
            await asyncio.sleep(1)
    drained = await stage.house.drained(SKEWED_DRAIN_SECONDS)
    await worker.again(signal_=signal.SIGTERM)
    return [Figure("drained while a clock was wrong", drained and round(drained, 1), "s", SKEWED_DRAIN_SECONDS)]


async def a_message_kills(stage: Stage) -> Sequence[Figure]:
    """A message ends every worker that begins with it, until it is set aside."""
    workers = [stage.house.processes[name] for name in WORKERS]
    for worker in workers:
        await worker.again(ODD_WORKER, signal.SIGTERM)
    began, deaths = stage.house.clock.now(), 0
    await asyncio.sleep(4)
    await stage.house.rows(_POISON, POISON)
    parked = None
    started = time.monotonic()
    while time.monotonic() - started < 600:
        for worker in workers:
            if not worker.alive:
                deaths += 1
                await worker.again(ODD_WORKER)
        (row,) = await stage.house.rows(_PARKED, POISON)
        if row["parked"]:
            parked = time.monotonic() - started
            break
        await asyncio.sleep(0.2)
    await stage.house.drained(120)
    (row,) = await stage.house.rows(_DELAY, began, stage.house.clock.now())
    for worker in workers:
        await worker.again(signal_=signal.SIGTERM)
    return [
        Figure("set aside", parked and round(parked, 1), "s", 600),
        Figure("workers it ended", deaths, "workers", 3),
        Figure("longest wait of another message", round(row["seconds"] or 0, 1), "s", 120),
    ]


async def a_backlog(stage: Stage) -> Sequence[Figure]:
    """A hundred thousand messages wait; who registers now is mailed all the same, and no relay grows."""
    workers = [stage.house.processes[name] for name in WORKERS]
    before = max(worker.resident_mib() for worker in workers)
    began = stage.house.clock.now()
    await stage.house.rows(_BACKLOG, stage.scale.backlog)
    peak, started = before, time.monotonic()
    drained = None
    while time.monotonic() - started < 900:
        peak = max(peak, *(worker.resident_mib() for worker in workers))
        if not await stage.house.waiting():
            drained = time.monotonic() - started
            break
        await asyncio.sleep(1)
    (row,) = await stage.house.rows(_MAILED, began)
    return [
        Figure("longest wait of a new mail", round(row["seconds"] or 0, 1), "s", URGENT_SECONDS),
        Figure("growth of a worker", round(peak - before, 1), "MiB", GROWTH_MIB),
        Figure("backlog drained", drained and round(drained, 1), "s", 900),
    ]


def _refused(seen: Sequence[tuple[int, float]]) -> int:
    return sum(status != 200 for status, _ in seen)


REDIS = ("broker", "cache")
PAIRS = (
    ("API and PostgreSQL", "api", ("postgres",)),
    ("workers and PostgreSQL", "worker", ("postgres",)),
    ("API and Redis", "api", REDIS),
    ("workers and Redis", "worker", REDIS),
)
IN_SHORT = {
    ("API and PostgreSQL", Wrong.BLACK_HOLE),
    ("workers and PostgreSQL", Wrong.RESET),
    ("API and Redis", Wrong.BLACK_HOLE),
    ("workers and Redis", Wrong.BLACK_HOLE),
}

ROWS = (
    Row("two relays at once", nothing),
    Row("kill -9 of workers", workers_die, stretch=10),
    Row("kill -9 of the API", api_dies, stretch=5),
    Row("kill -9 of Redis, empty on return", redis_dies),
    Row("kill -9 of PostgreSQL", postgres_dies),
    *(
        Row(f"{wrong.value} between {between}", cut(side, names, wrong), short=(between, wrong) in IN_SHORT)
        for between, side, names in PAIRS
        for wrong in (Wrong.LATENCY, Wrong.BLACK_HOLE, Wrong.RESET)
    ),
    Row("a worker stalled for 90 s", worker_stalls, short=False),
    Row("a worker's clock wrong by 120 s", clocks_differ),
    Row("a message that kills workers", a_message_kills, short=False),
    Row("a backlog of messages", a_backlog, drain_seconds=900, short=False),
)
