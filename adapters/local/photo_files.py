"""The bytes of photos in a folder that every process of the product sees."""

import asyncio
import mimetypes
import os
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from adapters.signing import SignedAddresses
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.profiles.model import UploadForm
from saltbitter_domain.profiles.ports import PhotoStore


class FilePhotoStore(PhotoStore):
    """A key is the path of a file below ``folder``. A file is there whole or not at all."""

    def __init__(self, clock: Clock, folder: str, secret: bytes) -> None:
        self._clock = clock
        self._folder = Path(folder).resolve()
        self._addresses = SignedAddresses(clock, secret)

    async def put(self, key: str, content: bytes, content_type: str) -> None:  # noqa: ARG002  the key's ending tells
        await asyncio.to_thread(self._put, key, content)

    async def get(self, key: str) -> bytes | None:
        return await asyncio.to_thread(self._get, key)

    async def delete(self, prefix: str) -> None:
        await asyncio.to_thread(self._delete, prefix)

    async def keys_older_than(self, prefix: str, before: datetime, after: str = "", limit: int = 1000) -> Sequence[str]:
        return await asyncio.to_thread(self._older, prefix, before, after, limit)

    def content_type(self, key: str) -> str:
        """The media type that the ending of the key tells."""
        return mimetypes.guess_type(key)[0] or "application/octet-stream"

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

    def _put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            file.write(content)
        now = self._clock.now().timestamp()
        os.utime(file.name, (now, now))
        Path(file.name).replace(path)

    def _get(self, key: str) -> bytes | None:
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            return None

    def _delete(self, prefix: str) -> None:
        for key in self._keys(prefix):
            self._path(key).unlink(missing_ok=True)
        folder = self._path(prefix)
        if folder.is_dir() and folder != self._folder:
            shutil.rmtree(folder, ignore_errors=True)

    def _older(self, prefix: str, before: datetime, after: str, limit: int) -> Sequence[str]:
        return [key for key in self._keys(prefix) if key > after and self._put_at(key) < before][:limit]

    def _put_at(self, key: str) -> datetime:
        return datetime.fromtimestamp(self._path(key).stat().st_mtime, UTC)

    def _keys(self, prefix: str) -> Sequence[str]:
        start = self._path(prefix.rpartition("/")[0])
        files = (path for path in start.rglob("*") if path.is_file() and not path.name.startswith("."))
        keys = (path.relative_to(self._folder).as_posix() for path in files)
        return sorted(key for key in keys if key.startswith(prefix))

    def _path(self, key: str) -> Path:
        """Where the key is kept; never outside the folder, whatever the key says."""
        path = (self._folder / key).resolve()
        if not path.is_relative_to(self._folder):
            raise ValueError("a key names a place below the folder")
        return path
