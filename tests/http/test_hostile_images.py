"""Hostile pictures over HTTP: each ends approved or refused in words, and others see nothing of it but its pixels."""

import asyncio
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

from tests.doubles.hostile_images import APPROVED, GROUPS, MARK, NOT_TAKEN, Hostile
from tests.doubles.odd_images import ODD
from tests.http.house import MINUTE, PORTRAIT, House, Member, opened, profile_content

AT_LEAST = 60
LOOK = {
    "the mark": MARK,
    "Exif": b"Exif",
    "XMP": b"ns.adobe.com",
    "a profile": b"acsp",
    "a page": b"<script",
    "ZIP": b"PK\3\4",
}
PLAIN = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "timestamp", "duration"}
"""What Pillow tells of the plainest JPEG and WebP."""


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def house(loop: asyncio.Runner) -> Iterator[House]:
    application = opened()
    yield loop.run(application.__aenter__())
    loop.run(application.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def member(loop: asyncio.Runner, house: House) -> Member:
    async def settled() -> Member:
        member = await house.member()
        await member.post("/api/me/profile", profile_content(), 201)
        # The first photo starts the worker, which is to outlive everything that follows.
        await member.call(
            "POST", "/api/me/photos", 201, data=PORTRAIT.read_bytes(), headers={"Content-Type": "image/jpeg"}
        )
        await house.settle()
        return member

    return loop.run(settled())


@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader")  # we send them on purpose
@pytest.mark.parametrize("group", [*GROUPS, *ODD], ids=lambda group: group.__name__)
def test_a_hostile_picture_is_neutral_or_refused_in_words(
    loop: asyncio.Runner, house: House, member: Member, group: Callable[[], Iterator[Hostile]]
) -> None:
    worker = worker_of(house)
    loop.run(member.login())

    wrong = {file.name: found for file in group() if (found := loop.run(findings(house, member, file)))}

    assert wrong == {}
    assert worker_of(house) == worker, "the worker died of one of them"


def test_there_are_enough_of_them() -> None:
    files = [file for group in (*GROUPS, *ODD) for file in group()]

    assert len({file.name for file in files}) == len(files) >= AT_LEAST
    assert sum(MARK in file.content for file in files) >= AT_LEAST // 2, "there is something to find"


def worker_of(house: House) -> int:
    worker = house.application.adapters.photo_editor()._worker
    assert worker is not None
    return int(worker._process.pid)


async def findings(house: House, member: Member, file: Hostile) -> list[str]:
    """What is not as it should be after this file was sent and looked at."""
    house.clock.advance(MINUTE / 12)  # so that no limit is reached
    answer = await send(member, file)
    if answer.status >= 400:
        code = answer.body["code"]
        return [] if code in file.ends and code in NOT_TAKEN and answer.body["detail"] else [f"{answer.status} {code}"]
    await house.settle()
    photo = next(p for p in await photos(member) if p["id"] == answer.body["id"])
    found = await traces(house, photo)
    end = photo["refusal"] or photo["state"]
    if end not in file.ends:
        found.append(f"ends as {end}")
    if (end == APPROVED) is bool(photo["what_to_do"]) or (end == APPROVED) is not bool(photo["addresses"]):
        found.append("says too much or too little")
    if await house.application.adapters.photo_store().get(f"uploads/{member.id}/{photo['id']}") is not None:
        found.append("the original is still there")
    await member.delete(f"/api/me/photos/{photo['id']}")
    return found


async def send(member: Member, file: Hostile) -> Any:
    """As a body of its own, or written by hand into a form, since no client would let such names through."""
    content, declared = file.content, file.declared
    if file.filename is not None:
        head = f'--x\r\nContent-Disposition: form-data; name="photo"; filename="{file.filename}"\r\n\r\n'
        content, declared = head.encode() + content + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
    headers = {"Content-Type": declared}
    return await member.call("POST", "/api/me/photos", data=io.BytesIO(content), headers=headers)


async def photos(member: Member) -> list[Any]:
    items: list[Any] = (await member.get("/api/me/photos"))["items"]
    return items


async def traces(house: House, photo: Any) -> list[str]:
    """What of the file is in its renditions besides pixels, by their bytes and by what a decoder tells of them."""
    found = []
    for address in photo["addresses"]:
        answer = await house.nobody().call("GET", address["url"], 200)
        picture = Image.open(io.BytesIO(answer.body))
        found += [what for what, trace in LOOK.items() if trace in answer.body]
        found += [f"{key} in {address['format']}" for key in {*picture.info} - PLAIN]
        if picture.getexif() or picture.format != address["format"].upper() or getattr(picture, "n_frames", 1) != 1:
            found.append(f"{address['format']} is more than a picture")
        if (
            answer.headers["X-Content-Type-Options"] != "nosniff"
            or "sandbox" not in answer.headers["Content-Security-Policy"]
        ):
            found.append("served as if it were trusted")
    return found
