"""A day's run and the pages after it: what is asked, what is found and what it comes to in figures."""

import random
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.allocation import (
    ALLOCATIONS,
    DailyRun,
    daily_run,
    gini,
    next_page,
    report,
)
from saltbitter_domain.compatibility.allocation.stable import ceiling_of
from saltbitter_domain.compatibility.eligibility import eligible
from saltbitter_domain.compatibility.model import Attachment, Exposure, Traits
from saltbitter_domain.compatibility.ports import MatchRequest
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import Gender, Visibility
from tests.domain.crowd import DAY, TAGS, crowd, person, policy_over, request, several, user

YESTERDAY, TWO_DAYS_AGO, THREE_DAYS_AGO = (DAY - timedelta(days=n) for n in (1, 2, 3))


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
        plain = report(daily_run(request(people), allocation="top-v1"))
        assert plain.mean_score_ratio == pytest.approx(1.0)
        assert not plain.goals_met["exposure_gini"]
        assert not plain.goals_met["style_parity"]
        assert plain.style_parity[Style.FEARFUL] < 0.7
        assert report(run).exposure_gini < 0.2

    @pytest.mark.parametrize("way", ALLOCATIONS)
    def test_the_order_of_people_and_viewers_makes_no_difference(self, way: str) -> None:
        people = crowd(200, 14)
        run = daily_run(request(people), allocation=way)
        shuffled = random.Random(1).sample(people, len(people))
        again = daily_run(request(shuffled, viewers=[p.user_id for p in reversed(people)]), allocation=way)
        assert again.allocation == run.allocation
        assert again.scores == run.scores
        assert again.unconstrained_mean == run.unconstrained_mean

    def test_a_run_names_its_way_to_allocate(self) -> None:
        people = crowd(60, 14)
        runs = {way: daily_run(request(people, quota=3), allocation=way).allocation.lists for way in ALLOCATIONS}
        assert runs["stable-v1"] == daily_run(request(people, quota=3)).allocation.lists
        assert runs["stable-v1"] != runs["tu-v1"] != runs["top-v1"]
        with pytest.raises(KeyError):
            daily_run(request(people), allocation="another")

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
