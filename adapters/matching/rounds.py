"""The loops of ``stable-v1`` over flat arrays: ``stable.Draft`` of the domain without an object per person.

Everywhere, row r is a viewer and the edges ``indptr[r]`` to ``indptr[r + 1]`` are their options, best first. ``taken``
marks the edges that are in a list, ``free`` counts a row's empty places, ``shown`` in how many lists a candidate is.
All three are changed in place. A round takes time linear in edges, and each repair looks only at those it is for.

Viewer and candidate value an edge alike, by its merit, and so the stable assignment of a round, which the domain finds
by deferred acceptance, is also what plain greed finds: edges by merit, each taken where there is room on both sides
(the best edge left is best for both its ends, so no other assignment without it is stable). Greed over edges sorted
once looks at each of them once and waits for no memory, which at millions is ten times faster than proposals.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from adapters.matching.jit import jit

Flags = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


_CLOSE = 1e-200
"""Worths this close are of one step, since so fine a step could not be told from none."""


class Order(NamedTuple):
    """Edges still in play, most worth first, and beside each its ends: the row in the upper half, the candidate in the
    lower."""

    edges: npt.NDArray[np.uint32]
    ends: npt.NDArray[np.uint64]


def order_of(indptr: Longs, candidates: Ints, worth: Floats, free: Ints, taken: Flags) -> Order:
    """The edges that are not taken yet of rows with an empty place, by worth, then by row, then by candidate.

    What is sorted are whole numbers, several times faster than edges by their worth: each has, in its upper bits, how
    far the worth lies below the greatest in as fine steps as fit, and the edge in the others. Worths of the same step
    are put right afterwards."""
    bits = np.uint64(len(candidates).bit_length())
    most = worth.max(initial=-np.inf)
    apart = most - worth.min(initial=np.inf)
    steps = (2.0 ** (63 - int(bits)) - 1.0) / max(apart, _CLOSE)
    keys = _in_play(indptr, worth, free, taken, most, steps, bits)
    keys.sort()
    return Order(_put_right(keys, bits, _ends(indptr, candidates), worth), keys)


@jit
def _in_play(
    indptr: Longs, worth: Floats, free: Ints, taken: Flags, most: float, steps: float, bits: np.uint64
) -> npt.NDArray[np.uint64]:
    count = 0
    for row in range(len(free)):
        if free[row]:
            count += indptr[row + 1] - indptr[row]
    keys = np.empty(count, np.uint64)
    count = 0
    for row in range(len(free)):
        if free[row]:
            for edge in range(indptr[row], indptr[row + 1]):
                if not taken[edge]:
                    keys[count] = (np.uint64((most - worth[edge]) * steps) << bits) | np.uint64(edge)
                    count += 1
    return keys[:count]


@jit
def _ends(indptr: Longs, candidates: Ints) -> npt.NDArray[np.uint64]:
    """The ends of every edge, as in ``Order``."""
    ends = np.empty(len(candidates), np.uint64)
    for row in range(len(indptr) - 1):
        for edge in range(indptr[row], indptr[row + 1]):
            ends[edge] = (np.uint64(row) << np.uint64(32)) | np.uint64(candidates[edge])
    return ends


@jit
def _put_right(
    keys: npt.NDArray[np.uint64], bits: np.uint64, ends: npt.NDArray[np.uint64], worth: Floats
) -> npt.NDArray[np.uint32]:
    """The edges of the sorted keys, those of one step sorted by insertion: they are few or, where their worths are the
    same, in order already but for candidates of one row. The keys become the ends."""
    edges = np.empty(len(keys), np.uint32)
    rest = (np.uint64(1) << bits) - np.uint64(1)
    first = 0
    for k in range(len(keys)):
        edge, place = np.uint32(keys[k] & rest), k
        if keys[k] >> bits != keys[first] >> bits:
            first = k
        while place > first and _before(edge, edges[place - 1], ends, worth):
            edges[place] = edges[place - 1]
            place -= 1
        edges[place] = edge
    for k in range(len(keys)):
        keys[k] = ends[edges[k]]
    return edges


@jit
def _before(edge: np.uint32, other: np.uint32, ends: npt.NDArray[np.uint64], worth: Floats) -> bool:
    """By worth, then by row, then by candidate."""
    if worth[edge] != worth[other]:
        return bool(worth[edge] > worth[other])
    return bool(ends[edge] < ends[other])


@jit
def settle(
    edges: npt.NDArray[np.uint32], ends: npt.NDArray[np.uint64], targets: Ints, shown: Ints, free: Ints, taken: Flags
) -> None:
    """``Draft.settle``, over an ``Order``."""
    for k in range(len(edges)):
        row = ends[k] >> np.uint64(32)
        if free[row]:
            candidate = ends[k] & np.uint64(0xFFFFFFFF)
            if shown[candidate] < targets[candidate] and not taken[edges[k]]:
                taken[edges[k]] = 1
                free[row] -= 1
                shown[candidate] += 1


@jit
def lift(indptr: Longs, candidates: Ints, merits: Floats, floors: Ints, shown: Ints, taken: Flags) -> None:
    """``Draft.lift``. Only of whoever is below their floor is it looked up where they could be shown."""
    below = np.nonzero(shown < floors)[0]
    if not len(below):
        return
    number = np.full(len(shown), -1, np.int32)
    for n in range(len(below)):
        number[below[n]] = n
    start, rows, edges = _offers(indptr, candidates, taken, number, len(below))
    for n in range(len(below)):
        candidate = below[n]
        first, last = start[n], start[n + 1]
        for k in np.argsort(-merits[edges[first:last]], kind="mergesort"):
            if shown[candidate] == floors[candidate]:
                break
            row = rows[first + k]
            leaving = _least_above_floor(indptr[row], indptr[row + 1], candidates, floors, shown, taken)
            if leaving >= 0:
                taken[leaving] = 0
                shown[candidates[leaving]] -= 1
                taken[edges[first + k]] = 1
                shown[candidate] += 1


@jit
def _offers(indptr: Longs, candidates: Ints, taken: Flags, number: Ints, count: int) -> tuple[Longs, Ints, Longs]:
    """Where each of the numbered candidates could be shown and is not: rows and edges, one candidate after another
    from ``start`` on, rows ascending."""
    start = np.zeros(count + 2, np.int64)
    for edge in range(len(candidates)):
        n = number[candidates[edge]]
        if n >= 0 and not taken[edge]:
            start[n + 2] += 1
    start = np.cumsum(start)
    rows, edges = np.empty(start[-1], np.int32), np.empty(start[-1], np.int64)
    for row in range(len(indptr) - 1):
        for edge in range(indptr[row], indptr[row + 1]):
            n = number[candidates[edge]]
            if n >= 0 and not taken[edge]:
                rows[start[n + 1]], edges[start[n + 1]] = row, edge
                start[n + 1] += 1
    return start, rows, edges


@jit
def _least_above_floor(first: int, last: int, candidates: Ints, floors: Ints, shown: Ints, taken: Flags) -> int:
    for edge in range(last - 1, first - 1, -1):
        if taken[edge] and shown[candidates[edge]] > floors[candidates[edge]]:
            return edge
    return -1


@jit
def refill(
    indptr: Longs, candidates: Ints, merits: Floats, ceilings: Ints, quota: int, shown: Ints, free: Ints, taken: Flags
) -> None:
    """``Draft.refill``. In whose lists somebody is, is looked up at the first list that is short."""
    short: Longs = np.nonzero((free > 0) & (quota - free < indptr[1:] - indptr[:-1]))[0]
    if not len(short):
        return
    start = _stretches(np.maximum(ceilings, shown))
    held = np.zeros(len(shown), np.int32)
    rows, edges = np.empty(start[-1], np.int32), np.empty(start[-1], np.int64)
    _hold_all(indptr, candidates, taken, start, held, rows, edges)
    for n in range(len(short)):
        row = short[n]
        for edge in range(indptr[row], indptr[row + 1]):
            if not free[row]:
                break
            candidate = candidates[edge]
            if taken[edge]:
                continue
            if shown[candidate] < ceilings[candidate]:
                shown[candidate] += 1
            elif not _stand_in(candidate, indptr, candidates, merits, ceilings, shown, taken, start, held, rows, edges):
                continue
            taken[edge] = 1
            free[row] -= 1
            _hold(candidate, row, edge, start, held, rows, edges)


@jit
def _stretches(lengths: Ints) -> Longs:
    """Where each stretch of an array begins, and where the last ends."""
    start = np.zeros(len(lengths) + 1, np.int64)
    start[1:] = np.cumsum(lengths)
    return start


@jit
def _hold_all(
    indptr: Longs, candidates: Ints, taken: Flags, start: Longs, held: Ints, rows: Ints, edges: Longs
) -> None:
    for row in range(len(indptr) - 1):
        for edge in range(indptr[row], indptr[row + 1]):
            if taken[edge]:
                _hold(candidates[edge], row, edge, start, held, rows, edges)


@jit
def _hold(candidate: int, row: int, edge: int, start: Longs, held: Ints, rows: Ints, edges: Longs) -> None:
    place = start[candidate] + held[candidate]
    rows[place], edges[place] = row, edge
    held[candidate] += 1


@jit
def _stand_in(
    candidate: int,
    indptr: Longs,
    candidates: Ints,
    merits: Floats,
    ceilings: Ints,
    shown: Ints,
    taken: Flags,
    start: Longs,
    held: Ints,
    rows: Ints,
    edges: Longs,
) -> bool:
    """Take somebody at their ceiling out of the list in which another costs least merit, ties by row, and put that
    other in; whether there is one."""
    best, found, least = -1, -1, np.inf
    for place in range(start[candidate], start[candidate] + held[candidate]):
        row = rows[place]
        for edge in range(indptr[row], indptr[row + 1]):
            if not taken[edge] and shown[candidates[edge]] < ceilings[candidates[edge]]:
                loss = merits[edges[place]] - merits[edge]
                if found < 0 or loss < least or (loss == least and row < rows[best]):
                    best, found, least = place, edge, loss
                break
    if found < 0:
        return False
    host, other = rows[best], candidates[found]
    taken[edges[best]], taken[found] = 0, 1
    held[candidate] -= 1
    last = start[candidate] + held[candidate]
    rows[best], edges[best] = rows[last], edges[last]
    _hold(other, host, found, start, held, rows, edges)
    shown[other] += 1
    return True


@jit
def listed(
    indptr: Longs, candidates: Ints, merits: Floats, taken: Flags, quota: int
) -> tuple[npt.NDArray[np.int32], Floats]:
    """The lists, and what is in them is worth; empty places are -1 and NaN."""
    lists = np.full((len(indptr) - 1, quota), -1, np.int32)
    worth = np.full((len(indptr) - 1, quota), np.nan)
    for row in range(len(indptr) - 1):
        place = 0
        for edge in range(indptr[row], indptr[row + 1]):
            if taken[edge]:
                lists[row, place], worth[row, place] = candidates[edge], merits[edge]
                place += 1
    return lists, worth
