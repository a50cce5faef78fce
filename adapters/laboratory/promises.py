"""What a fitted policy may be made of: numbers about the pair, the same whoever comes first, and nobody's rank.

The product promises that no term rests on one person's attachment alone. The factors keep it by how they are made
(``scoring.factors_of``); here every pair feature is held to it by what its numbers show."""

import numpy as np

from adapters.laboratory.data import Data
from adapters.laboratory.encounters import Numbers, Places
from adapters.laboratory.scoring import feature_of
from saltbitter_domain.compatibility.model import Leaning
from saltbitter_domain.compatibility.policies.fitted import FeatureKind, PairFeature
from saltbitter_domain.kernel import FieldProblem, Invalid

SAME = 1e-9
"""How far the two directions of a pair may lie apart, for the rounding of what wrote them."""
OF_ONE_PERSON = 0.9
"""The share of a feature's variance that may lie between people and not within them. Rule of the laboratory: a number
that hardly changes with whom somebody meets is about them."""
OF_ATTACHMENT = 0.5
"""The share of its variance that both people's scores may explain one by one. Rule of the laboratory."""
_LISTED = 20


class PromiseBroken(Invalid):
    """A feature would judge a person, or judge a pair differently from its two sides."""

    code = "laboratory_promise_broken"


def check(data: Data) -> dict[str, Numbers]:
    """The numbers of every pair feature, by name. ``PromiseBroken`` names each that must not enter, and why."""
    numbers = {feature.name: feature_of(feature, data) for feature in data.mapping.pair_features}
    faults: list[FieldProblem] = []
    for n, feature in enumerate(data.mapping.pair_features):
        path = f"pair_features.{n} ({feature.name})"
        if feature.kind is FeatureKind.GIVEN:
            faults += _two_sides(path, feature, numbers[feature.name], data)
        faults += [FieldProblem(path, "one_person", words) for words in _of_one_person(numbers[feature.name], data)]
    if faults:
        raise PromiseBroken("These pair features must not enter a policy.", fields=tuple(faults))
    return numbers


def _two_sides(path: str, feature: PairFeature, values: Numbers, data: Data) -> list[FieldProblem]:
    """A fault for each pair that is told differently from its two sides, up to a number of them."""
    encounters = data.encounters
    low = np.minimum(encounters.viewer, encounters.candidate)
    pairs = low * len(data.people) + np.maximum(encounters.viewer, encounters.candidate)
    order = np.lexsort((encounters.line, pairs))
    order = order[~np.isnan(values[order])]
    same = pairs[order][1:] == pairs[order][:-1]
    apart = np.flatnonzero(same & (np.abs(np.diff(values[order])) > SAME))
    told = [
        FieldProblem(
            path,
            "asymmetric",
            f"column {feature.column} differs between lines {encounters.line[order[n]]} and "
            f"{encounters.line[order[n + 1]]}, which are of the same two people",
        )
        for n in apart[:_LISTED]
    ]
    if len(apart) > _LISTED:
        told.append(FieldProblem(path, "asymmetric", f"and so for {len(apart) - _LISTED:,} more pairs of lines"))
    return told


def _of_one_person(values: Numbers, data: Data) -> list[str]:
    known = ~np.isnan(values)
    y, viewer, candidate = values[known], data.encounters.viewer[known], data.encounters.candidate[known]
    if not len(y) or y.std() < SAME:
        return []
    said = [
        f"it hardly changes with whom a {role} meets: it is about a person and not about a pair"
        for role, people in (("viewer", viewer), ("candidate", candidate))
        if _between(y, people) > OF_ONE_PERSON
    ]
    leanings = np.array([_scores(person.attachment) for person in data.people.traits])
    if _explained(y, np.hstack([leanings[viewer], leanings[candidate]])) > OF_ATTACHMENT:
        said.append("it follows from each person's own attachment scores, which are judged by the pair's own form only")
    return said


def _scores(attachment: object) -> tuple[float, float]:
    leaning = Leaning.of(attachment)  # type: ignore[arg-type]
    return leaning.anxiety, leaning.avoidance


def _between(y: Numbers, people: Places) -> float:
    """The share of variance between people, adjusted for how many there are (epsilon squared, Kelley 1935)."""
    _, places = np.unique(people, return_inverse=True)
    count = np.bincount(places)
    within = float(((y - (np.bincount(places, y) / count)[places]) ** 2).sum())
    free = len(y) - len(count)
    return 1.0 - (within / free) / float(y.var(ddof=1)) if free > 0 else 0.0


def _explained(y: Numbers, of: Numbers) -> float:
    """The share of variance that a linear form of these columns explains."""
    columns = np.column_stack([np.ones(len(y)), of])
    residual = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
    return 1.0 - float(residual @ residual) / float(((y - y.mean()) ** 2).sum())
