"""Sums and lengths of many numbers, the same to the last bit as the standard library's, in compiled loops.

People the domain holds for equals must be equals here as well, and so must the figures of everybody."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from adapters.matching.jit import jit

Floats = npt.NDArray[np.float64]

_PARTS = 64
"""A sum is kept in numbers that do not overlap: 53 bits each, of the 2,098 a double can reach."""
_HALF = 134217729.0
"""2^27 + 1, by which a product parts the bits of a number in two (Veltkamp)."""


def sums(columns: Floats) -> list[float]:
    """``math.fsum`` of each column."""
    return _rounded(_column_parts(columns))


def sums_of_shares(bits: npt.NDArray[np.uint64], worth: Floats, lengths: Floats) -> list[float]:
    """``math.fsum`` for each word of its worth over the lengths of all whose bits have it."""
    return _rounded(_share_parts(bits, worth, lengths))


def lengths(bits: npt.NDArray[np.uint64], worth: Floats) -> Floats:
    """``math.hypot`` of the worths of each row's words, the least first; 0 where a row has none."""
    rising = np.argsort(worth, kind="stable")
    return _lengths(bits, rising, worth[rising])


@jit
def units(ratings: npt.NDArray[np.int8]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """``unit_values`` of the domain as rows, zeros where it is empty, and where it is not."""
    found = np.zeros(ratings.shape)
    valued = np.zeros(len(ratings), np.bool_)
    for row in range(len(ratings)):
        total, least = 0, 0
        for part in range(ratings.shape[1]):
            total += ratings[row, part]
            least = min(least, ratings[row, part])
        if least < 0:
            continue
        mean = total / ratings.shape[1]
        for part in range(ratings.shape[1]):
            found[row, part] = ratings[row, part] - mean
        length = _norm(found[row])
        if length > 0.0:
            valued[row] = True
            for part in range(ratings.shape[1]):
                found[row, part] /= length
    return found, valued


@jit
def _lengths(bits: npt.NDArray[np.uint64], words: npt.NDArray[np.int64], worth: Floats) -> Floats:
    found = np.zeros(len(bits))
    parts = np.empty(len(words))
    for row in range(len(bits)):
        count = 0
        for place in range(len(words)):
            if _has(bits[row], words[place]):
                parts[count] = worth[place]
                count += 1
        found[row] = _norm(parts[:count])
    return found


@jit
def _has(bits: npt.NDArray[np.uint64], word: int) -> bool:
    return bool(bits[word >> 6] >> np.uint64(word & 63) & np.uint64(1))


@jit
def _norm(numbers: Floats) -> float:
    """``math.hypot``: the algorithm is CPython's (Borges 2020, arXiv 1904.09481, with the squares split after Veltkamp
    and Dekker and summed after Neumaier)."""
    most = 0.0
    for number in numbers:
        most = max(most, abs(number))
    if most == 0.0 or len(numbers) == 1:
        return most
    scale = math.ldexp(1.0, -math.frexp(most)[1])
    total, rest1, rest2, rest3 = 1.0, 0.0, 0.0, 0.0
    for number in numbers:
        high, low = _split(number * scale)
        total, rest1 = _add(high * high, total, rest1)
        total, rest2 = _add(2.0 * high * low, total, rest2)
        rest3 += low * low
    root = math.sqrt(total - 1.0 + (rest1 + rest2 + rest3))
    high, low = _split(root)
    total, rest1 = _add(-high * high, total, rest1)
    total, rest2 = _add(-2.0 * high * low, total, rest2)
    total, rest3 = _add(-low * low, total, rest3)
    rest = total - 1.0 + (rest1 + rest2 + rest3)
    return (root + rest / (2.0 * root)) / scale


@jit
def _split(number: float) -> tuple[float, float]:
    whole = number * _HALF
    high = whole - (whole - number)
    return high, number - high


@jit
def _add(part: float, total: float, rest: float) -> tuple[float, float]:
    new = total + part
    return new, rest + ((total - new) + part)


@jit
def _column_parts(columns: Floats) -> Floats:
    parts = np.zeros((columns.shape[1], _PARTS))
    counts = np.zeros(columns.shape[1], np.int64)
    for row in range(len(columns)):
        for column in range(columns.shape[1]):
            counts[column] = _grown(parts[column], counts[column], columns[row, column])
    return parts


@jit
def _share_parts(bits: npt.NDArray[np.uint64], worth: Floats, lengths: Floats) -> Floats:
    parts = np.zeros((len(worth), _PARTS))
    counts = np.zeros(len(worth), np.int64)
    for row in range(len(bits)):
        for word in range(len(worth)):
            if _has(bits[row], word):
                counts[word] = _grown(parts[word], counts[word], worth[word] / lengths[row])
    return parts


@jit
def _grown(parts: Floats, count: int, number: float) -> int:
    """Add a number to parts that do not overlap, without rounding (Shewchuk 1997); how many they are then."""
    kept = 0
    for place in range(count):
        part = parts[place]
        if abs(number) < abs(part):
            number, part = part, number
        total = number + part
        rest = part - (total - number)
        if rest != 0.0:
            parts[kept] = rest
            kept += 1
        number = total
    parts[kept] = number
    parts[kept + 1 : count] = 0.0
    return kept + 1


def _rounded(parts: Any) -> list[float]:
    return [math.fsum(of) for of in parts.tolist()]
