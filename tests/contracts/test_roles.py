"""What deploy/postgres/roles.sql gives: the application writes ledgers on and changes none; analysts see nobody.

That everything else goes on working as the application's role, ``test_canary`` shows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.tables import metadata
from adapters.postgres.uow import PostgresUnitsOfWork
from adapters.system.clock import SystemClock
from adapters.system.ids import UuidV7Ids
from config.data_register import data_register
from saltbitter_domain.ledger.model import BOOKS_KEPT
from saltbitter_domain.register import Kind
from tests.contracts.roles import APPLICATION, REPORTS, apply_roles, as_role

LEDGERS = {
    "consent_logs": ("UPDATE", "DELETE"),
    "consent_heads": ("INSERT", "UPDATE", "DELETE"),
    "audit_log": ("INSERT", "UPDATE"),
    "audit_head": ("INSERT", "UPDATE", "DELETE"),
    "breach_entries": ("UPDATE",),
    "money_facts": ("UPDATE",),
    "ledger_entries": ("UPDATE",),
    "ledger_carried": ("INSERT", "UPDATE", "DELETE"),
}
"""What the application may not do to which table. It may delete audit records, breaches and bookings when their term is
over."""


@asynccontextmanager
async def connected(url: str, role: str) -> AsyncIterator[asyncpg.Connection]:
    await apply_roles(url)
    connection = await asyncpg.connect(as_role(url, role))
    try:
        yield connection
    finally:
        await connection.close()


def statement(table: str, right: str) -> str:
    column = next(iter(metadata.tables[table].columns)).name
    return {
        "INSERT": f"INSERT INTO {table} DEFAULT VALUES",
        "UPDATE": f"UPDATE {table} SET {column} = {column}",  # noqa: S608
        "DELETE": f"DELETE FROM {table}",  # noqa: S608
    }[right]


async def test_the_application_cannot_change_a_ledger(database_url: str) -> None:
    async with connected(database_url, APPLICATION) as connection:
        for table, refused in LEDGERS.items():
            for right in (*refused, "TRUNCATE"):
                wish = f"TRUNCATE {table}" if right == "TRUNCATE" else statement(table, right)
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match=f"permission denied for table {table}"):
                    await connection.execute(wish)


async def test_the_application_reads_and_writes_everything_else_and_owns_nothing(database_url: str) -> None:
    async with connected(database_url, APPLICATION) as connection:
        lacking = {
            (table, right)
            for table in metadata.tables
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE")
            if not await connection.fetchval("SELECT has_table_privilege($1, $2)", table, right)
        }
        assert lacking == {(table, right) for table, refused in LEDGERS.items() for right in refused}
        assert not await connection.fetchval("SELECT has_schema_privilege('public', 'CREATE')")
        for wish in ("ALTER TABLE audit_log DISABLE TRIGGER ALL", "DROP TABLE consent_logs"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="must be owner"):
                await connection.execute(wish)


async def test_the_application_alone_makes_and_drops_days(database_url: str) -> None:
    async with connected(database_url, APPLICATION) as connection:
        assert await connection.fetchval("SELECT make_daily_partitions('2030-01-01', 2)") == 2
        await connection.execute("SELECT drop_daily_partition('2030-01-01'), drop_daily_partition('2030-01-02')")
        assert await connection.fetchval("SELECT to_regclass('daily_matches_20300101')") is None
    async with connected(database_url, REPORTS) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SELECT drop_daily_partition('2030-01-01')")


@pytest.mark.parametrize("role", [APPLICATION, REPORTS])
async def test_nobody_hangs_what_runs_with_the_owners_rights_on_a_table_of_their_own(
    database_url: str, role: str
) -> None:
    async with connected(database_url, role) as connection:
        theirs = await connection.fetch(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND has_function_privilege(oid, 'EXECUTE')"
            " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"  # PostGIS's own
        )
        await connection.execute("CREATE TEMP TABLE own (sequence int, hash text)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "CREATE TRIGGER forged AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION move_audit_head()"
            )
    for_the_application = {
        "make_daily_partitions(date,integer)",
        "drop_daily_partition(date)",
        "append_audit_record(timestamp with time zone,text,text,text,uuid[],text,text[])",
    }
    assert {name for (name,) in theirs} == (for_the_application if role == APPLICATION else set())


async def test_analysts_see_nobody(database_url: str) -> None:
    personal = {item.place for item in data_register().of(Kind.TABLE) if item.personal}

    async with connected(database_url, REPORTS) as connection:
        seen = {
            table
            for table in metadata.tables
            if await connection.fetchval("SELECT has_table_privilege($1, 'SELECT')", table)
        }
    assert seen == {"matching_runs", "exposure_days", "populations"}
    assert not seen & personal


_FACT = """
INSERT INTO money_facts (id, kind, payment, member, amount_minor, currency, at, product{more})
VALUES ('{id}', 'payment_succeeded', '{id}', gen_random_uuid(), 1999, 'USD', now() - interval '11 years', 'premium'
        {said})
"""
_ENTRIES = "INSERT INTO ledger_entries VALUES ('{id}', 'gateway', 1999, 'USD'), ('{id}', 'sales', -1999, 'USD')"
_FORGET = ("DELETE FROM ledger_entries WHERE fact_id = '{id}'", "DELETE FROM money_facts WHERE id = '{id}'")


@pytest.mark.parametrize(("more", "said"), [("", ""), (", recorded_at", ", now() - interval '11 years'")])
async def test_what_the_application_dates_back_is_forgotten_no_sooner(database_url: str, more: str, said: str) -> None:
    """Else whoever took it over could move what is carried forward, by booking and forgetting."""
    async with connected(database_url, APPLICATION) as connection:
        async with connection.transaction():
            await connection.execute(_FACT.format(id="ch_new", more=more, said=said))
            await connection.execute(_ENTRIES.format(id="ch_new"))
        for wish in _FORGET:
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await connection.execute(wish.format(id="ch_new"))
        assert await connection.fetchval("SELECT count(*) FROM ledger_carried") == 0

    database = Database(as_role(database_url, APPLICATION))
    await database.open()
    async with PostgresUnitsOfWork(database, SystemClock(), UuidV7Ids(SystemClock()))() as uow:
        assert await uow.ledger.forget(SystemClock().now() - BOOKS_KEPT, 10) == 0, "nor does the sweep stumble over it"
    await database.close()


async def test_the_application_books_with_a_fact_and_adds_nothing_to_an_older_one(database_url: str) -> None:
    async with connected(database_url, "none") as owner:
        await owner.execute(_FACT.format(id="ch_old", more="", said=""))
        await owner.execute(_ENTRIES.format(id="ch_old"))

    async with connected(database_url, APPLICATION) as connection:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute("INSERT INTO ledger_entries VALUES ('ch_old', 'fees', -100, 'USD')")
        for wish in _FORGET:
            assert await connection.execute(wish.format(id="ch_old")) in {"DELETE 1", "DELETE 2"}
        carried = await connection.fetch("SELECT account, amount_minor FROM ledger_carried ORDER BY account")
    assert [tuple(row) for row in carried] == [("gateway", 1999), ("sales", -1999)]
