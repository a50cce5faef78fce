"""Passkeys."""

from collections.abc import Sequence

from adapters.memory.store import Tables
from adapters.memory.table import replace
from adapters.memory.transaction import Transaction
from saltbitter_domain.kernel import PasskeyId, UserId
from saltbitter_domain.users.model.passkeys import Passkey, PasskeyTaken
from saltbitter_domain.users.ports.passkeys import Passkeys


class MemoryPasskeys(Passkeys):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, passkey: Passkey) -> None:
        def change(tables: Tables) -> None:
            if tables.passkeys.where("credential", passkey.credential_id):
                raise PasskeyTaken("This is a passkey already.")
            tables.passkeys.put(passkey.id, passkey)

        self._transaction.write(change)

    async def of(self, user_id: UserId) -> Sequence[Passkey]:
        return self._transaction.read(lambda tables: passkeys_of(tables, user_id))

    async def save(self, passkey: Passkey) -> None:
        self._transaction.write(lambda tables: replace(tables.passkeys, passkey.id, passkey))

    async def remove(self, passkey_id: PasskeyId) -> None:
        self._transaction.write(lambda tables: tables.passkeys.drop(passkey_id))

    async def remove_all(self, user_id: UserId) -> None:
        for passkey in await self.of(user_id):
            await self.remove(passkey.id)


def passkeys_of(tables: Tables, user_id: UserId) -> tuple[Passkey, ...]:
    """The member's passkeys, the oldest first."""
    found = tables.passkeys.where("user", user_id)
    return tuple(sorted(found, key=lambda passkey: (passkey.created_at, passkey.id)))
