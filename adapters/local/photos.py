"""Photos by Pillow, with pillow-heif for HEIC."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from adapters.local.photo_worker import OutOfTime, PhotoWorker, WorkerDied
from saltbitter_domain.profiles.model import RefusalReason
from saltbitter_domain.profiles.ports import PhotoEditor, Rendered

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
"""Brands of ISO/IEC 23008-12, annex B, for pictures coded in HEVC. AVIF files have others."""

_PHOTOS_PER_WORKER = 200


class PillowEditor(PhotoEditor):
    """Renders one photo at a time, in a process that is started for the first and renewed after 200."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="photos")
        self._worker: PhotoWorker | None = None
        self._rendered = 0

    def sniff(self, content: bytes) -> str | None:
        if content.startswith(b"\xff\xd8\xff"):
            return "image/jpeg"
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return "image/png"
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return "image/webp"
        if content[4:8] == b"ftyp" and _brands(content) & _HEIC_BRANDS:
            return "image/heic"
        return None

    async def render(self, content: bytes) -> Rendered | RefusalReason:
        media_type = self.sniff(content)
        if media_type is None:
            return RefusalReason.UNREADABLE
        rendered = await asyncio.get_running_loop().run_in_executor(self._thread, self._render, content, media_type)
        return rendered or RefusalReason.UNREADABLE

    def close(self) -> None:
        """Finish the photo in hand and end the process."""
        self._thread.submit(self._dismiss)
        self._thread.shutdown()

    def _render(self, content: bytes, media_type: str) -> Rendered | None:
        if self._rendered >= _PHOTOS_PER_WORKER:
            self._dismiss()
        fresh = self._worker is None
        while True:
            self._worker = self._worker or PhotoWorker()
            self._rendered += 1
            try:
                return self._worker.render(content, media_type)
            except WorkerDied as death:
                self._dismiss()
                if fresh or isinstance(death, OutOfTime):
                    return None
                # Perhaps the photos before had used up its memory: this one is judged by a fresh one.
                fresh = True

    def _dismiss(self) -> None:
        if self._worker is not None:
            self._worker.close()
        self._worker, self._rendered = None, 0


def _brands(content: bytes) -> set[bytes]:
    """The major and the compatible brands of a file of the ISO base media format (ISO/IEC 14496-12, 4.3)."""
    box = content[: int.from_bytes(content[:4])]
    return {box[start : start + 4] for start in (8, *range(16, min(len(box), 256), 4))}
