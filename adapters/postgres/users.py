"""Accounts, sessions and one-time tokens."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Text, Uuid, any_, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres import documents
from adapters.postgres.database import Session as Connection
from adapters.postgres.query import Query
from adapters.postgres.statements import (
    columns,
    insertion,
    insertion_of_all,
    insertion_unless,
    replace,
    replacement,
    replacement_of_all,
    sweeping,
)
from adapters.postgres.tables import one_time_tokens, outbox, refresh_tokens, second_factors, sessions, users
from saltbitter_domain.events import event_name
from saltbitter_domain.kernel import SessionId, StaleWrite, UserId
from saltbitter_domain.profiles.model import PhotoDeleted
from saltbitter_domain.users.model import (
    AccountStatus,
    EmailTaken,
    EndReason,
    OneTimeToken,
    Role,
    Session,
    TokenPurpose,
    User,
)
from saltbitter_domain.users.model.devices import Device
from saltbitter_domain.users.model.passkeys import Passkey
from saltbitter_domain.users.model.second_factor import SecondFactor
from saltbitter_domain.users.ports import Account, Credentials, OneTimeTokens, SecondFactors, Sessions, Users


class PostgresUsers(Users):
    _ADD = insertion_unless(users, "email")
    _GET = Query(select(users).where(users.c.id == bindparam("id")))
    _AMONG = Query(select(users).where(users.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))))
    _BY_EMAIL = Query(select(users).where(users.c.email == bindparam("email")))
    _HOLDER = Query(
        text(
            """
            SELECT id FROM users WHERE email = :email
            UNION ALL
            SELECT user_id FROM one_time_tokens WHERE purpose = 'keep_email' AND email = :email AND used_at IS NULL
               AND expires_at > CAST(:now AS timestamptz)
            LIMIT 1
            """
        )
    )
    _WITH_CREDENTIALS = """
        SELECT users.*,
               (SELECT coalesce(jsonb_agg(to_jsonb(devices) ORDER BY last_seen_at DESC, devices.id DESC), '[]')
                  FROM devices WHERE devices.user_id = users.id) AS devices,
               (SELECT to_jsonb(second_factors) FROM second_factors WHERE second_factors.user_id = users.id) AS factor,
               (SELECT coalesce(jsonb_agg(to_jsonb(passkeys) ORDER BY created_at, passkeys.id), '[]')
                  FROM passkeys WHERE passkeys.user_id = users.id) AS passkeys,
               (SELECT coalesce(jsonb_agg(to_jsonb(sessions) ORDER BY last_used_at DESC, sessions.id DESC), '[]')
                  FROM sessions WHERE sessions.user_id = users.id AND ended_at IS NULL
                   AND expires_at > CAST(:now AS timestamptz)) AS sessions
        """
    _CREDENTIALS = Query(text(f"{_WITH_CREDENTIALS} FROM users WHERE email = CAST(:email AS text)"))
    _ACCOUNT = Query(
        text(
            f"""
            {_WITH_CREDENTIALS}, coalesce(profiles.content ->> 'name', '') AS name
            FROM users LEFT JOIN profiles ON profiles.user_id = users.id WHERE users.id = CAST(:id AS uuid)
            """
        )
    )
    _SAVE = replacement(users)
    _DUE = Query(
        select(users.c.id)
        .where(users.c.erase_at <= bindparam("now"))
        .order_by("erase_at", "id")
        .limit(bindparam("limit"))
    )
    _ERASE = Query(
        delete(users)
        .where(users.c.id == bindparam("id"), users.c.version == bindparam("version"))
        .returning(users.c.id)
    )

    _FORGET_DEAD = Query(
        delete(outbox).where(
            outbox.c.dead_at.is_not(None),
            outbox.c.payload["user_id"].astext == bindparam("member", type_=Text),
            outbox.c.topic != event_name(PhotoDeleted),
        )
    )

    def __init__(self, session: Connection) -> None:
        self._session = session

    async def add(self, user: User) -> None:
        await self._session.change(self._ADD, _row(user), rows=1, refusal=_email_taken)

    async def get(self, user_id: UserId) -> User | None:
        row = await self._session.row(self._GET, id=user_id)
        return row and user_of(row)

    async def by_email(self, email: str) -> User | None:
        row = await self._session.row(self._BY_EMAIL, email=email)
        return row and user_of(row)

    async def holder(self, email: str, now: datetime) -> UserId | None:
        row = await self._session.row(self._HOLDER, email=email, now=now)
        return row and row["id"]

    async def account(self, user_id: UserId, now: datetime) -> Account | None:
        row = await self._session.row(self._ACCOUNT, id=user_id, now=now)
        if row is None:
            return None
        fields = {**row}
        name = fields.pop("name")
        known = _credentials(fields)
        return Account(known.user, known.devices, known.factor, known.passkeys, known.sessions, name)

    async def credentials(self, email: str, now: datetime) -> Credentials | None:
        row = await self._session.row(self._CREDENTIALS, email=email, now=now)
        return row and _credentials({**row})

    async def save(self, user: User) -> None:
        await replace(self._session, self._SAVE, _row(user), taken=_email_taken)

    async def among(self, user_ids: Collection[UserId]) -> Sequence[User]:
        return [user_of(row) for row in await self._session.rows(self._AMONG, ids=list(user_ids))]

    async def due_for_erasure(self, now: datetime, limit: int) -> Sequence[UserId]:
        return [row["id"] for row in await self._session.rows(self._DUE, now=now, limit=limit)]

    async def erase(self, user: User) -> None:
        # Every column that names a member refers to the account, and its row goes with it (``tables._member``).
        if not await self._session.write(self._ERASE, id=user.id, version=user.version):
            raise _stale()
        await self._session.change(self._FORGET_DEAD, {"member": str(user.id)})


def _stale() -> StaleWrite:
    return StaleWrite("Somebody changed this in the meantime. Read it again and repeat the change.")


def _email_taken() -> EmailTaken:
    return EmailTaken("Another account has this address.")


def user_of(row: Any) -> User:
    """The account a row of ``users`` holds."""
    return User(**{**row, "role": Role(row["role"]), "status": AccountStatus(row["status"])})


def _credentials(fields: dict[str, Any]) -> Credentials:
    devices, factor = documents.read(fields.pop("devices"), tuple[Device, ...]), fields.pop("factor")
    passkeys = documents.read(fields.pop("passkeys"), tuple[Passkey, ...])
    opened = documents.read(fields.pop("sessions"), tuple[Session, ...])
    return Credentials(user_of(fields), devices, factor and documents.read(factor, SecondFactor), passkeys, opened)


def _row(entity: Any) -> dict[str, Any]:
    return attrs.asdict(entity, recurse=False)


class PostgresSessions(Sessions):
    _ADD = insertion(sessions)
    _REMEMBER = insertion_of_all(refresh_tokens, "ON CONFLICT DO NOTHING")
    _GET = Query(select(sessions).where(sessions.c.id == bindparam("id")))
    _BY_TOKEN = Query(
        select(sessions)
        .join(refresh_tokens, refresh_tokens.c.session_id == sessions.c.id)
        .where(refresh_tokens.c.token_hash == bindparam("token_hash"))
    )
    _OPEN = Query(
        select(sessions)
        .where(
            sessions.c.user_id == bindparam("user_id"),
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > bindparam("now"),
        )
        .order_by(sessions.c.last_used_at.desc(), sessions.c.id.desc())
    )
    _SAVE = replacement_of_all(sessions)
    _FORGET = sweeping(sessions, "coalesce(ended_at, expires_at) < :over_before")

    def __init__(self, session: Connection) -> None:
        self._session = session

    async def add(self, session: Session) -> None:
        await self._session.change(self._ADD, _row(session))
        await self._remember([session])

    async def get(self, session_id: SessionId) -> Session | None:
        row = await self._session.row(self._GET, id=session_id)
        return row and _session(row)

    async def by_token(self, token_hash: str) -> Session | None:
        row = await self._session.row(self._BY_TOKEN, token_hash=token_hash)
        return row and _session(row)

    async def open_of(self, user_id: UserId, now: datetime) -> Sequence[Session]:
        return [_session(row) for row in await self._session.rows(self._OPEN, user_id=user_id, now=now)]

    async def save(self, *changed: Session) -> None:
        if changed:
            await self._session.change(self._SAVE, columns(map(_row, changed)), rows=len(changed))
            await self._remember(changed)

    async def _remember(self, changed: Sequence[Session]) -> None:
        """Keep the tokens by which these sessions are found ever after."""
        found_by = [{"token_hash": session.token_hash, "session_id": session.id} for session in changed]
        await self._session.change(self._REMEMBER, columns(found_by))

    async def forget(self, over_before: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, over_before=over_before, limit=limit))


def _session(row: Any) -> Session:
    because = row["ended_because"]
    return Session(**{**row, "ended_because": because and EndReason(because)})


class PostgresOneTimeTokens(OneTimeTokens):
    _ADD = insertion(one_time_tokens)
    _GET = Query(select(one_time_tokens).where(one_time_tokens.c.token_hash == bindparam("token_hash")))
    _SAVE = replacement(one_time_tokens, "token_hash")
    _UNUSED = Query(
        select(one_time_tokens).where(
            one_time_tokens.c.user_id == bindparam("user_id"),
            one_time_tokens.c.purpose == bindparam("purpose"),
            one_time_tokens.c.used_at.is_(None),
            one_time_tokens.c.expires_at > bindparam("now"),
        )
    )
    _UNWANTED = delete(one_time_tokens).where(
        one_time_tokens.c.user_id == bindparam("user_id"),
        one_time_tokens.c.purpose == any_(bindparam("purposes", type_=ARRAY(Text))),
        one_time_tokens.c.used_at.is_(None),
    )
    _DISCARD = Query(_UNWANTED)
    _DISCARD_OTHERS = Query(_UNWANTED.where(one_time_tokens.c.token_hash != bindparam("but")), apart=True)
    _FORGET = sweeping(one_time_tokens, "expires_at <= :now")

    def __init__(self, session: Connection) -> None:
        self._session = session

    async def add(self, token: OneTimeToken) -> None:
        await self._session.change(self._ADD, _row(token))

    async def get(self, token_hash: str) -> OneTimeToken | None:
        row = await self._session.row(self._GET, token_hash=token_hash)
        return row and _token(row)

    async def save(self, token: OneTimeToken) -> None:
        await replace(self._session, self._SAVE, _row(token), "token_hash")

    async def unused(self, user_id: UserId, purpose: TokenPurpose, now: datetime) -> Sequence[OneTimeToken]:
        return [
            _token(row) for row in await self._session.rows(self._UNUSED, user_id=user_id, purpose=purpose, now=now)
        ]

    async def discard(self, user_id: UserId, *purposes: TokenPurpose, but: OneTimeToken | None = None) -> None:
        unwanted = {"user_id": user_id, "purposes": purposes}
        if but is None:
            await self._session.change(self._DISCARD, unwanted)
        else:
            await self._session.change(self._DISCARD_OTHERS, {**unwanted, "but": but.token_hash})

    async def forget(self, now: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, now=now, limit=limit))


def _token(row: Any) -> OneTimeToken:
    return OneTimeToken(**{**row, "purpose": TokenPurpose(row["purpose"])})


class PostgresSecondFactors(SecondFactors):
    _ADD = insertion_unless(second_factors, "user_id")
    _GET = Query(select(second_factors).where(second_factors.c.user_id == bindparam("user_id")))
    _SAVE = replacement(second_factors, "user_id")
    _REMOVE = Query(
        delete(second_factors)
        .where(second_factors.c.user_id == bindparam("user_id"), second_factors.c.version == bindparam("version"))
        .returning(second_factors.c.user_id)
    )

    def __init__(self, session: Connection) -> None:
        self._session = session

    async def add(self, factor: SecondFactor) -> None:
        await self._session.change(self._ADD, _row(factor), rows=1, refusal=_stale)

    async def get(self, user_id: UserId) -> SecondFactor | None:
        row = await self._session.row(self._GET, user_id=user_id)
        return row and SecondFactor(**{**row, "recovery_hashes": tuple(row["recovery_hashes"])})

    async def save(self, factor: SecondFactor) -> None:
        await replace(self._session, self._SAVE, _row(factor), "user_id")

    async def remove(self, factor: SecondFactor) -> None:
        gone = {"user_id": factor.user_id, "version": factor.version}
        await self._session.change(self._REMOVE, gone, rows=1, refusal=_stale)
