"""``top-v1``: everybody simply gets their highest scores. It is the control that fairer ways are measured against."""

from collections.abc import Sequence
from datetime import date

from saltbitter_domain.compatibility.allocation.stable import Allocation, Draft, Edges, History, fair_shares
from saltbitter_domain.compatibility.model import DAILY_QUOTA


def top(
    edges: Edges,
    *,
    history: History,  # noqa: ARG001  one form for all ways to allocate
    day: date,  # noqa: ARG001
    quota: int = DAILY_QUOTA,
    fair: Sequence[float] | None = None,
    eligible: Sequence[int] | None = None,
) -> Allocation:
    """As ``stable.allocate``, but by score alone: nobody has a floor or a ceiling and nobody's past counts."""
    draft = Draft.open(edges, quota, charges=[-advantage for advantage in edges.advantages])
    draft.settle([len(edges.viewers)] * len(edges.people))
    return draft.close(edges, fair_shares(edges, quota) if fair is None else fair, eligible)
