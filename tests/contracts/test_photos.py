"""What every store of photos promises."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import attrs
import pytest

from saltbitter_domain.kernel import PhotoId, StaleWrite
from saltbitter_domain.profiles.model import MAX_PHOTOS, PhotoState, TooManyPhotos
from saltbitter_domain.profiles.ports import Photos
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW, TEXTS, a_full_photo, a_photo, new_id, unset_fields

PORT = Photos


async def test_a_photo_comes_back_as_it_was_stored(store: Store) -> None:
    photo = a_full_photo(await store.member())
    assert unset_fields(photo) == []

    async with store.unit() as uow:
        await uow.photos.add(photo)

    async with store.begin() as uow:
        assert await uow.photos.get(photo.id) == photo
        assert await uow.photos.get(PhotoId(new_id())) is None


@pytest.mark.parametrize("text", TEXTS)
async def test_appeals_come_back_unchanged(store: Store, text: str) -> None:
    photo = a_photo(await store.member(), appeal=text)

    async with store.unit() as uow:
        await uow.photos.add(photo)

    async with store.begin() as uow:
        assert await uow.photos.get(photo.id) == photo


async def test_photos_come_by_position_and_only_the_members_own(store: Store) -> None:
    user, other = await store.members(2)
    photos = [a_photo(user, position=position) for position in (2, 0, 1)]
    async with store.unit() as uow:
        for photo in (*photos, a_photo(other)):
            await uow.photos.add(photo)

    async with store.begin() as uow:
        assert await uow.photos.of(user.id) == [photos[1], photos[2], photos[0]]
        assert await uow.photos.beside(photos[0].id) == [photos[1], photos[2], photos[0]]
        assert await uow.photos.beside(PhotoId(new_id())) == []


async def test_photos_that_wait_for_staff_come_as_they_were_uploaded_whosever_they_are(store: Store) -> None:
    users = await store.members(3)
    waiting = ((2, PhotoState.APPEALED), (0, PhotoState.APPEALED), (1, PhotoState.IN_REVIEW))
    asked = a_photo(users[2], state=PhotoState.IN_REVIEW, position=1, asked_at=NOW + timedelta(hours=1.5))
    photos = [
        a_photo(user, state=state, uploaded_at=NOW + timedelta(hours=hour))
        for user, (hour, state) in zip(users, waiting, strict=True)
    ]
    async with store.unit() as uow:
        for photo in (*photos, asked, a_photo(users[0], state=PhotoState.REFUSED, position=1)):
            await uow.photos.add(photo)

    async with store.unit() as uow:
        assert await uow.photos.awaiting_staff(10) == [photos[1], photos[2], asked, photos[0]]
        assert await uow.photos.awaiting_staff(1) == [photos[1]]
        await uow.photos.save(attrs.evolve(photos[1], state=PhotoState.APPROVED))
    async with store.begin() as uow:
        assert await uow.photos.awaiting_staff(10) == [photos[2], asked, photos[0]]


async def test_first_looks_that_wait_are_counted_from_when_they_began_to_and_appeals_are_not(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        before = await uow.photos.in_review_since(NOW)
        await uow.photos.add(a_photo(user, state=PhotoState.IN_REVIEW))
        await uow.photos.add(a_photo(user, state=PhotoState.APPEALED, position=1))
        later = NOW + timedelta(hours=1)
        await uow.photos.add(a_photo(user, state=PhotoState.IN_REVIEW, position=2, asked_at=later))

    async with store.begin() as uow:
        counts = [await uow.photos.in_review_since(NOW + timedelta(microseconds=moment)) for moment in (-1, 0, 1)]
        assert counts == [before, before + 1, before + 1]
        assert await uow.photos.in_review_since(later) == before + 2


async def test_what_others_see_and_nobody_is_known_to_have_judged_comes_by_id(store: Store) -> None:
    users, seen = await store.members(4), PhotoState.APPROVED
    photos = [a_photo(user, state=seen) for user in users[:3]]
    async with store.unit() as uow:
        for photo in (
            *reversed(photos),
            a_photo(users[3], state=seen, moderated=True),
            a_photo(users[3], state=seen, position=1, decided_by=users[0].id),
            a_photo(users[3], state=PhotoState.IN_REVIEW, position=2),
        ):
            await uow.photos.add(photo)

    async with store.unit() as uow:
        before = PhotoId(UUID(int=photos[0].id.int - 1))
        assert await uow.photos.unjudged(before, 10) == photos
        assert await uow.photos.unjudged(before, 2) == photos[:2]
        assert await uow.photos.unjudged(photos[0].id, 10) == photos[1:]
        await uow.photos.save(attrs.evolve(photos[1], state=PhotoState.IN_REVIEW))
        assert await uow.photos.unjudged(before, 10) == [photos[0], photos[2]]


async def test_a_member_has_at_most_six_photos(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        for position in range(MAX_PHOTOS):
            await uow.photos.add(a_photo(user, position=position))

    with pytest.raises(TooManyPhotos):
        async with store.unit() as uow:
            await uow.photos.add(a_photo(user, position=MAX_PHOTOS))


async def test_uploads_at_the_same_time_do_not_exceed_six(store: Store) -> None:
    user = await store.member()

    async def upload(position: int) -> None:
        async with store.unit() as uow:
            await uow.photos.add(a_photo(user, position=position))
            await asyncio.sleep(0)

    results = await outcomes(*(upload(position) for position in range(MAX_PHOTOS + 4)))

    assert Counter(type(result) for result in results) == {type(None): MAX_PHOTOS, TooManyPhotos: 4}
    async with store.begin() as uow:
        assert len(await uow.photos.of(user.id)) == MAX_PHOTOS


async def test_two_photos_can_swap_their_places(store: Store) -> None:
    user = await store.member()
    first, second = a_photo(user, position=0), a_photo(user, position=1)
    async with store.unit() as uow:
        await uow.photos.add(first)
        await uow.photos.add(second)

    async with store.unit() as uow:
        await uow.photos.save(attrs.evolve(first, position=1), attrs.evolve(second, position=0))

    async with store.begin() as uow:
        assert [photo.id for photo in await uow.photos.of(user.id)] == [second.id, first.id]


async def test_a_change_made_to_an_older_version_is_refused(store: Store) -> None:
    photo = a_photo(await store.member())
    async with store.unit() as uow:
        await uow.photos.add(photo)
    async with store.unit() as uow:
        await uow.photos.save(attrs.evolve(photo, state=PhotoState.APPROVED))

    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.photos.save(attrs.evolve(photo, state=PhotoState.REFUSED))


async def test_a_removed_photo_is_gone_and_removing_it_again_does_nothing(store: Store) -> None:
    user = await store.member()
    photo, kept = a_photo(user), a_photo(user, position=1)
    async with store.unit() as uow:
        await uow.photos.add(photo)
        await uow.photos.add(kept)

    for _ in range(2):
        async with store.unit() as uow:
            await uow.photos.remove(photo.id)
            assert await uow.photos.get(photo.id) is None
            assert await uow.photos.of(user.id) == [kept]

    async with store.begin() as uow:
        assert await uow.photos.get(photo.id) is None
        assert await uow.photos.of(user.id) == [kept]
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.photos.save(photo)
