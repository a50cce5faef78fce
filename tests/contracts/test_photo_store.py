"""What every store of photos' bytes promises, and the signed addresses of the one in memory."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from adapters.aws.photo_store import S3PhotoStore
from adapters.memory.photo_store import MemoryPhotoStore
from adapters.memory.store import MemoryStore
from adapters.memory.traffic import MemoryIdempotency, MemoryRateLimits
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from entrypoints.http.app import build
from entrypoints.http.dependencies import HttpSettings, Ports
from entrypoints.http.media import Media, MediaFiles
from saltbitter_domain.compatibility.service import PictureService
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import PHOTO_ADDRESS_LIFETIME, UPLOAD_LIFETIME, UploadForm
from saltbitter_domain.profiles.ports import PhotoStore
from tests.doubles.builders import NOW
from tests.http.conftest import Unaudited, Untraced
from tests.http.ping import Authenticator

PORT = PhotoStore
KEY = "0195/1080.webp"
UPLOAD = "uploads/0195/0195"
Send = Callable[..., Coroutine[Any, Any, int]]
VIEWER, ANOTHER = UserId(UUID(int=1)), UserId(UUID(int=2))
SECOND = timedelta(seconds=1)
"""Stores may tell times no finer."""


async def test_bytes_come_back_as_they_were_put(photo_store: PhotoStore) -> None:
    content = bytes(range(256))

    await photo_store.put(KEY, content, "image/webp")

    assert await photo_store.get(KEY) == content
    assert await photo_store.get("0195/480.webp") is None


async def test_the_latest_bytes_count(photo_store: PhotoStore) -> None:
    await photo_store.put(KEY, b"old", "image/webp")
    await photo_store.put(KEY, b"new", "image/webp")

    assert await photo_store.get(KEY) == b"new"


async def test_deleting_takes_every_key_that_starts_so_and_no_other(photo_store: PhotoStore) -> None:
    for key in ("0195/1080.webp", "0195/160.jpeg", "0196/1080.webp"):
        await photo_store.put(key, b"picture", "image/webp")

    for _ in range(2):
        await photo_store.delete("0195/")

    assert await photo_store.get("0195/1080.webp") is None
    assert await photo_store.get("0195/160.jpeg") is None
    assert await photo_store.get("0196/1080.webp") == b"picture"


async def test_old_keys_are_listed_in_order_and_in_pages(photo_store: PhotoStore, clock: ManualClock) -> None:
    old = ["uploads/0195", "uploads/0196", "uploads/0197"]
    for key in (*reversed(old), "uploads/0194", "photos/0195"):
        await photo_store.put(key, b"picture", "image/webp")
    clock.advance(timedelta(hours=1))
    for key in ("uploads/0194", "uploads/0198"):
        await photo_store.put(key, b"picture", "image/webp")

    assert await photo_store.keys_older_than("uploads/", NOW - SECOND) == []
    assert await photo_store.keys_older_than("uploads/", clock.now() - SECOND) == old
    assert await photo_store.keys_older_than("uploads/", clock.now() - SECOND, limit=2) == old[:2]
    assert await photo_store.keys_older_than("uploads/", clock.now() - SECOND, after=old[1], limit=2) == old[2:]


async def test_an_address_differs_by_key_and_viewer_and_ends_with_its_lifetime(photo_store: PhotoStore) -> None:
    address = photo_store.url(KEY, VIEWER, timedelta(minutes=5))
    assert address not in {
        photo_store.url("0196/1080.webp", VIEWER, timedelta(minutes=5)),
        photo_store.url(KEY, ANOTHER, timedelta(minutes=5)),
    }
    for lifetime in (PHOTO_ADDRESS_LIFETIME + timedelta(seconds=1), timedelta(), timedelta(seconds=-1)):
        with pytest.raises(ValueError, match="lives"):
            photo_store.url(KEY, VIEWER, lifetime)


async def ready() -> Mapping[str, bool]:
    return {}


@pytest.fixture
def send(photo_store: PhotoStore, clock: ManualClock) -> Send:
    """Sends a form with a file over HTTP: to S3, or to where this product serves its own stores."""

    async def sent(form: UploadForm, content: bytes, **changes: str) -> int:
        body = aiohttp.FormData({**form.fields, **changes})
        body.add_field("file", content, filename="photo.jpg", content_type="image/jpeg")
        if isinstance(photo_store, S3PhotoStore):
            async with aiohttp.ClientSession() as session, session.post(form.url, data=body) as response:
                return response.status
        pictures = PictureService(begin=MemoryUnitsOfWork(MemoryStore(), clock, UuidV7Ids(clock)))
        ports = Ports(
            MemoryRateLimits(clock), MemoryIdempotency(clock), clock, UuidV7Ids(clock), Unaudited(), Untraced(), ready
        )
        media = Media(cast("MediaFiles", photo_store), pictures, clock)
        served = build([media], Authenticator(), ports, HttpSettings())
        async with TestClient(TestServer(served)) as client, client.post(form.url, data=body) as response:
            return response.status

    return sent


async def test_a_form_takes_one_file_of_up_to_so_many_bytes_to_its_key(photo_store: PhotoStore, send: Send) -> None:
    form = await photo_store.form(UPLOAD, "image/jpeg", 1000, UPLOAD_LIFETIME)

    assert await send(form, bytes(1001)) in {400, 413}
    assert await send(form, b"") in {400, 413}
    assert await photo_store.get(UPLOAD) is None
    assert await send(form, bytes(1000)) == 204
    assert await photo_store.get(UPLOAD) == bytes(1000)


async def test_a_form_that_was_changed_takes_nothing(photo_store: PhotoStore, send: Send) -> None:
    form = await photo_store.form(UPLOAD, "image/jpeg", 1000, UPLOAD_LIFETIME)
    changes = [
        (UPLOAD, "uploads/0196/0195"),
        ("image%2Fjpeg", "text%2Fhtml"),
        ("image/jpeg", "text/html"),
        ("max_bytes=1000", "max_bytes=9999"),
    ]
    changed = [
        UploadForm(form.url.replace(old, new), {name: value.replace(old, new) for name, value in form.fields.items()})
        for old, new in changes
    ]
    # What ends the type may not begin the key: nobody sweeps what lies there.
    slid = form.url.replace("image%2Fjpeg", "image").replace(f"/media/{UPLOAD}", f"/media/jpeg/{UPLOAD}")
    changed = [each for each in (*changed, UploadForm(slid, form.fields)) if each != form]

    assert len(changed) >= 2
    assert {await send(each, b"picture") for each in changed} <= {403, 404}
    assert await photo_store.keys_older_than("", NOW + timedelta(days=1)) == []


async def test_a_form_holds_for_its_time(photo_store: PhotoStore, send: Send, clock: ManualClock) -> None:
    over = await photo_store.form(UPLOAD, "image/jpeg", 1000, timedelta(seconds=-1))

    assert await send(over, b"picture") in {403, 404}
    assert await photo_store.get(UPLOAD) is None


def in_memory(clock: ManualClock, secret: bytes = b"a secret of this test") -> MemoryPhotoStore:
    return MemoryPhotoStore(clock, secret)


def address(store: MemoryPhotoStore, key: str = KEY) -> tuple[str, int, str]:
    """Path, expiry and signature of an address that lives for a minute."""
    parts = urlsplit(store.url(key, VIEWER, timedelta(minutes=1)))
    query = parse_qs(parts.query)
    return parts.path, int(query["expires"][0]), query["signature"][0]


def test_an_address_is_honoured_until_it_expires(clock: ManualClock) -> None:
    store = in_memory(clock)
    path, expires, signature = address(store)

    assert path == f"/media/{KEY}"
    assert store.verify(KEY, VIEWER, expires, signature, NOW)
    assert store.verify(KEY, VIEWER, expires, signature, NOW + timedelta(seconds=59))
    assert not store.verify(KEY, VIEWER, expires, signature, NOW + timedelta(minutes=1))


def test_an_address_that_was_tampered_with_is_not_honoured(clock: ManualClock) -> None:
    store = in_memory(clock)
    _, expires, signature = address(store)

    assert not store.verify(KEY, ANOTHER, expires, signature, NOW)
    assert not store.verify("0196/1080.webp", VIEWER, expires, signature, NOW)
    assert not store.verify(KEY, VIEWER, expires + 1, signature, NOW)
    assert not store.verify(KEY, VIEWER, expires, signature[:-1], NOW)
    assert not store.verify(KEY, VIEWER, expires, "ünïcode", NOW)
    assert not in_memory(clock, b"another secret").verify(KEY, VIEWER, expires, signature, NOW)


def test_a_key_is_escaped_in_its_address(clock: ManualClock) -> None:
    path, expires, signature = address(in_memory(clock), "a b?#é")

    assert path == "/media/a%20b%3F%23%C3%A9"
    assert in_memory(clock).verify("a b?#é", VIEWER, expires, signature, NOW)


async def test_the_media_type_is_the_one_put_or_told_by_the_ending(clock: ManualClock) -> None:
    store = in_memory(clock)
    await store.put("picture", b"x", "image/webp")

    assert store.content_type("picture") == "image/webp"
    assert store.content_type("elsewhere/160.jpeg") == "image/jpeg"
    assert store.content_type("elsewhere") == "application/octet-stream"


async def test_portraits_can_be_drawn_when_they_are_asked_for(clock: ManualClock) -> None:
    store = MemoryPhotoStore(clock, b"secret", lazy=lambda key: b"drawn" if key.startswith("photos/demo-") else None)
    await store.put("photos/demo-1/160.webp", b"put", "image/webp")

    assert await store.get("photos/demo-1/160.webp") == b"put"
    assert await store.get("photos/demo-2/160.webp") == b"drawn"
    assert await store.get("other/160.webp") is None


async def test_a_drawn_portrait_that_was_deleted_is_not_drawn_again(clock: ManualClock) -> None:
    store = MemoryPhotoStore(clock, b"secret", lazy=lambda _: b"drawn")

    await store.delete("photos/demo-1/")

    assert await store.get("photos/demo-1/160.webp") is None
    assert await store.get("photos/demo-2/160.webp") == b"drawn"
