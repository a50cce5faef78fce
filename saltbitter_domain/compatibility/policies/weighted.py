"""``weighted-v1``: attachment 40 %, interests 25 %, values 20 %, demographics 15 %, symmetric, total 0 to 100."""

import math
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from saltbitter_domain.compatibility.model import Factor, Leaning, PairScore, Population, Traits
from saltbitter_domain.compatibility.policies.attachment import deviation
from saltbitter_domain.compatibility.policies.demographics import demographics
from saltbitter_domain.compatibility.policies.population import unit_interests, unit_values

WEIGHTS: Mapping[Factor, float] = MappingProxyType(
    {Factor.ATTACHMENT: 40.0, Factor.INTERESTS: 25.0, Factor.VALUES: 20.0, Factor.DEMOGRAPHICS: 15.0}
)
"""Points of the total each factor is worth; they sum to 100."""


@attrs.frozen
class Prepared:
    """A person made ready for being compared with many: what depends on them alone, worked out once."""

    traits: Traits
    leaning: Leaning
    interests: Mapping[str, float]
    tags: frozenset[str]
    values: tuple[float, ...]


@attrs.frozen
class Judgement:
    """A pair's four factors, each in [0, 1] or None where unknown, and how well two of them are known, in [0, 1]."""

    attachment: float | None
    interests: float | None
    values: float | None
    demographics: float
    attachment_known: float
    demographics_known: float


@attrs.frozen
class WeightedV1:
    """The default policy. A factor unknown of either person takes the population's mean and lowers the confidence.

    Other ``weights``, at least 0 and 100 in sum, make it another policy, which then goes by another ``name``."""

    population: Population
    weights: Mapping[Factor, float] = attrs.field(default=WEIGHTS, kw_only=True)
    name: str = attrs.field(default="weighted-v1", kw_only=True)

    def score(self, a: Traits, b: Traits) -> PairScore:
        """The pair's score, the same whoever comes first."""
        return self.weigh(self.prepare(a), self.prepare(b))

    def weigh(self, a: Prepared, b: Prepared) -> PairScore:
        """``score`` of two people who are prepared already."""
        judgement = self.judge(a, b, a.traits.distance_km(b.traits))
        return PairScore(
            total=self.total(judgement),
            factors={
                Factor.ATTACHMENT: judgement.attachment,
                Factor.INTERESTS: judgement.interests,
                Factor.VALUES: judgement.values,
                Factor.DEMOGRAPHICS: judgement.demographics,
            },
            confidence=self.confidence(judgement),
        )

    def prepare(self, person: Traits) -> Prepared:
        return Prepared(
            traits=person,
            leaning=Leaning.of(person.attachment),
            interests=unit_interests(person.interests, self.population.rarity),
            tags=person.interests,
            values=unit_values(person.values),
        )

    def judge(self, a: Prepared, b: Prepared, km: float | None) -> Judgement:
        """The pair's factors, ``km`` apart (None when unknown). This is the inner loop of a run."""
        circumstances, circumstances_known = demographics(a.traits, b.traits, km)
        return Judgement(
            attachment=self._attachment(a.leaning, b.leaning),
            interests=_cosine(a, b) if a.tags and b.tags else None,
            values=_agreement(a.values, b.values) if a.values and b.values else None,
            demographics=circumstances,
            attachment_known=a.leaning.weight * b.leaning.weight,
            demographics_known=circumstances_known,
        )

    def as_shown(self, viewer: Prepared, other: Prepared) -> Judgement:
        """The pair's judgement as the viewer may know it: in the place of the pair's attachment factor the one the
        viewer has with everybody, so that nothing made of it depends on the other's scores."""
        true = self.judge(viewer, other, viewer.traits.distance_km(other.traits))
        if true.attachment is None:
            return true
        expected = min(1.0, max(0.0, self.expected_attachment(viewer.leaning)))
        return attrs.evolve(true, attachment=expected, attachment_known=viewer.leaning.weight)

    def confidence(self, judgement: Judgement) -> float:
        """The weighted share, in [0, 1], of what is known of both."""
        weights = self.weights
        known = (
            weights[Factor.ATTACHMENT] * judgement.attachment_known
            + weights[Factor.INTERESTS] * (judgement.interests is not None)
            + weights[Factor.VALUES] * (judgement.values is not None)
            + weights[Factor.DEMOGRAPHICS] * judgement.demographics_known
        )
        return known / sum(weights.values())

    def total(self, judgement: Judgement) -> float:
        """The four factors weighed together, 0 to 100."""
        weights, means = self.weights, self.population.mean_factors
        attachment, interests, values = judgement.attachment, judgement.interests, judgement.values
        return (
            weights[Factor.ATTACHMENT] * (means[Factor.ATTACHMENT] if attachment is None else attachment)
            + weights[Factor.INTERESTS] * (means[Factor.INTERESTS] if interests is None else interests)
            + weights[Factor.VALUES] * (means[Factor.VALUES] if values is None else values)
            + weights[Factor.DEMOGRAPHICS] * judgement.demographics
        )

    def expected_attachment(self, person: Leaning) -> float:
        """This person's mean attachment factor over everybody in the population.

        One evaluation for everybody: the form being bilinear, their mean is the form at the mean leaning. It is exact
        but for pairs whose factor has to be clamped to [0, 1], which it takes as they were before."""
        mean = self.population.mean_factors[Factor.ATTACHMENT]
        return mean + deviation(person, self.population.mean_leaning, mean)

    def attachment_advantage(self, person: Leaning) -> float:
        """The points of the total that people owe, on average, to this person's own attachment and to nothing about
        the pair. Ranking by the total less this advantage is what keeps attachment from being a rank of people."""
        mean = self.population.mean_factors[Factor.ATTACHMENT]
        return self.weights[Factor.ATTACHMENT] * (self.expected_attachment(person) - mean)

    def _attachment(self, a: Leaning, b: Leaning) -> float | None:
        if not (a.weight and b.weight):
            return None
        mean = self.population.mean_factors[Factor.ATTACHMENT]
        return min(1.0, max(0.0, mean + deviation(a, b, mean)))


def _cosine(a: Prepared, b: Prepared) -> float:
    """The cosine of two sets of interests weighed by rarity (Salton & Buckley 1988, Inf Process Manag 24, 513).

    ``fsum`` is exact, so the order in which a set is walked cannot show in the last bit."""
    shared = a.tags & b.tags
    return min(1.0, math.fsum([a.interests[tag] * b.interests[tag] for tag in shared])) if shared else 0.0


def _agreement(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """The correlation of two profiles of values, moved from [-1, 1] to [0, 1]."""
    return min(1.0, max(0.0, (1.0 + sum(map(float.__mul__, a, b))) / 2.0))
