"""Attachment scores of a population, by the published distribution and its relation to age."""

import random
from collections.abc import Sequence
from statistics import NormalDist

import attrs

from saltbitter_domain.assessments.model import SCALE_MAX, SCALE_MIN, Dimension, Questionnaire

_STANDARD = NormalDist()


@attrs.frozen
class Published:
    """Mean and standard deviation of a score on 1–7 in a published sample."""

    mean: float
    sd: float


ANXIETY = Published(4.14, 1.20)
AVOIDANCE = Published(3.35, 1.26)
"""ECR-R style web samples as the product's design states them; the two are nearly uncorrelated there."""

ANXIETY_WITH_AGE = -0.15
AVOIDANCE_AT_MIDDLE_AGE = -0.08
"""Directions from Chopik, Edelstein and Fraley (2013, J. Personality 81:2, n = 86,555): anxiety falls with age,
avoidance is slightly higher in middle age than before and after. The paper shows curves; these correlations, with age
and with squared distance from age 45, are our reading of their size."""


def untruncated(of: Published) -> NormalDist:
    """The normal distribution whose part on [1, 7] has the published mean and sd, found by fixed-point steps."""
    mean, sd = of.mean, of.sd
    for _ in range(200):
        got = truncated_moments(NormalDist(mean, sd))
        mean += 0.5 * (of.mean - got.mean)
        sd *= (of.sd / got.sd) ** 0.5
    return NormalDist(mean, sd)


def truncated_moments(of: NormalDist) -> Published:
    """Mean and sd of a normal distribution cut to [1, 7] (Johnson, Kotz and Balakrishnan 1994, section 10.1)."""
    a, b = (SCALE_MIN - of.mean) / of.stdev, (SCALE_MAX - of.mean) / of.stdev
    mass = _STANDARD.cdf(b) - _STANDARD.cdf(a)
    pa, pb = _STANDARD.pdf(a), _STANDARD.pdf(b)
    shift = (pa - pb) / mass
    variance = 1 + (a * pa - b * pb) / mass - shift**2
    return Published(of.mean + of.stdev * shift, of.stdev * variance**0.5)


def scores(ages: Sequence[int], rng: random.Random) -> list[tuple[float, float]]:
    """(anxiety, avoidance) for people of these ages: the margins follow the published distributions exactly (scores are
    their quantiles), the order among people follows age weakly and chance strongly."""
    falling = _standardised([float(age) for age in ages])
    curved = _standardised([float((age - 45) ** 2) for age in ages])
    anxiety = _dealt(ANXIETY, [ANXIETY_WITH_AGE * age + rng.gauss(0, 1) for age in falling])
    avoidance = _dealt(AVOIDANCE, [AVOIDANCE_AT_MIDDLE_AGE * distance + rng.gauss(0, 1) for distance in curved])
    return list(zip(anxiety, avoidance, strict=True))


def answers(questionnaire: Questionnaire, anxiety: float, avoidance: float, rng: random.Random) -> dict[str, int]:
    """Answers 1–7 to every statement whose keyed mean is the score to the nearest ninth, scattered as people's are."""
    given: dict[str, int] = {}
    for dimension, score in ((Dimension.ANXIETY, anxiety), (Dimension.AVOIDANCE, avoidance)):
        statements = [s for s in questionnaire.statements if s.dimension is dimension]
        keyed = [_bounded(round(score + rng.gauss(0, 1.2))) for _ in statements]
        _correct(keyed, round(score * len(keyed)), rng)
        for statement, answer in zip(statements, keyed, strict=True):
            given[statement.id] = SCALE_MIN + SCALE_MAX - answer if statement.reversed else answer
    return given


def _correct(keyed: list[int], total: int, rng: random.Random) -> None:
    """Move single answers by one until they add up to ``total``."""
    while (missing := total - sum(keyed)) != 0:
        step = 1 if missing > 0 else -1
        movable = [i for i, answer in enumerate(keyed) if SCALE_MIN <= answer + step <= SCALE_MAX]
        keyed[rng.choice(movable)] += step


def _bounded(answer: int) -> int:
    return max(SCALE_MIN, min(SCALE_MAX, answer))


def _dealt(published: Published, latent: Sequence[float]) -> list[float]:
    """The quantiles of the published distribution, the highest to the person with the highest latent value."""
    normal = untruncated(published)
    low, high = normal.cdf(SCALE_MIN), normal.cdf(SCALE_MAX)
    result = [0.0] * len(latent)
    for rank, person in enumerate(sorted(range(len(latent)), key=lambda i: latent[i])):
        result[person] = normal.inv_cdf(low + (high - low) * (rank + 0.5) / len(latent))
    return result


def _standardised(values: Sequence[float]) -> list[float]:
    mean = sum(values) / len(values)
    sd = (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5 or 1.0
    return [(v - mean) / sd for v in values]
