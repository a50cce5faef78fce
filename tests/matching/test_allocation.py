"""Allocation over arrays: on the same edges exactly the domain's lists, and on the best few nearly those of all."""

from types import ModuleType

import attrs
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.matching import allocation
from adapters.matching.allocation import ALLOCATIONS, WHY_SHORT, SparseAllocation
from adapters.matching.edges import Bounds, History, SparseEdges, fair_shares
from adapters.matching.rounds import Ints
from saltbitter_domain.compatibility.allocation import ALLOCATIONS as OF_DOMAIN
from saltbitter_domain.compatibility.allocation import stable, transferable
from saltbitter_domain.compatibility.allocation.stable import Allocation
from tests.domain.crowd import DAY
from tests.matching.markets import Market, market, markets, positions, without_numba

WAYS = sorted(ALLOCATIONS)


@pytest.fixture(scope="module", params=["compiled", "plain"])
def engine(request: pytest.FixtureRequest) -> ModuleType:
    """The allocation with numba and without it."""
    return allocation if request.param == "compiled" else without_numba()


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
    @pytest.mark.timeout(400)
    @settings(max_examples=5, deadline=None)
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


class TestSparse:
    """Only the best few options are at hand, and further ones are asked for where these run out."""

    @given(given=markets(), few=st.integers(1, 12))
    def test_it_keeps_quotas_options_and_ceilings(self, engine: ModuleType, given: Market, few: int) -> None:
        bounds = given.bounds
        for way in ("stable-v1", "tu-v1"):
            found = engine.ALLOCATIONS[way](
                ours(engine, given.best(few)), bounds, given.quota, more=given.more, reach=given.reach
            )
            assert np.all(found.shown <= bounds.ceiling)
            options = [set(candidates) for candidates in given.of_domain.candidates]
            for row, (listed, merits) in enumerate(zip(found.lists, found.merits, strict=True)):
                chosen = listed[listed >= 0].tolist()
                assert len(set(chosen)) == len(chosen)
                assert set(chosen) <= options[row]
                worth = dict(zip(given.of_domain.candidates[row], given.of_domain.merits[row], strict=True))
                assert (
                    merits[: len(chosen)].tolist() == [worth[c] for c in chosen] == sorted(merits[: len(chosen)])[::-1]
                )
            assert (
                found.shown.tolist()
                == np.bincount(found.lists[found.lists >= 0], minlength=given.edges.people).tolist()
            )

    @given(given=markets(), few=st.integers(1, 12))
    def test_no_list_is_short_while_somebody_eligible_has_room(self, given: Market, few: int) -> None:
        bounds = given.bounds
        for way in ("stable-v1", "tu-v1"):
            found = ALLOCATIONS[way](given.best(few), bounds, given.quota, more=given.more)
            room = found.shown < bounds.ceiling
            for row in np.flatnonzero(found.lists[:, -1] < 0).tolist():
                left = set(given.of_domain.candidates[row]) - set(found.lists[row].tolist())
                assert not any(room[candidate] for candidate in left)
                assert WHY_SHORT[found.short[row]] == stable.why_short(
                    int((found.lists[row] >= 0).sum()), int(given.edges.eligible[row]), given.quota
                )

    @given(given=markets(), few=st.integers(1, 60))
    def test_where_nobodys_options_are_cut_off_they_are_the_lists_of_all(self, given: Market, few: int) -> None:
        best = given.best(max(few, int(given.edges.lengths.max(initial=0))))
        assert_same(stable_over(best, given, sparse=True), by_the_domain("stable-v1", given))

    def test_where_options_run_out_only_at_the_ceilings_they_are_the_lists_of_all(self) -> None:
        """Everybody had their floor this morning and some their share, so that the rounds before pass over them."""
        proved = 0
        for seed in range(40):
            morning = market(90, seed, quota=3)
            fair = fair_shares(morning.edges, 3)
            had = np.ceil(fair * (2.0 if seed % 2 else 1.1)).astype(np.int32)
            everybody = np.arange(90, dtype=np.int32)
            given = attrs.evolve(morning, history=History(everybody, np.zeros(90, np.int32), had, fair))
            best = given.best(6)
            assert not given.bounds.floor.any()
            if not ran_out(best, given.bounds, 3):
                assert_same(stable_over(best, given, sparse=True), by_the_domain("stable-v1", given))
                proved += not same(stable_over(best, given, sparse=True), stable_over(best, given, sparse=False))
        assert proved >= 10

    def test_whoever_is_among_the_best_of_too_few_comes_to_their_floor(self) -> None:
        """A crowd of admired people stands before the others in everybody's options."""
        given = market(400, 5, admiration=3.0, density=0.9)
        bounds, best = given.bounds, given.best(20)
        alone = ALLOCATIONS["stable-v1"](best, bounds, 10)
        reached = ALLOCATIONS["stable-v1"](best, bounds, 10, reach=given.reach)
        assert np.mean(alone.shown < bounds.floor) > 0.2
        assert np.mean(reached.shown < bounds.floor) < 0.01

    def test_callbacks_are_asked_only_for_whom_they_are_for(self) -> None:
        given = market(60, 6, quota=5)
        best = given.best(6)
        asked: dict[str, list[int]] = {"more": [], "reach": []}

        def more(viewers: Ints) -> SparseEdges:
            asked["more"] += viewers.tolist()
            return given.more(viewers)

        def reach(candidates: Ints) -> SparseEdges:
            asked["reach"] += candidates.tolist()
            return given.reach(candidates)

        ALLOCATIONS["stable-v1"](best, given.bounds, 5, more=more, reach=reach)
        options = np.bincount(best.candidates, minlength=60)
        assert asked["reach"] == np.flatnonzero(options < given.bounds.floor).tolist()
        assert len(set(asked["more"])) == len(asked["more"])
        assert set(asked["more"]) <= set(best.viewers[best.lengths < best.eligible].tolist())
        asked.update(more=[], reach=[])
        ALLOCATIONS["stable-v1"](given.edges, given.bounds, 5, more=more)
        assert asked["more"] == []

    def test_further_edges_of_people_who_are_no_viewers_are_left_out(self) -> None:
        edges = SparseEdges.of(4, [1], [0, 1], [0], [1.0], eligible=[2])
        further = SparseEdges.of(4, [0, 1], [0, 1, 3], [3, 2, 0], [9.0, 2.0, 1.0])
        found = ALLOCATIONS["stable-v1"](edges, Bounds.of(np.ones(4), History.none()), 3, more=lambda _: further)
        assert found.lists.tolist() == [[2, 0, -1]]

    def test_callbacks_that_know_no_more_end_it(self) -> None:
        given = market(30, 7)
        best = given.best(2)
        found = ALLOCATIONS["stable-v1"](best, given.bounds, 10, more=lambda _: best, reach=lambda _: best)
        assert np.all(found.shown <= given.bounds.ceiling)
        assert set(found.short.tolist()) == {3}


class TestInAnyOrder:
    @pytest.mark.parametrize("way", WAYS)
    @given(given=markets(), seed=st.integers(0, 2**32 - 1))
    def test_the_order_of_options_makes_no_difference(
        self, engine: ModuleType, way: str, given: Market, seed: int
    ) -> None:
        e, rng = given.edges, np.random.default_rng(seed)
        shuffled = rng.permutation(len(e.candidates))
        shuffled = shuffled[np.argsort(e.rows[shuffled], kind="stable")]
        again = engine.SparseEdges.of(
            e.people, e.viewers, e.indptr, e.candidates[shuffled], e.merits[shuffled], e.eligible, e.advantages
        )
        allocate = engine.ALLOCATIONS[way]
        assert same(allocate(e, given.bounds, given.quota), allocate(again, given.bounds, given.quota))

    def test_what_is_in_order_is_not_copied(self) -> None:
        e = market(30, 8).edges
        again = SparseEdges.of(e.people, e.viewers, e.indptr, e.candidates, e.merits, e.eligible, e.advantages)
        assert again.candidates is e.candidates
        assert again.merits is e.merits


class TestOrder:
    @given(
        worth=st.lists(
            st.one_of(st.sampled_from([0.0, -0.0, 1e-300, 1.0, 1e18, -1e18]), st.floats(-3.0, 3.0)),
            min_size=1,
            max_size=40,
        ),
        rows=st.integers(1, 4),
        seed=st.integers(0, 2**32 - 1),
    )
    @example(worth=[0.0, 1e-300], rows=1, seed=0)
    def test_edges_come_by_worth_however_close_then_by_row_then_by_candidate(
        self, engine: ModuleType, worth: list[float], rows: int, seed: int
    ) -> None:
        """An outlier leaves steps so wide that most worths fall into one."""
        rng, count = np.random.default_rng(seed), len(worth)
        indptr = np.concatenate([[0], np.sort(rng.integers(0, count + 1, rows - 1)), [count]]).astype(np.int64)
        candidates = rng.permutation(count).astype(np.int32)
        free = rng.integers(0, 2, rows).astype(np.int32)
        taken = rng.integers(0, 2, count).astype(np.uint8)
        row = np.repeat(np.arange(rows), np.diff(indptr))
        order = engine.rounds.order_of(indptr, candidates, np.array(worth), free, taken)
        expected = [edge for edge in range(count) if free[row[edge]] and not taken[edge]]
        expected.sort(key=lambda edge: (-worth[edge], row[edge], candidates[edge]))
        assert order.edges.tolist() == expected
        assert [(end >> 32, end & 0xFFFFFFFF) for end in order.ends.tolist()] == [
            (row[edge], candidates[edge]) for edge in expected
        ]


class TestPrices:
    @given(given=markets())
    def test_they_are_the_domains(self, engine: ModuleType, given: Market) -> None:
        expected = transferable.prices(given.of_domain, given.bounds.share.tolist(), given.quota)
        assert engine.prices(given.edges, given.bounds.share, given.quota) == pytest.approx(expected, abs=2e-6)


def test_a_market_without_anybody_has_no_lists() -> None:
    nobody = SparseEdges.of(0, [], [0], [], [])
    for allocate in ALLOCATIONS.values():
        found = allocate(nobody, Bounds.of(np.zeros(0), History.none()), 10)
        assert found.lists.shape == (0, 10)
        assert found.shown.shape == (0,)


def ours(engine: ModuleType, edges: SparseEdges) -> SparseEdges:
    """The edges as a value of the engine's own."""
    made: SparseEdges = engine.SparseEdges.of(**attrs.asdict(edges, recurse=False))
    return made


def stable_over(best: SparseEdges, given: Market, sparse: bool) -> SparseAllocation:
    return ALLOCATIONS["stable-v1"](
        best, given.bounds, given.quota, more=given.more if sparse else None, reach=given.reach if sparse else None
    )


def ran_out(best: SparseEdges, bounds: Bounds, quota: int) -> bool:
    """Whether by the round of shares a list with an empty place came to the end of options that were cut off."""
    if not bounds.share.any():
        return False
    only = Bounds(bounds.owed, bounds.floor, bounds.share, bounds.share)
    rows = ALLOCATIONS["stable-v1"](best, only, quota).lists[:, -1] < 0
    return bool(np.any(rows & (best.lengths < best.eligible)))
