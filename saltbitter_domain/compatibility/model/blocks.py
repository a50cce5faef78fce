"""Blocks that follow whoever is blocked to another account of theirs."""

from datetime import datetime, timedelta

import attrs

from saltbitter_domain.kernel import UserId

BLOCKS_FOLLOW_FOR = timedelta(days=365)
"""After the erasure of whoever was blocked. Product rule: as long as a device is known."""


@attrs.frozen
class Block:
    """A block as it follows.

    ``origin`` is the account that was blocked, which is ``about`` itself unless the block was carried from there, and
    None once that account is erased. ``at`` is when the first was blocked, and ``until`` when what was carried ends:
    None as long as the block it came from stands."""

    by: UserId
    about: UserId
    at: datetime
    origin: UserId | None
    until: datetime | None = None

    def follows(self, created_at: datetime) -> bool:
        """Whether it follows to an account made at that instant, where a device or an address of whoever is blocked was
        shown. Never to one that was there before: whoever else uses that device stays as they were, its author too."""
        return self.at < created_at


@attrs.frozen
class BlockMark:
    """What is kept of a block after whoever was blocked is erased: whose it is, and a keyed hash of an address or of a
    device of theirs, from which neither can be told. ``at``, ``origin`` and ``until`` as those of ``Block``."""

    by: UserId
    mark: str = attrs.field(repr=False)
    at: datetime
    origin: UserId | None
    until: datetime

    def block(self, about: UserId) -> Block:
        """The block of somebody who has shown to hold what the mark was made of."""
        return Block(self.by, about, self.at, self.origin, self.until)


def left_of(block: Block, mark: str, erased_at: datetime) -> BlockMark:
    """What is kept of a block about somebody who is erased at that instant. What ends already is not put off."""
    origin = None if block.origin == block.about else block.origin
    return BlockMark(block.by, mark, block.at, origin, block.until or erased_at + BLOCKS_FOLLOW_FOR)
