"""The tier each member holds."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.database import Session
from adapters.postgres.query import KeyedQuery, Query
from adapters.postgres.tables import subscriptions
from saltbitter_domain.kernel import UserId
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.subscriptions.ports import Subscriptions


class PostgresSubscriptions(Subscriptions):
    _TIER = KeyedQuery(select(subscriptions.c.user_id, subscriptions.c.tier), subscriptions.c.user_id)
    _INSERT = insert(subscriptions).values(user_id=bindparam("user_id"), tier=bindparam("tier"))
    _SET = Query(_INSERT.on_conflict_do_update(index_elements=["user_id"], set_={"tier": _INSERT.excluded.tier}))

    def __init__(self, session: Session) -> None:
        self._session = session

    async def tier(self, user_id: UserId) -> Tier:
        row = await self._session.by_key(self._TIER, user_id)
        return Tier(row["tier"]) if row else Tier.FREE

    async def set_tier(self, user_id: UserId, tier: Tier) -> None:
        await self._session.change(self._SET, {"user_id": user_id, "tier": tier})
