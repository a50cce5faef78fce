"""The loops of ``stable-v1`` over flat arrays: ``stable.Draft`` of the domain without an object per person.

Everywhere, row r is a viewer and the edges ``indptr[r]`` to ``indptr[r + 1]`` are their options, best first. ``taken``
marks the edges that are in a list, ``free`` counts a row's empty places, ``shown`` in how many lists a candidate is.
All three are changed in place. The time is linear in edges for a round, and each repair looks only at those it is for.
"""

import numpy as np
import numpy.typing as npt

from adapters.matching.jit import jit

Flags = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@jit
def settle(
    indptr: Longs, candidates: Ints, merits: Floats, targets: Ints, shown: Ints, free: Ints, taken: Flags
) -> None:
    """``Draft.settle``. What each candidate holds is a heap, the least first, in a stretch of one array."""
    start = _stretches(np.maximum(0, targets - shown))
    held = np.zeros(len(shown), np.int32)
    worth = np.empty(start[-1], np.float64)
    rows = np.empty(start[-1], np.int32)
    edges = np.empty(start[-1], np.int64)
    reached = indptr[:-1].copy()
    queued = (free > 0).astype(np.uint8)
    asking = np.empty(len(free), np.int32)
    waiting = np.count_nonzero(queued)
    asking[:waiting] = np.nonzero(queued)[0]
    while waiting:
        row = asking[waiting - 1]
        edge = _next(row, indptr, candidates, targets, shown, free, taken, reached)
        if edge < 0:
            waiting -= 1
            queued[row] = 0
            continue
        candidate = candidates[edge]
        base, size = start[candidate], held[candidate]
        if size < start[candidate + 1] - base:
            _rise(worth, rows, edges, base, size, merits[edge], row, edge)
            held[candidate] += 1
            free[row] -= 1
        elif _less(worth[base], rows[base], merits[edge], row):
            loser = rows[base]
            _sink(worth, rows, edges, base, size, merits[edge], row, edge)
            free[row] -= 1
            free[loser] += 1
            if not queued[loser]:
                queued[loser] = 1
                asking[waiting] = loser
                waiting += 1
    for candidate in range(len(shown)):
        shown[candidate] += held[candidate]
        for place in range(start[candidate], start[candidate] + held[candidate]):
            taken[edges[place]] = 1


@jit
def _stretches(lengths: Ints) -> Longs:
    """Where each stretch of an array begins, and where the last ends."""
    start = np.zeros(len(lengths) + 1, np.int64)
    start[1:] = np.cumsum(lengths)
    return start


@jit
def _next(
    row: int,
    indptr: Longs,
    candidates: Ints,
    targets: Ints,
    shown: Ints,
    free: Ints,
    taken: Flags,
    reached: Longs,
) -> int:
    """The next edge at which a row with an empty place may ask, -1 when it is done."""
    if free[row]:
        for edge in range(reached[row], indptr[row + 1]):
            candidate = candidates[edge]
            if targets[candidate] > shown[candidate] and not taken[edge]:
                reached[row] = edge + 1
                return edge
        reached[row] = indptr[row + 1]
    return -1


@jit
def _less(worth: float, row: int, other: float, other_row: int) -> bool:
    """Whether the first offer gives way to the second: by merit, then to the viewer who comes first."""
    return worth < other or (worth == other and row > other_row)


@jit
def _rise(worth: Floats, rows: Ints, edges: Longs, base: int, size: int, merit: float, row: int, edge: int) -> None:
    """Add an offer to a heap of ``size`` that has room."""
    place = size
    while place:
        parent = (place - 1) // 2
        if not _less(merit, row, worth[base + parent], rows[base + parent]):
            break
        _copy(worth, rows, edges, base + parent, base + place)
        place = parent
    worth[base + place], rows[base + place], edges[base + place] = merit, row, edge


@jit
def _sink(worth: Floats, rows: Ints, edges: Longs, base: int, size: int, merit: float, row: int, edge: int) -> None:
    """Put an offer in the place of the least in a heap of ``size``."""
    place = 0
    while 2 * place + 1 < size:
        child = base + 2 * place + 1
        if child + 1 < base + size and _less(worth[child + 1], rows[child + 1], worth[child], rows[child]):
            child += 1
        if not _less(worth[child], rows[child], merit, row):
            break
        _copy(worth, rows, edges, child, base + place)
        place = child - base
    worth[base + place], rows[base + place], edges[base + place] = merit, row, edge


@jit
def _copy(worth: Floats, rows: Ints, edges: Longs, source: int, target: int) -> None:
    worth[target], rows[target], edges[target] = worth[source], rows[source], edges[source]


@jit
def take_best(indptr: Longs, free: Ints, taken: Flags, candidates: Ints, shown: Ints) -> None:
    """Fill every list from the top, whoever that shows."""
    for row in range(len(free)):
        for edge in range(indptr[row], min(indptr[row + 1], indptr[row] + free[row])):
            taken[edge] = 1
            shown[candidates[edge]] += 1
            free[row] -= 1


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
    indptr: Longs, candidates: Ints, merits: Floats, ceilings: Ints, shown: Ints, free: Ints, taken: Flags
) -> None:
    """``Draft.refill``. In whose lists somebody is, is looked up at the first list that is short."""
    short: Longs = np.nonzero((free > 0) & (_chosen(indptr, taken) < indptr[1:] - indptr[:-1]))[0]
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
def _chosen(indptr: Longs, taken: Flags) -> Longs:
    chosen = np.zeros(len(indptr) - 1, np.int64)
    for row in range(len(chosen)):
        for edge in range(indptr[row], indptr[row + 1]):
            chosen[row] += taken[edge]
    return chosen


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
