"""What each wish of a member costs them: how many of the people they could meet it hides."""

from collections import Counter
from collections.abc import Iterable

import attrs

from saltbitter_domain.compatibility.eligibility import barriers, wishes_met
from saltbitter_domain.compatibility.model import Traits

LOOKED_AT = 1_000
"""People looked at: so many are judged in a few hundredths of a second, and a town's worth is counted to the last."""
FEWEST_TOLD = 10
STEP = 5
"""Fewer than ten are not told apart, and more only by fives: nobody is found out by moving a limit past them."""

_NO_FILTER = frozenset({"self", "paused", "incognito", "gender"})
_NAMES = {"distance_unknown": "distance"}


@attrs.frozen
class FilterCost:
    """``filter`` is ``age``, ``distance`` or ``deal_breaker.`` with its name. ``hides`` counts whom it hides, taken by
    itself; None for fewer than ten."""

    filter: str
    hides: int | None


@attrs.frozen
class FilterCosts:
    """``people`` are those of the genders sought who seek the member's and whose own wishes the member meets; when
    ``and_more``, only the newest of them were looked at. ``left`` are those no filter hides. All are counted by fives;
    None for fewer than ten."""

    people: int | None
    and_more: bool
    left: int | None
    filters: tuple[FilterCost, ...]


def costs(viewer: Traits, others: Iterable[Traits], likers: frozenset[object], *, and_more: bool) -> FilterCosts:
    """What the viewer's wishes hide of these others, all of a gender they seek. ``likers`` like the viewer."""
    people = left = 0
    hidden: Counter[str] = Counter()
    for other in others:
        found = barriers(viewer, other, other.user_id in likers)
        hides = {_NAMES.get(code, code) for code in found if code not in _NO_FILTER}
        if len(hides) < len(found) or not wishes_met(other, viewer, viewer.distance_km(other)):
            continue
        people += 1
        left += not found
        hidden.update(hides)
    return FilterCosts(
        people=told(people),
        and_more=and_more,
        left=told(left),
        filters=tuple(FilterCost(name, told(hidden[name])) for name in filters_of(viewer)),
    )


def filters_of(viewer: Traits) -> tuple[str, ...]:
    """The filters the viewer has set, by name: the range of ages always, the others where they wish for something."""
    distance = () if viewer.max_distance_km is None else ("distance",)
    return ("age", *distance, *(f"deal_breaker.{name}" for name in sorted(viewer.deal_breakers)))


def told(count: int) -> int | None:
    """A count as it may be told: down to the next five, and None below ten."""
    return None if count < FEWEST_TOLD else count - count % STEP
