"""Whoever rates their own values again and again reads nothing more of how others rated theirs.

Ratings are shown to nobody. An explanation tells which values two people both put first, and its band and its total
say something of how far the ten agree. One look is what an explanation is for; ten looks at the same person, each with
other ratings of one's own, used to tell everything.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache

import attrs
import numpy as np
import numpy.typing as npt
import pytest

from saltbitter_domain.compatibility.allocation import daily_run, next_page
from saltbitter_domain.compatibility.explanations import WORDS, explain, top_values
from saltbitter_domain.compatibility.explanations_en import ENGLISH
from saltbitter_domain.compatibility.model import KNOWN_FOR, Band, Explanation, Factor, FactorExplanation, Traits
from saltbitter_domain.compatibility.policies.population import unit_values
from saltbitter_domain.kernel import GridCell, Language, UserId
from saltbitter_domain.profiles.model import BasicValue
from saltbitter_domain.profiles.ports import Place, Places
from saltbitter_domain.profiles.service import ProfileService
from saltbitter_domain.subscriptions.model import Tier
from tests.domain.crowd import policy_over, rated, request
from tests.domain.test_compatibility_privacy import (
    OTHERS,
    PEOPLE,
    POLICY,
    TARGETS,
    errors_against_the_mean,
    open_to_all,
)
from tests.doubles.matching import NOON, TODAY, Matching

Ratings = Mapping[BasicValue, int]
A_DAY = timedelta(days=1)
MINE, CHANGED = rated(7, 6, 5, 0, 1, 2, 3, 1, 0, 2), rated(0, 1, 2, 7, 6, 5, 0, 1, 2, 3)
ONE_BY_ONE: Sequence[Ratings] = [{value: 7 * (value is first) for value in BasicValue} for first in BasicValue]
"""Each puts one value first and no other, so that an explanation tells whether the other put it first too."""


class NoPlaces(Places):
    async def at(self, cell: GridCell) -> Place | None:  # noqa: ARG002  nobody asks
        return None


@pytest.fixture
def matching() -> Matching:
    return Matching.at(NOON)


async def rate(matching: Matching, user_id: UserId, ratings: Ratings) -> None:
    """Edit the profile as its member does."""
    profiles = ProfileService(begin=matching.begin, clock=matching.clock, places=NoPlaces())
    profile = await profiles.get(user_id)
    await profiles.edit(user_id, attrs.evolve(profile.content, values=ratings), profile.version)


async def told_today(matching: Matching, me: UserId) -> Mapping[UserId, Explanation]:
    pages = (await matching.service.daily_matches(me)).pages
    views = [await matching.service.daily_matches(me, page) for page in range(1, pages + 1)]
    return {each.profile.user_id: each.explanation for view in views for each in view.suggestions}


async def told_of(matching: Matching, me: UserId, other: UserId) -> Explanation:
    explanation = (await matching.service.person(me, other)).explanation
    assert explanation
    return explanation


def of_values(explanation: Explanation) -> FactorExplanation:
    return next(factor for factor in explanation.factors if factor.factor is Factor.VALUES)


def named(explanation: Explanation) -> frozenset[BasicValue]:
    """The values that it says both put first."""
    *first, _ = of_values(explanation).sentences
    return frozenset(value for value, label in ENGLISH.value_labels.items() if label in " ".join(first))


@pytest.mark.parametrize("days_later", [0, 3])
async def test_who_rates_ten_times_reads_whose_first_values_are_theirs_of_nobody(
    matching: Matching, days_later: int
) -> None:
    """Of everybody, before: ten times one value put first tell whether each other did."""
    me = await matching.member(values=MINE)
    theirs = {await matching.member(values=other.values): other for other in TARGETS}
    await matching.introduce(me, *theirs)
    assert any(named(explanation) for explanation in (await told_today(matching, me)).values())
    matching.clock.advance(days_later * A_DAY)

    learnt: dict[UserId, set[BasicValue]] = {other: set() for other in theirs}
    for ratings in ONE_BY_ONE:
        await rate(matching, me, ratings)
        told = {other: await told_of(matching, me, other) for other in theirs}
        for other, explanation in [*told.items(), *(await told_today(matching, me)).items()]:
            learnt[other] |= named(explanation)

    right = [other for other in theirs if learnt[other] == top_values(theirs[other]) != set()]
    assert right == []


async def test_once_one_rates_anew_neither_band_nor_total_nor_order_rests_on_ratings(matching: Matching) -> None:
    me = await matching.member(values=MINE)
    alike, unlike, silent = [await matching.member(values=values) for values in (MINE, CHANGED, {})]
    await matching.introduce(me, unlike, silent, alike)
    told = await told_today(matching, me)
    assert told[alike].total > told[unlike].total
    assert [of_values(told[other]).band for other in (alike, unlike, silent)] == [
        Band.STRONG,
        Band.DIFFERS,
        Band.UNKNOWN,
    ]

    await rate(matching, me, CHANGED)

    told = await told_today(matching, me)
    assert told[alike] == told[unlike] == told[silent] == await told_of(matching, me, alike)
    assert of_values(told[alike]).band is Band.UNKNOWN
    assert of_values(told[alike]).sentences == (ENGLISH.values_rerated,)
    assert await matching.seen_by(me) == sorted([alike, unlike, silent])
    german = await matching.service.daily_matches(me, language=Language.DE)
    assert {of_values(each.explanation).sentences for each in german.suggestions} == {
        (WORDS[Language.DE].values_rerated,)
    }


async def test_people_met_afterwards_are_told_of_by_the_new_ratings_and_those_met_before_after_thirty_days(
    matching: Matching,
) -> None:
    me = await matching.member(values=MINE)
    before, after = [await matching.member(values=CHANGED) for _ in range(2)]
    await matching.introduce(me, before)
    await rate(matching, me, CHANGED)

    matching.clock.advance(A_DAY)
    await matching.introduce(me, before, after, day=TODAY + A_DAY)
    bands = {other: of_values(told).band for other, told in (await told_today(matching, me)).items()}
    assert bands == {before: Band.UNKNOWN, after: Band.STRONG}

    matching.clock.advance(KNOWN_FOR - A_DAY)
    assert of_values(await told_of(matching, me, before)).band is Band.UNKNOWN
    matching.clock.advance(A_DAY)
    assert of_values(await told_of(matching, me, before)).band is Band.STRONG


async def test_ratings_given_for_the_first_time_are_told_of_at_once(matching: Matching) -> None:
    me, other = await matching.member(values={}), await matching.member(values=MINE)
    await matching.introduce(me, other)
    assert of_values(await told_of(matching, me, other)).band is Band.UNKNOWN

    await rate(matching, me, MINE)

    assert of_values(await told_of(matching, me, other)).band is Band.STRONG


async def test_to_take_ratings_back_and_give_them_again_is_no_way_round(matching: Matching) -> None:
    me, other = await matching.member(values=MINE), await matching.member(values=CHANGED)
    await matching.introduce(me, other)
    for ratings in ({}, CHANGED):
        await rate(matching, me, ratings)
        matching.clock.advance(timedelta(hours=1))
        assert of_values(await told_of(matching, me, other)).band is Band.UNKNOWN


async def test_to_save_a_profile_with_the_same_ratings_changes_nothing_that_is_told(matching: Matching) -> None:
    me, other = await matching.member(values=MINE), await matching.member(values=MINE)
    await matching.introduce(me, other)
    told = await told_of(matching, me, other)
    await rate(matching, me, dict(MINE))
    assert await told_of(matching, me, other) == told


async def test_what_the_other_rates_anew_shows_at_once(matching: Matching) -> None:
    """It is theirs to tell, and theirs to take back."""
    me, other = await matching.member(values=MINE), await matching.member(values=MINE)
    await matching.introduce(me, other)
    for ratings, band in ((CHANGED, Band.DIFFERS), ({}, Band.UNKNOWN)):
        await rate(matching, other, ratings)
        assert of_values(await told_of(matching, me, other)).band is band


@pytest.mark.parametrize(("days_ago", "by_ratings"), [(None, True), (29, False), (31, True)])
async def test_further_pages_are_not_drawn_by_ratings_of_the_last_thirty_days(
    matching: Matching, days_ago: int | None, by_ratings: bool
) -> None:
    """On which page somebody comes would tell how far they agree with each new set of ratings."""
    me = await matching.member(tier=Tier.PREMIUM, values=CHANGED if days_ago is None else MINE)
    met = await matching.member()
    await matching.members(10, values=MINE)
    alike = await matching.members(10, values=CHANGED)
    if days_ago is not None:
        await rate(matching, me, CHANGED)
        matching.clock.advance(days_ago * A_DAY)
    day = matching.clock.now().date()
    await matching.introduce(me, met, day=day)
    async with matching.unit() as uow:
        await uow.populations.add(day, POLICY.population)

    await matching.service.next_page(me)

    first, *drawn = await matching.suggested(me, day)
    assert (first, len(drawn)) == (met, 9)
    assert (set(drawn) <= set(alike)) is by_ratings


Floats = npt.NDArray[np.float64]
TRUTH = np.array([unit_values(other.values) for other in TARGETS])


def rated_at_random(looks: int) -> Sequence[Traits]:
    """The attacker under one set of ratings after another."""
    rng = random.Random(41)
    return [attrs.evolve(PEOPLE[-1], values={value: rng.randint(0, 7) for value in BasicValue}) for _ in range(looks)]


@cache
def learnt(looks: int, *, closed: bool) -> float:
    """The error of an attacker with so many looks at everybody, on average over the ten ratings; guessing the mean is
    1. Of most people they are given the true ratings, as in ``test_compatibility_privacy``."""
    rows = [
        [_shown(explain(POLICY, me, other, rerated=closed and look > 0)) for other in TARGETS]
        for look, me in enumerate(rated_at_random(looks))
    ]
    return _error(np.column_stack([*rows, _public(TARGETS)]), TRUTH)


def _public(others: Sequence[Traits]) -> Floats:
    """What is left of each total without ratings, which the attacker can work out."""
    return np.array([POLICY.score(attrs.evolve(PEOPLE[-1], values={}), other).total for other in others])


def _error(features: Floats, truth: Floats) -> float:
    features = features[:, features.std(axis=0) > 0.0]
    return float(np.mean([errors_against_the_mean(features, ratings) for ratings in truth.T]))


def _shown(explanation: Explanation) -> Sequence[float]:
    band = list(Band).index(of_values(explanation).band)
    return [float(explanation.total), float(band), *(float(value in named(explanation)) for value in BasicValue)]


class TestWhatLooksTell:
    """Stated in docs/security.md."""

    def test_one_look_tells_something(self) -> None:
        """0.88 of the error of guessing the mean: that is what an explanation is for."""
        assert 0.8 < learnt(1, closed=True) < 0.95

    def test_to_find_out_exactly_how_far_the_two_agree_adds_little(self) -> None:
        """0.86: a reader who shifts the total by interests, which all can see, finds where it is rounded."""
        (me,) = rated_at_random(1)
        agreement = TRUTH @ np.array(unit_values(me.values))
        told = [_shown(explain(POLICY, me, other)) for other in TARGETS]
        assert _error(np.column_stack([told, agreement]), TRUTH) > learnt(1, closed=True) - 0.05

    def test_ten_looks_tell_no_more_than_one(self) -> None:
        assert learnt(10, closed=True) >= learnt(1, closed=True) - 0.01

    def test_ten_looks_told_most_of_it(self) -> None:
        """0.54: the same attacker, where every look is told."""
        assert learnt(10, closed=False) < 0.6
        assert len(TRUTH) == OTHERS


TOWN = [open_to_all(person) for person in PEOPLE[:200]]


@cache
def pages_of_ten_days(*, closed: bool) -> float:
    """The error of an attacker who turns over every page of ten days, having rated anew before each, and keeps nothing
    but on which of them each of 200 people came: nobody is decided about, so that all come again."""
    policy, truth = policy_over(TOWN), np.array([unit_values(person.values) for person in TOWN])
    came = []
    for reader in map(open_to_all, rated_at_random(10)):
        page = daily_run(request([reader, *TOWN], viewers=[reader.user_id]), policy)
        pages, turns = [page.allocation.lists[reader.user_id]], attrs.evolve(reader, values={}) if closed else reader
        while pages[-1]:
            seen = {reader.user_id: frozenset(other for listed in pages for other in listed)}
            page = next_page(request([turns, *TOWN], viewers=[reader.user_id], excluded=seen), policy)
            pages.append(page.allocation.lists[reader.user_id])
        on = {other: float(number) for number, listed in enumerate(pages) for other in listed}
        came.append([on[person.user_id] for person in TOWN])
    return _error(np.column_stack([*came, _public(TOWN)]), truth)


class TestWhatPagesTell:
    def test_ten_days_of_pages_tell_nothing_to_speak_of(self) -> None:
        """0.98: the first ten of each morning are chosen by the ratings of that day, and no other page is."""
        assert pages_of_ten_days(closed=True) > 0.95

    def test_ten_days_of_pages_told_most_of_it(self) -> None:
        assert pages_of_ten_days(closed=False) < 0.6
