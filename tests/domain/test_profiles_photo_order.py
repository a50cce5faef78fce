"""Which photo comes first, and what becomes of the others."""

from collections.abc import Sequence
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.kernel import PhotoId, UserId
from saltbitter_domain.profiles.model import (
    MAX_PHOTOS,
    Photo,
    PhotoOrderInvalid,
    PhotoState,
    PrimaryPhotoUnfit,
    RefusalReason,
)
from saltbitter_domain.profiles.policies import Examined, arranged, decided, free_position, in_order
from saltbitter_domain.profiles.ports import Rendered
from tests.doubles.builders import NOW
from tests.doubles.refusals import told

FACELESS = (RefusalReason.NO_FACE, RefusalReason.SEVERAL_FACES)
RENDERED = Rendered((), 3000, 2000, "LEHV6n", "c3a1")


def a_photo(
    number: int,
    state: PhotoState = PhotoState.APPROVED,
    faces: int | None = 1,
    refusal: RefusalReason | None = None,
    position: int | None = None,
    moderated: bool = True,
) -> Photo:
    return Photo(
        PhotoId(UUID(int=number + 1)),
        UserId(UUID(int=100)),
        number if position is None else position,
        state,
        NOW,
        faces=faces,
        refusal=refusal,
        moderated=moderated,
    )


@st.composite
def albums(draw: st.DrawFn) -> list[Photo]:
    """Up to six photos by position, the first place vacant or taken, two in one place now and then."""
    photos = []
    for number in range(draw(st.integers(0, MAX_PHOTOS))):
        state = draw(st.sampled_from(PhotoState))
        faces = None if state is PhotoState.PROCESSING else draw(st.integers(0, 3))
        about_faces = {None: [], 0: [RefusalReason.NO_FACE], 1: []}.get(faces, [RefusalReason.SEVERAL_FACES])
        refused = state in (PhotoState.REFUSED, PhotoState.APPEALED)
        refusal = draw(st.sampled_from([RefusalReason.NOT_ALLOWED, *about_faces])) if refused else None
        position, moderated = draw(st.integers(0, MAX_PHOTOS)), draw(st.booleans())
        photos.append(a_photo(number, state, faces, refusal, position, moderated))
    return sorted(photos, key=lambda photo: (photo.position, photo.id))


def numbers(photos: Sequence[Photo]) -> list[tuple[int, int]]:
    return [(photo.id.int - 1, photo.position) for photo in photos]


@given(albums())
def test_places_are_closed_up_and_nothing_is_lost(album: list[Photo]) -> None:
    ordered = in_order(album)
    assert {photo.id for photo in ordered} == {photo.id for photo in album}
    start = ordered[0].position if ordered else 0
    assert [photo.position for photo in ordered] == list(range(start, start + len(ordered)))
    assert start in (0, 1)


@given(albums())
def test_putting_in_order_twice_changes_nothing_more(album: list[Photo]) -> None:
    assert in_order(in_order(album)) == in_order(album)


@given(albums())
def test_a_vacant_or_refused_first_place_goes_to_a_photo_that_is_fit_if_there_is_one(album: list[Photo]) -> None:
    fit = [photo for photo in album if photo.state is PhotoState.APPROVED and photo.faces == 1]
    first = next((photo for photo in in_order(album) if photo.position == 0), None)
    if fit:
        assert first is not None
        assert first.state is not PhotoState.REFUSED


@given(albums())
def test_only_a_photo_refused_for_its_faces_is_welcome_by_moving_away_from_the_first_place(album: list[Photo]) -> None:
    before = {photo.id: photo for photo in album}
    for photo in in_order(album):
        old = before[photo.id]
        if photo.position > 0 and old.state is PhotoState.REFUSED and old.refusal in FACELESS:
            welcome = PhotoState.APPROVED if old.moderated else PhotoState.IN_REVIEW
            assert (photo.state, photo.refusal) == (welcome, None)
        else:
            assert attrs.evolve(photo, position=old.position) == old


def test_the_others_follow_when_a_photo_in_the_middle_goes() -> None:
    assert numbers(in_order([a_photo(0), a_photo(2), a_photo(3)])) == [(0, 0), (2, 1), (3, 2)]


def test_when_the_first_goes_the_next_with_exactly_one_face_takes_its_place() -> None:
    rest = [
        a_photo(1, faces=0),
        a_photo(2, faces=2),
        a_photo(3, PhotoState.REFUSED, 1, RefusalReason.NOT_ALLOWED),
        a_photo(4),
    ]
    assert numbers(in_order(rest)) == [(4, 0), (1, 1), (2, 2), (3, 3)]


def test_when_nobody_is_fit_the_first_place_stays_vacant_for_the_next_upload() -> None:
    rest = in_order([a_photo(1, faces=0), a_photo(2, faces=None, state=PhotoState.PROCESSING)])
    assert numbers(rest) == [(1, 1), (2, 2)]
    assert free_position(rest) == 0


def test_a_first_photo_that_is_still_looked_at_or_appealed_keeps_its_place() -> None:
    for state in (PhotoState.PROCESSING, PhotoState.IN_REVIEW, PhotoState.APPEALED):
        album = [a_photo(0, state, None), a_photo(1)]
        assert in_order(album) == tuple(album)


def test_a_refused_first_photo_keeps_its_place_only_while_there_is_no_better_one() -> None:
    crowd = a_photo(0, PhotoState.REFUSED, 3, RefusalReason.SEVERAL_FACES)
    assert in_order([crowd]) == (crowd,)
    better, welcome = in_order([crowd, a_photo(1)])
    assert (better.id.int, better.position) == (2, 0)
    assert (welcome.state, welcome.refusal, welcome.position) == (PhotoState.APPROVED, None, 1)


def test_the_next_photo_goes_last() -> None:
    assert free_position([]) == 0
    assert free_position([a_photo(0)]) == 1
    assert free_position([a_photo(0), a_photo(1), a_photo(2)]) == 3


def test_a_member_puts_photos_in_any_order() -> None:
    album = [a_photo(0), a_photo(1), a_photo(2)]
    order = [album[2].id, album[0].id, album[1].id]
    assert numbers(arranged(album, order)) == [(2, 0), (0, 1), (1, 2)]
    assert arranged([], []) == ()


@pytest.mark.parametrize("picked", [[], [0], [0, 1, 1], [0, 0], [0, 5], [0, 1, 5]])
def test_an_order_names_each_photo_once(picked: list[int]) -> None:
    with pytest.raises(PhotoOrderInvalid) as refused:
        arranged([a_photo(0), a_photo(1)], [a_photo(number).id for number in picked])
    assert told(refused.value) == [("photo_ids", "not_a_permutation")]


@pytest.mark.parametrize(
    "second",
    [
        a_photo(1, faces=0),
        a_photo(1, faces=2),
        a_photo(1, PhotoState.PROCESSING, None),
        a_photo(1, PhotoState.IN_REVIEW),
        a_photo(1, PhotoState.REFUSED, 1, RefusalReason.NOT_ALLOWED),
        a_photo(1, PhotoState.APPEALED, 1, RefusalReason.NOT_ALLOWED),
    ],
)
def test_the_first_photo_is_approved_and_shows_exactly_one_face(second: Photo) -> None:
    first = a_photo(0)
    with pytest.raises(PrimaryPhotoUnfit) as refused:
        arranged([first, second], [second.id, first.id])
    assert told(refused.value) == []
    with pytest.raises(PrimaryPhotoUnfit):
        arranged([attrs.evolve(second, position=1)], [second.id])


def test_the_first_may_stay_first_whatever_it_shows() -> None:
    first, second, third = a_photo(0, PhotoState.PROCESSING, None), a_photo(1), a_photo(2)
    assert numbers(arranged([first, second, third], [first.id, third.id, second.id])) == [(0, 0), (2, 1), (1, 2)]


def test_a_picture_without_a_face_is_welcome_once_another_comes_first() -> None:
    landscape, portrait = a_photo(0, PhotoState.REFUSED, 0, RefusalReason.NO_FACE), a_photo(1)
    _, second = arranged([landscape, portrait], [portrait.id, landscape.id])
    assert (second.state, second.refusal) == (PhotoState.APPROVED, None)
    with pytest.raises(PrimaryPhotoUnfit):
        arranged([landscape, portrait], [landscape.id, portrait.id])


@pytest.mark.parametrize(
    ("position", "faces", "objection", "refusal"),
    [
        (0, 1, None, None),
        (0, 0, None, RefusalReason.NO_FACE),
        (0, 2, None, RefusalReason.SEVERAL_FACES),
        (0, 5, None, RefusalReason.SEVERAL_FACES),
        (1, 0, None, None),
        (5, 2, None, None),
        (0, 1, RefusalReason.NOT_ALLOWED, RefusalReason.NOT_ALLOWED),
        (0, 0, RefusalReason.NOT_ALLOWED, RefusalReason.NOT_ALLOWED),
        (3, 0, RefusalReason.REMOVED_BEFORE, RefusalReason.REMOVED_BEFORE),
    ],
)
@pytest.mark.parametrize("moderated", [True, False])
def test_the_moderator_judges_every_photo_and_faces_only_the_first(
    moderated: bool, position: int, faces: int, objection: RefusalReason | None, refusal: RefusalReason | None
) -> None:
    fresh = a_photo(position, PhotoState.PROCESSING, None, moderated=False)
    welcome = PhotoState.APPROVED if moderated else PhotoState.IN_REVIEW
    assert decided(fresh, Examined(RENDERED, faces, objection, moderated)) == attrs.evolve(
        fresh,
        state=PhotoState.REFUSED if refusal else welcome,
        refusal=refusal,
        moderated=moderated and objection is None,
        faces=faces,
        width=3000,
        height=2000,
        blurhash="LEHV6n",
        perceptual_hash="c3a1",
    )


def test_of_a_picture_that_cannot_be_read_nothing_is_known() -> None:
    fresh = a_photo(0, PhotoState.PROCESSING, None)
    assert decided(fresh, RefusalReason.UNREADABLE) == attrs.evolve(
        fresh, state=PhotoState.REFUSED, refusal=RefusalReason.UNREADABLE
    )


def test_a_photo_whose_faces_nobody_could_count_waits_for_a_person() -> None:
    for position, moderated in ((0, False), (0, True), (1, False)):
        fresh = a_photo(position, PhotoState.PROCESSING, None)
        waiting = decided(fresh, Examined(RENDERED, None, None, moderated))
        assert (waiting.state, waiting.refusal, waiting.faces) == (PhotoState.IN_REVIEW, None, None)


def test_another_photo_than_the_first_needs_no_count_of_faces() -> None:
    another = decided(a_photo(1, PhotoState.PROCESSING, None), Examined(RENDERED, None, None, moderated=True))
    assert (another.state, another.faces, another.moderated) == (PhotoState.APPROVED, None, True)
