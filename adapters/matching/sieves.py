"""Many candidates at once, compiled so that one instruction looks at eight of them or more.

Indices are unsigned here, because compilers cannot unroll what may be counted from the end of an array."""

from typing import Any

import numpy as np

from adapters.matching.columns import Array
from adapters.matching.compiled import Number, exactly, fast, inlined
from adapters.matching.kernels import Figures, Person
from adapters.matching.people import INTERESTED, VALUED
from adapters.matching.slices import BASE, CHUNK, INVERSE, NUMBERS

WORTH = 15
"""Numbers of a viewer that ``estimate`` needs."""

_ROW = tuple(np.uint64(row * CHUNK) for row in range(NUMBERS))
"""Where in a block of ``Slots.numbers`` each row begins."""


@inlined
def distances(cell: Array, first: Number, last: Number, reach: Array, measured: bool, far: Array) -> None:
    """Write how far the slots from ``first`` up to ``last`` are by the ``reach`` of their cells; where distance is not
    ``measured`` they are nowhere, and so next door."""
    at = np.uint64(first)
    for k in range(last - first):
        far[k] = reach[np.uint64(cell[at + np.uint64(k)])] if measured else 0


@inlined
def sift(
    a: Person,
    refuses: Number,
    slots: Any,
    first: Number,
    n: Number,
    begin: Number,
    end: Number,
    far: Array,
    ok: Array,
) -> Number:
    """Mark who of n slots, but only of those from ``begin`` up to ``end``, may be shown to the viewer, who refuses so
    much, and count them.

    ``far`` says how far they are, in km rounded up."""
    at = np.uint64(first)
    age, limit, answers = a.age, a.limit, a.answers
    for k in range(n):
        s = at + np.uint64(k)
        ok[k] = (
            (slots.youngest[s] <= age)
            & (age <= slots.oldest[s])
            & (((slots.answers[s] & refuses) | (slots.refuses[s] & answers)) == 0)
            & (far[k] <= limit)
            & (far[k] <= slots.limit[s])
        )
    for k in range(begin):
        ok[k] = 0
    for k in range(end, n):
        ok[k] = 0
    found = np.uint32(0)
    for k in range(n):
        found = np.uint32(found + ok[k])
    return np.int64(found)


@inlined
def prepare(
    v: Any, i: Number, rarity: Array, f: Figures, worth: Array, tag: Array, share: Array, base: Array
) -> Number:
    """Write what ``estimate`` needs of viewer i; how many interests there are, in fours."""
    a = v.who[i]
    for part in range(3):
        worth[part] = f.points[0] * a.fit[part]
    for part in range(10):
        worth[3 + part] = f.points[2] / 2.0 * a.values[part]
    worth[13], worth[14] = f.points[0] * f.means[0], f.points[0]
    base[0] = BASE + (1 if a.known & VALUED else 0) + (2 if a.known & INTERESTED else 0)
    tags = 0
    if a.known & INTERESTED:
        for number in range(len(rarity)):
            if v.interests[i, number >> 6] >> np.uint64(number & 63) & np.uint64(1):
                tag[tags] = number
                share[tags] = f.points[1] * rarity[number] * rarity[number] / a.length
                tags += 1
        while tags % 4:
            tag[tags] = len(rarity)
            share[tags] = 0.0
            tags += 1
    return tags


@fast
def interests(
    holds: Array, words: Number, first: Number, n: Number, tag: Array, share: Array, tags: Number, shared: Array
) -> None:
    """Write what each of n slots shares with the viewer, before it is divided by the length of their own interests."""
    block = first // CHUNK
    held = block * (words + 1) * CHUNK + first - block * CHUNK
    for k in range(n):
        shared[k] = 0
    for t in range(0, tags, 4):
        t0, t1 = np.uint64(held + tag[t] * CHUNK), np.uint64(held + tag[t + 1] * CHUNK)
        t2, t3 = np.uint64(held + tag[t + 2] * CHUNK), np.uint64(held + tag[t + 3] * CHUNK)
        s0, s1, s2, s3 = share[t], share[t + 1], share[t + 2], share[t + 3]
        for k in range(n):
            u = np.uint64(k)
            shared[k] += (
                s0 * np.float32(holds[t0 + u])
                + s1 * np.float32(holds[t1 + u])
                + s2 * np.float32(holds[t2 + u])
                + s3 * np.float32(holds[t3 + u])
            )


@fast
def estimate(
    numbers: Array, first: Number, n: Number, worth: Array, base: Number, ok: Array, shared: Array, out: Array
) -> None:
    """Write the merit of n slots but for demographics, in points and single precision; minus infinity for those who may
    not be shown."""
    block = first // CHUNK
    at = np.uint64(block * NUMBERS * CHUNK + first - block * CHUNK)
    start = np.uint64(base * CHUNK)
    p0, p1, p2, mean, most = worth[0], worth[1], worth[2], worth[13], worth[14]
    v0, v1, v2, v3, v4 = worth[3], worth[4], worth[5], worth[6], worth[7]
    v5, v6, v7, v8, v9 = worth[8], worth[9], worth[10], worth[11], worth[12]
    zero, nothing = np.float32(0.0), np.float32(-np.inf)
    for k in range(n):
        s = at + np.uint64(k)
        attachment = mean + p0 * numbers[s] + p1 * numbers[s + _ROW[1]] + p2 * numbers[s + _ROW[2]]
        # Not max and min, which ask for NaN as well.
        attachment = attachment if attachment > zero else zero  # noqa: FURB136
        attachment = attachment if attachment < most else most  # noqa: FURB136
        values = (
            v0 * numbers[s + _ROW[3]]
            + v1 * numbers[s + _ROW[4]]
            + v2 * numbers[s + _ROW[5]]
            + v3 * numbers[s + _ROW[6]]
            + v4 * numbers[s + _ROW[7]]
            + v5 * numbers[s + _ROW[8]]
            + v6 * numbers[s + _ROW[9]]
            + v7 * numbers[s + _ROW[10]]
            + v8 * numbers[s + _ROW[11]]
            + v9 * numbers[s + _ROW[12]]
        )
        whole = numbers[s + start] + attachment + values + shared[k] * numbers[s + _ROW[INVERSE]]
        out[k] = whole if ok[k] else nothing


@inlined
def above(sums: Array, n: Number, bound: Number, out: Array) -> Number:
    """Write which of the first n are greater than the bound; how many. ``out`` needs room for one more."""
    found = 0
    for k in range(n):
        out[found] = k
        found += sums[k] > bound
    return found


@fast
def circumstances(
    a: Person, facts: Array, first: Number, those: Array, n: Number, near: Array, shared: Array, tables: Any, f: Figures
) -> None:
    """Write into ``shared`` the demographics, in points and single precision, of the first n of ``those`` counted from
    slot ``first``; how many languages they share stands there, and in ``near`` how near they are, negative where that
    is unknown. Nothing is asked that would have to be guessed, so that many are worked on at once."""
    years, plans, habits, faith = tables.years, tables.plans[a.plans], tables.habits[a.habits], tables.faith[a.faith]
    one = np.float32(1.0)
    for c in range(n):
        fact = facts[np.uint64(first + those[c])]
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
def at_most(a: Person, youngest: Any, oldest: Any, nearest: Number, tables: Any, f: Figures) -> Number:
    """The most points that demographics can be worth of people from the one to the other age, none nearer than that:
    whatever is unknown of them or is not looked at fits entirely, which can only raise a mean."""
    gap = max(0, np.int64(youngest.age) - np.int64(a.age), np.int64(a.age) - np.int64(oldest.age))
    known = tables.years[gap] + f.weights[1] * nearest
    return f.points[3] * (f.rest - f.weights[0] + known) / (f.rest + f.weights[1])


@fast
def total(chance: Array, first: Number, n: Number, ok: Array) -> Number:
    """The sum of the chances of those marked, in four lanes that are added in one order."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    four = n - n % 4
    at = np.uint64(first)
    for k in range(0, four, 4):
        u = np.uint64(k)
        a += chance[at + u] * ok[k]
        b += chance[at + u + np.uint64(1)] * ok[k + 1]
        c += chance[at + u + np.uint64(2)] * ok[k + 2]
        d += chance[at + u + np.uint64(3)] * ok[k + 3]
    for k in range(four, n):
        a += chance[at + np.uint64(k)] * ok[k]
    return (a + b) + (c + d)


@exactly
def kth_greatest(x: Array, n: Number, k: Number) -> Number:
    """The k-th greatest of the first n; it puts them in another order (Hoare 1961, Algorithm 65)."""
    low, high = 0, n - 1
    while low < high:
        pivot = x[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while x[i] > pivot:
                i += 1
            while x[j] < pivot:
                j -= 1
            if i <= j:
                x[i], x[j] = x[j], x[i]
                i += 1
                j -= 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            break
    return float(x[k - 1])


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
