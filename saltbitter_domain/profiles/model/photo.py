"""A member's photos, from upload to what others may see."""

from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import (
    Conflict,
    Invalid,
    NotFound,
    PhotoId,
    TooLarge,
    Unavailable,
    UnsupportedMedia,
    UserId,
)

MAX_PHOTOS = 6
MAX_APPEAL = 500
"""In code points."""
MAX_PHOTO_BYTES = 10 * 1024 * 1024
"""What a phone's camera saves fits several times over."""
MAX_PHOTO_PIXELS = 40_000_000
"""Width times height, counted before decoding: a small file can hold a picture that fills the memory."""
PHOTO_ADDRESS_LIFETIME = timedelta(minutes=15)
"""As long as an access token: whoever may no longer see a photo has no address of it either."""


class PhotoState(StrEnum):
    PROCESSING = "processing"
    APPROVED = "approved"
    REFUSED = "refused"
    APPEALED = "appealed"


class RefusalReason(StrEnum):
    """Why a photo was refused; each has a sentence in ``catalogue`` that says what to do."""

    UNREADABLE = "unreadable"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    NOT_ALLOWED = "not_allowed"
    REMOVED_BEFORE = "removed_before"


@attrs.frozen
class Photo:
    """One of up to six photos; position 0 is the primary, and vacant when no photo is fit to be it.

    ``width`` and ``height`` are pixels of the upright picture and ``faces`` how many clear faces it shows; they, the
    hashes and the renditions exist once the photo was processed and could be read."""

    id: PhotoId
    user_id: UserId
    position: int
    state: PhotoState
    uploaded_at: datetime
    blurhash: str | None = None
    perceptual_hash: str | None = None
    width: int | None = None
    height: int | None = None
    faces: int | None = None
    refusal: RefusalReason | None = None
    appeal: str | None = None
    version: int = 1


class Size(StrEnum):
    """Renditions by the length of their longer side in pixels."""

    LARGE = "1080"
    MEDIUM = "480"
    SMALL = "160"


class Format(StrEnum):
    WEBP = "webp"
    JPEG = "jpeg"


@attrs.frozen
class PhotoAddress:
    """A signed address of one rendition, good for at most 15 minutes."""

    size: Size
    format: Format
    url: str = attrs.field(repr=False)


@event("profiles.photo_uploaded")
class PhotoUploaded(Event):
    user_id: UserId
    photo_id: PhotoId


@event("profiles.photo_decided")
class PhotoDecided(Event):
    user_id: UserId
    photo_id: PhotoId
    state: PhotoState


@event("profiles.photo_deleted")
class PhotoDeleted(Event):
    user_id: UserId
    photo_id: PhotoId


class PhotoMissing(NotFound):
    code = "photo_missing"


class TooManyPhotos(Conflict):
    code = "too_many_photos"


class PhotoTooLarge(TooLarge):
    code = "photo_too_large"


class PhotoStoreUnavailable(Unavailable):
    """Photos can be neither stored nor read just now."""

    code = "photo_store_unavailable"


class PhotoTypeNotAccepted(UnsupportedMedia):
    code = "photo_type_not_accepted"


class PhotoOrderInvalid(Invalid):
    code = "photo_order_invalid"


class PrimaryPhotoUnfit(Conflict):
    """The first photo must be approved and show exactly one face."""

    code = "primary_photo_unfit"


class AppealInvalid(Invalid):
    code = "appeal_invalid"


class AppealNotPossible(Conflict):
    code = "appeal_not_possible"
