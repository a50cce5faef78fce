"""The factors of many pairs at once: what ``weighted-v1`` says of each pair, in columns.

Everything about one person is worked out once by the policy itself, and tables are made of the domain's own functions;
what is repeated here is only how the parts of a pair are put together, and a test holds it to the domain's result."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import product
from typing import Any, cast

import attrs
import numpy as np
from scipy import sparse

from adapters.laboratory.encounters import Numbers, Places
from saltbitter_domain.compatibility.model import Factor, Leaning, Traits
from saltbitter_domain.compatibility.policies import Prepared, WeightedV1
from saltbitter_domain.compatibility.policies import demographics as parts
from saltbitter_domain.compatibility.policies.attachment import deviation
from saltbitter_domain.kernel import EARTH_RADIUS_KM
from saltbitter_domain.profiles.model import (
    BasicValue,
    Drinking,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    WantsChildren,
)

FACTORS = tuple(Factor)
_AT_ONCE = 200_000
"""Pairs worked on together: enough that numpy's own cost does not show, few enough to stay in little memory."""


@attrs.frozen
class Crowd:
    """People in columns, ready to be compared: ``factors`` of any pairs of their places."""

    policy: WeightedV1
    leaning: Leaning
    """With a column in the place of each number."""
    interests: Any = attrs.field(repr=False)
    """Unit vectors of interests by person, sparse."""
    values: Numbers = attrs.field(repr=False)
    ages: Numbers = attrs.field(repr=False)
    places: Numbers = attrs.field(repr=False)
    """Latitude and longitude in radians, NaN where unknown."""
    languages: Any = attrs.field(repr=False)
    answers: "Sequence[tuple[float, Places, Numbers]]" = attrs.field(repr=False)
    """For each part made of answers its weight, everybody's code, and the part by two codes (NaN unknown)."""

    @classmethod
    def of(cls, people: Sequence[Traits], policy: WeightedV1) -> "Crowd":
        """These people, as ``policy`` sees each of them."""
        prepared = [policy.prepare(person) for person in people]
        return cls(
            policy=policy,
            leaning=_leaning(prepared),
            interests=_sparse([person.interests for person in prepared]),
            values=np.array([person.values or (np.nan,) * len(BasicValue) for person in prepared]).reshape(
                len(people), len(BasicValue)
            ),
            ages=np.array([person.age for person in people], dtype=np.float64),
            places=np.radians(
                [(p.cell.latitude, p.cell.longitude) if p.cell else (np.nan, np.nan) for p in people]
            ).reshape(len(people), 2),
            languages=_sparse([dict.fromkeys(person.languages, 1.0) for person in people]),
            answers=[(weight, _codes(people, fields), table) for weight, fields, table in _tables()],
        )

    def factors(self, a: Places, b: Places) -> Numbers:
        """The four factors, in the order of ``Factor``, of each pair of places, NaN where unknown: shape (n, 4)."""
        out = np.empty((len(a), len(FACTORS)))
        for start in range(0, len(a), _AT_ONCE):
            chunk = slice(start, start + _AT_ONCE)
            one, two = a[chunk], b[chunk]
            out[chunk, 0] = self._attachment(one, two)
            out[chunk, 1] = self._interests(one, two)
            out[chunk, 2] = np.clip((1.0 + (self.values[one] * self.values[two]).sum(axis=1)) / 2.0, 0.0, 1.0)
            out[chunk, 3] = self._demographics(one, two)
        return out

    def advantage(self) -> Numbers:
        """How far each person's mean attachment factor over everybody lies from the mean of all, in [-1, 1]."""
        mean = self.policy.population.mean_factors[Factor.ATTACHMENT]
        return np.asarray(deviation(self.leaning, self.policy.population.mean_leaning, mean))

    def _attachment(self, a: Places, b: Places) -> Numbers:
        mean = self.policy.population.mean_factors[Factor.ATTACHMENT]
        one, two = self._at(a), self._at(b)
        fit = np.clip(mean + np.asarray(deviation(one, two, mean)), 0.0, 1.0)
        known = (np.asarray(one.weight) > 0.0) & (np.asarray(two.weight) > 0.0)
        return np.where(known, fit, np.nan)

    def _at(self, places: Places) -> Leaning:
        return Leaning(*(cast("Any", column)[places] for column in attrs.astuple(self.leaning)))

    def _interests(self, a: Places, b: Places) -> Numbers:
        one, two = self.interests[a], self.interests[b]
        known = (np.diff(one.indptr) > 0) & (np.diff(two.indptr) > 0)
        return np.where(known, np.minimum(1.0, _row_sums(one.multiply(two))), np.nan)

    def _demographics(self, a: Places, b: Places) -> Numbers:
        """As ``demographics`` puts its parts together: their weighed mean, those unknown left out."""
        total = parts.AGE_WEIGHT * np.exp(-np.abs(self.ages[a] - self.ages[b]) / parts.AGE_GAP_YEARS)
        weight = np.full(len(a), parts.AGE_WEIGHT)
        for part_weight, part in (
            (parts.DISTANCE_WEIGHT, np.exp2(-self._km(a, b) / parts.NEARNESS_HALVES_KM)),
            (parts.LANGUAGES_WEIGHT, self._languages(a, b)),
            *((part_weight, table[codes[a], codes[b]]) for part_weight, codes, table in self.answers),
        ):
            known = ~np.isnan(part)
            weight += part_weight * known
            total += part_weight * np.where(known, part, 0.0)
        return np.asarray(total / weight)

    def _km(self, a: Places, b: Places) -> Numbers:
        """Great-circle distance by the haversine formula (Sinnott 1984), as ``GridCell.distance_km``."""
        (lat_a, lon_a), (lat_b, lon_b) = self.places[a].T, self.places[b].T
        h = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
        return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(h))))

    def _languages(self, a: Places, b: Places) -> Numbers:
        one, two = self.languages[a], self.languages[b]
        shorter = np.minimum(np.diff(one.indptr), np.diff(two.indptr))
        return np.where(shorter > 0, _row_sums(one.multiply(two)) / np.maximum(shorter, 1), np.nan)


def _leaning(people: Sequence[Prepared]) -> Leaning:
    columns = np.array([attrs.astuple(person.leaning) for person in people], dtype=np.float64).reshape(-1, 3).T
    return Leaning(*(cast("Any", column) for column in columns))  # the form takes columns as it takes numbers


def _sparse(rows: Sequence[Any]) -> Any:
    """One row a person of their weights by tag, as a sparse matrix."""
    tags = {tag: n for n, tag in enumerate(sorted({tag for row in rows for tag in row}))}
    starts = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.array([tags[tag] for row in rows for tag in row], dtype=np.int64)
    weights = np.array([weight for row in rows for weight in row.values()], dtype=np.float64)
    made = sparse.csr_matrix((weights, columns, starts), shape=(len(rows), max(1, len(tags))))
    made.sort_indices()
    return made


def _row_sums(matrix: Any) -> Numbers:
    return np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()


def overlap(rows: Sequence[frozenset[str]], a: Places, b: Places) -> Numbers:
    """What two lists share over both together (Jaccard), NaN where one is empty."""
    matrix = _sparse([dict.fromkeys(row, 1.0) for row in rows])
    sizes = np.diff(matrix.indptr)
    shared = np.concatenate(
        [
            _row_sums(matrix[a[start : start + _AT_ONCE]].multiply(matrix[b[start : start + _AT_ONCE]]))
            for start in range(0, max(1, len(a)), _AT_ONCE)
        ]
    )
    both = sizes[a] + sizes[b] - shared
    known = (sizes[a] > 0) & (sizes[b] > 0)
    return np.where(known, shared / np.maximum(both, 1.0), np.nan)


_ANSWERS: Sequence[tuple[float, Sequence[tuple[str, type[StrEnum]]], Callable[..., float | None]]] = (
    (parts.INTENTION_WEIGHT, [("intention", Intention)], parts.intention_fit),
    (parts.CHILDREN_WEIGHT, [("has_children", HasChildren), ("wants_children", WantsChildren)], parts.children_fit),
    (parts.RELIGION_WEIGHT, [("religion", Religion), ("religion_importance", Importance)], parts.religion_fit),
    (parts.SMOKING_WEIGHT, [("smoking", Smoking)], parts.smoking_fit),
    (parts.DRINKING_WEIGHT, [("drinking", Drinking)], parts.drinking_fit),
)
"""The parts of demographics that compare answers: weight, the answers of each person, and the domain's function."""


def _said(fields: Sequence[tuple[str, type[StrEnum]]]) -> Sequence[tuple[Any, ...]]:
    """Every combination of answers to these questions, no answer included."""
    return list(product(*([None, *vocabulary] for _, vocabulary in fields)))


def _tables() -> Sequence[tuple[float, Sequence[tuple[str, type[StrEnum]]], Numbers]]:
    made = []
    for weight, fields, fit in _ANSWERS:
        said = _said(fields)
        found = [[fit(*one, *two) for two in said] for one in said]
        made.append((weight, fields, np.array(found, dtype=np.float64)))  # None becomes NaN
    return made


def _codes(people: Sequence[Traits], fields: Sequence[tuple[str, type[StrEnum]]]) -> Places:
    code = {answers: n for n, answers in enumerate(_said(fields))}
    return np.array([code[tuple(getattr(p, name) for name, _ in fields)] for p in people], dtype=np.int64)
