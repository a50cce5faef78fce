"""What exports need from outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from saltbitter_domain.exports.model import DataExport
from saltbitter_domain.kernel import ExportId, UserId

Columns = Mapping[str, Sequence[str]]
"""By the name of a table in the data register: the columns wanted of it."""

Records = Mapping[str, Sequence[Mapping[str, object]]]
"""By the name of a table: its rows, each a value under the name of every column wanted."""


class Exports(Protocol):
    """The store of what was asked for, and what came of it."""

    async def add(self, export: DataExport) -> None:
        """Store a request; ``ExportRunning`` while another of the member's is not ready."""
        ...

    async def get(self, export_id: ExportId) -> DataExport | None: ...

    async def of(self, user_id: UserId) -> Sequence[DataExport]:
        """The member's, newest first."""
        ...

    async def save(self, export: DataExport) -> None:
        """Store a change made to version ``export.version``, which becomes one higher; ``StaleWrite`` when outdated."""
        ...

    async def remove(self, export_id: ExportId) -> None:
        """Forget it; nothing happens when it is not there."""
        ...

    async def waiting_since(self, instant: datetime) -> int:
        """How many were requested at ``instant`` or before and are not ready."""
        ...

    async def forget(self, ready_before: datetime, limit: int) -> int:
        """Forget up to ``limit`` that were ready before this instant; how many."""
        ...


class MemberRecords(Protocol):
    """Reads of everything that is stored about one member, as it is stored."""

    async def of(self, user_id: UserId, columns: Columns) -> Records:
        """The member's rows of these tables, and of each row these columns.

        Of a row that two members share (one with the columns ``low`` and ``high``) the member gets their own side, if
        they have decided anything: the columns are then those of ``policies.own_side``, and nothing that is the
        other's alone is among them. ``LookupError`` for a table or column that is not there."""
        ...


class Archives(Protocol):
    """Where finished copies are kept, encrypted, until they are fetched or too old."""

    async def put(self, export_id: ExportId, content: bytes) -> None:
        """Keep it whole or not at all; putting it again replaces it."""
        ...

    async def get(self, export_id: ExportId) -> bytes | None:
        """What was put, or None when it is gone or was not put with the present key."""
        ...

    async def delete(self, export_id: ExportId) -> None:
        """Forget it; nothing happens when it is not there."""
        ...

    async def forget(self, before: datetime) -> int:
        """Forget whatever was put before this instant; how many."""
        ...
