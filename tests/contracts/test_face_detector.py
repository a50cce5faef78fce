"""Clear faces are counted, on photographs of known content."""

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from adapters.aws.rekognition import RekognitionFaces
from adapters.local.faces import OpenCvFaces
from saltbitter_domain.profiles.ports import FaceDetector
from tests.conftest import Run
from tests.doubles.aws import REGION
from tests.doubles.rekognition import Face, running_rekognition

PORT = FaceDetector

PHOTOS = Path(__file__).parent.parent / "data" / "photos"


@pytest.fixture(scope="module")
def faces() -> Iterator[OpenCvFaces]:
    faces = OpenCvFaces()
    yield faces
    faces.close()


@pytest.fixture
def portrait() -> Image.Image:
    with Image.open(PHOTOS / "portrait.webp") as image:
        return image.convert("RGB")


def jpeg(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=85)
    return content.getvalue()


@pytest.fixture(params=["opencv", "rekognition"])
def detector(request: pytest.FixtureRequest, faces: OpenCvFaces, run: Run) -> Iterator[FaceDetector]:
    """Rekognition's double is told what is to be seen."""
    if request.param == "opencv":
        yield faces
        return
    opened = running_rekognition()
    rekognition = run(opened.__aenter__())
    rekognition.faces[(PHOTOS / "portrait.jpg").read_bytes()] = [Face()]
    detector = RekognitionFaces(region=REGION, endpoint=rekognition.address)
    yield detector
    detector.close()
    run(opened.__aexit__(None, None, None))


@pytest.mark.parametrize(("name", "count"), [("portrait.jpg", 1), ("rocket.jpg", 0), ("coffee.jpg", 0)])
async def test_a_portrait_has_one_face_and_a_cup_of_coffee_none(detector: FaceDetector, name: str, count: int) -> None:
    assert await detector.count((PHOTOS / name).read_bytes()) == count


async def test_two_people_are_two_faces(faces: OpenCvFaces, portrait: Image.Image) -> None:
    both = Image.new("RGB", (2 * portrait.width, portrait.height))
    both.paste(portrait, (0, 0))
    both.paste(portrait.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (portrait.width, 0))

    assert await faces.count(jpeg(both)) == 2


async def test_a_face_far_away_is_not_clear(faces: OpenCvFaces, portrait: Image.Image) -> None:
    crowd = Image.new("RGB", (4 * portrait.width, 4 * portrait.height), "grey")
    crowd.paste(portrait, (0, 0))

    assert await faces.count(jpeg(crowd)) == 0


async def test_a_face_is_seen_in_dim_light_at_a_tilt_and_at_every_size(
    faces: OpenCvFaces, portrait: Image.Image
) -> None:
    dim = ImageEnhance.Brightness(portrait).enhance(0.4)
    close = portrait.crop((100, 0, 300, 220)).resize((1000, 1100))
    views = [dim, close, portrait.rotate(10), portrait.resize((810, 1080)), portrait.resize((120, 160))]

    assert [await faces.count(jpeg(view)) for view in views] == [1] * len(views)


@pytest.mark.parametrize("content", [b"", b"not an image", b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WEBP"])
async def test_what_is_no_image_has_no_face(detector: FaceDetector, content: bytes) -> None:
    assert await detector.count(content) == 0


async def test_many_images_at_once_do_not_disturb_each_other(faces: OpenCvFaces) -> None:
    one, none = (PHOTOS / "portrait.webp").read_bytes(), (PHOTOS / "coffee.jpg").read_bytes()

    assert await asyncio.gather(*(faces.count(image) for image in [one, none] * 3)) == [1, 0] * 3
