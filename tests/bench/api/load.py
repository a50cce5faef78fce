"""A closed load: so many connections, each of which asks again as soon as it is answered."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

CLOCK_TICKS = 100


@attrs.define
class Outcome:
    """What came of a round: seconds of each request, refusals, and processor seconds of the server."""

    seconds: list[float] = attrs.field(factory=list)
    refused: int = 0
    wall: float = 0.0
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Requests answered in a second."""
        return len(self.seconds) / self.wall

    @property
    def cpu_us(self) -> float:
        """Processor microseconds of the server for a request."""
        return self.cpu / max(1, len(self.seconds)) * 1e6

    def percentile(self, part: float) -> float:
        """Milliseconds within which this part of the requests was answered."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000 if ordered else 0.0


@attrs.define
class Asker:
    """One member's requests, one after the other, over one connection. ``request`` gives the bytes of the next."""

    request: Callable[[], bytes]
    answered: Callable[[int], None]


def processor_seconds(pid: int) -> float:
    """What the process has used so far, in user and in system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


async def closed(port: int, pid: int, askers: Sequence[Asker], seconds: float) -> Outcome:
    """Let every asker ask for so long; what came of it."""
    outcome = Outcome()
    before, started = processor_seconds(pid), time.perf_counter()
    await asyncio.gather(*(_ask(port, asker, started + seconds, outcome) for asker in askers))
    outcome.wall = time.perf_counter() - started
    outcome.cpu = processor_seconds(pid) - before
    return outcome


async def paced(port: int, pid: int, askers: Sequence[Asker], rate: float, seconds: float) -> Outcome:
    """Ask ``rate`` times a second, by turns, whether or not the one before was answered."""
    outcome = Outcome()
    queue: asyncio.Queue[float] = asyncio.Queue()
    workers = [asyncio.create_task(_ask_when_due(port, asker, queue, outcome)) for asker in askers]
    before, started = processor_seconds(pid), time.perf_counter()
    for number in range(int(rate * seconds)):
        due = started + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        queue.put_nowait(due)
    for _ in workers:
        queue.put_nowait(float("inf"))
    await asyncio.gather(*workers)
    outcome.wall = time.perf_counter() - started
    outcome.cpu = processor_seconds(pid) - before
    return outcome


async def _ask(port: int, asker: Asker, until: float, outcome: Outcome) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (began := time.perf_counter()) < until:
        await _one(reader, writer, asker, began, outcome)
    writer.close()


async def _ask_when_due(port: int, asker: Asker, queue: "asyncio.Queue[float]", outcome: Outcome) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (due := await queue.get()) != float("inf"):
        await _one(reader, writer, asker, due, outcome)
    writer.close()


async def _one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asker: Asker, began: float, outcome: Outcome
) -> None:
    writer.write(asker.request())
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.lower().index(b"content-length:") + 15
    await reader.readexactly(int(head[at : head.index(b"\r", at)]))
    status = int(head[9:12])
    if status == 200:
        outcome.seconds.append(time.perf_counter() - began)
    else:
        outcome.refused += 1
    asker.answered(status)
