"""A member's own photos."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.paging import Items
from entrypoints.http.routing import Audience, Call, Upload, route
from saltbitter_domain.kernel import PhotoId
from saltbitter_domain.profiles.catalogue import REFUSALS
from saltbitter_domain.profiles.model import (
    MAX_APPEAL,
    MAX_PHOTO_BYTES,
    AppealInvalid,
    AppealNotPossible,
    Photo,
    PhotoAddress,
    PhotoMissing,
    PhotoOrderInvalid,
    PhotoState,
    PhotoStoreUnavailable,
    PhotoTooLarge,
    PhotoTypeNotAccepted,
    PrimaryPhotoUnfit,
    RefusalReason,
    TooManyPhotos,
)
from saltbitter_domain.profiles.service import PhotoService

PHOTO = Upload(
    "photo", ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"), MAX_PHOTO_BYTES, PhotoTooLarge
)


@attrs.frozen
class PhotoView:
    """A photo as its owner sees it. ``what_to_do`` goes with a refusal, ``reason`` is what a person wrote
    who decided; the addresses are good for 15 minutes."""

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
        upload=PHOTO,
        errors=(PhotoTypeNotAccepted, TooManyPhotos, PhotoStoreUnavailable),
    )
    async def upload_photo(self, call: Call) -> PhotoView:
        """Add a photo: JPEG, PNG, WebP or HEIC, at most 10 MiB.

        It is looked at first; others see it once it is approved."""
        return self._view(await self.photos.upload_photo(call.user_id, call.upload))

    @route("GET", "/api/me/photos", audience=Audience.MEMBER)
    async def list_photos(self, call: Call) -> Items[PhotoView]:
        """The member's photos in their order, in whatever state."""
        return self._views(await self.photos.photos(call.user_id))

    @route("PUT", "/api/me/photos/order", audience=Audience.MEMBER, errors=(PhotoOrderInvalid, PrimaryPhotoUnfit))
    async def arrange_photos(self, call: Call, body: PhotoOrder) -> Items[PhotoView]:
        """Put the photos in another order."""
        return self._views(await self.photos.arrange(call.user_id, body.photo_ids))

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
            what_to_do=REFUSALS[photo.refusal] if photo.refusal else None,
            appeal=photo.appeal,
            reason=photo.reason,
            addresses=self.photos.urls(photo),
        )
