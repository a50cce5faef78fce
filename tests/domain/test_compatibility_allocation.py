"""stable-v1 and the daily run: fair to those who are shown, good for those who look, and the same for every tier."""

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.allocation import (
    Allocation,
    DailyRun,
    Edges,
    allocate,
    daily_run,
    gini,
    next_page,
    report,
)
from saltbitter_domain.compatibility.allocation.stable import Bounds, ceiling_of, fair_shares, precedence, why_short
from saltbitter_domain.compatibility.eligibility import eligible
from saltbitter_domain.compatibility.model import Attachment, Exposure, Traits
from saltbitter_domain.compatibility.ports import MatchRequest
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import Gender, Visibility
from tests.domain.crowd import DAY, TAGS, crowd, person, policy_over, request, several, user

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
        from saltbitter_domain.compatibility.allocation.stable import _Market

        stable = _Market.open(edges, quota)
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


def relabelled(people: Sequence[Traits], labels: dict[UserId, UserId]) -> list[Traits]:
    return [attrs.evolve(p, user_id=labels[p.user_id]) for p in people]


class TestDailyRun:
    def test_a_run_over_a_crowd_meets_every_goal(self) -> None:
        for people in (crowd(450, 11), crowd(450, 12, women=0.3), crowd(450, 13, admired=0.05)):
            figures = report(daily_run(request(people)))
            assert all(figures.goals_met.values()), figures
            assert figures.violations == 0
            assert 0.95 <= figures.mean_score_ratio < 1.0
            assert figures.full + sum(figures.short.values()) == figures.viewers == len(people)
            assert figures.short.get("ceilings", 0) == 0

    def test_plain_top_score_would_leave_people_unseen(self) -> None:
        """The control: the same crowd by highest score alone misses the goals that the run meets."""
        people = crowd(220, 13, admired=0.05)
        run = daily_run(request(people))
        plain = report(top_score(run))
        assert plain.mean_score_ratio == pytest.approx(1.0)
        assert not plain.goals_met["exposure_gini"]
        assert not plain.goals_met["style_parity"]
        assert plain.style_parity[Style.FEARFUL] < 0.7
        assert report(run).exposure_gini < 0.2

    def test_the_order_of_people_and_viewers_makes_no_difference(self) -> None:
        people = crowd(200, 14)
        run = daily_run(request(people))
        shuffled = random.Random(1).sample(people, len(people))
        again = daily_run(request(shuffled, viewers=[p.user_id for p in reversed(people)]))
        assert again.allocation == run.allocation
        assert again.scores == run.scores
        assert again.unconstrained_mean == run.unconstrained_mean

    def test_ids_make_no_difference_but_between_equals(self) -> None:
        people = crowd(200, 15)
        ids = [p.user_id for p in people]
        labels = dict(zip(ids, random.Random(2).sample(ids, len(ids)), strict=True))
        run, again = daily_run(request(people)), daily_run(request(relabelled(people, labels)))
        assert again.allocation.lists == {
            labels[viewer]: tuple(labels[candidate] for candidate in listed)
            for viewer, listed in run.allocation.lists.items()
        }

    def test_nothing_a_run_is_given_tells_what_anybody_pays(self) -> None:
        known = {field.name for field in (*attrs.fields(Traits), *attrs.fields(MatchRequest))}
        assert not known & {"tier", "tiers", "plan", "plans", "entitlements", "subscription", "subscriptions"}

    def test_being_found_does_not_depend_on_ones_own_attachment(self) -> None:
        """People alike in all but their attachment: whoever ranks them, on average, prefers none of them."""
        people = crowd(300, 16)
        policy = policy_over(people)
        prepared = [policy.prepare(p) for p in people]
        variants = [
            policy.prepare(attrs.evolve(people[0], attachment=a)) for a in (None, Attachment(1, 1), Attachment(7, 7))
        ]
        merits = [
            sum(policy.total(policy.judge(viewer, variant, None)) for viewer in prepared) / len(prepared)
            - policy.attachment_advantage(variant.leaning)
            for variant in variants
        ]
        assert merits == pytest.approx([merits[0]] * 3, abs=1e-9)
        assert abs(policy.attachment_advantage(variants[1].leaning)) > 5

    @settings(deadline=None)
    @given(several(0, 14), st.data())
    def test_only_who_may_be_shown_is_shown(self, people: list[Traits], data: st.DataObject) -> None:
        ids = [p.user_id for p in people]
        subsets = st.dictionaries(st.sampled_from(ids or [user(1)]), st.frozensets(st.sampled_from(ids or [user(1)])))
        excluded, liked_by = data.draw(subsets), data.draw(subsets)
        given_ = request(people, excluded=excluded, liked_by=liked_by, quota=3)
        run = daily_run(given_)
        by_id = {p.user_id: p for p in people}
        for viewer, one in by_id.items():
            able = {
                candidate
                for candidate, other in by_id.items()
                if candidate not in excluded.get(viewer, ())
                and eligible(one, other, candidate in liked_by.get(viewer, ()))
            }
            assert set(run.allocation.lists[viewer]) <= able
            assert run.eligible[viewer] == len(able)
        assert report(run).violations == 0

    def test_scores_are_the_policys_own_whatever_decided_the_order(self) -> None:
        people = crowd(80, 17)
        run = daily_run(request(people))
        by_id = {p.user_id: p for p in people}
        for viewer, listed in run.allocation.lists.items():
            assert run.scores[viewer] == tuple(run.policy.score(by_id[viewer], by_id[c]) for c in listed)

    def test_only_those_who_are_due_get_lists_and_everybody_may_be_in_them(self) -> None:
        people = crowd(120, 18)
        due = [p.user_id for p in people[:15]]
        run = daily_run(request(people, viewers=[*due, user(999)]))
        assert set(run.allocation.lists) == set(due)
        assert len(run.exposures) > len(due)
        assert {e.day for e in run.exposures} == {DAY}
        assert sum(e.shown for e in run.exposures) == sum(map(len, run.allocation.lists.values()))
        assert all(e.fair > 0 for e in run.exposures)

    def test_a_given_policy_is_used(self) -> None:
        policy = policy_over(crowd(20, 19))
        people = crowd(30, 20)
        assert daily_run(request(people), policy).policy is policy
        assert daily_run(request(people)).policy.population.version == "2026-05-04"
        assert next_page(request(people, viewers=[people[0].user_id]), policy).policy is policy

    def test_it_tells_how_far_it_is(self) -> None:
        told: list[tuple[int, int]] = []
        daily_run(request([person(n) for n in range(1, 5)]), progress=lambda done, of: told.append((done, of)))
        assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def test_over_three_days_nobody_gets_less_than_half_their_fair_share(self) -> None:
        people = crowd(150, 21)
        history: dict[UserId, list[Exposure]] = {}
        excluded: dict[UserId, frozenset[UserId]] = {}
        for n in range(3):
            run = daily_run(request(people, day=DAY + timedelta(days=n), history=history, excluded=excluded, quota=5))
            for exposure in run.exposures:
                history.setdefault(exposure.user_id, []).append(exposure)
            for viewer, listed in run.allocation.lists.items():
                excluded[viewer] = excluded.get(viewer, frozenset()) | set(listed)
        for past in history.values():
            assert sum(e.shown for e in past) >= 0.5 * sum(e.fair for e in past) - 1e-9

    def test_runs_through_the_day_keep_one_ceiling(self) -> None:
        people = crowd(120, 22)
        history: dict[UserId, list[Exposure]] = {}
        for start in range(0, 120, 30):
            viewers = [p.user_id for p in people[start : start + 30]]
            for exposure in daily_run(request(people, viewers=viewers, history=history)).exposures:
                history.setdefault(exposure.user_id, []).append(exposure)
        for past in history.values():
            assert sum(e.shown for e in past) <= ceiling_of(sum(e.fair for e in past))

    def test_of_nobody_there_is_nothing(self) -> None:
        assert daily_run(request([])).unconstrained_mean == 0
        figures = report(daily_run(request([])))
        assert (figures.viewers, figures.suggestions, figures.exposure_gini, figures.never_shown_share) == (0, 0, 0, 0)
        assert (figures.mean_score, figures.mean_score_ratio, figures.style_parity) == (0, 1, {})


def top_score(run: DailyRun) -> DailyRun:
    """The same request by plain highest score."""
    by_id = {p.user_id: p for p in run.request.people}
    lists, scores = {}, {}
    for viewer, one in by_id.items():
        able = [(run.policy.score(one, c), c.user_id) for c in by_id.values() if eligible(one, c)]
        best = sorted(able, key=lambda scored: -scored[0].total)[:10]
        lists[viewer], scores[viewer] = tuple(c for _, c in best), tuple(s for s, _ in best)
    shown = Counter(itertools.chain(*lists.values()))
    allocation = attrs.evolve(run.allocation, lists=lists, shown={p: shown[p] for p in by_id})
    return attrs.evolve(run, allocation=allocation, scores=scores)


class TestNextPage:
    def page(self, people: Sequence[Traits], **changes: object) -> DailyRun:
        return next_page(request(people, viewers=[user(1)], **changes))

    def test_it_has_the_best_of_those_left(self) -> None:
        viewer = person(1, interests=set(TAGS[:5]))
        people = [viewer, *(person(n, interests=set(TAGS[: n - 1])) for n in range(2, 7))]
        page = self.page(people, quota=3, excluded={user(1): frozenset({user(6)})})
        assert page.allocation.lists == {user(1): (user(5), user(4), user(3))}
        assert page.allocation.short == {}
        assert [s.total for s in page.scores[user(1)]] == sorted((s.total for s in page.scores[user(1)]), reverse=True)

    def test_it_keeps_the_days_ceilings(self) -> None:
        people = [person(n) for n in range(1, 5)]
        shown = {
            user(2): [Exposure(user(2), DAY, 3, 1.0)],
            user(3): [Exposure(user(3), DAY, 3, 4.0)],
            user(4): [Exposure(user(4), YESTERDAY, 9, 1.0)],
        }
        page = self.page(people, history=shown)
        assert set(page.allocation.lists[user(1)]) == {user(3), user(4)}
        assert page.allocation.short == {user(1): "ceilings"}

    def test_it_counts_what_it_shows_and_adds_to_nobodys_fair_share(self) -> None:
        page = self.page([person(n) for n in range(1, 4)])
        assert page.allocation.shown == {user(1): 0, user(2): 1, user(3): 1}
        assert set(page.allocation.fair.values()) == {0.0}
        assert {(e.user_id, e.shown, e.fair) for e in page.exposures} == {(user(2), 1, 0.0), (user(3), 1, 0.0)}
        assert page.allocation.short == {user(1): "fewer_eligible_than_quota"}

    def test_when_nobody_is_left_it_says_so(self) -> None:
        assert self.page([person(1)]).allocation.short == {user(1): "nobody_eligible"}


class TestFigures:
    def test_gini(self) -> None:
        assert gini([]) == gini([0, 0]) == 0
        assert gini([3, 3, 3]) == pytest.approx(0)
        assert gini([0, 0, 0, 1]) == pytest.approx(0.75)
        assert gini([0.5, 1.5]) == pytest.approx(0.25)
        assert gini([4, 1, 3, 2]) == pytest.approx(0.25)

    def small(self) -> DailyRun:
        """Two who may only be shown to each other, and one whom nobody looks for."""
        return daily_run(
            request(
                [
                    person(1, attachment=Attachment(2, 2)),
                    person(2, attachment=Attachment(6, 6)),
                    person(3, genders={Gender.MAN}, seeks={Gender.NON_BINARY}),
                ]
            )
        )

    def test_a_report_counts(self) -> None:
        figures = report(self.small())
        assert (figures.viewers, figures.full, figures.suggestions, figures.violations) == (3, 0, 2, 0)
        assert figures.short == {"fewer_eligible_than_quota": 2, "nobody_eligible": 1}
        assert figures.never_shown_share == figures.exposure_gini == 0
        assert figures.mean_score_ratio == pytest.approx(1)
        assert figures.style_parity == {Style.SECURE: pytest.approx(1), Style.FEARFUL: pytest.approx(1)}

    def test_it_sees_who_was_not_shown_and_what_was_not_allowed(self) -> None:
        run = self.small()
        score = run.scores[user(1)]
        spoilt = attrs.evolve(
            run,
            allocation=attrs.evolve(
                run.allocation,
                lists={user(1): (user(3),), user(2): (), user(3): ()},
                shown={user(1): 0, user(2): 0, user(3): 1},
            ),
            scores={user(1): score, user(2): (), user(3): ()},
        )
        figures = report(spoilt)
        assert figures.violations == 1
        assert figures.never_shown_share == 1.0
        assert figures.style_parity == {}
        assert not figures.goals_met["violations"]
        assert not figures.goals_met["never_shown_share"]

    def test_one_who_is_never_shown_is_a_whole_share_of_one(self) -> None:
        run = daily_run(request([person(1), person(2)], viewers=[user(1)]))
        unseen = attrs.evolve(run, allocation=attrs.evolve(run.allocation, shown={user(1): 0, user(2): 0}))
        assert report(unseen).never_shown_share == 1.0

    def test_an_excluded_suggestion_is_a_violation(self) -> None:
        run = self.small()
        barred = attrs.evolve(run.request, excluded={user(1): frozenset({user(2)})})
        assert report(attrs.evolve(run, request=barred)).violations == 1

    def test_incognito_is_allowed_to_those_they_liked(self) -> None:
        people = [person(1), person(2, visibility=Visibility.INCOGNITO)]
        run = daily_run(request(people, liked_by={user(1): frozenset({user(2)})}))
        assert run.allocation.lists[user(1)] == (user(2),)
        assert report(run).violations == 0
        assert report(attrs.evolve(run, request=request(people))).violations == 1
        assert daily_run(request(people)).allocation.lists[user(1)] == ()

    def test_style_parity_is_exposure_over_fair_share(self) -> None:
        run = self.small()
        lopsided = attrs.evolve(
            run, allocation=attrs.evolve(run.allocation, shown={user(1): 3, user(2): 1, user(3): 0})
        )
        figures = report(lopsided)
        assert figures.style_parity == {Style.SECURE: pytest.approx(1.5), Style.FEARFUL: pytest.approx(0.5)}
        assert not figures.goals_met["style_parity"]
        assert figures.exposure_gini == pytest.approx(0.25)

    def test_people_of_unknown_style_are_left_out_of_parity(self) -> None:
        run = daily_run(request([person(1, attachment=Attachment(2, 2)), person(2), person(3)]))
        assert report(run).style_parity == {Style.SECURE: pytest.approx(1)}


def test_ids_are_no_order_of_merit() -> None:
    """Equals share what there is by lottery: over many days nobody's id keeps them from being first."""
    people = [person(n) for n in range(1, 6)]
    first = {
        daily_run(request(people, day=DAY + timedelta(days=n), quota=1)).allocation.lists[user(1)] for n in range(40)
    }
    assert first == {(user(n),) for n in range(2, 6)}
    assert UUID(int=1) == user(1)
