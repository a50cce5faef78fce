"""Stand-ins for whoever looks at photos: they answer what they were told to."""

from saltbitter_domain.profiles.model import RefusalReason
from saltbitter_domain.profiles.ports import FaceDetector, PhotoModerator


class MemoryModerator(PhotoModerator):
    """Refuses pictures that were removed before, known by their perceptual hash, and allows all others."""

    def __init__(self) -> None:
        self._removed: set[str] = set()

    def remember_removed(self, perceptual_hash: str) -> None:
        self._removed.add(perceptual_hash)

    async def judge(self, image: bytes, perceptual_hash: str) -> RefusalReason | None:  # noqa: ARG002  the hash says enough
        return RefusalReason.REMOVED_BEFORE if perceptual_hash in self._removed else None


class CountingFaces(FaceDetector):
    """Sees ``faces`` faces in every picture, and keeps count of the pictures."""

    def __init__(self, faces: int = 1) -> None:
        self.faces = faces
        self.looked_at = 0

    async def count(self, image: bytes) -> int:  # noqa: ARG002  it does not look
        self.looked_at += 1
        return self.faces
