"""What several use cases do with sessions inside their unit of work."""

import contextlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from saltbitter_domain.kernel import SessionId, Unavailable
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import (
    ACCESS_TOKEN_LIFETIME,
    REFRESH_TOKEN_LIFETIME,
    EndReason,
    Session,
    SessionsEnded,
    SessionStarted,
    Tokens,
    User,
)
from saltbitter_domain.users.policies import hash_token
from saltbitter_domain.users.ports import Access, AccessTokens, Revocations

REVOCATION_MARGIN = timedelta(minutes=1)
"""For requests still under way when a session ends, and for servers whose clocks differ a little."""


async def start_session(
    uow: UnitOfWork, user: User, session_id: SessionId, *, label: str, ip_prefix: str, refresh_token: str, now: datetime
) -> Session:
    """Store a new session that begins with this refresh token."""
    session = Session(
        id=session_id,
        user_id=user.id,
        label=label,
        ip_prefix=ip_prefix,
        created_at=now,
        last_used_at=now,
        expires_at=now + REFRESH_TOKEN_LIFETIME,
        token_hash=hash_token(refresh_token),
    )
    await uow.sessions.add(session)
    uow.emit(SessionStarted(user.id, session.id))
    return session


async def end_sessions(
    uow: UnitOfWork, sessions: Iterable[Session], because: EndReason, now: datetime
) -> tuple[SessionId, ...]:
    """Store these sessions of one member as ended; the ids of those that had not ended before."""
    ending = [session for session in sessions if session.ended_at is None]
    await uow.sessions.save(*(session.ended(because, now) for session in ending))
    ended = tuple(session.id for session in ending)
    if ending:
        uow.emit(SessionsEnded(ending[0].user_id, ended, because))
    return ended


async def revoke(revocations: Revocations, session_ids: Iterable[SessionId], now: datetime) -> None:
    """Have the access tokens of ended sessions refused for as long as the last of them could live.

    Every one is tried. Raises ``Unavailable`` when one of them may be known to this process only."""
    unshared: Unavailable | None = None
    for session_id in session_ids:
        try:
            await revocations.revoke(session_id, now + ACCESS_TOKEN_LIFETIME + REVOCATION_MARGIN)
        except Unavailable as error:
            unshared = error
    if unshared is not None:
        raise unshared


async def revoke_here(revocations: Revocations, session_ids: Iterable[SessionId], now: datetime) -> None:
    """The same for a request, which has done its part: where others cannot be told now, the listener tells them."""
    with contextlib.suppress(Unavailable):
        await revoke(revocations, session_ids, now)


def issue_tokens(
    access_tokens: AccessTokens, user: User, session: Session, refresh_token: str, now: datetime
) -> Tokens:
    """A fresh access token beside the session's refresh token."""
    access = Access(user.id, session.id, user.role, now + ACCESS_TOKEN_LIFETIME)
    return Tokens(
        access_token=access_tokens.issue(access),
        access_expires_at=access.expires_at,
        refresh_token=refresh_token,
        refresh_expires_at=session.expires_at,
        session_id=session.id,
        user_id=user.id,
    )
