"""People laid out so that whoever may suit somebody lies in a few unbroken ranges.

Slots are sorted by tile (a piece of the Earth of about ``TILE_KM``), set of genders and age, so that gender, age and
the rough distance choose ranges and need not be asked of anybody. Those whom no distance is too far also have a slot in
the last tile, which is nowhere and next to everywhere: two such people meet there and not in the tiles.
"""

import math
from typing import Any, NamedTuple

import attrs
import numpy as np

from adapters.matching.columns import Array, flags
from adapters.matching.people import INTERESTED, VALUED, People
from saltbitter_domain.compatibility.model import Factor
from saltbitter_domain.compatibility.policies import WEIGHTS, WeightedV1
from saltbitter_domain.compatibility.records import ANYWHERE
from saltbitter_domain.kernel import EARTH_RADIUS_KM

TILE_KM = 10.0
_HAIR_KM = 1e-3
"""A metre more, so that no rounding can put somebody at the very limit beyond it."""

KINDS = 8
"""Sets of genders, by their mask."""


FACTS = np.dtype(
    [("row", "i4"), ("key", "i4"), ("cell", "i4")]
    + [(name, "u1") for name in ("age", "plans", "habits", "faith", "spoken")],
    align=True,
)
"""What is asked of the few who pass the first sieves: the person's place, their row in the columns, and as in
``PERSON``."""


class Slots(NamedTuple):
    """What a sift reads of a candidate, by slot, filled up to whole chunks. ``row`` is the person's.

    ``numbers`` and ``holds`` are flat. ``numbers`` (float32) has of ``LANES`` slots after another all rows: 0 to 2
    leaning; 3 to 12 values; 13 one over the length of the interests; 14 to 17 what a score starts from, which is the
    negative advantage, with what stands in for the candidate's unknown values and interests where the viewer's own are
    known (15: values, 16: interests, 17: both). ``holds`` (uint32) has of ``CHUNK`` slots after another a row of bits
    for each interest, set where the person has it."""

    row: Array
    youngest: Array
    oldest: Array
    limit: Array
    cell: Array
    answers: Array
    refuses: Array
    numbers: Array
    holds: Array
    facts: Array
    languages: Array


INVERSE, BASE, NUMBERS = 13, 14, 18
"""Rows of ``Slots.numbers``, and how many they are."""

CHUNK = 256
"""Slots whose interests lie together, so that the bits of one fill half a line of cache; and as many are sifted before
those found are looked at."""

LANES = 32
"""Slots sifted at once. Sifts begin at multiples of it, because the odd ones would cost as much as all the others."""

TILE = np.dtype(
    [
        ("slices", "i8"),
        ("cells", "i8"),
        ("x", "f8"),
        ("y", "f8"),
        ("z", "f8"),
        ("radius", "f8"),
        ("farthest", "f8"),
    ]
)
"""Its slices and cells begin at ``slices`` and ``cells`` and end where the next tile's do. (x, y, z) is a unit
vector in its middle, ``radius`` the angle from there to the farthest cell, ``farthest`` that and the widest limit in
the tile."""

SLICE = np.dtype([("first", "i8"), ("youngest", "i4"), ("oldest", "i4"), ("genders", "u1")], align=True)
"""People of one tile and set of genders: the slots of age a begin at ``ages[first + a - youngest]`` and end where the
next age's do."""

CELL = np.dtype([("latitude", "f8"), ("longitude", "f8"), ("tile", "i8")])


class Index(NamedTuple):
    """Where to look: rows of ``TILE`` (the last but one is nowhere, the last only ends it), ``SLICE`` and ``CELL``."""

    tiles: Array
    slices: Array
    cells: Array
    ages: Array


@attrs.frozen(eq=False)
class Layout:
    """People in the order of their slots, so that who is compared with one another lies together; ``cell`` is the cell
    of each (-1 without one), ``inner`` the place here of each row of the columns, and ``most_cells`` the most of any
    tile."""

    people: People
    slots: Slots
    index: Index
    cell: Array
    inner: Array
    most_cells: int


def laid_out(people: People, words: int, policy: WeightedV1) -> Layout:
    """Everybody, laid out; ``words`` is how many interests there are. No slots have the paused, and whoever has a limit
    and no cell."""
    places, number = _cells(np.stack([people.who["latitude"], people.who["longitude"]], axis=1))
    tile, count = _tiles(places)
    by_tile = np.argsort(tile, kind="stable")
    places, tile = places[by_tile], tile[by_tile]
    cell = np.append(np.argsort(by_tile), -1)[number].astype(np.int32)

    away = (people.who["paused"] != 0) | (cell < 0)
    group = np.where(away, count, np.append(tile, count)[cell]) * KINDS + people.who["genders"]
    order = np.lexsort((people.who["age"], group, away))
    people, cell, group = people.take(order), cell[order], group[order]
    inner = np.empty(len(order), np.int32)
    inner[order] = np.arange(len(order), dtype=np.int32)

    who = people.who
    who["cell"] = cell
    placed = np.arange(len(order) - int(away.sum()))
    roaming = np.flatnonzero((who["paused"] == 0) & (who["limit"] == ANYWHERE))
    roaming = roaming[np.lexsort((who["age"][roaming], who["genders"][roaming]))]
    row = np.concatenate([placed, roaming]).astype(np.int32)
    group = np.concatenate([group[placed], count * KINDS + who["genders"][roaming].astype(np.int64)])

    slices, ages = _slices(group, who["age"][row])
    tiles = np.zeros(count + 2, TILE)
    tiles["slices"] = np.searchsorted(group[_starts(group)] // KINDS, np.arange(count + 2))
    tiles["cells"] = np.searchsorted(tile, np.arange(count + 2))
    middle, radius = _caps(places, tile, count)
    tiles["x"][:count], tiles["y"][:count], tiles["z"][:count] = middle.T
    tiles["radius"][:count] = radius
    tiles["farthest"][:count] = _farthest(who["limit"][placed], tile[cell[placed]], radius)
    cells = np.zeros(len(places), CELL)
    cells["latitude"], cells["longitude"], cells["tile"] = *places.T, tile
    most_cells = max(1, int(np.diff(tiles["cells"][: count + 1]).max(initial=1)))
    slots = _slots(people, words, policy, row, cell)
    return Layout(people, slots, Index(tiles, slices, cells, ages), cell, inner, most_cells)


def _cells(places: Array) -> tuple[Array, Array]:
    """The different cells, and the number of each person's."""
    known = ~np.isnan(places[:, 0])
    # By one number of both degrees, because rows would be compared as bytes, which takes six times as long.
    north, row = np.unique(places[known, 0], return_inverse=True)
    east, column = np.unique(places[known, 1], return_inverse=True)
    cells, number = np.unique(row * max(1, len(east)) + column, return_inverse=True)
    of_row = np.full(len(places), -1, np.int64)
    of_row[known] = number
    return np.stack([north[cells // max(1, len(east))], east[cells % max(1, len(east))]], axis=1), of_row


def _tiles(cell: Array) -> tuple[Array, int]:
    """The tile of each cell, from rows of one height with whole numbers of tiles around the Earth."""
    km_per_degree = math.pi * EARTH_RADIUS_KM / 180.0
    rows = int(180.0 * km_per_degree / TILE_KM)
    row = np.minimum((cell[:, 0] + 90.0) / 180.0 * rows, rows - 1).astype(np.int64)
    middle = np.radians((row + 0.5) / rows * 180.0 - 90.0)
    around = np.maximum(1, (360.0 * km_per_degree * np.cos(middle) / TILE_KM).astype(np.int64))
    column = ((cell[:, 1] + 180.0) / 360.0 * around).astype(np.int64) % around
    tiles, number = np.unique(row << 32 | column, return_inverse=True)
    return number.reshape(-1), len(tiles)


def _caps(cell: Array, tile: Array, count: int) -> tuple[Array, Array]:
    """Of each tile a unit vector in its middle, and the angle from it that holds all cells."""
    points = unit_vectors(cell)
    middle = np.stack([np.bincount(tile, weights=points[:, axis], minlength=count) for axis in range(3)], axis=1)
    middle = middle / np.linalg.norm(middle, axis=1, keepdims=True)
    angle = np.arccos(np.clip((middle[tile] * points).sum(axis=1), -1.0, 1.0))
    radius = np.zeros(count)
    np.maximum.at(radius, tile, angle)
    return middle, np.minimum(radius + _HAIR_KM / EARTH_RADIUS_KM, math.pi)


def unit_vectors(cell: Array) -> Array:
    """float64[cells, 3] of centres in degrees."""
    latitude, longitude = np.radians(cell).T
    flat = np.cos(latitude)
    return np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)], axis=1)


def _farthest(limits: Array, tile: Array, radius: Array) -> Array:
    widest = np.zeros(len(radius))
    np.maximum.at(widest, tile, np.where(limits == ANYWHERE, 0, limits))
    return widest / EARTH_RADIUS_KM + radius


def _starts(group: Array) -> Array:
    return np.flatnonzero(np.diff(group, prepend=-1))


def _slices(group: Array, age: Array) -> tuple[Array, Array]:
    """The unbroken ranges of one group, and where in them each age begins."""
    start = _starts(group)
    end = np.append(start[1:], len(group))[: len(start)]
    slices = np.zeros(len(start), SLICE)
    slices["genders"] = group[start] % KINDS
    slices["youngest"], slices["oldest"] = age[start], age[end - 1]
    spans = slices["oldest"].astype(np.int64) - slices["youngest"] + 2
    slices["first"] = np.cumsum(spans) - spans
    each = np.repeat(np.arange(len(start)), spans)
    years = np.arange(len(each)) - slices["first"][each] + slices["youngest"][each]
    # Slots ascend by (slice, age), so the first of an age is where that pair would be put.
    place = np.repeat(np.arange(len(start)), end - start) << 10 | age
    return slices, np.searchsorted(place, each << 10 | years).astype(np.int32)


def _slots(people: People, words: int, policy: WeightedV1, row: Array, cell: Array) -> Slots:
    who = people.who[row]
    means, known = policy.population.mean_factors, who["known"]
    unvalued = WEIGHTS[Factor.VALUES] * means[Factor.VALUES]
    unshared = WEIGHTS[Factor.INTERESTS] * means[Factor.INTERESTS]
    values = np.where(known & VALUED, WEIGHTS[Factor.VALUES] / 2.0, unvalued)
    interests = np.where(known & INTERESTED, 0.0, unshared)
    blocks = -(-len(row) // CHUNK)
    numbers = np.zeros((NUMBERS, blocks * CHUNK), np.float32)
    n = len(row)
    numbers[0, :n], numbers[1, :n], numbers[2, :n] = who["weight"], who["anxiety"], who["avoidance"]
    numbers[3:INVERSE, :n] = who["values"].T
    numbers[INVERSE, :n] = np.where(known & INTERESTED, 1.0 / who["length"], 0.0)
    starts: list[tuple[Any, Any]] = [(a, b) for a in (unshared, interests) for b in (unvalued, values)]
    for base, (interest, value) in enumerate(starts, BASE):
        numbers[base, :n] = value + interest - who["advantage"]
    holds = np.zeros((blocks, words, CHUNK // 8), np.uint8)
    for block in range(blocks):
        here = np.packbits(flags(people.interests[row[block * CHUNK : (block + 1) * CHUNK]], words).T, 1, "little")
        holds[block, :, : here.shape[1]] = here
    facts = np.zeros(len(row), FACTS)
    facts["row"], facts["key"] = row, who["row"]
    for name in ("cell", "age", "plans", "habits", "faith", "spoken"):
        facts[name] = who[name]

    def filled_up(column: Array) -> Array:
        return np.concatenate([column, np.zeros(blocks * CHUNK - n, column.dtype)])

    return Slots(
        row=filled_up(row),
        youngest=filled_up(who["youngest"]),
        oldest=filled_up(who["oldest"]),
        limit=filled_up(who["limit"]),
        cell=filled_up(cell[row]),
        answers=filled_up(who["answers"]),
        refuses=filled_up(who["refuses"]),
        numbers=np.ascontiguousarray(numbers.reshape(NUMBERS, -1, LANES).swapaxes(0, 1)).reshape(-1),
        holds=holds.reshape(-1).view("<u4").astype(np.uint32, copy=False),
        facts=facts,
        languages=np.ascontiguousarray(people.languages[row]),
    )
