"""What every route asks of PostgreSQL: few statements, and none that has to read a whole table."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import asyncpg
import attrs
import pytest

import adapters.postgres
from adapters.postgres.bulk import Bulk
from adapters.postgres.database import Session
from adapters.postgres.query import Query
from tests.doubles.town import town
from tests.http.authorisation_table import TABLE, answers, ask_for, entitled, profile_content
from tests.http.stage import Stage

FEW = 3
FROM_EVERYBODY = "POST /api/me/daily-matches/next-page"
"""It draws from everybody as the process holds them: read by the process itself, behind what it is asked."""
A_READING = 11
"""What changed about anybody is taken, once more if records have an older layout, read whole, forgotten or put down,
which is repeated for every thousand; then come the figures of three days, who was shown, and every record."""
A_MINUTE = timedelta(minutes=1)

AFTER_SQL = {
    "POST /api/me/profile": "DELETE FROM profiles WHERE user_id = $1",
    "POST /api/me/assessments": "DELETE FROM assessments_taken WHERE user_id = $1",
}
"""What must be gone before the route can be asked."""


@attrs.define
class Recorder:
    """The statements of one request, with their arguments."""

    asked: list[tuple[str, list[Any]]] = attrs.field(factory=list)

    def record(self, patch: pytest.MonkeyPatch) -> None:
        run, many = Session._run, Session.write_many

        async def recorded_run(session: Session, sql: str, arguments: Sequence[Any]) -> list[Any]:
            self.asked.append((sql, list(arguments)))
            return await run(session, sql, arguments)

        async def recorded_many(session: Session, query: Query, values: Any) -> None:
            self.asked.append((query.sql, query.arguments(values[0])))
            await many(session, query, values)

        copy_out, bulk_run = Bulk.copy_out, Bulk.run

        async def recorded_copy(bulk: Bulk, query: str, *arguments: Any, size: int) -> bytes:
            self.asked.append((query, list(arguments)))
            return await copy_out(bulk, query, *arguments, size=size)

        async def recorded_bulk(bulk: Bulk, sql: str, *arguments: Any) -> list[Any]:
            self.asked.append((sql, list(arguments)))
            return await bulk_run(bulk, sql, *arguments)

        patch.setattr(Bulk, "copy_out", recorded_copy)
        patch.setattr(Bulk, "run", recorded_bulk)
        patch.setattr(Session, "_run", recorded_run)
        patch.setattr(Session, "write_many", recorded_many)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def stage(loop: asyncio.Runner, postgres_url: str, housekeeper: Any) -> Iterator[Stage]:
    housekeeper.empty(postgres_url)
    opened = town(360, database_url=postgres_url)
    yield Stage(loop.run(opened.__aenter__()))
    loop.run(opened.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def plans(stage: Stage, loop: asyncio.Runner, postgres_url: str) -> Iterator[asyncpg.Connection]:
    """A planner over the town."""
    opened = planner(postgres_url)
    yield loop.run(opened.__aenter__())
    loop.run(opened.__aexit__(None, None, None))


@asynccontextmanager
async def planner(url: str, *, last_resort: bool = True) -> AsyncIterator[asyncpg.Connection]:
    """A connection on which reading a whole table is the ``last_resort``, or happens as PostgreSQL likes."""
    connection = await asyncpg.connect(url)
    try:
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=lambda _: "{}", decoder=str)
        await connection.execute(f"SET enable_seqscan = {'off' if last_resort else 'on'}")
        yield connection
    finally:
        await connection.close()


async def plan_of(planner: asyncpg.Connection, sql: str, arguments: list[Any]) -> str:
    """How the statement is answered."""
    return "\n".join(row[0] for row in await planner.fetch(f"EXPLAIN {sql}", *arguments))


async def hold_everybody(stage: Stage, now: datetime) -> None:
    """Let the process hold everybody for a minute, as in production, if it does not."""
    everybody = stage.town.application.matching()._everybody
    everybody._holds = A_MINUTE
    await everybody.as_of(now)


async def asked_by(stage: Stage, recorder: Recorder, call: str, url: str) -> list[tuple[str, list[Any]]]:
    row, scene = TABLE[call], await stage.scene()
    made: Any = None
    if call in AFTER_SQL:
        made = answers(scene, None) if "assessments" in call else await profile_content(scene)
        if "assessments" in call:
            await stage.town.application.attachment().delete_all(scene.me.user_id)
        connection = await asyncpg.connect(url)
        await connection.execute(AFTER_SQL[call], scene.me.user_id)
        await connection.close()
    elif row.before:
        made = await row.before(scene)
    if call == FROM_EVERYBODY:
        await hold_everybody(stage, stage.town.clock.now())
    await stage.town.workers.settle()
    token = await entitled(scene, call)
    path = await row.path(scene) if row.path else None  # What it has to read or make is no part of the request.
    recorder.asked.clear()
    answer = await ask_for(scene, call, row.thing(scene.me) if row.thing else None, token, made, path)
    assert answer.status == row.status, answer.body
    asked = list(recorder.asked)
    return asked[1:] if row.if_match else asked  # What is edited was read first, by a request of its own.


@pytest.mark.parametrize("call", TABLE)
def test_a_route_asks_little_and_nothing_that_reads_a_whole_table(
    stage: Stage,
    plans: asyncpg.Connection,
    loop: asyncio.Runner,
    postgres_url: str,
    call: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorder = Recorder()
    recorder.record(monkeypatch)

    asked = loop.run(asked_by(stage, recorder, call, postgres_url))

    for sql, arguments in asked:
        plan = loop.run(plan_of(plans, sql, arguments))
        assert "Seq Scan" not in plan, f"{sql}\n{plan}"
    assert len(asked) <= FEW, "\n".join(sql for sql, _ in asked)


def test_what_a_process_asks_to_hold_everybody_for_a_minute_is_little_too(
    stage: Stage, plans: asyncpg.Connection, loop: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, now = Recorder(), stage.town.clock.now()
    loop.run(hold_everybody(stage, now))
    recorder.record(monkeypatch)

    loop.run(hold_everybody(stage, now + A_MINUTE / 4))
    assert not recorder.asked
    loop.run(
        plans.execute("INSERT INTO roster_changes SELECT id FROM users ORDER BY id LIMIT 300 ON CONFLICT DO NOTHING")
    )
    loop.run(hold_everybody(stage, now + A_MINUTE))
    assert 0 < len(recorder.asked) <= A_READING, "\n".join(sql for sql, _ in recorder.asked)


OVER_WHOEVER_PAYS = {"PostgresGatewayInbox_FORGET_READINGS"}
"""It looks for whom no event is kept of: a row for each paying member is read beside all events, once a night."""


def sweeps() -> Iterator[tuple[str, str]]:
    """What deletes the old a little at a time: where it is, and its choice of rows with a value for every parameter."""
    for module in iter_modules(adapters.postgres.__path__, "adapters.postgres."):
        for owner in vars(import_module(module.name)).values():
            for name, query in vars(owner).items() if isinstance(owner, type) else ():
                sql = getattr(query, "sql", "")
                if found := re.search(r"WITH old .*?(SELECT .*?)\s+LIMIT \S+ FOR UPDATE", sql, re.DOTALL):
                    valued = re.sub(r"\$\d+(::[A-Z ]+)?", "'2026-03-02'", found[1])
                    yield f"{owner.__name__}{name}", f"{valued} LIMIT 100 FOR UPDATE SKIP LOCKED"


async def test_what_forgets_the_old_never_looks_through_all_that_is_kept(database_url: str) -> None:
    found = dict(sweeps())
    async with planner(database_url) as connection:
        plans = {where: await plan_of(connection, sql, []) for where, sql in found.items()}

    assert len(found) > 15
    assert {where for where, plan in plans.items() if "Seq Scan" in plan} == OVER_WHOEVER_PAYS
