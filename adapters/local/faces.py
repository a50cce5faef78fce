"""Faces by OpenCV's Haar cascade for frontal faces (Viola and Jones 2001)."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

from saltbitter_domain.profiles.ports import FaceDetector

_SMALLEST = 1 / 10
"""Of the shorter side: a smaller face is somebody in the background."""

_CASCADE = "haarcascade_frontalface_alt.xml"
_NEIGHBOURS = 4
"""Overlapping finds that make a face. With these two, 99 of the 100 faces scikit-image takes from "Labeled Faces in the
Wild" are found and no face is seen in its other pictures; the ``default`` cascade sees faces in badges and coins."""

_WORKING_SIDE = 480
"""Pixels of the longer side at which faces are looked for."""


class OpenCvFaces(FaceDetector):
    """Counts clear faces, one image at a time, in a thread of its own. OpenCV is loaded for the first (0.3 s)."""

    def __init__(self) -> None:
        # A classifier keeps state while it works and is not safe between threads.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="faces")

    async def count(self, image: bytes) -> int:
        """How many clear faces it shows; 0 when it is not an image."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._count, image)

    def close(self) -> None:
        """Finish the image in hand."""
        self._thread.shutdown()

    @cached_property
    def _cascade(self) -> Any:
        import cv2

        return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / _CASCADE))

    def _count(self, image: bytes) -> int:
        import cv2
        import numpy as np

        if not image:
            return 0
        grey = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            return 0
        scale = _WORKING_SIDE / max(grey.shape)
        if scale < 1:
            grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        smallest = int(min(grey.shape) * _SMALLEST)
        found = self._cascade.detectMultiScale(
            cv2.equalizeHist(grey), scaleFactor=1.1, minNeighbors=_NEIGHBOURS, minSize=(smallest, smallest)
        )
        return len(found)
