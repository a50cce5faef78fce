"""What the store in PostgreSQL promises beyond the ports: migrations, limits of time, and a database that goes away."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import attrs
import pytest
from sqlalchemy import text

from adapters.postgres.database import Database, StoreAway
from adapters.postgres.matches import DailyPartitions
from adapters.postgres.migrations import run as migrations
from adapters.postgres.query import Query
from adapters.postgres.traffic import PostgresIdempotency
from adapters.system.clock import ManualClock
from saltbitter_domain.compatibility.model import Match
from saltbitter_domain.events import Unreadable
from saltbitter_domain.kernel import MatchId, StaleWrite, UserId
from saltbitter_domain.traffic import StoredAnswer
from saltbitter_domain.users.model import Registered
from tests.contracts.stores import Store, on_postgres
from tests.doubles.builders import NOW, a_consent, a_daily_set, a_like, a_profile, a_user, new_id
from tests.doubles.money import a_fact
from tests.faults.proxy import Fault, FaultProxy

SHORT_PATIENCE = Query(text("SET LOCAL lock_timeout = '50ms'"))
EVERYBODY = Query(text("UPDATE users SET version = version"))
TOLERATED = ("prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-text-field", "prefer-robust-stmts")
"""Counters of changes, ages, positions and sizes are small; the one bounded text is Alembic's own. A migration is a
transaction, so that none can fail part way; what squawk reads is a script of several."""


@pytest.fixture
def store(database: Database, clock: ManualClock) -> Store:
    return on_postgres(database, clock)


async def sql(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


def test_migrations_go_up_down_and_up_and_end_at_the_tables(bare_database_url: str) -> None:
    assert migrations.current(bare_database_url) is None

    migrations.upgrade(bare_database_url)
    migrations.downgrade(bare_database_url, "base")
    migrations.upgrade(bare_database_url)

    assert migrations.current(bare_database_url) == migrations.head()
    migrations.check(bare_database_url)


def test_a_table_that_differs_from_its_migration_is_noticed(bare_database_url: str) -> None:
    migrations.upgrade(bare_database_url)
    asyncio.run(sql(bare_database_url, "ALTER TABLE users DROP COLUMN role"))

    with pytest.raises(Exception, match="role"):
        migrations.check(bare_database_url)


def test_no_migration_would_hold_members_up(tmp_path: Path) -> None:
    script = tmp_path / "migrations.sql"
    script.write_text(f"SET lock_timeout = '2s';\nSET statement_timeout = 0;\n{migrations.statements()}")
    squawk = Path(sys.executable).parent / "squawk"

    found = subprocess.run(  # noqa: S603
        [squawk, *(f"--exclude={rule}" for rule in TOLERATED), script], capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stdout


def test_a_statement_a_lock_and_an_idle_transaction_have_their_time(bare_database_url: str) -> None:
    migrations.upgrade(bare_database_url)

    async def limits() -> list[str]:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        return [(await sql(bare_database_url, f"SHOW {name}"))[0][name] for name in names]

    assert asyncio.run(limits()) == ["5s", "4s", "10s"]


async def test_a_consent_once_recorded_cannot_be_changed(store: Store, database_url: str) -> None:
    user = await store.member()
    async with store.unit() as uow:
        await uow.consents.append(a_consent(user))

    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await sql(database_url, "UPDATE consent_logs SET granted = NOT granted")


async def test_whoever_waits_too_long_for_a_row_is_told_to_repeat(store: Store, database: Database) -> None:
    user = await store.member()

    async with store.begin() as holder:
        await holder.users.save(attrs.evolve(user, time_zone="Asia/Tokyo"))
        assert await holder.users.get(user.id) != user
        async with database.session() as impatient:
            await impatient.write(SHORT_PATIENCE)
            with pytest.raises(StaleWrite):
                await impatient.write(EVERYBODY)


async def test_whoever_writes_about_somebody_just_erased_is_told_to_read_again(store: Store) -> None:
    ada = await store.member()

    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.decisions.add(a_like(ada, a_user()), MatchId(new_id()))


async def test_fifty_who_edit_one_profile_at_once_lose_no_edit(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        await uow.profiles.add(a_profile(user))
    edits = 4

    async def edit(letter: str) -> int:
        refused = 0
        for _ in range(edits):
            while True:
                try:
                    async with store.unit() as uow:
                        profile = await uow.profiles.get(user.id)
                        assert profile is not None
                        content = attrs.evolve(profile.content, bio=profile.content.bio + letter)
                        await uow.profiles.save(attrs.evolve(profile, content=content))
                    break
                except StaleWrite:
                    refused += 1
        return refused

    letters = [chr(0x4E00 + number) for number in range(50)]
    refused = await asyncio.gather(*map(edit, letters))

    async with store.begin() as uow:
        profile = await uow.profiles.get(user.id)
    assert profile is not None
    assert sorted(profile.content.bio.replace(a_profile(user).content.bio, "")) == sorted(letters * edits)
    assert profile.version == 1 + 50 * edits
    assert sum(refused) > 0


LIKER = """
import asyncio, sys
from adapters.postgres.database import Database
from adapters.postgres.uow import PostgresUnitsOfWork
from adapters.system.clock import SystemClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.compatibility.model import Decision, DecisionKind
from saltbitter_domain.kernel import MatchId
from uuid import UUID

async def main():
    clock = SystemClock()
    ids = UuidV7Ids(clock)
    database = Database(sys.argv[1], max_size=10)
    await database.open()
    begin = PostgresUnitsOfWork(database, clock, ids)
    pairs = [tuple(map(UUID, line.split())) for line in sys.stdin]
    print("ready", flush=True)
    async def like(by, about):
        async with begin() as uow:
            match = await uow.decisions.add(Decision(by, about, DecisionKind.LIKE, clock.now()), MatchId(ids.new()))
            await uow.commit()
        return match
    for start in range(0, len(pairs), 10):
        for match in await asyncio.gather(*(like(*pair) for pair in pairs[start:start + 10])):
            if match:
                print(match.id)
    await database.close()

asyncio.run(main())
"""


async def test_four_hundred_pairs_liking_each_other_from_two_processes_make_four_hundred_matches(
    store: Store, database_url: str
) -> None:
    people = await store.members(800)
    pairs = list(zip(people[::2], people[1::2], strict=True))

    async def liker(turn: int) -> list[str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", LIKER, database_url,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        lines = "".join(f"{pair[turn].id} {pair[1 - turn].id}\n" for pair in pairs)
        told, _ = await process.communicate(lines.encode())
        assert process.returncode == 0
        return told.decode().split()[1:]

    told = [match for both in await asyncio.gather(liker(0), liker(1)) for match in both]

    assert len(told) == len(set(told)) == 400
    async with store.begin() as uow:
        kept = [await uow.decisions.match_between(one.id, other.id) for one, other in pairs]
    assert sorted(str(match.id) for match in kept if isinstance(match, Match)) == sorted(told)


async def test_days_to_come_have_a_partition_each_and_making_them_again_does_nothing(
    store: Store, database: Database, clock: ManualClock, database_url: str
) -> None:
    clock.advance(timedelta(days=3650))  # to where no other test has made any
    user = await store.member()
    partitions = DailyPartitions(database, clock)
    today = clock.now().date()
    try:
        assert await partitions.prepare(days=2) == 3
        assert await partitions.prepare(days=2) == 0
        async with store.unit() as uow:
            for day in (today, today + timedelta(days=30)):
                assert await uow.daily_matches.add(a_daily_set(user, day=day))

        rows = await sql(database_url, "SELECT tableoid::regclass::text AS kept, day FROM daily_matches ORDER BY day")
        assert [row["kept"] for row in rows] == [f"daily_matches_{today:%Y%m%d}", "daily_matches_other"]
    finally:
        for number in range(-1, 3):
            await sql(database_url, f"DROP TABLE IF EXISTS daily_matches_{today + timedelta(days=number):%Y%m%d}")


async def test_days_nobody_may_look_back_on_are_forgotten_whatever_partition_they_are_in(
    store: Store, database: Database, clock: ManualClock, database_url: str
) -> None:
    clock.advance(timedelta(days=3650))  # to where no other test has made any
    user = await store.member()
    partitions = DailyPartitions(database, clock)
    today = clock.now().date()
    try:
        await partitions.prepare(days=0)
        async with store.unit() as uow:
            for ago in (1, 0, -10, -11, -12):  # yesterday has a partition, the others have not
                assert await uow.daily_matches.add(a_daily_set(user, day=today - timedelta(days=ago)))
        kept = "SELECT day FROM daily_matches ORDER BY day"

        clock.advance(timedelta(days=31))
        assert (await partitions.forget(100), len(await sql(database_url, kept))) == (0, 5)
        clock.advance(timedelta(days=12))
        assert await partitions.forget(1) == 1, "one of those kept together, beside the partition of its own"
        assert await partitions.forget(100) == 1
        assert [row["day"] for row in await sql(database_url, kept)] == [today + timedelta(days=n) for n in (11, 12)]
        (own,) = await sql(
            database_url, f"SELECT to_regclass('daily_matches_{today - timedelta(days=1):%Y%m%d}') AS kept"
        )
        assert own["kept"] is None
    finally:
        await sql(database_url, f"DROP TABLE IF EXISTS daily_matches_{today - timedelta(days=1):%Y%m%d}")


async def test_what_a_newer_release_emitted_waits_for_it_and_holds_nothing_up(store: Store, database_url: str) -> None:
    user = await store.member()
    async with store.unit() as uow:
        uow.emit(Registered(user.id))
    await sql(
        database_url,
        "INSERT INTO outbox (id, topic, payload, occurred_at, due_at, attempts, starts)"
        " SELECT gen_random_uuid(), 'later.added', payload, occurred_at - interval '1 day', due_at, 0, 0 FROM outbox",
    )

    assert [message.event for message in await store.outbox.claim(store.clock.now(), 10)] == [Registered(user.id)]
    assert await store.outbox.undelivered() == 2


async def test_what_no_release_can_read_is_set_aside_and_keeps_nothing_waiting(store: Store, database_url: str) -> None:
    async with store.unit() as uow:
        uow.emit(Registered(UserId(new_id())))
        uow.emit(Registered(UserId(new_id())))
    garbled, sound = store.rung[-2:]
    await sql(database_url, f"UPDATE outbox SET payload = '[]' WHERE id = '{garbled}'")  # noqa: S608  our own id

    claimed = await store.outbox.claim(NOW, limit=10)

    assert [message.id for message in claimed if message.dead_at is None] == [sound]
    (letter,) = await store.outbox.dead(10)
    assert (letter.id, letter.event) == (garbled, Unreadable("users.registered"))
    assert letter.last_error == "users.registered cannot be read by this release"
    assert await store.outbox.redrive(NOW) == 1
    assert await store.outbox.begin(garbled, NOW) is None
    assert [letter.id for letter in await store.outbox.dead(10)] == [garbled]


async def test_answers_over_a_day_old_are_swept(database: Database, clock: ManualClock) -> None:
    idempotency = PostgresIdempotency(database, clock)
    for number in range(3):
        await idempotency.begin("ada", f"key {number}", "request")
        await idempotency.finish("ada", f"key {number}", StoredAnswer(204, (), b""))
        clock.advance(timedelta(hours=13))

    assert [await idempotency.forget(limit=1) for _ in range(3)] == [1, 1, 0]


async def test_a_database_that_is_not_there_is_said_to_be_away(clock: ManualClock) -> None:
    database = Database("postgresql://nobody:nothing@127.0.0.1:1/nowhere", min_size=0)
    await database.open()

    with pytest.raises(StoreAway) as refused:
        await on_postgres(database, clock).outbox.undelivered()

    assert refused.value.retry_after
    await database.close()


async def test_a_connection_that_has_fallen_silent_is_ended_and_not_waited_for(
    database_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pool takes back what is still in use when it has heard that it left off, and here nobody hears anything."""
    given_back = list[str]()
    release = asyncpg.Pool.release

    async def observed(pool: asyncpg.Pool, connection: Any, **options: Any) -> None:
        try:
            given_back.append("ended" if connection.is_closed() else "in use")
        except asyncpg.InterfaceError:  # which the pool knows already
            given_back.append("ended")
        await release(pool, connection, **options)

    monkeypatch.setattr(asyncpg.Pool, "release", observed)
    monkeypatch.setattr("adapters.postgres.database.STATEMENT_SECONDS", -0.8)  # Who asks waits a second longer.
    async with FaultProxy(database_url).running() as proxy:
        database = Database(proxy.url, min_size=0, max_size=1)
        await database.open()
        store = on_postgres(database, clock)
        await store.outbox.undelivered()
        await proxy.set(Fault.BLACK_HOLE)

        with pytest.raises(StoreAway):
            await store.outbox.undelivered()

        await proxy.set(Fault.NONE)
        assert await store.outbox.undelivered() == 0
        await database.close()
    assert given_back == ["in use", "ended", "in use"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE money_facts SET amount_minor = 1",
        "DELETE FROM ledger_entries",
        "DELETE FROM money_facts",
        "UPDATE ledger_entries SET amount_minor = 1",
        "TRUNCATE ledger_entries",
        "TRUNCATE money_facts CASCADE",
    ],
)
async def test_what_is_in_the_books_cannot_be_changed(store: Store, database_url: str, change: str) -> None:
    async with store.unit() as uow:
        await uow.ledger.record([a_fact()])

    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await sql(database_url, change)
