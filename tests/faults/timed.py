"""A process as in production, except that its time is moved by whoever started it, and that it waits less for Stripe.

``python -m tests.faults.timed FILE COMMAND [PORT]``, with the settings of the command in the environment."""

import mmap
import os
import struct
import sys
from datetime import datetime, timedelta
from pathlib import Path

from adapters.stripe.gateway import StripeGateway
from adapters.stripe.records import StripeRecords
from adapters.system.clock import SystemClock
from entrypoints.cli import main
from saltbitter_domain.kernel import Clock

SECONDS = 1.0
"""How long Stripe is waited for, instead of 20 s."""

_OFFSET = struct.Struct("d")
_TRUE_NOW = SystemClock.now


class SharedClock(Clock):
    """The time of the machine, plus seconds that every process reads from one file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_OFFSET.pack(0.0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _OFFSET.size)

    def now(self) -> datetime:
        return _TRUE_NOW(SystemClock()) + timedelta(seconds=_OFFSET.unpack(self._shared[:])[0])

    def advance(self, by: timedelta) -> None:
        """Let it be so much later in every process."""
        self._shared[:] = _OFFSET.pack(_OFFSET.unpack(self._shared[:])[0] + by.total_seconds())


def moved(path: Path) -> None:
    """Let every clock of this process show the time of the file, and Stripe be waited for ``SECONDS``."""
    clock = SharedClock(path)

    def now(self: SystemClock) -> datetime:
        return clock.now()

    SystemClock.now = now  # type: ignore[method-assign]
    for adapter in (StripeGateway, StripeRecords):
        adapter.__init__.__defaults__ = (SECONDS,)


if __name__ == "__main__":
    moved(Path(sys.argv[1]))
    for port in sys.argv[3:]:
        os.environ["SALTBITTER_PORT"] = port  # noqa: TID251  which whoever starts us sets alike for all
    sys.exit(main([sys.argv[2]]))
