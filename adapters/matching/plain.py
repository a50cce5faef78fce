"""The two passes in numpy, for where numba is missing: the same results, some fifteen times slower.

There is no sieve in single precision here; whoever may be shown is judged in double precision, one viewer after
another, by the same operations in the same order as in ``kernels``."""

import math
from typing import Any

import numpy as np

from adapters.matching.columns import Array, flags
from adapters.matching.geometry import distance_km
from adapters.matching.people import ATTACHED, HIDDEN, INTERESTED, ROAMS, VALUED
from adapters.matching.slices import Index
from adapters.matching.tables import CHILDREN, DRINKING, FAITH, INTENTION, SMOKING
from saltbitter_domain.compatibility.records import ANYWHERE
from saltbitter_domain.kernel import EARTH_RADIUS_KM

_HAIR = 1e-12


class Workspace:
    """How far cells are from where somebody last looked from."""

    def __init__(self, index: Index) -> None:
        self._cells = index.cells
        self._home: tuple[float, float] | None = None
        self._km = np.full(len(index.cells) + 1, np.nan)

    def km(self, a: Any, cells: Array) -> Array:
        """The distance of each of these cells from a person's, NaN where one is unknown (-1)."""
        home = (float(a["latitude"]), float(a["longitude"]))
        if home != self._home:
            self._home = home
            self._km[:] = np.nan
        for cell in np.unique(cells[np.isnan(self._km[cells])]):
            if cell >= 0:
                place = self._cells[cell]
                self._km[cell] = distance_km(*home, float(place["latitude"]), float(place["longitude"]))
        return self._km[cells]


def workspace(index: Index, words: int, k: int, rows: int) -> Workspace:  # noqa: ARG001  one signature for both ways
    """What a thread remembers."""
    return Workspace(index)


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
    k: int,
    w: Workspace,
    out: Any,
) -> None:
    """As ``scan.best``."""
    f = figures[0]
    for i, me, place in zip(rows, mine, places, strict=True):
        a = v.who[i]
        scanned, slot = _suited(a, slots, index, int(a["refuses"]) | HIDDEN, w)
        out.scanned[place] = scanned
        out_of = _listed(excluded, a, inner)
        hidden = _listed(likers, a, inner)
        hidden = hidden[(p.who["answers"][hidden] & HIDDEN != 0) & meets(a, p.who[hidden])]
        found = np.concatenate([slots.row[slot], hidden])
        found = found[(found != me) & ~np.isin(found, out_of)]
        scores = judged(v, i, p, found, tables, rarity, f, w)
        merits = scores - p.who["advantage"][found]
        order = np.lexsort((p.who["order"][found], -merits))[:k]
        out.eligible[place], out.counts[place] = len(found), len(order)
        out.candidates[place, : len(order)] = p.who["order"][found[order]]
        out.merits[place, : len(order)] = merits[order]
        out.scores[place, : len(order)] = scores[order]


def chances(
    p: Any, rows: Array, chance: Array, slots: Any, index: Any, figures: Array, w: Workspace, out: Array
) -> None:
    """As ``shares.chances``."""
    del figures
    for i in rows:
        a = p.who[i]
        if not a["answers"] & HIDDEN:
            _, slot = _suited(a, slots, index, int(a["refuses"]), w)
            out[i] += chance[slot].sum()


def exceptions(
    who: Array,
    viewers: Array,
    weight: Array,
    excluded: Any,
    likers: Any,
    inner: Array,
    low: int,
    high: int,
    out: Array,
) -> None:
    """As ``shares.exceptions``."""
    for v in viewers:
        a = who[v]
        barred = _listed(excluded, a, inner)
        withheld = np.unique(np.append(barred, v))
        withheld = withheld[(withheld >= low) & (withheld < high) & (who["answers"][withheld] & HIDDEN == 0)]
        out[withheld[meets(a, who[withheld])]] -= weight[v]
        liking = _listed(likers, a, inner)
        liking = liking[(liking >= low) & (liking < high) & (liking != v) & (who["answers"][liking] & HIDDEN != 0)]
        out[np.setdiff1d(liking[meets(a, who[liking])], barred)] += weight[v]


def meets(a: Any, b: Array) -> Array:
    """Whether a person and each of these meet one another's wishes, as ``kernels.meet``."""
    fits = (a["youngest"] <= b["age"]) & (b["age"] <= a["oldest"]) & (b["youngest"] <= a["age"])
    fits &= (a["age"] <= b["oldest"]) & ((a["refuses"] & b["answers"]) | (b["refuses"] & a["answers"]) == 0)
    fits &= (a["paused"] == 0) & (b["paused"] == 0)
    limit = np.minimum(a["limit"], b["limit"])
    for n in np.flatnonzero(fits & (limit < ANYWHERE)):
        places = (a["latitude"], a["longitude"], b["latitude"][n], b["longitude"][n])
        fits[n] = distance_km(*map(float, places)) <= limit[n]
    return np.asarray(fits)


def judged(v: Any, i: int, p: Any, rows: Array, tables: Any, rarity: Array, f: Any, w: Workspace) -> Array:
    """The exact scores of a viewer and each of these, as ``kernels.score``."""
    a, b = v.who[i], p.who[rows]
    known = a["known"] & b["known"]
    mean, form = f["means"][0], f["form"]
    deviation = (
        (1.0 - mean) * (a["weight"] * b["weight"])
        - form[0] * (a["anxiety"] * b["weight"] + a["weight"] * b["anxiety"])
        - form[1] * (a["avoidance"] * b["weight"] + a["weight"] * b["avoidance"])
        - form[2] * (a["anxiety"] * b["avoidance"] + a["avoidance"] * b["anxiety"])
        - form[3] * (a["anxiety"] * b["anxiety"])
        - form[4] * (a["avoidance"] * b["avoidance"])
    )
    attachment = np.where(known & ATTACHED, np.clip(mean + deviation, 0.0, 1.0), mean)
    interests = np.where(known & INTERESTED, _cosines(v, i, p, rows, rarity), f["means"][1])
    product = np.zeros(len(rows))
    for part in range(10):
        product = product + a["values"][part] * b["values"][:, part]
    values = np.where(known & VALUED, np.clip((1.0 + product) / 2.0, 0.0, 1.0), f["means"][2])
    shared = np.bitwise_count(v.languages[i] & p.languages[rows]).sum(axis=1)
    demographics = _demographics(a, b, w.km(a, b["cell"]), shared, tables, f)
    points = f["points"]
    total: Array = points[0] * attachment + points[1] * interests + points[2] * values + points[3] * demographics
    return total


def _cosines(v: Any, i: int, p: Any, rows: Array, rarity: Array) -> Array:
    total, rest = np.zeros(len(rows)), np.zeros(len(rows))
    for number in np.flatnonzero(flags(v.interests[i : i + 1], len(rarity))[0]):
        has = (p.interests[rows, number >> 6] >> np.uint64(number & 63)) & np.uint64(1)
        product = (rarity[number] / v.who[i]["length"]) * (rarity[number] / p.who["length"][rows]) * has
        new = total + product
        part = new - total
        rest += (total - (new - part)) + (product - part)
        total = new
    return np.minimum(1.0, total + rest)


def _demographics(a: Any, b: Array, km: Array, shared: Array, tables: Any, f: Any) -> Array:
    weights, parts = f["weights"], tables.parts
    weight = np.full(len(b), weights[0])
    total = weights[0] * tables.age[np.abs(b["age"].astype(np.int64) - int(a["age"]))]
    least = np.minimum(a["spoken"], b["spoken"])
    # Not numpy's own function, which rounds differently.
    near = [math.exp2(-each / f["halves"]) for each in km.tolist()]
    for n, part in enumerate(
        (
            np.array(near),
            parts[INTENTION, a["intention"], b["intention"]],
            parts[CHILDREN, a["children"], b["children"]],
            parts[FAITH, a["faith"], b["faith"]],
            np.where(least > 0, shared / np.maximum(least, 1), np.nan),
            parts[SMOKING, a["smoking"], b["smoking"]],
            parts[DRINKING, a["drinking"], b["drinking"]],
        ),
        1,
    ):
        weight = weight + np.where(np.isnan(part), 0.0, weights[n])
        total = total + np.where(np.isnan(part), 0.0, weights[n] * part)
    mean: Array = total / weight
    return mean


def _listed(lists: Any, a: Any, inner: Array) -> Array:
    row = a["row"]
    these: Array = inner[lists.rows[lists.first[row] : lists.first[row + 1]]]
    return these


def _suited(a: Any, slots: Any, index: Any, refuses: int, w: Workspace) -> tuple[int, Array]:
    """How many slots the ranges of somebody hold, and those whose people's wishes and theirs meet."""
    if a["paused"]:
        return 0, np.zeros(0, np.int64)
    roams = a["limit"] == ANYWHERE
    placed = _ranges(a, tiles_near(a, index.tiles), index)
    far = w.km(a, slots.cell[placed])
    fits = (far <= a["limit"]) & (far <= slots.limit[placed])
    fits &= _fits(a, placed, slots, refuses | (ROAMS if roams else 0))
    nowhere = _ranges(a, np.array([len(index.tiles) - 2]), index) if roams else np.zeros(0, np.int64)
    found = np.concatenate([placed[fits], nowhere[_fits(a, nowhere, slots, refuses)]])
    return len(placed) + len(nowhere), found


def _fits(a: Any, slot: Array, slots: Any, refuses: int) -> Array:
    fits = (slots.youngest[slot] <= a["age"]) & (a["age"] <= slots.oldest[slot])
    barred = (slots.answers[slot] & np.uint32(refuses)) | (slots.refuses[slot] & a["answers"])
    fits &= barred == 0
    return np.asarray(fits)


def tiles_near(a: Any, tiles: Array) -> Array:
    """The tiles that may hold somebody within reach, as ``walk.tiles_near``."""
    if np.isnan(a["latitude"]):
        return np.zeros(0, np.int64)
    latitude, longitude = math.radians(a["latitude"]), math.radians(a["longitude"])
    x, y = math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude)
    there = tiles[:-2]
    dots = x * there["x"] + y * there["y"] + math.sin(latitude) * there["z"]
    limit = int(a["limit"])
    reach = there["farthest"] if limit == ANYWHERE else limit / EARTH_RADIUS_KM + there["radius"]
    return np.flatnonzero(dots >= np.cos(np.minimum(reach, math.pi)) - _HAIR)


def _ranges(a: Any, tiles: Array, index: Any) -> Array:
    """The slots of the right genders and ages in these tiles."""
    starts = index.tiles["slices"]
    parts = index.slices[_joined(starts[tiles], starts[tiles + 1])]
    low, high = np.maximum(a["youngest"], parts["youngest"]), np.minimum(a["oldest"], parts["oldest"])
    wanted = (parts["genders"] & a["seeks"] != 0) & (low <= high)
    at = (parts["first"] - parts["youngest"])[wanted]
    return _joined(index.ages[at + low[wanted]], index.ages[at + high[wanted] + 1])


def _joined(starts: Array, ends: Array) -> Array:
    """All numbers from each start up to its end."""
    sizes: Array = (ends - starts).astype(np.int64)
    numbers: Array = np.arange(sizes.sum()) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    return numbers
