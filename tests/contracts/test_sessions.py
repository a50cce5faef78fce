"""What every store of sessions promises."""

from datetime import timedelta

import attrs
import pytest

from saltbitter_domain.kernel import SessionId, StaleWrite
from saltbitter_domain.users.model import EndReason
from saltbitter_domain.users.ports import Sessions
from tests.contracts.stores import Store
from tests.doubles.builders import NOW, TEXTS, a_full_session, a_session, new_id, unset_fields

PORT = Sessions


async def test_a_session_comes_back_as_it_was_stored(store: Store) -> None:
    session = a_full_session(await store.member())
    assert unset_fields(session) == []

    async with store.unit() as uow:
        await uow.sessions.add(session)

    async with store.begin() as uow:
        assert await uow.sessions.get(session.id) == session
        assert await uow.sessions.by_token(session.token_hash) == session


@pytest.mark.parametrize("text", TEXTS)
async def test_labels_come_back_unchanged(store: Store, text: str) -> None:
    session = a_session(await store.member(), label=text)

    async with store.unit() as uow:
        await uow.sessions.add(session)

    async with store.begin() as uow:
        assert await uow.sessions.get(session.id) == session


async def test_nothing_is_found_under_an_unknown_id_or_token(store: Store) -> None:
    async with store.begin() as uow:
        assert await uow.sessions.get(SessionId(new_id())) is None
        assert await uow.sessions.by_token("never issued") is None


async def test_a_session_is_found_by_every_token_it_ever_had(store: Store) -> None:
    session = a_session(await store.member(), token_hash="first")
    async with store.unit() as uow:
        await uow.sessions.add(session)
    for version, token in enumerate(("second", "third"), 1):
        async with store.unit() as uow:
            await uow.sessions.save(attrs.evolve(session, token_hash=token, version=version))

    latest = attrs.evolve(session, token_hash="third", version=3)
    async with store.begin() as uow:
        assert [await uow.sessions.by_token(token) for token in ("first", "second", "third")] == [latest] * 3


async def test_open_sessions_are_those_neither_ended_nor_expired_the_latest_used_first(store: Store) -> None:
    user, other = await store.members(2)
    quiet = a_session(user, last_used_at=NOW - timedelta(hours=2))
    busy = a_session(user, last_used_at=NOW)
    ended = a_session(user, ended_at=NOW, ended_because=EndReason.LOGOUT)
    expired = a_session(user, expires_at=NOW)
    async with store.unit() as uow:
        for session in (quiet, busy, ended, expired, a_session(other)):
            await uow.sessions.add(session)

    async with store.begin() as uow:
        assert await uow.sessions.open_of(user.id, NOW) == [busy, quiet]
        assert expired in await uow.sessions.open_of(user.id, NOW - timedelta(microseconds=1))


async def test_of_two_changes_to_one_version_the_second_is_refused(store: Store) -> None:
    session = a_session(await store.member())
    async with store.unit() as uow:
        await uow.sessions.add(session)
    async with store.unit() as uow:
        await uow.sessions.save(attrs.evolve(session, token_hash="winner"))

    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.sessions.save(attrs.evolve(session, token_hash="loser"))

    async with store.begin() as uow:
        assert await uow.sessions.by_token("loser") is None


async def test_sessions_long_over_are_forgotten_with_their_tokens_and_others_are_not(store: Store) -> None:
    user = await store.member()
    later, over = NOW + timedelta(days=1), {"ended_at": NOW - timedelta(seconds=1), "ended_because": EndReason.LOGOUT}
    ended = a_session(user, expires_at=later, token_hash="first", **over)
    expired = a_session(user, expires_at=NOW - timedelta(seconds=1))
    kept = [
        a_session(user, expires_at=later),
        a_session(user, expires_at=NOW),
        a_session(user, expires_at=later, ended_at=NOW, ended_because=EndReason.LOGOUT),
    ]
    async with store.unit() as uow:
        for session in (ended, expired, *kept):
            await uow.sessions.add(session)
    async with store.unit() as uow:
        await uow.sessions.save(attrs.evolve(ended, token_hash="second"))

    for forgotten in (2, 0):
        async with store.unit() as uow:
            assert await uow.sessions.forget(NOW, limit=10) == forgotten

    async with store.begin() as uow:
        assert [await uow.sessions.get(session.id) for session in (ended, expired)] == [None, None]
        assert [await uow.sessions.by_token(token) for token in ("first", "second", expired.token_hash)] == [None] * 3
        assert [await uow.sessions.by_token(session.token_hash) for session in kept] == kept


async def test_no_more_sessions_are_forgotten_at_a_time_than_asked_for(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        for _ in range(3):
            await uow.sessions.add(a_session(user, expires_at=NOW - timedelta(days=1)))

    for forgotten in (2, 1):
        async with store.unit() as uow:
            assert await uow.sessions.forget(NOW, limit=2) == forgotten
