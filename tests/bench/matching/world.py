"""Synthetic members by the million, drawn as columns: metropolises far from one another, each as dense as a large
city's members are, with everything that ``weighted-v1`` looks at and in the shares of ``adapters.population``."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.matching.columns import Columns, Words
from adapters.matching.options import Lists
from saltbitter_domain.compatibility.records import ANYWHERE, UNRATED
from saltbitter_domain.kernel import GridCell
from saltbitter_domain.profiles.catalogue import INTERESTS

Array = NDArray[Any]

METRO = 35_000
"""Members of one metropolis. With the scatter and the limits below a member's ranges hold about 7,450 people."""
SCATTER_KM = 12.0
LIMITS = (10, 15, 20, 25, 30, 40, 50)
ROAMING = 0.01
"""Share for whom no distance is too far. Each of them scans all the others in the world: what exactness costs."""
EXCLUDED = 30
"""People each has already liked, passed on or met."""
SPOKEN = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "sv", "tr", "uk", "zh")


def people(size: int, seed: int = 1, metro: int = METRO) -> Columns:
    """``size`` members in ``size / metro`` metropolises."""
    rng = np.random.default_rng(seed)
    ids = rng.permutation(size).astype(">u8")
    gender = rng.choice(3, size, p=[0.45, 0.535, 0.015]).astype(np.uint8)
    age = np.clip(np.round(rng.gamma(4.0, 4.6, size) + 17.0), 18, 75).astype(np.uint8)
    smoking = _chosen(rng, size, [0.1, 0.6, 0.15, 0.05, 0.1])
    breakers = (rng.random((size, 6)) < 0.02).astype(np.uint8)
    breakers[:, 0] |= (smoking == 1) & (rng.random(size) < 0.2)
    youngest, oldest = _ages_sought(rng, age)
    columns = {
        "age": age,
        "youngest": youngest,
        "oldest": oldest,
        "genders": np.uint8(1) << gender,
        "seeks": _seeks(rng, gender),
        "limit": np.where(rng.random(size) < ROAMING, ANYWHERE, rng.choice(LIMITS, size)).astype(np.uint16),
        "deal_breakers": np.packbits(breakers, axis=1, bitorder="little")[:, 0],
        "cell": _homes(rng, size, metro),
        "attachment": _attachment(rng, size),
        "ratings": _ratings(rng, size),
        "intention": _chosen(rng, size, [0.1, 0.4, 0.2, 0.22, 0.08]),
        "has_children": _chosen(rng, size, [0.6, 0.25, 0.15]),
        "wants_children": _chosen(rng, size, [0.55, 0.1, 0.15, 0.2]),
        "smoking": smoking,
        "drinking": _chosen(rng, size, [0.05, 0.06, 0.1, 0.7, 0.09]),
        "religion": _chosen(rng, size, [0.35, 0.12, 0.11, 0.03, 0.12, 0.14, 0.01, 0.05, 0.02, 0.05]),
        "religion_importance": _chosen(rng, size, [0.4, 0.3, 0.2, 0.1]),
        "visibility": _chosen(rng, size, [0.0, 0.97, 0.03]),
    }
    raw = {name: np.ascontiguousarray(column).tobytes() for name, column in columns.items()}
    whole = np.zeros((size, 2), ">u8")
    whole[:, 1] = ids
    return Columns.of_arrays(whole.tobytes(), _interests(rng, size), _languages(rng, size, metro), **raw)


def lists(columns: Columns, seed: int = 2, each: int = EXCLUDED) -> Lists:
    """For everybody about ``each`` people of their own metropolis who are excluded."""
    rng = np.random.default_rng(seed)
    size = len(columns)
    near = np.lexsort((columns.cell[:, 1], np.floor(columns.cell[:, 0] / 3.0)))
    place = np.empty(size, np.int64)
    place[near] = np.arange(size)
    of = np.repeat(np.arange(size), each)
    other = near[np.clip(place[of] + rng.integers(-4_000, 4_000, len(of)), 0, size - 1)]
    return Lists.of_pairs(size, of, other)


def _chosen(rng: np.random.Generator, size: int, shares: list[float]) -> Array:
    weights = np.array(shares)
    return rng.choice(len(shares), size, p=weights / weights.sum()).astype(np.uint8)


def _seeks(rng: np.random.Generator, gender: Array) -> Array:
    """0 woman, 1 man, 2 non-binary."""
    size = len(gender)
    other = np.where(gender == 0, 2, 1).astype(np.uint8)
    own = (np.uint8(1) << gender).astype(np.uint8)
    kind = rng.random(size)
    seeks = np.where(kind < 0.86, other, np.where(kind < 0.93, own, 7)).astype(np.uint8)
    return seeks | np.where(rng.random(size) < 0.3, 4, 0).astype(np.uint8)


def _ages_sought(rng: np.random.Generator, age: Array) -> tuple[Array, Array]:
    half = 4 + 0.15 * (age.astype(float) - 18) + rng.random(len(age)) * 5
    low = np.clip(np.round(age - half), 18, age)
    high = np.clip(np.round(age + half), np.maximum(age, low + 2), 120)
    return low.astype(np.uint8), high.astype(np.uint8)


def _homes(rng: np.random.Generator, size: int, metro: int) -> Array:
    """Cells round the middle of each one's metropolis; one in a hundred is unknown."""
    count = max(1, round(size / metro))
    which = np.arange(size) % count
    latitude = 52.0 - 6.0 * (which // 8)
    longitude = -120.0 + 30.0 * (which % 8)
    north, east = rng.normal(0, SCATTER_KM, (2, size))
    latitude = latitude + north / 111.2
    longitude = longitude + east / (111.2 * np.cos(np.radians(latitude)))
    rough = np.round(np.stack([latitude, longitude], axis=1), 2)
    fixes, number = np.unique(rough, axis=0, return_inverse=True)
    cells = [GridCell.containing(*fix) for fix in fixes.tolist()]
    homes = np.array([(cell.latitude, cell.longitude) for cell in cells])[number.reshape(-1)]
    homes[rng.random(size) < 0.01] = np.nan
    return homes


def _attachment(rng: np.random.Generator, size: int) -> Array:
    scores = rng.normal([4.14, 3.35], [1.20, 1.26], (size, 2))
    scores = np.clip(np.round(scores * 9) / 9, 1.0, 7.0)
    whole = np.column_stack([scores, rng.choice([1.0, 1.0, 1.0, 0.5], size)])
    whole[rng.random(size) < 0.12] = np.nan
    return whole


def _ratings(rng: np.random.Generator, size: int) -> Array:
    peak, height = rng.uniform(0, 2 * math.pi, (size, 1)), rng.uniform(0.6, 2.2, (size, 1))
    level = rng.normal(4.2, 0.6, (size, 1))
    angle = 2 * math.pi * np.arange(10) / 10
    rated = level + height * np.cos(angle - peak) + rng.normal(0, 0.8, (size, 10))
    ratings = np.clip(np.round(rated), 0, 7).astype(np.int8)
    ratings[rng.random(size) < 0.1] = UNRATED
    return ratings


def _interests(rng: np.random.Generator, size: int) -> Words:
    """Five to twelve each, the popular ones far more often; one in twenty names none."""
    words = list(INTERESTS)
    weights = 1 / (np.arange(len(words)) + 6.0)
    count = np.where(rng.random(size) < 0.05, 0, rng.integers(5, 13, size))
    drawn = rng.choice(len(words), (size, 12), p=weights / weights.sum()).astype(np.int16)
    kept = np.arange(12) < count[:, None]
    indptr = np.zeros(size + 1, np.int64)
    np.cumsum(count, out=indptr[1:])
    return Words.of_lists(words, indptr, drawn[kept])


def _languages(rng: np.random.Generator, size: int, metro: int) -> Words:
    """That of the metropolis, English mostly, and sometimes another."""
    local = np.arange(size) % max(1, round(size / metro)) % len(SPOKEN)
    second = np.where(rng.random(size) < 0.8, SPOKEN.index("en"), local)
    third = np.where(rng.random(size) < 0.2, rng.integers(0, len(SPOKEN), size), local)
    return Words.of_lists(SPOKEN, np.arange(size + 1) * 3, np.stack([local, second, third], axis=1).reshape(-1))


def shape(columns: Columns) -> Mapping[str, int]:
    """What there is of it."""
    return {"members": len(columns), "bytes": sum(getattr(columns, name).nbytes for name in ("ids", "cell", "ratings"))}
