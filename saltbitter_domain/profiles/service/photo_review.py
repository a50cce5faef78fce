"""What staff decide on photos."""

from collections.abc import Callable, Sequence

import attrs

from saltbitter_domain.kernel import Clock, FieldProblem, PhotoId, UserId
from saltbitter_domain.profiles.model import (
    MAX_REVIEW,
    REVIEW_LATE_AFTER,
    OwnerSeemsUnderAge,
    Photo,
    PhotoAddress,
    PhotoMissing,
    PhotoReviewed,
    PhotoState,
    RefusalReason,
    ReviewInvalid,
)
from saltbitter_domain.profiles.policies import (
    LINE_BREAKS,
    in_order,
    photo_addresses,
    reviewed,
    taken_down,
    text_problems,
)
from saltbitter_domain.profiles.ports import PhotoStore
from saltbitter_domain.profiles.service.photos import save_changes
from saltbitter_domain.uow import UnitsOfWork, retrying


class PhotoReviewService:
    """People look at what no machine has judged, decide on appeals, and take down what should not be seen. Whoever is
    refused is always told why."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, store: PhotoStore) -> None:
        self._begin = begin
        self._clock = clock
        self._store = store

    async def waiting(self, limit: int) -> Sequence[Photo]:
        """Up to ``limit`` photos that wait for a person to look, or to look again, longest waiting first."""
        async with self._begin() as uow:
            return await uow.photos.awaiting_staff(limit)

    async def late(self) -> int:
        """How many photos have waited for a first look for 18 hours or longer: since they were uploaded, or since staff
        were asked to look at what others had seen."""
        async with self._begin() as uow:
            return await uow.photos.in_review_since(self._clock.now() - REVIEW_LATE_AFTER)

    def urls(self, photo: Photo, staff_id: UserId) -> tuple[PhotoAddress, ...]:
        """Signed addresses of the renditions, good for 15 minutes while whoever asks is of the staff."""
        return photo_addresses(photo, self._store, staff_id)

    async def decide(
        self,
        staff_id: UserId,
        photo_id: PhotoId,
        refusal: RefusalReason | None,
        reason: str | None,
        *,
        owner_seems_under_age: bool = False,
    ) -> Photo:
        """Decide on a photo that waits: approve it (None), or refuse it.

        ``reason``, 1 to 500 characters, is for its owner, who reads it beside the photo and in a mail; what is approved
        at the first look needs none. A picture that a person finds not allowed is refused from now on wherever it comes
        up; one that is approved on appeal, no more. Where its owner seems to be a minor, their account is suspended
        too, until they prove their age, and the photo has to be refused as not allowed.
        ``PhotoMissing``, ``NothingToDecide``, ``AnotherPersonMustDecide``, ``ReviewInvalid``."""
        if owner_seems_under_age and refusal is not RefusalReason.NOT_ALLOWED:
            message = "Say not_allowed for a photo whose owner seems to be under age."
            raise ReviewInvalid(message, fields=(FieldProblem("owner_seems_under_age", "refusal_unfit", message),))

        def decide(photo: Photo) -> Photo:
            return reviewed(photo, staff_id, refusal, reason)

        return await self._change(photo_id, reason, decide, reason if owner_seems_under_age else None)

    async def take_down(
        self, staff_id: UserId, photo_id: PhotoId, reason: str, *, owner_seems_under_age: bool = False
    ) -> Photo:
        """Take down a photo that others see, as not allowed; in all else like ``decide``."""

        def decide(photo: Photo) -> Photo:
            return taken_down(photo, staff_id, reason)

        return await self._change(photo_id, reason, decide, reason if owner_seems_under_age else None)

    async def _change(
        self, photo_id: PhotoId, reason: str | None, decide: Callable[[Photo], Photo], under_age: str | None = None
    ) -> Photo:
        if reason is not None and (problems := tuple(text_problems("reason", reason, MAX_REVIEW, breaks=LINE_BREAKS))):
            raise ReviewInvalid("The member will read the reason, so there has to be one.", fields=problems)
        return await retrying(lambda: self._decide(photo_id, reason, decide, under_age))

    async def _decide(
        self, photo_id: PhotoId, reason: str | None, decide: Callable[[Photo], Photo], under_age: str | None
    ) -> Photo:
        async with self._begin() as uow:
            before = await uow.photos.beside(photo_id)
            photo = next((each for each in before if each.id == photo_id), None)
            if photo is None:
                raise PhotoMissing("There is no such photo.")
            decided = decide(photo)
            album = in_order([decided if each.id == photo_id else each for each in before])
            # Which may have found another place for it, where it is welcome.
            placed = next(each for each in album if each.id == photo_id)
            await save_changes(uow, before, album)
            if photo.perceptual_hash is not None and decided.refusal is RefusalReason.NOT_ALLOWED:
                await uow.removed_photos.remember(photo.perceptual_hash, self._clock.now())
            elif photo.perceptual_hash is not None and decided.refusal is None and photo.state is PhotoState.APPEALED:
                await uow.removed_photos.forget(photo.perceptual_hash)
            uow.emit(PhotoReviewed(photo.user_id, photo_id, placed.state is PhotoState.APPROVED, reason))
            if under_age is not None:
                uow.emit(OwnerSeemsUnderAge(photo.user_id, under_age))
            await uow.commit()
        return attrs.evolve(placed, version=photo.version + 1)
