"""The periodic jobs, declared once. Production hands them to periodiq; the embedded modes tick them by the Clock."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import attrs
import pendulum
from periodiq import cron

from saltbitter_domain.kernel import Clock


@attrs.frozen
class PeriodicJob:
    """A job and when it runs, as a cron line in UTC. Running it twice or late must be harmless."""

    name: str
    when: str
    run: Callable[[], Awaitable[object]]


class Ticker:
    """Decides which jobs are due by the Clock. A job missed for hours, or skipped by the time machine, is due once."""

    def __init__(self, jobs: Sequence[PeriodicJob], clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock
        self._next: dict[str, datetime] = {job.name: clock.now() for job in jobs}

    def due(self) -> list[PeriodicJob]:
        """The jobs whose time has come; each is then due again at its next cron time."""
        now = self._clock.now()
        due = [job for job in self._jobs if self._next[job.name] <= now]
        for job in due:
            self._next[job.name] = cron(job.when).next_valid_date(pendulum.instance(now))
        return due
