"""Sums and lengths over arrays are to the last bit those of the standard library, so that equals stay equals."""

import math
from datetime import date
from hashlib import blake2b

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from adapters.matching import exact
from adapters.matching.lottery import lots

_FINITE = st.floats(min_value=-1e6, max_value=1e6)
_WORDS = 70
_BITS = arrays.arrays(np.uint64, st.tuples(st.integers(0, 9), st.just(2)))
_WORTH = arrays.arrays(np.float64, _WORDS, elements=st.floats(min_value=1e-3, max_value=20.0))


@given(arrays.arrays(np.float64, st.tuples(st.integers(0, 30), st.integers(1, 3)), elements=_FINITE))
def test_a_sum_is_rounded_once(columns: exact.Floats) -> None:
    assert exact.sums(columns) == [math.fsum(column) for column in columns.T.tolist()]


@given(_BITS, _WORTH)
def test_lengths_and_shares_are_those_of_the_words_that_somebody_has(
    bits: "np.typing.NDArray[np.uint64]", worth: exact.Floats
) -> None:
    held = [[word for word in range(_WORDS) if int(row[word // 64]) >> (word % 64) & 1] for row in bits]

    lengths = exact.lengths(bits, worth)

    assert lengths.tolist() == [math.hypot(*sorted(worth[words].tolist())) for words in held]
    shares: list[list[float]] = [[] for _ in range(_WORDS)]
    for words, length in zip(held, lengths.tolist(), strict=True):
        for word in words:
            shares[word].append(float(worth[word]) / length)
    assert exact.sums_of_shares(bits, worth, lengths) == [math.fsum(each) for each in shares]


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=5), st.dates())
def test_lots_are_the_digests_of_the_standard_library(ids: list[bytes], day: date) -> None:
    key = day.isoformat().encode()

    drawn = lots(np.frombuffer(b"".join(ids), "S16"), key)

    assert drawn.astype(">u8").tobytes() == b"".join(blake2b(raw, key=key).digest()[:16] for raw in ids)
