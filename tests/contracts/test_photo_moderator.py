"""What every moderator of photos promises, and the stand-in that counts faces."""

from adapters.memory.photo_checks import CountingFaces
from saltbitter_domain.profiles.model import RefusalReason
from saltbitter_domain.profiles.ports import PhotoModerator

PORT = PhotoModerator


async def test_a_picture_that_was_removed_before_is_refused_and_others_are_not(moderator: PhotoModerator) -> None:
    assert await moderator.judge(b"picture", "removed") is RefusalReason.REMOVED_BEFORE
    assert await moderator.judge(b"picture", "unknown") is None


async def test_counting_faces_sees_what_it_was_told() -> None:
    detector = CountingFaces()
    assert await detector.count(b"picture") == 1

    detector.faces = 3

    assert await detector.count(b"picture") == 3
    assert detector.looked_at == 2
