"""What was judged is what others see, however often a file is sent again while it is looked at."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from saltbitter_domain.kernel import EventId, PhotoId
from saltbitter_domain.profiles.model import PhotoUploaded, RefusalReason
from tests.doubles.albums import ANA, House
from tests.doubles.builders import new_id

FINE, FORBIDDEN = b"JPEG portrait 1", b"JPEG forbidden 1"


@pytest.fixture
def house() -> House:
    house = House()
    house.moderator.forbid(b"1080 jpeg " + FORBIDDEN)
    return house


async def send(house: House, photo_id: PhotoId, content: bytes) -> None:
    """By the form that was given out, which holds for ten minutes, however often."""
    await house.files.put(f"uploads/{ANA.id}/{photo_id}", content, "image/jpeg")


async def look(house: House, photo_id: PhotoId) -> None:
    await house.service.process(EventId(new_id()), PhotoUploaded(ANA.id, photo_id))


async def shown(house: House, photo_id: PhotoId) -> list[bytes | None]:
    """The pictures that the addresses of the photo lead to, without what makes them renditions."""
    paths = [each.url.partition("?")[0] for each in house.service.urls(await house.photo(photo_id))]
    found = [await house.files.get(path.removeprefix("/media/")) for path in paths]
    return [each and each.split(b" ", 2)[2] for each in found]


async def another_look_in_the_middle(house: House, photo_id: PhotoId) -> asyncio.Task[None]:
    """A look that has read what was sent, and gets no further before the one under way is over."""
    read, over = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        read.set()
        await over.wait()

    house.editor.meanwhile = wait
    later = asyncio.create_task(look(house, photo_id))
    await read.wait()
    asyncio.get_running_loop().call_soon(over.set)
    return later


@pytest.mark.parametrize("deleted", [False, True], ids=["sent again", "deleted and sent again"])
async def test_a_file_that_is_sent_again_while_another_is_looked_at_is_not_seen_unjudged(
    house: House, deleted: bool
) -> None:
    photo_id = (await house.service.await_upload(ANA.id, "image/jpeg")).photo_id
    await send(house, photo_id, FINE)
    await house.service.complete_upload(ANA.id, photo_id)
    later: list[asyncio.Task[None]] = []

    async def change() -> None:
        if deleted:
            house.clock.advance(timedelta(seconds=1))
            await house.service.delete_photo(ANA.id, photo_id)
        await send(house, photo_id, FORBIDDEN)
        await house.service.complete_upload(ANA.id, photo_id)
        later.append(await another_look_in_the_middle(house, photo_id))

    house.editor.meanwhile = change
    await look(house, photo_id)
    await later[0]

    photo = await house.photo(photo_id)
    assert {*await shown(house, photo_id)} == {FORBIDDEN if deleted else FINE}
    assert photo.refusal is (RefusalReason.NOT_ALLOWED if deleted else None)
    assert len(await house.kept(photo_id)) == 6, "of the other look nothing stays"


async def test_a_look_that_fails_or_that_nobody_waits_for_any_more_leaves_nothing(house: House) -> None:
    photo = await house.service.upload_photo(ANA.id, FINE)
    house.moderator.away = True
    with pytest.raises(ExceptionGroup):
        await look(house, photo.id)
    assert await house.kept(photo.id) == [f"uploads/{ANA.id}/{photo.id}"]

    house.moderator.away = False
    house.editor.meanwhile = partial(house.service.delete_photo, ANA.id, photo.id)
    await look(house, photo.id)
    assert await house.kept(photo.id) == []


async def test_what_was_sent_is_in_memory_no_longer_than_it_takes_to_tell_what_it_is(house: House) -> None:
    """However many say at once that it is there: whoever waits for the database holds 10 MB no longer."""
    held: list[int] = []

    class Sent(bytes):
        def __new__(cls, content: bytes) -> "Sent":
            held.append(len(content))
            return super().__new__(cls, content)

        def __del__(self) -> None:
            held.pop()

    async def get(_key: str) -> bytes:
        return Sent(FINE)

    async def add(*_: object) -> None:
        assert held == []

    photo_id = (await house.service.await_upload(ANA.id, "image/jpeg")).photo_id
    house.files.get, house.service._add = get, add  # type: ignore[assignment,method-assign]
    await asyncio.gather(*(house.service.complete_upload(ANA.id, photo_id) for _ in range(3)))
