"""What a policy knows of everybody together: the rarity of interests and the means that stand in for the unknown."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping

from saltbitter_domain.compatibility.model import Factor, Leaning, Population, Traits, inverse_document_frequency
from saltbitter_domain.compatibility.policies.attachment import deviation
from saltbitter_domain.profiles.model import BasicValue

NEUTRAL = 0.5
"""The mean of a factor that fewer than two people have told us about."""

_TEN = tuple(BasicValue)


def population_of(people: Collection[Traits], version: str) -> Population:
    """The figures of these people. The order they come in makes no difference, down to the last bit.

    Means over pairs are exact: the mean product of n unit vectors u over their pairs is (|Σ u|² - n) / (n (n - 1))."""
    held = Counter(interest for person in people for interest in person.interests)
    idf = {interest: inverse_document_frequency(len(people), count) for interest, count in sorted(held.items())}
    leaning = _mean_leaning([Leaning.of(person.attachment) for person in people])
    alike = _mean_product(unit_interests(person.interests, idf.__getitem__).items() for person in people)
    agreeing = _mean_product(tuple(enumerate(unit_values(person.values))) for person in people)
    return Population(
        version=version,
        size=len(people),
        interest_idf=idf,
        mean_factors={
            Factor.ATTACHMENT: _mean_fit(leaning),
            Factor.INTERESTS: NEUTRAL if alike is None else max(0.0, alike),
            Factor.VALUES: NEUTRAL if agreeing is None else (1.0 + agreeing) / 2.0,
        },
        mean_leaning=leaning,
    )


def unit_interests(interests: frozenset[str], rarity: Callable[[str], float]) -> Mapping[str, float]:
    """Each interest's rarity over the length of them all, so that the product of two people's is their cosine."""
    rarities = {interest: rarity(interest) for interest in interests}
    length = math.hypot(*sorted(rarities.values()))
    return {interest: weight / length for interest, weight in rarities.items()}


def unit_values(values: Mapping[BasicValue, int]) -> tuple[float, ...]:
    """The ten ratings less their mean, over their length, so that the product of two people's is their correlation.

    Centring takes out how high a person rates everything, as Schwartz advises (1992, Adv Exp Soc Psychol 25, 1).
    Empty when a rating is missing or all are equal: a flat profile says nothing of what matters more."""
    if len(values) < len(_TEN):
        return ()
    mean = sum(values.values()) / len(_TEN)
    centred = [values[value] - mean for value in _TEN]
    length = math.hypot(*centred)
    return tuple(part / length for part in centred) if length > 0.0 else ()


def _mean_leaning(leanings: Collection[Leaning]) -> Leaning:
    n = max(1, len(leanings))
    return Leaning(
        math.fsum(leaning.weight for leaning in leanings) / n,
        math.fsum(leaning.anxiety for leaning in leanings) / n,
        math.fsum(leaning.avoidance for leaning in leanings) / n,
    )


def _mean_fit(mean: Leaning) -> float:
    """The fit of two people at the weighed mean scores, which for a bilinear form is the weighed mean of all fits."""
    if mean.weight == 0.0:
        return NEUTRAL
    sure = Leaning(1.0, mean.anxiety / mean.weight, mean.avoidance / mean.weight)
    return deviation(sure, sure, 0.0)


def _mean_product(units: Iterable[Collection[tuple[Hashable, float]]]) -> float | None:
    """The mean product over pairs of different unit vectors, the empty ones left out; None with fewer than two."""
    known = [unit for unit in units if unit]
    n = len(known)
    if n < 2:
        return None
    columns = defaultdict[Hashable, list[float]](list)
    for unit in known:
        for key, share in unit:
            columns[key].append(share)
    squared = math.fsum(math.fsum(column) ** 2 for column in columns.values())
    return (squared - n) / (n * (n - 1))
