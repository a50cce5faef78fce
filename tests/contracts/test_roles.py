"""What deploy/postgres/roles.sql gives: the application writes ledgers on and changes none; analysts see nobody.

That everything else goes on working as the application's role, ``test_canary`` shows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from adapters.postgres.tables import metadata
from config.data_register import data_register
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
