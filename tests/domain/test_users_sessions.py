"""Staying logged in, and being logged out: nobody keeps access who should have lost it."""

import asyncio
from datetime import datetime, timedelta

import pytest

from adapters.memory.revocations import MemoryRevocations
from adapters.system.clock import ManualClock
from saltbitter_domain.kernel import SessionId, StaleWrite, UserId
from saltbitter_domain.users.model import (
    REFRESH_TOKEN_LIFETIME,
    SESSION_KEPT_FOR,
    SESSION_LASTS,
    AccessTokenRefused,
    Busy,
    EndReason,
    Session,
    SessionMissing,
    SessionOver,
    SessionsEnded,
    Tokens,
    UserMissing,
)
from saltbitter_domain.users.model.devices import MAX_SESSIONS
from saltbitter_domain.users.policies import hash_token
from saltbitter_domain.users.service.sessions import revoke, revoke_here
from tests.doubles.builders import new_id
from tests.doubles.users import NOW, Accounts

IP = "192.0.2.77"


async def stored(accounts: Accounts, session_id: SessionId) -> Session:
    async with accounts.begin() as uow:
        session = await uow.sessions.get(session_id)
    assert session is not None
    return session


async def ended(accounts: Accounts) -> list[tuple[tuple[SessionId, ...], EndReason]]:
    return [(e.session_ids, e.because) for e in await accounts.events() if isinstance(e, SessionsEnded)]


async def test_each_use_of_a_refresh_token_gives_a_new_one_and_another_week() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    seen = {tokens.refresh_token}
    for day in range(1, 31):
        accounts.clock.advance(timedelta(days=1))
        tokens = await accounts.refresh(tokens, "2001:db8::7")
        seen.add(tokens.refresh_token)
        assert tokens.refresh_expires_at == NOW + timedelta(days=day + 7)
        assert tokens.access_expires_at == NOW + timedelta(days=day, minutes=15)
        assert accounts.lets_in(tokens)

    session = await stored(accounts, tokens.session_id)
    assert len(seen) == 31
    assert session.last_used_at == NOW + timedelta(days=30)
    assert session.ip_prefix == "2001:db8::/64"
    assert await ended(accounts) == []


async def test_twenty_simultaneous_refreshes_are_one_rotation_and_twenty_usable_answers() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    before = await stored(accounts, tokens.session_id)
    accounts.begin.race(20)

    answers = await asyncio.gather(*(accounts.refresh(tokens) for _ in range(20)))

    session = await stored(accounts, tokens.session_id)
    assert session.version == before.version + 1
    assert {answer.refresh_token for answer in answers} == {answers[0].refresh_token} != {tokens.refresh_token}
    assert session.token_hash == hash_token(answers[0].refresh_token)
    for answer in answers:
        assert accounts.lets_in(answer)
    accounts.clock.advance(timedelta(minutes=5))
    assert await accounts.lets_stay(answers[7])


async def test_an_answer_that_was_lost_can_be_asked_for_again_within_ten_seconds() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    lost = await accounts.refresh(tokens)
    accounts.clock.advance(timedelta(seconds=10))

    repeated = await accounts.refresh(tokens)

    assert repeated.refresh_token == lost.refresh_token
    assert repeated.refresh_expires_at == lost.refresh_expires_at
    assert repeated.access_expires_at == lost.access_expires_at + timedelta(seconds=10)
    assert await ended(accounts) == []


async def test_a_token_used_again_later_ends_the_session_for_good_and_everywhere() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    current = await accounts.refresh(tokens)
    accounts.clock.advance(timedelta(seconds=11))

    with pytest.raises(SessionOver):
        await accounts.refresh(tokens)

    session = await stored(accounts, tokens.session_id)
    assert (session.ended_because, session.ended_at) == (EndReason.TOKEN_REPLAYED, accounts.clock.now())
    assert await ended(accounts) == [((tokens.session_id,), EndReason.TOKEN_REPLAYED)]
    assert not accounts.lets_in(current)
    with pytest.raises(SessionOver):
        await accounts.refresh(current)
    assert len(await ended(accounts)) == 1


async def test_a_token_two_rotations_old_ends_the_session_at_once() -> None:
    accounts = Accounts()
    oldest = await accounts.enter()
    older = await accounts.refresh(oldest)
    current = await accounts.refresh(older)

    with pytest.raises(SessionOver):
        await accounts.refresh(oldest)
    with pytest.raises(SessionOver):
        await accounts.refresh(current)


async def test_simultaneous_replays_end_the_session_once() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    await accounts.refresh(tokens)
    accounts.clock.advance(timedelta(minutes=1))
    accounts.begin.race(20)

    outcomes = await asyncio.gather(*(accounts.refresh(tokens) for _ in range(20)), return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} == {SessionOver}
    assert len(await ended(accounts)) == 1


async def test_a_replay_in_one_session_leaves_the_members_others_alone() -> None:
    accounts = Accounts()
    phone = await accounts.enter()
    laptop = await accounts.login(label="Laptop")
    await accounts.refresh(phone)
    accounts.clock.advance(timedelta(minutes=1))
    with pytest.raises(SessionOver):
        await accounts.refresh(phone)

    assert await accounts.lets_stay(laptop)


async def test_a_session_unused_for_a_week_is_over() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    accounts.clock.advance(timedelta(days=7, microseconds=-1))
    tokens = await accounts.refresh(tokens)
    accounts.clock.advance(timedelta(days=7))

    with pytest.raises(SessionOver):
        await accounts.refresh(tokens)
    assert await ended(accounts) == []


@pytest.mark.parametrize("foreign", ["", "x" * 43, "\udcff", "a\0b"])
async def test_tokens_we_never_issued_are_refused(foreign: str) -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    for token in (foreign, tokens.access_token, tokens.refresh_token + "x"):
        with pytest.raises(SessionOver):
            await accounts.auth.refresh(token, IP)
    assert await accounts.lets_stay(tokens)


async def test_tokens_of_another_server_are_refused() -> None:
    tokens = await Accounts().enter()
    elsewhere = Accounts()
    await elsewhere.enter()
    with pytest.raises(SessionOver):
        await elsewhere.refresh(tokens)


async def test_an_access_token_expires_and_a_refresh_token_is_none() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    with pytest.raises(AccessTokenRefused):
        accounts.auth.authenticate(tokens.refresh_token)
    accounts.clock.advance(timedelta(minutes=15))
    with pytest.raises(AccessTokenRefused):
        accounts.access(tokens)


async def test_a_member_sees_open_sessions_latest_used_first() -> None:
    accounts = Accounts()
    phone = await accounts.enter()
    accounts.clock.advance(timedelta(minutes=1))
    laptop = await accounts.login(label="Laptop")
    gone = await accounts.login(label="Library")
    await accounts.auth.logout(accounts.access(gone))
    await accounts.enter("eve@example.test")
    accounts.clock.advance(timedelta(minutes=1))
    phone = await accounts.refresh(phone)

    sessions = await accounts.auth.sessions(accounts.access(phone))

    assert [session.label for session in sessions] == ["Phone", "Laptop"]
    assert [session.id for session in sessions] == [phone.session_id, laptop.session_id]


async def test_logging_out_ends_this_session_and_only_this() -> None:
    accounts = Accounts()
    phone, laptop = await accounts.enter(), await accounts.login(label="Laptop")

    await accounts.auth.logout(accounts.access(phone))

    assert not accounts.lets_in(phone)
    with pytest.raises(SessionOver):
        await accounts.refresh(phone)
    assert accounts.lets_in(laptop)
    assert await accounts.lets_stay(laptop)
    assert await ended(accounts) == [((phone.session_id,), EndReason.LOGOUT)]


async def test_logging_out_twice_is_no_error_and_no_news() -> None:
    accounts = Accounts()
    access = accounts.auth.authenticate((await accounts.enter()).access_token)
    await accounts.auth.logout(access)
    await accounts.auth.logout(access)
    assert len(await ended(accounts)) == 1


async def test_logging_out_everywhere_ends_every_session_of_the_member() -> None:
    accounts = Accounts()
    mine = [await accounts.enter(), await accounts.login(), await accounts.login()]
    theirs = await accounts.enter("eve@example.test")
    access = accounts.access(mine[1])

    await accounts.auth.logout_everywhere(access)
    await accounts.auth.logout_everywhere(access)

    for tokens in mine:
        assert not accounts.lets_in(tokens)
        with pytest.raises(SessionOver):
            await accounts.refresh(tokens)
    [(ids, because)] = await ended(accounts)
    assert (set(ids), because) == ({tokens.session_id for tokens in mine}, EndReason.LOGOUT_EVERYWHERE)
    assert accounts.lets_in(theirs)


async def test_a_member_ends_a_session_on_another_device() -> None:
    accounts = Accounts()
    phone, laptop = await accounts.enter(), await accounts.login(label="Laptop")

    await accounts.auth.end_session(accounts.access(laptop), phone.session_id)

    assert not accounts.lets_in(phone)
    assert await ended(accounts) == [((phone.session_id,), EndReason.ENDED_BY_MEMBER)]
    assert accounts.lets_in(laptop)


async def test_a_member_has_twenty_sessions_and_the_one_longest_out_of_use_makes_room_for_another() -> None:
    accounts = Accounts()
    first, *others = [await accounts.enter(), *[await accounts.login() for _ in range(MAX_SESSIONS - 1)]]
    accounts.clock.advance(timedelta(minutes=1))
    first = await accounts.refresh(first)

    latest = await accounts.login()

    kept = {tokens.session_id for tokens in (first, *others[1:], latest)}
    assert {session.id for session in await accounts.auth.sessions(accounts.access(latest))} == kept
    assert await ended(accounts) == [((others[0].session_id,), EndReason.MADE_ROOM)]
    await accounts.deliver()
    assert not accounts.lets_in(others[0])
    assert not await accounts.lets_stay(others[0])
    assert await accounts.lets_stay(first)


async def test_however_many_sign_in_at_once_no_more_than_twenty_sessions_are_open() -> None:
    accounts = Accounts()
    device = (await accounts.enter()).device_token
    for _ in range(MAX_SESSIONS - 2):
        await accounts.login(device=device)
    accounts.begin.race(3)

    tokens = await asyncio.gather(*(accounts.login(device=device) for _ in range(3)))

    assert len(await accounts.auth.sessions(accounts.access(tokens[0]))) == MAX_SESSIONS


async def test_another_members_session_does_not_exist() -> None:
    accounts = Accounts()
    mine, theirs = await accounts.enter(), await accounts.enter("eve@example.test")
    access = accounts.access(mine)

    with pytest.raises(SessionMissing) as not_mine:
        await accounts.auth.end_session(access, theirs.session_id)
    with pytest.raises(SessionMissing) as nobodys:
        await accounts.auth.end_session(access, SessionId(accounts.ids.new()))

    assert not_mine.value.detail == nobodys.value.detail
    assert accounts.lets_in(theirs)


async def test_logging_out_wins_over_a_refresh_at_the_same_moment() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    access = accounts.access(tokens)
    accounts.begin.race(2)

    answer, _ = await asyncio.gather(accounts.refresh(tokens), accounts.auth.logout(access), return_exceptions=True)

    assert not (await stored(accounts, tokens.session_id)).is_open(NOW)
    assert not accounts.lets_in(tokens)
    assert isinstance(answer, Tokens | SessionOver)


async def test_ended_access_stays_refused_for_as_long_as_any_token_of_it_lives() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    accounts.clock.advance(timedelta(minutes=14))
    refreshed = await accounts.refresh(tokens)
    await accounts.auth.logout(accounts.access(tokens))
    accounts.clock.advance(timedelta(minutes=15, microseconds=-1))
    assert not accounts.lets_in(refreshed)


async def test_access_is_refused_even_if_the_process_that_ended_it_died_before_saying_so() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    accounts.revocations.alive = False
    with pytest.raises(ConnectionError):
        await accounts.auth.logout(accounts.access(tokens))
    assert accounts.lets_in(tokens)

    accounts.revocations.alive = True
    await accounts.deliver()
    assert not accounts.lets_in(tokens)


async def test_an_account_that_is_not_there_is_missing() -> None:
    accounts = Accounts()
    with pytest.raises(UserMissing):
        await accounts.auth.account(UserId(accounts.ids.new()))


async def test_a_refresh_tries_three_times_against_others_and_then_says_so() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    stale = StaleWrite("Somebody changed this in the meantime.")

    accounts.begin.refuse(stale, stale)
    tokens = await accounts.refresh(tokens)
    accounts.begin.refuse(stale, stale, stale)
    with pytest.raises(StaleWrite):
        await accounts.refresh(tokens)


async def test_a_session_is_forgotten_thirty_days_after_it_is_over_and_its_tokens_stay_useless() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    logged_out = await accounts.login()
    await accounts.auth.logout(accounts.access(logged_out))
    accounts.clock.advance(SESSION_KEPT_FOR)
    assert await accounts.auth.forget_sessions() == 0

    accounts.clock.advance(timedelta(microseconds=1))
    assert [await accounts.auth.forget_sessions(), await accounts.auth.forget_sessions()] == [1, 0]
    accounts.clock.advance(REFRESH_TOKEN_LIFETIME)
    assert await accounts.auth.forget_sessions() == 1

    for forgotten in (tokens, logged_out):
        with pytest.raises(SessionOver):
            await accounts.refresh(forgotten)


async def test_a_session_that_is_in_use_is_never_forgotten() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    for _ in range(14):
        accounts.clock.advance(timedelta(days=6))
        tokens = await accounts.refresh(tokens)
        assert await accounts.auth.forget_sessions() == 0
    assert accounts.lets_in(tokens)


async def test_however_often_it_is_used_a_session_ends_after_90_days() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    ends = accounts.clock.now() + timedelta(days=90)
    while accounts.clock.now() + timedelta(days=6) < ends:
        accounts.clock.advance(timedelta(days=6))
        tokens = await accounts.refresh(tokens)
    assert tokens.refresh_expires_at == ends
    accounts.clock.advance(ends - accounts.clock.now() - timedelta(seconds=1))
    tokens = await accounts.refresh(tokens)
    accounts.clock.advance(timedelta(seconds=1))
    with pytest.raises(SessionOver):
        await accounts.refresh(tokens)
    assert accounts.lets_in(await accounts.login())


async def test_of_a_session_in_use_to_its_end_everything_is_forgotten_thirty_days_later() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    first, began = hash_token(tokens.refresh_token), accounts.clock.now()
    for _ in range(14):
        accounts.clock.advance(timedelta(days=6))
        tokens = await accounts.refresh(tokens)
    accounts.clock.advance(began + SESSION_LASTS + SESSION_KEPT_FOR - accounts.clock.now())

    async def kept() -> bool:
        await accounts.auth.forget_sessions()
        async with accounts.begin() as uow:
            return await uow.sessions.by_token(first) is not None

    assert await kept()
    accounts.clock.advance(timedelta(microseconds=1))
    assert not await kept()


class Away(MemoryRevocations):
    """Remembers here, and cannot tell others."""

    async def revoke(self, session_id: SessionId, until: datetime) -> None:
        await super().revoke(session_id, until)
        raise Busy("Nobody else can be told just now.")


async def test_every_session_is_revoked_here_even_while_no_other_process_can_be_told() -> None:
    revocations = Away(ManualClock(NOW))
    sessions = [SessionId(new_id()) for _ in range(3)]

    await revoke_here(revocations, sessions[:2], NOW)
    with pytest.raises(Busy):
        await revoke(revocations, sessions[2:], NOW)

    assert all(revocations.is_revoked(session) for session in sessions)
