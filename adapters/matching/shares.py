"""The second pass over everybody, compiled: each candidate's fair share, from all who may see them."""

from typing import Any

import numpy as np

from adapters.matching.columns import Array
from adapters.matching.compiled import Number, exactly, kept
from adapters.matching.kernels import meet
from adapters.matching.lanes import plus, read, spread, total, where, within
from adapters.matching.people import HIDDEN, ROAMS
from adapters.matching.sieves import distances, listed, sift
from adapters.matching.slices import LANES
from adapters.matching.walk import measure, settle, slots_of, span, tiles_near, together
from saltbitter_domain.compatibility.records import ANYWHERE


@kept
def chances(p: Any, rows: Array, chance: Array, slots: Any, index: Any, figures: Array, w: Any, out: Array) -> None:
    """Add for each of the rows what everybody who may see them has to give: ``chance`` is by slot, 0 of those who look
    at nobody. Who is incognito, excluded or liked is left to ``exceptions``."""
    halves = figures[0].halves
    n: Number = np.int64(0)
    while n < len(rows):
        size = together(p.who, rows, n, index.cells)
        home = p.who[rows[n]]
        apart, limit = settle(p.who, rows, n, size, index, w)
        many = tiles_near(home, apart, limit, index.tiles, w.tiles, w.dots)
        if home.limit == ANYWHERE:
            w.tiles[many] = len(index.tiles) - 2
            many += 1
        for t in range(many):
            _sum_up(w.tiles[t], p, rows, n, size, chance, slots, index, halves, w, out)
        n += size


@exactly
def _sum_up(
    tile: Number,
    p: Any,
    rows: Array,
    n: Number,
    size: Number,
    chance: Array,
    slots: Any,
    index: Any,
    halves: Number,
    w: Any,
    out: Array,
) -> None:
    """Add what the people of a tile have to give to a group."""
    measured = tile < len(index.tiles) - 2
    home = p.who[rows[n]]
    closest = 0
    for g in range(size):
        if measured and (g == 0 or w.row[g] != w.row[g - 1]):
            closest, _ = measure(tile, p.who[rows[n + g]], halves, w.row[g], index, w)
        w.closest[g] = closest
    apart = ROAMS if measured and home.limit == ANYWHERE else 0
    for s in range(index.tiles[tile].slices, index.tiles[tile + 1].slices):
        part = index.slices[s]
        if not home.seeks & part.genders:
            continue
        begins, ends = slots_of(part, index.ages)
        told = np.int64(-1)
        for g in range(size):
            a = p.who[rows[n + g]]
            if w.closest[g] > a.limit or a.paused or a.answers & HIDDEN:
                continue
            first, last = span(a, part, index.ages)
            if first >= last:
                continue
            start = begins // LANES * LANES
            if w.row[g] != told:
                told = w.row[g]
                distances(slots.cell, start, ends, w.reach[told], measured, w.far)
            refuses = np.uint32(a.refuses | apart)
            given = spread(0.0)
            for at in range(first // LANES * LANES, last, LANES):
                bits = sift(a, refuses, slots, at, w.far, at - start) & within(at, first, last)
                given = plus(given, where(read(chance, at), bits))
            out[rows[n + g]] += total(given)


@kept
def exceptions(
    who: Any,
    viewers: Array,
    weight: Array,
    excluded: Any,
    likers: Any,
    inner: Array,
    low: Number,
    high: Number,
    out: Array,
) -> None:
    """Put right in ``out`` what ``chances`` left of the people from ``low`` up to ``high``: nobody sees themselves or
    whom they must not, and whoever is incognito is seen by those they like."""
    for n in range(len(viewers)):
        v = viewers[n]
        a = who[v]
        if low <= v < high and not a.answers & HIDDEN and meet(a, a):
            out[v] -= weight[v]
        for e in range(excluded.first[a.row], excluded.first[a.row + 1]):
            row = inner[excluded.rows[e]]
            if low <= row < high and row != v and not who[row].answers & HIDDEN and meet(a, who[row]):
                out[row] -= weight[v]
        for e in range(likers.first[a.row], likers.first[a.row + 1]):
            row = inner[likers.rows[e]]
            if row < low or row >= high or row == v or not who[row].answers & HIDDEN:
                continue
            if meet(a, who[row]) and not listed(excluded, a.row, who[row].row):
                out[row] += weight[v]
