"""That what is evened ends when a pace is over, however long it took and however it ended."""

import asyncio
import math
from datetime import timedelta

import pytest

from adapters.system import pace
from adapters.system.pace import SystemPace
from saltbitter_domain.users.ports import Pace

PORT = Pace


LOOK = 0.00001
"""What a turn of the event loop takes, in seconds."""


class Time:
    """The seconds of a machine on which nothing takes time but what is said to, and waiting: whole milliseconds by a
    timer, or a turn of the event loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(pace, "monotonic", lambda: self.now)
        monkeypatch.setattr(asyncio, "sleep", self.wait)

    def passes(self, seconds: float) -> None:
        self.now += seconds

    async def wait(self, seconds: float) -> None:
        self.now += LOOK if seconds <= 0 else math.ceil(seconds * 1000) / 1000


@pytest.mark.parametrize("taken", [0.0, 0.0001, 0.00235, 0.012, 0.0248, 0.025])
async def test_what_takes_less_than_a_pace_is_over_with_it(taken: float, monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time(monkeypatch)

    async with SystemPace(timedelta(milliseconds=25)).evened():
        time.passes(taken)

    assert time.now == pytest.approx(100.025, abs=2 * LOOK)


async def test_what_is_refused_takes_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time(monkeypatch)

    with pytest.raises(LookupError):
        async with SystemPace(timedelta(milliseconds=25)).evened():
            raise LookupError

    assert time.now == pytest.approx(100.025, abs=2 * LOOK)


async def test_what_takes_longer_is_not_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time(monkeypatch)

    async with SystemPace(timedelta(milliseconds=25)).evened():
        time.passes(0.2)

    assert time.now == pytest.approx(100.2, abs=2 * LOOK)
