"""A policy whose weights were learned from encounters: what a policy file holds, and how it is run."""

import math
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import attrs

from saltbitter_domain.compatibility.model import Factor, Population
from saltbitter_domain.compatibility.policies.weighted import WeightedV1

TOTAL = 100.0
"""Points that the weights and the pair features' points come to together."""
_ROUNDING = 1e-6


class FeatureKind(StrEnum):
    """How two people's answers in a column become one number in [0, 1], the same whoever comes first."""

    CLOSENESS = "closeness"
    """exp(-|difference| / scale) of two numbers."""
    SAME = "same"
    """1 for the same answer, else 0."""
    OVERLAP = "overlap"
    """The size of what two lists share over that of both together (Jaccard 1901)."""
    GIVEN = "given"
    """A number about the pair itself, moved from [low, high] to [0, 1]."""


@attrs.frozen
class PairFeature:
    """One number in [0, 1] about a pair, made of a ``column`` in the way of its ``kind``.

    ``scale`` is that of closeness, ``separator`` parts the entries of overlap, ``low`` and ``high`` bound what is
    given; each is None where its kind does not need it."""

    name: str
    kind: FeatureKind
    column: str
    scale: float | None = None
    separator: str | None = None
    low: float | None = None
    high: float | None = None

    def __attrs_post_init__(self) -> None:
        needs = {
            FeatureKind.CLOSENESS: {"scale"},
            FeatureKind.OVERLAP: {"separator"},
            FeatureKind.GIVEN: {"low", "high"},
        }.get(self.kind, set())
        has = {part for part in ("scale", "separator", "low", "high") if getattr(self, part) is not None}
        if has != needs:
            raise ValueError(f"the kind {self.kind} takes {' and '.join(sorted(needs)) or 'nothing'} besides a column")
        if self.scale is not None and not (math.isfinite(self.scale) and self.scale > 0):
            raise ValueError("scale must be above 0")
        if self.separator == "":
            raise ValueError("separator must not be empty")
        if self.low is not None and self.high is not None and not -math.inf < self.low < self.high < math.inf:
            raise ValueError("low must lie below high")


@attrs.frozen
class WeighedFeature:
    """A pair feature, the points of the total it is worth, and the mean that stands in for it where it is unknown."""

    feature: PairFeature
    points: float = attrs.field(validator=[attrs.validators.ge(0.0), attrs.validators.le(TOTAL)])
    mean: float = attrs.field(validator=[attrs.validators.ge(0.0), attrs.validators.le(1.0)])


@attrs.frozen
class Calibration:
    """The probability of a good outcome is 1 / (1 + exp(-(intercept + slope * merit))), merit in points."""

    intercept: float = attrs.field(validator=[attrs.validators.gt(-math.inf), attrs.validators.lt(math.inf)])
    slope: float = attrs.field(validator=[attrs.validators.ge(0.0), attrs.validators.lt(math.inf)])


@attrs.frozen
class Figure:
    """A figure and the interval it lies in with 95 % confidence; no interval where there was only one group."""

    value: float
    low: float | None = None
    high: float | None = None


@attrs.frozen
class Provenance:
    """Where a policy comes from. ``data_hash`` is the SHA-256 of the files it was fitted to, ``validation`` says on
    what its scores were taken, ``unlearned`` names the factors the data says nothing of, whose weights are those of
    ``weighted-v1``."""

    data_hash: str = attrs.field(validator=attrs.validators.matches_re(r"[0-9a-f]{64}"))
    fitted_on: date
    encounters: int
    viewers: int
    groups: int
    validation: str
    penalty: float
    unlearned: tuple[Factor, ...] = ()


@attrs.frozen
class FittedPolicy:
    """A policy as it was learned. ``weights`` has the points of all four factors; with those of the ``pair_features``
    they come to 100. ``means`` has the factors' means in the data, by which drift can be told; whoever runs the policy
    takes those of the population at hand. ``scores`` are those on encounters that were held out.

    Raises ``ValueError`` when the points are negative, incomplete or another sum, or two features share a name."""

    name: str = attrs.field(validator=attrs.validators.matches_re(r"[a-z0-9][a-z0-9.-]{0,63}"))
    weights: Mapping[Factor, float] = attrs.field()
    pair_features: tuple[WeighedFeature, ...]
    means: Mapping[Factor, float] = attrs.field()
    calibration: Calibration
    provenance: Provenance
    scores: Mapping[str, Figure]

    @weights.validator
    def _complete(self, _: object, weights: Mapping[Factor, float]) -> None:
        if set(weights) != set(Factor) or not all(0.0 <= points <= TOTAL for points in weights.values()):
            raise ValueError("every factor needs a weight from 0 to 100, and nothing else has one")

    @means.validator
    def _shares(self, _: object, means: Mapping[Factor, float]) -> None:
        if set(means) != set(Factor) or not all(0.0 <= mean <= 1.0 for mean in means.values()):
            raise ValueError("every factor needs a mean from 0 to 1, and nothing else has one")

    def __attrs_post_init__(self) -> None:
        points = math.fsum([*self.weights.values(), *(weighed.points for weighed in self.pair_features)])
        if abs(points - TOTAL) > _ROUNDING:
            raise ValueError(f"weights and the pair features' points must come to 100, not {points:g}")
        names = [weighed.feature.name for weighed in self.pair_features]
        if len(set(names)) < len(names):
            raise ValueError("two pair features share a name")
        if self.name == "weighted-v1":
            raise ValueError("weighted-v1 is the name of the default policy")

    @property
    def runnable(self) -> bool:
        """Whether traits are all it needs: pair features are of columns that only its data has."""
        return not self.pair_features

    def over(self, population: Population) -> WeightedV1:
        """The policy as it judges the people of this population. ``ValueError`` unless it is ``runnable``."""
        if not self.runnable:
            raise ValueError(f"{self.name} has pair features, which nobody's traits hold")
        return WeightedV1(population, weights=self.weights, name=self.name)
