"""The bytes of photos in a dictionary, served by this process under signed addresses."""

import asyncio
import mimetypes
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import attrs

from adapters.signing import SignedAddresses
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.profiles.model import UploadForm
from saltbitter_domain.profiles.ports import PhotoStore

Drawer = Callable[[str], bytes | None]
"""Draws the picture of a key when it is first asked for, for example the demo's portraits; None when it has none."""


_DRAWN = "photos/"
"""What is drawn when it is asked for. Only of this it has to be remembered what was deleted."""


@attrs.frozen
class _Stored:
    content: bytes
    content_type: str
    put_at: datetime


class MemoryPhotoStore(PhotoStore):
    def __init__(self, clock: Clock, secret: bytes, lazy: Drawer | None = None) -> None:
        self._clock = clock
        self._addresses = SignedAddresses(clock, secret)
        self._lazy = lazy
        self._contents: dict[str, _Stored] = {}
        self._deleted: set[str] = set()

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        self._contents[key] = _Stored(content, content_type, self._clock.now())

    async def get(self, key: str) -> bytes | None:
        if key in self._contents:
            return self._contents[key].content
        if self._lazy is None or any(key.startswith(prefix) for prefix in self._deleted):
            return None
        return await asyncio.to_thread(self._lazy, key)

    async def delete(self, prefix: str) -> None:
        for key in list(self._contents):
            if key.startswith(prefix):
                self._contents.pop(key, None)
        if self._lazy is not None and prefix.startswith(_DRAWN):
            self._deleted.add(prefix)

    async def keys_older_than(self, prefix: str, before: datetime, after: str = "", limit: int = 1000) -> Sequence[str]:
        old = [key for key, stored in list(self._contents.items()) if stored.put_at < before]
        return sorted(key for key in old if key.startswith(prefix) and key > after)[:limit]

    def content_type(self, key: str) -> str:
        """The media type the key was stored with, else the one its ending tells."""
        stored = self._contents.get(key)
        return stored.content_type if stored else mimetypes.guess_type(key)[0] or "application/octet-stream"

    def url(self, key: str, viewer: UserId, lifetime: timedelta) -> str:
        return self._addresses.url(key, viewer, lifetime)

    def verify(self, key: str, viewer: UUID, expires: int, signature: str, now: datetime) -> bool:
        """Whether ``url`` made this address and it has not expired. ``expires`` is in Unix seconds."""
        return self._addresses.verify(key, viewer, expires, signature, now)

    async def form(self, key: str, content_type: str, max_bytes: int, lifetime: timedelta) -> UploadForm:
        return self._addresses.form(key, content_type, max_bytes, lifetime)

    def verify_form(
        self, key: str, content_type: str, max_bytes: int, expires: int, signature: str, now: datetime
    ) -> bool:
        """Whether ``form`` made this address and it has not expired."""
        return self._addresses.verify_form(key, content_type, max_bytes, expires, signature, now)

    def delivery(self, key: str) -> str | None:  # noqa: ARG002
        """None: this process delivers them."""
        return None
