"""Reading on until a page is full."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

R = TypeVar("R")
V = TypeVar("V")


async def full_page(
    read: Callable[[R | None], Awaitable[Sequence[R]]],
    show: Callable[[Sequence[R]], Awaitable[Sequence[V]]],
    limit: int,
) -> Sequence[V]:
    """Up to ``limit`` views, reading on after the last row for as long as there are rows, since not every row is shown.

    ``read`` gives up to ``limit`` rows after one, or the first; ``show`` the views of those that may be shown."""
    views: list[V] = []
    rows = await read(None)
    while True:
        views += await show(rows)
        if len(views) >= limit or len(rows) < limit:
            return views[:limit]
        rows = await read(rows[-1])
