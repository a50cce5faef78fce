"""People made ready for a policy: what depends on one person alone, worked out once, to the last bit as the domain
does.

``population`` gives the figures of everybody from the same columns."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from adapters.matching import exact
from adapters.matching.columns import Array, Columns, bit, codes, flags
from adapters.matching.tables import PART_WEIGHTS, STAKES, WANTS, habits_code, plans_code
from saltbitter_domain.assessments.model import SCALE_MAX, SCALE_MIN
from saltbitter_domain.compatibility.model import Factor, Leaning, Population, inverse_document_frequency
from saltbitter_domain.compatibility.policies import WEIGHTS, WeightedV1
from saltbitter_domain.compatibility.policies.attachment import deviation
from saltbitter_domain.compatibility.policies.demographics import (
    AGE_WEIGHT,
    DISTANCE_WEIGHT,
    LANGUAGES_WEIGHT,
    NEARNESS_HALVES_KM,
)
from saltbitter_domain.compatibility.policies.population import NEUTRAL
from saltbitter_domain.compatibility.records import ANYWHERE
from saltbitter_domain.profiles.model import DealBreaker, Drinking, Gender, HasChildren, Religion, Smoking, Visibility
from saltbitter_domain.profiles.model import WantsChildren as Wants

ATTACHED, INTERESTED, VALUED = 1, 2, 4
"""Bits of ``People.known``."""

HIDDEN, ROAMS = 1 << 14, 1 << 15
"""In ``answers`` of whoever is incognito, and of whoever has no limit of distance. Nobody refuses these by themselves:
a sieve does where such people are found in another way."""

_AT_ONCE = 1 << 16
_FIRST_RELIGION = 5
_GENDERS = 15
"""Bits from the next on: which of the seven sets of genders a person is of."""


PERSON = np.dtype(
    [
        ("latitude", "f8"),
        ("longitude", "f8"),
        ("order", "i4"),
        ("row", "i4"),
        ("cell", "i4"),
        ("answers", "u4"),
        ("refuses", "u4"),
        ("limit", "u2"),
        ("age", "u1"),
        ("youngest", "u1"),
        ("oldest", "u1"),
        ("genders", "u1"),
        ("seeks", "u1"),
        ("paused", "u1"),
        ("intention", "u1"),
        ("children", "u1"),
        ("faith", "u1"),
        ("smoking", "u1"),
        ("drinking", "u1"),
        ("plans", "u1"),
        ("habits", "u1"),
        ("spoken", "u1"),
        ("known", "u1"),
        ("length", "f8"),
        ("advantage", "f8"),
        ("weight", "f8"),
        ("anxiety", "f8"),
        ("avoidance", "f8"),
        ("fit", "f8", (3,)),
        ("values", "f8", (10,)),
    ],
    align=True,
)
"""One person. ``answers`` has a bit for each answer that can break a deal and one for the set of genders; ``refuses``
has those this person will not meet: two people suit one another if neither refuses what the other answers. Latitude and
longitude are in degrees, NaN where the cell is unknown.

``weight``, ``anxiety`` and ``avoidance`` are the leaning, whose product with another's ``fit`` is the deviation;
``values`` and ``length``, that of the interests' rarities, are as in ``Prepared`` of the domain; ``advantage`` is in
points; ``order`` is the position in the order of precedence, and ``row`` that in the columns, by which lists are kept;
``cell`` is that in the index (-1 without one), and set by who makes it.

What decides whether two people meet comes first and close together: where people are looked up one by one, nearly all
of the time is waiting for memory."""


class People(NamedTuple):
    """Rows of ``PERSON``, and as rows of bits their interests and languages."""

    who: Array
    interests: Array
    languages: Array

    def take(self, rows: Array) -> "People":
        """These people, in this order."""
        return People(self.who[rows], self.interests[rows], self.languages[rows])


FIGURES = np.dtype(
    [
        ("means", "f8", (3,)),
        ("points", "f8", (4,)),
        ("form", "f8", (5,)),
        ("weights", "f8", (8,)),
        ("rest", "f8"),
        ("halves", "f8"),
        ("distance_weight", "f4"),
        ("languages_weight", "f4"),
        ("age_weight", "f4"),
        ("demographics", "f4"),
    ],
    align=True,
)
"""A policy as numbers. ``means`` and ``points`` follow ``Factor``; ``form`` holds the five coefficients of the form of
attachment (anxiety, avoidance, the two beside one another, both anxious, both avoidant); ``weights`` those of
demographics in the order in which they are added, ``rest`` their sum without that of distance. What ends in four bytes
is for the sieve in single precision."""


def figures(policy: WeightedV1) -> Array:
    """One row of ``FIGURES``."""
    sure, anxious, avoidant = Leaning(1.0, 0.0, 0.0), Leaning(0.0, 1.0, 0.0), Leaning(0.0, 0.0, 1.0)
    pairs = ((anxious, sure), (avoidant, sure), (anxious, avoidant), (anxious, anxious), (avoidant, avoidant))
    means = policy.population.mean_factors
    f = np.zeros(1, FIGURES)
    f["means"] = [means[factor] for factor in (Factor.ATTACHMENT, Factor.INTERESTS, Factor.VALUES)]
    f["points"] = [WEIGHTS[factor] for factor in Factor]
    f["form"] = [-deviation(a, b, 0.0) for a, b in pairs]
    f["weights"] = PART_WEIGHTS
    f["rest"] = sum(PART_WEIGHTS) - DISTANCE_WEIGHT
    f["halves"] = NEARNESS_HALVES_KM
    f["distance_weight"], f["languages_weight"], f["age_weight"] = DISTANCE_WEIGHT, LANGUAGES_WEIGHT, AGE_WEIGHT
    f["demographics"] = WEIGHTS[Factor.DEMOGRAPHICS]
    return f


def people_of(columns: Columns, policy: WeightedV1, order: Array) -> People:
    """Everybody in ``columns`` as ``policy`` sees them, at the positions ``order``."""
    leaning = leanings(columns)
    values, valued = exact.units(columns.ratings)
    length = _lengths(columns, rarities(columns, policy))
    children = columns.has_children * WANTS + columns.wants_children
    faith = columns.religion * STAKES + columns.religion_importance
    known = (leaning[:, 0] > 0) * ATTACHED + (length > 0) * INTERESTED + valued * VALUED
    who = np.zeros(len(columns), PERSON)
    for name in ("age", "youngest", "oldest", "genders", "seeks", "limit", "intention", "smoking", "drinking"):
        who[name] = getattr(columns, name)
    who["latitude"], who["longitude"] = columns.cell.T
    who["answers"], who["refuses"] = _answers(columns), _refuses(columns)
    who["paused"] = columns.visibility == codes(Visibility)[Visibility.PAUSED]
    who["children"], who["faith"] = children, faith
    who["plans"] = plans_code(columns.intention, children)
    who["habits"] = habits_code(columns.smoking, columns.drinking)
    who["spoken"] = np.bitwise_count(columns.languages.bits).sum(axis=1, dtype=np.uint8)
    who["length"] = np.where(length > 0.0, length, 1.0)
    who["weight"], who["anxiety"], who["avoidance"] = leaning.T
    who["row"], who["cell"] = np.arange(len(columns)), -1
    who["fit"], who["values"] = _fit(policy, leaning), values
    who["known"], who["advantage"], who["order"] = known, _advantage(policy, leaning), order
    return People(who, columns.interests.bits, columns.languages.bits)


def population(columns: Columns, version: str) -> Population:
    """``population_of`` of the domain, from columns: the same figures."""
    size = len(columns)
    vocabulary = columns.interests.vocabulary
    held = np.zeros(len(vocabulary), np.int64)
    for start in range(0, size, _AT_ONCE):
        held += flags(columns.interests.bits[start : start + _AT_ONCE], len(vocabulary)).sum(axis=0, dtype=np.int64)
    idf = {word: inverse_document_frequency(size, int(count)) for word, count in zip(vocabulary, held, strict=True)}
    leaning = leanings(columns)
    n = max(1, size)
    mean = Leaning(*(total / n for total in exact.sums(leaning)))
    values, valued = exact.units(columns.ratings)
    agreeing = _mean_product(exact.sums(values), int(valued.sum()))
    rarity = np.array([idf[word] for word in vocabulary], np.float64)
    length = exact.lengths(columns.interests.bits, rarity)
    alike = _mean_product(exact.sums_of_shares(columns.interests.bits, rarity, length), int((length > 0).sum()))
    return Population(
        version=version,
        size=size,
        interest_idf=idf,
        mean_factors={
            Factor.ATTACHMENT: _mean_fit(mean),
            Factor.INTERESTS: NEUTRAL if alike is None else max(0.0, alike),
            Factor.VALUES: NEUTRAL if agreeing is None else (1.0 + agreeing) / 2.0,
        },
        mean_leaning=mean,
    )


def _mean_fit(mean: Leaning) -> float:
    """As in the domain: the fit of two people at the weighed mean scores."""
    if mean.weight == 0.0:
        return NEUTRAL
    sure = Leaning(1.0, mean.anxiety / mean.weight, mean.avoidance / mean.weight)
    return deviation(sure, sure, 0.0)


def rarities(columns: Columns, policy: WeightedV1) -> list[float]:
    """The rarity of every interest in the vocabulary."""
    return [policy.population.rarity(word) for word in columns.interests.vocabulary]


def lengths(columns: Columns, policy: WeightedV1) -> Array:
    """The length of everybody's rarities, 0 where they named no interest."""
    return _lengths(columns, rarities(columns, policy))


def leanings(columns: Columns) -> Array:
    """``Leaning.of``, as rows (weight, anxiety, avoidance)."""
    anxiety, avoidance, weight = columns.attachment.T
    span = SCALE_MAX - SCALE_MIN
    rows = np.stack([weight, weight * (anxiety - SCALE_MIN) / span, weight * (avoidance - SCALE_MIN) / span], axis=1)
    return np.where(np.isnan(rows), 0.0, rows)


def _lengths(columns: Columns, rarity: list[float]) -> Array:
    return exact.lengths(columns.interests.bits, np.array(rarity, np.float64))


def _mean_product(sums: Sequence[float], n: int) -> float | None:
    """As in the domain: ``sums`` are those of the columns of ``n`` unit vectors."""
    if n < 2:
        return None
    squared = math.fsum(total**2 for total in sums)
    return (squared - n) / (n * (n - 1))


def _advantage(policy: WeightedV1, leaning: Array) -> Array:
    """``attachment_advantage`` of everybody: the form is linear in the person, whose columns stand in for one."""
    person = Leaning(*np.ascontiguousarray(leaning.T))
    return np.ascontiguousarray(policy.attachment_advantage(person), np.float64)


def _fit(policy: WeightedV1, leaning: Array) -> Array:
    """``deviation`` from the mean as a product: the form being bilinear, its values beside the three unit leanings."""
    person = Leaning(*np.ascontiguousarray(leaning.T))
    mean = policy.population.mean_factors[Factor.ATTACHMENT]
    units = (Leaning(1.0, 0.0, 0.0), Leaning(0.0, 1.0, 0.0), Leaning(0.0, 0.0, 1.0))
    return np.stack([np.asarray(deviation(person, unit, mean)) for unit in units], axis=1)


def _answers(columns: Columns) -> Array:
    """One bit for each thing somebody may be refused for."""
    found = [
        (columns.smoking > 0) & (columns.smoking != codes(Smoking)[Smoking.NEVER]),
        columns.drinking == codes(Drinking)[Drinking.OFTEN],
        columns.has_children == codes(HasChildren)[HasChildren.YES],
        columns.wants_children == codes(Wants)[Wants.NO],
        columns.wants_children == codes(Wants)[Wants.YES],
    ]
    answers = np.uint32(1) << (_GENDERS + columns.genders.astype(np.uint32))
    for number, flag in enumerate(found):
        answers |= flag.astype(np.uint32) << np.uint32(number)
    answers |= _faith(columns)
    answers |= np.where(columns.visibility == codes(Visibility)[Visibility.INCOGNITO], np.uint32(HIDDEN), np.uint32(0))
    answers |= np.where(columns.limit == ANYWHERE, np.uint32(ROAMS), np.uint32(0))
    return answers


def _refuses(columns: Columns) -> Array:
    """The bits that keep others from this person."""
    other_religion = np.uint8(bit(DealBreaker.OTHER_RELIGION))
    refuses = (columns.deal_breakers & (other_religion - np.uint8(1))).astype(np.uint32)
    faiths = np.uint32(sum(1 << (_FIRST_RELIGION + n) for n in range(len(Religion))))
    asks = (columns.deal_breakers & other_religion != 0) & (columns.religion > 0)
    refuses |= np.where(asks, faiths & ~_faith(columns), np.uint32(0))
    for genders in range(1, 1 << len(Gender)):
        strangers = columns.seeks & np.uint8(genders) == 0
        refuses |= np.where(strangers, np.uint32(1 << (_GENDERS + genders)), np.uint32(0))
    return refuses


def _faith(columns: Columns) -> Array:
    religion = columns.religion.astype(np.uint32)
    return np.where(religion > 0, np.uint32(1) << (_FIRST_RELIGION - 1 + np.maximum(religion, 1)), np.uint32(0))
