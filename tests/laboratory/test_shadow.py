"""A policy in the shadow: it is compared in the log, and changes nothing that anybody is shown."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import attrs
import pytest
from scipy.stats import kendalltau

from adapters.laboratory.shadow import LISTS, Agreement, ShadowedEngine, compare
from adapters.memory.matching import ReferenceEngine
from config.logging import MASK, configure
from saltbitter_domain.compatibility.model import Factor, Leaning, Traits
from saltbitter_domain.compatibility.policies import WEIGHTS, WeightedV1, population_of
from saltbitter_domain.compatibility.policies.fitted import Calibration, FittedPolicy, Provenance
from saltbitter_domain.compatibility.ports import RunRequest
from saltbitter_domain.compatibility.records import person_record
from saltbitter_domain.kernel import UserId
from tests.domain.crowd import crowd

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
CROWD = crowd(40, seed=9)
PEOPLE = {person.user_id: person for person in CROWD}
POPULATION = population_of(CROWD, "test")
SHOWN = WeightedV1(POPULATION)


def policy(**weights: float) -> FittedPolicy:
    return FittedPolicy(
        name="fitted-test",
        weights={factor: weights.get(factor.value, 0.0) for factor in Factor},
        pair_features=(),
        means=dict.fromkeys(Factor, 0.5),
        calibration=Calibration(0.0, 0.1),
        provenance=Provenance("0" * 64, DAY, 10, 4, 2, "2 groups, each left out once", 1.0),
        scores={},
    )


USUAL = policy(**{factor.value: points for factor, points in WEIGHTS.items()})
OTHER = policy(values=100.0)


def request() -> RunRequest:
    def born(person: Traits) -> date:
        return date(DAY.year - person.age - 1, 12, 1)

    return RunRequest(
        day=DAY,
        at=AT,
        viewers=b"".join(person.user_id.bytes for person in CROWD),
        people=b"".join(person_record(person, born(person), "UTC") for person in CROWD),
        pairs=b"",
        exposures=b"",
    )


def lists() -> Mapping[UserId, tuple[UserId, ...]]:
    ids = list(PEOPLE)
    return {ids[n]: tuple(ids[n + 1 : n + 11]) for n in range(20)}


def test_a_policy_agrees_with_itself_wholly() -> None:
    assert compare(lists(), PEOPLE, SHOWN, USUAL.over(POPULATION)) == Agreement(20, 200, 1.0, 1.0)


def test_policies_that_weigh_differently_agree_less() -> None:
    agreement = compare(lists(), PEOPLE, SHOWN, OTHER.over(POPULATION))
    assert agreement.rank_correlation is not None
    assert agreement.first_overlap is not None
    assert -1.0 < agreement.rank_correlation < 0.9
    assert 0.0 < agreement.first_overlap < 1.0


def test_orders_are_of_merit_and_compared_as_by_kendall() -> None:
    policies = SHOWN, policy(attachment=70.0, values=30.0).over(POPULATION)

    def merits(judge: WeightedV1, viewer: UserId, listed: tuple[UserId, ...]) -> list[float]:
        return [
            judge.score(PEOPLE[viewer], PEOPLE[candidate]).total
            - judge.attachment_advantage(Leaning.of(PEOPLE[candidate].attachment))
            for candidate in listed
        ]

    taus = [kendalltau(*(merits(judge, *entry) for judge in policies)).statistic for entry in lists().items()]
    assert compare(lists(), PEOPLE, *policies).rank_correlation == pytest.approx(sum(taus) / len(taus))


def test_the_order_of_two_is_turned_round_by_a_policy_that_weighs_only_what_the_other_does_not() -> None:
    viewer, far, near = (attrs.evolve(CROWD[n], attachment=None, interests=frozenset(), values={}) for n in range(3))
    far, near = attrs.evolve(far, age=viewer.age + 30), attrs.evolve(near, age=viewer.age)
    people = {person.user_id: person for person in (viewer, far, near)}
    listed = {viewer.user_id: (far.user_id, near.user_id)}
    only_age = attrs.evolve(SHOWN, weights={**dict.fromkeys(Factor, 0.0), Factor.DEMOGRAPHICS: 100.0})
    inverse = attrs.evolve(SHOWN, weights={**dict.fromkeys(Factor, 0.0), Factor.DEMOGRAPHICS: -100.0})

    assert compare(listed, people, only_age, inverse) == Agreement(1, 2, -1.0, 1.0)
    flat = attrs.evolve(SHOWN, weights={**dict.fromkeys(Factor, 0.0), Factor.VALUES: 100.0})
    assert compare(listed, people, only_age, flat) == Agreement(1, 2, None, 1.0)


def test_lists_of_one_and_of_people_who_are_gone_tell_nothing() -> None:
    one, two, *_ = PEOPLE
    assert compare({one: (two,)}, PEOPLE, SHOWN, SHOWN) == Agreement(0, 0, None, None)
    assert compare({one: tuple(PEOPLE)[1:5]}, {one: PEOPLE[one]}, SHOWN, SHOWN) == Agreement(0, 0, None, None)


async def logged(engine: ShadowedEngine) -> tuple[dict[str, Any], str]:
    stream = StringIO()
    configure("json", stream)
    await engine.run(request())
    (line,) = stream.getvalue().splitlines()
    return json.loads(line), line


async def test_a_run_is_what_it_is_without_a_shadow() -> None:
    plain, shadowed = ReferenceEngine(), ShadowedEngine(ReferenceEngine(), OTHER)

    assert attrs.evolve(await shadowed.run(request()), stages={}) == attrs.evolve(await plain.run(request()), stages={})
    one = attrs.evolve(request(), viewers=CROWD[0].user_id.bytes)
    page, usual = await shadowed.next_page(one), await plain.next_page(one)
    assert (page.candidates, page.scores) == (usual.candidates, usual.scores)
    assert (shadowed.name, shadowed.allocation) == (plain.name, plain.allocation)


async def test_one_line_of_the_log_has_the_figures_and_nobody_in_it() -> None:
    line, text = await logged(ShadowedEngine(ReferenceEngine(), OTHER))

    assert line["event"] == "shadow_policy_compared"
    assert line["policy"] == "fitted-test"
    assert 0 < line["lists"] <= min(LISTS, len(CROWD))
    assert -1.0 <= line["rank_correlation"] < 1.0
    assert 0.0 < line["first_overlap"] <= 1.0
    assert MASK not in text
    assert not any(str(user_id) in text for user_id in PEOPLE)


async def test_few_lists_of_a_large_run_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = await logged(ShadowedEngine(ReferenceEngine(), OTHER))
    monkeypatch.setattr("adapters.laboratory.shadow.LISTS", 5)
    some, _ = await logged(ShadowedEngine(ReferenceEngine(), OTHER))

    assert 0 < some["lists"] <= 5 < whole["lists"]


async def test_a_comparison_that_fails_is_logged_and_harms_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.laboratory.shadow.compare", lambda *_: 1 / 0)
    line, _ = await logged(ShadowedEngine(ReferenceEngine(), OTHER))

    assert (line["event"], line["error"]) == ("shadow_policy_failed", "ZeroDivisionError")
