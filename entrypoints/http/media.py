"""Pictures under signed addresses."""

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import attrs
from aiohttp import hdrs, web
from msgspec import Meta

from entrypoints.http.headers import CONTENT_SECURITY_POLICY
from entrypoints.http.photos import PHOTO_TYPES
from entrypoints.http.routing import Audience, Call, Upload, route
from saltbitter_domain.compatibility.service import PictureService
from saltbitter_domain.kernel import Clock, NotFound, UserId
from saltbitter_domain.profiles.model import (
    MAX_PHOTO_BYTES,
    PHOTO_ADDRESS_LIFETIME,
    PhotoStoreUnavailable,
    PhotoTooLarge,
)
from saltbitter_domain.profiles.policies import photo_at

PHOTO_FILE = Upload("file", PHOTO_TYPES, MAX_PHOTO_BYTES, PhotoTooLarge)
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


class MediaMissing(NotFound):
    """The address was not made here, has expired, is for somebody who may not see the picture any more, or what it led
    to is gone: the same to all."""

    code = "media_missing"


class MediaFiles(Protocol):
    """The bytes of photos by key, for whoever holds an address that was signed for it."""

    def verify(self, key: str, viewer: UUID, expires: int, signature: str, now: datetime) -> bool:
        """Whether the address was signed here, for this viewer, and holds until ``expires``, in Unix seconds."""
        ...

    def delivery(self, key: str) -> str | None:
        """The address of somebody else who delivers the bytes for the next minute; None where this process does."""
        ...

    def verify_form(
        self, key: str, content_type: str, max_bytes: int, expires: int, signature: str, now: datetime
    ) -> bool:
        """Whether the form was signed here and holds."""
        ...

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, content: bytes, content_type: str) -> None: ...

    def content_type(self, key: str) -> str: ...


@attrs.frozen
class Signed:
    """``viewer`` is for whom the address was made, ``expires`` in Unix seconds."""

    viewer: UUID
    expires: Annotated[int, Meta(ge=0, le=253_402_300_799)]
    signature: Annotated[str, Meta(max_length=128)] = attrs.field(repr=False)


@attrs.frozen
class SignedForm:
    """What the form says of the file, and until when it holds, in Unix seconds."""

    content_type: Annotated[str, Meta(max_length=64)]
    max_bytes: Annotated[int, Meta(ge=1, le=MAX_PHOTO_BYTES)]
    expires: Annotated[int, Meta(ge=0, le=253_402_300_799)]
    signature: Annotated[str, Meta(max_length=128)] = attrs.field(repr=False)


@attrs.frozen
class Media:
    files: MediaFiles
    pictures: PictureService
    clock: Clock

    @route(
        "GET",
        "/media/{key:.+}",
        audience=Audience.ANYONE,
        produces="image/*",
        redirects=True,
        errors=(MediaMissing, PhotoStoreUnavailable),
    )
    async def media(self, _call: Call, key: str, query: Signed) -> web.StreamResponse:
        """A picture, or the way to where it is delivered.

        Its address is signed, tells nothing about whose picture it is, and lasts for at most 15 minutes and no longer
        than the viewer it was made for may see the picture."""
        now = self.clock.now()
        photo_id = photo_at(key)
        genuine = photo_id and self.files.verify(key, query.viewer, query.expires, query.signature, now)
        if photo_id is None or not genuine or not await self.pictures.may_see(UserId(query.viewer), photo_id):
            raise _missing()
        if elsewhere := self.files.delivery(key):
            return web.Response(status=302, headers={hdrs.LOCATION: elsewhere})
        content = await self.files.get(key)
        if content is None:
            raise _missing()
        seconds = min(int(query.expires - now.timestamp()), int(PHOTO_ADDRESS_LIFETIME.total_seconds()))
        headers = {
            CONTENT_SECURITY_POLICY: POLICY,
            "Cross-Origin-Resource-Policy": "same-site",
            hdrs.CONTENT_DISPOSITION: "inline",
            hdrs.CACHE_CONTROL: f"private, max-age={seconds}",
        }
        return web.Response(body=content, content_type=self.files.content_type(key), headers=headers)

    @route(
        "POST",
        "/media/{key:.+}",
        audience=Audience.ANYONE,
        upload=PHOTO_FILE,
        errors=(MediaMissing, PhotoStoreUnavailable),
    )
    async def receive(self, call: Call, key: str, query: SignedForm) -> None:
        """Send a photo by a form that was given out for it, as the field `file`.

        It is kept as it is until it is said to be there. Nothing is read of what comes by a form that was not given out
        here, or holds no longer."""
        now = self.clock.now()
        if not self.files.verify_form(key, query.content_type, query.max_bytes, query.expires, query.signature, now):
            raise _missing()
        content = await call.upload()
        if not 1 <= len(content) <= query.max_bytes:
            raise PhotoTooLarge(f"The file may have 1 to {query.max_bytes} bytes.")
        await self.files.put(key, content, query.content_type)


def _missing() -> MediaMissing:
    return MediaMissing("This address leads nowhere any more. Ask for a new one.")
