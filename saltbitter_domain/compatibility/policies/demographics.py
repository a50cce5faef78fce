"""How two people's circumstances fit: eight parts in [0, 1], each weighed, those unknown left out.

The parts and weights are the product's judgement; nothing here rates a person, every part compares two answers.
Deal-breakers are not here: they decide who is eligible, and cost nobody points.
"""

import math
from functools import cache

from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.profiles.model import (
    Drinking,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    WantsChildren,
)

AGE_WEIGHT = 3.0
DISTANCE_WEIGHT = 3.0
INTENTION_WEIGHT = 3.0
CHILDREN_WEIGHT = 2.0
RELIGION_WEIGHT = 2.0
LANGUAGES_WEIGHT = 1.0
SMOKING_WEIGHT = 1.0
DRINKING_WEIGHT = 1.0
TOTAL_WEIGHT = (
    AGE_WEIGHT
    + DISTANCE_WEIGHT
    + INTENTION_WEIGHT
    + CHILDREN_WEIGHT
    + RELIGION_WEIGHT
    + LANGUAGES_WEIGHT
    + SMOKING_WEIGHT
    + DRINKING_WEIGHT
)

AGE_GAP_YEARS = 10.0
"""The difference in age, in years, at which closeness has fallen to 1/e."""

NEARNESS_HALVES_KM = 25.0
"""The distance in kilometres over which nearness halves."""

_INTENTIONS = {
    frozenset({Intention.LONG_TERM, Intention.LIFE_PARTNER}): 0.8,
    frozenset({Intention.LONG_TERM, Intention.FIGURING_IT_OUT}): 0.5,
    frozenset({Intention.LIFE_PARTNER, Intention.FIGURING_IT_OUT}): 0.3,
    frozenset({Intention.NEW_FRIENDS, Intention.FIGURING_IT_OUT}): 0.5,
    frozenset({Intention.NEW_FRIENDS, Intention.LONG_TERM}): 0.1,
    frozenset({Intention.NEW_FRIENDS, Intention.LIFE_PARTNER}): 0.0,
}
_WISHES = {
    frozenset({WantsChildren.YES, WantsChildren.MAYBE}): 0.6,
    frozenset({WantsChildren.MAYBE, WantsChildren.NO}): 0.6,
    frozenset({WantsChildren.YES, WantsChildren.NO}): 0.0,
}
_CHILDREN_UNWANTED = 0.4
"""What is left of the children part when one has children and the other wants none."""

_STAKE = {Importance.NOT: 0.0, Importance.SOMEWHAT: 0.5, Importance.VERY: 1.0}
_STAKE_UNSAID = 0.5
_NO_FAITH = frozenset({Religion.AGNOSTIC, Religion.ATHEIST})
_SMOKING_STEPS = {Smoking.NEVER: 0.0, Smoking.QUITTING: 0.4, Smoking.SOMETIMES: 0.6, Smoking.REGULARLY: 1.0}
_DRINKING_STEPS = {Drinking.NEVER: 0.0, Drinking.RARELY: 0.3, Drinking.SOCIALLY: 0.6, Drinking.OFTEN: 1.0}


def age_closeness(a: int, b: int) -> float:
    """exp(-|difference| / 10 years): 1 at the same age, 0.61 at five years, 0.37 at ten."""
    return math.exp(-abs(a - b) / AGE_GAP_YEARS)


def nearness(km: float) -> float:
    """Halves every 25 km: 1 in the same cell, 0.5 at 25 km, 0.06 at 100 km."""
    return math.exp2(-km / NEARNESS_HALVES_KM)


@cache
def intention_fit(a: Intention | None, b: Intention | None) -> float | None:
    """1 for the same intention, less the further apart two intentions lie, None when one is unknown."""
    if a is None or b is None:
        return None
    return 1.0 if a == b else _INTENTIONS[frozenset({a, b})]


@cache
def children_fit(
    has_a: HasChildren | None, wants_a: WantsChildren | None, has_b: HasChildren | None, wants_b: WantsChildren | None
) -> float | None:
    """Whether wishes for children agree, times 0.4 when one has children and the other wants none.

    None when nothing the two said bears on one another."""
    unwanted = (has_a == HasChildren.YES and wants_b == WantsChildren.NO) or (
        has_b == HasChildren.YES and wants_a == WantsChildren.NO
    )
    if wants_a is None or wants_b is None:
        return _CHILDREN_UNWANTED if unwanted else None
    wishes = 1.0 if wants_a == wants_b else _WISHES[frozenset({wants_a, wants_b})]
    return wishes * _CHILDREN_UNWANTED if unwanted else wishes


@cache
def religion_fit(
    a: Religion | None, stake_a: Importance | None, b: Religion | None, stake_b: Importance | None
) -> float | None:
    """1 for the same religion, or none at all; else 1 less the mean importance (0, 0.5, 1; unsaid 0.5) of the two."""
    if a is None or b is None:
        return None
    if a == b or {a, b} <= _NO_FAITH:
        return 1.0
    stakes = [_STAKE[stake] if stake else _STAKE_UNSAID for stake in (stake_a, stake_b)]
    return 1.0 - sum(stakes) / 2


def languages_fit(a: frozenset[str], b: frozenset[str]) -> float | None:
    """The share of the shorter list that both speak (overlap coefficient), None when one list is empty."""
    if not a or not b:
        return None
    return len(a & b) / min(len(a), len(b))


@cache
def smoking_fit(a: Smoking | None, b: Smoking | None) -> float | None:
    """1 less the steps between two habits on the scale never 0, quitting 0.4, sometimes 0.6, regularly 1."""
    if a is None or b is None:
        return None
    return 1.0 - abs(_SMOKING_STEPS[a] - _SMOKING_STEPS[b])


@cache
def drinking_fit(a: Drinking | None, b: Drinking | None) -> float | None:
    """1 less the steps between two habits on the scale never 0, rarely 0.3, socially 0.6, often 1."""
    if a is None or b is None:
        return None
    return 1.0 - abs(_DRINKING_STEPS[a] - _DRINKING_STEPS[b])


def demographics(a: Traits, b: Traits, km: float | None) -> tuple[float, float]:
    """The weighed mean in [0, 1] of the parts both answered, and the share in (0, 1] of the weight they carry.

    ``km`` is the distance between the two cells, None when one is unknown. Age is known of everybody, so this factor
    is never unknown."""
    weight = AGE_WEIGHT
    total = AGE_WEIGHT * age_closeness(a.age, b.age)
    if km is not None:
        weight += DISTANCE_WEIGHT
        total += DISTANCE_WEIGHT * nearness(km)
    for part_weight, part in (
        (INTENTION_WEIGHT, intention_fit(a.intention, b.intention)),
        (CHILDREN_WEIGHT, children_fit(a.has_children, a.wants_children, b.has_children, b.wants_children)),
        (RELIGION_WEIGHT, religion_fit(a.religion, a.religion_importance, b.religion, b.religion_importance)),
        (LANGUAGES_WEIGHT, languages_fit(a.languages, b.languages)),
        (SMOKING_WEIGHT, smoking_fit(a.smoking, b.smoking)),
        (DRINKING_WEIGHT, drinking_fit(a.drinking, b.drinking)),
    ):
        if part is not None:
            weight += part_weight
            total += part_weight * part
    return total / weight, weight / TOTAL_WEIGHT
