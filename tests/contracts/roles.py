"""The roles of PostgreSQL that operators are given, on a database of a test."""

from pathlib import Path

import asyncpg

ROLES = Path(__file__).parents[2] / "deploy" / "postgres" / "roles.sql"
APPLICATION, REPORTS = "saltbitter_app", "saltbitter_reports"


async def apply_roles(url: str) -> None:
    """Do what the file says, as the owner of the schema does after a migration."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(ROLES.read_text(encoding="utf-8"))
    finally:
        await connection.close()


def as_role(url: str, role: str) -> str:
    """The address of the same database, for whoever has no rights but those of this role."""
    return f"{url}?role={role}"
