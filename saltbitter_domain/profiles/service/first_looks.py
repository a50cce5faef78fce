"""Photos that others see though nobody has judged them, which an older release approved where no machine looked."""

from uuid import UUID

import attrs

from saltbitter_domain.kernel import Clock, PhotoId
from saltbitter_domain.profiles.model import PhotoState
from saltbitter_domain.profiles.policies import is_unjudged
from saltbitter_domain.profiles.service.photos import save_changes
from saltbitter_domain.uow import UnitsOfWork, retrying

BATCH = 500
_BEFORE_ALL = PhotoId(UUID(int=0))


class FirstLookService:
    """Has people look at what others see and nobody is known to have judged."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    async def ask(self) -> int:
        """Let each such photo wait for staff, unseen by others until a person has approved it; how many.

        One after the other, each for itself: whoever is interrupted asks again, and the rest follow."""
        last, asked = _BEFORE_ALL, 0
        while photo_ids := await self._next(last):
            for photo_id in photo_ids:
                asked += await retrying(lambda: self._ask(photo_id))  # noqa: B023  it is awaited at once
            last = photo_ids[-1]
        return asked

    async def _next(self, last: PhotoId) -> list[PhotoId]:
        async with self._begin() as uow:
            return [photo.id for photo in await uow.photos.unjudged(last, BATCH)]

    async def _ask(self, photo_id: PhotoId) -> bool:
        """Whether it still had to be asked for: its owner may have deleted it, and staff have taken it down."""
        async with self._begin() as uow:
            photo = await uow.photos.get(photo_id)
            if photo is None or not is_unjudged(photo):
                return False
            asked = attrs.evolve(photo, state=PhotoState.IN_REVIEW, asked_at=self._clock.now())
            await save_changes(uow, [photo], [asked])
            await uow.commit()
            return True
