"""Allocation over arrays: on the same edges exactly the domain's lists, and on the best few nearly those of all."""

from collections.abc import Iterator
from types import ModuleType

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.matching import allocation
from adapters.matching.allocation import ALLOCATIONS, WHY_SHORT, SparseAllocation
from adapters.matching.edges import fair_shares
from saltbitter_domain.compatibility.allocation import ALLOCATIONS as OF_DOMAIN
from saltbitter_domain.compatibility.allocation import stable
from saltbitter_domain.compatibility.allocation.stable import Allocation
from tests.domain.crowd import DAY
from tests.matching.markets import Market, markets, positions, without_numba

WAYS = sorted(ALLOCATIONS)


@pytest.fixture(scope="module", params=["compiled", "plain"])
def engine(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The allocation with numba and without it."""
    if request.param == "compiled":
        yield allocation
    else:
        with without_numba() as plain:
            yield plain


def by_the_domain(way: str, given: Market) -> Allocation:
    return OF_DOMAIN[way](given.of_domain, history=given.past, day=DAY, quota=given.quota)


def assert_same(found: SparseAllocation, expected: Allocation) -> None:
    assert [[c for c in listed if c >= 0] for listed in found.lists.tolist()] == positions(expected)
    assert found.shown.tolist() == list(expected.shown.values())
    assert [WHY_SHORT[code] for code in found.short] == [expected.short.get(viewer) for viewer in expected.lists]


def same(one: SparseAllocation, other: SparseAllocation) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "merits")
        for name in ("lists", "merits", "shown", "short")
    )


class TestBounds:
    @given(markets())
    def test_they_are_the_domains(self, given: Market) -> None:
        fair = fair_shares(given.edges, given.quota)
        expected = stable.bounds_of(given.of_domain, fair.tolist(), given.past, DAY)
        found = attrs.astuple(given.bounds, recurse=False)
        assert list(zip(*(column.tolist() for column in found), strict=True)) == [attrs.astuple(b) for b in expected]

    @given(markets())
    def test_fair_shares_are_the_domains(self, given: Market) -> None:
        expected = stable.fair_shares(given.of_domain, given.quota)
        assert fair_shares(given.edges, given.quota) == pytest.approx(expected)


class TestSameAsTheDomain:
    def test_both_ways_to_run_are_tried(self, engine: ModuleType) -> None:
        assert engine.rounds.settle.__module__ == "adapters.matching.rounds"
        assert hasattr(engine.rounds.settle, "py_func") is (engine is allocation)

    @pytest.mark.parametrize("way", WAYS)
    @given(given=markets())
    def test_small_markets(self, engine: ModuleType, way: str, given: Market) -> None:
        assert_same(engine.ALLOCATIONS[way](given.edges, given.bounds, given.quota), by_the_domain(way, given))

    @pytest.mark.parametrize("way", WAYS)
    @given(given=markets(most=2000))
    @settings(max_examples=8, deadline=None)
    def test_markets_of_up_to_2000(self, way: str, given: Market) -> None:
        assert_same(ALLOCATIONS[way](given.edges, given.bounds, given.quota), by_the_domain(way, given))

    @pytest.mark.parametrize("way", WAYS)
    @given(given=markets(), few=st.integers(1, 12))
    def test_the_best_few_with_fair_shares_over_all(self, way: str, given: Market, few: int) -> None:
        """The domain is given the same: the best few, and what they are the best of."""
        best = given.best(few)
        expected = OF_DOMAIN[way](
            attrs.evolve(given, edges=best).of_domain,
            history=given.past,
            day=DAY,
            quota=given.quota,
            fair=fair_shares(given.edges, given.quota).tolist(),
            eligible=given.edges.eligible.tolist(),
        )
        assert_same(ALLOCATIONS[way](best, given.bounds, given.quota), expected)
