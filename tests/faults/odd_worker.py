"""A worker as in production, except that its clock is wrong or that one event kills it.

``python -m tests.faults.odd_worker [--skew SECONDS]``, with the settings of ``saltbitter work`` in the environment."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from adapters.system.clock import SystemClock
from config import application
from config.application import Application, Listener, Listeners
from entrypoints.cli import main
from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import EventId

POISON = "faults.poisoned"


@event(POISON)
class Poisoned(Event):
    """Ends whoever works on it. No process but these workers can even read it."""


async def die(_message: EventId, _event: Poisoned) -> None:
    """What a segmentation fault does."""
    os.kill(os.getpid(), signal.SIGKILL)


def skew_clocks(seconds: float) -> None:
    """Let every clock of this process that tells the date go wrong: the application's and dramatiq's."""
    true_now, true_time = SystemClock.now, time.time

    def now(self: SystemClock) -> datetime:
        return true_now(self) + timedelta(seconds=seconds)

    SystemClock.now = now  # type: ignore[method-assign]
    time.time = lambda: true_time() + seconds


def with_poison(**services: object) -> Listeners:
    """The listeners of the product, and the one that dies."""
    product: Mapping[str, Sequence[tuple[str, Listener]]] = application.listeners(**services)  # type: ignore[arg-type]
    return {**product, POISON: [("die", die)]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skew", type=float, default=0.0)
    skew_clocks(parser.parse_args().skew)
    Application.listeners.set_provides(with_poison)
    sys.exit(main(["work"]))
