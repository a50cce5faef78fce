"""Rate limits and remembered answers of one process."""

import math
import threading
from collections import deque
from datetime import datetime, timedelta

import attrs

from saltbitter_domain.kernel import Clock
from saltbitter_domain.traffic import (
    Idempotency,
    IdempotencyKeyReused,
    RateLimits,
    RequestInProgress,
    StoredAnswer,
)

MAX_KEYS = 100_000
"""How many callers are counted at once; beyond, whoever was quiet for longest is forgotten."""

REMEMBERED_FOR = timedelta(hours=24)
MAX_ANSWERS = 50_000
MAX_ANSWERS_BYTES = 64 * 1024 * 1024
RESERVED_FOR = timedelta(seconds=60)
"""After this long without an answer the first request is taken to have died, and the key is free again."""


class MemoryRateLimits(RateLimits):
    """The exact sliding window: the times of the requests that were let through. A refused request does not count."""

    def __init__(self, clock: Clock, max_keys: int = MAX_KEYS) -> None:
        self._clock = clock
        self._max_keys = max_keys
        self._lock = threading.Lock()
        self._hits: dict[tuple[str, str], deque[datetime]] = {}

    async def hit(self, scope: str, key: str, limit: int, window: timedelta) -> int | None:
        now = self._clock.now()
        with self._lock:
            hits = self._hits.pop((scope, key), deque())
            self._hits[scope, key] = hits  # The latest user comes last, so that the longest quiet comes first.
            if len(self._hits) > self._max_keys:
                del self._hits[next(iter(self._hits))]
            while hits and hits[0] <= now - window:
                hits.popleft()
            if len(hits) < limit:
                hits.append(now)
                return None
            free_at = hits[len(hits) - limit] + window if limit else now + window
            return max(1, math.ceil((free_at - now).total_seconds()))


_Key = tuple[str, str]


@attrs.frozen
class _Request:
    fingerprint: str
    begun_at: datetime
    answer: StoredAnswer | None = None

    @property
    def size(self) -> int:
        """Bytes of the answer."""
        if self.answer is None:
            return 0
        return len(self.answer.body) + sum(len(name) + len(value) for name, value in self.answer.headers)

    def forgotten(self, now: datetime) -> bool:
        return now >= self.begun_at + (RESERVED_FOR if self.answer is None else REMEMBERED_FOR)


class MemoryIdempotency(Idempotency):
    """At most ``max_answers`` answers, of at most ``max_bytes`` together, are remembered.

    Beyond that the oldest answers are forgotten before their day is over; a retry that comes so late is done again.
    Keys of requests still under way are never among them."""

    def __init__(self, clock: Clock, *, max_answers: int = MAX_ANSWERS, max_bytes: int = MAX_ANSWERS_BYTES) -> None:
        self._clock = clock
        self._max_answers = max_answers
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._unanswered: dict[_Key, _Request] = {}
        self._answered: dict[_Key, _Request] = {}

    async def begin(self, owner: str, key: str, fingerprint: str) -> StoredAnswer | None:
        now = self._clock.now()
        with self._lock:
            self._forget(now)
            first = self._unanswered.get((owner, key)) or self._answered.get((owner, key))
            if first is None or first.forgotten(now):
                self._drop((owner, key))
                self._unanswered[owner, key] = _Request(fingerprint, now)
                return None
        if first.fingerprint != fingerprint:
            raise IdempotencyKeyReused("This key was used for another request. Choose a new key for a new request.")
        if first.answer is None:
            raise RequestInProgress("The first request with this key is still being answered.", retry_after=1)
        return first.answer

    async def finish(self, owner: str, key: str, answer: StoredAnswer | None) -> None:
        with self._lock:
            request = self._unanswered.pop((owner, key), None)
            if answer is None or request is None:
                return
            self._answered[owner, key] = answered = attrs.evolve(request, answer=answer)
            self._bytes += answered.size
            while len(self._answered) > self._max_answers or self._bytes > self._max_bytes:
                self._drop(next(iter(self._answered)))

    def _forget(self, now: datetime) -> None:
        """Drop what is over a day old; the oldest requests and the oldest answers come first."""
        for requests in (self._unanswered, self._answered):
            while requests and now >= requests[first := next(iter(requests))].begun_at + REMEMBERED_FOR:
                self._drop(first)

    def _drop(self, key: _Key) -> None:
        self._unanswered.pop(key, None)
        dropped = self._answered.pop(key, None)
        self._bytes -= dropped.size if dropped else 0
