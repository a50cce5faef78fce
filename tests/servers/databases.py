"""Databases for tests: one migrated template per run, a clone of it per test process, emptied for each test.

Deleting from the tables that have rows takes 1 ms, truncating them 5 to 40 ms, and cloning again 100 ms."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import asyncpg

_TABLES = """
SELECT quote_ident(c.relname) FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relname <> 'alembic_version'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
"""Our own tables: neither those of extensions nor parts of another table."""


class Housekeeper:
    """Works on databases for fixtures, which are not coroutines, on an event loop of its own.

    ``admin_url`` is that of a superuser's database on the server."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._runner = asyncio.Runner()
        self._connections: dict[str, asyncpg.Connection] = {}

    def close(self) -> None:
        """Leave the server."""
        for connection in self._connections.values():
            connection.terminate()
        self._runner.close()

    def url_of(self, name: str) -> str:
        """Where the database of this name is."""
        return urlsplit(self._admin_url)._replace(path=f"/{name}").geturl()

    def template(self, name: str) -> None:
        """Make a migrated database, unless it is there. Processes that ask at the same time wait for the one."""
        self._execute(self._admin_url, f"SELECT pg_advisory_lock(hashtext('{name}'))")
        try:
            if not self._exists(name):
                from adapters.postgres.migrations.run import upgrade

                unfinished = f"{name}_unfinished"
                self.create(unfinished)
                upgrade(self.url_of(unfinished))
                self._execute(self._admin_url, f"ALTER DATABASE {unfinished} RENAME TO {name}")
        finally:
            self._execute(self._admin_url, f"SELECT pg_advisory_unlock(hashtext('{name}'))")

    def create(self, name: str, template: str = "template0") -> str:
        """Make this database anew, as a copy of the template; its URL."""
        self.drop(name)
        self._execute(self._admin_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url_of(name)

    def kept(self, name: str) -> str:
        """Make this database, unless it is there; its URL."""
        if not self._exists(name):
            self.create(name)
        return self.url_of(name)

    def drop(self, name: str) -> None:
        """Remove this database, whoever is connected to it."""
        self._execute(self._admin_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def drop_all(self, prefix: str) -> None:
        """Remove every database whose name begins so."""
        names = self._rows(self._admin_url, f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}')")  # noqa: S608
        for (name,) in names:
            self.drop(name)

    def empty(self, url: str) -> None:
        """Delete every row of our tables."""
        tables = [table for (table,) in self._rows(url, _TABLES)]
        probes = " UNION ALL ".join(f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables)  # noqa: S608
        used = [table for (table,) in self._rows(url, probes)] if tables else []
        if used:
            deletions = "".join(f"DELETE FROM {table};" for table in used)  # noqa: S608
            # As a replica it asks no foreign key about rows that all go.
            self._execute(url, f"BEGIN; SET LOCAL session_replication_role = replica; {deletions} COMMIT")

    def _exists(self, name: str) -> bool:
        return bool(self._rows(self._admin_url, f"SELECT FROM pg_database WHERE datname = '{name}'"))

    def _execute(self, url: str, statement: str) -> None:
        connection = self._connected(url)
        self._runner.run(connection.execute(statement))

    def _rows(self, url: str, query: str) -> Sequence[Any]:
        connection = self._connected(url)
        rows: Sequence[Any] = self._runner.run(connection.fetch(query))
        return rows

    def _connected(self, url: str) -> asyncpg.Connection:
        """The connection that is kept to this database. Whoever holds its rows for long is an error."""
        connection = self._connections.get(url)
        if connection is None or connection.is_closed():
            settings = {"lock_timeout": "30s"}
            connection = self._runner.run(asyncpg.connect(url, server_settings=settings))
            self._connections[url] = connection
        return connection
