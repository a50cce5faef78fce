"""Members' copies in a folder that every process of the product sees, encrypted."""

import asyncio
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from saltbitter_domain.exports.ports import Archives
from saltbitter_domain.kernel import Clock, ExportId

NONCE_BYTES = 12
"""What AES-GCM takes (NIST SP 800-38D, 8.2.2): drawn anew for every archive, of which there are far fewer than 2^32."""
ENDING = ".zip.aes"


class EncryptedArchives(Archives):
    """AES-256-GCM under a key made from ``secret`` by HKDF (RFC 5869): the nonce, then the sealed archive.

    The id is authenticated too, so that nobody who can write to the folder passes one member's copy off as
    another's."""

    def __init__(self, clock: Clock, folder: str, secret: bytes) -> None:
        self._clock = clock
        self._folder = Path(folder)
        self._cipher = AESGCM(HKDF(SHA256(), 32, salt=None, info=b"saltbitter archives").derive(secret))

    async def put(self, export_id: ExportId, content: bytes) -> None:
        await asyncio.to_thread(self._put, export_id, content)

    async def get(self, export_id: ExportId) -> bytes | None:
        return await asyncio.to_thread(self._get, export_id)

    async def delete(self, export_id: ExportId) -> None:
        await asyncio.to_thread(self._path(export_id).unlink, missing_ok=True)

    async def forget(self, before: datetime) -> int:
        return await asyncio.to_thread(self._forget, before)

    def _put(self, export_id: ExportId, content: bytes) -> None:
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, content, export_id.bytes)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=ENDING, prefix=".", delete=False) as file:
            file.write(sealed)
        now = self._clock.now().timestamp()
        os.utime(file.name, (now, now))
        Path(file.name).replace(self._path(export_id))

    def _get(self, export_id: ExportId) -> bytes | None:
        try:
            sealed = self._path(export_id).read_bytes()
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], export_id.bytes)
        except (FileNotFoundError, InvalidTag):
            return None

    def _forget(self, before: datetime) -> int:
        old = [path for path in self._folder.glob(f"*{ENDING}") if _put_at(path) < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, export_id: ExportId) -> Path:
        return self._folder / f"{export_id}{ENDING}"


def _put_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
