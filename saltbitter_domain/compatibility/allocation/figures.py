"""What a run's quality and fairness come to, set beside the product's goals."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.allocation.daily import DailyRun
from saltbitter_domain.compatibility.eligibility import eligible
from saltbitter_domain.compatibility.policies.attachment import classification_of
from saltbitter_domain.compatibility.ports import RunFigures


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
