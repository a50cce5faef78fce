"""What staff decide on photos: appeals, and what is taken down."""

import asyncio
from datetime import timedelta

import attrs
import pytest

from saltbitter_domain.kernel import PhotoId, UserId
from saltbitter_domain.profiles.model import (
    REVIEW_LATE_AFTER,
    AnotherPersonMustDecide,
    AppealNotPossible,
    NothingToDecide,
    OwnerSeemsUnderAge,
    Photo,
    PhotoDecided,
    PhotoMissing,
    PhotoReviewed,
    PhotoState,
    PrimaryPhotoUnfit,
    RefusalReason,
    ReviewInvalid,
)
from saltbitter_domain.profiles.service import first_looks
from tests.doubles.albums import ANA, House, sketch_hash, states
from tests.doubles.builders import NOW, new_id
from tests.doubles.refusals import told

APPROVED, REFUSED = PhotoState.APPROVED, PhotoState.REFUSED
IN_REVIEW, APPEALED = PhotoState.IN_REVIEW, PhotoState.APPEALED
NOT_ALLOWED = RefusalReason.NOT_ALLOWED
MO, KIM, NEVER_WAS = UserId(new_id()), UserId(new_id()), PhotoId(new_id())


@pytest.fixture
def house() -> House:
    return House()


async def appealed(house: House, *pictures: str) -> Photo:
    """The last of these pictures, refused and appealed."""
    photo = (await house.has(*pictures))[-1]
    appealed = await house.service.appeal(ANA.id, photo.id, "Please look again.")
    await house.deliver()
    return appealed


async def resembles_removed(house: House, picture: str) -> bool:
    async with house.begin() as uow:
        return await uow.removed_photos.resembles(sketch_hash(f"JPEG {picture}".encode()))


async def test_whoever_appealed_first_comes_first(house: House) -> None:
    photo = await appealed(house, "friends 2")

    assert await house.reviews.waiting(10) == [photo]
    assert await house.reviews.waiting(0) == []
    assert len(house.reviews.urls(photo, MO)) == 6


async def test_an_approved_appeal_makes_the_first_photo_and_its_owner_is_told_why(house: House) -> None:
    photo = await appealed(house, "friends 2")

    decided = await house.reviews.decide(MO, photo.id, None, "The other face is a statue.")

    assert decided == await house.photo(photo.id)
    assert states([decided]) == [(0, APPROVED, None)]
    assert (decided.faces, decided.decided_by, decided.reason) == (1, MO, "The other face is a statue.")
    assert await house.events() == [
        PhotoDecided(ANA.id, photo.id, APPROVED),
        PhotoReviewed(ANA.id, photo.id, True, "The other face is a statue."),
    ]
    assert await house.reviews.waiting(10) == []


async def test_an_upheld_refusal_is_the_last_word(house: House) -> None:
    photo = await appealed(house, "friends 2")

    decided = await house.reviews.decide(MO, photo.id, RefusalReason.SEVERAL_FACES, "Both are people.")

    assert states([decided]) == [(0, REFUSED, RefusalReason.SEVERAL_FACES)]
    assert (await house.events(PhotoReviewed)) == [PhotoReviewed(ANA.id, photo.id, False, "Both are people.")]
    with pytest.raises(AppealNotPossible):
        await house.service.appeal(ANA.id, photo.id, "Again.")


async def test_what_is_taken_down_can_be_appealed_but_not_to_the_same_person(house: House) -> None:
    first, second = await house.has("portrait 1", "portrait again 1")

    await house.reviews.take_down(MO, first.id, "A sign in it insults people.")

    assert states(await house.service.photos(ANA.id)) == [(0, APPROVED, None), (1, REFUSED, NOT_ALLOWED)]
    assert (await house.photo(second.id)).position == 0
    await house.service.appeal(ANA.id, first.id, "It is a street sign.")
    with pytest.raises(AnotherPersonMustDecide):
        await house.reviews.decide(MO, first.id, NOT_ALLOWED, "No.")
    await house.reviews.decide(KIM, first.id, None, "It is a street sign indeed.")
    assert states(await house.service.photos(ANA.id)) == [(0, APPROVED, None), (1, APPROVED, None)]


async def test_whose_photo_is_taken_down_after_an_appeal_may_appeal_again(house: House) -> None:
    photo = await appealed(house, "friends 2")
    await house.reviews.decide(MO, photo.id, None, "A statue.")
    down = await house.reviews.take_down(KIM, photo.id, "The statue is of somebody hateful.")

    assert down.appeal is None
    assert (await house.service.appeal(ANA.id, photo.id, "It is Ludwig.")).state is APPEALED


async def test_a_removed_picture_is_refused_from_now_on_until_it_is_allowed_after_all(house: House) -> None:
    (photo,) = await house.has("portrait 1")
    await house.reviews.take_down(MO, photo.id, "Not here.")
    assert await resembles_removed(house, "portrait 1")

    again = (await house.has("portrait 1"))[-1]
    assert (again.state, again.refusal) == (REFUSED, RefusalReason.REMOVED_BEFORE)

    await house.service.appeal(ANA.id, again.id, "What is wrong with it?")
    await house.reviews.decide(KIM, again.id, None, "Nothing is.")
    assert not await resembles_removed(house, "portrait 1")


async def test_a_refusal_for_its_faces_keeps_a_picture_from_nobody(house: House) -> None:
    photo = await appealed(house, "friends 2")
    await house.reviews.decide(MO, photo.id, RefusalReason.SEVERAL_FACES, "Both are people.")

    assert not await resembles_removed(house, "friends 2")


async def test_nobody_decides_on_their_own_photo(house: House) -> None:
    photo = await appealed(house, "friends 2")
    with pytest.raises(AnotherPersonMustDecide):
        await house.reviews.decide(ANA.id, photo.id, None, "It is fine.")

    await house.reviews.decide(MO, photo.id, None, "It is fine.")
    with pytest.raises(AnotherPersonMustDecide):
        await house.reviews.take_down(ANA.id, photo.id, "I like it no more.")


async def test_only_what_is_appealed_is_decided_on_and_only_what_is_seen_is_taken_down(house: House) -> None:
    shown, refused = await house.has("portrait 1", "torn")
    waiting = await house.service.upload_photo(ANA.id, b"JPEG portrait 1")

    for photo in (refused, waiting, shown):
        with pytest.raises(NothingToDecide):
            await house.reviews.decide(MO, photo.id, None, "Because.")
    for photo in (refused, waiting):
        with pytest.raises(NothingToDecide):
            await house.reviews.take_down(MO, photo.id, "Because.")
    for decision in (house.reviews.decide(MO, NEVER_WAS, None, "No."), house.reviews.take_down(MO, NEVER_WAS, "No.")):
        with pytest.raises(PhotoMissing):
            await decision


@pytest.mark.parametrize("refusal", [RefusalReason.UNREADABLE, RefusalReason.REMOVED_BEFORE])
async def test_a_person_gives_a_reason_a_person_can_have(house: House, refusal: RefusalReason) -> None:
    photo = await appealed(house, "friends 2")

    with pytest.raises(ReviewInvalid) as invalid:
        await house.reviews.decide(MO, photo.id, refusal, "Because.")
    assert told(invalid.value) == [("refusal", "refusal_unfit")]


async def test_only_a_first_photo_is_refused_for_its_faces(house: House) -> None:
    _, second = await house.has("portrait 1", "another 1")
    await house.reviews.take_down(MO, second.id, "Is it you?")
    await house.service.appeal(ANA.id, second.id, "Yes.")

    with pytest.raises(ReviewInvalid):
        await house.reviews.decide(KIM, second.id, RefusalReason.NO_FACE, "No face.")


@pytest.mark.parametrize(("reason", "code"), [("", "blank"), (" \n", "blank"), ("x" * 501, "too_long")])
async def test_there_is_always_a_reason(house: House, reason: str, code: str) -> None:
    photo = await appealed(house, "friends 2")

    for decision in (
        house.reviews.decide(MO, photo.id, None, reason),
        house.reviews.take_down(MO, photo.id, reason),
    ):
        with pytest.raises(ReviewInvalid) as invalid:
            await decision
        assert told(invalid.value) == [("reason", code)]


async def test_of_two_decisions_at_the_same_moment_one_counts(house: House) -> None:
    photo = await appealed(house, "friends 2")

    decisions = (
        house.reviews.decide(MO, photo.id, None, "A statue."),
        house.reviews.decide(KIM, photo.id, RefusalReason.SEVERAL_FACES, "Two people."),
    )
    outcomes = await asyncio.gather(*decisions, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [NothingToDecide]
    (counted,) = [outcome for outcome in outcomes if isinstance(outcome, Photo)]
    assert attrs.evolve(counted, version=0) == attrs.evolve(await house.photo(photo.id), version=0)
    assert len(await house.events(PhotoReviewed)) == 1


@pytest.fixture
def unjudged() -> House:
    """Where no machine judges photos."""
    return House(machines=False)


async def test_where_no_machine_judges_photos_nobody_sees_one_before_a_person_did(unjudged: House) -> None:
    first, second = await unjudged.has("portrait 1", "landscape 0")

    assert states([first, second]) == [(0, IN_REVIEW, None), (1, IN_REVIEW, None)]
    assert await unjudged.reviews.waiting(10) == [first, second]
    shown = await unjudged.reviews.decide(MO, first.id, None, None)
    assert (shown.state, shown.moderated, shown.reason) == (APPROVED, True, None)
    assert (await unjudged.events(PhotoReviewed)) == [PhotoReviewed(ANA.id, first.id, True, None)]
    refused = await unjudged.reviews.decide(MO, second.id, NOT_ALLOWED, "The sign in it insults people.")
    assert (refused.state, refused.moderated) == (REFUSED, False)
    assert await resembles_removed(unjudged, "landscape 0")
    assert await unjudged.reviews.waiting(10) == []


async def test_whoever_seems_to_be_a_minor_at_the_first_look_is_told_of_and_their_photo_is_never_seen(
    unjudged: House,
) -> None:
    (photo,) = await unjudged.has("portrait 1")

    refused = await unjudged.reviews.decide(
        MO, photo.id, NOT_ALLOWED, "You look younger than 18.", owner_seems_under_age=True
    )

    assert states([refused]) == [(0, REFUSED, NOT_ALLOWED)]
    assert await unjudged.events() == [
        PhotoDecided(ANA.id, photo.id, REFUSED),
        PhotoReviewed(ANA.id, photo.id, False, "You look younger than 18."),
        OwnerSeemsUnderAge(ANA.id, "You look younger than 18."),
    ]


@pytest.mark.parametrize("refusal", [None, RefusalReason.NO_FACE, RefusalReason.SEVERAL_FACES])
async def test_whoever_seems_to_be_a_minor_is_refused_as_not_allowed_and_told_why(
    unjudged: House, refusal: RefusalReason | None
) -> None:
    (photo,) = await unjudged.has("portrait 1")

    with pytest.raises(ReviewInvalid) as unfit:
        await unjudged.reviews.decide(MO, photo.id, refusal, "You look young.", owner_seems_under_age=True)
    assert told(unfit.value) == [("owner_seems_under_age", "refusal_unfit")]
    with pytest.raises(ReviewInvalid) as wordless:
        await unjudged.reviews.decide(MO, photo.id, NOT_ALLOWED, None, owner_seems_under_age=True)
    assert told(wordless.value) == [("reason", "required")]
    assert await unjudged.photo(photo.id) == photo
    assert await unjudged.events(OwnerSeemsUnderAge) == []


async def test_a_first_look_undoes_no_removal(unjudged: House) -> None:
    (photo,) = await unjudged.has("portrait 1")
    await unjudged.removed(b"JPEG portrait 1")
    await unjudged.reviews.decide(MO, photo.id, None, None)
    assert await resembles_removed(unjudged, "portrait 1")


async def test_what_a_person_refused_at_the_first_look_another_looks_at_again(unjudged: House) -> None:
    (photo,) = await unjudged.has("portrait 1")
    await unjudged.reviews.decide(MO, photo.id, NOT_ALLOWED, "Is it you?")
    await unjudged.service.appeal(ANA.id, photo.id, "Yes.")

    with pytest.raises(AnotherPersonMustDecide):
        await unjudged.reviews.decide(MO, photo.id, None, "Well.")
    with pytest.raises(ReviewInvalid) as invalid:
        await unjudged.reviews.decide(KIM, photo.id, None, None)
    assert told(invalid.value) == [("reason", "required")]
    assert (await unjudged.reviews.decide(KIM, photo.id, None, "It is.")).state is APPROVED


async def test_a_refusal_has_a_reason_at_the_first_look_too(unjudged: House) -> None:
    (photo,) = await unjudged.has("portrait 1")

    with pytest.raises(ReviewInvalid) as invalid:
        await unjudged.reviews.decide(MO, photo.id, NOT_ALLOWED, None)
    assert told(invalid.value) == [("reason", "required")]
    with pytest.raises(AnotherPersonMustDecide):
        await unjudged.reviews.decide(ANA.id, photo.id, None, None)


async def test_a_photo_that_machines_refused_for_its_faces_is_not_seen_elsewhere_before_a_person_saw_it(
    unjudged: House,
) -> None:
    landscape, portrait = await unjudged.has("landscape 0", "portrait 1")
    assert states([landscape]) == [(0, REFUSED, RefusalReason.NO_FACE)]
    await unjudged.reviews.decide(MO, portrait.id, None, None)

    photos = await unjudged.service.photos(ANA.id)

    assert [photo.id for photo in photos] == [portrait.id, landscape.id]
    assert states(photos) == [(0, APPROVED, None), (1, IN_REVIEW, None)]


async def test_what_a_person_refused_for_its_faces_is_not_put_first_by_what_a_machine_counted(unjudged: House) -> None:
    mirror, portrait = await unjudged.has("mirror 1", "portrait 1")
    await unjudged.reviews.decide(MO, mirror.id, RefusalReason.SEVERAL_FACES, "There are two of you in the mirror.")
    await unjudged.reviews.decide(MO, portrait.id, None, None)

    with pytest.raises(PrimaryPhotoUnfit):
        await unjudged.service.arrange(ANA.id, [mirror.id, portrait.id])


async def test_a_person_who_objects_to_faces_alone_has_seen_that_the_photo_may_be_elsewhere(unjudged: House) -> None:
    friends, portrait = await unjudged.has("friends 1", "portrait 1")
    await unjudged.reviews.decide(MO, friends.id, RefusalReason.SEVERAL_FACES, "There are two of you in the mirror.")
    await unjudged.reviews.decide(MO, portrait.id, None, None)

    assert states(await unjudged.service.photos(ANA.id)) == [(0, APPROVED, None), (1, APPROVED, None)]


@pytest.mark.parametrize("refusal", [RefusalReason.NO_FACE, RefusalReason.SEVERAL_FACES])
async def test_what_is_refused_as_the_first_and_shown_in_another_place_at_once_is_said_to_be_shown(
    unjudged: House, refusal: RefusalReason
) -> None:
    words = "Your face is hidden. It may be another photo."
    first, second = await unjudged.has("mirror 1", "portrait 1")
    await unjudged.reviews.decide(MO, second.id, None, None)

    shown = await unjudged.reviews.decide(MO, first.id, refusal, words)

    assert states([shown]) == [(1, APPROVED, None)]
    assert (await unjudged.photo(second.id)).position == 0
    assert (await unjudged.events())[-2:] == [
        PhotoDecided(ANA.id, first.id, APPROVED),
        PhotoReviewed(ANA.id, first.id, True, words),
    ]


async def test_whoever_runs_the_product_hears_of_photos_that_wait_for_most_of_a_day(unjudged: House) -> None:
    await unjudged.has("portrait 1")
    unjudged.clock.at(NOW + REVIEW_LATE_AFTER - timedelta(seconds=1))
    assert await unjudged.reviews.late() == 0
    unjudged.clock.at(NOW + REVIEW_LATE_AFTER)
    assert await unjudged.reviews.late() == 1


async def approved_unseen(house: House, *photos: Photo) -> None:
    """Let these be as an older release approved them where no machine looked."""
    async with house.begin() as uow:
        await uow.photos.save(*(attrs.evolve(photo, state=APPROVED, moderated=False) for photo in photos))
        await uow.commit()


async def test_what_was_approved_unseen_waits_for_a_person_and_what_was_judged_does_not(house: House) -> None:
    first, second, judged = await house.has("portrait 1", "lake 0", "portrait again 1")
    await approved_unseen(house, first, second)
    await house.deliver()
    house.clock.advance(timedelta(days=30))

    assert await house.first_looks.ask() == 2
    assert await house.reviews.late() == 0, "they wait since now, and not since they were uploaded"
    house.clock.advance(REVIEW_LATE_AFTER)
    assert await house.reviews.late() == 2

    assert states(await house.service.photos(ANA.id)) == [
        (0, IN_REVIEW, None),
        (1, IN_REVIEW, None),
        (2, APPROVED, None),
    ]
    assert await house.events() == [PhotoDecided(ANA.id, photo.id, IN_REVIEW) for photo in (first, second)]
    assert [photo.id for photo in await house.reviews.waiting(10)] == [first.id, second.id]
    await house.reviews.decide(MO, first.id, None, None)
    await house.reviews.decide(MO, second.id, NOT_ALLOWED, "Of somebody else.")
    assert await house.first_looks.ask() == 0
    assert states(await house.service.photos(ANA.id)) == [
        (0, APPROVED, None),
        (1, REFUSED, NOT_ALLOWED),
        (2, APPROVED, None),
    ]
    assert judged == await house.photo(judged.id)


async def test_what_a_person_approved_before_need_not_be_looked_at_again(house: House) -> None:
    photo = await appealed(house, "friends 2")
    await approved_unseen(house, await house.reviews.decide(MO, photo.id, None, "A statue."))

    assert await house.first_looks.ask() == 0


async def test_asking_goes_on_where_it_was_interrupted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_looks, "BATCH", 2)
    await approved_unseen(house, *await house.has(*(f"portrait {name} 1" for name in "abcde")))

    class PowerCut(Exception):
        pass

    asked, ask = [], house.first_looks._ask

    async def until_the_third(photo_id: PhotoId) -> bool:
        asked.append(photo_id)
        if len(asked) == 3:
            raise PowerCut
        return await ask(photo_id)

    with monkeypatch.context() as patch:
        patch.setattr(house.first_looks, "_ask", until_the_third)
        with pytest.raises(PowerCut):
            await house.first_looks.ask()

    assert await house.first_looks.ask() == 3
    assert {photo.state for photo in await house.service.photos(ANA.id)} == {IN_REVIEW}


async def test_what_its_owner_deletes_or_staff_take_down_meanwhile_is_not_asked_for(house: House) -> None:
    deleted, down, left = await house.has("portrait 1", "lake 0", "portrait again 1")
    await approved_unseen(house, deleted, down, left)

    found = house.first_looks._next

    async def and_then_gone(last: PhotoId) -> list[PhotoId]:
        photo_ids = await found(last)
        if deleted.id in photo_ids:
            await house.service.delete_photo(ANA.id, deleted.id)
            await house.reviews.take_down(MO, down.id, "An insult.")
        return photo_ids

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.first_looks, "_next", and_then_gone)
        assert await house.first_looks.ask() == 1

    assert {photo.id: photo.state for photo in await house.service.photos(ANA.id)} == {
        down.id: REFUSED,
        left.id: IN_REVIEW,
    }
