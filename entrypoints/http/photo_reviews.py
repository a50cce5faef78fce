"""Photos as staff see and decide on them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.paging import Items
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
class AppealsQuery:
    """How many photos."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20


@attrs.frozen
class ReviewedPhoto:
    """A photo as staff see it, which is without whose it is. The first of a member has ``position`` 0 and must show
    exactly one face; ``appeal`` is what its owner says, ``reason`` what was written to them last."""

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
    """``refusal`` is null to approve. The owner reads the ``reason``."""

    refusal: RefusalReason | None
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REVIEW)] = attrs.field(repr=False)


@attrs.frozen
class Removal:
    """The owner reads the ``reason``. Where they seem to be a minor, they are shut out until they prove their age."""

    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REVIEW)] = attrs.field(repr=False)
    owner_seems_under_age: bool = False


@attrs.frozen
class PhotoReviews:
    reviews: PhotoReviewService

    @route("GET", "/api/staff/photos/appeals", audience=Audience.STAFF)
    async def appeals(self, call: Call, query: AppealsQuery) -> Items[ReviewedPhoto]:
        """Photos whose refusal was appealed, longest uploaded first."""
        photos = await self.reviews.appealed(query.limit)
        call.shown.update(photo.user_id for photo in photos)
        return Items(tuple(self._view(photo, call.user_id) for photo in photos))

    @route(
        "POST",
        "/api/staff/photos/{photo_id}/review",
        audience=Audience.STAFF,
        errors=(PhotoMissing, NothingToDecide, AnotherPersonMustDecide, ReviewInvalid),
    )
    async def review(self, call: Call, body: Review, photo_id: UUID) -> ReviewedPhoto:
        """Decide on an appeal.

        Its owner is mailed the reason. A picture that is not allowed is refused from now on, whoever uploads it."""
        decided = await self.reviews.decide(call.user_id, PhotoId(photo_id), body.refusal, body.reason)
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
