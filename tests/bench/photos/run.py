"""``make bench-photos``: from upload to "approved" over HTTP, and how much memory the largest photos take."""

import argparse
import asyncio
import io
import json
import logging
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pillow_heif
import structlog
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image, ImageOps

from adapters.local.photo_worker import PhotoWorker
from config import demo as mode
from config.start import running
from entrypoints.site import embedded_workers, site
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import MAX_PHOTO_BYTES, PhotoState
from tests.bench.api.load import percentile
from tests.doubles.pictures import PHOTOS
from tests.http.house import MINUTE, House, Member, profile_content

MILLISECONDS = 1000.0
"""From upload to "approved", for 95 of 100 photos of 4 MB, with one worker."""
MEGABYTES = 512.0
PHOTO = 4_000_000
CAMERA = (3024, 4032)
LARGEST = (8_000, 5_000)
KINDS: dict[str, tuple[str, str, dict[str, object]]] = {
    "JPEG": ("RGB", "image/jpeg", {}),
    "progressive JPEG in four colours": ("CMYK", "image/jpeg", {"progressive": True, "subsampling": 0}),
    "PNG": ("RGB", "image/png", {"compress_level": 1}),
    "PNG with transparency": ("RGBA", "image/png", {"compress_level": 1}),
    "PNG with a palette": ("P", "image/png", {"compress_level": 1}),
    "WebP": ("RGB", "image/webp", {"method": 0}),
    "WebP with transparency": ("RGBA", "image/webp", {"method": 1}),
    "animated WebP": ("RGB", "image/webp", {"method": 0, "save_all": True}),
    "animated PNG": ("RGB", "image/png", {"compress_level": 1, "save_all": True}),
    "HEIC": ("RGB", "image/heic", {"quality": 30}),
    "HEIC with transparency": ("RGBA", "image/heic", {"quality": 30}),
}
"""The kinds of pictures that take the most: mode, media type, and how they are written."""

FORMS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
POLL = 0.005


class Living(House):
    """A house whose workers run by themselves."""

    async def settle(self) -> None:
        await asyncio.sleep(1.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=40)
    parser.add_argument("--report", type=Path, default=Path("build/reports/bench-photos.json"))
    options = parser.parse_args()
    photo = as_from_a_camera()
    seconds = asyncio.run(_approved(photo, options.uploads))
    of = f"{len(photo) / 1e6:.1f} MB JPEG of {CAMERA[0] * CAMERA[1] / 1e6:.0f} megapixels, upload to approved"
    rows = [
        _row(f"{of}, p95", percentile(seconds, 0.95), "ms", MILLISECONDS),
        _row(f"{of}, median", statistics.median(seconds) * 1000, "ms", MILLISECONDS),
    ]
    rows += [_row(f"{kind} of 40 megapixels, peak of the worker", _peak(kind), "MB", MEGABYTES) for kind in KINDS]
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(rows, indent=1))
    for row in rows:
        print(f"{'ok ' if row['holds'] else 'NOT'}  {row['name']}: {row['value']} {row['unit']} (bar {row['bar']})")
    return 0 if all(row["holds"] for row in rows) else 1


def as_from_a_camera() -> bytes:
    """A portrait of 12 megapixels with so much noise that it takes about 4 MB."""
    with Image.open(PHOTOS / "portrait.jpg") as portrait:
        large = ImageOps.exif_transpose(portrait).convert("RGB").resize(CAMERA, Image.Resampling.BICUBIC)
    noise = Image.effect_noise(CAMERA, 48).convert("RGB")
    noisy = Image.blend(large, noise, 0.15)
    encodings = (_encoded(noisy, "JPEG", quality=quality) for quality in range(60, 100, 5))
    return min(encodings, key=lambda content: abs(len(content) - PHOTO))


async def _approved(photo: bytes, uploads: int) -> list[float]:
    """Seconds from the beginning of each upload until the photo is approved, one after the other."""
    # Every request and delivery writes a line, which would hide the result.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    async with (
        running("demo", mode.settings("127.0.0.1", 8080)) as application,
        embedded_workers(application, keep_running=True) as workers,
        TestClient(TestServer(site(application))) as client,
    ):
        document = await (await client.get("/api/openapi.json")).json()
        house = Living(application, workers, client, document)
        member = await house.member()
        await member.post("/api/me/profile", profile_content(), 201)
        await _uploaded(house, member, photo)  # starts the worker and loads what looks for faces
        return [await _uploaded(house, member, photo) for _ in range(uploads)]


async def _uploaded(house: House, member: Member, photo: bytes) -> float:
    house.clock.advance(MINUTE / 6)
    started = time.perf_counter()
    headers = {"Content-Type": "image/jpeg"}
    await member.call("POST", "/api/me/photos", 201, data=io.BytesIO(photo), headers=headers)
    (seen,) = await house.application.photos().photos(UserId(UUID(member.id)))
    while seen.state is PhotoState.PROCESSING:
        await asyncio.sleep(POLL)
        (seen,) = await house.application.photos().photos(seen.user_id)
    taken = time.perf_counter() - started
    assert seen.state is PhotoState.APPROVED, seen.refusal
    await member.delete(f"/api/me/photos/{seen.id}")
    return taken


def _peak(kind: str) -> float:
    """Megabytes of memory in use at most, in a fresh worker that renders the largest photo of this kind."""
    mode, media_type, options = KINDS[kind]
    with Image.open(PHOTOS / "portrait.jpg") as portrait:
        picture = portrait.convert("RGB").resize(LARGEST, Image.Resampling.NEAREST)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize(LARGEST, Image.Resampling.NEAREST))
    if "save_all" in options:
        options = {**options, "append_images": [picture.transpose(Image.Transpose.ROTATE_180)]}
    content = _encoded(picture.quantize(64) if mode == "P" else picture.convert(mode), FORMS[media_type], **options)
    assert len(content) <= MAX_PHOTO_BYTES, f"{kind}: {len(content)} bytes"
    worker = PhotoWorker()
    try:
        assert worker.render(content, media_type) is not None, kind
        status = Path(f"/proc/{worker._process.pid}/status").read_text()
    finally:
        worker.close()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _encoded(image: Image.Image, form: str, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


def _row(name: str, value: float, unit: str, at_most: float) -> dict[str, Any]:
    return {"name": name, "value": round(value, 1), "unit": unit, "bar": at_most, "holds": value <= at_most}


pillow_heif.register_heif_opener()

if __name__ == "__main__":
    sys.exit(main())
