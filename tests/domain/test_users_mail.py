"""What members are told by mail about their accounts, and that it is told once."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import attrs
import pytest

from saltbitter_domain.events import OutboxMessage
from saltbitter_domain.kernel import EventId, Unavailable, UserId
from saltbitter_domain.users.model import (
    EndReason,
    PasswordChanged,
    PasswordRefused,
    Registered,
    RegistrationRepeated,
    ResetRequested,
    SessionsEnded,
    TokenPurpose,
    VerificationRequested,
)
from saltbitter_domain.users.model.second_factor import SecondFactor
from saltbitter_domain.users.policies import hash_token
from tests.doubles.users import EMAIL, NOW, PASSWORD, Accounts

SITE = "https://saltbitter.example"


async def test_a_new_member_gets_a_link_to_verify_the_address() -> None:
    accounts = Accounts()
    await accounts.register()
    [message] = await accounts.messages()
    await accounts.deliver()

    [mail] = accounts.mails()
    token = mail.data["token"]
    assert (mail.key, mail.template) == (message.id, "verify_email")
    assert mail.data == {"link": f"{SITE}/verify?token={token}", "token": token}
    assert len(token) >= 43
    assert token not in repr(mail)
    assert token not in repr(message)
    async with accounts.begin() as uow:
        stored = await uow.one_time_tokens.get(hash_token(token))
        assert await uow.one_time_tokens.get(token) is None
    assert stored is not None
    assert (stored.user_id, stored.purpose) == (await accounts.id_of(), TokenPurpose.VERIFY_EMAIL)
    assert (stored.created_at, (stored.expires_at - NOW).total_seconds()) == (NOW, 3600)


async def test_whoever_forgot_the_password_gets_a_link_to_choose_a_new_one() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.recovery.forgot_password(EMAIL)
    await accounts.deliver()

    reset = accounts.mails()[0]
    assert reset.template == "reset_password"
    assert reset.data["link"] == f"{SITE}/reset-password?token={reset.data['token']}"


async def test_a_verified_address_is_not_asked_to_verify_again() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.recovery.verify_email(await accounts.mailed_token("verify_email"))
    await accounts.recovery.resend_verification(EMAIL)
    await accounts.deliver()
    assert [mail.template for mail in accounts.mails()] == ["verify_email"]


async def test_the_owner_of_an_address_hears_of_another_registration_with_it() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.register()
    await accounts.deliver()
    mail = accounts.mails()[0]
    assert (mail.template, mail.data) == ("already_registered", {"link": f"{SITE}/login"})


async def test_a_member_hears_of_a_changed_password() -> None:
    accounts = Accounts()
    access = accounts.access(await accounts.enter())
    await accounts.recovery.change_password(access, PASSWORD, "eleven loud herons")
    await accounts.deliver()
    notices = [(mail.template, mail.data) for mail in accounts.mails() if mail.template != "verify_email"]
    assert notices == [("password_changed", {"link": f"{SITE}/forgot-password"})]


@pytest.mark.parametrize("because", list(EndReason))
async def test_a_member_is_warned_of_a_replayed_token_and_of_no_other_end(because: EndReason) -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    await accounts.deliver()
    message = EventId(accounts.ids.new())
    await accounts.mail.send_session_replayed(message, SessionsEnded(tokens.user_id, (tokens.session_id,), because))

    warnings = [(mail.key, mail.data) for mail in accounts.mails() if mail.template == "session_replayed"]
    assert warnings == ([(message, {"link": f"{SITE}/login"})] if because is EndReason.TOKEN_REPLAYED else [])


async def test_a_message_delivered_twice_is_one_mail_with_a_link_that_works() -> None:
    accounts = Accounts()
    await accounts.register()
    [message] = await accounts.messages()
    await accounts.hear(message)
    await accounts.hear(message)

    [mail] = accounts.mails()
    await accounts.recovery.verify_email(mail.data["token"])


async def test_a_mail_that_could_not_be_sent_is_sent_later_with_a_link_that_works() -> None:
    accounts = Accounts()
    await accounts.register()
    [message] = await accounts.messages()
    accounts.mailer.fail(1)
    with pytest.raises(Unavailable):
        await accounts.hear(message)
    assert accounts.mails() == []

    await accounts.hear(message)
    [mail] = accounts.mails()
    await accounts.recovery.verify_email(mail.data["token"])


async def test_a_message_delivered_late_does_not_bring_a_used_or_replaced_link_back() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.recovery.forgot_password(EMAIL)
    await accounts.recovery.forgot_password(EMAIL)
    _, first, second = await accounts.messages()
    await accounts.hear(first)
    await accounts.hear(second)
    await accounts.hear(first)

    newest = accounts.mails()[0].data["token"]
    await accounts.recovery.reset_password(newest, "eleven loud herons")


@pytest.mark.parametrize(
    "kind", [Registered, VerificationRequested, ResetRequested, RegistrationRepeated, PasswordChanged]
)
async def test_nobody_is_written_to_when_there_is_nobody(kind: type[Registered]) -> None:
    accounts = Accounts()
    nobody = UserId(accounts.ids.new())
    message = OutboxMessage(EventId(accounts.ids.new()), kind(nobody), NOW, NOW)
    await accounts.hear(message)
    await accounts.hear(attrs.evolve(message, event=SessionsEnded(nobody, (), EndReason.TOKEN_REPLAYED)))
    assert list(accounts.mailer.inbox()) == []


async def test_links_of_different_members_messages_and_servers_differ() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.register("eve@example.test")
    await accounts.recovery.resend_verification(EMAIL)
    await accounts.recovery.forgot_password(EMAIL)
    await accounts.deliver()
    tokens = [delivered.mail.data["token"] for delivered in accounts.mailer.inbox()]
    assert len(set(tokens)) == len(tokens) == 4


async def asked_all_day(accounts: Accounts, ask: Callable[[], Awaitable[object]]) -> Counter[str]:
    """What was mailed to anybody while somebody asked every six minutes for a day."""
    for _ in range(240):
        await ask()
        await accounts.deliver()
        accounts.clock.advance(timedelta(minutes=6))
    return Counter(delivered.mail.template for delivered in accounts.mailer.inbox())


async def test_whoever_asks_for_links_to_an_address_all_day_has_five_an_hour_mailed_to_it() -> None:
    accounts = Accounts()
    await accounts.register()

    mailed = await asked_all_day(accounts, lambda: accounts.recovery.forgot_password(EMAIL))

    assert mailed == {"reset_password": 5 * 24, "verify_email": 1}


async def test_however_often_others_ask_the_newest_link_that_a_member_was_mailed_is_good() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.recovery.verify_email(await accounts.mailed_token("verify_email"))
    for _ in range(180):
        await accounts.recovery.forgot_password(EMAIL)
        await accounts.deliver()
        newest = accounts.mails()[0].data["token"]
        with pytest.raises(PasswordRefused):
            await accounts.recovery.reset_password(newest, "short")
        accounts.clock.advance(timedelta(minutes=1))


async def test_an_address_that_nobody_proved_gets_little_whatever_its_account_is_made_to_do() -> None:
    accounts = Accounts()

    async def pester() -> None:
        await accounts.register()
        await accounts.recovery.resend_verification(EMAIL)
        access = accounts.access(await accounts.login())
        await accounts.recovery.change_password(access, PASSWORD, PASSWORD)

    mailed = await asked_all_day(accounts, pester)

    assert set(mailed) == {"verify_email", "already_registered", "new_device", "password_changed"}
    assert max(mailed.values()) <= 5 * 24


async def test_other_spellings_of_a_mailbox_that_nobody_proved_are_counted_together() -> None:
    accounts = Accounts()
    spellings = [f"a.d.a+{number}@example.test" for number in range(20)] + ["ada@example.test", "a.da@example.test"]
    for spelling in spellings:
        await accounts.register(spelling)
        await accounts.recovery.forgot_password(spelling)
    await accounts.deliver()

    mailed = Counter(delivered.mail.template for delivered in accounts.mailer.inbox())
    assert mailed == {"verify_email": 5, "reset_password": 5}


async def test_a_member_has_their_links_however_many_accounts_others_open_with_spellings_of_their_mailbox() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.recovery.verify_email(await accounts.mailed_token("verify_email"))
    for number in range(20):
        await accounts.register(f"ada+{number}@example.test")
        await accounts.recovery.forgot_password(f"ada+{number}@example.test")
    await accounts.deliver()

    await accounts.recovery.forgot_password(EMAIL)
    await accounts.recovery.reset_password(await accounts.mailed_token("reset_password"), "eleven loud herons")


async def test_a_mail_that_has_to_be_sent_again_is_counted_once() -> None:
    accounts = Accounts()
    await accounts.register()
    [message] = await accounts.messages()
    accounts.mailer.fail(10)
    for _ in range(10):
        with pytest.raises(Unavailable):
            await accounts.hear(message)

    await accounts.hear(message)

    [mail] = accounts.mails()
    await accounts.recovery.verify_email(mail.data["token"])


async def test_what_a_person_decided_and_what_keeps_an_address_is_mailed_every_time() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    await accounts.recovery.verify_email(await accounts.mailed_token("verify_email"))
    for number in range(10):
        await accounts.email_changes.request(
            accounts.access(tokens), email=f"new{number}@example.test", password=PASSWORD, code=None
        )
        await accounts.deliver()
    await accounts.email_changes.confirm(await accounts.mailed_token("change_email", "new9@example.test"))
    await accounts.email_changes.stop(await accounts.mailed_token("email_change_asked"))
    for _ in range(10):
        await accounts.suspensions.suspend(tokens.user_id, "Insults.")
        await accounts.suspensions.restore(tokens.user_id, "They were none.")
    for _ in range(10):
        async with accounts.begin() as uow:
            await uow.second_factors.add(SecondFactor(tokens.user_id, "sealed", accounts.clock.now(), NOW))
            await uow.commit()
        await accounts.factor_removal.remove(tokens.user_id, "You called us.")
    await accounts.deliver()

    mailed = Counter(mail.template.value for mail in accounts.mails())
    decided = ("suspended", "restored", "second_factor_removed_by_staff")
    assert [mailed[kind] for kind in ("email_change_asked", *decided)] == [10, 10, 10, 10]
