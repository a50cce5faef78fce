"""What profiles need from outside."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from saltbitter_domain.kernel import GridArea, GridCell, PhotoId, UserId
from saltbitter_domain.profiles.model import Format, Photo, Profile, RefusalReason, Size, UploadForm


class Profiles(Protocol):
    """The store of profiles, one per member."""

    async def add(self, profile: Profile) -> None:
        """Store a new profile; ``ProfileExists`` when the member has one."""
        ...

    async def get(self, user_id: UserId) -> Profile | None:
        """The member's profile, or None."""
        ...

    async def save(self, profile: Profile) -> None:
        """Store a change made to version ``profile.version``, which becomes one higher.

        ``StaleWrite`` when that version is no longer the latest."""
        ...

    async def numbers_in(self, areas: Sequence[GridArea], up_to: int) -> Sequence[int]:
        """How many members' smallest cells are in each area; ``up_to`` when there are as many or more. Counted are
        those with a verified address and an active account: nobody is mistaken for somebody who cannot be seen."""
        ...


class Photos(Protocol):
    """The store of what is known of photos (their pixels are in the ``PhotoStore``)."""

    async def add(self, photo: Photo) -> None:
        """Store a new photo; ``TooManyPhotos`` when the member already has six, ``StaleWrite`` when it is there."""
        ...

    async def get(self, photo_id: PhotoId) -> Photo | None:
        """The photo, or None."""
        ...

    async def of(self, user_id: UserId) -> Sequence[Photo]:
        """The member's photos by position."""
        ...

    async def beside(self, photo_id: PhotoId) -> Sequence[Photo]:
        """All photos of the member whose photo this is, by position; none when there is no such photo."""
        ...

    async def awaiting_staff(self, limit: int) -> Sequence[Photo]:
        """Up to ``limit`` photos that wait for a person to look, or to look again, longest waiting first."""
        ...

    async def in_review_since(self, instant: datetime) -> int:
        """How many wait for a person's first look since ``instant`` or longer (``waits_since``)."""
        ...

    async def unjudged(self, after: PhotoId, limit: int) -> Sequence[Photo]:
        """Up to ``limit`` photos that are approved though nobody is known to have judged them (``is_unjudged``), by id,
        those that follow ``after``."""
        ...

    async def save(self, *changed: Photo) -> None:
        """Store changes made to the version each has; ``StaleWrite`` as for profiles."""
        ...

    async def remove(self, photo_id: PhotoId) -> None:
        """Forget the photo; nothing happens when it is not there."""
        ...


SAME_PICTURE_BITS = 8
"""Of the 64 of a perceptual hash: two that differ in no more are of the same picture (``tests/contracts/
test_removed_photos.py`` measures it on photographs saved anew)."""


class RemovedPhotos(Protocol):
    """The perceptual hashes of pictures that staff removed, each 64 bits in 16 hexadecimal digits.

    Nothing says whose they were, and no picture can be drawn from them."""

    async def remember(self, perceptual_hash: str, at: datetime) -> None:
        """Refuse this picture from now on; nothing happens when it is known already."""
        ...

    async def forget(self, perceptual_hash: str) -> None:
        """Allow it again, and whatever it resembles."""
        ...

    async def resembles(self, perceptual_hash: str) -> bool:
        """Whether it differs from a removed one in at most ``SAME_PICTURE_BITS``."""
        ...


@attrs.frozen
class Rendition:
    size: Size
    format: Format
    content: bytes


@attrs.frozen
class Rendered:
    """A photo decoded, turned upright, and encoded anew from its pixels alone, in every size and format.

    ``width`` and ``height`` are pixels of the upright original."""

    renditions: tuple[Rendition, ...]
    width: int
    height: int
    blurhash: str
    perceptual_hash: str


class PhotoStore(Protocol):
    """Where the bytes of photos are kept, by opaque key; ``PhotoStoreUnavailable`` while it does not answer."""

    async def put(self, key: str, content: bytes, content_type: str) -> None: ...

    async def get(self, key: str) -> bytes | None: ...

    async def delete(self, prefix: str) -> None:
        """Delete every key that starts with ``prefix``."""
        ...

    async def keys_older_than(self, prefix: str, before: datetime, after: str = "", limit: int = 1000) -> Sequence[str]:
        """Up to ``limit`` keys that start with ``prefix`` and were last put before the instant ``before``, which is
        exact to the second, in alphabetical order, those that follow the key ``after``."""
        ...

    def url(self, key: str, viewer: UserId, lifetime: timedelta) -> str:
        """A signed address that serves the bytes for at most ``lifetime``, itself at most 15 minutes, and no longer
        than the ``viewer`` may see them."""
        ...

    async def form(self, key: str, content_type: str, max_bytes: int, lifetime: timedelta) -> UploadForm:
        """By which anybody can put one file of 1 to ``max_bytes`` bytes under ``key``, said to be of exactly this type,
        for ``lifetime``. What it is in truth, nobody has looked at."""
        ...


class PhotoEditor(Protocol):
    """Reads and re-encodes images."""

    def sniff(self, content: bytes) -> str | None:
        """The media type by content: image/jpeg, image/png, image/webp or image/heic, else None."""
        ...

    async def render(self, content: bytes) -> Rendered | RefusalReason:
        """All renditions, or why not (``UNREADABLE``). Pixels are counted before decoding; off the event loop."""
        ...


class FaceDetector(Protocol):
    """Finds faces in pictures. It never tells whose."""

    async def count(self, image: bytes) -> int:
        """How many clear faces the JPEG rendition shows; ``PhotoCheckUnavailable`` when that is not known."""
        ...


class PhotoModerator(Protocol):
    """Judges what others may see."""

    async def judge(self, image: bytes) -> RefusalReason | None:
        """Why others may not see the picture, a JPEG rendition, or None when they may.

        ``PhotoCheckUnavailable`` when it could not be looked at: silence is never consent."""
        ...


@attrs.frozen
class Place:
    """The nearest city worth naming and the IANA time zone of a cell."""

    city: str
    time_zone: str


class Places(Protocol):
    """Knows cities and where which clocks hold, and looks them up off the event loop."""

    async def at(self, cell: GridCell) -> Place | None:
        """What is there, or None in open water far from any city."""
        ...
