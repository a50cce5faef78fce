"""``make attack-limits`` for a few seconds: that what it asks holds, and that it can tell when it does not."""

import asyncio
import sys
import time
from contextlib import suppress

import pytest

from tests.attack.limits import Siege, besiege

SECONDS = 6.0


@pytest.mark.skipif(sys.platform != "linux", reason="what Linux says of another process")
async def test_under_siege_memory_is_bounded_everybody_else_is_answered_and_nothing_is_left_over() -> None:
    """How soon one is answered and what grows in the long run is for the long run to say."""
    most, _, left, _, unanswered = await besiege(SECONDS)

    assert [row for row in (most, left, unanswered) if not row["holds"]] == []
    assert most["value"] > 0


async def test_who_is_cut_off_is_counted_as_unanswered_and_comes_again() -> None:
    comers, gone = 0, asyncio.Event()

    async def cut_off_the_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal comers
        comers += 1
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n") and comers > 1:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup")
        writer.close()
        if comers > 1:
            gone.set()

    async with await asyncio.start_server(cut_off_the_first, "127.0.0.1", 0) as server:
        siege = Siege(server.sockets[0].getsockname()[1])
        await siege.look(time.monotonic() + 1.0)
        await gone.wait()

    assert (siege.unanswered, comers) == (1, 2)
    assert siege.looks
