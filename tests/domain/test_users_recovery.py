"""Verifying an address, resetting and changing a password: each link works once, and only for what it was sent for."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import attrs
import pytest

from adapters.memory.table import Table
from saltbitter_domain.kernel import FieldProblem, UserId
from saltbitter_domain.profiles.model import AgeRange, Gender, Preferences, Profile, ProfileContent
from saltbitter_domain.users.model import (
    ONE_TIME_TOKEN_LIFETIME,
    CredentialsRefused,
    EmailVerified,
    EndReason,
    OneTimeToken,
    PasswordChanged,
    PasswordRefused,
    ResetRequested,
    SessionOver,
    SessionsEnded,
    TokenPurpose,
    TokenRefused,
    Tokens,
    VerificationRequested,
)
from saltbitter_domain.users.policies import hash_token
from saltbitter_domain.users.ports import Access
from tests.doubles.users import COMMON, EMAIL, NOW, PASSWORD, Accounts

NEW = "eleven loud herons"
VERIFY, RESET = "verify_email", "reset_password"


async def reset_token(accounts: Accounts, email: str = EMAIL) -> str:
    await accounts.recovery.forgot_password(email)
    return await accounts.mailed_token(RESET, email)


async def name_member(accounts: Accounts, name: str) -> None:
    content = ProfileContent(
        name=name,
        genders=frozenset({Gender.WOMAN}),
        preferences=Preferences(genders=frozenset(Gender), ages=AgeRange(30, 40)),
    )
    profile = Profile(await accounts.id_of(), date(1990, 5, 17), content, "Europe/Lisbon", NOW, NOW)
    async with accounts.begin() as uow:
        await uow.profiles.add(profile)
        await uow.commit()


async def test_the_mailed_token_verifies_the_address_once() -> None:
    accounts = Accounts()
    await accounts.register()
    token = await accounts.mailed_token(VERIFY)
    accounts.clock.advance(timedelta(minutes=59))

    await accounts.recovery.verify_email(token)

    user = await accounts.user()
    assert user is not None
    assert user.email_verified_at == NOW + timedelta(minutes=59)
    assert await accounts.events() == [EmailVerified(user.id)]
    with pytest.raises(TokenRefused) as refused:
        await accounts.recovery.verify_email(token)
    assert [problem.path for problem in refused.value.fields] == ["token"]


async def test_a_token_lives_for_an_hour() -> None:
    accounts = Accounts()
    await accounts.register()
    verify, reset = await accounts.mailed_token(VERIFY), await reset_token(accounts)
    accounts.clock.advance(timedelta(hours=1))
    with pytest.raises(TokenRefused):
        await accounts.recovery.verify_email(verify)
    with pytest.raises(TokenRefused):
        await accounts.recovery.reset_password(reset, NEW)


async def test_a_token_is_good_only_for_what_it_was_sent_for() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    verify, reset = await accounts.mailed_token(VERIFY), await reset_token(accounts)
    for foreign in (reset, tokens.access_token, tokens.refresh_token, "", "x" * 43):
        with pytest.raises(TokenRefused):
            await accounts.recovery.verify_email(foreign)
    for foreign in (verify, tokens.access_token, tokens.refresh_token, "", "x" * 43):
        with pytest.raises(TokenRefused):
            await accounts.recovery.reset_password(foreign, NEW)
    assert accounts.passwords.work["hash"] == 1, "nobody without a link makes us hash"


async def test_a_newer_link_replaces_the_older_of_its_kind() -> None:
    accounts = Accounts()
    await accounts.register()
    first_verify, first_reset = await accounts.mailed_token(VERIFY), await reset_token(accounts)
    await accounts.recovery.resend_verification(EMAIL)
    second_verify, second_reset = await accounts.mailed_token(VERIFY), await reset_token(accounts)

    with pytest.raises(TokenRefused):
        await accounts.recovery.verify_email(first_verify)
    with pytest.raises(TokenRefused):
        await accounts.recovery.reset_password(first_reset, NEW)
    await accounts.recovery.verify_email(second_verify)
    await accounts.recovery.reset_password(second_reset, NEW)


async def test_a_login_kills_every_link_and_whoever_is_still_to_verify_gets_a_fresh_one() -> None:
    accounts = Accounts()
    await accounts.register()
    verify, reset = await accounts.mailed_token(VERIFY), await reset_token(accounts)
    await accounts.login()

    with pytest.raises(TokenRefused):
        await accounts.recovery.reset_password(reset, NEW)
    with pytest.raises(TokenRefused):
        await accounts.recovery.verify_email(verify)
    await accounts.recovery.verify_email(await accounts.mailed_token(VERIFY))


async def test_whoever_is_verified_gets_no_link_at_a_login() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.recovery.verify_email(await accounts.mailed_token(VERIFY))
    await accounts.login()
    await accounts.deliver()

    assert [mail.template for mail in accounts.mails()] == [VERIFY]


async def test_a_change_of_password_kills_every_link() -> None:
    accounts = Accounts()
    access = accounts.access(await accounts.enter())
    verify, reset = await accounts.mailed_token(VERIFY), await reset_token(accounts)
    await accounts.recovery.change_password(access, PASSWORD, NEW)

    with pytest.raises(TokenRefused):
        await accounts.recovery.verify_email(verify)
    await accounts.recovery.verify_email(await accounts.mailed_token(VERIFY))
    with pytest.raises(TokenRefused):
        await accounts.recovery.reset_password(reset, NEW)


async def test_no_link_is_kept_in_the_clear() -> None:
    accounts = Accounts()
    await accounts.register()
    links = [await accounts.mailed_token(VERIFY), await reset_token(accounts)]

    tables = [table for table in vars(accounts.store.tables).values() if isinstance(table, Table)]
    rows = [row for table in tables for row in table.items().values()]
    kept = str([attrs.asdict(row) if attrs.has(type(row)) else row for row in rows])
    assert [link for link in links if link in kept] == []
    assert [hash_token(link) in kept for link in links] == [True, True]


async def test_of_twenty_simultaneous_verifications_one_succeeds() -> None:
    accounts = Accounts()
    await accounts.register()
    token = await accounts.mailed_token(VERIFY)
    accounts.begin.race(20)

    outcomes = await asyncio.gather(*(accounts.recovery.verify_email(token) for _ in range(20)), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] + ["TokenRefused"] * 19
    assert len(await accounts.events()) == 1


async def test_of_twenty_simultaneous_resets_one_succeeds() -> None:
    accounts = Accounts()
    await accounts.register()
    token = await reset_token(accounts)
    passwords = [f"{NEW} {number}" for number in range(20)]
    accounts.begin.race(20)

    outcomes = await asyncio.gather(
        *(accounts.recovery.reset_password(token, password) for password in passwords), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [TokenRefused] * 19
    await accounts.login(password=passwords[outcomes.index(None)])
    assert [type(event) for event in await accounts.events()].count(PasswordChanged) == 1


async def test_a_reset_replaces_the_password_and_ends_every_session() -> None:
    accounts = Accounts()
    sessions = [await accounts.enter(), await accounts.login()]
    theirs = await accounts.enter("eve@example.test")
    token = await reset_token(accounts)
    accounts.clock.advance(timedelta(minutes=5))

    await accounts.recovery.reset_password(token, NEW)

    user = await accounts.user()
    assert user is not None
    for tokens in sessions:
        assert not accounts.lets_in(tokens)
        assert not await accounts.lets_stay(tokens)
    assert accounts.lets_in(theirs)
    events = await accounts.events()
    assert PasswordChanged(user.id) in events
    [over] = [event for event in events if isinstance(event, SessionsEnded)]
    assert set(over.session_ids) == {tokens.session_id for tokens in sessions}
    assert over.because is EndReason.PASSWORD_RESET
    with pytest.raises(CredentialsRefused):
        await accounts.login()
    await accounts.login(password=NEW)


async def test_a_reset_proves_the_address_too() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.recovery.reset_password(await reset_token(accounts), NEW)

    user = await accounts.user()
    assert user is not None
    assert user.email_verified_at == NOW
    assert EmailVerified(user.id) in await accounts.events()


async def test_an_address_verified_before_keeps_its_date_at_a_reset() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.recovery.verify_email(await accounts.mailed_token(VERIFY))
    accounts.clock.advance(timedelta(days=1))
    await accounts.recovery.reset_password(await reset_token(accounts), NEW)

    user = await accounts.user()
    assert user is not None
    assert user.email_verified_at == NOW
    assert EmailVerified(user.id) not in await accounts.events()


async def test_a_refused_password_leaves_the_reset_link_good() -> None:
    accounts = Accounts()
    await accounts.register()
    await name_member(accounts, "Nora")
    token = await reset_token(accounts)

    for password, codes in {"short": ["too_short"], COMMON: ["common"], "ignorant pumpkin": ["contains_name"]}.items():
        with pytest.raises(PasswordRefused) as refused:
            await accounts.recovery.reset_password(token, password)
        assert [(problem.path, problem.code) for problem in refused.value.fields] == [("password", c) for c in codes]

    await accounts.recovery.reset_password(token, NEW)


async def test_a_change_of_password_ends_every_session_and_opens_a_new_one_on_this_device() -> None:
    accounts = Accounts()
    phone, laptop = await accounts.enter(), await accounts.login(label="Laptop")

    renewed = await accounts.recovery.change_password(accounts.access(laptop), PASSWORD, NEW)

    for tokens in (phone, laptop):
        assert not accounts.lets_in(tokens)
        assert not await accounts.lets_stay(tokens)
    [session] = await accounts.auth.sessions(accounts.access(renewed))
    assert (session.label, session.ip_prefix) == ("Laptop", "192.0.2.0/24")
    assert await accounts.lets_stay(renewed)
    events = await accounts.events()
    assert PasswordChanged(renewed.user_id) in events
    [over] = [event for event in events if isinstance(event, SessionsEnded)]
    assert (set(over.session_ids), over.because) == (
        {phone.session_id, laptop.session_id},
        EndReason.PASSWORD_CHANGED,
    )
    await accounts.login(password=NEW)


async def test_everything_wrong_with_a_change_is_said_at_once() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    await name_member(accounts, "Nora")

    with pytest.raises(PasswordRefused) as refused:
        await accounts.recovery.change_password(accounts.access(tokens), "not the password", "nora")

    assert [(problem.path, problem.code) for problem in refused.value.fields] == [
        ("current_password", "wrong"),
        ("new_password", "too_short"),
        ("new_password", "contains_name"),
    ]
    assert accounts.lets_in(tokens)
    await accounts.login()


@pytest.mark.parametrize(
    ("current", "new", "path"), [("wrong", NEW, "current_password"), (PASSWORD, "x", "new_password")]
)
async def test_either_fault_alone_keeps_the_password(current: str, new: str, path: str) -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    with pytest.raises(PasswordRefused) as refused:
        await accounts.recovery.change_password(accounts.access(tokens), current, new)
    assert [problem.path for problem in refused.value.fields] == [path]
    await accounts.login()


async def test_of_simultaneous_changes_of_a_password_one_succeeds() -> None:
    accounts = Accounts()
    access = accounts.access(await accounts.enter())
    accounts.begin.race(5)

    outcomes = await asyncio.gather(
        *(accounts.recovery.change_password(access, PASSWORD, f"{NEW} {number}") for number in range(5)),
        return_exceptions=True,
    )

    [winner] = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Tokens)]
    assert [type(outcome) for outcome in outcomes].count(SessionOver) == 4
    await accounts.login(password=f"{NEW} {winner}")


async def test_a_session_that_ended_or_belongs_to_nobody_changes_no_password() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    access = accounts.access(tokens)
    await accounts.auth.logout(access)
    nobody = Access(UserId(accounts.ids.new()), access.session_id, access.role, access.expires_at)

    for over in (access, nobody):
        with pytest.raises(SessionOver):
            await accounts.recovery.change_password(over, PASSWORD, NEW)
    await accounts.login()


@pytest.mark.parametrize("email", [EMAIL, " ADA@example.test", "nobody@example.test", "not an address"])
@pytest.mark.parametrize("request_kind", [ResetRequested, VerificationRequested])
async def test_requests_by_address_do_the_same_for_every_address(
    email: str, request_kind: type[ResetRequested] | type[VerificationRequested]
) -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.deliver()
    accounts.passwords.work.clear()
    ask: Callable[[str], Awaitable[None]] = (
        accounts.recovery.forgot_password if request_kind is ResetRequested else accounts.recovery.resend_verification
    )

    await ask(email)

    [event] = await accounts.events()
    assert isinstance(event, request_kind)
    assert accounts.passwords.work.total() == 0
    mails_before = len(accounts.mailer.inbox())
    await accounts.deliver()
    assert len(accounts.mailer.inbox()) - mails_before == (1 if email.strip().lower() == EMAIL else 0)


async def test_the_strength_of_a_password_is_told_with_hints_considered() -> None:
    recovery = Accounts().recovery
    assert await recovery.password_strength("seven quiet otters", ()) == 3
    assert await recovery.password_strength("seven quiet otters", ("ada", "seven quiet otters")) == 0
    assert await recovery.password_strength("saltbitter", ()) == 0
    assert await recovery.password_strength("\uff53altbitter", ()) == 0


async def test_a_link_of_an_account_that_is_gone_is_refused_like_any_other() -> None:
    accounts = Accounts()
    gone = UserId(accounts.ids.new())
    async with accounts.begin() as uow:
        await uow.one_time_tokens.add(
            OneTimeToken(hash_token("link"), gone, TokenPurpose.VERIFY_EMAIL, NOW, NOW + timedelta(hours=1))
        )
        await uow.commit()
    with pytest.raises(TokenRefused) as refused:
        await accounts.recovery.verify_email("link")
    assert refused.value.fields == (FieldProblem("token", "not_usable", "Ask for a new link."),)


async def test_a_link_is_forgotten_once_it_has_expired_and_not_before() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.deliver()
    token = await accounts.mailed_token("verify_email")
    accounts.clock.advance(ONE_TIME_TOKEN_LIFETIME - timedelta(microseconds=1))
    assert await accounts.recovery.forget_tokens() == 0
    await accounts.recovery.verify_email(token)

    accounts.clock.advance(timedelta(microseconds=1))

    assert [await accounts.recovery.forget_tokens(), await accounts.recovery.forget_tokens()] == [1, 0]
    with pytest.raises(TokenRefused):
        await accounts.recovery.verify_email(token)
