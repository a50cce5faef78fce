"""Accounts, sessions and one-time tokens."""

from collections.abc import Collection, Sequence
from datetime import datetime

from adapters.memory.devices import devices_of
from adapters.memory.notifications import drop_subscription
from adapters.memory.passkeys import passkeys_of
from adapters.memory.store import Tables
from adapters.memory.table import replace
from adapters.memory.transaction import Transaction
from saltbitter_domain.kernel import SessionId, StaleWrite, UserId
from saltbitter_domain.profiles.model import PhotoDeleted
from saltbitter_domain.users.model import EmailTaken, OneTimeToken, Session, TokenPurpose, User
from saltbitter_domain.users.model.second_factor import SecondFactor
from saltbitter_domain.users.ports import Account, Credentials, OneTimeTokens, SecondFactors, Sessions, Users


class MemoryUsers(Users):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, user: User) -> None:
        def change(tables: Tables) -> None:
            _refuse_taken_email(tables, user)
            tables.users.put(user.id, user)

        self._transaction.write(change)

    async def get(self, user_id: UserId) -> User | None:
        return self._transaction.read(lambda tables: tables.users.get(user_id))

    async def by_email(self, email: str) -> User | None:
        return self._transaction.read(lambda tables: next(iter(tables.users.where("email", email)), None))

    async def holder(self, email: str, now: datetime) -> UserId | None:
        def query(tables: Tables) -> UserId | None:
            kept = tables.one_time_tokens.where("kept_email", email)
            holders = [user.id for user in tables.users.where("email", email)]
            holders += [token.user_id for token in kept if token.serves(TokenPurpose.KEEP_EMAIL, now)]
            return next(iter(holders), None)

        return self._transaction.read(query)

    async def account(self, user_id: UserId, now: datetime) -> Account | None:
        return self._transaction.read(lambda tables: _account(tables, tables.users.get(user_id), now))

    async def credentials(self, email: str, now: datetime) -> Credentials | None:
        def query(tables: Tables) -> Credentials | None:
            user = next(iter(tables.users.where("email", email)), None)
            if user is None:
                return None
            factor, passkeys = tables.second_factors.get(user.id), passkeys_of(tables, user.id)
            opened = _open_of(tables, user.id, now)
            return Credentials(user, devices_of(tables, user.id), factor, passkeys, opened)

        return self._transaction.read(query)

    async def save(self, user: User) -> None:
        def change(tables: Tables) -> None:
            _refuse_taken_email(tables, user)
            replace(tables.users, user.id, user)

        self._transaction.write(change)

    async def among(self, user_ids: Collection[UserId]) -> Sequence[User]:
        found = self._transaction.read(lambda tables: [tables.users.get(user_id) for user_id in user_ids])
        return [user for user in found if user]

    async def due_for_erasure(self, now: datetime, limit: int) -> Sequence[UserId]:
        def query(tables: Tables) -> list[UserId]:
            waiting = [(row.erase_at, row.id) for row in tables.users.items().values() if row.erase_at]
            return [user_id for erase_at, user_id in sorted(waiting) if erase_at <= now][:limit]

        return self._transaction.read(query)

    async def erase(self, user: User) -> None:
        def change(tables: Tables) -> None:
            replace(tables.users, user.id, user)
            for session in tables.sessions.where("user", user.id):
                for token_hash in tables.session_tokens.keys_where("session", session.id):
                    tables.session_tokens.drop(token_hash)
            for table in tables.every().values():
                for key, row in table.items().items():
                    if _is_about(user.id, key, row):
                        table.drop(key)
            for message in tables.outbox.items().values():
                about = getattr(message.event, "user_id", None)
                if message.dead_at and about == user.id and not isinstance(message.event, PhotoDeleted):
                    tables.outbox.drop(message.id)

        self._transaction.write(change)


def _is_about(user_id: UserId, key: object, row: object) -> bool:
    """Whether a row is this member's or about them, by its key or by whose it says it is."""
    named = key if isinstance(key, tuple) else (key,)
    return user_id in named or getattr(row, "user_id", None) == user_id


def _refuse_taken_email(tables: Tables, user: User) -> None:
    if any(other.id != user.id for other in tables.users.where("email", user.email)):
        raise EmailTaken("Another account has this address.")


class MemorySessions(Sessions):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, session: Session) -> None:
        def change(tables: Tables) -> None:
            tables.sessions.put(session.id, session)
            tables.session_tokens.put(session.token_hash, session.id)

        self._transaction.write(change)

    async def get(self, session_id: SessionId) -> Session | None:
        return self._transaction.read(lambda tables: tables.sessions.get(session_id))

    async def by_token(self, token_hash: str) -> Session | None:
        def query(tables: Tables) -> Session | None:
            session_id = tables.session_tokens.get(token_hash)
            return None if session_id is None else tables.sessions.get(session_id)

        return self._transaction.read(query)

    async def open_of(self, user_id: UserId, now: datetime) -> Sequence[Session]:
        return list(self._transaction.read(lambda tables: _open_of(tables, user_id, now)))

    async def save(self, *changed: Session) -> None:
        def change(tables: Tables) -> None:
            for session in changed:
                replace(tables.sessions, session.id, session)
                tables.session_tokens.put(session.token_hash, session.id)

        self._transaction.write(change)

    async def forget(self, over_before: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            every = tables.sessions.items().values()
            over = [session.id for session in every if (session.ended_at or session.expires_at) < over_before][:limit]
            for session_id in over:
                for token_hash in tables.session_tokens.keys_where("session", session_id):
                    tables.session_tokens.drop(token_hash)
                drop_subscription(tables, session_id)
                tables.sessions.drop(session_id)
            return len(over)

        return self._transaction.write(change)


def _account(tables: Tables, user: User | None, now: datetime) -> Account | None:
    if user is None:
        return None
    profile = tables.profiles.get(user.id)
    return Account(
        user=user,
        name=profile.content.name if profile else "",
        sessions=_open_of(tables, user.id, now),
        devices=devices_of(tables, user.id),
        factor=tables.second_factors.get(user.id),
        passkeys=passkeys_of(tables, user.id),
    )


def _open_of(tables: Tables, user_id: UserId, now: datetime) -> tuple[Session, ...]:
    still_open = [session for session in tables.sessions.where("user", user_id) if session.is_open(now)]
    return tuple(sorted(still_open, key=lambda session: (session.last_used_at, session.id), reverse=True))


class MemoryOneTimeTokens(OneTimeTokens):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, token: OneTimeToken) -> None:
        self._transaction.write(lambda tables: tables.one_time_tokens.put(token.token_hash, token))

    async def get(self, token_hash: str) -> OneTimeToken | None:
        return self._transaction.read(lambda tables: tables.one_time_tokens.get(token_hash))

    async def save(self, token: OneTimeToken) -> None:
        self._transaction.write(lambda tables: replace(tables.one_time_tokens, token.token_hash, token))

    async def unused(self, user_id: UserId, purpose: TokenPurpose, now: datetime) -> Sequence[OneTimeToken]:
        tokens = self._transaction.read(lambda tables: list(tables.one_time_tokens.where("user", user_id)))
        return [token for token in tokens if token.serves(purpose, now)]

    async def discard(self, user_id: UserId, *purposes: TokenPurpose, but: OneTimeToken | None = None) -> None:
        def change(tables: Tables) -> None:
            for token in tables.one_time_tokens.where("user", user_id):
                spared = but is not None and token.token_hash == but.token_hash
                if token.purpose in purposes and token.used_at is None and not spared:
                    tables.one_time_tokens.drop(token.token_hash)

        self._transaction.write(change)

    async def forget(self, now: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            expired = [key for key, token in tables.one_time_tokens.items().items() if token.expires_at <= now][:limit]
            for token_hash in expired:
                tables.one_time_tokens.drop(token_hash)
            return len(expired)

        return self._transaction.write(change)


class MemorySecondFactors(SecondFactors):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, factor: SecondFactor) -> None:
        def change(tables: Tables) -> None:
            if tables.second_factors.get(factor.user_id) is not None:
                raise StaleWrite("There is a second factor already. Read it and repeat the change.")
            tables.second_factors.put(factor.user_id, factor)

        self._transaction.write(change)

    async def get(self, user_id: UserId) -> SecondFactor | None:
        return self._transaction.read(lambda tables: tables.second_factors.get(user_id))

    async def save(self, factor: SecondFactor) -> None:
        self._transaction.write(lambda tables: replace(tables.second_factors, factor.user_id, factor))

    async def remove(self, factor: SecondFactor) -> None:
        def change(tables: Tables) -> None:
            replace(tables.second_factors, factor.user_id, factor)
            tables.second_factors.drop(factor.user_id)

        self._transaction.write(change)
