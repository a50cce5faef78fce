"""Columns say of a pair what the domain says of it."""

import numpy as np
import pytest
from hypothesis import given

from adapters.laboratory.factors import FACTORS, Crowd, overlap
from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.compatibility.policies import WeightedV1
from tests.domain.crowd import crowd, policy_over, several


def every_pair(people: list[Traits]) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.triu_indices(len(people))
    return a.astype(np.int64), b.astype(np.int64)


def assert_as_the_domain(people: list[Traits], policy: WeightedV1) -> None:
    a, b = every_pair(people)
    factors = Crowd.of(people, policy).factors(a, b)
    for n, (i, j) in enumerate(zip(a, b, strict=True)):
        expected = policy.score(people[i], people[j]).factors
        for column, factor in enumerate(FACTORS):
            part = expected[factor]
            assert factors[n, column] == pytest.approx(np.nan if part is None else part, abs=1e-9, nan_ok=True)


@given(several(2, 6))
def test_factors_of_any_pairs_are_the_domain_s(people: list[Traits]) -> None:
    assert_as_the_domain(people, policy_over(people))


def test_pairs_are_worked_on_by_parts_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.laboratory.factors._AT_ONCE", 7)
    people = list(crowd(12, seed=4))
    assert_as_the_domain(people, policy_over(people))


def test_what_people_owe_to_their_own_attachment_is_the_domain_s() -> None:
    people = list(crowd(60, seed=2))
    policy = policy_over(people)
    expected = [policy.attachment_advantage(policy.prepare(person).leaning) / 40.0 for person in people]
    np.testing.assert_allclose(Crowd.of(people, policy).advantage(), expected, atol=1e-12)


def test_two_lists_overlap_by_what_they_share_of_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.laboratory.factors._AT_ONCE", 2)
    said = [frozenset("abc"), frozenset("bcd"), frozenset(), frozenset("abc")]
    found = overlap(said, np.array([0, 0, 0]), np.array([1, 2, 3]))
    assert found.tolist() == pytest.approx([0.5, np.nan, 1.0], nan_ok=True)
