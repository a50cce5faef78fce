"""Everybody, as a process holds them for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from saltbitter_domain.compatibility.service.morning import Crowd


class Everybody:
    """The crowd that ``read`` gives as of an instant, held for as long as ``holds``.

    Whoever asks once half of that is over gets what is held, and it is read anew behind them, so that where somebody
    asks often nobody waits. Whoever finds nothing that still holds waits; what several wait for is read once."""

    def __init__(self, read: Callable[[datetime], Awaitable[Crowd]], holds: timedelta) -> None:
        self._read = read
        self._holds = holds
        self._held: Crowd | None = None
        self._readings: dict[asyncio.Task[Crowd], datetime] = {}

    async def as_of(self, now: datetime) -> Crowd:
        """Everybody as they were less than ``holds`` before now, or are. Raises what reading raises to who waits."""
        held = self._held
        if held is None or now - held.at >= self._holds:
            return await asyncio.shield(self._reading(now))
        if now - held.at >= self._holds / 2:
            _ = self._reading(now)
        return held

    async def close(self) -> None:
        """Leave off reading."""
        for reading in self._readings:
            reading.cancel()
        await asyncio.gather(*self._readings, return_exceptions=True)

    def _reading(self, now: datetime) -> asyncio.Task[Crowd]:
        """What is being read already, if it will hold, or a reading that begins now."""
        for reading, began in self._readings.items():
            if now - began < self._holds:
                return reading
        reading = asyncio.create_task(self._renew(now))
        self._readings[reading] = now
        reading.add_done_callback(self._over)
        return reading

    async def _renew(self, now: datetime) -> Crowd:
        crowd = await self._read(now)
        if self._held is None or self._held.at < crowd.at:
            self._held = crowd
        return crowd

    def _over(self, reading: asyncio.Task[Crowd]) -> None:
        del self._readings[reading]
        if not reading.cancelled():
            reading.exception()  # Whoever waited was told; where nobody did, the next one reads again.
