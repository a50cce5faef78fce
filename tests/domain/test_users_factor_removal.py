"""A second factor that nobody can answer for is removed by staff, and the account is its member's alone again."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import attrs
import pytest

from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import (
    ERASURE_GRACE,
    MAX_REASON,
    AccountStatus,
    CredentialsRefused,
    EndReason,
    PasswordRefused,
    Role,
    SessionsEnded,
    TokenPurpose,
    TokenRefused,
    UserMissing,
)
from saltbitter_domain.users.model.second_factor import (
    FREE_FAILURES,
    ChallengeOver,
    CodeRefused,
    CodesPaused,
    SecondFactorRemovalRefused,
    SecondFactorRemovedByStaff,
)
from tests.domain.test_users_passkeys import answer, asked, sign, sign_in, with_passkey
from tests.domain.test_users_second_factor import SHORT, App, begun, with_app
from tests.doubles.passkeys import Authenticator
from tests.doubles.users import EMAIL, PASSWORD, Accounts

ANOTHER = "eight unquiet herons"
WHY = "You called us, and showed that it is you."


async def removed(app: App, reason: str = WHY) -> None:
    await app.accounts.factor_removal.remove(app.tokens.user_id, reason)


async def reset(accounts: Accounts, password: str = ANOTHER) -> None:
    """Choose another password by the link that one asks for."""
    await accounts.recovery.forgot_password(EMAIL)
    await accounts.recovery.reset_password(await accounts.mailed_token("reset_password"), password)


async def verified(accounts: Accounts) -> App:
    """A member who has an app, and whose address is proven: a reset leads past no second factor there."""
    app = await with_app(accounts)
    await accounts.recovery.verify_email(await accounts.mailed_token("verify_email"))
    return app


async def test_whoever_lost_everything_is_back_with_a_password_of_their_own_and_can_turn_one_on_again() -> None:
    app = await verified(Accounts())
    await removed(app)

    assert not await app.is_on()
    await reset(app.accounts)
    app.tokens = await app.accounts.login(password=ANOTHER)
    access = app.accounts.access(app.tokens)
    again = App(app.accounts, app.tokens, (await app.accounts.second_factors.enrol(access, ANOTHER)).secret)
    await again.confirm()
    assert await again.is_on()
    assert app.accounts.lets_in(await again.sign_in(again.recovery_codes[0], ANOTHER))


async def test_nobody_is_let_in_by_what_was_good_before() -> None:
    app, authenticator = await with_passkey(Accounts())
    accounts, elsewhere = app.accounts, await sign_in(app, authenticator)
    challenge = await app.challenged()
    signed = await sign(app, challenge, authenticator)

    await removed(app)

    assert not any(accounts.lets_in(tokens) for tokens in (app.tokens, elsewhere))
    assert not await accounts.lets_stay(app.tokens)
    [over] = [event for event in await accounts.events() if isinstance(event, SessionsEnded)][-1:]
    assert over.because is EndReason.SECOND_FACTOR_REMOVED_BY_STAFF
    assert set(over.session_ids) == {app.tokens.session_id, elsewhere.session_id}
    with pytest.raises(CredentialsRefused):
        await accounts.login()
    for tried in (app.answer(challenge, app.recovery_codes[0]), answer(app, challenge, signed)):
        with pytest.raises(ChallengeOver):
            await tried
    async with accounts.begin() as uow:
        assert list(await uow.passkeys.of(app.tokens.user_id)) == []
        assert list(await uow.devices.of(app.tokens.user_id)) == []


async def test_links_from_before_die_but_the_one_that_takes_back_an_address_a_thief_changed() -> None:
    accounts = Accounts()
    app = await verified(accounts)
    await accounts.recovery.forgot_password(EMAIL)
    before = await accounts.mailed_token("reset_password")
    access = accounts.access(app.tokens)
    await accounts.email_changes.request(
        access, email="thief@example.test", password=PASSWORD, code=await app.next_code()
    )
    to_thief = await accounts.mailed_token("change_email", "thief@example.test")

    await removed(app)

    with pytest.raises(TokenRefused):
        await accounts.recovery.reset_password(before, ANOTHER)
    with pytest.raises(TokenRefused):
        await accounts.email_changes.confirm(to_thief)
    await accounts.email_changes.stop(await accounts.mailed_token("email_change_asked"))
    await accounts.recovery.reset_password(await accounts.mailed_token("reset_password"), ANOTHER)
    assert accounts.lets_in(await accounts.login(password=ANOTHER))


async def test_the_member_is_told_why_and_where_to_choose_another_password_and_no_link_is_sent_unasked() -> None:
    app = await verified(Accounts())
    await removed(app, f"  {WHY} ")
    await app.accounts.deliver()

    mail = app.accounts.mails()[0]
    link = "https://saltbitter.example/forgot-password"
    assert (mail.template, mail.data) == ("second_factor_removed_by_staff", {"link": link, "reason": WHY})
    assert "second_factor_removed" not in {mail.template for mail in app.accounts.mails()}
    assert WHY not in repr(SecondFactorRemovedByStaff(app.tokens.user_id, WHY))
    async with app.accounts.begin() as uow:
        now = app.accounts.clock.now()
        assert list(await uow.one_time_tokens.unused(app.tokens.user_id, TokenPurpose.RESET_PASSWORD, now)) == []


async def test_a_short_password_that_sufficed_beside_it_is_not_chosen_again() -> None:
    app = await verified(Accounts())
    await removed(app)

    with pytest.raises(PasswordRefused):
        await reset(app.accounts, SHORT)


async def test_the_pauses_of_the_codes_before_are_none_of_the_next_ones() -> None:
    app = await verified(Accounts())
    challenge = await app.challenged()
    for _ in range(FREE_FAILURES):
        with pytest.raises(CodeRefused):
            await app.answer(challenge, app.wrong)
    with pytest.raises(CodesPaused):
        await app.answer(challenge, app.code)

    await removed(app)

    await reset(app.accounts)
    tokens = await app.accounts.login(password=ANOTHER)
    enrolment = await app.accounts.second_factors.enrol(app.accounts.access(tokens), ANOTHER)
    await App(app.accounts, tokens, enrolment.secret).confirm()


async def test_whoever_was_leaving_can_come_back_and_whoever_is_due_is_gone() -> None:
    app = await verified(Accounts())
    accounts = app.accounts
    await accounts.leaving.request_erasure(accounts.access(app.tokens), PASSWORD)
    await removed(app)
    user = await accounts.user()
    assert user is not None
    assert user.status is AccountStatus.LEAVING

    await reset(accounts)
    tokens = await accounts.login(password=ANOTHER)
    again = await accounts.second_factors.enrol(accounts.access(tokens), ANOTHER)
    await App(accounts, tokens, again.secret).confirm()
    await accounts.leaving.request_erasure(accounts.access(tokens), ANOTHER)
    accounts.clock.advance(ERASURE_GRACE)
    with pytest.raises(UserMissing):
        await removed(app)


async def test_what_changes_nothing_is_refused_and_nobody_is_told() -> None:
    app = await begun(Accounts())
    accounts, user_id = app.accounts, app.tokens.user_id
    before = await accounts.user()

    with pytest.raises(SecondFactorRemovalRefused, match="no second factor"):
        await removed(app)
    with pytest.raises(UserMissing):
        await accounts.factor_removal.remove(UserId(accounts.ids.new()), WHY)
    await app.confirm()
    with pytest.raises(SecondFactorRemovalRefused, match="your own"):
        await accounts.factor_removal.remove(user_id, WHY, by=user_id)

    assert await app.is_on()
    assert before is not None
    user = await accounts.user()
    assert user is not None
    assert user.password_hash == before.password_hash
    assert accounts.lets_in(app.tokens)
    assert not [event for event in await accounts.events() if isinstance(event, SecondFactorRemovedByStaff)]


@pytest.mark.parametrize("reason", ["", "  \n", "x" * (MAX_REASON + 1)])
async def test_none_is_removed_without_a_reason_that_the_member_can_read(reason: str) -> None:
    app = await with_app(Accounts())
    with pytest.raises(SecondFactorRemovalRefused) as refused:
        await removed(app, reason)
    assert [problem.path for problem in refused.value.fields] == ["reason"]
    assert await app.is_on()


async def test_whoever_is_of_the_staff_stays_so_and_is_let_in_without_one_only_to_set_one_up() -> None:
    app = await verified(Accounts())
    accounts = app.accounts
    async with accounts.begin() as uow:
        user = await uow.users.get(app.tokens.user_id)
        assert user is not None
        await uow.users.save(attrs.evolve(user, role=Role.MODERATOR))
        await uow.commit()

    await accounts.factor_removal.remove(app.tokens.user_id, WHY, by=UserId(accounts.ids.new()))

    await reset(accounts)
    tokens = await accounts.login(password=ANOTHER)
    assert accounts.access(tokens).role is Role.MODERATOR
    assert not await accounts.auth.has_second_factor(tokens.user_id)


Act = Callable[[], Coroutine[Any, Any, object]]


async def by_code(app: App) -> Act:
    challenge = await app.challenged()
    return lambda: app.answer(challenge, app.recovery_codes[0])


async def with_new_codes(app: App) -> Act:
    access, code = app.accounts.access(app.tokens), app.recovery_codes[0]
    return lambda: app.accounts.second_factors.renew_recovery_codes(access, PASSWORD, code)


async def with_a_passkey(app: App) -> Act:
    created, access = Authenticator().create(await asked(app)), app.accounts.access(app.tokens)
    return lambda: app.accounts.passkeys.add(access, "Laptop", created)


async def with_another_password(app: App) -> Act:
    access = app.accounts.access(app.tokens)
    return lambda: app.accounts.recovery.change_password(access, PASSWORD, ANOTHER)


ACTS = [by_code, with_new_codes, with_a_passkey, with_another_password]


@pytest.mark.parametrize("prepare", ACTS)
async def test_whatever_a_thief_does_at_the_same_moment_they_are_out(
    prepare: Callable[[App], Awaitable[Act]],
) -> None:
    app = await verified(Accounts())
    act = await prepare(app)
    app.accounts.begin.race(2)

    _, done = await asyncio.gather(act(), removed(app), return_exceptions=True)

    assert done is None
    await nobody_is_in(app)


async def nobody_is_in(app: App) -> None:
    """No session is open, and neither what a thief knew nor what they added lets them in."""
    async with app.accounts.begin() as uow:
        account = await uow.users.account(app.tokens.user_id, app.accounts.clock.now())
    assert account is not None
    assert (account.sessions, account.factor, account.passkeys, account.devices) == ((), None, (), ())
    for password in (PASSWORD, ANOTHER):
        with pytest.raises(CredentialsRefused):
            await app.accounts.login(password=password)
