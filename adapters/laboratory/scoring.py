"""The merit of encounters: what a policy would rank them by."""

from collections.abc import Sequence

import attrs
import numpy as np

from adapters.laboratory.data import Data
from adapters.laboratory.encounters import Numbers
from adapters.laboratory.factors import FACTORS, Crowd, overlap
from saltbitter_domain.compatibility.model import Factor
from saltbitter_domain.compatibility.policies import WeightedV1
from saltbitter_domain.compatibility.policies.fitted import FeatureKind, FittedPolicy, PairFeature


@attrs.frozen
class Scored:
    """Every encounter's merit, and its probability of a good outcome from a policy that offers one."""

    policy: str
    merit: Numbers = attrs.field(repr=False)
    probability: Numbers | None = attrs.field(default=None, repr=False)


def factors_of(data: Data) -> Numbers:
    """The four factors of each encounter, in the order of ``Factor``, the unknown filled with the population's mean.

    From attachment is taken what each of the two owes to their own scores and to nothing about the pair, as the product
    does before it ranks: no term in one person's attachment alone is left to rank by, or to learn from. (Of a viewer's
    it makes no difference to their list.) Shape (n, 4)."""
    crowd = Crowd.of(data.people.traits, WeightedV1(data.population))
    a, b = data.encounters.viewer, data.encounters.candidate
    factors = crowd.factors(a, b)
    for n, factor in enumerate(FACTORS):
        factors[:, n] = np.where(np.isnan(factors[:, n]), data.population.mean_factors.get(factor, 0.0), factors[:, n])
    advantage = crowd.advantage()
    factors[:, FACTORS.index(Factor.ATTACHMENT)] -= advantage[a] + advantage[b]
    return factors


def feature_of(feature: PairFeature, data: Data) -> Numbers:
    """A pair feature of each encounter, in [0, 1], NaN where unknown: shape (n,)."""
    a, b = data.encounters.viewer, data.encounters.candidate
    if feature.kind is FeatureKind.GIVEN:
        return data.encounters.given[feature.name]
    said = data.people.answers[feature.name]
    if feature.kind is FeatureKind.OVERLAP:
        return overlap(said, a, b)
    if feature.kind is FeatureKind.SAME:
        words, codes = np.unique(np.array(said, dtype=np.str_), return_inverse=True)
        known = (words != "")[codes]
        return np.where(known[a] & known[b], (codes[a] == codes[b]).astype(np.float64), np.nan)
    numbers = np.array(said, dtype=np.float64)
    return np.asarray(np.exp(-np.abs(numbers[a] - numbers[b]) / (feature.scale or 1.0)))


def by_weights(data: Data, policy: WeightedV1) -> Scored:
    """As the product ranks by this policy."""
    return Scored(policy.name, factors_of(data) @ _points(policy))


def by_fitted(data: Data, policy: FittedPolicy) -> Scored:
    """As the product would rank by a policy file, and the probability that the file offers."""
    merit = factors_of(data) @ np.array([policy.weights[factor] for factor in FACTORS])
    for weighed in policy.pair_features:
        values = feature_of(weighed.feature, data)
        merit = merit + weighed.points * np.where(np.isnan(values), weighed.mean, values)
    calibration = policy.calibration
    return Scored(policy.name, merit, logistic(calibration.intercept + calibration.slope * merit))


def logistic(log_odds: Numbers) -> Numbers:
    """The probabilities of these log odds."""
    return np.asarray(0.5 * (1.0 + np.tanh(log_odds / 2.0)))  # of any size without overflow


def _points(policy: WeightedV1) -> Sequence[float]:
    return [policy.weights[factor] for factor in FACTORS]
