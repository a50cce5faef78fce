"""What is asked of many candidates at once, compiled."""

from typing import Any

import numpy as np

from adapters.matching.columns import Array
from adapters.matching.compiled import Number, exactly, fast, inlined
from adapters.matching.kernels import Figures, Person
from adapters.matching.lanes import (
    Lanes,
    above,
    added,
    apart,
    at_least,
    at_most,
    clamped,
    ones,
    plus,
    reaches,
    read,
    spread,
    times,
    within,
)
from adapters.matching.people import INTERESTED, VALUED
from adapters.matching.slices import BASE, CHUNK, INVERSE, LANES, NUMBERS

VALUES, MEAN, MOST, WORTH = 3, 13, 14, 15
"""What ``estimate`` needs of a viewer: what the rows of ``Slots.numbers`` before ``INVERSE`` are worth, of which those
from ``VALUES`` on are values; what attachment is worth in the mean, and at most; and how many numbers that is."""

LEAST = np.float32(-256.0)
"""No merit is as little, and none as much as its opposite."""
HALVINGS = 24
"""Of the interval between: by then no single precision is left."""


@inlined
def distances(cell: Array, first: Number, last: Number, reach: Array, measured: bool, far: Array) -> None:
    """Write how far the slots from ``first`` up to ``last`` are by the ``reach`` of their cells; where distance is not
    ``measured`` they are nowhere, and so next door."""
    at = np.uint64(first)
    for k in range(last - first):
        far[k] = reach[np.uint64(cell[at + np.uint64(k)])] if measured else 0


@inlined
def sift(a: Person, refuses: Number, slots: Any, at: Number, far: Array, there: Number) -> Number:
    """The bits of those of the slots from ``at`` on who may be shown to the viewer, who refuses so much. ``far`` says
    from ``there`` on how far they are, in km rounded up."""
    return (
        at_most(slots.youngest, at, a.age)
        & at_least(slots.oldest, at, a.age)
        & apart(slots.answers, at, refuses)
        & apart(slots.refuses, at, a.answers)
        & at_most(far, there, a.limit)
        & reaches(slots.limit, at, far, there)
    )


@inlined
def prepare(
    v: Any, i: Number, rarity: Array, f: Figures, worth: Array, tag: Array, share: Array, base: Array
) -> Number:
    """Write what ``estimate`` needs of viewer i; how many interests there are."""
    a = v.who[i]
    for part in range(3):
        worth[part] = f.points[0] * a.fit[part]
    for part in range(10):
        worth[VALUES + part] = f.points[2] / 2.0 * a.values[part]
    worth[MEAN], worth[MOST] = f.points[0] * f.means[0], f.points[0]
    base[0] = BASE + (1 if a.known & VALUED else 0) + (2 if a.known & INTERESTED else 0)
    tags = 0
    if a.known & INTERESTED:
        for number in range(len(rarity)):
            if v.interests[i, number >> 6] >> np.uint64(number & 63) & np.uint64(1):
                tag[tags] = number * (CHUNK // LANES)
                share[tags] = f.points[1] * rarity[number] * rarity[number] / a.length
                tags += 1
    return tags


@inlined
def estimate(
    slots: Any, words: Number, at: Number, worth: Array, base: Number, tag: Array, share: Array, tags: Number
) -> Lanes:
    """The merits of the slots from ``at`` on but for demographics, in points and single precision; there are so many
    ``words``."""
    numbers, own = slots.numbers, at * NUMBERS
    attachment = spread(worth[MEAN])
    for part in range(VALUES):
        attachment = plus(attachment, times(spread(worth[part]), read(numbers, own + part * LANES)))
    points = plus(read(numbers, own + base * LANES), clamped(attachment, worth[MOST]))
    for part in range(VALUES, INVERSE):
        points = plus(points, times(spread(worth[part]), read(numbers, own + part * LANES)))
    shared = spread(np.float32(0.0))
    held = (at // CHUNK * words * CHUNK + at % CHUNK) // LANES
    for t in range(tags):
        shared = added(shared, share[t], slots.holds[np.uint64(held + tag[t])])
    return plus(points, times(shared, read(numbers, own + INVERSE * LANES)))


@fast
def circumstances(
    a: Person, facts: Array, those: Array, n: Number, near: Array, shared: Array, tables: Any, f: Figures
) -> None:
    """Write into ``shared`` the demographics, in points and single precision, of the first n of ``those`` slots; how
    many languages they share stands there, and in ``near`` how near they are, negative where that is unknown. Nothing
    is asked that would have to be guessed, so that many are worked on at once."""
    years, plans, habits, faith = tables.years, tables.plans[a.plans], tables.habits[a.habits], tables.faith[a.faith]
    one = np.float32(1.0)
    for c in range(n):
        fact = facts[np.uint64(those[c])]
        gap = np.int64(a.age) - np.int64(fact.age)
        measured = np.float32(near[c] >= 0)
        least = np.float32(min(a.spoken, fact.spoken))
        spoken = np.float32(least > 0)
        u, h, r = np.uint64(fact.plans), np.uint64(fact.habits), np.uint64(fact.faith)
        weight = f.age_weight + f.distance_weight * measured + plans[u, 0] + habits[h, 0] + faith[r, 0]
        weight += f.languages_weight * spoken
        total = years[np.uint64(abs(gap))] + f.distance_weight * measured * near[c] + plans[u, 1] + habits[h, 1]
        total += faith[r, 1] + f.languages_weight * shared[c] / max(one, least)
        shared[c] = f.demographics * total / weight


@fast
def demographics_at_most(a: Person, youngest: Any, oldest: Any, nearest: Number, tables: Any, f: Figures) -> Number:
    """The most points that demographics can be worth of people from the one to the other age, none nearer than that:
    whatever is unknown of them or is not looked at fits entirely, which can only raise a mean."""
    gap = max(0, np.int64(youngest.age) - np.int64(a.age), np.int64(a.age) - np.int64(oldest.age))
    known = tables.years[gap] + f.weights[1] * nearest
    return f.points[3] * (f.rest - f.weights[0] + known) / (f.rest + f.weights[1])


@exactly
def settled(scores: Array, n: Number, k: Number, cut: Number) -> Number:
    """A number that at least k of the first n scores are greater than, and at best no more; ``cut`` if that is greater,
    as all of them are. Halving an interval is quicker than any sort, because nothing has to be guessed."""
    low, high = max(np.float32(cut), LEAST), -LEAST
    if _greater(scores, n, low) < k:
        return cut
    for _ in range(HALVINGS):
        middle = (low + high) * np.float32(0.5)
        found = _greater(scores, n, middle)
        if found < k:
            high = middle
        else:
            low = middle
            if found == k:
                break
    return low


@inlined
def _greater(scores: Array, n: Number, x: Number) -> Number:
    """How many of the first n scores are greater than x."""
    found = np.uint64(0)
    for at in range(0, n, LANES):
        found += ones(above(read(scores, at), x) & within(at, 0, n))
    return np.int64(found)


@inlined
def has(rows: Array, first: Number, end: Number, row: Number) -> Number:
    """Whether a row is in a sorted part of a list."""
    low, high = first, end
    while low < high:
        middle = (low + high) >> 1
        if rows[middle] < row:
            low = middle + 1
        else:
            high = middle
    return low < end and rows[low] == row


@inlined
def listed(lists: Any, i: Number, row: Number) -> Number:
    """Whether a row is in the list of i."""
    return has(lists.rows, lists.first[i], lists.first[i + 1], row)


@exactly
def first_gap(n: Number) -> Number:
    """From where to begin a sort of n by falling gaps (Shell 1959, CACM 2, 30; gaps after Knuth)."""
    gap = 1
    while 3 * gap + 1 < n:
        gap = 3 * gap + 1
    return gap


@exactly
def ranked(merits: Array, orders: Array, n: Number, places: Array) -> None:
    """Write the places of the first n, most merit first, then by order."""
    for k in range(n):
        places[k] = k
    gap = first_gap(n)
    while gap:
        for k in range(gap, n):
            place = places[k]
            merit, order = merits[place], orders[place]
            m = k
            while m >= gap:
                other = places[m - gap]
                if merits[other] > merit or (merits[other] == merit and orders[other] < order):
                    break
                places[m] = other
                m -= gap
            places[m] = place
        gap //= 3
