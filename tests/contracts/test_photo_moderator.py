"""What every moderator of photos promises, and what Rekognition's does besides."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from adapters.aws.rekognition import RekognitionModerator
from adapters.memory.photo_checks import CountingFaces, MemoryModerator
from saltbitter_domain.profiles.model import RefusalReason
from saltbitter_domain.profiles.ports import PhotoModerator
from tests.doubles.aws import REGION
from tests.doubles.pictures import photo
from tests.doubles.rekognition import Label, Rekognition, running_rekognition

PORT = PhotoModerator
FORBIDDEN, WELCOME = photo("rocket.jpg"), photo("portrait.jpg")


@asynccontextmanager
async def in_memory() -> AsyncIterator[PhotoModerator]:
    moderator = MemoryModerator()
    moderator.forbid(FORBIDDEN)
    yield moderator


@asynccontextmanager
async def at_rekognition() -> AsyncIterator[PhotoModerator]:
    async with running_rekognition() as rekognition:
        rekognition.labels[FORBIDDEN] = [Label("Weapon Violence", ("Graphic Violence", "Violence"))]
        moderator = RekognitionModerator(region=REGION, endpoint=rekognition.address)
        yield moderator
        moderator.close()


@pytest.mark.parametrize("opened", [in_memory, at_rekognition])
async def test_what_nobody_should_see_is_refused_and_others_are_not(
    opened: Callable[[], AbstractAsyncContextManager[PhotoModerator]],
) -> None:
    async with opened() as moderator:
        assert await moderator.judge(FORBIDDEN) is RefusalReason.NOT_ALLOWED
        assert await moderator.judge(WELCOME) is None


async def judged(rekognition: Rekognition, *labels: Label) -> RefusalReason | None:
    rekognition.labels[WELCOME] = labels
    moderator = RekognitionModerator(region=REGION, endpoint=rekognition.address)
    try:
        return await moderator.judge(WELCOME)
    finally:
        moderator.close()


async def test_rekognition_judges_by_the_kind_of_what_it_finds_and_how_sure_it_is() -> None:
    kissing = "Non-Explicit Nudity of Intimate parts and Kissing"
    async with running_rekognition() as rekognition:
        for label, verdict in (
            (Label("Exposed Buttocks or Anus", ("Explicit Nudity", "Explicit")), RefusalReason.NOT_ALLOWED),
            (Label("Implied Nudity", ("Non-Explicit Nudity", kissing)), RefusalReason.NOT_ALLOWED),
            (Label("Nazi Party", ("Hate Symbols",)), RefusalReason.NOT_ALLOWED),
            (Label("Middle Finger", ("Rude Gestures",), 74.9), None),
            (Label("Kissing on the Lips", (kissing,)), None),
            (Label("Exposed Male Nipple", ("Non-Explicit Nudity", kissing)), None),
            (Label("Female Swimwear or Underwear", ("Swimwear or Underwear",)), None),
            (Label("Drinking", ("Alcohol Use", "Alcohol")), None),
        ):
            assert await judged(rekognition, label) is verdict, label


async def test_what_rekognition_cannot_read_is_not_approved() -> None:
    async with running_rekognition() as rekognition:
        moderator = RekognitionModerator(region=REGION, endpoint=rekognition.address)
        assert await moderator.judge(b"no picture") is RefusalReason.UNREADABLE
        moderator.close()


async def test_counting_faces_sees_what_it_was_told() -> None:
    detector = CountingFaces()
    assert await detector.count(b"picture") == 1

    detector.faces = 3

    assert await detector.count(b"picture") == 3
    assert detector.looked_at == 2
