"""Connections to PostgreSQL, and statements compiled once from SQLAlchemy Core and executed by asyncpg.

asyncpg is asked directly, because by way of SQLAlchemy's connections one read by key costs twice the processor time and
prepares statements that PgBouncer in transaction mode cannot keep (docs/adr/0006)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import attrs
import orjson
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.sql.elements import ClauseElement

from saltbitter_domain.kernel import StaleWrite, Unavailable

CONNECT_SECONDS = 2.0
STATEMENT_SECONDS = 5.0
"""What the first migration sets on the database. A lock may be waited for a second less, so that whoever waits for a
row is told to repeat rather than that we are down."""
RETRY_AFTER_SECONDS = 5

_DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]

_BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What using a connection may raise when the server behind it is in trouble."""


class StoreAway(Unavailable):
    """The database does not answer."""

    code = "store_away"


class Query:
    """A statement with named parameters, compiled once: make it when the module is imported."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self._names: Sequence[str] = compiled.positiontup or ()  # type: ignore[attr-defined]
        self._constants: Mapping[str, Any] = compiled.params

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of the statement's parameters."""
        return [values[name] if name in values else self._constants[name] for name in self._names]


class Session:
    """One unit of work's use of a connection: none before the first statement, no transaction before the first write.

    A read before that sees what is committed at its moment, exactly as in a transaction that reads committed rows."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._connection: asyncpg.pool.PoolConnectionProxy | None = None
        self._transaction: asyncpg.transaction.Transaction | None = None
        self._writable = True
        self._readable = True
        self.writes = 0
        """How many statements have changed something so far."""

    async def rows(self, query: Query, **values: Any) -> list[Any]:
        """What the query finds."""
        if not self._readable:
            raise RuntimeError("this unit of work is over")
        return await self._run(query, values)

    async def row(self, query: Query, **values: Any) -> Any | None:
        """The first row that the query finds, or None."""
        return next(iter(await self.rows(query, **values)), None)

    async def write(self, query: Query, **values: Any) -> list[Any]:
        """Change something; the rows that the statement returns."""
        self.require_writable()
        self.writes += 1
        await self._begin()
        return await self._run(query, values)

    async def write_many(self, query: Query, values: Sequence[Mapping[str, Any]]) -> None:
        """The same change with each of these values, in one round trip."""
        self.require_writable()
        self.writes += 1
        connection = await self._begin()
        with _translated():
            await connection.executemany(query.sql, [query.arguments(each) for each in values])

    def require_writable(self) -> None:
        """Raise ``RuntimeError`` when this was committed or left already."""
        if not self._writable:
            raise RuntimeError("this unit of work was committed or left; begin another")

    async def commit(self) -> None:
        """Keep what was written."""
        self.require_writable()
        self._writable = False
        if self._transaction is not None:
            transaction, self._transaction = self._transaction, None
            with _translated():
                await transaction.commit()

    async def end(self) -> None:
        """``close``, to the end even where the work around it is cancelled, if there is anything to roll back."""
        if self._transaction is None:
            await self.close()
        else:
            await asyncio.shield(self.close())

    async def close(self) -> None:
        """End without a trace of what was not committed, and give the connection back."""
        self._writable = self._readable = False
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._database.release(connection, self._transaction)

    async def _run(self, query: Query, values: Mapping[str, Any]) -> list[Any]:
        connection = await self._connected()
        with _translated():
            found: list[Any] = await connection.fetch(query.sql, *query.arguments(values))
            return found

    async def _connected(self) -> asyncpg.pool.PoolConnectionProxy:
        if self._connection is None:
            self._connection = await self._database.acquire()
        return self._connection

    async def _begin(self) -> asyncpg.pool.PoolConnectionProxy:
        connection = await self._connected()
        if self._transaction is None:
            with _translated():
                transaction = connection.transaction()
                await transaction.start()
            self._transaction = transaction
        return connection


@attrs.define(eq=False)
class Database:
    """A pool of connections to ``url``. ``statement_cache`` is 0 behind PgBouncer in transaction mode."""

    url: str = attrs.field(repr=False)
    min_size: int = 1
    max_size: int = 10
    statement_cache: int = 100
    _pool: asyncpg.Pool | None = attrs.field(default=None, init=False, repr=False)

    async def open(self) -> None:
        """Make the pool; ``StoreAway`` when the database does not answer."""
        if self._pool is not None:
            return
        with _translated():
            self._pool = await asyncpg.create_pool(
                self.url,
                min_size=self.min_size,
                max_size=self.max_size,
                statement_cache_size=self.statement_cache,
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS + 1,
                init=_prepare,
                reset=_keep,
            )

    async def close(self) -> None:
        """Let connections in use finish for a moment, then end them all."""
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        try:
            async with asyncio.timeout(STATEMENT_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()

    async def acquire(self) -> asyncpg.pool.PoolConnectionProxy:
        """A connection; ``StoreAway`` when there is none within ``CONNECT_SECONDS``."""
        if self._pool is None:
            raise RuntimeError("open the database first")
        with _translated():
            # The pool's own timeout would wrap every wait in a task, which costs a fifth of a read.
            async with asyncio.timeout(CONNECT_SECONDS):
                return await self._pool.acquire()

    async def release(
        self, connection: asyncpg.pool.PoolConnectionProxy, unfinished: asyncpg.transaction.Transaction | None
    ) -> None:
        """Roll back what is unfinished and give the connection back; one that cannot be rolled back is ended.

        Nothing of it is raised: what the work itself came to is known by then."""
        assert self._pool is not None  # noqa: S101  whoever acquired found it
        try:
            if unfinished is not None and not connection.is_closed():
                async with asyncio.timeout(CONNECT_SECONDS):
                    await unfinished.rollback()
        except _BROKEN:
            with contextlib.suppress(*_BROKEN):  # the pool may have ended it by itself
                connection.terminate()
        finally:
            # The pool ends a connection that it cannot take back, whose statement is still being cancelled for example.
            with contextlib.suppress(*_BROKEN):
                await self._pool.release(connection)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A session that ends with the block; what was not committed is undone."""
        session = Session(self)
        try:
            yield session
        finally:
            await session.end()


async def _prepare(connection: asyncpg.Connection) -> None:
    """Documents travel as JSON, which orjson writes and reads; ids come as the standard library's UUIDs."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=lambda value: orjson.dumps(value).decode(), decoder=orjson.loads
    )
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        encoder=lambda value: value.bytes,
        decoder=lambda value: UUID(bytes=value),
        format="binary",
    )


async def _keep(_connection: asyncpg.Connection) -> None:
    """Nothing is reset between two uses: no unit of work leaves settings, locks or listeners on a connection."""


class _translated:  # noqa: N801  reads as a word where it is used
    """Errors of the database, said in the words of the domain."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        match error:
            case asyncpg.SerializationError() | asyncpg.DeadlockDetectedError() | asyncpg.LockNotAvailableError():
                raise StaleWrite("Somebody is changing this right now. Read it again and repeat the change.") from error
            case (
                asyncpg.PostgresConnectionError()
                | asyncpg.OperatorInterventionError()
                | asyncpg.InsufficientResourcesError()
                | asyncpg.InterfaceError()
                | asyncpg.InternalClientError()  # a connection lost at an instant its protocol does not foresee
                | OSError()
                | TimeoutError()
            ):
                raise StoreAway(
                    "We cannot reach our records just now. Try again in a moment.", retry_after=RETRY_AFTER_SECONDS
                ) from error
