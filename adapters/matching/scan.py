"""The two passes over everybody, compiled: the best for each viewer, and then each candidate's fair share."""

from typing import NamedTuple, Self

import numpy as np

from adapters.matching.columns import ANYWHERE, Array
from adapters.matching.kernels import (
    MARGIN,
    SPARE,
    TOGETHER,
    above,
    circumstances,
    estimate,
    exactly,
    fast,
    fill,
    has,
    kth_greatest,
    meet,
    nearness,
    one_cell,
    prepare,
    ranked,
    score,
    sift,
    span,
    suits,
    tiles_near,
    together,
)
from adapters.matching.people import HIDDEN
from adapters.matching.slices import CHUNK, Index


class Workspace(NamedTuple):
    """What a thread scribbles on."""

    scores: Array
    found: Array
    counts: Array
    cuts: Array
    worth: Array
    tag: Array
    share: Array
    tags: Array
    base: Array
    reach: Array
    near: Array
    filled: Array
    tiles: Array
    dots: Array
    far: Array
    ok: Array
    shared: Array
    sums: Array
    those: Array
    merits: Array
    orders: Array
    places: Array

    @classmethod
    def of(cls, index: Index, words: int, k: int) -> Self:
        room = k + max(k, SPARE)
        return cls(
            scores=np.empty((TOGETHER, room), np.float32),
            found=np.empty((TOGETHER, room), np.int32),
            counts=np.empty(TOGETHER, np.int64),
            cuts=np.empty(TOGETHER, np.float32),
            worth=np.empty((TOGETHER, 15), np.float32),
            tag=np.empty((TOGETHER, words + 4), np.int64),
            share=np.empty((TOGETHER, words + 4), np.float32),
            tags=np.empty(TOGETHER, np.int64),
            base=np.empty(TOGETHER, np.int64),
            reach=np.empty(len(index.cells), np.uint16),
            near=np.empty(len(index.cells)),
            filled=np.zeros(len(index.tiles), np.int64),
            tiles=np.empty(len(index.tiles), np.int64),
            dots=np.empty(len(index.tiles)),
            far=np.empty(CHUNK, np.uint16),
            ok=np.empty(CHUNK, np.uint8),
            shared=np.empty(CHUNK, np.float32),
            sums=np.empty(CHUNK, np.float32),
            those=np.empty(CHUNK + 1, np.int64),
            merits=np.empty((2, room)),
            orders=np.empty(room, np.int32),
            places=np.empty(room, np.int64),
        )


def best(v, rows, mine, places, excluded, likers, inner, p, slots, index, tables, rarity, figures, k, out):
    """Write the ``k`` best of each viewer ``rows`` of ``v`` into the rows ``places`` of ``out``.

    ``mine`` are their rows in ``p``, -1 of whoever is not there; ``excluded`` and ``likers`` are lists by ``row``, and
    ``inner`` has the places in ``p`` of the rows in them. Viewers of one cell and kind should follow one another."""
    w = Workspace.of(index, len(rarity), k)
    _best(v, rows, mine, places, excluded, likers, inner, p, slots, index, tables, rarity, figures, k, w, out)


def chances(p, rows, chance, slots, index, figures, out):
    """Add for each of the rows what everybody who may see them has to give: ``chance`` is by slot, 0 of those who look
    at nobody. Who is incognito, excluded or liked is left to ``exceptions``."""
    _chances(p, rows, chance, slots, index, figures, Workspace.of(index, 0, 0), out)


@exactly
def _best(v, rows, mine, places, excluded, likers, inner, p, slots, index, tables, rarity, figures, k, w, out):
    f = figures[0]
    scores, found, counts, cuts = w.scores, w.found, w.counts, w.cuts
    worth, tag, share, tags, base = w.worth, w.tag, w.share, w.tags, w.base
    reach, near, filled, tiles, near_dots = w.reach, w.near, w.filled, w.tiles, w.dots
    far, ok, shared, sums, those = w.far, w.ok, w.shared, w.sums, w.those
    merits, orders, ranks = w.merits, w.orders, w.places
    room = scores.shape[1]
    serial = 0
    n = 0
    nowhere = len(index.tiles) - 2
    while n < len(rows):
        size = together(v.who, rows, n)
        home = v.who[rows[n]]
        latitude, longitude = home.latitude, home.longitude
        placed = not np.isnan(latitude)
        roams = home.limit == ANYWHERE
        if n == 0 or not one_cell(home, v.who[rows[n - 1]]):
            serial += 1
        limit = 0
        for g in range(size):
            i = rows[n + g]
            counts[g], cuts[g] = 0, -np.inf
            tags[g], base[g] = prepare(v.who[i], v.interests, i, rarity, f, worth[g], tag[g], share[g])
            limit = max(limit, v.who[i].limit)
        many = tiles_near(latitude, longitude, limit, index.tiles, tiles, near_dots)
        if roams:
            tiles[many] = nowhere
            many += 1
        for t in range(many):
            tile = tiles[t]
            nearest, closest = 1.0, 0
            if tile != nowhere:
                if filled[tile] != serial:
                    fill(tile, latitude, longitude, f.halves, index, reach, near)
                    filled[tile] = serial
                nearest, closest = 0.0, ANYWHERE
                for cell in range(index.tiles[tile].cells, index.tiles[tile + 1].cells):
                    nearest = max(nearest, near[cell])
                    closest = min(closest, reach[cell])
            most = f.points[3] * (f.rest + f.weights[1] * nearest) / (f.rest + f.weights[1])
            for s in range(index.tiles[tile].slices, index.tiles[tile + 1].slices):
                part = index.slices[s]
                if not suits(home, part.kind) or (roams and tile != nowhere and part.kind >> 6):
                    continue
                for g in range(size):
                    i = rows[n + g]
                    a = v.who[i]
                    if closest > a.limit or a.paused:
                        continue
                    low, high = span(a, part, index.ages)
                    out.scanned[places[n + g]] += high - low
                    deals = np.uint32(a.refuses | HIDDEN) | np.uint32(a.answers) << np.uint32(16)
                    end = low
                    while end < high:
                        first, end = end, min(high, (end // CHUNK + 1) * CHUNK)
                        count = end - first
                        may = sift(a.age, a.limit, deals, slots, tile != nowhere, first, count, reach, far, ok)
                        if not may:
                            continue
                        out.eligible[places[n + g]] += may
                        estimate(
                            slots.numbers,
                            slots.holds,
                            first,
                            count,
                            worth[g],
                            tag[g],
                            share[g],
                            tags[g],
                            len(rarity),
                            base[g],
                            ok,
                            shared,
                            sums,
                        )
                        bound = np.float32(cuts[g] - most)
                        for c in range(above(sums, count, bound, those)):
                            slot = first + those[c]
                            cell = slots.cell[slot]
                            both = placed and cell >= 0
                            close = np.float32(0.0)
                            if both and (tile != nowhere or filled[index.cells[cell].tile] == serial):
                                close = np.float32(near[cell])
                            elif both:
                                close = np.float32(nearness(a, p.who[slots.row[slot]], f.halves))
                            total = sums[those[c]] + circumstances(
                                a, v.languages, i, slots, slot, close, both, tables, f
                            )
                            if not total > cuts[g]:
                                continue
                            row = slots.row[slot]
                            if row == mine[n + g] or listed(excluded, a.row, p.who[row].row):
                                continue
                            scores[g, counts[g]] = total
                            found[g, counts[g]] = row
                            counts[g] += 1
                            if counts[g] == room:
                                counts[g], cuts[g] = shrink(
                                    v, i, p, rarity, tables, f, k, scores[g], found[g], merits, orders, ranks
                                )
        for g in range(size):
            i, place = rows[n + g], places[n + g]
            a = v.who[i]
            out.eligible[place] -= withheld(a, mine[n + g], excluded, inner, p.who)
            for e in range(likers.first[a.row], likers.first[a.row + 1]):
                row = inner[likers.rows[e]]
                b = p.who[row]
                if row == mine[n + g] or not b.answers & HIDDEN or not meet(a, b) or listed(excluded, a.row, b.row):
                    continue
                out.eligible[place] += 1
                scores[g, counts[g]] = score(v, i, p, row, nearness(a, b, f.halves), rarity, tables, f) - b.advantage
                found[g, counts[g]] = row
                counts[g] += 1
                if counts[g] == room:
                    counts[g], cuts[g] = shrink(
                        v, i, p, rarity, tables, f, k, scores[g], found[g], merits, orders, ranks
                    )
            if counts[g] > k:
                counts[g], cuts[g] = sorted_out(scores[g], found[g], counts[g], k, merits[0])
            finish(v, i, p, rarity, tables, f, k, found[g], counts[g], merits, orders, ranks, out, place)
        n += size


@exactly
def listed(lists, i, row):
    """Whether a row is in the list of i."""
    return has(lists.rows, lists.first[i], lists.first[i + 1], row)


@exactly
def withheld(a, me, excluded, inner, who):
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
def sorted_out(scores, found, n, k, trial):
    """Keep the k best, and whoever comes so near to them that single precision cannot tell; how many, and the cut."""
    for e in range(n):
        trial[e] = scores[e]
    cut = np.float32(kth_greatest(trial, n, k) - MARGIN)
    kept = 0
    for e in range(n):
        if scores[e] > cut:
            scores[kept], found[kept] = scores[e], found[e]
            kept += 1
    return kept, cut


@exactly
def shrink(v, i, p, rarity, tables, f, k, scores, found, merits, orders, ranks):
    """As ``sorted_out`` of them all; but where too many are as good as equal, the exact k best are kept."""
    n = len(scores)
    kept, cut = sorted_out(scores, found, n, k, merits[0])
    if kept <= n - SPARE // 2:
        return kept, cut
    judge(v, i, p, rarity, tables, f, found, kept, merits, orders)
    ranked(merits[0], orders, kept, ranks)
    for e in range(kept):
        orders[e] = found[e]
    for e in range(k):
        found[e] = orders[ranks[e]]
        scores[e] = merits[0, ranks[e]]
    return k, np.float32(scores[k - 1] - MARGIN)


@exactly
def judge(v, i, p, rarity, tables, f, found, n, merits, orders):
    """The exact merits and scores of these candidates, and their places in the order of precedence."""
    for e in range(n):
        row = found[e]
        near = nearness(v.who[i], p.who[row], f.halves)
        merits[1, e] = score(v, i, p, row, near, rarity, tables, f)
        merits[0, e] = merits[1, e] - p.who[row].advantage
        orders[e] = p.who[row].order


@exactly
def finish(v, i, p, rarity, tables, f, k, found, n, merits, orders, ranks, out, place):
    """Write the k best of these candidates."""
    judge(v, i, p, rarity, tables, f, found, n, merits, orders)
    ranked(merits[0], orders, n, ranks)
    n = min(n, k)
    for e in range(n):
        out.candidates[place, e] = orders[ranks[e]]
        out.merits[place, e] = merits[0, ranks[e]]
        out.scores[place, e] = merits[1, ranks[e]]
    out.counts[place] = n


@exactly
def _chances(p, rows, chance, slots, index, figures, w, out):
    reach, near, filled, tiles, dots, far, ok = w.reach, w.near, w.filled, w.tiles, w.dots, w.far, w.ok
    serial = 0
    n = 0
    nowhere = len(index.tiles) - 2
    while n < len(rows):
        size = together(p.who, rows, n)
        home = p.who[rows[n]]
        roams = home.limit == ANYWHERE
        if n == 0 or not one_cell(home, p.who[rows[n - 1]]):
            serial += 1
        limit = 0
        for g in range(size):
            limit = max(limit, p.who[rows[n + g]].limit)
        many = tiles_near(home.latitude, home.longitude, limit, index.tiles, tiles, dots)
        if roams:
            tiles[many] = nowhere
            many += 1
        for t in range(many):
            tile = tiles[t]
            closest = 0
            if tile != nowhere:
                if filled[tile] != serial:
                    fill(tile, home.latitude, home.longitude, figures[0].halves, index, reach, near)
                    filled[tile] = serial
                closest = ANYWHERE
                for cell in range(index.tiles[tile].cells, index.tiles[tile + 1].cells):
                    closest = min(closest, reach[cell])
            for s in range(index.tiles[tile].slices, index.tiles[tile + 1].slices):
                part = index.slices[s]
                if not suits(home, part.kind) or (roams and tile != nowhere and part.kind >> 6):
                    continue
                for g in range(size):
                    a = p.who[rows[n + g]]
                    if closest > a.limit or a.paused or a.answers & HIDDEN:
                        continue
                    low, high = span(a, part, index.ages)
                    deals = np.uint32(a.refuses) | np.uint32(a.answers) << np.uint32(16)
                    end = low
                    while end < high:
                        first, end = end, min(high, (end // CHUNK + 1) * CHUNK)
                        count = end - first
                        if sift(a.age, a.limit, deals, slots, tile != nowhere, first, count, reach, far, ok):
                            out[rows[n + g]] += total(chance, first, count, ok)
        n += size


@fast
def total(chance, first, n, ok):
    """The sum of the chances of those marked, in four lanes that are added in one order."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    four = n - n % 4
    for k in range(0, four, 4):
        a += chance[first + k] * ok[k]
        b += chance[first + k + 1] * ok[k + 1]
        c += chance[first + k + 2] * ok[k + 2]
        d += chance[first + k + 3] * ok[k + 3]
    for k in range(four, n):
        a += chance[first + k] * ok[k]
    return (a + b) + (c + d)


@exactly
def exceptions(who, viewers, weight, excluded, likers, inner, low, high, out):
    """Put right in ``out`` what ``chances`` left of the people from ``low`` up to ``high``: nobody sees themselves or whom
    they must not, and whoever is incognito is seen by those they like."""
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
