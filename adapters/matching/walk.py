"""Which viewers go together, and over which tiles, compiled."""

import math
from typing import Any, NamedTuple, Self

import numpy as np

from adapters.matching.columns import Array
from adapters.matching.compiled import Number, exactly, inlined
from adapters.matching.kernels import Person, distance_km
from adapters.matching.sieves import WORTH, first_gap
from adapters.matching.slices import CHUNK, LANES, Index
from saltbitter_domain.compatibility.records import ANYWHERE
from saltbitter_domain.kernel import EARTH_RADIUS_KM

TOGETHER = 64
"""Viewers of one tile who go through a slice while it is near: they share the trips to memory."""
BARRED = 1023
"""The bits of a row by which most people are known not to be in a short list."""
_HAIR = 1e-12
SPARE = 32
"""Entrants to the best beyond k before they are sorted out."""


class Workspace(NamedTuple):
    """What a thread scribbles on. Rows of the first ones are of a viewer in a group, rows of ``reach`` and ``near``
    (how far every cell is) of a cell of the viewers' tile."""

    scores: Array
    found: Array
    barred: Array
    counts: Array
    cuts: Array
    worth: Array
    tag: Array
    share: Array
    tags: Array
    base: Array
    row: Array
    closest: Array
    most: Array
    reach: Array
    near: Array
    opened: Array
    open: Array
    tiles: Array
    dots: Array
    far: Array
    close: Array
    shared: Array
    sums: Array
    lanes: Array
    those: Array
    merits: Array
    orders: Array
    places: Array

    @classmethod
    def of(cls, index: Index, words: int, k: int, rows: int) -> Self:
        """For ``k`` best and viewers of tiles of up to ``rows`` cells."""
        room = -(-(k + max(k // 4, SPARE)) // LANES) * LANES
        return cls(
            scores=np.empty((TOGETHER, room), np.float32),
            found=np.empty((TOGETHER, room), np.int32),
            barred=np.zeros((TOGETHER, BARRED + 1), np.bool_),
            counts=np.empty(TOGETHER, np.int64),
            cuts=np.empty(TOGETHER, np.float32),
            worth=np.empty((TOGETHER, WORTH), np.float32),
            tag=np.empty((TOGETHER, words), np.int64),
            share=np.empty((TOGETHER, words), np.float32),
            tags=np.empty(TOGETHER, np.int64),
            base=np.empty((TOGETHER, 1), np.int64),
            row=np.zeros(TOGETHER, np.int64),
            closest=np.zeros(TOGETHER, np.int64),
            most=np.zeros(TOGETHER),
            reach=np.empty((rows, len(index.cells)), np.uint16),
            near=np.full((rows, len(index.cells)), np.nan),
            opened=np.empty((rows * len(index.tiles), 2), np.int64),
            open=np.zeros(1, np.int64),
            tiles=np.empty(len(index.tiles), np.int64),
            dots=np.empty(len(index.tiles)),
            far=np.empty(_longest(index) + 2 * LANES, np.uint16),
            close=np.empty(CHUNK, np.float32),
            shared=np.empty(CHUNK, np.float32),
            sums=np.empty(CHUNK, np.float32),
            lanes=np.empty(LANES, np.float32),
            those=np.empty(CHUNK, np.int64),
            merits=np.empty((2, room)),
            orders=np.empty(room, np.int32),
            places=np.empty(room, np.int64),
        )


def _longest(index: Index) -> int:
    """The slots of the longest slice."""
    slices = index.slices
    past = slices["first"] + slices["oldest"] - slices["youngest"] + 1
    return int((index.ages[past] - index.ages[slices["first"]]).max(initial=1))


@inlined
def bar(row: Number, me: Number, excluded: Any, who: Any, barred: Array) -> None:
    """Mark the last bits of the rows of those who may not be shown to a viewer, and of their own: nearly everybody else
    is known by them not to be among these, without a search."""
    for bits in range(len(barred)):
        barred[bits] = False
    if me >= 0:
        barred[who[me].row & BARRED] = True
    for e in range(excluded.first[row], excluded.first[row + 1]):
        barred[excluded.rows[e] & BARRED] = True


@exactly
def together(who: Any, rows: Array, n: Number, cells: Array) -> Number:
    """How many viewers from the n-th on live in one tile and seek the same, at most ``TOGETHER``."""
    a = who[rows[n]]
    m = n + 1
    while m < min(n + TOGETHER, len(rows)):
        b = who[rows[m]]
        if a.seeks != b.seeks or (a.limit == ANYWHERE) != (b.limit == ANYWHERE) or not one_tile(a, b, cells):
            break
        m += 1
    return m - n


@inlined
def one_tile(a: Person, b: Person, cells: Array) -> Number:
    """Whether two people live in one tile, or neither in any."""
    if a.cell < 0 or b.cell < 0:
        return a.cell == b.cell
    return cells[a.cell].tile == cells[b.cell].tile


@exactly
def settle(who: Any, rows: Array, n: Number, size: Number, index: Any, w: Any) -> tuple[Number, Number]:
    """Find the rows of ``near`` of a group of viewers, which are empty for a new tile; how far apart the viewers live,
    in km, and the widest limit among them."""
    home = who[rows[n]]
    if n == 0 or home.cell < 0 or not one_tile(home, who[rows[n - 1]], index.cells):
        for o in range(w.open[0]):
            tile = w.opened[o, 0]
            for cell in range(index.tiles[tile].cells, index.tiles[tile + 1].cells):
                w.near[w.opened[o, 1], cell] = np.nan
        w.open[0] = 0
    start = index.tiles[index.cells[home.cell].tile].cells if home.cell >= 0 else home.cell
    apart: Number = 0.0
    limit: Number = 0
    for g in range(size):
        a = who[rows[n + g]]
        w.row[g] = a.cell - start
        limit = max(limit, np.int64(a.limit))
        if a.cell != home.cell:
            apart = max(apart, distance_km(home.latitude, home.longitude, a.latitude, a.longitude))
    return apart, limit


@exactly
def tiles_near(home: Person, apart: Number, limit: Number, tiles: Array, out: Array, dots: Array) -> Number:
    """Put the tiles that may hold somebody within reach of ``home`` or of others ``apart`` km from it into ``out``, the
    nearest first; how many."""
    if np.isnan(home.latitude):
        return 0
    a, b = math.radians(home.latitude), math.radians(home.longitude)
    x, y, z = math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)
    angle = (apart + (0 if limit == ANYWHERE else limit)) / EARTH_RADIUS_KM
    found = 0
    for t in range(len(tiles) - 2):
        dot = x * tiles[t].x + y * tiles[t].y + z * tiles[t].z
        reach = angle + (tiles[t].farthest if limit == ANYWHERE else tiles[t].radius)
        # No cosine lies below 1 - x² / 2, which is quicker to ask.
        if reach >= math.pi or (dot >= 1.0 - reach * reach / 2.0 - _HAIR and dot >= math.cos(reach) - _HAIR):
            out[found] = t
            dots[found] = dot
            found += 1
    _by_dots(out, dots, found)
    return found


@exactly
def _by_dots(out: Array, dots: Array, n: Number) -> None:
    gap = first_gap(n)
    while gap:
        for k in range(gap, n):
            dot, tile = dots[k], out[k]
            m = k
            while m >= gap and dots[m - gap] < dot:
                dots[m], out[m] = dots[m - gap], out[m - gap]
                m -= gap
            dots[m], out[m] = dot, tile
        gap //= 3


@inlined
def measure(tile: Number, a: Person, halves: Number, row: Number, index: Any, w: Any) -> tuple[Number, Number]:
    """See to it that the row says how far the cells of a tile are from the viewer: in whole kilometres, rounded up, and
    their nearness. The least distance and the greatest nearness among them."""
    first, end = index.tiles[tile].cells, index.tiles[tile + 1].cells
    reach, near = w.reach[row], w.near[row]
    if np.isnan(near[first]):
        for cell in range(first, end):
            km = distance_km(a.latitude, a.longitude, index.cells[cell].latitude, index.cells[cell].longitude)
            reach[cell] = np.uint16(math.ceil(km))
            near[cell] = np.exp2(-km / halves)
        w.opened[w.open[0], 0], w.opened[w.open[0], 1] = tile, row
        w.open[0] += 1
    closest: Number = ANYWHERE
    nearest: Number = 0.0
    for cell in range(first, end):
        closest = min(closest, np.int64(reach[cell]))
        nearest = max(nearest, near[cell])
    return closest, nearest


@inlined
def span(a: Person, part: Any, ages: Array) -> tuple[Number, Number]:
    """The slots, from and up to, of a slice's people whose age the viewer seeks."""
    low = max(np.int64(a.youngest), np.int64(part.youngest))
    high = min(np.int64(a.oldest), np.int64(part.oldest))
    if low > high:
        return 0, 0
    at = part.first - part.youngest
    return ages[at + low], ages[at + high + 1]


@inlined
def slots_of(part: Any, ages: Array) -> tuple[Number, Number]:
    """All slots of a slice, from and up to."""
    at = part.first - part.youngest
    return np.int64(ages[at + np.int64(part.youngest)]), np.int64(ages[at + np.int64(part.oldest) + 1])


@inlined
def halfway(a: Person, part: Any, ages: Array, first: Number, last: Number) -> Number:
    """Where between two slots of a slice those who are no younger than the viewer begin."""
    own = max(np.int64(part.youngest), min(np.int64(a.age), np.int64(part.oldest) + 1))
    return max(first, min(last, np.int64(ages[part.first - part.youngest + own])))
