"""How much of bodies is in memory at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from entrypoints.http.errors import BodiesExhausted

Take = Callable[[int], None]


class Room:
    """Bounds what all bodies together take: limits of each and of how often do not, since clients are many."""

    def __init__(self, most: int) -> None:
        self._left = most

    @contextmanager
    def lent(self) -> Iterator[Take]:
        """Give a request what it takes, in bytes, until the block ends. Taking raises ``BodiesExhausted`` when there is
        no more."""
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            if size > self._left:
                raise BodiesExhausted("So much is being sent just now that there is no room.", retry_after=5)
            self._left -= size
            taken += size

        try:
            yield take
        finally:
            self._left += taken
