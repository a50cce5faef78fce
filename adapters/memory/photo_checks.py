"""Stand-ins for whoever looks at photos: they answer what they were told to."""

from saltbitter_domain.profiles.model import PhotoCheckUnavailable, RefusalReason
from saltbitter_domain.profiles.ports import FaceDetector, PhotoModerator


class MemoryModerator(PhotoModerator):
    """Refuses the pictures it was told to, and allows all others; nothing at all while it is ``away``."""

    def __init__(self) -> None:
        self.away = False
        self._forbidden: set[bytes] = set()

    def forbid(self, image: bytes) -> None:
        self._forbidden.add(image)

    async def judge(self, image: bytes) -> RefusalReason | None:
        if self.away:
            raise PhotoCheckUnavailable("Nobody looks at photos just now.", retry_after=60)
        return RefusalReason.NOT_ALLOWED if image in self._forbidden else None


class CountingFaces(FaceDetector):
    """Sees ``faces`` faces in every picture, and keeps count of the pictures."""

    def __init__(self, faces: int = 1) -> None:
        self.faces = faces
        self.looked_at = 0

    async def count(self, image: bytes) -> int:  # noqa: ARG002  it does not look
        self.looked_at += 1
        return self.faces
