"""Everybody, as a process holds them: never older than is allowed, and read behind those who ask where that can be."""

import asyncio
from datetime import datetime, timedelta

import pytest

from saltbitter_domain.compatibility.service.everybody import Everybody
from saltbitter_domain.compatibility.service.morning import Crowd
from tests.doubles.builders import NOW

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


class Reading:
    """Reads nobody in particular, once it is let; ``begun`` has the instants as of which."""

    def __init__(self) -> None:
        self.begun: list[datetime] = []
        self.let = asyncio.Event()
        self.let.set()
        self.fails = False

    async def __call__(self, now: datetime) -> Crowd:
        self.begun.append(now)
        await self.let.wait()
        if self.fails:
            raise OSError("away")
        return Crowd(now.date(), now, b"", b"")


async def settled() -> None:
    """Whatever can go on has gone on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_was_read_is_held_and_read_anew_behind_whoever_asks_in_its_second_half() -> None:
    reading = Reading()
    everybody = Everybody(reading, MINUTE)
    first = await everybody.as_of(NOW)
    assert await everybody.as_of(NOW + 29 * SECOND) is first
    assert reading.begun == [NOW]

    reading.let.clear()
    assert await everybody.as_of(NOW + 30 * SECOND) is first
    assert await everybody.as_of(NOW + 59 * SECOND) is first
    await settled()
    assert reading.begun == [NOW, NOW + 30 * SECOND]
    reading.let.set()
    await settled()
    assert (await everybody.as_of(NOW + 59 * SECOND)).at == NOW + 30 * SECOND
    assert len(reading.begun) == 2


async def test_nobody_is_given_what_holds_no_more_and_what_several_wait_for_is_read_once() -> None:
    reading = Reading()
    everybody = Everybody(reading, MINUTE)
    await everybody.as_of(NOW)

    given = await asyncio.gather(*(everybody.as_of(NOW + MINUTE + n * SECOND) for n in range(3)))
    assert {crowd.at for crowd in given} == {NOW + MINUTE}
    assert len(reading.begun) == 2


async def test_a_reading_that_takes_longer_than_it_holds_is_given_to_nobody_who_comes_later() -> None:
    reading = Reading()
    reading.let.clear()
    everybody = Everybody(reading, MINUTE)
    early = asyncio.create_task(everybody.as_of(NOW))
    await settled()
    late = asyncio.create_task(everybody.as_of(NOW + MINUTE))
    await settled()
    reading.let.set()

    assert [(await early).at, (await late).at] == [NOW, NOW + MINUTE]
    assert (await everybody.as_of(NOW + MINUTE)).at == NOW + MINUTE


async def test_where_nothing_holds_everybody_is_read_whenever_they_are_asked_for() -> None:
    reading = Reading()
    everybody = Everybody(reading, timedelta(0))

    await asyncio.gather(*(everybody.as_of(NOW) for _ in range(3)))
    assert reading.begun == [NOW] * 3


async def test_a_reading_that_fails_is_told_to_whoever_waits_and_made_again_for_the_next() -> None:
    reading = Reading()
    everybody = Everybody(reading, MINUTE)
    reading.fails = True
    with pytest.raises(OSError, match="away"):
        await everybody.as_of(NOW)
    reading.fails = False
    first = await everybody.as_of(NOW)

    reading.fails = True
    assert await everybody.as_of(NOW + 40 * SECOND) is first
    await settled()
    reading.fails = False
    assert await everybody.as_of(NOW + 50 * SECOND) is first
    await settled()
    assert (await everybody.as_of(NOW + 50 * SECOND)).at == NOW + 50 * SECOND


async def test_whoever_gives_up_waiting_takes_nothing_from_the_others() -> None:
    reading = Reading()
    reading.let.clear()
    everybody = Everybody(reading, MINUTE)
    impatient, patient = (asyncio.create_task(everybody.as_of(NOW)) for _ in range(2))
    await settled()
    impatient.cancel()
    await settled()
    reading.let.set()

    assert (await patient).at == NOW
    assert reading.begun == [NOW]


async def test_nothing_goes_on_once_it_is_closed() -> None:
    reading = Reading()
    everybody = Everybody(reading, MINUTE)
    await everybody.as_of(NOW)
    reading.let.clear()
    await everybody.as_of(NOW + 40 * SECOND)
    await settled()

    await everybody.close()

    assert asyncio.all_tasks() == {asyncio.current_task()}
