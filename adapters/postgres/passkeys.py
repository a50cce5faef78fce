"""Passkeys."""

from collections.abc import Sequence

import attrs
from sqlalchemy import bindparam, delete, select

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import insertion_unless, replace, replacement
from adapters.postgres.tables import passkeys
from saltbitter_domain.kernel import PasskeyId, UserId
from saltbitter_domain.users.model.passkeys import Passkey, PasskeyTaken
from saltbitter_domain.users.ports.passkeys import Passkeys


class PostgresPasskeys(Passkeys):
    _ADD = insertion_unless(passkeys, "credential_id")
    _OF = Query(
        select(passkeys)
        .where(passkeys.c.user_id == bindparam("user_id"))
        .order_by(passkeys.c.created_at, passkeys.c.id)
    )
    _SAVE = replacement(passkeys)
    _REMOVE = Query(delete(passkeys).where(passkeys.c.id == bindparam("the_id")))
    _REMOVE_ALL = Query(delete(passkeys).where(passkeys.c.user_id == bindparam("user_id")))

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, passkey: Passkey) -> None:
        await self._session.change(self._ADD, attrs.asdict(passkey), rows=1, refusal=_taken)

    async def of(self, user_id: UserId) -> Sequence[Passkey]:
        rows = await self._session.rows(self._OF, user_id=user_id)
        return [Passkey(**{**row, "transports": tuple(row["transports"])}) for row in rows]

    async def save(self, passkey: Passkey) -> None:
        await replace(self._session, self._SAVE, attrs.asdict(passkey))

    async def remove(self, passkey_id: PasskeyId) -> None:
        await self._session.change(self._REMOVE, {"the_id": passkey_id})

    async def remove_all(self, user_id: UserId) -> None:
        await self._session.change(self._REMOVE_ALL, {"user_id": user_id})


def _taken() -> PasskeyTaken:
    return PasskeyTaken("This is a passkey already.")
