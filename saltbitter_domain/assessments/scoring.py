"""From answers to scores, a style, and how far to rely on them.

Scoring follows the two-dimensional tradition of adult attachment (Brennan, Clark and Shaver 1998; Fraley, Waller and
Brennan 2000): each score is the mean of its statements' keyed answers. Everything downstream uses the two scores; the
style is a word for the member alone.
"""

import math
from collections.abc import Collection, Mapping
from statistics import NormalDist, fmean
from typing import TypeGuard

from saltbitter_domain.assessments.model import (
    BLEND_WIDTH,
    HASTY_SECONDS_PER_ITEM,
    MIDPOINT,
    SCALE_MAX,
    SCALE_MIN,
    AnswersInvalid,
    Assessment,
    AttachmentScores,
    Change,
    Classification,
    Dimension,
    Norm,
    Norms,
    QualityFlag,
    Questionnaire,
    Style,
)
from saltbitter_domain.kernel import FieldProblem

MAX_SECONDS = 30 * 24 * 3600.0
"""Thirty days: a questionnaire left open for longer is answered afresh."""

RELIABILITY = 0.90
"""The retest reliability we assume for both scores when two results are compared, as is common for such scales."""

_STYLES = {
    (False, False): Style.SECURE,
    (True, False): Style.ANXIOUS,
    (False, True): Style.AVOIDANT,
    (True, True): Style.FEARFUL,
}


def checked_answers(questionnaire: Questionnaire, answers: Mapping[str, object], seconds: object) -> dict[str, int]:
    """The answers in the order of the statements, when there is a whole number from 1 to 7 for every one and no other.

    ``seconds`` lies in [0, ``MAX_SECONDS``]. Else ``AnswersInvalid`` with every problem.
    """
    accepted = {s.id: answer for s in questionnaire.statements if _on_scale(answer := answers.get(s.id))}
    problems = [
        FieldProblem(f"answers.{statement.id}", "out_of_range", "Answer with a whole number from 1 to 7.")
        if statement.id in answers
        else FieldProblem(f"answers.{statement.id}", "missing", "This statement has no answer yet.")
        for statement in questionnaire.statements
        if statement.id not in accepted
    ]
    known = {statement.id for statement in questionnaire.statements}
    problems += [
        FieldProblem(f"answers.{id_}", "unknown", "The questionnaire has no such statement.")
        for id_ in answers
        if id_ not in known
    ]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_SECONDS:
        problems.append(FieldProblem("seconds", "out_of_range", "Say how many seconds answering took, up to 30 days."))
    if problems:
        raise AnswersInvalid("Some answers are missing or cannot be read; see which.", fields=tuple(problems))
    return accepted


def _on_scale(answer: object) -> TypeGuard[int]:
    return isinstance(answer, int) and not isinstance(answer, bool) and SCALE_MIN <= answer <= SCALE_MAX


def score(questionnaire: Questionnaire, answers: Mapping[str, int]) -> AttachmentScores:
    """The mean keyed answer per dimension, each in [1, 7]; a reversed statement counts 8 minus its answer."""

    def mean(dimension: Dimension) -> float:
        return fmean(
            SCALE_MIN + SCALE_MAX - answers[statement.id] if statement.reversed else answers[statement.id]
            for statement in questionnaire.statements
            if statement.dimension is dimension
        )

    return AttachmentScores(anxiety=mean(Dimension.ANXIETY), avoidance=mean(Dimension.AVOIDANCE))


def classify(scores: AttachmentScores) -> Classification:
    """The style by the midpoint of the scale, where the midpoint itself counts as high.

    A score at most ``BLEND_WIDTH`` from the cut could as well have fallen on its other side (two halves of such a
    questionnaire agree on about 71 % of labels), so the styles on both sides are named: two, or all four when both
    scores are near, the named style first and then those that the scores are nearer to.
    """
    anxious, avoidant = scores.anxiety >= MIDPOINT, scores.avoidance >= MIDPOINT
    from_cut = {
        (not anxious, avoidant): abs(scores.anxiety - MIDPOINT),
        (anxious, not avoidant): abs(scores.avoidance - MIDPOINT),
    }
    style = _STYLES[anxious, avoidant]
    near = sorted((side for side, away in from_cut.items() if away <= BLEND_WIDTH), key=from_cut.__getitem__)
    if not near:
        return Classification(style)
    opposite = [_STYLES[not anxious, not avoidant]] if len(near) == len(from_cut) else []
    return Classification(style, (style, *(_STYLES[side] for side in near), *opposite))


def quality(answers: Mapping[str, int], seconds: float) -> frozenset[QualityFlag]:
    """What casts doubt on the answers: all the same, or less than ``HASTY_SECONDS_PER_ITEM`` for each."""
    flags = set()
    if len(set(answers.values())) < 2:
        flags.add(QualityFlag.STRAIGHT_LINED)
    if seconds < HASTY_SECONDS_PER_ITEM * len(answers):
        flags.add(QualityFlag.HASTY)
    return frozenset(flags)


def reliability(flags: Collection[QualityFlag]) -> float:
    """How far matching relies on a result, in (0, 1]: 1 without a flag, halved by each. The halving is our choice."""
    return 0.5 ** len(flags)


def percentile(score: float, norm: Norm) -> int:
    """How many of a hundred people of the reference sample score lower: a whole number from 1 to 99.

    The share of a normal distribution cut off at the ends of the scale that lies below ``score``, with Φ of mean μ and
    standard deviation σ: 100 · (Φ(score) − Φ(1)) / (Φ(7) − Φ(1)), which runs from 0 to 100. Nobody is told they are
    beyond everyone else, so 0 is shown as 1 and 100 as 99.
    """
    below = NormalDist(norm.mean, norm.sd).cdf
    share = (below(score) - below(SCALE_MIN)) / (below(SCALE_MAX) - below(SCALE_MIN))
    return min(max(round(100 * share), 1), 99)


def change(previous: Assessment, current: Assessment, norms: Norms) -> Change:
    """How a result differs from an earlier one.

    A difference is clear when it exceeds 1.96 · σ · √(2 · (1 − r)), the reliable change index of Jacobson and Truax
    (1991) at 5 %, with σ from ``norms`` and r = ``RELIABILITY``: about 1.05 for anxiety and 1.10 for avoidance.
    """
    anxiety = current.scores.anxiety - previous.scores.anxiety
    avoidance = current.scores.avoidance - previous.scores.avoidance
    spread = 1.96 * math.sqrt(2 * (1 - RELIABILITY))
    return Change(
        since=previous.taken_at,
        anxiety=anxiety,
        avoidance=avoidance,
        previous_style=previous.classification.style,
        clear=frozenset(
            dimension
            for dimension, difference, norm in (
                (Dimension.ANXIETY, anxiety, norms.anxiety),
                (Dimension.AVOIDANCE, avoidance, norms.avoidance),
            )
            if abs(difference) > spread * norm.sd
        ),
    )
