"""A pair, compiled: whether two people may be shown to one another, and their exact score.

Every operation is the domain's, in the domain's order and precision, so that whom it holds for equals are equals
here."""

from typing import Any

import numpy as np

from adapters.matching import geometry
from adapters.matching.columns import Array
from adapters.matching.compiled import Number, exactly, inlined
from adapters.matching.lanes import lowest, ones
from adapters.matching.people import ATTACHED, INTERESTED, VALUED
from adapters.matching.tables import CHILDREN, DRINKING, FAITH, INTENTION, SMOKING
from saltbitter_domain.compatibility.records import ANYWHERE

Person = Any
"""A row of ``PERSON``; ``Figures`` is one of ``FIGURES``, and the other names are as in ``People`` and ``Tables``."""
Figures = Any


distance_km = exactly(geometry.distance_km)


@inlined
def nearness(a: Person, b: Person, halves: Number) -> Number:
    """``nearness`` of the domain; NaN when a cell is unknown."""
    return np.exp2(-distance_km(a.latitude, a.longitude, b.latitude, b.longitude) / halves)


@exactly
def meet(a: Person, b: Person) -> Number:
    """Whether the wishes of the two meet and neither is paused; who is incognito is not asked."""
    if not (a.youngest <= b.age <= a.oldest and b.youngest <= a.age <= b.oldest):
        return False
    if a.refuses & b.answers or b.refuses & a.answers or a.paused or b.paused:
        return False
    limit = min(a.limit, b.limit)
    if limit == ANYWHERE:
        return True
    return distance_km(a.latitude, a.longitude, b.latitude, b.longitude) <= limit


@inlined
def score(v: Any, i: Number, p: Any, j: Number, near: Number, rarity: Array, tables: Any, f: Figures) -> Number:
    """``WeightedV1.total`` of a pair, person i of ``v`` and person j of ``p``, in points; ``near`` is the nearness of
    their cells, NaN when one is unknown."""
    a, b = v.who[i], p.who[j]
    known = a.known & b.known
    attachment = f.means[0]
    if known & ATTACHED:
        deviation = (
            (1.0 - attachment) * (a.weight * b.weight)
            - f.form[0] * (a.anxiety * b.weight + a.weight * b.anxiety)
            - f.form[1] * (a.avoidance * b.weight + a.weight * b.avoidance)
            - f.form[2] * (a.anxiety * b.avoidance + a.avoidance * b.anxiety)
            - f.form[3] * (a.anxiety * b.anxiety)
            - f.form[4] * (a.avoidance * b.avoidance)
        )
        attachment = min(1.0, max(0.0, attachment + deviation))
    interests = f.means[1]
    if known & INTERESTED:
        interests = _cosine(v.interests, i, a.length, p.interests, j, b.length, rarity)
    values = f.means[2]
    if known & VALUED:
        product = 0.0
        for k in range(10):
            product += a.values[k] * b.values[k]
        values = min(1.0, max(0.0, (1.0 + product) / 2.0))
    shared = np.uint64(0)
    if a.spoken and b.spoken:
        shared = shared_words(v.languages, i, p.languages, j)
    circumstances = _demographics(a, b, near, shared, tables, f.weights)
    return f.points[0] * attachment + f.points[1] * interests + f.points[2] * values + f.points[3] * circumstances


@inlined
def _cosine(a: Array, i: Number, length: Number, b: Array, j: Number, other_length: Number, rarity: Array) -> Number:
    """The products are added in twice the precision, which rounds like the exact sum the domain takes."""
    total, rest = 0.0, 0.0
    for word in range(a.shape[1]):
        shared = a[i, word] & b[j, word]
        while shared:
            number = word * 64 + lowest(shared)
            product = (rarity[number] / length) * (rarity[number] / other_length)
            new = total + product
            part = new - total
            rest += (total - (new - part)) + (product - part)
            total = new
            shared &= shared - np.uint64(1)
    return min(1.0, total + rest)


@inlined
def shared_words(a: Array, i: Number, b: Array, j: Number) -> Number:
    """How many words two rows of bits share."""
    count = np.uint64(0)
    for word in range(a.shape[1]):
        count += ones(a[i, word] & b[j, word])
    return count


@inlined
def _demographics(a: Person, b: Person, near: Number, shared: Number, tables: Any, weights: Array) -> Number:
    """``demographics`` of the domain: the parts that are known, added in the domain's order."""
    weight = weights[0]
    total = weights[0] * tables.age[abs(np.int64(a.age) - np.int64(b.age))]
    languages = np.nan
    if a.spoken and b.spoken:
        languages = np.float64(shared) / np.float64(min(a.spoken, b.spoken))
    parts = (
        near,
        tables.parts[INTENTION, a.intention, b.intention],
        tables.parts[CHILDREN, a.children, b.children],
        tables.parts[FAITH, a.faith, b.faith],
        languages,
        tables.parts[SMOKING, a.smoking, b.smoking],
        tables.parts[DRINKING, a.drinking, b.drinking],
    )
    for n in range(7):
        if not np.isnan(parts[n]):
            weight += weights[n + 1]
            total += weights[n + 1] * parts[n]
    return total / weight
