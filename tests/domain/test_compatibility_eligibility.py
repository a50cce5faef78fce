"""Who may be shown to whom: every rule at its edge, both ways, and the index that finds them all."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.compatibility.allocation.pairs import Pool
from saltbitter_domain.compatibility.eligibility import barriers, eligible, wishes_met
from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.kernel import GridCell
from saltbitter_domain.profiles.model import (
    AgeRange,
    DealBreaker,
    Drinking,
    Gender,
    HasChildren,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
)
from tests.domain.crowd import HOME, anyone, cells, crowd, person, several

AWAY = GridCell.containing(52.62, 13.40)
KM = HOME.distance_km(AWAY)


def test_two_people_who_look_for_each_other_may_meet() -> None:
    assert barriers(person(1), person(2)) == ()
    assert eligible(person(1), person(2))


def test_nobody_is_shown_to_themselves() -> None:
    assert barriers(person(1), person(1)) == ("self",)
    assert not eligible(person(1), person(1))


def test_gender_is_asked_both_ways() -> None:
    woman = person(1, genders={Gender.WOMAN}, seeks={Gender.MAN})
    man = person(2, genders={Gender.MAN}, seeks={Gender.MAN})
    assert barriers(woman, man) == ()
    assert barriers(man, woman) == ("gender",)
    assert not eligible(woman, man)
    assert not eligible(man, woman)


def test_one_shared_gender_is_enough() -> None:
    assert eligible(person(1, seeks={Gender.NON_BINARY}), person(2, genders={Gender.WOMAN, Gender.NON_BINARY}))


@pytest.mark.parametrize(("age", "found"), [(27, ("age",)), (28, ()), (35, ()), (36, ("age",))])
def test_both_ends_of_an_age_range_are_in_it(age: int, found: tuple[str, ...]) -> None:
    choosy = person(1, ages=AgeRange(28, 35))
    assert barriers(choosy, person(2, age=age)) == found
    assert eligible(person(2, age=age), choosy) == (not found)


@pytest.mark.parametrize(("limit", "found"), [(10, ("distance",)), (11, ())])
def test_distance_counts_up_to_the_limit_of_either(limit: int, found: tuple[str, ...]) -> None:
    assert 10 < KM < 11
    here, there = person(1, cell=HOME, max_distance_km=limit), person(2, cell=AWAY)
    assert barriers(here, there) == found
    assert eligible(there, here) == (not found)


def test_exactly_the_limit_is_within_it() -> None:
    assert wishes_met(person(1, max_distance_km=12), person(2), 12.0)
    assert not wishes_met(person(1, max_distance_km=12), person(2), 12.000001)


def test_an_unknown_place_passes_only_where_neither_has_a_limit() -> None:
    placed, limited, nowhere = person(1, cell=HOME), person(2, cell=HOME, max_distance_km=500), person(3)
    assert eligible(placed, nowhere)
    assert barriers(limited, nowhere) == ("distance_unknown",)
    assert barriers(attrs.evolve(nowhere, max_distance_km=500), placed) == ("distance_unknown",)
    assert not eligible(nowhere, limited)


@pytest.mark.parametrize(
    ("breaker", "breaking", "passing"),
    [
        ("smokes", {"smoking": Smoking.SOMETIMES}, {"smoking": Smoking.NEVER}),
        ("smokes", {"smoking": Smoking.QUITTING}, {}),
        ("smokes", {"smoking": Smoking.REGULARLY}, {}),
        ("drinks_often", {"drinking": Drinking.OFTEN}, {"drinking": Drinking.SOCIALLY}),
        ("has_children", {"has_children": HasChildren.YES}, {"has_children": HasChildren.NO}),
        ("wants_no_children", {"wants_children": WantsChildren.NO}, {"wants_children": WantsChildren.MAYBE}),
        ("wants_children", {"wants_children": WantsChildren.YES}, {"wants_children": WantsChildren.MAYBE}),
        ("other_religion", {"religion": Religion.HINDU}, {"religion": Religion.JEWISH}),
    ],
)
def test_a_deal_breaker_is_judged_on_the_others_answer(
    breaker: str, breaking: dict[str, object], passing: dict[str, object]
) -> None:
    choosy = person(1, deal_breakers={DealBreaker(breaker)}, religion=Religion.JEWISH)
    assert barriers(choosy, person(2, **breaking)) == (f"deal_breaker.{breaker}",)
    assert not eligible(person(2, **breaking), choosy)
    assert eligible(choosy, person(2, **passing))
    assert eligible(choosy, person(2)), "an unanswered question breaks nothing"
    assert eligible(person(1, religion=Religion.JEWISH), person(2, **breaking)), "only those named break a deal"


def test_without_a_religion_of_ones_own_there_is_no_other() -> None:
    assert eligible(person(1, deal_breakers={DealBreaker.OTHER_RELIGION}), person(2, religion=Religion.HINDU))


def test_who_is_paused_is_shown_to_nobody_and_shown_nobody() -> None:
    paused = person(1, visibility=Visibility.PAUSED)
    assert barriers(person(2), paused) == barriers(paused, person(2)) == ("paused",)
    assert not eligible(paused, person(2), liked_by_candidate=True)


def test_who_is_incognito_is_seen_only_by_those_they_have_liked() -> None:
    hidden = person(1, visibility=Visibility.INCOGNITO)
    assert barriers(person(2), hidden) == ("incognito",)
    assert not eligible(person(2), hidden)
    assert eligible(person(2), hidden, liked_by_candidate=True)
    assert eligible(hidden, person(2)), "they see others as ever"


def test_every_barrier_is_named() -> None:
    choosy = person(
        1,
        seeks={Gender.MAN},
        ages=AgeRange(50, 60),
        cell=HOME,
        max_distance_km=5,
        deal_breakers={DealBreaker.SMOKES, DealBreaker.DRINKS_OFTEN},
    )
    other = person(1, cell=AWAY, smoking=Smoking.REGULARLY, drinking=Drinking.OFTEN, visibility=Visibility.INCOGNITO)
    assert barriers(choosy, other) == (
        "self",
        "incognito",
        "gender",
        "age",
        "distance",
        "deal_breaker.drinks_often",
        "deal_breaker.smokes",
    )
    assert barriers(attrs.evolve(choosy, visibility=Visibility.PAUSED), other)[:3] == ("self", "paused", "incognito")


@given(anyone(), anyone())
def test_eligible_means_no_barrier_and_no_unmet_wish_of_the_other(a: Traits, b: Traits) -> None:
    seen = attrs.evolve(b, visibility=Visibility.ACTIVE), attrs.evolve(a, visibility=Visibility.ACTIVE)
    assert eligible(*seen) == (barriers(*seen) == barriers(seen[1], seen[0]) == ())


class TestThePool:
    """Whoever the plain rule finds, the index finds, and nobody else."""

    def assert_complete(self, people: list[Traits]) -> None:
        pool = Pool(people)
        for n, one in enumerate(people):
            expected = {
                m: one.distance_km(other)
                for m, other in enumerate(people)
                if eligible(one, attrs.evolve(other, visibility=Visibility.ACTIVE))
                and other.visibility is not Visibility.PAUSED
            }
            found = list(pool.suited(n))
            assert dict(found) == expected
            assert len(found) == len(expected), "nobody is found twice"

    @given(several(0, 12))
    def test_in_one_city(self, people: list[Traits]) -> None:
        self.assert_complete(people)

    @given(several(0, 12, cells))
    def test_anywhere_on_earth(self, people: list[Traits]) -> None:
        self.assert_complete(people)

    @given(cells, st.floats(-6, 6), st.floats(-12, 12), st.integers(5, 900))
    def test_within_any_distance_of_anywhere(self, cell: GridCell, north: float, east: float, limit: int) -> None:
        latitude = max(-90.0, min(90.0, cell.latitude + north))
        longitude = (cell.longitude + east + 180.0) % 360.0 - 180.0
        there = GridCell.containing(latitude, longitude)
        self.assert_complete([person(1, cell=cell, max_distance_km=limit), person(2, cell=there)])

    def test_a_limit_that_spans_the_earth(self) -> None:
        self.assert_complete([person(1, cell=HOME, max_distance_km=30_000), person(2, cell=GridCell(-52.5, -166.6))])
        self.assert_complete(
            [person(1, cell=GridCell(89.99, 0), max_distance_km=50), person(2, cell=GridCell(89.9, 179))]
        )
        self.assert_complete(
            [person(1, cell=GridCell(10, 179.99), max_distance_km=50), person(2, cell=GridCell(10, -179.9))]
        )

    def test_of_a_crowd(self) -> None:
        self.assert_complete(crowd(150, seed=8))

    def test_those_to_skip_are_skipped(self) -> None:
        pool = Pool([person(1), person(2), person(3)])
        assert [m for m, _ in pool.suited(0, skip={1})] == [2]
