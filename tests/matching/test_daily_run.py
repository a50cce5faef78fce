"""A day's run over columns gives what the domain's own gives, whatever is between people and behind them."""

import random
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from adapters.matching.daily import ColumnarEngine
from adapters.memory.matching import ReferenceEngine
from saltbitter_domain.compatibility.allocation import daily_run, report
from saltbitter_domain.compatibility.allocation.packed import unpacked
from saltbitter_domain.compatibility.allocation.stable import FLOOR_DAYS
from saltbitter_domain.compatibility.model import PASS_RESTS_FOR, Decision, DecisionKind, Exposure, Traits
from saltbitter_domain.compatibility.ports import RunRequest, RunResult
from saltbitter_domain.compatibility.records import (
    WHY_SHORT,
    exposure_record,
    exposures_of,
    ids_of,
    pair_record,
    person_record,
)
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import Visibility
from tests.domain.crowd import DAY, crowd

pytestmark = pytest.mark.timeout(600)
"""The first test on a machine waits until everything is compiled."""

NOON = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
ZONES = ("Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles")


def a_morning(size: int, seed: int, viewers: float = 1.0) -> RunRequest:
    """Members with decisions and exposures behind them, some hidden, some on a break, some not to be served."""
    rng = random.Random(seed)
    people = [
        attrs.evolve(person, visibility=rng.choices(list(Visibility), [8, 1, 1])[0]) for person in crowd(size, seed)
    ]
    records = [_record(person, rng) for person in people]
    ids = [person.user_id for person in people]
    pairs = {tuple(sorted(rng.sample(ids, 2))) for _ in range(2 * size if size > 1 else 0)}
    exposed = [Exposure(i, DAY - timedelta(days=rng.randrange(4)), rng.randrange(9), rng.random() * 6) for i in ids]
    return RunRequest(
        day=DAY,
        at=NOON,
        viewers=b"".join(i.bytes for i in ids if rng.random() < viewers),
        people=b"".join(rng.sample(records, size)),
        pairs=b"".join(_pair(low, high, rng) for low, high in sorted(pairs)),
        exposures=b"".join(map(exposure_record, exposed)),
    )


def _record(person: Traits, rng: random.Random) -> bytes:
    """Born some months before or after the day ``person.age`` years ago, so that the zone may decide."""
    born = DAY.replace(year=DAY.year - person.age) - timedelta(days=rng.choice([-1, 0, 0, 1, 200]))
    return person_record(person, born, rng.choice(ZONES))


def _pair(low: UserId, high: UserId, rng: random.Random) -> bytes:
    rested = NOON - PASS_RESTS_FOR
    sides = [
        Decision(by, about, rng.choice(list(DecisionKind)), rested + timedelta(seconds=rng.choice([-1, 0, 1, 9e5])))
        for by, about in ((low, high), (high, low))
        if rng.random() < 0.6
    ]
    one, other = [*sides, None, None][:2]
    return pair_record(one, other) if one else b""


_SUMS: dict[str, Any] = dict.fromkeys(("exposure_gini", "never_shown_share", "mean_score", "mean_score_ratio"), 0.0)


def lists_of(made: RunResult) -> dict[UserId, list[UserId]]:
    candidates = list(ids_of(made.candidates))
    lists, start = {}, 0
    for viewer, count in zip(ids_of(made.viewers), made.counts, strict=True):
        lists[viewer] = candidates[start : start + count]
        start += count
    return lists


def scores_of(made: RunResult) -> Sequence[float]:
    return struct.unpack(f"<{len(made.scores) // 8}d", made.scores)


@pytest.mark.parametrize(
    ("size", "seed", "viewers"), [(1, 0, 1.0), (2, 1, 1.0), (40, 2, 1.0), (90, 3, 0.4), (90, 4, 1.0)]
)
async def test_it_gives_what_the_domain_gives(size: int, seed: int, viewers: float) -> None:
    request = a_morning(size, seed, viewers)

    made = await ColumnarEngine(small=0).run(request)
    run = daily_run(unpacked(request))

    lists = lists_of(made)
    assert made.population == run.policy.population
    assert lists == {viewer: list(listed) for viewer, listed in run.allocation.lists.items()}
    true = [score.total for viewer in lists for score in run.scores[viewer]]
    assert scores_of(made) == pytest.approx(true, abs=1e-5)
    short = {viewer: WHY_SHORT[reason] for viewer, reason in zip(lists, made.short, strict=True) if reason}
    assert short == run.allocation.short
    assert made.figures is not None
    true_figures = report(run)
    assert attrs.evolve(made.figures, style_parity={}, **_SUMS) == attrs.evolve(true_figures, style_parity={}, **_SUMS)
    for name in _SUMS:
        assert getattr(made.figures, name) == pytest.approx(getattr(true_figures, name), abs=1e-9)
    exposures = {user_id: exposure for user_id, (exposure,) in exposures_of(made.exposures).items()}
    assert {user_id: exposure.shown for user_id, exposure in exposures.items() if exposure.shown} == {
        user_id: shown for user_id, shown in run.allocation.shown.items() if shown
    }
    assert {user_id: exposure.fair for user_id, exposure in exposures.items()} == pytest.approx(
        {user_id: run.allocation.fair[user_id] for user_id in exposures}, abs=1e-9
    )


@pytest.mark.parametrize("seed", range(6))
async def test_for_one_member_it_gives_what_the_domain_gives(seed: int) -> None:
    everybody = a_morning(80, seed)
    members = list(ids_of(everybody.viewers))
    for viewer in members[:5]:
        first = attrs.evolve(everybody, viewers=viewer.bytes)
        assert lists_of(await ColumnarEngine(small=0).run(first)) == lists_of(await ReferenceEngine().run(first))
        seen = b"".join(other.bytes for other in random.Random(seed).sample(members, 20))
        further = attrs.evolve(first, besides=seen, quota=7)
        page = await ColumnarEngine(small=0).next_page(further)
        assert lists_of(page) == lists_of(await ReferenceEngine().next_page(further))
        assert page.population == (await ReferenceEngine().next_page(further)).population
        unrated = attrs.evolve(further, unrated=True)
        page = await ColumnarEngine(small=0).next_page(unrated)
        assert lists_of(page) == lists_of(await ReferenceEngine().next_page(unrated))


async def test_who_was_shown_before_the_last_days_makes_no_difference() -> None:
    morning = a_morning(80, 3)
    first = attrs.evolve(morning, viewers=next(iter(ids_of(morning.viewers))).bytes)
    long_ago = [
        Exposure(person, morning.day - timedelta(days=FLOOR_DAYS), 50 * n, 1.0)
        for n, person in enumerate(ids_of(morning.viewers))
    ]
    older = attrs.evolve(first, exposures=first.exposures + b"".join(exposure_record(each) for each in long_ago))
    for engine in (ColumnarEngine(small=0), ReferenceEngine()):
        assert await engine.next_page(older) == await engine.next_page(first)
        whole = attrs.evolve(morning, exposures=older.exposures)
        assert lists_of(await engine.run(whole)) == lists_of(await engine.run(morning))


async def test_whoever_is_not_among_the_people_has_no_list() -> None:
    nobody = attrs.evolve(a_morning(20, 1), viewers=bytes(16))
    made = [await ColumnarEngine(small=0).run(nobody), await ColumnarEngine(small=0).next_page(nobody)]
    assert [lists_of(result) for result in made] == [{}, {}]


async def test_a_small_market_is_judged_by_the_plain_rules() -> None:
    request = a_morning(30, 7)
    assert await ColumnarEngine().run(request) == await ReferenceEngine().run(request)
