"""From an upload to a photo others may see: processed once, whatever happens meanwhile, and gone when deleted."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from uuid import UUID

import attrs
import pytest

from adapters.memory.outbox import MemoryOutbox
from adapters.memory.photo_checks import MemoryModerator
from adapters.memory.photo_store import MemoryPhotoStore
from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.events import Event
from saltbitter_domain.kernel import EventId, PhotoId, Unavailable
from saltbitter_domain.profiles.model import (
    MAX_PHOTO_BYTES,
    MAX_PHOTOS,
    AppealInvalid,
    AppealNotPossible,
    Format,
    Photo,
    PhotoDecided,
    PhotoDeleted,
    PhotoMissing,
    PhotoOrderInvalid,
    PhotoState,
    PhotoTooLarge,
    PhotoTypeNotAccepted,
    PhotoUploaded,
    PrimaryPhotoUnfit,
    ProfileChanged,
    RefusalReason,
    Size,
    TooManyPhotos,
)
from saltbitter_domain.profiles.policies import rendition_key
from saltbitter_domain.profiles.ports import FaceDetector, PhotoEditor, Rendered, Rendition
from saltbitter_domain.profiles.service import PhotoService
from saltbitter_domain.uow import UnitOfWork
from tests.doubles.builders import NOW, a_user
from tests.doubles.refusals import told
from tests.doubles.simultaneous import Simultaneous

ANA, BEA = a_user(), a_user()
KEYS = [(size, form) for size in Size for form in Format]
APPROVED, REFUSED, PROCESSING = PhotoState.APPROVED, PhotoState.REFUSED, PhotoState.PROCESSING


class Sketches(PhotoEditor):
    """Reads pictures that are words: ``JPEG portrait 1`` shows one face; ``JPEG torn`` cannot be read.

    Something may happen ``meanwhile``, once."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    def sniff(self, content: bytes) -> str | None:
        return "image/jpeg" if content.startswith(b"JPEG") else None

    async def render(self, content: bytes) -> Rendered | RefusalReason:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        if content.startswith(b"JPEG torn"):
            return RefusalReason.UNREADABLE
        renditions = tuple(Rendition(size, form, f"{size} {form} ".encode() + content) for size, form in KEYS)
        return Rendered(renditions, 3000, 2000, "LEHV6n", content.decode())


class FacesByNumber(FaceDetector):
    async def count(self, image: bytes) -> int:
        assert image.startswith(b"1080 jpeg")
        return int(image.split()[-1])


class House:
    def __init__(self) -> None:
        self.memory, self.clock = MemoryStore(), ManualClock(NOW)
        ids = UuidV7Ids(self.clock)
        self.files, self.moderator = MemoryPhotoStore(self.clock, b"secret"), MemoryModerator()
        self.editor = Sketches()
        self.begin = Simultaneous(MemoryUnitsOfWork(self.memory, self.clock, ids))
        self.service = PhotoService(
            begin=self.begin,
            clock=self.clock,
            ids=ids,
            store=self.files,
            editor=self.editor,
            faces=FacesByNumber(),
            moderator=self.moderator,
        )
        self.outbox = MemoryOutbox(self.memory)

    async def events(self, kind: type[Event] = Event) -> Sequence[Event]:
        """What was told and not yet delivered."""
        return [m.event for m in await self.outbox.due(self.clock.now(), 100) if isinstance(m.event, kind)]

    async def deliver(self) -> None:
        """Hand every waiting message to its listener, until none is left."""
        while messages := await self.outbox.due(self.clock.now(), 100):
            for message in messages:
                if isinstance(message.event, PhotoUploaded):
                    await self.service.process(message.id, message.event)
                if isinstance(message.event, PhotoDeleted):
                    await self.service.remove_files(message.id, message.event)
                await self.outbox.save(message.done(self.clock.now()))

    async def has(self, *pictures: str) -> list[Photo]:
        for picture in pictures:
            await self.service.upload_photo(ANA.id, f"JPEG {picture}".encode())
            await self.deliver()
        return list(await self.service.photos(ANA.id))

    async def photo(self, photo_id: PhotoId) -> Photo:
        return next(photo for photo in await self.service.photos(ANA.id) if photo.id == photo_id)

    async def kept(self, photo_id: PhotoId) -> list[str]:
        """The keys under which anything is kept of a photo."""
        keys = [f"uploads/{photo_id}", *(rendition_key(photo_id, size, form) for size, form in KEYS)]
        return [key for key in keys if await self.files.get(key) is not None]


@pytest.fixture
def house() -> House:
    return House()


def states(photos: Sequence[Photo]) -> list[tuple[int, PhotoState, RefusalReason | None]]:
    return [(photo.position, photo.state, photo.refusal) for photo in photos]


async def test_an_upload_waits_unseen_until_it_was_processed(house: House) -> None:
    photo = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")

    assert photo == Photo(photo.id, ANA.id, 0, PROCESSING, NOW)
    assert await house.service.photos(ANA.id) == [photo]
    assert await house.events() == [PhotoUploaded(ANA.id, photo.id)]
    assert await house.files.get(f"uploads/{photo.id}") == b"JPEG portrait 1"
    assert house.files.content_type(f"uploads/{photo.id}") == "image/jpeg"
    assert house.service.urls(photo) == ()


async def test_a_good_photo_is_approved_and_only_its_renditions_are_kept(house: House) -> None:
    uploaded = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    message = (await house.outbox.due(NOW, 1))[0]
    await house.service.process(message.id, PhotoUploaded(ANA.id, uploaded.id))

    photo = await house.photo(uploaded.id)
    assert photo == attrs.evolve(
        uploaded,
        state=APPROVED,
        blurhash="LEHV6n",
        perceptual_hash="JPEG portrait 1",
        width=3000,
        height=2000,
        faces=1,
        version=2,
    )
    assert await house.events(PhotoDecided) == [PhotoDecided(ANA.id, photo.id, APPROVED)]
    keys = [rendition_key(photo.id, size, form) for size, form in KEYS]
    assert await house.kept(photo.id) == keys
    assert await house.files.get(f"photos/{photo.id}/480.webp") == b"480 webp JPEG portrait 1"
    assert {house.files.content_type(key) for key in keys} == {"image/webp", "image/jpeg"}
    assert [address.url for address in house.service.urls(photo)] == [
        house.files.url(key, timedelta(minutes=15)) for key in keys
    ]


@pytest.mark.parametrize(
    ("picture", "refusal"),
    [
        ("landscape 0", RefusalReason.NO_FACE),
        ("friends 3", RefusalReason.SEVERAL_FACES),
        ("torn", RefusalReason.UNREADABLE),
        ("removed 1", RefusalReason.REMOVED_BEFORE),
    ],
)
async def test_a_first_photo_is_refused_with_a_reason(house: House, picture: str, refusal: RefusalReason) -> None:
    house.moderator.remember_removed("JPEG removed 1")
    (photo,) = await house.has(picture)
    assert states([photo]) == [(0, REFUSED, refusal)]
    assert f"uploads/{photo.id}" not in await house.kept(photo.id)


async def test_a_refused_photo_can_still_be_looked_at_by_its_owner_unless_it_was_unreadable(house: House) -> None:
    landscape, torn = await house.has("landscape 0", "torn")
    assert len(house.service.urls(landscape)) == len(await house.kept(landscape.id)) == 6
    assert house.service.urls(torn) == ()
    assert await house.kept(torn.id) == []


async def test_other_photos_may_show_anything_that_is_allowed(house: House) -> None:
    assert states(await house.has("portrait 1", "landscape 0", "friends 3")) == [
        (0, APPROVED, None),
        (1, APPROVED, None),
        (2, APPROVED, None),
    ]


async def test_a_portrait_takes_the_place_of_a_refused_first_photo(house: House) -> None:
    (landscape,) = await house.has("landscape 0")
    await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    message = (await house.outbox.due(NOW, 1))[0]
    assert isinstance(message.event, PhotoUploaded)
    await house.service.process(message.id, message.event)

    photos = await house.service.photos(ANA.id)
    assert states(photos) == [(0, APPROVED, None), (1, APPROVED, None)]
    assert photos[1].id == landscape.id
    assert await house.events(PhotoDecided) == [
        PhotoDecided(ANA.id, photos[0].id, APPROVED),
        PhotoDecided(ANA.id, landscape.id, APPROVED),
    ]


async def test_an_upload_has_at_most_ten_megabytes(house: House) -> None:
    await house.service.upload_photo(ANA.id, b"JPEG".ljust(MAX_PHOTO_BYTES))
    with pytest.raises(PhotoTooLarge, match="at most 10 MB") as refused:
        await house.service.upload_photo(ANA.id, b"JPEG".ljust(MAX_PHOTO_BYTES + 1))
    assert told(refused.value) == []


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>"])
async def test_an_upload_is_known_by_its_content(house: House, content: bytes) -> None:
    with pytest.raises(PhotoTypeNotAccepted) as refused:
        await house.service.upload_photo(ANA.id, content)
    assert told(refused.value) == []
    assert await house.events() == []


async def test_there_are_at_most_six_photos_and_nothing_is_kept_of_a_seventh(house: House) -> None:
    await house.has(*["portrait 1"] * MAX_PHOTOS)
    before = dict(house.files._contents)
    with pytest.raises(TooManyPhotos):
        await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    assert house.files._contents == before
    assert await house.events() == []


async def test_nothing_is_kept_of_an_upload_that_is_broken_off(house: House) -> None:
    upload = asyncio.create_task(house.service.upload_photo(ANA.id, b"JPEG portrait 1"))
    await asyncio.sleep(0)
    assert len(house.files._contents) == 1
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert house.files._contents == {}
    assert await house.service.photos(ANA.id) == []


async def test_nothing_is_kept_of_an_upload_that_fails(house: House) -> None:
    def away() -> AbstractAsyncContextManager[UnitOfWork]:
        raise OSError("the database is away")

    house.service._begin = away
    with pytest.raises(OSError, match="away"):
        await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    assert house.files._contents == {}


async def test_uploads_at_the_same_moment_end_in_a_clear_order(house: House) -> None:
    await asyncio.gather(*(house.service.upload_photo(ANA.id, b"JPEG portrait 1") for _ in range(4)))
    await house.deliver()
    assert states(await house.service.photos(ANA.id)) == [(place, APPROVED, None) for place in range(4)]


async def test_processing_again_changes_nothing(house: House) -> None:
    (photo,) = await house.has("portrait 1")
    kept = await house.kept(photo.id)
    await house.service.process(EventId(UUID(int=1)), PhotoUploaded(ANA.id, photo.id))
    assert await house.service.photos(ANA.id) == [photo]
    assert await house.kept(photo.id) == kept
    assert await house.events() == []


async def test_processing_twice_at_the_same_time_decides_once(house: House) -> None:
    photo = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    event = PhotoUploaded(ANA.id, photo.id)
    await asyncio.gather(*(house.service.process(EventId(UUID(int=n)), event) for n in range(2)))
    assert len(await house.events(PhotoDecided)) == 1
    await house.deliver()
    assert states(await house.service.photos(ANA.id)) == [(0, APPROVED, None)]
    assert len(await house.kept(photo.id)) == 6


async def test_a_decision_made_meanwhile_stands(house: House) -> None:
    photo = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")

    async def decide_at_once() -> None:
        await house.service.process(EventId(UUID(int=1)), PhotoUploaded(ANA.id, photo.id))
        house.moderator.remember_removed("JPEG portrait 1")

    house.editor.meanwhile = decide_at_once
    await house.service.process(EventId(UUID(int=2)), PhotoUploaded(ANA.id, photo.id))
    assert states(await house.service.photos(ANA.id)) == [(0, APPROVED, None)]
    assert len(await house.events(PhotoDecided)) == 1


async def test_when_an_outside_party_is_away_the_photo_waits_with_its_original(house: House) -> None:
    photo = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")

    async def go_away() -> None:
        raise Unavailable("Come back later.")

    house.editor.meanwhile = go_away
    with pytest.raises(Unavailable):
        await house.deliver()
    assert states(await house.service.photos(ANA.id)) == [(0, PROCESSING, None)]
    assert await house.files.get(f"uploads/{photo.id}") is not None

    await house.deliver()
    assert states(await house.service.photos(ANA.id)) == [(0, APPROVED, None)]


async def test_an_upload_whose_original_is_lost_is_refused_as_unreadable(house: House) -> None:
    photo = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    await house.files.delete(f"uploads/{photo.id}")
    await house.deliver()
    assert states(await house.service.photos(ANA.id)) == [(0, REFUSED, RefusalReason.UNREADABLE)]


@pytest.mark.parametrize("last", ["process", "remove"])
async def test_a_photo_deleted_before_it_was_processed_leaves_nothing(house: House, last: str) -> None:
    photo = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    await house.service.delete_photo(ANA.id, photo.id)
    if last == "process":
        await house.service.process(EventId(UUID(int=1)), PhotoUploaded(ANA.id, photo.id))
    else:
        await house.service.remove_files(EventId(UUID(int=1)), PhotoDeleted(ANA.id, photo.id))
    assert await house.kept(photo.id) == []
    assert await house.service.photos(ANA.id) == []


async def test_a_photo_deleted_while_it_is_processed_leaves_nothing(house: House) -> None:
    photo = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")

    async def delete() -> None:
        await house.service.delete_photo(ANA.id, photo.id)
        await house.service.remove_files(EventId(UUID(int=1)), PhotoDeleted(ANA.id, photo.id))

    house.editor.meanwhile = delete
    await house.service.process(EventId(UUID(int=2)), PhotoUploaded(ANA.id, photo.id))
    assert await house.kept(photo.id) == []
    assert await house.service.photos(ANA.id) == []
    assert await house.events(PhotoDecided) == []


async def test_deleting_removes_every_rendition_and_only_its_own(house: House) -> None:
    first, second = await house.has("portrait 1", "landscape 0")
    await house.service.delete_photo(ANA.id, first.id)
    assert await house.events() == [PhotoDeleted(ANA.id, first.id)]
    await house.deliver()
    assert await house.kept(first.id) == []
    assert len(await house.kept(second.id)) == 6


async def test_when_the_first_is_deleted_the_next_portrait_follows(house: House) -> None:
    first, landscape, portrait = await house.has("portrait 1", "landscape 0", "portrait 1")
    await house.service.delete_photo(ANA.id, first.id)
    photos = await house.service.photos(ANA.id)
    assert [(photo.id, photo.position) for photo in photos] == [(portrait.id, 0), (landscape.id, 1)]


async def test_without_another_portrait_the_first_place_waits_for_the_next_upload(house: House) -> None:
    first, _ = await house.has("portrait 1", "landscape 0")
    await house.service.delete_photo(ANA.id, first.id)
    assert states(await house.service.photos(ANA.id)) == [(1, APPROVED, None)]
    assert states(await house.has("portrait 1")) == [(0, APPROVED, None), (1, APPROVED, None)]


async def test_photos_are_put_in_the_order_their_owner_wishes(house: House) -> None:
    one, two, three = await house.has("portrait 1", "landscape 0", "portrait 1")
    photos = await house.service.arrange(ANA.id, [three.id, one.id, two.id])
    assert [(photo.id, photo.position) for photo in photos] == [(three.id, 0), (one.id, 1), (two.id, 2)]
    assert photos == await house.service.photos(ANA.id)
    assert await house.events() == [ProfileChanged(ANA.id)]


async def test_two_orders_at_the_same_moment_both_succeed_and_the_later_stays(house: House) -> None:
    one, two, three = await house.has(*["portrait 1"] * 3)
    orders = ([two.id, one.id, three.id], [three.id, two.id, one.id])
    await asyncio.gather(*(house.service.arrange(ANA.id, order) for order in orders))
    assert [photo.id for photo in await house.service.photos(ANA.id)] == [three.id, two.id, one.id]


async def test_photos_deleted_at_the_same_moment_are_all_gone_and_the_rest_closes_up(house: House) -> None:
    one, two, three, four = await house.has(*["portrait 1"] * 4)
    await asyncio.gather(*(house.service.delete_photo(ANA.id, photo.id) for photo in (one, two, three)))
    assert [(photo.id, photo.position) for photo in await house.service.photos(ANA.id)] == [(four.id, 0)]


async def test_an_order_that_does_not_fit_changes_nothing(house: House) -> None:
    one, two = photos = await house.has("portrait 1", "landscape 0")
    with pytest.raises(PhotoOrderInvalid):
        await house.service.arrange(ANA.id, [one.id])
    with pytest.raises(PrimaryPhotoUnfit):
        await house.service.arrange(ANA.id, [two.id, one.id])
    assert await house.service.photos(ANA.id) == photos


async def test_an_appeal_brings_a_refused_photo_before_a_person_once(house: House) -> None:
    (photo,) = await house.has("friends 2")
    appealed = await house.service.appeal(ANA.id, photo.id, "That is a statue.\nReally.")
    assert appealed == await house.photo(photo.id)
    assert appealed == attrs.evolve(
        photo, state=PhotoState.APPEALED, appeal="That is a statue.\nReally.", version=photo.version + 1
    )
    with pytest.raises(AppealNotPossible):
        await house.service.appeal(ANA.id, photo.id, "Again.")


async def test_an_appeal_sent_twice_at_the_same_moment_is_one_appeal(house: House) -> None:
    (photo,) = await house.has("friends 2")
    appeals = (house.service.appeal(ANA.id, photo.id, "A statue.") for _ in range(2))
    first, second = await asyncio.gather(*appeals, return_exceptions=True)
    assert first == await house.photo(photo.id)
    assert isinstance(second, AppealNotPossible)


async def test_an_appeal_that_was_turned_down_is_the_last(house: House) -> None:
    (photo,) = await house.has("friends 2")
    await house.service.appeal(ANA.id, photo.id, "A statue.")
    async with house.begin() as uow:
        await uow.photos.save(attrs.evolve(await house.photo(photo.id), state=REFUSED))
        await uow.commit()
    with pytest.raises(AppealNotPossible):
        await house.service.appeal(ANA.id, photo.id, "A statue, I said.")


async def test_only_a_refused_photo_that_can_be_read_is_appealed(house: House) -> None:
    portrait, torn = await house.has("portrait 1", "torn")
    processing = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    for photo in (portrait, torn, processing):
        with pytest.raises(AppealNotPossible) as refused:
            await house.service.appeal(ANA.id, photo.id, "Please.")
        assert told(refused.value) == []


@pytest.mark.parametrize(("words", "code"), [("", "blank"), (" \n", "blank"), ("x" * 501, "too_long")])
async def test_an_appeal_gives_its_reasons_in_1_to_500_characters(house: House, words: str, code: str) -> None:
    (photo,) = await house.has("friends 2")
    with pytest.raises(AppealInvalid) as refused:
        await house.service.appeal(ANA.id, photo.id, words)
    assert told(refused.value) == [("words", code)]
    assert (await house.service.appeal(ANA.id, photo.id, "x" * 500)).state is PhotoState.APPEALED


async def test_nobody_reaches_anothers_photos(house: House) -> None:
    (photo,) = await house.has("friends 2")
    with pytest.raises(PhotoMissing) as refused:
        await house.service.delete_photo(BEA.id, photo.id)
    assert told(refused.value) == []
    with pytest.raises(PhotoMissing):
        await house.service.appeal(BEA.id, photo.id, "Mine.")
    with pytest.raises(PhotoOrderInvalid):
        await house.service.arrange(BEA.id, [photo.id])
    with pytest.raises(PhotoMissing):
        await house.service.delete_photo(ANA.id, PhotoId(UUID(int=404)))
    assert await house.service.photos(BEA.id) == []
    assert await house.service.photos(ANA.id) == [photo]


async def test_originals_that_nobody_waits_for_are_removed_after_a_day(house: House) -> None:
    (decided,) = await house.has("portrait 1")
    waiting = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    lost = PhotoId(UUID(int=7))
    for photo_id in (decided.id, lost):
        await house.files.put(f"uploads/{photo_id}", b"JPEG portrait 1", "image/jpeg")
    kept = await house.kept(decided.id)

    house.clock.advance(timedelta(days=1))
    assert await house.service.forget_orphans() == 0
    house.clock.advance(timedelta(microseconds=1))
    assert [await house.service.forget_orphans(), await house.service.forget_orphans()] == [2, 0]

    assert await house.kept(lost) == []
    assert await house.kept(decided.id) == kept[1:]
    assert await house.kept(waiting.id) == [f"uploads/{waiting.id}"]


async def test_a_sweep_looks_at_every_page_of_old_originals(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    for number in range(5):
        await house.files.put(f"uploads/{UUID(int=number)}", b"JPEG portrait 1", "image/jpeg")
    house.clock.advance(timedelta(days=2))
    monkeypatch.setattr(house.files, "keys_older_than", partial(house.files.keys_older_than, limit=2))
    assert await house.service.forget_orphans() == 5
    assert list(house.files._contents) == [f"uploads/{waiting.id}"]
