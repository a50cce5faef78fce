"""Stripe's test clock: what is due happens at its instant, also when it is looked at later."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import attrs


@attrs.define
class TestClock:
    """The present instant, which is that of ``present`` unless something is being made up for."""

    __test__ = False

    present: Callable[[], datetime]
    _instant: datetime | None = None

    def now(self) -> datetime:
        return self._instant or self.present()

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """Let it be this instant for the block."""
        self._instant = instant
        try:
            yield
        finally:
            self._instant = None
