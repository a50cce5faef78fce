"""Who takes part in matching, what they are told when they do not, and what may be known of those who do."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.assessments.model import AttachmentScores, QualityFlag
from saltbitter_domain.compatibility.catalogue import TO_DO, to_do
from saltbitter_domain.compatibility.model import Attachment, Missing, Traits
from saltbitter_domain.compatibility.participation import agreed, card_of, missing, missing_in_account, traits_of
from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.profiles.model import (
    AgeRange,
    BasicValue,
    DealBreaker,
    Drinking,
    Education,
    Gender,
    HasChildren,
    Importance,
    Intention,
    Photo,
    PhotoState,
    Preferences,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
)
from saltbitter_domain.users.model import AccountStatus
from tests.doubles.builders import (
    NOW,
    PARIS,
    a_consent,
    a_content,
    a_full_profile,
    a_full_user,
    a_photo,
    a_profile,
    a_user,
    an_assessment,
)

ANA = a_user()
PORTRAIT = a_photo(ANA, state=PhotoState.APPROVED)


def consents(**decisions: bool) -> Mapping[Purpose, ConsentRecord]:
    return {Purpose(name): a_consent(ANA, purpose=Purpose(name), granted=yes) for name, yes in decisions.items()}


AGREED = consents(genders_sought=True)


def test_whoever_has_all_that_is_needed_takes_part() -> None:
    assert missing(ANA, a_profile(ANA), [PORTRAIT], AGREED, NOW) == ()
    assert missing(ANA, a_profile(ANA, visibility=Visibility.INCOGNITO), [PORTRAIT], AGREED, NOW) == ()


@pytest.mark.parametrize(
    ("account", "lacking"),
    [
        (None, [Missing.VERIFY_EMAIL]),
        (ANA, []),
        (attrs.evolve(ANA, email_verified_at=None), [Missing.VERIFY_EMAIL]),
        (a_full_user(), [Missing.ACCOUNT_SUSPENDED]),
        (
            attrs.evolve(ANA, email_verified_at=None, status=AccountStatus.SUSPENDED),
            [Missing.VERIFY_EMAIL, Missing.ACCOUNT_SUSPENDED],
        ),
    ],
)
def test_an_account_must_be_verified_and_active(account: Any, lacking: Sequence[Missing]) -> None:
    assert missing_in_account(account) == tuple(lacking)
    assert missing(account, a_profile(ANA), [PORTRAIT], AGREED, NOW) == tuple(lacking)


def test_nobody_is_matched_without_the_consent_to_whom_they_seek() -> None:
    for held in ({}, consents(genders_sought=False)):
        assert missing(ANA, a_profile(ANA), [PORTRAIT], held, NOW) == (Missing.AGREE_GENDERS_SOUGHT,)
        assert traits_of(a_profile(ANA), held, None, NOW).seeks == frozenset()


def test_before_there_is_a_profile_the_steps_after_it_are_not_told() -> None:
    assert missing(ANA, None, [], {}, NOW) == (Missing.CREATE_PROFILE,)
    assert missing(None, None, [], {}, NOW) == (Missing.VERIFY_EMAIL, Missing.CREATE_PROFILE)


@pytest.mark.parametrize(
    "content",
    [
        a_content(name=""),
        a_content(genders=frozenset()),
        a_content(preferences=Preferences(frozenset(), AgeRange(30, 45))),
    ],
)
def test_a_profile_needs_a_name_a_gender_and_whom_one_hopes_to_meet(content: Any) -> None:
    assert missing(ANA, a_profile(ANA, content=content), [PORTRAIT], AGREED, NOW) == (Missing.COMPLETE_PROFILE,)


@pytest.mark.parametrize(
    ("time_zone", "instant", "grown"),
    [
        ("Europe/Paris", "2026-03-01T22:59:59+00:00", False),
        ("Europe/Paris", "2026-03-01T23:00:00+00:00", True),
        ("Pacific/Auckland", "2026-03-01T11:00:00+00:00", True),
        ("America/Los_Angeles", "2026-03-02T07:59:59+00:00", False),
    ],
)
def test_one_is_eighteen_on_the_calendar_at_home(time_zone: str, instant: str, grown: bool) -> None:
    profile, now = a_profile(ANA, date_of_birth=date(2008, 3, 2), time_zone=time_zone), datetime.fromisoformat(instant)
    assert missing(ANA, profile, [PORTRAIT], AGREED, now) == (() if grown else (Missing.TOO_YOUNG,))
    assert traits_of(profile, {}, None, now).age == (18 if grown else 17)


def test_everything_missing_is_told_at_once() -> None:
    nobody = a_profile(ANA, content=a_content(name=""), date_of_birth=NOW.date(), visibility=Visibility.PAUSED)
    unverified = attrs.evolve(ANA, email_verified_at=None, status=AccountStatus.SUSPENDED)
    assert set(missing(unverified, nobody, [], {}, NOW)) == set(Missing) - {
        Missing.CREATE_PROFILE,
        Missing.PHOTO_IN_REVIEW,
    }


@pytest.mark.parametrize(
    ("photos", "lacking"),
    [
        ([], [Missing.PRIMARY_PHOTO]),
        ([(0, PhotoState.REFUSED)], [Missing.PRIMARY_PHOTO]),
        ([(1, PhotoState.APPROVED)], [Missing.PRIMARY_PHOTO]),
        ([(0, PhotoState.REFUSED), (1, PhotoState.PROCESSING)], [Missing.PRIMARY_PHOTO]),
        ([(0, PhotoState.PROCESSING)], [Missing.PHOTO_IN_REVIEW]),
        ([(0, PhotoState.APPEALED), (1, PhotoState.APPROVED)], [Missing.PHOTO_IN_REVIEW]),
        ([(0, PhotoState.APPROVED), (0, PhotoState.PROCESSING)], []),
    ],
)
def test_the_first_photo_must_be_approved(photos: Sequence[tuple[int, PhotoState]], lacking: Sequence[Missing]) -> None:
    album = [a_photo(ANA, position=position, state=state) for position, state in photos]
    for order in permutations(album):
        assert missing(ANA, a_profile(ANA), order, AGREED, NOW) == tuple(lacking)


def test_everything_that_may_be_missing_has_a_sentence_that_says_what_to_do() -> None:
    assert set(TO_DO) == set(Missing)
    assert all(words.endswith(".") for words in TO_DO.values())
    assert [(told.path, told.code, told.message) for told in to_do([Missing.PAUSED])] == [
        ("paused", "paused", TO_DO[Missing.PAUSED])
    ]


def test_traits_are_all_that_was_said_and_consented_to() -> None:
    yes = consents(location=True, psychological_profile=True, genders_sought=True, religion=True)
    assessment = an_assessment(ANA, scores=AttachmentScores(2.5, 3.0))
    assert traits_of(a_full_profile(ANA), yes, assessment, NOW) == Traits(
        user_id=ANA.id,
        age=35,
        genders=frozenset({Gender.WOMAN, Gender.NON_BINARY}),
        seeks=frozenset(Gender),
        ages=AgeRange(18, 120),
        max_distance_km=25,
        deal_breakers=frozenset({DealBreaker.SMOKES, DealBreaker.OTHER_RELIGION}),
        cell=PARIS,
        attachment=Attachment(2.5, 3.0, 1.0),
        interests=frozenset({"hiking", "chess", "poetry", "cooking", "jazz"}),
        values={value: rating % 8 for rating, value in enumerate(BasicValue)},
        intention=Intention.LONG_TERM,
        has_children=HasChildren.NO,
        wants_children=WantsChildren.MAYBE,
        smoking=Smoking.NEVER,
        drinking=Drinking.RARELY,
        education=Education.MASTER,
        religion=Religion.AGNOSTIC,
        religion_importance=Importance.NOT,
        languages=frozenset({"fr", "en", "de"}),
        visibility=Visibility.INCOGNITO,
    )


@given(
    location=st.sampled_from((True, False, None)),
    psychological_profile=st.sampled_from((True, False, None)),
    others=st.dictionaries(st.sampled_from(("orientation", "ai_coaching", "analytics", "terms")), st.booleans()),
)
def test_only_a_yes_to_the_very_purpose_lets_anything_be_known(
    location: bool | None, psychological_profile: bool | None, others: Mapping[str, bool]
) -> None:
    asked = {"location": location, "psychological_profile": psychological_profile}
    given_consents = consents(**others, **{name: yes for name, yes in asked.items() if yes is not None})
    traits = traits_of(a_full_profile(ANA), given_consents, an_assessment(ANA), NOW)

    assert traits.cell == (PARIS if location else None)
    assert traits.attachment == (Attachment(2.0, 6.0, 1.0) if psychological_profile else None)
    assert card_of(a_full_profile(ANA), [], given_consents).profile.cell == traits.cell


@pytest.mark.parametrize(
    ("flags", "reliability"), [([], 1.0), ([QualityFlag.HASTY], 0.5), (list(QualityFlag)[:2], 0.25)]
)
def test_a_careless_assessment_counts_less(flags: Sequence[QualityFlag], reliability: float) -> None:
    yes, assessment = consents(psychological_profile=True), an_assessment(ANA, quality=frozenset(flags))
    assert traits_of(a_profile(ANA), yes, assessment, NOW).attachment == Attachment(2.0, 6.0, reliability)
    assert traits_of(a_profile(ANA), yes, None, NOW).attachment is None


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(PhotoState)), max_size=6))
def test_a_card_shows_approved_photos_in_their_order_and_no_others(album: Sequence[tuple[int, PhotoState]]) -> None:
    photos = [a_photo(ANA, position=position, state=state) for position, state in album]
    card = card_of(a_profile(ANA), photos, {})

    def place(photo: Photo) -> tuple[object, ...]:
        return photo.position, photo.id

    assert list(card.photos) == sorted([p for p in photos if p.state is PhotoState.APPROVED], key=place)
    assert card.profile == agreed(a_profile(ANA), {})


def test_a_card_changes_nothing_else_of_the_profile_and_never_tells_the_smallest_cell() -> None:
    profile = attrs.evolve(a_full_profile(ANA), smallest_cell=None)
    everything = {purpose: a_consent(ANA, purpose=purpose) for purpose in Purpose}
    assert card_of(a_full_profile(ANA), [], everything).profile == profile
    without = attrs.evolve(
        profile.content,
        preferences=attrs.evolve(profile.content.preferences, genders=frozenset()),
        orientation=None,
        religion=None,
        religion_importance=None,
    )
    assert card_of(profile, [], {}).profile == attrs.evolve(profile, cell=None, city=None, content=without)
    assert card_of(profile, [], {}).profile.located_at == NOW + timedelta(minutes=3)
