"""What others see of a member, what they never see, and what a profile still lacks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.photo_store import MemoryPhotoStore
from adapters.system.clock import ManualClock
from saltbitter_domain.kernel import GridCell, PhotoId, UserId
from saltbitter_domain.profiles.model import (
    AgeRange,
    BasicValue,
    DealBreaker,
    DistanceBand,
    Drinking,
    Education,
    Format,
    Gender,
    HasChildren,
    Importance,
    Intention,
    Orientation,
    Photo,
    PhotoState,
    Preferences,
    Profile,
    ProfileContent,
    PromptAnswer,
    PublicProfile,
    Religion,
    Size,
    Smoking,
    Visibility,
    WantsChildren,
    age_on,
)
from saltbitter_domain.profiles.policies import (
    completeness,
    photo_addresses,
    photo_at,
    public_photos,
    public_view,
    rendition_key,
    renditions_prefix,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TODAY = NOON.date()
HOME = GridCell.containing(38.7223, -9.1393)
ANA = Profile(
    user_id=UserId(UUID(int=1)),
    date_of_birth=date(1990, 5, 2),
    content=ProfileContent(
        name="Ana",
        genders=frozenset({Gender.NON_BINARY, Gender.WOMAN}),
        preferences=Preferences(frozenset({Gender.MAN}), AgeRange(31, 47), 65, frozenset({DealBreaker.SMOKES})),
        pronouns="she/her",
        orientation=Orientation.BISEXUAL,
        intention=Intention.LONG_TERM,
        has_children=HasChildren.NO,
        wants_children=WantsChildren.MAYBE,
        smoking=Smoking.NEVER,
        drinking=Drinking.RARELY,
        education=Education.MASTER,
        religion=Religion.CATHOLIC,
        religion_importance=Importance.NOT,
        languages=("pt", "en"),
        bio="By the sea.",
        prompts=(PromptAnswer("song", "Fado."),),
        interests=frozenset({"sailing", "hiking", "jazz", "cooking", "reading"}),
        values=dict.fromkeys(BasicValue, 3),
    ),
    time_zone="Europe/Lisbon",
    created_at=NOON,
    updated_at=NOON,
    cell=HOME,
    city="Lisbon",
    located_at=NOON,
)
PHOTO = Photo(
    PhotoId(UUID(int=9)),
    ANA.user_id,
    position=0,
    state=PhotoState.APPROVED,
    uploaded_at=NOON,
    blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
    perceptual_hash="c3a1f0",
    width=1080,
    height=720,
    faces=1,
)


@pytest.fixture
def store() -> MemoryPhotoStore:
    return MemoryPhotoStore(ManualClock(NOON), b"secret")


def seen(profile: Profile = ANA, seen_from: GridCell | None = HOME, today: date = TODAY) -> PublicProfile:
    return public_view(profile, (), seen_from=seen_from, today=today)


def test_others_see_a_first_name_an_age_a_city_and_what_was_written() -> None:
    assert seen() == PublicProfile(
        user_id=ANA.user_id,
        name="Ana",
        pronouns="she/her",
        age=35,
        genders=(Gender.WOMAN, Gender.NON_BINARY),
        intention=Intention.LONG_TERM,
        has_children=HasChildren.NO,
        wants_children=WantsChildren.MAYBE,
        smoking=Smoking.NEVER,
        drinking=Drinking.RARELY,
        education=Education.MASTER,
        religion=Religion.CATHOLIC,
        languages=("pt", "en"),
        bio="By the sea.",
        prompts=(PromptAnswer("song", "Fado."),),
        interests=("hiking", "sailing", "cooking", "jazz", "reading"),
        city="Lisbon",
        distance=DistanceBand.UNDER_5,
        photos=(),
    )


def test_what_is_private_makes_no_difference_to_what_others_see() -> None:
    other_inside = attrs.evolve(
        ANA,
        date_of_birth=date(1991, 4, 1),
        content=attrs.evolve(
            ANA.content,
            orientation=None,
            values=dict.fromkeys(BasicValue, 6),
            preferences=Preferences(frozenset(Gender), AgeRange(18, 99)),
            religion_importance=Importance.VERY,
        ),
        time_zone="Europe/Madrid",
        visibility=Visibility.INCOGNITO,
        located_at=None,
        version=4,
    )
    assert seen(other_inside) == seen()


def test_nothing_private_is_in_the_public_view() -> None:
    told = repr(seen())
    for private in ("1990", str(HOME.latitude), str(HOME.longitude), "bisexual", "31", "47", "65", "smokes", "Europe"):
        assert private not in told


def test_age_changes_on_the_birthday() -> None:
    assert seen(today=date(2026, 5, 1)).age == 35
    assert seen(today=date(2026, 5, 2)).age == 36


def test_whoever_was_born_on_29_february_turns_older_on_1_march_of_common_years() -> None:
    born = date(2008, 2, 29)
    assert age_on(born, date(2026, 2, 28)) == 17
    assert age_on(born, date(2026, 3, 1)) == 18
    assert age_on(born, date(2028, 2, 29)) == 20


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 40_000))
def test_age_grows_by_one_a_year(born: date, days: int) -> None:
    day = min(born.toordinal() + days, date(2130, 1, 1).toordinal())
    age = age_on(born, date.fromordinal(day))
    assert age * 365.2425 - 2 <= day - born.toordinal() < (age + 1) * 365.2425 + 2


def test_without_a_place_there_is_no_city_and_no_distance() -> None:
    nowhere = seen(attrs.evolve(ANA, cell=None, city=None))
    assert (nowhere.city, nowhere.distance) == (None, None)
    assert seen(seen_from=None).distance is None
    assert seen(seen_from=None).city == "Lisbon"


def test_only_approved_photos_are_public(store: MemoryPhotoStore) -> None:
    states = [attrs.evolve(PHOTO, id=PhotoId(UUID(int=n)), state=state) for n, state in enumerate(PhotoState)]
    approved = [photo.id for photo in states if photo.state is PhotoState.APPROVED]
    assert [photo.id for photo in public_photos(states, store, ANA.user_id)] == approved
    (public,) = public_photos([PHOTO], store, ANA.user_id)
    assert (public.width, public.height, public.blurhash) == (1080, 720, PHOTO.blurhash)
    assert public.addresses == photo_addresses(PHOTO, store, ANA.user_id)
    assert public_view(ANA, (public,), seen_from=None, today=TODAY).photos == (public,)


@pytest.mark.parametrize("look", [None, UUID(int=7)], ids=["by an older release", "by a look"])
def test_every_rendition_has_a_signed_address_for_a_quarter_of_an_hour(
    look: UUID | None, store: MemoryPhotoStore
) -> None:
    photo = attrs.evolve(PHOTO, look=look)
    addresses = photo_addresses(photo, store, ANA.user_id)
    assert [(address.size, address.format) for address in addresses] == [
        (size, form) for size in Size for form in Format
    ]
    for address in addresses:
        key = f"photos/{PHOTO.id}/{f'{look}/' if look else ''}{address.size}.{address.format}"
        assert rendition_key(photo, address.size, address.format) == key
        assert photo_at(key) == PHOTO.id
        assert key.startswith(renditions_prefix(PHOTO.id))
        assert address.url == store.url(key, ANA.user_id, timedelta(minutes=15))


def test_an_address_is_not_told_by_its_repr(store: MemoryPhotoStore) -> None:
    assert "signature" not in repr(photo_addresses(PHOTO, store, ANA.user_id))


@pytest.mark.parametrize("state", [PhotoState.REFUSED, PhotoState.APPEALED])
def test_the_owner_can_look_at_a_refused_photo(state: PhotoState, store: MemoryPhotoStore) -> None:
    assert len(photo_addresses(attrs.evolve(PHOTO, state=state), store, ANA.user_id)) == 6


def test_there_is_nothing_to_look_at_before_processing(store: MemoryPhotoStore) -> None:
    fresh = Photo(PHOTO.id, ANA.user_id, 0, PhotoState.PROCESSING, NOON)
    assert photo_addresses(fresh, store, ANA.user_id) == ()


BARE = attrs.evolve(
    ANA,
    content=ProfileContent("Ana", frozenset({Gender.WOMAN}), ANA.content.preferences),
    cell=None,
)


def test_a_new_profile_lacks_everything_and_only_the_first_photo_is_required() -> None:
    result = completeness(BARE, [])
    assert result.percent == 0
    assert [part.part for part in result.missing if part.required] == ["primary_photo"]
    assert result.missing[0].part == "primary_photo"
    assert all(part.label and part.why.endswith(".") for part in result.missing)


def test_a_full_profile_is_complete() -> None:
    photos = [attrs.evolve(PHOTO, position=n) for n in range(3)]
    assert (completeness(ANA, photos).percent, completeness(ANA, photos).missing) == (100, ())


@pytest.mark.parametrize(
    ("part", "percent", "change"),
    [
        ("bio", 10, {"bio": "Hello."}),
        ("prompts", 10, {"prompts": ANA.content.prompts}),
        ("interests", 15, {"interests": ANA.content.interests}),
        ("values", 10, {"values": ANA.content.values}),
        ("intention", 10, {"intention": Intention.NEW_FRIENDS}),
        ("children", 5, {"has_children": HasChildren.YES, "wants_children": WantsChildren.NO}),
        ("lifestyle", 5, {"smoking": Smoking.NEVER, "drinking": Drinking.NEVER}),
        ("languages", 5, {"languages": ("pt",)}),
    ],
)
def test_each_part_counts_its_share(part: str, percent: int, change: dict[str, Any]) -> None:
    result = completeness(attrs.evolve(BARE, content=attrs.evolve(BARE.content, **change)), [])
    assert result.percent == percent
    assert part not in [missing.part for missing in result.missing]


@pytest.mark.parametrize(
    "change",
    [{"has_children": HasChildren.YES}, {"wants_children": WantsChildren.NO}, {"smoking": Smoking.NEVER}],
)
def test_half_a_part_does_not_count(change: dict[str, Any]) -> None:
    assert completeness(attrs.evolve(BARE, content=attrs.evolve(BARE.content, **change)), []).percent == 0


def test_a_place_counts() -> None:
    assert completeness(attrs.evolve(BARE, cell=HOME), []).percent == 5


@pytest.mark.parametrize(
    ("states", "percent"),
    [
        ([PhotoState.PROCESSING], 0),
        ([PhotoState.REFUSED, PhotoState.APPROVED], 0),
        ([PhotoState.APPROVED, PhotoState.APPROVED], 20),
        ([PhotoState.APPROVED] * 3, 25),
        ([PhotoState.REFUSED] + [PhotoState.APPROVED] * 3, 5),
    ],
)
def test_photos_count_once_they_are_approved(states: list[PhotoState], percent: int) -> None:
    photos = [attrs.evolve(PHOTO, position=n, state=state) for n, state in enumerate(states)]
    assert completeness(BARE, photos).percent == percent
