"""Pictures under signed addresses, where this process serves them itself."""

from datetime import datetime
from typing import Annotated, Protocol

import attrs
from aiohttp import hdrs, web
from msgspec import Meta

from entrypoints.http.headers import CONTENT_SECURITY_POLICY
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.kernel import Clock, NotFound
from saltbitter_domain.profiles.model import PHOTO_ADDRESS_LIFETIME, PhotoStoreUnavailable

PICTURES = {"image/jpeg", "image/webp", "image/png"}
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


class MediaMissing(NotFound):
    """The address was not made here, has expired, or what it led to is gone."""

    code = "media_missing"


class MediaFiles(Protocol):
    """The bytes of photos by key, for whoever holds an address that was signed for it."""

    def verify(self, key: str, expires: int, signature: str, now: datetime) -> bool:
        """Whether the address was signed here and holds until ``expires``, in Unix seconds."""
        ...

    async def get(self, key: str) -> bytes | None: ...

    def content_type(self, key: str) -> str: ...


@attrs.frozen
class Signed:
    """``expires`` is in Unix seconds."""

    expires: Annotated[int, Meta(ge=0, le=253_402_300_799)]
    signature: Annotated[str, Meta(max_length=128)] = attrs.field(repr=False)


@attrs.frozen
class Media:
    files: MediaFiles
    clock: Clock

    @route(
        "GET",
        "/media/{key:.+}",
        audience=Audience.ANYONE,
        produces="image/*",
        errors=(MediaMissing, PhotoStoreUnavailable),
    )
    async def media(self, _call: Call, key: str, query: Signed) -> web.StreamResponse:
        """A picture. Its address is signed, tells nothing about the member, and lasts for at most 15 minutes."""
        now = self.clock.now()
        genuine = self.files.verify(key, query.expires, query.signature, now)
        content_type = self.files.content_type(key)
        content = await self.files.get(key) if genuine and content_type in PICTURES else None
        if content is None:
            raise MediaMissing("This address leads nowhere any more. Ask for a new one.")
        seconds = min(int(query.expires - now.timestamp()), int(PHOTO_ADDRESS_LIFETIME.total_seconds()))
        headers = {
            CONTENT_SECURITY_POLICY: POLICY,
            "Cross-Origin-Resource-Policy": "same-site",
            hdrs.CONTENT_DISPOSITION: "inline",
            hdrs.CACHE_CONTROL: f"private, max-age={seconds}",
        }
        return web.Response(body=content, content_type=content_type, headers=headers)
