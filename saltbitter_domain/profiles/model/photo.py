"""A member's photos, from upload to what others may see."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

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
MAX_REVIEW = 500
"""Code points of what staff write to the member."""
MAX_PHOTO_BYTES = 10 * 1024 * 1024
"""What a phone's camera saves fits several times over."""
MAX_PHOTO_PIXELS = 40_000_000
"""Width times height, counted before decoding: a small file can hold a picture that fills the memory."""
PHOTO_ADDRESS_LIFETIME = timedelta(minutes=15)
"""As long as an access token: whoever may no longer see a photo has no address of it either."""
UPLOAD_LIFETIME = timedelta(minutes=10)
"""In which a photo can be sent straight to the store: enough for 10 MB over a slow line."""
CHECKS_AWAITED = timedelta(hours=4)
"""So long the machines that look at photos may be away before a person is asked instead. Product rule."""
REVIEW_LATE_AFTER = timedelta(hours=18)
"""From the upload of a photo that nobody has looked at until whoever runs the product is told: members read that it
usually takes less than a day."""


class PhotoState(StrEnum):
    PROCESSING = "processing"
    IN_REVIEW = "in_review"
    """No machine has judged it, or counted the faces of a first photo, so that a person has to before others see it."""
    APPROVED = "approved"
    REFUSED = "refused"
    APPEALED = "appealed"


AWAITING_STAFF = frozenset({PhotoState.IN_REVIEW, PhotoState.APPEALED})


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
    decided_by: UserId | None = None
    """Who of the staff decided last; None while only machines did."""
    reason: str | None = None
    """What they wrote to the member."""
    moderated: bool = False
    """Whether somebody, machine or person, has judged what it shows and found that others may see it."""
    asked_at: datetime | None = None
    """When staff were asked to look at it, where others had seen it before: it has not waited since its upload then."""
    look: UUID | None = None
    """Of the times that it was looked at the one by which it was decided, whose renditions are what may be seen. None
    before it was decided on, and for what a release decided that did not tell looks apart."""
    version: int = 1

    @property
    def waits_since(self) -> datetime:
        """Since when it waits for staff, where it does."""
        return self.asked_at or self.uploaded_at


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


@attrs.frozen
class UploadForm:
    """Where a file is sent as multipart/form-data: these fields first, as they are, then the file as ``file``.

    Whoever has it can send one file in one place, of the type and size that were asked for, and read nothing."""

    url: str = attrs.field(repr=False)
    fields: Mapping[str, str] = attrs.field(repr=False)


@attrs.frozen
class AwaitedUpload:
    """A photo that can be sent straight to the store until ``expires_at``, and is then said to be there."""

    photo_id: PhotoId
    form: UploadForm
    expires_at: datetime


@event("profiles.photo_uploaded", slow=True)
class PhotoUploaded(Event):
    user_id: UserId
    photo_id: PhotoId


@event("profiles.photo_decided")
class PhotoDecided(Event):
    user_id: UserId
    photo_id: PhotoId
    state: PhotoState


@event("profiles.photo_reviewed")
class PhotoReviewed(Event):
    """A person decided, after which the photo is ``approved``, be it in another place, or refused. ``reason`` is what
    they wrote to the member: None for nothing, when they approved at the first look."""

    user_id: UserId
    photo_id: PhotoId
    approved: bool
    reason: str | None


@event("profiles.owner_seems_under_age")
class OwnerSeemsUnderAge(Event):
    """Whose photo was refused or taken down looks like a minor. ``reason`` is for them to read."""

    user_id: UserId
    reason: str = attrs.field(repr=False)


@event("profiles.photo_deleted")
class PhotoDeleted(Event):
    user_id: UserId
    photo_id: PhotoId


class PhotoMissing(NotFound):
    code = "photo_missing"


class UploadMissing(NotFound):
    """Nothing was sent to the store under this id, by this member, in the last day."""

    code = "upload_missing"


class TooManyPhotos(Conflict):
    code = "too_many_photos"


class PhotoTooLarge(TooLarge):
    code = "photo_too_large"


class PhotoStoreUnavailable(Unavailable):
    """Photos can be neither stored nor read just now."""

    code = "photo_store_unavailable"


class PhotoCheckUnavailable(Unavailable):
    """Whoever looks at photos does not answer; a photo waits until they do."""

    code = "photo_check_unavailable"


class PhotoTypeNotAccepted(UnsupportedMedia):
    code = "photo_type_not_accepted"


class PhotoOrderInvalid(Invalid):
    code = "photo_order_invalid"


class PrimaryPhotoUnfit(Conflict):
    """The first photo must be approved and show exactly one face."""

    code = "primary_photo_unfit"


class NothingToDecide(Conflict):
    """Staff decide on photos that nobody has judged or that were appealed, and remove ones that others see."""

    code = "photo_nothing_to_decide"


class AnotherPersonMustDecide(Conflict):
    """Nobody decides on a photo of their own, or on an appeal against a decision of theirs."""

    code = "another_person_must_decide"


class ReviewInvalid(Invalid):
    code = "photo_review_invalid"


class AppealInvalid(Invalid):
    code = "appeal_invalid"


class AppealNotPossible(Conflict):
    code = "appeal_not_possible"
