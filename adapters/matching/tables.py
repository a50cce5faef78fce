"""The parts of demographics that compare two answers, as tables made of the domain's own functions."""

import itertools
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from adapters.matching.columns import Array, codes
from saltbitter_domain.compatibility.policies.demographics import (
    AGE_WEIGHT,
    CHILDREN_WEIGHT,
    DISTANCE_WEIGHT,
    DRINKING_WEIGHT,
    INTENTION_WEIGHT,
    LANGUAGES_WEIGHT,
    RELIGION_WEIGHT,
    SMOKING_WEIGHT,
    age_closeness,
    children_fit,
    drinking_fit,
    intention_fit,
    religion_fit,
    smoking_fit,
)
from saltbitter_domain.profiles.model import (
    Drinking,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    WantsChildren,
)

MAX_GAP = 256
WANTS = len(codes(WantsChildren))
STAKES = len(codes(Importance))
FAITHS = len(codes(Religion)) * STAKES
_CHILDREN = len(codes(HasChildren)) * WANTS
_DRINKING = len(codes(Drinking))

PART_WEIGHTS = (
    AGE_WEIGHT,
    DISTANCE_WEIGHT,
    INTENTION_WEIGHT,
    CHILDREN_WEIGHT,
    RELIGION_WEIGHT,
    LANGUAGES_WEIGHT,
    SMOKING_WEIGHT,
    DRINKING_WEIGHT,
)
"""In the order in which the domain adds the parts."""


class Tables(NamedTuple):
    """``age`` is by the gap in years; ``parts[n, a, b]`` of two people's codes, NaN where the part is unknown, n being
    ``INTENTION``, ``CHILDREN`` (coded has × 4 + wants), ``FAITH`` (religion × 4 + importance), ``SMOKING``,
    ``DRINKING``.

    The others are for the sieve in single precision: ``years``, which is ``age`` times its weight, and of pairs of
    codes the weight known and the weighed sum, ``plans`` by (intention, children), ``habits`` by (smoking, drinking),
    ``faith``."""

    age: Array
    parts: Array
    years: Array
    plans: Array
    habits: Array
    faith: Array


INTENTION, CHILDREN, FAITH, SMOKING, DRINKING = range(5)


def plans_code(intention: Array, children: Array) -> Array:
    """A person's code in ``Tables.plans``."""
    return intention * _CHILDREN + children


def habits_code(smoking: Array, drinking: Array) -> Array:
    """A person's code in ``Tables.habits``."""
    return smoking * _DRINKING + drinking


@cache
def tables() -> Tables:
    """They are the same for all."""
    intention = _table(intention_fit, Intention)
    children = _table(children_fit, HasChildren, WantsChildren)
    faith = _table(religion_fit, Religion, Importance)
    smoking, drinking = _table(smoking_fit, Smoking), _table(drinking_fit, Drinking)
    parts = np.full((5, FAITHS, FAITHS), np.nan)
    for number, table in enumerate((intention, children, faith, smoking, drinking)):
        parts[number, : len(table), : len(table)] = table
    age = np.array([age_closeness(0, gap) for gap in range(MAX_GAP)])
    return Tables(
        age=age,
        parts=parts,
        years=(AGE_WEIGHT * age).astype(np.float32),
        plans=_joint((intention, INTENTION_WEIGHT), (children, CHILDREN_WEIGHT)),
        habits=_joint((smoking, SMOKING_WEIGHT), (drinking, DRINKING_WEIGHT)),
        faith=_joint((faith, RELIGION_WEIGHT)),
    )


def _table(fit: Callable[..., float | None], *questions: type[StrEnum]) -> Array:
    answers: Iterable[tuple[Any, ...]] = list(itertools.product(*(codes(question) for question in questions)))
    known = [[fit(*a, *b) for b in answers] for a in answers]
    return np.array([[np.nan if part is None else part for part in row] for row in known])


def _joint(*parts: tuple[Array, float]) -> Array:
    """float32[a, b, 2]: of each pair of joint codes the weight that is known, and the parts times their weights."""
    weight, total = np.zeros((1, 1)), np.zeros((1, 1))
    for table, points in parts:
        known = np.where(np.isnan(table), 0.0, points)
        size = len(weight) * len(table)
        weight = (weight[:, None, :, None] + known[None, :, None, :]).reshape(size, size)
        total = (total[:, None, :, None] + (known * np.nan_to_num(table))[None, :, None, :]).reshape(size, size)
    return np.ascontiguousarray(np.stack([weight, total], axis=-1), np.float32)
