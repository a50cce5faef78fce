"""Faces and forbidden content by Amazon Rekognition.

Nothing is kept there: images go as bytes, no collection is made, and faces are counted, never told apart.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from adapters.aws.client import CONNECTIONS, client
from saltbitter_domain.profiles.model import PhotoCheckUnavailable, RefusalReason
from saltbitter_domain.profiles.ports import FaceDetector, PhotoModerator

FACE_CONFIDENCE: Final = 90.0
"""Per cent; below it, what was found may be no face."""

SMALLEST_FACE: Final = 1 / 10
"""Of the picture's height or width, whichever the face fills more: a smaller one is somebody in the background."""

MODERATION_CONFIDENCE: Final = 75.0
"""Per cent from which a label counts."""

FORBIDDEN: Final = frozenset(
    {
        "Explicit",
        "Implied Nudity",
        "Obstructed Intimate Parts",
        "Violence",
        "Visually Disturbing",
        "Hate Symbols",
        "Rude Gestures",
    }
)
"""Labels that no photo may have (Rekognition's moderation taxonomy, version 7). Whatever is found comes with the labels
above it, so that these stand for all below them. Swimwear, a bare back or a man's bare chest, a kiss, a cigarette and a
glass of wine are welcome."""

_NOT_AN_IMAGE = {"InvalidImageFormatException", "ImageTooLargeException"}


class _Rekognition:
    def __init__(self, *, region: str, endpoint: str | None = None) -> None:
        self._client = client("rekognition", region, endpoint)
        # Threads of its own: while Rekognition hangs, nobody else waits for a thread.
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="rekognition")

    def close(self) -> None:
        """Finish what was begun and close the connections."""
        self._threads.shutdown()
        self._client.close()

    async def _asked(self, operation: str, image: bytes, **options: Any) -> dict[str, Any] | None:
        """The answer, or None when the picture is none to Rekognition."""
        call = partial(getattr(self._client, operation), Image={"Bytes": image}, **options)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_AN_IMAGE:
                return None
            raise _unavailable() from error
        except BotoCoreError as error:
            raise _unavailable() from error


class RekognitionFaces(_Rekognition, FaceDetector):
    """Counts by ``DetectFaces``. Throttling and outages are ``PhotoCheckUnavailable``, after which one asks again."""

    async def count(self, image: bytes) -> int:
        """How many clear faces it shows; 0 when it is not an image."""
        found = await self._asked("detect_faces", image, Attributes=["DEFAULT"]) if image else None
        return 0 if found is None else sum(map(_is_clear, found["FaceDetails"]))


class RekognitionModerator(_Rekognition, PhotoModerator):
    """Judges by ``DetectModerationLabels``. Without an answer there is no approval: ``PhotoCheckUnavailable``."""

    async def judge(self, image: bytes) -> RefusalReason | None:
        found = await self._asked("detect_moderation_labels", image, MinConfidence=MODERATION_CONFIDENCE)
        if found is None:
            return RefusalReason.UNREADABLE
        labels = {label["Name"] for label in found["ModerationLabels"]}
        return RefusalReason.NOT_ALLOWED if labels & FORBIDDEN else None


def _is_clear(face: dict[str, Any]) -> bool:
    box = face["BoundingBox"]
    return bool(face["Confidence"] >= FACE_CONFIDENCE and max(box["Width"], box["Height"]) >= SMALLEST_FACE)


def _unavailable() -> PhotoCheckUnavailable:
    return PhotoCheckUnavailable(
        "Photos cannot be looked at just now. This one is looked at as soon as they can.", retry_after=60
    )
