"""What was approved while nobody counted faces, and is to be the first photo."""

import asyncio
from uuid import UUID

import pytest

from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import (
    CHECKS_AWAITED,
    Photo,
    PhotoCheckUnavailable,
    PhotoState,
    PrimaryPhotoUnfit,
    RefusalReason,
)
from tests.doubles.albums import ANA, House, states

APPROVED, IN_REVIEW = PhotoState.APPROVED, PhotoState.IN_REVIEW
MO = UserId(UUID(int=7))


async def uncounted(house: House, picture: str = "portrait 1") -> tuple[Photo, Photo]:
    """Ana's first photo, and another that was let in after hours in which nobody counted faces."""
    await house.has("portrait 1")
    house.faces.away = True
    await house.service.upload_photo(ANA.id, f"JPEG {picture}".encode())
    house.clock.advance(CHECKS_AWAITED)
    await house.deliver()
    first, other = await house.service.photos(ANA.id)
    assert other.faces is None
    house.faces.looked_at = 0
    return first, other


async def test_its_faces_are_counted_when_it_is_to_be_the_first_and_then_it_is() -> None:
    house = House()
    first, other = await uncounted(house)
    house.faces.away = False

    for _ in range(2):
        photos = await house.service.arrange(ANA.id, [other.id, first.id])
        assert [(photo.id, photo.position, photo.faces) for photo in photos] == [(other.id, 0, 1), (first.id, 1, 1)]
        assert states(photos) == [(0, APPROVED, None), (1, APPROVED, None)]
    assert house.faces.looked_at == 1


@pytest.mark.parametrize(("picture", "faces"), [("landscape 0", 0), ("friends 3", 3)])
async def test_one_that_does_not_show_one_face_stays_where_it_is_and_is_counted_once(picture: str, faces: int) -> None:
    house = House()
    first, other = await uncounted(house, picture)
    house.faces.away = False

    for _ in range(2):
        with pytest.raises(PrimaryPhotoUnfit):
            await house.service.arrange(ANA.id, [other.id, first.id])
    photos = await house.service.photos(ANA.id)
    assert [(photo.id, photo.faces, photo.state) for photo in photos] == [
        (first.id, 1, APPROVED),
        (other.id, faces, APPROVED),
    ]
    assert house.faces.looked_at == 1


async def test_while_nobody_counts_faces_nothing_changes_and_it_is_never_the_first() -> None:
    house = House()
    first, other = before = await uncounted(house)

    with pytest.raises(PhotoCheckUnavailable):
        await house.service.arrange(ANA.id, [other.id, first.id])
    assert await house.service.arrange(ANA.id, [first.id, other.id]) == list(before)
    await house.service.delete_photo(ANA.id, first.id)
    assert states(await house.service.photos(ANA.id)) == [(1, APPROVED, None)]

    house.faces.away = False
    assert states(await house.service.arrange(ANA.id, [other.id])) == [(0, APPROVED, None)]


async def test_one_that_a_person_let_in_is_counted_too() -> None:
    house = House(machines=False)
    first, other = await uncounted(house)
    for photo in (first, other):
        await house.reviews.decide(MO, photo.id, None, None)
    house.faces.away = False

    photos = await house.service.arrange(ANA.id, [other.id, first.id])
    assert [(photo.id, photo.faces) for photo in photos] == [(other.id, 1), (first.id, 1)]


async def test_no_machine_is_asked_about_one_that_nobody_let_in_or_that_a_person_refused_for_its_faces() -> None:
    house = House(machines=False)
    first, other = await uncounted(house)
    assert [first.state, other.state] == [IN_REVIEW, IN_REVIEW]
    house.faces.away = False
    with pytest.raises(PrimaryPhotoUnfit):
        await house.service.arrange(ANA.id, [other.id, first.id])

    await house.reviews.decide(MO, other.id, None, None)
    await house.reviews.decide(MO, first.id, RefusalReason.SEVERAL_FACES, "There are two of you in the mirror.")
    await house.service.arrange(ANA.id, [other.id, first.id])
    house.faces.looked_at = 0
    with pytest.raises(PrimaryPhotoUnfit):
        await house.service.arrange(ANA.id, [first.id, other.id])
    assert house.faces.looked_at == 0


async def test_asked_for_twice_at_once_or_while_it_is_deleted_it_ends_well() -> None:
    house = House()
    first, other = await uncounted(house)
    house.faces.away = False
    order = [other.id, first.id]

    await asyncio.gather(*(house.service.arrange(ANA.id, order) for _ in range(2)))
    assert [photo.id for photo in await house.service.photos(ANA.id)] == order

    house = House()
    first, other = await uncounted(house)
    await house.files.delete(f"photos/{other.id}/")
    with pytest.raises(PrimaryPhotoUnfit):
        await house.service.arrange(ANA.id, [other.id, first.id])


@pytest.mark.parametrize("how", ["deleted", "taken down"])
async def test_when_the_first_goes_one_that_shows_one_face_follows_as_soon_as_faces_are_counted(how: str) -> None:
    house = House()
    first, landscape = await uncounted(house, "landscape 0")
    portrait = await let_in_uncounted(house, "portrait 1")
    await let_in_uncounted(house, "another portrait 1")
    if how == "deleted":
        await house.service.delete_photo(ANA.id, first.id)
    else:
        await house.reviews.take_down(MO, first.id, "That is a film star.")

    with pytest.raises(PhotoCheckUnavailable):
        await house.deliver()
    assert states(await house.service.photos(ANA.id))[0] != (0, APPROVED, None)

    house.faces.away, house.faces.looked_at = False, 0
    await house.deliver()
    photos = await house.service.photos(ANA.id)
    assert (photos[0].id, photos[0].position, photos[0].faces) == (portrait.id, 0, 1)
    assert next(photo.faces for photo in photos if photo.id == landscape.id) == 0
    assert house.faces.looked_at == 2, "the rest is counted when it is its turn"
    assert await house.events() == []


async def let_in_uncounted(house: House, picture: str) -> Photo:
    await house.service.upload_photo(ANA.id, f"JPEG {picture}".encode())
    house.clock.advance(CHECKS_AWAITED)
    await house.deliver()
    return (await house.service.photos(ANA.id))[-1]
