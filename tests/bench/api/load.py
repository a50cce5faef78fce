"""Load over plain connections: closed, where each asks again once it is answered, or paced, whatever comes back.

The one who asks shares the machine with the one who answers, so it is kept cheap: a protocol without streams, futures
or tasks for a request."""

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import attrs

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@attrs.define
class Outcome:
    """What came of a round: seconds of each answer, refusals, and processor seconds on both sides.

    ``waited`` are the seconds each request of a paced round lost before it was sent: the one who asks was late, or
    every connection was busy. ``queued`` are the seconds in which the server could have run and had no processor."""

    seconds: list[float] = attrs.field(factory=list)
    waited: list[float] = attrs.field(factory=list)
    refused: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    driver_cpu: float = 0.0
    queued: float = 0.0

    @property
    def rate(self) -> float:
        """Requests answered in a second."""
        return len(self.seconds) / self.wall

    @property
    def cpu_us(self) -> float:
        """Processor microseconds of the server for a request."""
        return self.cpu / max(1, len(self.seconds)) * 1e6

    @property
    def driver_us(self) -> float:
        """Processor microseconds of the one who asks for a request."""
        return self.driver_cpu / max(1, len(self.seconds)) * 1e6

    def percentile(self, part: float) -> float:
        """Milliseconds within which this part of the requests was answered."""
        return percentile(self.seconds, part)


def percentile(seconds: Sequence[float], part: float) -> float:
    """Milliseconds that this part of them do not exceed; 0 when there are none."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000 if ordered else 0.0


def merged(rounds: Sequence[Outcome]) -> Outcome:
    """All rounds as one."""
    whole = Outcome()
    for each in rounds:
        whole.seconds += each.seconds
        whole.waited += each.waited
        for name in ("refused", "wall", "cpu", "driver_cpu", "queued"):
            setattr(whole, name, getattr(whole, name) + getattr(each, name))
    return whole


@attrs.define
class Asker:
    """One member's requests, one after the other, over one connection. ``request`` gives the bytes of the next."""

    request: Callable[[], bytes]
    answered: Callable[[int], None]


def processor_seconds(pid: int) -> float:
    """What the process has used so far, in user and in system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def queued_seconds(pid: int) -> float:
    """How long the process was ready to run while others had the processors; 0 where the kernel does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


class _Connection(asyncio.Protocol):
    """Sends one request at a time and tells ``free`` when it may send another; ``lost`` when it never will."""

    def __init__(
        self, asker: Asker, outcome: Outcome, free: "Callable[[_Connection], None]", lost: Callable[[], None]
    ) -> None:
        self._asker, self._outcome, self._free, self._lost = asker, outcome, free, lost
        self._received = b""
        self._began = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its class

    def ask(self, began: float) -> None:
        """Send the next request; its time counts from ``began``."""
        self._began = began
        self._transport.write(self._asker.request())

    def data_received(self, data: bytes) -> None:
        self._received = received = self._received + data if self._received else data
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return
        at = received.lower().index(b"content-length: ", 0, end) + 16
        if len(received) < end + 4 + int(received[at : received.index(b"\r", at)]):
            return
        self._received = b""
        status = int(received[9:12])
        if 200 <= status < 300:
            self._outcome.seconds.append(time.perf_counter() - self._began)
        else:
            self._outcome.refused += 1
        self._asker.answered(status)
        self._free(self)

    def connection_lost(self, _error: Exception | None) -> None:
        self._lost()

    def close(self) -> None:
        self._transport.close()


class _Round:
    """The connections of one round, and what they use while it lasts."""

    def __init__(self, port: int, pid: int, askers: Sequence[Asker], free: Callable[[_Connection], None]) -> None:
        self.outcome = Outcome()
        self.connections: list[_Connection] = []
        self.done = asyncio.get_running_loop().create_future()
        self._port, self._pid, self._askers, self._free = port, pid, askers, free
        self._closing = False
        self._before = (0.0, 0.0, 0.0, 0.0)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        for asker in self._askers:
            made = partial(_Connection, asker, self.outcome, self._free, self._lost)
            _, connection = await loop.create_connection(made, "127.0.0.1", self._port)
            self.connections.append(connection)
        self._before = (
            time.perf_counter(),
            processor_seconds(self._pid),
            time.process_time(),
            queued_seconds(self._pid),
        )

    def close(self) -> Outcome:
        wall, cpu, driver, queued = self._before
        self.outcome.wall = time.perf_counter() - wall
        self.outcome.cpu = processor_seconds(self._pid) - cpu
        self.outcome.driver_cpu = time.process_time() - driver
        self.outcome.queued = queued_seconds(self._pid) - queued
        self._closing = True
        for connection in self.connections:
            connection.close()
        return self.outcome

    def _lost(self) -> None:
        if not self._closing and not self.done.done():
            self.done.set_exception(ConnectionError("the server closed a connection in use"))


async def closed(port: int, pid: int, askers: Sequence[Asker], seconds: float) -> Outcome:
    """Let every asker ask for so long; what came of it."""
    asking = len(askers)

    def free(connection: _Connection) -> None:
        nonlocal asking
        now = time.perf_counter()
        if now < until:
            connection.ask(now)
            return
        asking -= 1
        if not asking and not round_.done.done():
            round_.done.set_result(None)

    round_ = _Round(port, pid, askers, free)
    await round_.open()
    until = time.perf_counter() + seconds
    for connection in round_.connections:
        connection.ask(time.perf_counter())
    await round_.done
    return round_.close()


async def paced(port: int, pid: int, askers: Sequence[Asker], rate: float, seconds: float) -> Outcome:
    """Ask ``rate`` times a second, by turns, whether or not the one before was answered.

    A request's time counts from when it was due, so that what a slow answer makes the next ones wait is seen too."""
    idle: deque[_Connection] = deque()
    due: deque[float] = deque()
    left = int(rate * seconds)

    def send(connection: _Connection, intended: float) -> None:
        round_.outcome.waited.append(time.perf_counter() - intended)
        connection.ask(intended)

    def free(connection: _Connection) -> None:
        nonlocal left
        left -= 1
        if due:
            send(connection, due.popleft())
        else:
            idle.append(connection)
        if not left and not round_.done.done():
            round_.done.set_result(None)

    round_ = _Round(port, pid, askers, free)
    await round_.open()
    idle.extend(round_.connections)
    started = time.perf_counter()
    for number in range(left):
        intended = started + number / rate
        if (wait := intended - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        if idle:
            send(idle.popleft(), intended)
        else:
            due.append(intended)
    await round_.done
    return round_.close()
