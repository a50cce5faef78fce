"""What it takes for blocks to follow whoever is blocked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from saltbitter_domain.compatibility.model import Block, BlockMark
from saltbitter_domain.kernel import UserId


class Blocks(Protocol):
    """Blocks by whom they are about, those that were carried among them, and what is kept of some after an erasure.

    What was carried parts two people as any block does. It is no decision of its author's: it is not listed to them and
    not in their copy, and only what it came from can be lifted by them."""

    async def about(self, user_id: UserId) -> Sequence[Block]:
        """Every block about the member, carried or not. Whoever stores or lifts one of them at the same time is waited
        for, or waits until this unit of work is over."""
        ...

    async def stands(self, by: UserId, about: UserId) -> bool:
        """Whether the member blocks the other of their own accord."""
        ...

    async def carry(self, block: Block) -> None:
        """Store what was carried, in place of a pass, and of all that the other has decided but for a block of theirs.
        Nothing happens where its author likes the other, and so knows them, or blocks them already."""
        ...

    async def end_carried_from(self, origin: UserId, until: datetime) -> None:
        """Let what was carried from an account that is erased end then."""
        ...

    async def lift_carried(self, about: UserId) -> int:
        """Lift all that was carried to the member; how many."""
        ...

    async def lift_ended(self, now: datetime, limit: int) -> int:
        """Lift up to ``limit`` carried ones whose end has come; how many."""
        ...

    async def keep(self, marks: Sequence[BlockMark]) -> None:
        """Store marks. Of two alike the one that ends later stays."""
        ...

    async def kept(self, mark: str, now: datetime) -> Sequence[BlockMark]:
        """The marks of this hash that have not ended."""
        ...

    async def forget_marks(self, now: datetime, limit: int) -> int:
        """Forget up to ``limit`` marks whose end has come; how many."""
        ...
