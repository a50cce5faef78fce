"""What members do with photos they have: order them, delete them, appeal."""

import asyncio
from uuid import UUID

import attrs
import pytest

from saltbitter_domain.kernel import EventId, PhotoId
from saltbitter_domain.profiles.model import (
    AppealInvalid,
    AppealNotPossible,
    PhotoDecided,
    PhotoDeleted,
    PhotoMissing,
    PhotoOrderInvalid,
    PhotoState,
    PhotoUploaded,
    PrimaryPhotoUnfit,
    ProfileChanged,
)
from tests.doubles.albums import ANA, BEA, House, states
from tests.doubles.refusals import told

APPROVED, REFUSED, PROCESSING = PhotoState.APPROVED, PhotoState.REFUSED, PhotoState.PROCESSING


@pytest.fixture
def house() -> House:
    return House()


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
