"""Scores, styles, quality and percentiles."""

import itertools
import math
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.assessments.catalogue import NORMS, SALTBITTER_18_V1
from saltbitter_domain.assessments.model import (
    AnswersInvalid,
    Assessment,
    AttachmentScores,
    Classification,
    Dimension,
    Norm,
    QualityFlag,
    Questionnaire,
    Statement,
    Style,
)
from saltbitter_domain.assessments.scoring import (
    MAX_SECONDS,
    change,
    checked_answers,
    classify,
    percentile,
    quality,
    reliability,
    score,
)
from saltbitter_domain.kernel import AssessmentId, UserId

STATEMENTS = SALTBITTER_18_V1.statements
AGREEABLE = {statement.id: 7 for statement in STATEMENTS}
ANSWERS = st.fixed_dictionaries({statement.id: st.integers(1, 7) for statement in STATEMENTS})
POINT = st.floats(1, 7)
HIGH_ANXIETY, HIGH_AVOIDANCE = {Style.ANXIOUS, Style.FEARFUL}, {Style.AVOIDANT, Style.FEARFUL}


def keyed(anxiety: int, avoidance: int) -> dict[str, int]:
    """Answers that all say the same about each dimension, reversed statements included."""
    wanted = {Dimension.ANXIETY: anxiety, Dimension.AVOIDANCE: avoidance}
    return {s.id: 8 - wanted[s.dimension] if s.reversed else wanted[s.dimension] for s in STATEMENTS}


def assessment(anxiety: float, avoidance: float) -> Assessment:
    scores = AttachmentScores(anxiety, avoidance)
    return Assessment(
        id=AssessmentId(UUID(int=1)),
        user_id=UserId(UUID(int=2)),
        questionnaire=SALTBITTER_18_V1.version,
        answers=AGREEABLE,
        seconds=120.0,
        scores=scores,
        classification=classify(scores),
        quality=frozenset(),
        taken_at=datetime(2026, 11, 1, tzinfo=UTC),
    )


def test_a_score_is_the_mean_of_the_keyed_answers() -> None:
    two = Questionnaire(
        "v",
        "t",
        "s",
        (
            Statement("a", "…", Dimension.ANXIETY),
            Statement("b", "…", Dimension.ANXIETY, reversed=True),
            Statement("c", "…", Dimension.AVOIDANCE),
        ),
    )
    assert score(two, {"a": 6, "b": 3, "c": 2}) == AttachmentScores(anxiety=5.5, avoidance=2.0)


@given(st.integers(1, 7), st.integers(1, 7))
def test_answers_that_all_say_the_same_score_just_that(anxiety: int, avoidance: int) -> None:
    assert score(SALTBITTER_18_V1, keyed(anxiety, avoidance)) == AttachmentScores(anxiety, avoidance)


@given(ANSWERS)
def test_scores_stay_on_the_scale_and_turn_round_with_the_answers(answers: dict[str, int]) -> None:
    scores = score(SALTBITTER_18_V1, answers)
    opposite = score(SALTBITTER_18_V1, {id_: 8 - answer for id_, answer in answers.items()})
    for one, other in ((scores.anxiety, opposite.anxiety), (scores.avoidance, opposite.avoidance)):
        assert 1 <= one <= 7
        assert one + other == pytest.approx(8)


@given(ANSWERS, st.sampled_from(STATEMENTS))
def test_one_statement_moves_its_own_score_only_and_in_its_own_direction(
    answers: dict[str, int], statement: Statement
) -> None:
    low = score(SALTBITTER_18_V1, {**answers, statement.id: 1})
    high = score(SALTBITTER_18_V1, {**answers, statement.id: 7})
    moved = {Dimension.ANXIETY: high.anxiety - low.anxiety, Dimension.AVOIDANCE: high.avoidance - low.avoidance}
    assert moved.pop(statement.dimension) == pytest.approx((-6 if statement.reversed else 6) / 9)
    assert list(moved.values()) == [0.0]


@given(ANSWERS)
def test_the_order_of_the_answers_does_not_matter(answers: dict[str, int]) -> None:
    backwards = dict(reversed(answers.items()))
    assert score(SALTBITTER_18_V1, backwards) == score(SALTBITTER_18_V1, answers)
    assert list(checked_answers(SALTBITTER_18_V1, backwards, 60)) == [statement.id for statement in STATEMENTS]


@pytest.mark.parametrize(
    ("anxiety", "avoidance", "style"),
    [
        (1.0, 1.0, Style.SECURE),
        (7.0, 1.0, Style.ANXIOUS),
        (1.0, 7.0, Style.AVOIDANT),
        (7.0, 7.0, Style.FEARFUL),
        (4.76, 3.24, Style.ANXIOUS),
    ],
)
def test_a_clear_result_has_one_style(anxiety: float, avoidance: float, style: Style) -> None:
    assert classify(AttachmentScores(anxiety, avoidance)) == Classification(style)


@pytest.mark.parametrize(
    ("anxiety", "avoidance", "blend"),
    [
        (4.0, 1.0, (Style.ANXIOUS, Style.SECURE)),
        (math.nextafter(4.0, 1.0), 1.0, (Style.SECURE, Style.ANXIOUS)),
        (1.0, 4.0, (Style.AVOIDANT, Style.SECURE)),
        (7.0, 4.0, (Style.FEARFUL, Style.ANXIOUS)),
        (4.75, 1.0, (Style.ANXIOUS, Style.SECURE)),
        (3.25, 7.0, (Style.AVOIDANT, Style.FEARFUL)),
        (4.2, 3.5, (Style.ANXIOUS, Style.SECURE, Style.FEARFUL, Style.AVOIDANT)),
        (4.5, 3.8, (Style.ANXIOUS, Style.FEARFUL, Style.SECURE, Style.AVOIDANT)),
        (4.0, 4.0, (Style.FEARFUL, Style.AVOIDANT, Style.ANXIOUS, Style.SECURE)),
    ],
)
def test_a_result_near_a_cut_lies_between_the_styles_on_both_sides(
    anxiety: float, avoidance: float, blend: tuple[Style, ...]
) -> None:
    assert classify(AttachmentScores(anxiety, avoidance)) == Classification(blend[0], blend)


@given(POINT, POINT)
def test_styles_follow_the_midpoint_and_blends_the_distance_from_it(anxiety: float, avoidance: float) -> None:
    result = classify(AttachmentScores(anxiety, avoidance))
    near = [abs(point - 4) <= 0.75 for point in (anxiety, avoidance)]
    assert (result.style in HIGH_ANXIETY) == (anxiety >= 4)
    assert (result.style in HIGH_AVOIDANCE) == (avoidance >= 4)
    assert len(result.blend) == {0: 0, 1: 2, 2: 4}[sum(near)]
    assert len(set(result.blend)) == len(result.blend)
    if result.blend:
        assert result.blend[0] is result.style
        assert near[0] == (0 < len(HIGH_ANXIETY & set(result.blend)) < len(result.blend))
        assert near[1] == (0 < len(HIGH_AVOIDANCE & set(result.blend)) < len(result.blend))


@pytest.mark.parametrize(
    ("answers", "seconds", "flags"),
    [
        (keyed(2, 3), 36.0, set()),
        (keyed(2, 3), 35.9, {QualityFlag.HASTY}),
        (AGREEABLE, 36.0, {QualityFlag.STRAIGHT_LINED}),
        (AGREEABLE, 0.0, {QualityFlag.HASTY, QualityFlag.STRAIGHT_LINED}),
        ({**AGREEABLE, "q18": 6}, 90.0, set()),
    ],
)
def test_answers_all_alike_or_given_too_fast_are_marked(
    answers: dict[str, int], seconds: float, flags: set[QualityFlag]
) -> None:
    assert quality(answers, seconds) == flags


def test_every_mark_halves_how_far_a_result_is_relied_on() -> None:
    assert reliability(frozenset()) == 1.0
    assert [reliability({flag}) for flag in QualityFlag] == [0.5, 0.5]
    assert reliability(frozenset(QualityFlag)) == 0.25


@given(ANSWERS, st.floats(0, MAX_SECONDS))
def test_complete_answers_are_accepted_as_they_are(answers: dict[str, int], seconds: float) -> None:
    assert checked_answers(SALTBITTER_18_V1, answers, seconds) == answers


def test_every_problem_with_the_answers_is_told_at_once() -> None:
    given_ = {**AGREEABLE, "q02": 0, "q03": 8, "q04": 3.0, "q05": "4", "q06": True, "q07": None, "q99": 4}
    del given_["q01"]
    with pytest.raises(AnswersInvalid) as refused:
        checked_answers(SALTBITTER_18_V1, given_, -1)
    assert [(problem.path, problem.code) for problem in refused.value.fields] == [
        ("answers.q01", "missing"),
        *((f"answers.q0{number}", "out_of_range") for number in range(2, 8)),
        ("answers.q99", "unknown"),
        ("seconds", "out_of_range"),
    ]
    assert refused.value.detail == "Some answers are missing or cannot be read; see which."
    assert [problem.message for problem in refused.value.fields[-2:]] == [
        "The questionnaire has no such statement.",
        "Say how many seconds answering took, up to 30 days.",
    ]
    assert refused.value.fields[0].message == "This statement has no answer yet."
    assert refused.value.fields[1].message == "Answer with a whole number from 1 to 7."


@given(st.dictionaries(st.sampled_from([*AGREEABLE, "q0", "Q01"]), st.one_of(st.integers(), st.none(), st.booleans())))
def test_answers_are_refused_unless_there_is_one_for_each_statement(answers: dict[str, object]) -> None:
    complete = answers.keys() == AGREEABLE.keys() and all(type(a) is int and 1 <= a <= 7 for a in answers.values())
    if not complete:
        with pytest.raises(AnswersInvalid) as refused:
            checked_answers(SALTBITTER_18_V1, answers, 60)
        faulty = {problem.path.removeprefix("answers.") for problem in refused.value.fields}
        assert faulty >= AGREEABLE.keys() ^ answers.keys()


@pytest.mark.parametrize(
    "seconds", [-0.1, math.nan, math.inf, MAX_SECONDS + 1, 10**400, True, "60", None], ids=lambda value: str(value)[:9]
)
def test_the_time_taken_must_be_a_plausible_number(seconds: object) -> None:
    with pytest.raises(AnswersInvalid) as refused:
        checked_answers(SALTBITTER_18_V1, AGREEABLE, seconds)
    assert [problem.path for problem in refused.value.fields] == ["seconds"]


@pytest.mark.parametrize("seconds", [0, 0.0, MAX_SECONDS])
def test_the_time_taken_may_lie_on_its_bounds(seconds: float) -> None:
    assert checked_answers(SALTBITTER_18_V1, AGREEABLE, seconds) == AGREEABLE


@pytest.mark.parametrize(
    ("point", "norm", "percent"),
    [
        (1.0, NORMS.anxiety, 1),
        (7.0, NORMS.anxiety, 99),
        # By hand: (Φ(0) − Φ(−2.6167)) / (Φ(2.3833) − Φ(−2.6167)) = 0.49556 / 0.98698
        (4.14, NORMS.anxiety, 50),
        # (Φ(0.5159) − Φ(−1.8651)) / (Φ(2.8968) − Φ(−1.8651)) = (0.69703 − 0.03108) / (0.99812 − 0.03108)
        (4.0, NORMS.avoidance, 69),
        (3.35, NORMS.avoidance, 48),
        (4.0, Norm(4.0, 10.0), 50),
        (2.5, Norm(4.0, 1000.0), 25),
    ],
)
def test_a_percentile_is_the_share_of_the_reference_sample_below(point: float, norm: Norm, percent: int) -> None:
    assert percentile(point, norm) == percent


@given(POINT, POINT, st.sampled_from([NORMS.anxiety, NORMS.avoidance]))
def test_percentiles_grow_with_the_score_and_stay_within_1_and_99(one: float, other: float, norm: Norm) -> None:
    low, high = sorted((percentile(one, norm), percentile(other, norm)))
    assert 1 <= low <= high <= 99
    assert (low, high) == (percentile(min(one, other), norm), percentile(max(one, other), norm))


def test_change_tells_how_far_each_score_moved_and_which_moves_are_clear() -> None:
    moved = change(assessment(5.0, 2.0), assessment(3.5, 3.0), NORMS)
    assert (moved.anxiety, moved.avoidance) == (-1.5, 1.0)
    assert moved.previous_style is Style.ANXIOUS
    assert moved.since == datetime(2026, 11, 1, tzinfo=UTC)
    assert moved.clear == {Dimension.ANXIETY}


@pytest.mark.parametrize(
    ("anxiety", "avoidance", "clear"),
    [
        (1.05, 1.10, set()),
        (1.06, 0.0, {Dimension.ANXIETY}),
        (-1.06, 0.0, {Dimension.ANXIETY}),
        (0.0, 1.11, {Dimension.AVOIDANCE}),
        (-1.06, -1.11, {Dimension.ANXIETY, Dimension.AVOIDANCE}),
    ],
)
def test_a_change_is_clear_beyond_what_answering_twice_would_give(
    anxiety: float, avoidance: float, clear: set[Dimension]
) -> None:
    assert change(assessment(4.0, 4.0), assessment(4.0 + anxiety, 4.0 + avoidance), NORMS).clear == clear


@given(*itertools.repeat(POINT, 4))
def test_going_back_undoes_a_change(a: float, b: float, c: float, d: float) -> None:
    there, back = (change(x, y, NORMS) for x, y in itertools.permutations((assessment(a, b), assessment(c, d))))
    assert (there.anxiety, there.avoidance) == (-back.anxiety, -back.avoidance)
    assert there.clear == back.clear


def test_a_result_keeps_what_it_says_out_of_its_repr() -> None:
    shown = repr(assessment(5.123, 2.456))
    assert "5.123" not in shown
    assert "q01" not in shown
    assert Style.ANXIOUS.value not in shown


def test_a_retake_is_due_ninety_days_on() -> None:
    assert assessment(4.0, 4.0).retake_at == datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=90)
