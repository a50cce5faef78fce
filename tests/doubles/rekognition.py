"""Amazon Rekognition as far as photos need it: its JSON protocol, its limits, and its ways of saying no."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import attrs
import orjson
import pytest
from aiohttp import hdrs, web
from aiohttp.test_utils import TestServer
from PIL import Image, UnidentifiedImageError

from tests.doubles.aws import CREDENTIALS

MAX_BYTES = 5 * 1024 * 1024
JSON = "application/x-amz-json-1.1"


@attrs.frozen
class Face:
    """A box in shares of the picture, and how sure it is in per cent."""

    width: float = 0.3
    height: float = 0.4
    confidence: float = 99.9


@attrs.frozen
class Label:
    """What was found, with what stands above it, the nearest first."""

    name: str
    above: tuple[str, ...] = ()
    confidence: float = 95.0


@attrs.define
class Rekognition:
    """Sees in a picture what it was told to, else nothing. ``faults`` are the answers that come first."""

    faces: dict[bytes, Iterable[Face]] = attrs.field(factory=dict)
    labels: dict[bytes, Iterable[Label]] = attrs.field(factory=dict)
    faults: list[tuple[int, str]] = attrs.field(factory=list)
    silent: bool = False
    asked: list[Mapping[str, Any]] = attrs.field(factory=list)
    address: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        assert request.headers[hdrs.CONTENT_TYPE] == JSON
        assert request.headers[hdrs.AUTHORIZATION].startswith("AWS4-HMAC-SHA256 Credential=")
        service, _, operation = request.headers["X-Amz-Target"].partition(".")
        assert service == "RekognitionService"
        body = orjson.loads(await request.read())
        assert body["Image"].keys() == {"Bytes"}
        self.asked.append({"operation": operation, **body})
        if self.silent:
            await asyncio.Event().wait()
        if self.faults:
            return refusal(*self.faults.pop(0))
        image = base64.b64decode(body["Image"]["Bytes"], validate=True)
        if len(image) > MAX_BYTES:
            return refusal(400, "ImageTooLargeException")
        if not is_image(image):
            return refusal(400, "InvalidImageFormatException")
        return answered(getattr(self, operation)(image, body))

    def DetectFaces(self, image: bytes, body: Mapping[str, Any]) -> Any:  # noqa: N802  as Amazon names it
        assert body["Attributes"] == ["DEFAULT"]
        return {"FaceDetails": [box(face) for face in self.faces.get(image, ())], "OrientationCorrection": "ROTATE_0"}

    def DetectModerationLabels(self, image: bytes, body: Mapping[str, Any]) -> Any:  # noqa: N802  as Amazon names it
        found = [label for label in self.labels.get(image, ()) if label.confidence >= body["MinConfidence"]]
        return {"ModerationLabels": [row for label in found for row in rows(label)], "ModerationModelVersion": "7.0"}


def box(face: Face) -> Any:
    place = {"Left": 0.1, "Top": 0.1, "Width": face.width, "Height": face.height}
    return {"BoundingBox": place, "Confidence": face.confidence, "Quality": {"Brightness": 80.0, "Sharpness": 90.0}}


def rows(label: Label) -> list[Any]:
    names = [label.name, *label.above]
    return [
        {"Name": name, "ParentName": above, "Confidence": label.confidence, "TaxonomyLevel": len(names) - place}
        for place, (name, above) in enumerate(zip(names, [*label.above, ""], strict=True))
    ]


def is_image(content: bytes) -> bool:
    """Rekognition reads JPEG and PNG, and no other."""
    try:
        with Image.open(BytesIO(content), formats=["JPEG", "PNG"]) as image:
            image.load()
    except (UnidentifiedImageError, OSError):
        return False
    return True


def answered(body: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type=JSON)


def refusal(status: int, code: str) -> web.Response:
    return answered({"__type": code, "Message": "It says no more."}, status)


@asynccontextmanager
async def running_rekognition() -> AsyncIterator[Rekognition]:
    """At its ``address``, with credentials for it in the environment."""
    double, app = Rekognition(), web.Application(client_max_size=2 * MAX_BYTES)
    app.router.add_post("/", double.answer)
    async with TestServer(app) as server:
        double.address = str(server.make_url("/"))
        with pytest.MonkeyPatch.context() as environment:
            for name, value in CREDENTIALS.items():
                environment.setenv(name, value)
            yield double
