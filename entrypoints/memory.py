"""How a process that serves looks after its memory."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG_OBJECTS = 20_000
"""So many new objects the API makes between two looks for cycles among them, of which a request leaves none."""
YOUNG_LOOKS = 1_000
"""So many such looks between two at what has outlived one: with ten thousand connections that took 0.6 s."""
LARGE_BLOCK = 64 * 1024
"""Bytes from which a block is the system's, and is given back to it when it is freed."""
M_MMAP_THRESHOLD = -3
"""mallopt(3)."""


@contextmanager
def spared_for_serving() -> Iterator[None]:
    """Let the collector look only at what is made in the block, and seldom; and give large blocks back for good.

    A look at everything that a process has loaded, and at ten thousand connections, holds every request up."""
    return_large_blocks()
    thresholds = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_LOOKS, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def return_large_blocks() -> None:
    """Keep glibc from keeping what is freed; other libraries are left as they are.

    Whenever a larger block is freed, glibc cuts blocks of that size from its heap from then on, up to 32 MiB, and the
    heap shrinks at its end only: after a crowd of large requests a process kept over 200 MiB in which nothing was."""
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
