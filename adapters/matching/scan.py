"""The first pass over everybody, compiled: the best for each viewer.

A candidate passes three sieves. Plain comparisons of small numbers say who may be shown at all; single precision says
who might be among the best, first without demographics, which are at most so much, and then with them; and whoever is
left is judged in double precision, operation by operation as the domain does it. The threshold of the second sieve is
the k-th best so far less ``MARGIN``, so that nothing is lost to rounding: what comes out is exact."""

from typing import Any

import numpy as np

from adapters.matching.columns import Array
from adapters.matching.compiled import Number, exactly, inlined, kept
from adapters.matching.kernels import Figures, Person, meet, nearness, score, shared_words
from adapters.matching.lanes import above, lowest, ones, within, write
from adapters.matching.people import HIDDEN, ROAMS
from adapters.matching.sieves import (
    circumstances,
    demographics_at_most,
    distances,
    estimate,
    listed,
    prepare,
    ranked,
    settled,
    sift,
)
from adapters.matching.slices import CHUNK, LANES
from adapters.matching.walk import (
    BARRED,
    SPARE,
    Workspace,
    bar,
    halfway,
    measure,
    settle,
    slots_of,
    span,
    tiles_near,
    together,
)
from saltbitter_domain.compatibility.records import ANYWHERE

MARGIN = np.float32(2e-3)
"""Points. Single precision errs by less than a tenth of it: some forty operations on numbers below a hundred."""

workspace = Workspace.of


@kept
def best(
    v: Any,
    rows: Array,
    mine: Array,
    places: Array,
    excluded: Any,
    likers: Any,
    inner: Array,
    p: Any,
    slots: Any,
    index: Any,
    tables: Any,
    rarity: Array,
    figures: Array,
    k: Number,
    w: Any,
    out: Any,
) -> None:
    """Write the ``k`` best of each viewer ``rows`` of ``v`` into the rows ``places`` of ``out``.

    ``mine`` are their rows in ``p``, -1 of whoever is not there; ``excluded`` and ``likers`` are lists by ``row``, and
    ``inner`` has the places in ``p`` of the rows in them. Viewers of one tile who seek the same should follow one
    another. ``w`` is a workspace of the caller's thread."""
    f = figures[0]
    n: Number = np.int64(0)
    while n < len(rows):
        size = together(v.who, rows, n, index.cells)
        home = v.who[rows[n]]
        apart, limit = settle(v.who, rows, n, size, index, w)
        many = tiles_near(home, apart, limit, index.tiles, w.tiles, w.dots)
        if home.limit == ANYWHERE:
            w.tiles[many] = len(index.tiles) - 2
            many += 1
        for g in range(size):
            i = rows[n + g]
            w.counts[g], w.cuts[g] = 0, -np.inf
            bar(v.who[i].row, mine[n + g], excluded, p.who, w.barred[g])
            w.tags[g] = prepare(v, i, rarity, f, w.worth[g], w.tag[g], w.share[g], w.base[g])
        for t in range(many):
            _through(
                w.tiles[t], v, rows, n, size, mine, places, excluded, p, slots, index, tables, rarity, f, k, w, out
            )
        for g in range(size):
            i, place = rows[n + g], places[n + g]
            out.eligible[place] -= _withheld(v.who[i], mine[n + g], excluded, inner, p.who)
            _who_like(v, i, g, mine[n + g], place, excluded, likers, inner, p, tables, rarity, f, k, w, out)
            _finish(v, i, g, place, p, tables, rarity, f, k, w, out)
        n += size


@exactly
def _through(
    tile: Number,
    v: Any,
    rows: Array,
    n: Number,
    size: Number,
    mine: Array,
    places: Array,
    excluded: Any,
    p: Any,
    slots: Any,
    index: Any,
    tables: Any,
    rarity: Array,
    f: Figures,
    k: Number,
    w: Any,
    out: Any,
) -> None:
    """Take a group of viewers through the slices of a tile."""
    measured = tile < len(index.tiles) - 2
    home = v.who[rows[n]]
    closest, nearest = 0, 1.0
    for g in range(size):
        if measured and (g == 0 or w.row[g] != w.row[g - 1]):
            closest, nearest = measure(tile, v.who[rows[n + g]], f.halves, w.row[g], index, w)
        w.closest[g] = closest
        w.most[g] = nearest
    # Two people without a limit meet nowhere, and only there.
    apart = ROAMS if measured and home.limit == ANYWHERE else 0
    for s in range(index.tiles[tile].slices, index.tiles[tile + 1].slices):
        part = index.slices[s]
        if not home.seeks & part.genders:
            continue
        begins, ends = slots_of(part, index.ages)
        start, told = begins // LANES * LANES, np.int64(-1)
        for g in range(size):
            i, place = rows[n + g], places[n + g]
            a = v.who[i]
            if w.closest[g] > a.limit or a.paused:
                continue
            first, last = span(a, part, index.ages)
            out.scanned[place] += last - first
            if first < last and w.row[g] != told:
                told = w.row[g]
                distances(slots.cell, start, ends, w.reach[told], measured, w.far)
            refuses = np.uint32(a.refuses | HIDDEN | apart)
            # Those nearest in age first: the sooner good ones are found, the fewer others have to be looked at.
            least = first // LANES * LANES
            middle = halfway(a, part, index.ages, first, last) // LANES * LANES
            up, down = middle, middle
            while up < last or down > least:
                if up < last and (down <= least or up - middle <= middle - down):
                    at, up = up, up + CHUNK
                    end = min(up, last)
                else:
                    end, down = down, max(least, down - CHUNK)
                    at = down
                _admit(
                    v,
                    i,
                    g,
                    mine[n + g],
                    at,
                    end,
                    first,
                    last,
                    start,
                    measured,
                    refuses,
                    place,
                    excluded,
                    p,
                    slots,
                    tables,
                    rarity,
                    f,
                    k,
                    w,
                    out,
                )


@inlined
def _admit(
    v: Any,
    i: Number,
    g: Number,
    me: Number,
    at: Number,
    end: Number,
    first: Number,
    last: Number,
    start: Number,
    measured: bool,
    refuses: Number,
    place: Number,
    excluded: Any,
    p: Any,
    slots: Any,
    tables: Any,
    rarity: Array,
    f: Figures,
    k: Number,
    w: Any,
    out: Any,
) -> None:
    """Count who of the slots from ``at`` up to ``end``, and from ``first`` up to ``last``, may be shown to the viewer,
    and add those who may be of their best. ``far`` of the workspace begins at ``start``."""
    a = v.who[i]
    most = demographics_at_most(a, slots.facts[max(at, first)], slots.facts[end - 1], w.most[g], tables, f)
    bound = np.float32(w.cuts[g] - most)
    those, may = 0, np.uint64(0)
    for here in range(at, end, LANES):
        bits = sift(a, refuses, slots, here, w.far, here - start) & within(here, first, last)
        if not bits:
            continue
        may += ones(bits)
        points = estimate(slots, len(rarity), here, w.worth[g], w.base[g, 0], w.tag[g], w.share[g], w.tags[g])
        bits &= above(points, bound)
        if bits:
            write(w.lanes, 0, points)
        while bits:
            lane = lowest(bits)
            w.those[those], w.sums[those] = here + lane, w.lanes[lane]
            those += 1
            bits &= bits - np.uint64(1)
    out.eligible[place] += np.int64(may)
    _nearness(a, those, measured, w.row[g], p.who, slots, f, w)
    for c in range(those):
        w.shared[c] = shared_words(v.languages, i, slots.languages, w.those[c])
    circumstances(a, slots.facts, w.those, those, w.close, w.shared, tables, f)
    for c in range(those):
        merit = w.sums[c] + w.shared[c]
        if merit > w.cuts[g]:
            fact = slots.facts[w.those[c]]
            if w.barred[g, fact.key & BARRED] and (fact.row == me or listed(excluded, a.row, fact.key)):
                continue
            _append(v, i, g, fact.row, merit, p, tables, rarity, f, k, w)


@inlined
def _nearness(a: Person, n: Number, measured: bool, row: Number, who: Any, slots: Any, f: Figures, w: Any) -> None:
    """Write into ``close`` how near the first n of ``those`` are, -1 where that is unknown."""
    if measured:
        near = w.near[row]
        for c in range(n):
            w.close[c] = near[np.uint64(slots.facts[w.those[c]].cell)]
        return
    for c in range(n):
        fact = slots.facts[w.those[c]]
        close = nearness(a, who[fact.row], f.halves) if fact.cell >= 0 else np.nan
        w.close[c] = -1.0 if np.isnan(close) else close


@inlined
def _append(
    v: Any,
    i: Number,
    g: Number,
    row: Number,
    merit: Number,
    p: Any,
    tables: Any,
    rarity: Array,
    f: Figures,
    k: Number,
    w: Any,
) -> None:
    n = w.counts[g]
    w.scores[g, n], w.found[g, n] = merit, row
    w.counts[g] = n + 1
    if n + 1 == w.scores.shape[1]:
        _shrink(v, i, g, p, tables, rarity, f, k, w)


@exactly
def _withheld(a: Person, me: Number, excluded: Any, inner: Array, who: Any) -> Number:
    """How many the sieves let through who may not be shown: the viewer, and those excluded."""
    count = 0
    if me >= 0 and not who[me].answers & HIDDEN and meet(a, who[me]):
        count += 1
    for e in range(excluded.first[a.row], excluded.first[a.row + 1]):
        row = inner[excluded.rows[e]]
        if row != me and not who[row].answers & HIDDEN and meet(a, who[row]):
            count += 1
    return count


@exactly
def _who_like(
    v: Any,
    i: Number,
    g: Number,
    me: Number,
    place: Number,
    excluded: Any,
    likers: Any,
    inner: Array,
    p: Any,
    tables: Any,
    rarity: Array,
    f: Figures,
    k: Number,
    w: Any,
    out: Any,
) -> None:
    """Add those who are incognito and like the viewer: no sieve lets them through."""
    a = v.who[i]
    for e in range(likers.first[a.row], likers.first[a.row + 1]):
        row = inner[likers.rows[e]]
        b = p.who[row]
        if row != me and b.answers & HIDDEN and meet(a, b) and not listed(excluded, a.row, b.row):
            out.eligible[place] += 1
            n = w.counts[g]
            w.found[g, n], w.counts[g] = row, n + 1
            _judge(v, i, g, n, p, tables, rarity, f, w)
            w.scores[g, n] = w.merits[0, n]
            if n + 1 == w.scores.shape[1]:
                _shrink(v, i, g, p, tables, rarity, f, k, w)


@exactly
def _sort_out(g: Number, k: Number, w: Any) -> None:
    """Keep the k best of a viewer, and whoever comes so near to them that single precision cannot tell."""
    scores, found, n = w.scores[g], w.found[g], w.counts[g]
    cut = max(w.cuts[g], np.float32(settled(scores, n, k, w.cuts[g]) - MARGIN))
    kept_ = 0
    for e in range(n):
        if scores[e] > cut:
            scores[kept_], found[kept_] = scores[e], found[e]
            kept_ += 1
    w.counts[g], w.cuts[g] = kept_, cut


@exactly
def _shrink(v: Any, i: Number, g: Number, p: Any, tables: Any, rarity: Array, f: Figures, k: Number, w: Any) -> None:
    """Make room for more. Where too many are as good as equal, the exact k best are kept."""
    _sort_out(g, k, w)
    n = w.counts[g]
    if n <= w.scores.shape[1] - SPARE // 2:
        return
    _judge(v, i, g, np.int64(0), p, tables, rarity, f, w)
    ranked(w.merits[0], w.orders, n, w.places)
    for e in range(n):
        w.orders[e] = w.found[g, e]
    for e in range(k):
        w.found[g, e] = w.orders[w.places[e]]
        w.scores[g, e] = w.merits[0, w.places[e]]
    w.counts[g], w.cuts[g] = k, np.float32(w.scores[g, k - 1] - MARGIN)


@exactly
def _judge(v: Any, i: Number, g: Number, first: Number, p: Any, tables: Any, rarity: Array, f: Figures, w: Any) -> None:
    """The exact merits and scores of a viewer's best from ``first`` on, and their places in the order of precedence."""
    near = w.near[w.row[g]]
    # A first look at what a score reads, so that the trips to memory are under way together and not one by one.
    for e in range(first, w.counts[g]):
        row = w.found[g, e]
        b = p.who[row]
        w.merits[1, e] = near[b.cell] if b.cell >= 0 else np.nan
        w.merits[0, e] = b.length + b.values[9] + p.interests[row, 0] + p.languages[row, 0]
    for e in range(first, w.counts[g]):
        row = w.found[g, e]
        b = p.who[row]
        close = w.merits[1, e]
        if np.isnan(close):
            close = nearness(v.who[i], b, f.halves)
        w.merits[1, e] = score(v, i, p, row, close, rarity, tables, f)
        w.merits[0, e] = w.merits[1, e] - b.advantage
        w.orders[e] = b.order


@exactly
def _finish(
    v: Any,
    i: Number,
    g: Number,
    place: Number,
    p: Any,
    tables: Any,
    rarity: Array,
    f: Figures,
    k: Number,
    w: Any,
    out: Any,
) -> None:
    """Write the k best of a viewer."""
    if w.counts[g] > k:
        _sort_out(g, k, w)
    _judge(v, i, g, np.int64(0), p, tables, rarity, f, w)
    ranked(w.merits[0], w.orders, w.counts[g], w.places)
    n = min(w.counts[g], k)
    for e in range(n):
        out.candidates[place, e] = w.orders[w.places[e]]
        out.merits[place, e] = w.merits[0, w.places[e]]
        out.scores[place, e] = w.merits[1, w.places[e]]
    out.counts[place] = n
