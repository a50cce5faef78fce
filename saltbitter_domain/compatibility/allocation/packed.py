"""A run asked for in records and given back in columns, by the plain rules: what every faster engine has to equal."""

import struct
from collections import defaultdict
from datetime import timedelta

import attrs

from saltbitter_domain.compatibility.allocation.daily import DailyRun
from saltbitter_domain.compatibility.allocation.figures import report
from saltbitter_domain.compatibility.allocation.stable import FLOOR_DAYS
from saltbitter_domain.compatibility.model import DecisionKind, Exposure
from saltbitter_domain.compatibility.ports import MatchRequest, RunRequest, RunResult
from saltbitter_domain.compatibility.records import (
    WHY_SHORT,
    decisions_of,
    exposure_record,
    exposures_of,
    ids_of,
    people_of,
)
from saltbitter_domain.kernel import UserId


def unpacked(request: RunRequest) -> MatchRequest:
    """The same request with everybody as they are, but for the ratings of the viewers where they are to count as not
    given. Whoever is in ``besides`` is excluded for every viewer."""
    excluded, likers = defaultdict[UserId, set[UserId]](set), defaultdict[UserId, set[UserId]](set)
    for decision in decisions_of(request.pairs):
        if decision.stands(request.at):
            excluded[decision.by].add(decision.about)
            if decision.parts:
                excluded[decision.about].add(decision.by)
        if decision.kind is DecisionKind.LIKE:
            likers[decision.about].add(decision.by)
    viewers = list(ids_of(request.viewers))
    for viewer in viewers if request.besides else ():
        excluded[viewer].update(ids_of(request.besides))
    people = list(people_of(request.people, request.at))
    if request.unrated:
        people = [attrs.evolve(who, values={}) if who.user_id in viewers else who for who in people]
    return MatchRequest(
        day=request.day,
        viewers=viewers,
        people=people,
        excluded={of: frozenset(others) for of, others in excluded.items()},
        liked_by={of: frozenset(others) for of, others in likers.items()},
        history=exposures_of(request.exposures, request.day - timedelta(days=FLOOR_DAYS - 1)),
        population=request.population,
        quota=request.quota,
    )


def packed(run: DailyRun, stages: dict[str, int] | None = None) -> RunResult:
    """What the run decided, with its figures."""
    allocation, day = run.allocation, run.request.day
    scores = [score.total for viewer in allocation.lists for score in run.scores[viewer]]
    exposed = [person for person, fair in allocation.fair.items() if fair or allocation.shown[person]]
    return RunResult(
        viewers=b"".join(viewer.bytes for viewer in allocation.lists),
        counts=bytes(len(listed) for listed in allocation.lists.values()),
        candidates=b"".join(candidate.bytes for listed in allocation.lists.values() for candidate in listed),
        scores=struct.pack(f"<{len(scores)}d", *scores),
        short=bytes(WHY_SHORT.index(allocation.short.get(viewer)) for viewer in allocation.lists),
        exposures=b"".join(
            exposure_record(Exposure(person, day, allocation.shown[person], allocation.fair[person]))
            for person in exposed
        ),
        population=run.policy.population,
        figures=report(run) if allocation.lists else None,
        stages=stages or {},
    )
