"""What it takes for a suspension to outlast an erasure."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class Bars(Protocol):
    """The store of keyed hashes of what members had who were erased while they were suspended."""

    async def put(self, marks: Collection[str], until: datetime) -> None:
        """Keep them until then, or as long as they are kept already if that is longer."""
        ...

    async def hold(self, mark: str, now: datetime) -> bool:
        """Whether it is kept, and its end has not come."""
        ...

    async def forget(self, now: datetime, limit: int) -> int:
        """Forget up to ``limit`` whose end has come; how many."""
        ...
