"""Who may be introduced to whom at all, before any score: hard rules, asked in both directions."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.profiles.model import DealBreaker, Drinking, HasChildren, Smoking, Visibility, WantsChildren

_BREAKS: Mapping[DealBreaker, Callable[[Traits, Traits], bool]] = MappingProxyType(
    {
        DealBreaker.SMOKES: lambda _, b: b.smoking is not None and b.smoking is not Smoking.NEVER,
        DealBreaker.DRINKS_OFTEN: lambda _, b: b.drinking is Drinking.OFTEN,
        DealBreaker.HAS_CHILDREN: lambda _, b: b.has_children is HasChildren.YES,
        DealBreaker.WANTS_NO_CHILDREN: lambda _, b: b.wants_children is WantsChildren.NO,
        DealBreaker.WANTS_CHILDREN: lambda _, b: b.wants_children is WantsChildren.YES,
        DealBreaker.OTHER_RELIGION: lambda a, b: None not in (a.religion, b.religion) and a.religion is not b.religion,
    }
)
"""Whether the second person's answer breaks the first's deal. Only what was said can break one: who is quitting
smoking smokes, who may want children has not said that they want none, and a religion unsaid on either side passes."""


def barriers(a: Traits, b: Traits, liked_by_candidate: bool = False) -> tuple[str, ...]:
    """Why ``b`` may not be shown to ``a``: ``a``'s wishes and ``b``'s visibility, as stable codes, empty when nothing.

    Codes: ``self``, ``paused`` (either of the two), ``incognito`` (unless ``liked_by_candidate``: ``b`` has liked
    ``a``), ``gender``, ``age``, ``distance_unknown``, ``distance``, and ``deal_breaker.`` with the broken one's name.
    """
    found = list(_wishes_unmet(a, b, a.distance_km(b)))
    if b.visibility is Visibility.INCOGNITO and not liked_by_candidate:
        found.insert(0, "incognito")
    if Visibility.PAUSED in (a.visibility, b.visibility):
        found.insert(0, "paused")
    if a.user_id == b.user_id:
        found.insert(0, "self")
    return tuple(found)


def eligible(viewer: Traits, candidate: Traits, liked_by_candidate: bool = False) -> bool:
    """Whether ``candidate`` may be shown to ``viewer``: no barrier, and the candidate's own wishes are met as well.

    Who is blocked, liked, passed or matched is known elsewhere and taken out before."""
    return not barriers(viewer, candidate, liked_by_candidate) and wishes_met(
        candidate, viewer, viewer.distance_km(candidate)
    )


def wishes_met(a: Traits, b: Traits, km: float | None) -> bool:
    """Whether ``b``, ``km`` away (None when unknown), is whom ``a`` hopes to meet; visibility is not asked."""
    return next(_wishes_unmet(a, b, km), None) is None


def _wishes_unmet(a: Traits, b: Traits, km: float | None) -> Iterator[str]:
    if a.seeks.isdisjoint(b.genders):
        yield "gender"
    if not a.ages.min <= b.age <= a.ages.max:
        yield "age"
    if a.max_distance_km is not None:
        if km is None:
            yield "distance_unknown"
        elif km > a.max_distance_km:
            yield "distance"
    for deal_breaker in sorted(a.deal_breakers):
        if _BREAKS[deal_breaker](a, b):
            yield f"deal_breaker.{deal_breaker}"
