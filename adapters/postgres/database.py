"""Connections to PostgreSQL, and statements compiled once from SQLAlchemy Core and executed by asyncpg.

asyncpg is asked directly, because by way of SQLAlchemy's connections one read by key costs twice the processor time and
prepares statements that PgBouncer in transaction mode cannot keep (docs/adr/0006)."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import attrs
import orjson

from adapters.postgres.keyed import KeyedReads
from adapters.postgres.query import KeyedQuery, Query
from adapters.postgres.together import Question, Reads, Rows, asked_together, made_together, parted
from saltbitter_domain.kernel import StaleWrite, Unavailable

CONNECT_SECONDS = 2.0
STATEMENT_SECONDS = 5.0
"""What the first migration sets on the database. A lock may be waited for a second less, so that whoever waits for a
row is told to repeat rather than that we are down."""
RETRY_AFTER_SECONDS = 5
NOT_CHANGED = "SB001"
"""The state with which ``must_change`` of the migrations fails; its message is the number of the change."""

_BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What using a connection may raise when the server behind it is in trouble."""


class StoreAway(Unavailable):
    """The database does not answer."""

    code = "store_away"


@attrs.frozen
class _Change:
    """A change that waits to be made: it must return ``rows`` rows, where that is said."""

    query: Query
    arguments: Sequence[Any]
    rows: int | None
    refusal: Callable[[], Exception] | None
    taken: Callable[[], Exception] | None


class Session:
    """One unit of work's use of a connection: none before the first statement, no transaction before it needs one.

    A read before that sees what is committed at its moment, exactly as in a transaction that reads committed rows.
    Changes whose answer nobody waits for are made together, in one statement, when something is read or at commit
    (the unit of work of Fowler, Patterns of Enterprise Application Architecture, 2002). If they are all there is to
    write, that statement is the transaction."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._connection: asyncpg.pool.PoolConnectionProxy | None = None
        self._transaction: asyncpg.transaction.Transaction | None = None
        self._writable = True
        self._readable = True
        self._waiting: list[_Change] = []
        self._together = False

    async def together(self, *reads: Coroutine[Any, Any, Any]) -> list[Any]:
        """What each of these reads of this session gives. What all of them ask for first is one statement, what they
        ask for next another. What one of them writes the others do not see."""
        self._refuse_inside_together()
        steps = Reads(reads)
        try:
            await self._make_changes()
            self._step(steps.begin)
            while asked := tuple(steps.questions.values()):
                found = await self._ask(asked)
                self._step(functools.partial(steps.answer, found))
        finally:
            steps.close()
        return steps.results()

    async def rows(self, query: Query, **values: Any) -> Sequence[Any]:
        """What the query finds, the session's own changes among it."""
        if not self._readable:
            raise RuntimeError("this unit of work is over")
        if self._together:
            return await Question(query, query.arguments(values))
        await self._make_changes()
        return await self._run(query.sql, query.arguments(values))

    async def row(self, query: Query, **values: Any) -> Any | None:
        """The first row that the query finds, or None."""
        return next(iter(await self.rows(query, **values)), None)

    async def by_key(self, query: KeyedQuery, key: UUID) -> Any | None:
        """The row with this key, or None.

        As long as the session has no connection, and so nothing of its own to see, it is read together with what others
        ask for just now: it is what was committed at a moment after the question, as ``row`` would have found it."""
        if self._connection is None and not self._waiting and self._readable and not self._together:
            return await self._database.by_key(query, key)
        return await self.row(query, keys=[key])

    async def write(self, query: Query, **values: Any) -> Sequence[Any]:
        """Change something now; the rows that the statement returns."""
        self.require_writable()
        if self._together:
            return await Question(query, query.arguments(values), writes=True)
        await self._make_changes()
        await self._begin()
        return await self._run(query.sql, query.arguments(values))

    async def write_many(self, query: Query, values: Sequence[Mapping[str, Any]]) -> None:
        """The same change now with each of these values, in one round trip."""
        self.require_writable()
        self._refuse_inside_together()
        await self._make_changes()
        connection = await self._begin()
        with translated(connection):
            await connection.executemany(query.sql, [query.arguments(each) for each in values])

    async def change(
        self,
        query: Query,
        values: Mapping[str, Any],
        *,
        rows: int | None = None,
        refusal: Callable[[], Exception] | None = None,
        taken: Callable[[], Exception] | None = None,
    ) -> None:
        """Change something at the latest at commit, and before anything is read.

        Unless the statement then returns ``rows`` rows, ``refusal`` is raised and nothing is kept; ``taken`` where it
        meets a row that is there already. Statements that are made together do not see one another, so one that looks
        at a table is made after those that change it, unless it looks at other rows (``Query.apart``)."""
        self.require_writable()
        self._refuse_inside_together()
        if not query.apart and any(waiting.query.table == query.table for waiting in self._waiting):
            await self._make_changes()
        self._waiting.append(_Change(query, query.arguments(values), rows, refusal, taken))

    async def in_transaction(self) -> asyncpg.pool.PoolConnectionProxy:
        """The connection, in the session's transaction, with everything changed so far."""
        if not self._readable:
            raise RuntimeError("this unit of work is over")
        self._refuse_inside_together()
        await self._make_changes()
        return await self._begin()

    def require_writable(self) -> None:
        """Raise ``RuntimeError`` when this was committed or left already."""
        if not self._writable:
            raise RuntimeError("this unit of work was committed or left; begin another")

    async def commit(self) -> None:
        """Keep what was written."""
        self.require_writable()
        await self._make_changes(last=True)
        self._writable = False
        if self._transaction is not None:
            transaction, self._transaction = self._transaction, None
            with translated(self._connection):
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

    async def _make_changes(self, *, last: bool = False) -> None:
        """Make those that wait, in a transaction unless nothing else was or will be written."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        if not last:
            await self._begin()
        counted = [change for change in waiting if change.rows is not None]
        sql = made_together(tuple((change.query, change.rows is not None) for change in waiting))
        arguments = [*(value for change in waiting for value in change.arguments), *(change.rows for change in counted)]
        try:
            await self._run(sql, arguments)
        except asyncpg.UniqueViolationError as error:
            for change in waiting:
                if change.taken is not None and change.query.table == error.table_name:
                    raise change.taken() from None
            raise
        except asyncpg.PostgresError as error:
            if error.sqlstate != NOT_CHANGED:
                raise
            refused = (counted[int(str(error))].refusal or _changed_meanwhile)()
            raise refused from None

    def _refuse_inside_together(self) -> None:
        if self._together:
            raise RuntimeError("of what is asked together each waits for its rows and for nothing else")

    def _step(self, step: Callable[[], None]) -> None:
        """Go on with reads that are made together, which ask and do not run meanwhile."""
        self._together = True
        try:
            step()
        finally:
            self._together = False

    async def _ask(self, questions: Sequence[Question]) -> Sequence[Rows]:
        if any(question.writes for question in questions):
            await self._begin()
        sql = asked_together(tuple(question.query for question in questions))
        arguments = [argument for question in questions for argument in question.arguments]
        return parted(await self._run(sql, arguments), len(questions))

    async def _run(self, sql: str, arguments: Sequence[Any]) -> list[Any]:
        connection = await self._connected()
        with translated(connection):
            found: list[Any] = await connection.fetch(sql, *arguments)
            return found

    async def _connected(self) -> asyncpg.pool.PoolConnectionProxy:
        if self._connection is None:
            self._connection = await self._database.acquire()
        return self._connection

    async def _begin(self) -> asyncpg.pool.PoolConnectionProxy:
        connection = await self._connected()
        if self._transaction is None:
            with translated(connection):
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
    _keyed: KeyedReads = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._keyed = KeyedReads(self._by_keys)

    async def open(self) -> None:
        """Make the pool; ``StoreAway`` when the database does not answer."""
        if self._pool is not None:
            return
        with translated():
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
        with translated():
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

    async def by_key(self, query: KeyedQuery, key: UUID) -> Any | None:
        """The committed row with this key, or None, read together with what others ask for just now."""
        return await self._keyed.row(query, key)

    async def _by_keys(self, query: KeyedQuery, keys: Sequence[UUID]) -> Sequence[Any]:
        async with self.session() as session:
            return await session.rows(query, keys=keys)

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


def _changed_meanwhile() -> StaleWrite:
    return StaleWrite("Somebody changed this in the meantime. Read it again and repeat the change.")


class translated:  # noqa: N801  reads as a word where it is used
    """Errors of the database, said in the words of the domain.

    A connection that gave no answer in time is ended: to take it back, the pool would wait until it is known to have
    left off what it was asked, which nobody may ever hear."""

    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy | None = None) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, TimeoutError) and self._connection is not None:
            self._connection.terminate()
        match error:
            case (
                asyncpg.SerializationError()
                | asyncpg.DeadlockDetectedError()
                | asyncpg.LockNotAvailableError()
                | asyncpg.ForeignKeyViolationError()  # whom it is about was erased in the meantime
            ):
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
