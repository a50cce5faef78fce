"""Statements over everybody: by COPY, and with more time than a request has."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.postgres.database import Session, translated

SECONDS = 60
"""What one such statement may take. Measured with a million members: the longest takes a third of it."""

MEMORY = "128MB"
"""What one such statement may hold in memory, so that a million ids are looked up without a file."""

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_PIECE = 2**20

Rows = NDArray[Any]


class Bulk:
    """What a unit of work does in bulk, in its transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._patient = False

    async def copy_out(self, query: str, *arguments: Any, size: int) -> bytes:
        """The one column of a query, which is a bytea of ``size`` bytes in every row, row after row."""
        connection = await self._connection()
        received = bytearray()

        async def receive(data: bytes) -> None:
            received.extend(data)

        with translated(connection):
            await connection.copy_from_query(query, *arguments, output=receive, format="binary", timeout=SECONDS)
        layout = np.dtype([("fields", ">i2"), ("size", ">i4"), ("row", f"V{size}")])
        body = memoryview(received)[len(_HEADER) : len(received) - len(_TRAILER)]
        return bytes(np.frombuffer(body, layout)["row"].tobytes())

    async def copy_in(self, table: str, parts: Iterable[Rows]) -> None:
        """Add rows to a table: structured arrays that hold them as the binary format of COPY does."""
        connection = await self._connection()

        async def pieces() -> AsyncIterator[bytes]:
            yield _HEADER
            for part in parts:
                whole = memoryview(part.tobytes())
                for start in range(0, len(whole), _PIECE):
                    yield bytes(whole[start : start + _PIECE])
            yield _TRAILER

        with translated(connection):
            await connection.copy_to_table(table, source=pieces(), format="binary", timeout=SECONDS)

    async def run(self, sql: str, *arguments: Any) -> list[Any]:
        """A statement; the rows it returns."""
        connection = await self._connection()
        with translated(connection):
            found: list[Any] = await connection.fetch(sql, *arguments, timeout=SECONDS)
            return found

    async def execute(self, script: str) -> None:
        """Several statements without arguments."""
        connection = await self._connection()
        with translated(connection):
            await connection.execute(script, timeout=SECONDS)

    async def _connection(self) -> Any:
        connection = await self._session.in_transaction()
        if not self._patient:
            with translated(connection):
                await connection.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'; SET LOCAL work_mem = '{MEMORY}'")
            self._patient = True
        return connection
