"""Faces as Rekognition counts them, and what becomes of a photo when it does not answer."""

import base64
from collections.abc import Iterator, Mapping

import pytest

from adapters.aws import client
from adapters.aws.rekognition import RekognitionFaces, RekognitionModerator
from saltbitter_domain.profiles.model import PhotoCheckUnavailable
from tests.conftest import Run
from tests.doubles.aws import REGION
from tests.doubles.pictures import photo
from tests.doubles.rekognition import Face, Rekognition, running_rekognition

PORTRAIT = photo("portrait.jpg")
BUSY = (400, "ProvisionedThroughputExceededException")
SLOW_DOWN = (400, "ThrottlingException")
BROKEN = (500, "InternalServerError")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other without the pauses between them."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)


@pytest.fixture
def rekognition(run: Run) -> Iterator[Rekognition]:
    opened = running_rekognition()
    yield run(opened.__aenter__())
    run(opened.__aexit__(None, None, None))


@pytest.fixture
def faces(rekognition: Rekognition) -> Iterator[RekognitionFaces]:
    faces = RekognitionFaces(region=REGION, endpoint=rekognition.address)
    yield faces
    faces.close()


async def test_clear_faces_count_and_doubtful_or_distant_ones_do_not(
    rekognition: Rekognition, faces: RekognitionFaces
) -> None:
    for seen, count in (
        ([], 0),
        ([Face()], 1),
        ([Face(), Face(0.1, 0.05)], 2),
        ([Face(), Face(0.09, 0.09)], 1),
        ([Face(), Face(confidence=89.9)], 1),
    ):
        rekognition.faces[PORTRAIT] = seen
        assert await faces.count(PORTRAIT) == count


async def test_what_is_no_image_has_no_face(rekognition: Rekognition, faces: RekognitionFaces) -> None:
    assert [await faces.count(content) for content in (b"", b"no picture", b"\xff" * (5 * 2**20 + 1))] == [0, 0, 0]


async def test_nothing_but_the_picture_is_sent(rekognition: Rekognition, faces: RekognitionFaces) -> None:
    await faces.count(PORTRAIT)

    (asked,) = rekognition.asked
    assert asked.keys() == {"operation", "Image", "Attributes"}
    assert base64.b64decode(asked["Image"]["Bytes"]) == PORTRAIT


@pytest.mark.parametrize("fault", [BUSY, SLOW_DOWN, BROKEN])
async def test_a_passing_fault_is_tried_again(
    rekognition: Rekognition, faces: RekognitionFaces, fault: tuple[int, str]
) -> None:
    rekognition.faces[PORTRAIT] = [Face()]
    rekognition.faults = [fault] * (client.ATTEMPTS - 1)

    assert await faces.count(PORTRAIT) == 1
    assert len(rekognition.asked) == client.ATTEMPTS


@pytest.mark.parametrize("fault", [BUSY, BROKEN, (400, "AccessDeniedException")])
async def test_a_lasting_fault_leaves_the_photo_undecided(rekognition: Rekognition, fault: tuple[int, str]) -> None:
    for adapter in (RekognitionFaces, RekognitionModerator):
        rekognition.faults = [fault] * client.ATTEMPTS
        look: Mapping[str, str] = {"region": REGION, "endpoint": rekognition.address}
        found = adapter(**look)
        with pytest.raises(PhotoCheckUnavailable) as refusal:
            await (found.count(PORTRAIT) if isinstance(found, RekognitionFaces) else found.judge(PORTRAIT))
        assert refusal.value.retry_after
        found.close()


async def test_silence_is_no_approval(rekognition: Rekognition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.05)
    monkeypatch.setattr(client, "ATTEMPTS", 2)
    rekognition.silent = True
    moderator = RekognitionModerator(region=REGION, endpoint=rekognition.address)

    with pytest.raises(PhotoCheckUnavailable):
        await moderator.judge(PORTRAIT)

    assert len(rekognition.asked) == 2
    moderator.close()
