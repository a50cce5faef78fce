"""From an upload to a photo others may see: processed once, whatever happens meanwhile."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from uuid import UUID

import attrs
import pytest

from saltbitter_domain.kernel import DomainError, EventId, PhotoId, Unavailable
from saltbitter_domain.profiles.model import (
    CHECKS_AWAITED,
    MAX_PHOTO_BYTES,
    MAX_PHOTOS,
    Photo,
    PhotoCheckUnavailable,
    PhotoDecided,
    PhotoState,
    PhotoTooLarge,
    PhotoTypeNotAccepted,
    PhotoUploaded,
    RefusalReason,
    TooManyPhotos,
    UploadMissing,
)
from saltbitter_domain.profiles.policies import rendition_key
from saltbitter_domain.uow import UnitOfWork
from tests.doubles.albums import ANA, BEA, KEYS, House, sketch_hash, states
from tests.doubles.builders import NOW
from tests.doubles.refusals import told

APPROVED, REFUSED, PROCESSING = PhotoState.APPROVED, PhotoState.REFUSED, PhotoState.PROCESSING
IN_REVIEW, REMOVED_BEFORE = PhotoState.IN_REVIEW, RefusalReason.REMOVED_BEFORE


@pytest.fixture
def house() -> House:
    return House()


async def test_an_upload_waits_unseen_until_it_was_processed(house: House) -> None:
    photo = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")

    assert photo == Photo(photo.id, ANA.id, 0, PROCESSING, NOW)
    assert await house.service.photos(ANA.id) == [photo]
    assert await house.events() == [PhotoUploaded(ANA.id, photo.id)]
    assert await house.files.get(f"uploads/{ANA.id}/{photo.id}") == b"JPEG portrait 1"
    assert house.files.content_type(f"uploads/{ANA.id}/{photo.id}") == "image/jpeg"
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
        perceptual_hash=sketch_hash(b"JPEG portrait 1"),
        width=3000,
        height=2000,
        faces=1,
        moderated=True,
        look=photo.look,
        version=2,
    )
    assert await house.events(PhotoDecided) == [PhotoDecided(ANA.id, photo.id, APPROVED)]
    keys = [rendition_key(photo, size, form) for size, form in KEYS]
    assert await house.kept(photo.id) == sorted(keys)
    assert await house.files.get(f"photos/{photo.id}/{photo.look}/480.webp") == b"480 webp JPEG portrait 1"
    assert {house.files.content_type(key) for key in keys} == {"image/webp", "image/jpeg"}
    assert [address.url for address in house.service.urls(photo)] == [
        house.files.url(key, ANA.id, timedelta(minutes=15)) for key in keys
    ]


@pytest.mark.parametrize(
    ("picture", "refusal"),
    [
        ("landscape 0", RefusalReason.NO_FACE),
        ("friends 3", RefusalReason.SEVERAL_FACES),
        ("torn", RefusalReason.UNREADABLE),
        ("removed 1", RefusalReason.REMOVED_BEFORE),
        ("forbidden 1", RefusalReason.NOT_ALLOWED),
    ],
)
async def test_a_first_photo_is_refused_with_a_reason(house: House, picture: str, refusal: RefusalReason) -> None:
    await house.removed(b"JPEG removed 1")
    house.moderator.forbid(b"1080 jpeg JPEG forbidden 1")
    (photo,) = await house.has(picture)
    assert states([photo]) == [(0, REFUSED, refusal)]
    assert f"uploads/{ANA.id}/{photo.id}" not in await house.kept(photo.id)


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
        await house.removed(b"JPEG portrait 1")

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
    assert await house.files.get(f"uploads/{ANA.id}/{photo.id}") is not None

    await house.deliver()
    assert states(await house.service.photos(ANA.id)) == [(0, APPROVED, None)]


async def test_an_upload_whose_original_is_lost_is_refused_as_unreadable(house: House) -> None:
    photo = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    await house.files.delete(f"uploads/{ANA.id}/{photo.id}")
    await house.deliver()
    assert states(await house.service.photos(ANA.id)) == [(0, REFUSED, RefusalReason.UNREADABLE)]


async def test_originals_that_nobody_waits_for_are_removed_after_a_day(house: House) -> None:
    (decided,) = await house.has("portrait 1")
    waiting = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    lost = PhotoId(UUID(int=7))
    for photo_id in (decided.id, lost):
        await house.files.put(f"uploads/{ANA.id}/{photo_id}", b"JPEG portrait 1", "image/jpeg")
    kept = await house.kept(decided.id)

    house.clock.advance(timedelta(days=1))
    assert await house.service.forget_orphans() == 0
    house.clock.advance(timedelta(microseconds=1))
    assert [await house.service.forget_orphans(), await house.service.forget_orphans()] == [2, 0]

    assert await house.kept(lost) == []
    assert await house.kept(decided.id) == kept[:-1]
    assert await house.kept(waiting.id) == [f"uploads/{ANA.id}/{waiting.id}"]


async def test_a_sweep_looks_at_every_page_of_old_originals(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    for number in range(5):
        await house.files.put(f"uploads/{ANA.id}/{UUID(int=number)}", b"JPEG portrait 1", "image/jpeg")
    house.clock.advance(timedelta(days=2))
    monkeypatch.setattr(house.files, "keys_older_than", partial(house.files.keys_older_than, limit=2))
    assert await house.service.forget_orphans() == 5
    assert list(house.files._contents) == [f"uploads/{ANA.id}/{waiting.id}"]


async def sent(house: House, content: bytes) -> PhotoId:
    """Ask for a form and have the file sent by it."""
    awaited = await house.service.await_upload(ANA.id, "image/jpeg")
    await house.files.put(f"uploads/{ANA.id}/{awaited.photo_id}", content, "image/jpeg")
    return awaited.photo_id


async def test_what_was_sent_to_the_store_becomes_a_photo_once_however_often_it_is_said_to_be_there(
    house: House,
) -> None:
    photo_id = await sent(house, b"JPEG portrait 1")
    assert await house.service.photos(ANA.id) == []

    told = await asyncio.gather(*(house.service.complete_upload(ANA.id, photo_id) for _ in range(5)))
    assert {photo.id for photo in told} == {photo_id}
    assert await house.events(PhotoUploaded) == [PhotoUploaded(ANA.id, photo_id)]
    await house.deliver()
    assert states(await house.service.photos(ANA.id)) == [(0, APPROVED, None)]
    assert (await house.service.complete_upload(ANA.id, photo_id)).state is APPROVED


async def test_nobody_completes_what_another_sent_or_what_was_never_sent(house: House) -> None:
    photo_id = await sent(house, b"JPEG portrait 1")
    never = (await house.service.await_upload(ANA.id, "image/jpeg")).photo_id
    for who, what in ((BEA.id, photo_id), (ANA.id, never)):
        with pytest.raises(UploadMissing):
            await house.service.complete_upload(who, what)
    await house.service.complete_upload(ANA.id, photo_id)
    with pytest.raises(UploadMissing):
        await house.service.complete_upload(BEA.id, photo_id)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(b"GIF89a", PhotoTypeNotAccepted), (b"JPEG" + bytes(MAX_PHOTO_BYTES), PhotoTooLarge)],
)
async def test_what_is_no_photo_is_refused_and_not_kept(
    house: House, content: bytes, refusal: type[DomainError]
) -> None:
    photo_id = await sent(house, content)
    with pytest.raises(refusal):
        await house.service.complete_upload(ANA.id, photo_id)
    assert await house.files.get(f"uploads/{ANA.id}/{photo_id}") is None
    assert await house.service.photos(ANA.id) == []


async def test_whoever_has_six_photos_is_given_no_form_and_completes_no_other(house: House) -> None:
    photo_id = await sent(house, b"JPEG portrait 1")
    await house.has(*["portrait 1"] * MAX_PHOTOS)
    for asked in (house.service.await_upload(ANA.id, "image/jpeg"), house.service.complete_upload(ANA.id, photo_id)):
        with pytest.raises(TooManyPhotos):
            await asked


async def test_what_is_never_completed_is_removed_after_a_day(house: House) -> None:
    photo_id = await sent(house, b"JPEG portrait 1")
    house.clock.advance(timedelta(days=1, seconds=1))
    assert await house.service.forget_orphans() == 1
    assert await house.kept(photo_id) == []


@pytest.mark.parametrize("hours", [0, 1, 3.99])
async def test_while_the_moderator_is_away_a_photo_waits_to_be_judged(house: House, hours: float) -> None:
    house.moderator.away = True
    photo = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    house.clock.advance(timedelta(hours=hours))
    with pytest.raises(ExceptionGroup) as failed:
        await house.deliver()
    assert failed.group_contains(PhotoCheckUnavailable)
    assert states(await house.service.photos(ANA.id)) == [(0, PROCESSING, None)]
    assert f"uploads/{ANA.id}/{photo.id}" in await house.kept(photo.id)

    house.moderator.away = False
    await house.deliver()
    assert states(await house.service.photos(ANA.id)) == [(0, APPROVED, None)]


@pytest.mark.parametrize(
    ("picture", "expected"),
    [("portrait 1", (IN_REVIEW, None)), ("landscape 0", (IN_REVIEW, None)), ("removed 1", (REFUSED, REMOVED_BEFORE))],
)
async def test_a_moderator_who_is_away_for_hours_approves_nothing_and_leaves_it_to_people(
    house: House, picture: str, expected: tuple[PhotoState, RefusalReason | None]
) -> None:
    await house.removed(b"JPEG removed 1")
    house.moderator.away = True
    house.faces.away = True
    await house.service.upload_photo(ANA.id, f"JPEG {picture}".encode())
    house.clock.advance(CHECKS_AWAITED)
    await house.deliver()

    (photo,) = await house.service.photos(ANA.id)
    assert (photo.state, photo.refusal) == expected
    assert (photo.faces, photo.moderated) == (None, False)
    assert len(house.service.urls(photo)) == 6


async def test_a_count_of_faces_is_kept_while_the_moderator_is_away_so_that_the_photo_can_be_the_first(
    house: House,
) -> None:
    first, second = await house.has("portrait 1", "another portrait 1")
    house.moderator.away = True
    await house.service.upload_photo(ANA.id, b"JPEG new portrait 1")
    house.clock.advance(CHECKS_AWAITED)
    await house.deliver()
    waiting = (await house.service.photos(ANA.id))[-1]
    assert (waiting.state, waiting.faces, waiting.moderated) == (IN_REVIEW, 1, False)

    await house.reviews.decide(BEA.id, waiting.id, None, None)
    await house.service.arrange(ANA.id, [waiting.id, first.id, second.id])
    assert (await house.photo(waiting.id)).position == 0


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("forbidden 1", (REFUSED, RefusalReason.NOT_ALLOWED, False)),
        ("portrait 1", (IN_REVIEW, None, True)),
    ],
)
async def test_what_the_moderator_says_counts_while_nobody_counts_faces(
    house: House, picture: str, expected: tuple[PhotoState, RefusalReason | None, bool]
) -> None:
    house.moderator.forbid(b"1080 jpeg JPEG forbidden 1")
    house.faces.away = True
    await house.service.upload_photo(ANA.id, f"JPEG {picture}".encode())
    with pytest.raises(ExceptionGroup):
        await house.deliver()
    house.clock.advance(CHECKS_AWAITED)
    await house.deliver()

    (photo,) = await house.service.photos(ANA.id)
    assert (photo.state, photo.refusal, photo.moderated) == expected
    assert photo.faces is None


async def test_a_check_that_fails_otherwise_is_left_to_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(image: bytes) -> RefusalReason | None:
        raise ValueError(len(image))

    monkeypatch.setattr(house.moderator, "judge", broken)
    await house.service.upload_photo(ANA.id, b"JPEG portrait 1")
    house.clock.advance(CHECKS_AWAITED)
    with pytest.raises(ExceptionGroup) as failed:
        await house.deliver()
    assert failed.group_contains(ValueError)
    assert states(await house.service.photos(ANA.id)) == [(0, PROCESSING, None)]
