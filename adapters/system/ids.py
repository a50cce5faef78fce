"""UUIDv7 (RFC 9562, section 5.7)."""

import os
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

from saltbitter_domain.kernel import Clock, Ids

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_COUNTER_BITS = 12
_VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << 62


class UuidV7Ids(Ids):
    """Ids that grow strictly within a process, whatever its clock does. Safe between threads.

    ``rand_a`` holds a counter (RFC 9562, section 6.2, method 1) that starts anew each millisecond at a random value in
    its lower half. When it is used up, or the clock stands still or goes back, the ids run ahead of the clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._lock = Lock()

    def new(self) -> UUID:
        random = int.from_bytes(os.urandom(10))
        start = random >> 62 & (1 << _COUNTER_BITS - 1) - 1
        now = (self._clock.now() - _EPOCH) // _MILLISECOND << _COUNTER_BITS | start
        with self._lock:
            # A carry out of the counter goes into the milliseconds above it, which keeps the order.
            self._last = last = now if now >> _COUNTER_BITS > self._last >> _COUNTER_BITS else self._last + 1
        milliseconds, counter = last >> _COUNTER_BITS, last & (1 << _COUNTER_BITS) - 1
        return UUID(int=milliseconds << 80 | counter << 64 | random & (1 << 62) - 1 | _VERSION_AND_VARIANT)
