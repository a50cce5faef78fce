"""A member's own photos."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.paging import Items
from entrypoints.http.routing import Audience, Call, Upload, route
from saltbitter_domain.kernel import PhotoId
from saltbitter_domain.profiles.catalogue import IN_REVIEW, REFUSALS
from saltbitter_domain.profiles.model import (
    MAX_APPEAL,
    MAX_PHOTO_BYTES,
    AppealInvalid,
    AppealNotPossible,
    AwaitedUpload,
    Photo,
    PhotoAddress,
    PhotoCheckUnavailable,
    PhotoMissing,
    PhotoOrderInvalid,
    PhotoState,
    PhotoStoreUnavailable,
    PhotoTooLarge,
    PhotoTypeNotAccepted,
    PrimaryPhotoUnfit,
    RefusalReason,
    TooManyPhotos,
    UploadMissing,
)
from saltbitter_domain.profiles.service import PhotoService


class PhotoType(StrEnum):
    """As what a photo may be sent."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    HEIF = "image/heif"


PHOTO_TYPES = tuple(kind.value for kind in PhotoType)
PHOTO = Upload("photo", PHOTO_TYPES, MAX_PHOTO_BYTES, PhotoTooLarge)


@attrs.frozen
class PhotoView:
    """A photo as its owner sees it. ``what_to_do`` goes with a refusal and with the wait for a person,
    ``reason`` is what one wrote who decided; the addresses are good for 15 minutes."""

    id: PhotoId
    position: int
    state: PhotoState
    uploaded_at: datetime
    width: int | None
    height: int | None
    blurhash: str | None
    refusal: RefusalReason | None
    what_to_do: str | None
    appeal: str | None
    reason: str | None
    addresses: tuple[PhotoAddress, ...]


@attrs.frozen
class PhotoOrder:
    """Every photo of the member once, in the order wished; the first is the primary."""

    photo_ids: Annotated[tuple[PhotoId, ...], Meta(max_length=20)]


@attrs.frozen
class UploadWish:
    media_type: PhotoType


@attrs.frozen
class Appeal:
    words: Annotated[str, Meta(min_length=1, max_length=MAX_APPEAL)] = attrs.field(repr=False)


@attrs.frozen
class Photos:
    photos: PhotoService

    @route(
        "POST",
        "/api/me/photos",
        audience=Audience.MEMBER,
        status=201,
        idempotent=True,
        a_day=200,
        upload=PHOTO,
        errors=(PhotoTypeNotAccepted, TooManyPhotos, PhotoStoreUnavailable),
    )
    async def upload_photo(self, call: Call) -> PhotoView:
        """Add a photo: JPEG, PNG, WebP or HEIC, at most 10 MiB.

        It is looked at first; others see it once it is approved."""
        return self._view(await self.photos.upload_photo(call.user_id, await call.upload()))

    @route(
        "POST",
        "/api/me/photos/uploads",
        audience=Audience.MEMBER,
        status=201,
        a_day=200,
        errors=(TooManyPhotos, PhotoStoreUnavailable),
    )
    async def await_upload(self, call: Call, body: UploadWish) -> AwaitedUpload:
        """Ask for a form by which a photo is sent straight to the store.

        POST the photo to its address within ten minutes, as multipart/form-data: the fields as they are, then the photo
        as `file`. Then say that it is there. What is never said to be there is removed after a day."""
        return await self.photos.await_upload(call.user_id, body.media_type)

    @route("GET", "/api/me/photos", audience=Audience.MEMBER)
    async def list_photos(self, call: Call) -> Items[PhotoView]:
        """The member's photos in their order, in whatever state."""
        return self._views(await self.photos.photos(call.user_id))

    @route(
        "PUT",
        "/api/me/photos/order",
        audience=Audience.MEMBER,
        errors=(PhotoOrderInvalid, PrimaryPhotoUnfit, PhotoCheckUnavailable, PhotoStoreUnavailable),
    )
    async def arrange_photos(self, call: Call, body: PhotoOrder) -> Items[PhotoView]:
        """Put the photos in another order.

        The first must show one face, which is counted now where nobody has."""
        return self._views(await self.photos.arrange(call.user_id, body.photo_ids))

    @route(
        "PUT",
        "/api/me/photos/{photo_id}",
        audience=Audience.MEMBER,
        a_day=200,
        errors=(UploadMissing, PhotoTooLarge, PhotoTypeNotAccepted, TooManyPhotos, PhotoStoreUnavailable),
    )
    async def complete_upload(self, call: Call, photo_id: UUID) -> PhotoView:
        """Say that a photo is there that was sent straight to the store.

        It is looked at first, like any other. Said again, it is answered with the same photo."""
        return self._view(await self.photos.complete_upload(call.user_id, PhotoId(photo_id)))

    @route("DELETE", "/api/me/photos/{photo_id}", audience=Audience.MEMBER, errors=(PhotoMissing,))
    async def delete_photo(self, call: Call, photo_id: UUID) -> None:
        """Delete a photo for good."""
        await self.photos.delete_photo(call.user_id, PhotoId(photo_id))

    @route(
        "POST",
        "/api/me/photos/{photo_id}/appeal",
        audience=Audience.MEMBER,
        errors=(PhotoMissing, AppealInvalid, AppealNotPossible),
    )
    async def appeal_photo(self, call: Call, body: Appeal, photo_id: UUID) -> PhotoView:
        """Ask a person to look at a refused photo again."""
        return self._view(await self.photos.appeal(call.user_id, PhotoId(photo_id), body.words))

    def _views(self, photos: Sequence[Photo]) -> Items[PhotoView]:
        return Items(tuple(map(self._view, photos)))

    def _view(self, photo: Photo) -> PhotoView:
        return PhotoView(
            id=photo.id,
            position=photo.position,
            state=photo.state,
            uploaded_at=photo.uploaded_at,
            width=photo.width,
            height=photo.height,
            blurhash=photo.blurhash,
            refusal=photo.refusal,
            what_to_do=_what_to_do(photo),
            appeal=photo.appeal,
            reason=photo.reason,
            addresses=self.photos.urls(photo),
        )


def _what_to_do(photo: Photo) -> str | None:
    if photo.state is PhotoState.IN_REVIEW:
        return IN_REVIEW
    return REFUSALS[photo.refusal] if photo.refusal else None
