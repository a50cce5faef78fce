"""What others see of a member."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from saltbitter_domain.kernel import GridCell, PhotoId, UserId
from saltbitter_domain.profiles.catalogue import INTERESTS
from saltbitter_domain.profiles.model import (
    PHOTO_ADDRESS_LIFETIME,
    Format,
    Gender,
    Photo,
    PhotoAddress,
    PhotoState,
    Profile,
    PublicPhoto,
    PublicProfile,
    Size,
    age_on,
)
from saltbitter_domain.profiles.policies.place import distance_band
from saltbitter_domain.profiles.ports import PhotoStore

_NAMES = frozenset(f"{size}.{form}" for size in Size for form in Format)


def public_view(
    profile: Profile, photos: Sequence[PublicPhoto], *, seen_from: GridCell | None, today: date
) -> PublicProfile:
    """What another member may see: age and never the birth date, a city and a distance band and never a coordinate;
    neither orientation nor the values' ratings nor whom the member hopes to meet.

    ``seen_from`` is the viewer's cell, ``today`` the day it is where the member lives."""
    content = profile.content
    return PublicProfile(
        user_id=profile.user_id,
        name=content.name,
        pronouns=content.pronouns,
        age=age_on(profile.date_of_birth, today),
        genders=tuple(gender for gender in Gender if gender in content.genders),
        intention=content.intention,
        has_children=content.has_children,
        wants_children=content.wants_children,
        smoking=content.smoking,
        drinking=content.drinking,
        education=content.education,
        religion=content.religion,
        languages=content.languages,
        bio=content.bio,
        prompts=content.prompts,
        interests=tuple(interest for interest in INTERESTS if interest in content.interests),
        city=profile.city,
        distance=distance_band(profile.cell, seen_from),
        photos=tuple(photos),
    )


def renditions_prefix(photo_id: PhotoId) -> str:
    """What the keys of all renditions of a photo start with in the photo store."""
    return f"photos/{photo_id}/"


def look_prefix(photo_id: PhotoId, look: UUID) -> str:
    """What the keys of the renditions start with that were made at one look at a photo."""
    return f"{renditions_prefix(photo_id)}{look}/"


def rendition_key(photo: Photo, size: Size, format: Format) -> str:  # noqa: A002  the field's word
    """Where the photo store keeps a rendition of what was judged."""
    folder = renditions_prefix(photo.id) if photo.look is None else look_prefix(photo.id, photo.look)
    return f"{folder}{size}.{format}"


def photo_at(key: str) -> PhotoId | None:
    """The photo whose rendition the photo store keeps under this key, or None for any other key."""
    match key.split("/"):
        case ["photos", photo_id, name] | ["photos", photo_id, _, name] if name in _NAMES:
            try:
                return PhotoId(UUID(photo_id))
            except ValueError:
                return None
    return None


def photo_addresses(photo: Photo, store: PhotoStore, viewer: UserId) -> tuple[PhotoAddress, ...]:
    """Signed addresses of every rendition, good for 15 minutes and for this viewer; none while the photo is processed
    or if it never could be read. They are for its owner, for staff, and for others only when it is approved."""
    if photo.blurhash is None:
        return ()
    return tuple(
        PhotoAddress(size, form, store.url(rendition_key(photo, size, form), viewer, PHOTO_ADDRESS_LIFETIME))
        for size in Size
        for form in Format
    )


def public_photos(photos: Iterable[Photo], store: PhotoStore, viewer: UserId) -> tuple[PublicPhoto, ...]:
    """The approved ones of a member's photos, as the viewer sees them."""
    return tuple(
        PublicPhoto(photo.id, photo.width, photo.height, photo.blurhash, photo_addresses(photo, store, viewer))
        for photo in photos
        if photo.state is PhotoState.APPROVED and photo.width and photo.height and photo.blurhash
    )
