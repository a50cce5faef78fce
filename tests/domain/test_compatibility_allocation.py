"""stable-v1 by itself: fair to those who are shown, good for those who look, the same whatever order they come in."""

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.compatibility.allocation import (
    ALLOCATIONS,
    Allocation,
    Edges,
    allocate,
)
from saltbitter_domain.compatibility.allocation.stable import Bounds, ceiling_of, fair_shares, precedence, why_short
from saltbitter_domain.compatibility.allocation.transferable import SIGMA, prices
from saltbitter_domain.compatibility.model import Exposure
from saltbitter_domain.kernel import UserId
from tests.domain.crowd import DAY, user

YESTERDAY, TWO_DAYS_AGO, THREE_DAYS_AGO = (DAY - timedelta(days=n) for n in (1, 2, 3))


def edges_of(people: int, options: Sequence[dict[int, float]]) -> Edges:
    """Viewers at the first positions, each with the merit of those they may be shown."""
    return Edges(
        people=[user(n) for n in range(people)],
        viewers=range(len(options)),
        candidates=[list(merits) for merits in options],
        merits=[list(merits.values()) for merits in options],
    )


def positions(allocation: Allocation) -> list[list[int]]:
    return [[candidate.int for candidate in listed] for listed in allocation.lists.values()]


@st.composite
def markets(draw: st.DrawFn) -> tuple[Edges, int]:
    """Small markets with many equal merits, and a quota."""
    people = draw(st.integers(2, 12))
    options = [
        draw(st.dictionaries(st.integers(0, people - 1), st.integers(0, 3).map(float), max_size=people))
        for _ in range(draw(st.integers(1, people)))
    ]
    return edges_of(people, options), draw(st.integers(1, 4))


earlier_today = st.dictionaries(st.integers(0, 11).map(user), st.integers(1, 3)).map(
    lambda shown: {person: [Exposure(person, DAY, times, 0.0)] for person, times in shown.items()}
)


def room_left(allocation: Allocation, history: dict[UserId, list[Exposure]], person: UserId) -> int:
    had = sum(e.shown for e in history.get(person, ()))
    return max(0, ceiling_of(allocation.fair[person]) - had) - allocation.shown[person]


class TestFairShares:
    def test_a_fair_share_is_what_chance_would_give(self) -> None:
        edges = edges_of(4, [{1: 0, 2: 0, 3: 0}, {2: 0, 3: 0}, {3: 0}])
        assert fair_shares(edges, quota=1) == pytest.approx([0, 1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 1])

    def test_nobody_is_shown_twice_to_one_viewer(self) -> None:
        assert fair_shares(edges_of(3, [{1: 0}]), quota=10) == [0, 1, 0]

    @pytest.mark.parametrize(("fair", "ceiling"), [(0.0, 3), (2.6, 3), (2.67, 4), (10.0, 15), (9.999999999999998, 15)])
    def test_the_ceiling_is_half_as_much_again_but_at_least_3(self, fair: float, ceiling: int) -> None:
        assert ceiling_of(fair) == ceiling


class TestBounds:
    def of(self, fair: float, *past: tuple[date, int, float]) -> Bounds:
        return Bounds.of(fair, [Exposure(user(1), day, shown, due) for day, shown, due in past], DAY)

    def test_without_a_past_the_floor_is_half_the_fair_share(self) -> None:
        assert self.of(10.0) == Bounds(owed=0, floor=5, share=10, ceiling=15)
        assert self.of(0.2) == Bounds(owed=0, floor=1, share=1, ceiling=3)
        assert self.of(0.0) == Bounds(owed=0, floor=0, share=0, ceiling=3)
        assert self.of(4.000000000000001).floor == 2

    def test_what_the_last_two_days_left_out_is_owed(self) -> None:
        assert self.of(10.0, (YESTERDAY, 1, 10.0), (TWO_DAYS_AGO, 2, 10.0)) == Bounds(
            owed=7, floor=12, share=12, ceiling=15
        )

    def test_what_they_gave_too_much_takes_nothing_from_today(self) -> None:
        assert self.of(10.0, (YESTERDAY, 15, 10.0), (TWO_DAYS_AGO, 15, 10.0)) == Bounds(
            owed=0, floor=5, share=10, ceiling=15
        )

    def test_older_and_later_days_do_not_count(self) -> None:
        past = [(THREE_DAYS_AGO, 0, 100.0), (DAY + timedelta(days=1), 0, 100.0)]
        assert self.of(10.0, *past) == Bounds(owed=0, floor=5, share=10, ceiling=15)

    def test_earlier_runs_of_the_day_count_towards_floor_and_ceiling(self) -> None:
        assert self.of(2.0, (DAY, 6, 8.0)) == Bounds(owed=0, floor=0, share=4, ceiling=9)
        assert self.of(2.0, (DAY, 1, 8.0)) == Bounds(owed=3, floor=4, share=9, ceiling=14)
        assert self.of(2.0, (DAY, 20, 8.0)) == Bounds(owed=0, floor=0, share=0, ceiling=0)

    def test_nothing_exceeds_the_ceiling(self) -> None:
        assert self.of(2.0, (YESTERDAY, 0, 100.0)) == Bounds(owed=3, floor=3, share=3, ceiling=3)


class TestPrecedence:
    def past(self, number: int, *past: tuple[date, int, float]) -> dict[UserId, list[Exposure]]:
        return {user(number): [Exposure(user(number), day, shown, fair) for day, shown, fair in past]}

    def test_who_was_shown_longest_ago_goes_first(self) -> None:
        history = (
            self.past(1, (YESTERDAY, 1, 1.0))
            | self.past(2, (TWO_DAYS_AGO, 9, 1.0), (YESTERDAY, 0, 1.0))
            | self.past(3, (TWO_DAYS_AGO, 0, 1.0), (YESTERDAY, 0, 1.0))
        )
        assert precedence([user(1), user(2), user(3)], history, DAY) == [user(3), user(2), user(1)]

    def test_then_who_got_less_of_their_fair_share(self) -> None:
        history = (
            self.past(1, (YESTERDAY, 4, 4.0)) | self.past(2, (YESTERDAY, 4, 8.0)) | self.past(3, (YESTERDAY, 4, 6.0))
        )
        assert precedence([user(1), user(2), user(3)], history, DAY) == [user(2), user(3), user(1)]

    def test_then_a_lottery_that_is_drawn_anew_each_day(self) -> None:
        people = [user(n) for n in range(50)]
        today, tomorrow = precedence(people, {}, DAY), precedence(people[::-1], {}, DAY + timedelta(days=1))
        assert today == precedence(people[::-1], {}, DAY)
        assert people != today != tomorrow != people


class TestWhyShort:
    @pytest.mark.parametrize(
        ("listed", "candidates", "reason"),
        [
            (10, 10, None),
            (10, 50, None),
            (0, 0, "nobody_eligible"),
            (4, 4, "fewer_eligible_than_quota"),
            (4, 5, "ceilings"),
            (0, 5, "ceilings"),
        ],
    )
    def test_every_short_list_has_a_reason(self, listed: int, candidates: int, reason: str | None) -> None:
        assert why_short(listed, candidates, 10) == reason


class TestAllocate:
    @given(markets(), earlier_today)
    def test_it_keeps_quotas_options_and_ceilings(
        self, market: tuple[Edges, int], history: dict[UserId, list[Exposure]]
    ) -> None:
        edges, quota = market
        allocation = allocate(edges, history=history, day=DAY, quota=quota)
        lists = positions(allocation)
        for listed, candidates in zip(lists, edges.candidates, strict=True):
            assert len(listed) <= quota
            assert len(set(listed)) == len(listed)
            assert set(listed) <= set(candidates)
        shown = Counter(itertools.chain(*lists))
        for n, fair in enumerate(fair_shares(edges, quota)):
            assert allocation.shown[user(n)] == shown[n]
            assert allocation.fair[user(n)] == fair
            assert room_left(allocation, history, user(n)) >= 0

    @given(markets(), earlier_today)
    def test_no_list_is_short_while_somebody_has_room_or_can_be_made_room_for(
        self, market: tuple[Edges, int], history: dict[UserId, list[Exposure]]
    ) -> None:
        edges, quota = market
        allocation = allocate(edges, history=history, day=DAY, quota=quota)
        lists = positions(allocation)
        spare = {n for n in range(len(edges.people)) if room_left(allocation, history, user(n)) > 0}
        for listed, candidates in zip(lists, edges.candidates, strict=True):
            left = set(candidates) - set(listed)
            if len(listed) == quota or not left:
                continue
            assert not left & spare
            for other, options in zip(lists, edges.candidates, strict=True):
                assert not left & set(other) or not spare & (set(options) - set(other)), "an exchange was left undone"

    @given(markets(), st.lists(st.integers(0, 3), min_size=12, max_size=12))
    def test_a_round_is_plain_greed_by_merit_and_precedence(
        self, market: tuple[Edges, int], targets: list[int]
    ) -> None:
        edges, quota = market
        from saltbitter_domain.compatibility.allocation.stable import Draft

        stable = Draft.open(edges, quota)
        stable.settle(targets)
        offers = sorted(
            (-merit, candidate, row)
            for row, (candidates, merits) in enumerate(zip(edges.candidates, edges.merits, strict=True))
            for candidate, merit in zip(candidates, merits, strict=True)
        )
        greedy: list[set[int]] = [set() for _ in edges.viewers]
        shown = Counter[int]()
        for _, candidate, row in offers:
            if len(greedy[row]) < quota and shown[candidate] < targets[candidate]:
                greedy[row].add(candidate)
                shown[candidate] += 1
        assert [set(chosen) for chosen in stable.chosen] == greedy
        assert stable.shown == [shown[n] for n in range(len(edges.people))]

    def test_lists_come_most_merit_first_and_ties_by_precedence(self) -> None:
        edges = edges_of(5, [{4: 1.0, 2: 3.0, 3: 1.0, 1: 2.0}])
        assert positions(allocate(edges, history={}, day=DAY)) == [[2, 1, 3, 4]]

    def test_of_two_viewers_who_suit_alike_the_longer_waiting_is_served(self) -> None:
        """The one whom all three want has room for three; the fourth viewer comes last."""
        edges = edges_of(5, [{4: 1.0}, {4: 1.0}, {4: 1.0}, {4: 1.0}])
        fair = fair_shares(edges, 1)
        assert fair[4] == 4
        assert positions(allocate(edges, history={}, day=DAY, quota=1)) == [[4], [4], [4], [4]]
        past = {user(4): [Exposure(user(4), DAY, 3, 0.0)]}
        assert positions(allocate(edges, history=past, day=DAY, quota=1)) == [[4], [4], [4], []]

    def test_everybody_is_seen_although_all_prefer_the_same(self) -> None:
        """Six viewers would all see the three admired; the floor gives the other three a place first."""
        options = [{n: float(100 - n) for n in range(6, 12)} for _ in range(6)]
        allocation = allocate(edges_of(12, options), history={}, day=DAY, quota=3)
        shown = [allocation.shown[user(n)] for n in range(6, 12)]
        assert allocation.fair[user(6)] == pytest.approx(3.0)
        assert min(shown) >= 2
        assert max(shown) <= 4
        assert sum(shown) == 18

    def test_what_is_owed_goes_before_everything_else(self) -> None:
        """Both have a floor of one and the only viewer one place; who was left out yesterday gets it."""
        edges = edges_of(3, [{1: 9.0, 2: 1.0}])
        assert positions(allocate(edges, history={}, day=DAY, quota=1)) == [[1]]
        left_out = {user(2): [Exposure(user(2), YESTERDAY, 0, 0.5)]}
        assert positions(allocate(edges, history=left_out, day=DAY, quota=1)) == [[2]]

    def test_who_is_below_their_floor_replaces_the_least_suited_above_theirs(self) -> None:
        """Candidate 3 is known to the first viewer only, whose two places more suited people took."""
        edges = edges_of(6, [{3: 1.0, 4: 9.0, 5: 8.0}, {4: 7.0, 5: 7.0}, {4: 7.0, 5: 7.0}])
        allocation = allocate(edges, history={}, day=DAY, quota=2)
        assert positions(allocation)[0] == [4, 3]
        assert allocation.shown == {user(0): 0, user(1): 0, user(2): 0, user(3): 1, user(4): 3, user(5): 2}

    def test_they_replace_somebody_where_they_suit_best_themselves(self) -> None:
        """Candidates 3 and 8 suit viewers 0 and 1 only, each of them one better; 5 has enough places elsewhere."""
        options = [
            {3: 1.0, 4: 9.0, 5: 8.0, 8: 0.5},
            {3: 2.0, 4: 9.0, 5: 8.0, 8: 0.4},
            {4: 7.0, 5: 7.0},
            {4: 7.0, 5: 7.0},
        ]
        allocation = allocate(edges_of(9, options), history={}, day=DAY, quota=2)
        assert positions(allocation) == [[4, 8], [4, 3], [4, 5], [4, 5]]

    def test_nobody_falls_below_their_floor_for_another(self) -> None:
        edges = edges_of(4, [{1: 3.0, 2: 2.0, 3: 1.0}])
        allocation = allocate(edges, history={}, day=DAY, quota=2)
        assert positions(allocation) == [[1, 2]]
        assert allocation.short == {}

    def test_a_list_left_short_by_ceilings_is_refilled_by_exchange(self) -> None:
        """Candidate 4 may be shown once more. Viewer 0 wants nobody else, viewer 1 wants 4 most but can do with 5."""
        edges = edges_of(6, [{4: 1.0}, {4: 9.0, 5: 1.0}])
        past = {user(4): [Exposure(user(4), DAY, 2, 0.0)]}
        allocation = allocate(edges, history=past, day=DAY, quota=1)
        assert positions(allocation) == [[4], [5]]
        assert allocation.short == {}

    def test_the_exchange_that_loses_least_is_made(self) -> None:
        edges = edges_of(9, [{6: 1.0}, {6: 9.0, 7: 8.0, 8: 1.0}, {6: 9.0, 8: 2.0}])
        past = {
            user(6): [Exposure(user(6), DAY, 1, 0.0)],
            user(8): [Exposure(user(8), DAY, 2, 0.0)],
            user(7): [Exposure(user(7), DAY, 5, 9.0)],
        }
        allocation = allocate(edges, history=past, day=DAY, quota=1)
        assert positions(allocation) == [[6], [7], [6]]

    def test_who_was_replaced_for_anothers_floor_fills_a_short_list(self) -> None:
        """Candidate 1 may be shown twice more and leaves viewer 2 to candidate 3, whom nobody else may be shown."""
        edges = edges_of(4, [{1: 1.0}, {1: 2.0}, {3: 2.0, 1: 5.0}])
        past = {user(1): [Exposure(user(1), DAY, 1, 0.0)]}
        allocation = allocate(edges, history=past, day=DAY, quota=1)
        assert positions(allocation) == [[1], [1], [3]]
        assert allocation.shown == {user(0): 0, user(1): 2, user(2): 0, user(3): 1}

    def test_where_nobody_can_stand_in_a_list_stays_short_because_of_ceilings(self) -> None:
        edges = edges_of(3, [{2: 1.0}, {2: 2.0}])
        past = {user(2): [Exposure(user(2), DAY, 2, 0.0)]}
        allocation = allocate(edges, history=past, day=DAY, quota=1)
        assert positions(allocation) == [[], [2]]
        assert allocation.short == {user(0): "ceilings"}

    def test_short_lists_say_why(self) -> None:
        allocation = allocate(edges_of(3, [{}, {2: 1.0}]), history={}, day=DAY, quota=2)
        assert allocation.short == {user(0): "nobody_eligible", user(1): "fewer_eligible_than_quota"}


class TestOverTheBestOnly:
    """Where the edges are only the best of all, fair shares and counts over all of them come from outside."""

    def test_bounds_follow_the_fair_shares_given(self) -> None:
        edges = edges_of(6, [{5: 2.0, 4: 1.0}, {5: 2.0, 4: 1.0}, {5: 2.0, 4: 1.0}, {5: 2.0, 4: 1.0}])
        assert allocate(edges, history={}, day=DAY, quota=1).shown[user(5)] == 2
        allocation = allocate(edges, history={}, day=DAY, quota=1, fair=[0, 0, 0, 0, 0.5, 3.5])
        assert allocation.shown[user(5)] == 3
        assert allocation.fair[user(5)] == 3.5

    def test_reasons_follow_the_counts_given(self) -> None:
        allocation = allocate(edges_of(3, [{2: 1.0}, {2: 1.0}, {}]), history={}, day=DAY, quota=2, eligible=[1, 7, 3])
        assert allocation.short == {
            user(0): "fewer_eligible_than_quota",
            user(1): "ceilings",
            user(2): "ceilings",
        }

    @given(markets())
    def test_complete_edges_need_neither(self, market: tuple[Edges, int]) -> None:
        edges, quota = market
        for way in ALLOCATIONS.values():
            assert way(edges, history={}, day=DAY, quota=quota) == way(
                edges,
                history={},
                day=DAY,
                quota=quota,
                fair=fair_shares(edges, quota),
                eligible=[len(candidates) for candidates in edges.candidates],
            )


class TestTop:
    @given(markets(), earlier_today)
    def test_everybody_gets_their_highest_whoever_that_shows(
        self, market: tuple[Edges, int], history: dict[UserId, list[Exposure]]
    ) -> None:
        edges, quota = market
        allocation = ALLOCATIONS["top-v1"](edges, history=history, day=DAY, quota=quota)
        for listed, candidates, merits in zip(positions(allocation), edges.candidates, edges.merits, strict=True):
            ranked = sorted(zip([-merit for merit in merits], candidates, strict=True))
            assert listed == [candidate for _, candidate in ranked[:quota]]

    def test_highest_is_by_score_and_the_list_by_merit(self) -> None:
        edges = attrs.evolve(edges_of(4, [{1: 5.0, 2: 3.0, 3: 1.0}]), advantages=[0.0, 0.0, 1.0, 9.0])
        assert positions(ALLOCATIONS["top-v1"](edges, history={}, day=DAY, quota=2)) == [[1, 3]]


class TestTransferable:
    @given(markets(), earlier_today)
    def test_it_keeps_quotas_options_and_ceilings(
        self, market: tuple[Edges, int], history: dict[UserId, list[Exposure]]
    ) -> None:
        edges, quota = market
        allocation = ALLOCATIONS["tu-v1"](edges, history=history, day=DAY, quota=quota)
        lists = positions(allocation)
        for listed, candidates in zip(lists, edges.candidates, strict=True):
            assert len(set(listed)) == len(listed) <= quota
            assert set(listed) <= set(candidates)
        shown = Counter(itertools.chain(*lists))
        for person in edges.people:
            assert allocation.shown[person] == shown[person.int]
            assert room_left(allocation, history, person) >= 0

    def test_whom_all_want_has_a_price_and_those_alike_the_same(self) -> None:
        edges = edges_of(7, [{4: 9.0, 5: 6.0, 6: 6.0} for _ in range(4)])
        found = prices(edges, [0, 0, 0, 0, 2, 2, 2], quota=1)
        assert found[4] > found[5] + 1.0
        assert found[5] == found[6]
        assert found[:4] == [0.0] * 4

    def test_at_these_prices_demand_meets_capacity(self) -> None:
        """The equations of the model: what is met and what is free come to the capacity of either side."""
        edges = edges_of(6, [{3: 1.0, 4: 2.0, 5: 4.0}, {3: 0.0, 4: 3.0, 5: 3.0}, {4: 1.0, 5: 5.0}])
        capacities, quota = [0, 0, 0, 1, 2, 2], 2
        b = [math.exp(-price / (2 * SIGMA)) for price in prices(edges, capacities, quota)]
        met = [0.0] * 6
        for candidates, merits in zip(edges.candidates, edges.merits, strict=True):
            pull = math.fsum(math.exp(m / (2 * SIGMA)) * b[c] for c, m in zip(candidates, merits, strict=True))
            a = (math.sqrt(pull * pull + 4 * quota) - pull) / 2
            for candidate, merit in zip(candidates, merits, strict=True):
                met[candidate] += a * b[candidate] * math.exp(merit / (2 * SIGMA))
        for candidate in (3, 4, 5):
            assert met[candidate] + b[candidate] ** 2 == pytest.approx(capacities[candidate], rel=1e-3)

    def test_attention_moves_to_whom_chance_owes_it(self) -> None:
        """Six viewers would all see the three admired; prices send half of them to the other three."""
        options = [{n: float(100 - n) for n in range(6, 12)} for _ in range(6)]
        allocation = ALLOCATIONS["tu-v1"](edges_of(12, options), history={}, day=DAY, quota=3)
        assert sum(allocation.shown.values()) == 18
        assert max(allocation.shown.values()) <= 4
        assert min(allocation.shown[user(n)] for n in range(6, 12)) >= 1

    def test_what_lies_too_far_apart_is_still_computed(self) -> None:
        edges = edges_of(4, [{1: -1e6, 2: 0.0, 3: 1e6}])
        assert positions(ALLOCATIONS["tu-v1"](edges, history={}, day=DAY, quota=2)) == [[3, 2]]
