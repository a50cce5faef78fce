"""Photos as staff see and decide on them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.paging import Items, WaitingQuery
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.kernel import PhotoId, UserId
from saltbitter_domain.profiles.model import (
    MAX_REVIEW,
    AnotherPersonMustDecide,
    NothingToDecide,
    Photo,
    PhotoAddress,
    PhotoMissing,
    PhotoState,
    RefusalReason,
    ReviewInvalid,
)
from saltbitter_domain.profiles.service import PhotoReviewService


@attrs.frozen
class ReviewedPhoto:
    """A photo as staff see it, which is without whose it is: ``in_review`` when nobody has judged it, or counted its
    faces, ``appealed`` when its owner asks to look again and says why. The first of a member has ``position`` 0 and
    must show exactly one face; ``reason`` is what was written to the owner last."""

    id: PhotoId
    position: int
    state: PhotoState
    uploaded_at: datetime
    refusal: RefusalReason | None
    appeal: str | None
    reason: str | None
    addresses: tuple[PhotoAddress, ...]


@attrs.frozen
class Review:
    """``refusal`` is null to approve. The owner reads the ``reason``, which only a photo that is approved at the first
    look can do without. Where they seem to be a minor, which goes with ``not_allowed`` alone, they are shut out until
    they prove their age."""

    refusal: RefusalReason | None
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REVIEW)] | None = attrs.field(default=None, repr=False)
    owner_seems_under_age: bool = False


@attrs.frozen
class Removal:
    """The owner reads the ``reason``. Where they seem to be a minor, they are shut out until they prove their age."""

    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REVIEW)] = attrs.field(repr=False)
    owner_seems_under_age: bool = False


@attrs.frozen
class PhotoReviews:
    reviews: PhotoReviewService

    @route("GET", "/api/staff/photos/waiting", audience=Audience.STAFF)
    async def waiting_photos(self, call: Call, query: WaitingQuery) -> Items[ReviewedPhoto]:
        """Photos that nobody has judged, and refusals that were appealed, longest waiting first."""
        photos = await self.reviews.waiting(query.limit)
        call.shown.update(photo.user_id for photo in photos)
        return Items(tuple(self._view(photo, call.user_id) for photo in photos))

    @route(
        "POST",
        "/api/staff/photos/{photo_id}/review",
        audience=Audience.STAFF,
        errors=(PhotoMissing, NothingToDecide, AnotherPersonMustDecide, ReviewInvalid),
    )
    async def review(self, call: Call, body: Review, photo_id: UUID) -> ReviewedPhoto:
        """Decide on a photo that waits.

        Its owner is mailed what was decided and why. A picture that is not allowed is refused from now on, whoever
        uploads it."""
        decided = await self.reviews.decide(
            call.user_id,
            PhotoId(photo_id),
            body.refusal,
            body.reason,
            owner_seems_under_age=body.owner_seems_under_age,
        )
        return self._view(decided, call.user_id)

    @route(
        "POST",
        "/api/staff/photos/{photo_id}/removal",
        audience=Audience.STAFF,
        errors=(PhotoMissing, NothingToDecide, AnotherPersonMustDecide, ReviewInvalid),
    )
    async def take_down(self, call: Call, body: Removal, photo_id: UUID) -> ReviewedPhoto:
        """Take down a photo that others see.

        Its owner is mailed the reason and may appeal. The picture is refused from now on, whoever uploads it."""
        removed = await self.reviews.take_down(
            call.user_id, PhotoId(photo_id), body.reason, owner_seems_under_age=body.owner_seems_under_age
        )
        return self._view(removed, call.user_id)

    def _view(self, photo: Photo, staff_id: UserId) -> ReviewedPhoto:
        return ReviewedPhoto(
            id=photo.id,
            position=photo.position,
            state=photo.state,
            uploaded_at=photo.uploaded_at,
            refusal=photo.refusal,
            appeal=photo.appeal,
            reason=photo.reason,
            addresses=self.reviews.urls(photo, staff_id),
        )
