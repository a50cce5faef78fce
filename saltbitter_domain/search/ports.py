"""What a search over profiles needs from outside."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.kernel import UserId
from saltbitter_domain.search.model import Hit, Terms


class ProfileSearch(Protocol):
    """Finds people by what they say of themselves, outside any unit of work; what it finds may be a moment old."""

    async def find(self, viewer: Traits, asked: Terms, limit: int, after: Hit | None = None) -> Sequence[Hit]:
        """Up to ``limit`` people whose profile fits, the best ``rank`` first and of one rank the lower id first; those
        after the hit ``after``.

        Found are only those who take part and may be shown to the viewer and the viewer to them, by ``eligible``, and
        between whom and the viewer nothing stands, as in ``Decisions.excluded``; so whoever is incognito only if they
        like the viewer. Fewer than ``limit`` are all there are. ``SearchTooBroad`` when it would take too long."""
        ...

    async def find_met(
        self, viewer: UserId, asked: Terms, since: date, limit: int, after: Hit | None = None, *, likers: bool
    ) -> Sequence[Hit]:
        """Up to ``limit`` people whose profile fits, in the same order, of those the viewer may have come across: who
        was suggested to them on ``since`` or later, who is their match and, with ``likers``, who likes them; those
        after the hit ``after``.

        Whether the viewer may still know of them is for ``acquaintance`` to say."""
        ...
