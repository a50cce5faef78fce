"""What a wish costs: counted by the same rules by which people are introduced, and told so that nobody is found out."""

from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.compatibility.eligibility import eligible
from saltbitter_domain.compatibility.filters import FilterCost, costs, told
from saltbitter_domain.kernel import GridCell
from saltbitter_domain.profiles.model import AgeRange, DealBreaker, Smoking, Visibility
from tests.domain.crowd import HOME, person

AWAY = GridCell.containing(54.0, 13.40)
NOBODY: frozenset[object] = frozenset()


def test_each_filter_is_counted_by_itself_among_all_whom_one_could_meet() -> None:
    me = person(1, cell=HOME, ages=AgeRange(28, 35), max_distance_km=50, deal_breakers={DealBreaker.SMOKES})
    fitting = [person(number, cell=HOME) for number in range(100, 140)]
    older = [person(number, cell=HOME, age=50) for number in range(200, 220)]
    far = [person(number, cell=AWAY, smoking=Smoking.REGULARLY) for number in range(300, 330)]
    choosy = [person(number, cell=HOME, ages=AgeRange(50, 60)) for number in range(400, 420)]

    counted = costs(me, [*fitting, *older, *far, *choosy], NOBODY, and_more=False)

    assert (counted.people, counted.left) == (90, 40)
    assert counted.filters == (
        FilterCost("age", 20),
        FilterCost("distance", 30),
        FilterCost("deal_breaker.smokes", 30),
    )


def test_whoever_is_hidden_for_another_reason_is_no_cost_of_a_filter() -> None:
    hiding = [person(number, visibility=Visibility.INCOGNITO, age=60) for number in range(2, 42)]
    me = person(1, ages=AgeRange(28, 35))

    assert costs(me, hiding, NOBODY, and_more=False).people is None
    liking = frozenset(other.user_id for other in hiding)
    assert costs(me, hiding, liking, and_more=True).filters == (FilterCost("age", 40),)


@given(st.integers(0, 5_000))
def test_counts_are_told_by_fives_and_none_below_ten(count: int) -> None:
    said = told(count)
    assert (said is None) == (count < 10)
    assert said is None or (said % 5 == 0 and 0 <= count - said < 5)


@given(st.lists(st.tuples(st.integers(18, 80), st.booleans()), max_size=60), st.integers(18, 60), st.integers(0, 30))
def test_what_is_left_is_whom_one_may_be_shown(others: list[tuple[int, bool]], low: int, width: int) -> None:
    me = person(1, ages=AgeRange(low, low + width), cell=HOME, max_distance_km=20)
    crowd = [person(number, age=age, cell=HOME if near else AWAY) for number, (age, near) in enumerate(others, start=2)]

    counted = costs(me, crowd, NOBODY, and_more=False)

    assert counted.people == told(len(crowd))
    assert counted.left == told(sum(eligible(me, other) for other in crowd))
