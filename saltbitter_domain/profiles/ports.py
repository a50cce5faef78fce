"""What profiles need from outside."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from saltbitter_domain.kernel import GridArea, GridCell, PhotoId, UserId
from saltbitter_domain.profiles.model import Format, Photo, Profile, RefusalReason, Size


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

    async def number_in(self, area: GridArea, up_to: int) -> int:
        """How many members' smallest cells are in the area; ``up_to`` when there are as many or more."""
        ...


class Photos(Protocol):
    """The store of what is known of photos (their pixels are in the ``PhotoStore``)."""

    async def add(self, photo: Photo) -> None:
        """Store a new photo; ``TooManyPhotos`` when the member already has six."""
        ...

    async def get(self, photo_id: PhotoId) -> Photo | None:
        """The photo, or None."""
        ...

    async def of(self, user_id: UserId) -> Sequence[Photo]:
        """The member's photos by position."""
        ...

    async def save(self, *changed: Photo) -> None:
        """Store changes made to the version each has; ``StaleWrite`` as for profiles."""
        ...

    async def remove(self, photo_id: PhotoId) -> None:
        """Forget the photo; nothing happens when it is not there."""
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

    def url(self, key: str, lifetime: timedelta) -> str:
        """A signed address that serves the bytes for at most ``lifetime``, itself at most 15 minutes."""
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
        """How many clear faces the JPEG or WebP rendition shows."""
        ...


class PhotoModerator(Protocol):
    """Judges what others may see."""

    async def judge(self, image: bytes, perceptual_hash: str) -> RefusalReason | None:
        """Why others may not see the picture, or None when they may."""
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
