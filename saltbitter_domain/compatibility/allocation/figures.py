"""What a run's quality and fairness come to, set beside the product's goals."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

import attrs

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.allocation.daily import DailyRun
from saltbitter_domain.compatibility.eligibility import eligible
from saltbitter_domain.compatibility.policies.attachment import classification_of

GINI_AT_MOST = 0.25
NEVER_SHOWN_AT_MOST = 0.02
MEAN_SCORE_RATIO_AT_LEAST = 0.95
STYLE_PARITY_WITHIN = 0.10
"""The product's rules for a day over a whole population, each a share of 1 and explained at ``RunFigures``."""


@attrs.frozen
class RunFigures:
    """``viewers`` had a list made, ``full`` of them a full one, ``short`` counts the others by reason.

    Over all whom chance would have shown: ``exposure_gini`` of shown / fair share, in [0, 1], and
    ``never_shown_share``, in [0, 1]. ``mean_score`` is of all suggestions, ``mean_score_ratio`` that over the mean had
    everybody got their highest. ``style_parity`` is each style's share of exposure over its share of the fair shares of
    all whose style is known, 1 where they agree. ``violations`` counts suggestions that break a rule of eligibility."""

    viewers: int
    full: int
    short: Mapping[str, int]
    suggestions: int
    exposure_gini: float
    never_shown_share: float
    mean_score: float
    mean_score_ratio: float
    style_parity: Mapping[Style, float]
    violations: int

    @property
    def goals_met(self) -> Mapping[str, bool]:
        """The product's goals for a day over a whole population, by name."""
        return {
            "exposure_gini": self.exposure_gini <= GINI_AT_MOST,
            "never_shown_share": self.never_shown_share <= NEVER_SHOWN_AT_MOST,
            "mean_score_ratio": self.mean_score_ratio >= MEAN_SCORE_RATIO_AT_LEAST,
            "style_parity": all(abs(parity - 1.0) <= STYLE_PARITY_WITHIN for parity in self.style_parity.values()),
            "violations": self.violations == 0,
        }


def report(run: DailyRun) -> RunFigures:
    """The figures of a run. Every suggestion is asked for its eligibility again, by the plain rule."""
    allocation = run.allocation
    poolside = [person for person, fair in allocation.fair.items() if fair]
    scores = [score.total for listed in run.scores.values() for score in listed]
    mean_score = math.fsum(scores) / len(scores) if scores else 0.0
    return RunFigures(
        viewers=len(allocation.lists),
        full=len(allocation.lists) - len(allocation.short),
        short=Counter(allocation.short.values()),
        suggestions=len(scores),
        exposure_gini=gini([allocation.shown[person] / allocation.fair[person] for person in poolside]),
        never_shown_share=sum(not allocation.shown[person] for person in poolside) / max(1, len(poolside)),
        mean_score=mean_score,
        mean_score_ratio=mean_score / run.unconstrained_mean if scores else 1.0,
        style_parity=_style_parity(run),
        violations=_violations(run),
    )


def gini(amounts: Collection[float]) -> float:
    """The Gini coefficient of amounts of at least 0: half their mean absolute difference over their mean, 0 when all
    are equal (Gini 1912, in the ordered form of Sen 1973)."""
    ordered = sorted(amounts)
    n, total = len(ordered), math.fsum(ordered)
    if not total:
        return 0.0
    return 2.0 * math.fsum(rank * amount for rank, amount in enumerate(ordered, 1)) / (n * total) - (n + 1) / n


def _style_parity(run: DailyRun) -> Mapping[Style, float]:
    shown, fair = defaultdict[Style, float](float), defaultdict[Style, float](float)
    for person in run.request.people:
        if person.attachment and person.user_id in run.allocation.fair:
            style = classification_of(person.attachment).style
            shown[style] += run.allocation.shown[person.user_id]
            fair[style] += run.allocation.fair[person.user_id]
    all_shown, all_fair = sum(shown.values()), sum(fair.values())
    return {style: shown[style] / all_shown / (fair[style] / all_fair) for style in Style if fair[style] and all_shown}


def _violations(run: DailyRun) -> int:
    request = run.request
    people = {person.user_id: person for person in request.people}
    return sum(
        candidate in request.excluded.get(viewer, ())
        or not eligible(people[viewer], people[candidate], candidate in request.liked_by.get(viewer, ()))
        for viewer, listed in run.allocation.lists.items()
        for candidate in listed
    )
