"""One transaction over the store: its own layer of changes, checked again and applied at once by commit."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from adapters.memory.store import MemoryStore, Tables
from saltbitter_domain.kernel import StaleWrite

R = TypeVar("R")


class Transaction:
    """Changes are remembered as functions. Each runs when it is asked for, on the transaction's own view, and once
    more at commit on what is committed by then, so that both times the same rules are checked: a version, a
    uniqueness, a next number. What a change told its caller must still be true at commit, else ``StaleWrite``."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._view = store.tables.layer()
        self._changes: list[tuple[Callable[[Tables], Any], Any]] = []
        self._held: set[Hashable] = set()
        self._writable = True
        self._readable = True

    def read(self, query: Callable[[Tables], R]) -> R:
        """What the query finds in the committed state of this moment with the transaction's own changes above it."""
        with self._store.lock:
            if not self._readable:
                raise RuntimeError("this unit of work is over")
            return query(self._view)

    def write(self, change: Callable[[Tables], R]) -> R:
        """Make a change, for now visible only here."""
        with self._store.lock:
            if not self._writable:
                raise RuntimeError("this unit of work was committed or left; begin another")
            told = change(self._view)
            self._changes.append((change, told))
            return told

    async def hold(self, row: Hashable) -> None:
        """Wait until no other transaction holds this row, and hold it until the end of this one."""
        await self._store.row_locks.acquire(row, self)
        self._held.add(row)

    def commit(self) -> None:
        """Apply every change or none."""
        with self._store.lock:
            if not self._writable:
                raise RuntimeError("this unit of work was committed or left; begin another")
            self._writable = False
            outcome = self._store.tables.layer()
            for change, told in self._changes:
                if change(outcome) != told:
                    raise StaleWrite("Somebody changed the same things in the meantime. Read again and repeat.")
            outcome.flush(self._store.tables)
            self._view = self._store.tables.layer()
        self._release()

    def close(self) -> None:
        """End without a trace of what was not committed."""
        self._writable = self._readable = False
        self._release()

    def _release(self) -> None:
        self._store.row_locks.release(self._held)
        self._held = set()
