"""Another address: confirmed by whoever reads it, and taken back by whoever reads the one before."""

from datetime import timedelta
from typing import Any

import pyotp
import pytest

from adapters.memory.traffic import MemoryRateLimits
from saltbitter_domain.kernel import PasskeyId
from saltbitter_domain.users.model import (
    CredentialsRefused,
    EmailChangedRecently,
    EmailRefused,
    MailTemplate,
    PasswordRefused,
    SessionOver,
    TokenRefused,
    Tokens,
)
from saltbitter_domain.users.model.second_factor import Challenge, CodeRefused
from tests.doubles.passkeys import Authenticator
from tests.doubles.users import EMAIL, PASSWORD, Accounts

NEW, THIRD = "ada.new@example.test", "ada.third@example.test"
CHANGE, NOTICE = MailTemplate.CHANGE_EMAIL, MailTemplate.EMAIL_CHANGE_ASKED


async def verified(accounts: Accounts, email: str = EMAIL) -> Tokens:
    """A member who has confirmed their address."""
    tokens = await accounts.enter(email)
    await accounts.recovery.verify_email(await accounts.mailed_token("verify_email", email))
    return tokens


async def ask(
    accounts: Accounts, tokens: Tokens, email: str = NEW, password: str = PASSWORD, code: str | None = None
) -> None:
    await accounts.email_changes.request(accounts.access(tokens), email=email, password=password, code=code)
    await accounts.deliver()


async def change(accounts: Accounts, tokens: Tokens, email: str = NEW) -> None:
    await ask(accounts, tokens, email)
    await accounts.email_changes.confirm(await accounts.mailed_token(CHANGE, email))


async def add_passkey(accounts: Accounts, tokens: Tokens, app: pyotp.TOTP) -> PasskeyId:
    """Add a passkey with the next code of the app."""
    accounts.clock.advance(timedelta(seconds=30))
    access = accounts.access(tokens)
    options = await accounts.passkeys.creation_options(access, PASSWORD, app.at(accounts.clock.now()))
    return (await accounts.passkeys.add(access, "Laptop", Authenticator().create(options))).id


def about(accounts: Accounts, email: str) -> list[str]:
    """What mails about changes reached this address, newest first."""
    return [mail.template for mail in accounts.mails(email) if mail.template in {CHANGE, NOTICE}]


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


async def test_the_address_changes_when_the_link_that_only_it_was_sent_is_followed(accounts: Accounts) -> None:
    tokens = await verified(accounts)

    await ask(accounts, tokens, " Ada.NEW@example.test".strip())
    user = await accounts.user()
    assert user is not None
    assert (about(accounts, NEW), about(accounts, EMAIL)) == ([CHANGE], [NOTICE])

    await accounts.email_changes.confirm(await accounts.mailed_token(CHANGE, NEW))
    assert await accounts.user() is None
    assert await accounts.id_of(NEW) == user.id
    assert await accounts.lets_stay(tokens), "the session goes on"
    with pytest.raises(CredentialsRefused):
        await accounts.login(EMAIL)
    await accounts.login(NEW)


async def test_it_takes_the_password_and_the_session_that_asks(accounts: Accounts) -> None:
    tokens = await verified(accounts)

    with pytest.raises(PasswordRefused):
        await ask(accounts, tokens, password="not the one at all")
    await accounts.auth.logout_everywhere(access := accounts.access(tokens))
    with pytest.raises(SessionOver):
        await accounts.email_changes.request(access, email=NEW, password=PASSWORD, code=None)
    assert about(accounts, NEW) == []


async def test_where_a_second_factor_is_on_it_takes_a_code_too(accounts: Accounts) -> None:
    tokens = await verified(accounts)
    access = accounts.access(tokens)
    app = pyotp.TOTP((await accounts.second_factors.enrol(access, PASSWORD)).secret)
    await accounts.second_factors.confirm(access, app.at(accounts.clock.now()))

    for wrong in (None, "000000", app.at(accounts.clock.now())):
        with pytest.raises(CodeRefused):
            await ask(accounts, tokens, code=wrong)
    assert about(accounts, NEW) == []
    accounts.clock.advance(timedelta(seconds=30))
    await ask(accounts, tokens, code=app.at(accounts.clock.now()))
    assert about(accounts, NEW) == [CHANGE]


@pytest.mark.parametrize(("email", "why"), [("somewhere", "not_an_address"), (EMAIL.upper(), "unchanged")])
async def test_what_is_no_other_address_is_refused(accounts: Accounts, email: str, why: str) -> None:
    tokens = await verified(accounts)

    with pytest.raises(EmailRefused) as refusal:
        await ask(accounts, tokens, email)
    assert [problem.code for problem in refusal.value.fields] == [why]


async def test_a_taken_address_gets_the_same_answer_its_owner_a_mail_and_nobody_a_link(accounts: Accounts) -> None:
    await accounts.register(NEW)
    tokens = await verified(accounts)

    await ask(accounts, tokens)

    assert about(accounts, NEW) == []
    assert accounts.mails(NEW)[0].template == MailTemplate.ALREADY_REGISTERED
    assert about(accounts, EMAIL) == [NOTICE]


async def test_an_address_that_is_taken_meanwhile_is_not_changed_to(accounts: Accounts) -> None:
    tokens = await verified(accounts)
    await ask(accounts, tokens)
    await accounts.register(NEW)

    with pytest.raises(TokenRefused):
        await accounts.email_changes.confirm(await accounts.mailed_token(CHANGE, NEW))
    assert await accounts.id_of(EMAIL) == tokens.user_id


@pytest.mark.parametrize("what", ["an hour passes", "a login", "a new password", "another request"])
async def test_the_link_dies(accounts: Accounts, what: str) -> None:
    tokens = await verified(accounts)
    await ask(accounts, tokens)
    token = await accounts.mailed_token(CHANGE, NEW)
    match what:
        case "an hour passes":
            accounts.clock.advance(timedelta(hours=1))
        case "a login":
            await accounts.login()
        case "a new password":
            await accounts.recovery.change_password(accounts.access(tokens), PASSWORD, "eight unquiet otters")
        case _:
            await ask(accounts, tokens, THIRD)

    with pytest.raises(TokenRefused):
        await accounts.email_changes.confirm(token)
    assert await accounts.id_of(EMAIL) == tokens.user_id


async def test_a_link_is_good_once_and_for_its_purpose(accounts: Accounts) -> None:
    tokens = await verified(accounts)
    await ask(accounts, tokens)
    token, keep = await accounts.mailed_token(CHANGE, NEW), await accounts.mailed_token(NOTICE)
    for other in (accounts.recovery.verify_email(keep), accounts.email_changes.confirm(keep)):
        with pytest.raises(TokenRefused):
            await other
    with pytest.raises(TokenRefused):
        await accounts.email_changes.stop(token)

    await accounts.email_changes.confirm(token)
    with pytest.raises(TokenRefused):
        await accounts.email_changes.confirm(token)


async def test_links_mailed_to_the_old_address_before_die_with_it(accounts: Accounts) -> None:
    tokens = await verified(accounts)
    await accounts.recovery.forgot_password(EMAIL)
    reset = await accounts.mailed_token("reset_password")
    await change(accounts, tokens)

    with pytest.raises(TokenRefused):
        await accounts.recovery.reset_password(reset, "eight unquiet otters")


@pytest.mark.parametrize("when", ["before", "just after", "a week after a thief has signed in"])
async def test_the_old_address_stops_it_also_when_it_has_been_made(accounts: Accounts, when: str) -> None:
    tokens = await verified(accounts)
    if when == "before":
        await ask(accounts, tokens)
    else:
        await change(accounts, tokens)
    keep = await accounts.mailed_token(NOTICE)
    if when.startswith("a week"):
        await accounts.login(NEW)
        accounts.clock.advance(timedelta(days=7) - timedelta(seconds=1))

    await accounts.email_changes.stop(keep)

    assert await accounts.id_of(EMAIL) == tokens.user_id
    assert await accounts.user(NEW) is None
    assert not await accounts.lets_stay(tokens)
    with pytest.raises(CredentialsRefused):
        await accounts.login()
    await accounts.recovery.reset_password(await accounts.mailed_token("reset_password"), "eight unquiet otters")
    await accounts.login(password="eight unquiet otters")
    with pytest.raises(TokenRefused):
        await accounts.email_changes.stop(keep)


async def test_no_link_to_the_account_reaches_an_address_that_was_taken_from_it_while_the_link_was_made(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await change(accounts, await verified(accounts))
    keep = await accounts.mailed_token(NOTICE)
    await accounts.recovery.forgot_password(NEW)
    counted, stops = MemoryRateLimits.hit, iter([accounts.email_changes.stop])

    async def stopped_meanwhile(limits: MemoryRateLimits, *counts: Any) -> int | None:
        for stop in stops:
            await stop(keep)
        return await counted(limits, *counts)

    monkeypatch.setattr(MemoryRateLimits, "hit", stopped_meanwhile)
    await accounts.deliver()

    assert "reset_password" not in {mail.template for mail in accounts.mails(NEW)}
    await accounts.recovery.reset_password(await accounts.mailed_token("reset_password"), "eight unquiet otters")


@pytest.mark.parametrize("when", ["before the change", "after it"])
async def test_a_second_factor_that_a_thief_turned_on_does_not_keep_the_member_out(
    accounts: Accounts, when: str
) -> None:
    await verified(accounts)
    thief = await accounts.login(label="Thief")
    if when == "after it":
        await change(accounts, thief)
    app = pyotp.TOTP((await accounts.second_factors.enrol(accounts.access(thief), PASSWORD)).secret)
    await accounts.second_factors.confirm(accounts.access(thief), app.at(accounts.clock.now()))
    await add_passkey(accounts, thief, app)
    if when == "before the change":
        accounts.clock.advance(timedelta(days=6))
        thief = await accounts.refresh(thief)
        await ask(accounts, thief, code=app.at(accounts.clock.now()))

    await accounts.email_changes.stop(await accounts.mailed_token(NOTICE))

    await accounts.recovery.reset_password(await accounts.mailed_token("reset_password"), "eight unquiet otters")
    tokens = await accounts.login(password="eight unquiet otters")
    assert await accounts.second_factors.of(tokens.user_id) is None
    assert await accounts.passkeys.of(accounts.access(tokens)) == ()
    assert "second_factor_removed" in {mail.template for mail in accounts.mails()}


async def test_a_second_factor_of_long_before_stays_and_a_passkey_added_just_before_does_not(
    accounts: Accounts,
) -> None:
    tokens = await verified(accounts)
    app = pyotp.TOTP((await accounts.second_factors.enrol(accounts.access(tokens), PASSWORD)).secret)
    await accounts.second_factors.confirm(accounts.access(tokens), app.at(accounts.clock.now()))
    mine = await add_passkey(accounts, tokens, app)
    accounts.clock.advance(timedelta(days=5))
    tokens = await accounts.refresh(tokens)
    accounts.clock.advance(timedelta(days=2, minutes=1))
    tokens = await accounts.refresh(tokens)
    await add_passkey(accounts, tokens, app)
    accounts.clock.advance(timedelta(seconds=30))
    await ask(accounts, tokens, code=app.at(accounts.clock.now()))

    await accounts.email_changes.stop(await accounts.mailed_token(NOTICE))

    await accounts.recovery.reset_password(await accounts.mailed_token("reset_password"), "eight unquiet otters")
    assert isinstance(
        await accounts.auth.login(email=EMAIL, password="eight unquiet otters", label="Phone", ip="192.0.2.1"),
        Challenge,
    )
    async with accounts.begin() as uow:
        assert [passkey.id for passkey in await uow.passkeys.of(tokens.user_id)] == [mine]
    assert "passkey_removed" in {mail.template for mail in accounts.mails()}


async def test_a_change_on_top_of_the_first_does_not_get_in_its_way(accounts: Accounts) -> None:
    tokens = await verified(accounts)
    await change(accounts, tokens)

    with pytest.raises(EmailChangedRecently):
        await ask(accounts, tokens, THIRD)
    accounts.clock.advance(timedelta(days=7))
    with pytest.raises(TokenRefused):
        await accounts.email_changes.stop(await accounts.mailed_token(NOTICE))
    await change(accounts, await accounts.login(NEW), THIRD)


async def test_nobody_else_gets_the_old_address_while_it_can_be_taken_back(accounts: Accounts) -> None:
    tokens = await verified(accounts)
    await change(accounts, tokens)

    await accounts.register(EMAIL)
    assert await accounts.user() is None
    other = await verified(accounts, THIRD)
    await ask(accounts, other, EMAIL)
    assert about(accounts, EMAIL) == [NOTICE]

    accounts.clock.advance(timedelta(days=7))
    await accounts.register(EMAIL)
    assert await accounts.user() is not None


async def test_an_address_that_was_never_verified_may_be_a_strangers_and_is_told_nothing(accounts: Accounts) -> None:
    tokens = await accounts.enter()
    await change(accounts, tokens)

    assert about(accounts, EMAIL) == []
    user = await accounts.user(NEW)
    assert user is not None
    assert user.email_verified_at == accounts.clock.now()
