"""The engine finds for everybody whom the domain finds, whatever it searches with and however the work is split."""

import sys
from collections.abc import Sequence

import attrs
import numpy as np
import pytest
from hypothesis import given

import adapters.matching
from adapters.matching.columns import Columns
from adapters.matching.engine import Market, passes
from adapters.matching.options import Edges
from adapters.matching.people import population
from saltbitter_domain.compatibility.eligibility import eligible
from saltbitter_domain.compatibility.model import Attachment, Traits
from saltbitter_domain.compatibility.policies import population_of
from saltbitter_domain.profiles.model import Gender, Intention, Visibility
from tests.domain.crowd import EVERYONE, HOME, crowd, person, policy_over, rated, request, several, user
from tests.matching.agreement import BACKENDS, agrees, best, market, options, whole

pytestmark = pytest.mark.timeout(600)
"""The first test on a machine waits until everything is compiled."""

FEW = 5


@BACKENDS
def test_it_agrees_about_a_town(compiled: bool) -> None:
    people = crowd(300, seed=5)
    ids = [each.user_id for each in people]
    for n, each in enumerate(people[:40]):
        people[n] = attrs.evolve(each, visibility=Visibility.INCOGNITO if n % 4 else Visibility.PAUSED)
    excluded = {ids[n]: frozenset(ids[n + 1 : n + 30]) for n in range(0, 270, 2)}
    liked_by = {ids[n]: frozenset(ids[:40]) for n in range(100, 200)}
    agrees(request(people, excluded=excluded, liked_by=liked_by), k=20, compiled=compiled)


def test_people_as_good_as_equal_are_told_apart() -> None:
    """Hundreds whose merits differ by less than single precision can tell, and hundreds who do not differ at all."""
    viewer = person(1, genders={Gender.MAN}, seeks={Gender.WOMAN}, cell=HOME, attachment=Attachment(2.5, 3.5))
    near = [
        person(
            2 + n,
            genders={Gender.WOMAN},
            cell=HOME,
            attachment=Attachment(4.0 + n % 350 * 1e-9, 3.0),
            values=rated(1, 2, 3, 4, 5, 6, 7, 0, 1, 2),
        )
        for n in range(700)
    ]
    agrees(request([viewer, *near], viewers=[viewer.user_id]), k=FEW)
    agrees(request([viewer, *near], viewers=[viewer.user_id]), k=100)


@BACKENDS
def test_who_looks_with_whom_and_in_what_order_people_come_changes_nothing(compiled: bool) -> None:
    people = crowd(200, seed=7)
    asked = request(people)
    one, other = market(asked, compiled), market(attrs.evolve(asked, people=people[::-1]), compiled)
    together = one.edges(k=FEW)
    apart = Edges.joined(other.edges(shard, FEW) for shard in reversed(other.shards(7)))
    for name in ("viewers", "indptr", "candidates", "merits", "scores", "eligible", "scanned"):
        assert np.array_equal(getattr(together, name), getattr(apart, name)), name
    assert one.fair_shares(together).tolist() == pytest.approx(other.fair_shares(apart).tolist(), abs=1e-12)


def test_shards_hold_every_viewer_once() -> None:
    mine = market(request(crowd(50, seed=1)))
    shards = mine.shards(4)
    assert sorted(np.concatenate(shards).tolist()) == list(range(50))
    assert {len(shard) for shard in shards} == {12, 13}
    assert np.concatenate(mine.shards(3, np.array([4, 9]))).tolist() in ([4, 9], [9, 4])


def test_all_options_of_somebody_can_be_asked_for() -> None:
    asked = request(crowd(150, seed=3))
    reference, mine = whole(asked), market(asked)
    found = mine.all_edges(np.array([3, 77]))
    for row, viewer in enumerate((3, 77)):
        assert options(found, row)[0] == best(reference, viewer, 150)[0]


@pytest.mark.parametrize("max_distance_km", [50, None])
@BACKENDS
def test_somebody_new_sees_at_once_whom_the_next_run_would_show_them(
    compiled: bool, max_distance_km: int | None
) -> None:
    people = crowd(200, seed=9)
    newcomer = attrs.evolve(
        people[0],
        user_id=user(9),
        interests=people[0].interests | {"falconry"},
        languages=people[0].languages | {"eo"},
        attachment=None,
        max_distance_km=max_distance_km,
    )
    excluded, liking = people[3].user_id, people[5].user_id
    people[5] = attrs.evolve(people[5], visibility=Visibility.INCOGNITO)
    policy = policy_over([*people, newcomer])
    without = market(request(people), compiled, policy)
    found = without.options(newcomer, k=20, excluded=[excluded], liked_by=[liking])
    asked = request([*people, newcomer], viewers=[newcomer.user_id])
    later = market(
        attrs.evolve(
            asked, excluded={newcomer.user_id: frozenset({excluded})}, liked_by={newcomer.user_id: frozenset({liking})}
        ),
        compiled,
        policy,
    )
    expected = later.edges(later.positions([newcomer.user_id]), k=20)
    assert found.viewers.tolist() == [-1]
    assert found.eligible.tolist() == expected.eligible.tolist()
    assert found.merits.tolist() == expected.merits.tolist()
    assert sorted(without.users(found.candidates)) == sorted(later.users(expected.candidates))


def test_somebody_who_changed_is_judged_as_they_are_now() -> None:
    people = crowd(100, seed=2)
    mine = market(request(people))
    place = int(mine.positions([people[0].user_id])[0])
    same = mine.edges(np.array([place]), k=FEW)
    again = mine.options(people[0], k=FEW)
    assert again.viewers.tolist() == [place]
    assert again.candidates.tolist() == same.candidates.tolist()
    changed = mine.options(attrs.evolve(people[0], visibility=Visibility.PAUSED), k=FEW)
    assert changed.eligible.tolist() == [0]


def test_nobody_is_shown_to_whom_they_may_not_be() -> None:
    people = crowd(400, seed=11)
    mine = market(request(people))
    by_id = {each.user_id.bytes: each for each in people}
    edges = mine.edges(k=400)
    viewers = [by_id[each] for each in mine.users(edges.viewers)]
    rows = np.repeat(np.arange(len(viewers)), np.diff(edges.indptr))
    shown = [by_id[each] for each in mine.users(edges.candidates)]
    assert len(shown) > 10_000
    assert all(eligible(viewers[row], other) for row, other in zip(rows, shown, strict=True))


@given(several(0, 12))
def test_the_figures_of_a_population_are_the_domains(people: Sequence[Traits]) -> None:
    assert population(Columns.of(people), "v") == population_of(people, "v")


def test_an_empty_world_has_no_edges() -> None:
    for compiled in (True, False):
        mine = Market.of(Columns.of([]), policy_over([]), compiled=compiled)
        found = mine.run()
        assert (len(found.viewers), found.indptr.tolist(), len(found.fair)) == (0, [0], 0)
        assert mine.options(person(1)).eligible.tolist() == [0]


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    market(request(crowd(30, seed=1))).edges(k=FEW, progress=lambda done, of: told.append((done, of)))
    assert told == [(30, 30)]


def test_it_says_what_it_searches_with(monkeypatch: pytest.MonkeyPatch) -> None:
    assert passes().name == "numba"
    assert passes(compiled=False).name == "numpy"
    monkeypatch.setitem(sys.modules, "adapters.matching.scan", None)
    monkeypatch.delattr(adapters.matching, "scan")
    assert passes().name == "numpy"
    with pytest.raises(ImportError):
        passes(compiled=True)


def test_interests_and_intentions_count() -> None:
    """Whom a person shares a rare interest with comes before whom they share a common one with."""
    me = person(1, interests={"hiking", "chess"}, intention=Intention.LONG_TERM, cell=HOME)
    common = [person(10 + n, interests={"hiking", "reading"}, cell=HOME) for n in range(8)]
    rare = person(3, interests={"chess", "reading"}, intention=Intention.LONG_TERM, cell=HOME, seeks=EVERYONE)
    mine = market(request([me, *common, rare]))
    found = mine.edges(mine.positions([me.user_id]), k=1)
    assert mine.users(found.candidates) == [rare.user_id.bytes]
