"""Addresses that get no mail."""

from datetime import datetime

import attrs
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import bound, sweeping
from adapters.postgres.tables import suppressed_addresses
from saltbitter_domain.users.model.delivery import ReportKind, Suppression
from saltbitter_domain.users.ports import Suppressions

_INSERT = insert(suppressed_addresses).values(bound(suppressed_addresses))


class PostgresSuppressions(Suppressions):
    _PUT = Query(
        _INSERT.on_conflict_do_update(
            index_elements=["address_hash"], set_={"kind": _INSERT.excluded.kind, "at": _INSERT.excluded.at}
        )
    )
    _GET = Query(select(suppressed_addresses).where(suppressed_addresses.c.address_hash == bindparam("address_hash")))
    _FORGET = sweeping(suppressed_addresses, "at < :before")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, suppression: Suppression) -> None:
        await self._session.write(self._PUT, **attrs.asdict(suppression))

    async def get(self, address_hash: str) -> Suppression | None:
        row = await self._session.row(self._GET, address_hash=address_hash)
        return row and Suppression(row["address_hash"], ReportKind(row["kind"]), row["at"])

    async def forget(self, before: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, before=before, limit=limit))
