"""Reading two members who are to know of each other."""

from datetime import datetime

from saltbitter_domain.compatibility.acquaintance import require_acquaintance, require_ready
from saltbitter_domain.compatibility.model import KNOWN_FOR
from saltbitter_domain.compatibility.ports import Known, Member
from saltbitter_domain.kernel import UserId
from saltbitter_domain.uow import UnitOfWork


async def acquainted(
    uow: UnitOfWork, viewer: UserId, other: UserId, now: datetime, *, ready: bool = False
) -> tuple[Member, Known]:
    """The viewer, who has to be ``ready`` if that is asked for, and the other, whom they may know of."""
    member, known = await uow.people.known_to(viewer, [other], (now - KNOWN_FOR).date())
    if ready:
        require_ready(member)
    require_acquaintance(member, known[other])
    return member, known[other]
