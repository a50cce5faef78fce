"""What subscriptions need from outside."""

from typing import Protocol

from saltbitter_domain.kernel import UserId
from saltbitter_domain.subscriptions.model import Tier


class Subscriptions(Protocol):
    """The store of the tier each member holds."""

    async def tier(self, user_id: UserId) -> Tier:
        """The member's tier; free for whoever never subscribed."""
        ...

    async def set_tier(self, user_id: UserId, tier: Tier) -> None: ...
