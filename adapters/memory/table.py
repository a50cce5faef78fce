"""Rows by key with indexes, and layers of changes above them."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import attrs

from saltbitter_domain.compatibility.model import DailyMatches
from saltbitter_domain.exports.model import DataExport
from saltbitter_domain.kernel import StaleWrite
from saltbitter_domain.orders.model import Order
from saltbitter_domain.profiles.model import Photo, Profile
from saltbitter_domain.reviews.model import Review
from saltbitter_domain.users.model import OneTimeToken, Session, User
from saltbitter_domain.users.model.devices import Device
from saltbitter_domain.users.model.passkeys import Passkey
from saltbitter_domain.users.model.second_factor import SecondFactor

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Table(Generic[K, V]):
    """Rows by key. A layer above a table shows that table with changes that are not made in it before ``flush``.

    Rows are immutable values. Whoever reads or writes holds the store's lock."""

    def __init__(self, **indexes: Callable[[V], Hashable]) -> None:
        self._indexes = indexes
        self._below: Table[K, V] | None = None
        self._rows: dict[K, V | None] = {}  # None hides a row of the table below.
        self._keys: dict[tuple[str, Hashable], dict[K, None]] = {}

    def layer(self) -> "Table[K, V]":
        """An empty layer of changes above this table."""
        above: Table[K, V] = Table(**self._indexes)
        above._below = self
        return above

    def get(self, key: K) -> V | None:
        if key in self._rows or self._below is None:
            return self._rows.get(key)
        return self._below.get(key)

    def put(self, key: K, row: V) -> None:
        self._unlink(key)
        self._rows[key] = row
        for index, value_of in self._indexes.items():
            self._keys.setdefault((index, value_of(row)), {})[key] = None

    def drop(self, key: K) -> None:
        self._unlink(key)
        if self._below is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = None

    def where(self, index: str, value: Hashable) -> list[V]:
        """The rows whose ``index`` has this value."""
        return [row for key in self.keys_where(index, value) if (row := self.get(key)) is not None]

    def keys_where(self, index: str, value: Hashable) -> list[K]:
        """The keys of the rows whose ``index`` has this value."""
        below = self._below.keys_where(index, value) if self._below else ()
        return [*(key for key in below if key not in self._rows), *self._keys.get((index, value), ())]

    def items(self) -> dict[K, V]:
        """Every row under its key."""
        below = self._below.items() if self._below else {}
        return {key: row for key, row in {**below, **self._rows}.items() if row is not None}

    def flush(self, into: "Table[K, V]") -> None:
        """Make the changes of this layer in another table."""
        for key, row in self._rows.items():
            if row is None:
                into.drop(key)
            else:
                into.put(key, row)

    def _unlink(self, key: K) -> None:
        row = self._rows.get(key)
        if row is None:
            return
        for index, value_of in self._indexes.items():
            place = (index, value_of(row))
            self._keys[place].pop(key, None)
            if not self._keys[place]:
                del self._keys[place]


E = TypeVar(
    "E",
    User,
    Session,
    OneTimeToken,
    SecondFactor,
    Passkey,
    Device,
    Profile,
    Photo,
    DailyMatches,
    DataExport,
    Order,
    Review,
)


def replace(table: Table[K, E], key: K, entity: E) -> None:
    """Store a change made to version ``entity.version``, which becomes one higher; else ``StaleWrite``."""
    stored = table.get(key)
    if stored is None or stored.version != entity.version:
        raise StaleWrite("Somebody changed this in the meantime. Read it again and repeat the change.")
    table.put(key, attrs.evolve(entity, version=entity.version + 1))
