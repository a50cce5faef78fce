"""What a decision means: how long it stands, what makes a match, and the one order of a pair."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.compatibility.model import DecisionKind, Standing, pair
from saltbitter_domain.kernel import UserId
from tests.doubles.builders import NOW, a_like, a_pass, a_user

ANA, BEA = a_user(), a_user()
LIKE, PASS = a_like(ANA, BEA), a_pass(ANA, BEA)
INSTANT = timedelta(microseconds=1)


@given(st.timedeltas(min_value=timedelta(0)))
def test_a_like_stands_for_good(later: timedelta) -> None:
    assert LIKE.stands(NOW)
    assert LIKE.stands(NOW + min(later, timedelta(days=10_000)))


@pytest.mark.parametrize(
    ("later", "stands"),
    [(timedelta(0), True), (timedelta(days=90) - INSTANT, True), (timedelta(days=90), False)],
)
def test_a_pass_rests_for_ninety_days(later: timedelta, stands: bool) -> None:
    assert PASS.stands(NOW + later) is stands


def test_a_block_stands_for_good_and_parts_both() -> None:
    block = a_like(ANA, BEA, kind=DecisionKind.BLOCK)
    assert block.stands(NOW + timedelta(days=10_000))
    assert [decision.parts for decision in (LIKE, PASS, block)] == [False, True, True]
    assert Standing(mine=block).blocked
    assert Standing(theirs=block).blocked
    assert not Standing(mine=LIKE, theirs=a_pass(BEA, ANA)).blocked
    assert not block.makes_match_with(a_like(BEA, ANA))


def test_two_likes_are_a_match_and_nothing_else_is() -> None:
    for mine in (LIKE, PASS):
        assert not mine.makes_match_with(None)
        for theirs in (a_like(BEA, ANA), a_pass(BEA, ANA)):
            assert mine.makes_match_with(theirs) is (mine.kind is theirs.kind is DecisionKind.LIKE)


@pytest.mark.parametrize(
    ("later", "possible"),
    [(timedelta(0), True), (timedelta(minutes=10), True), (timedelta(minutes=10) + INSTANT, False)],
)
def test_a_decision_can_be_taken_back_for_ten_minutes(later: timedelta, possible: bool) -> None:
    for decision in (LIKE, PASS):
        assert decision.can_be_undone(NOW + later) is possible


@given(st.uuids(), st.uuids())
def test_a_pair_has_one_order_whoever_comes_first(a: UserId, b: UserId) -> None:
    low, high = pair(a, b)
    assert (low, high) == pair(b, a)
    assert low <= high
    assert {low, high} == {a, b}
