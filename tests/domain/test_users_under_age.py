"""Signs of a minor: what happens to the account, and who cannot join on which device."""

from datetime import date, timedelta

import attrs
import pytest

from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import OwnerSeemsUnderAge
from saltbitter_domain.users.model import (
    ERASURE_GRACE,
    UNDER_AGE_REMEMBERED_FOR,
    AccountStatus,
    AccountSuspended,
    RegistrationBarred,
    RegistrationInvalid,
    Suspended,
    Tokens,
)
from saltbitter_domain.users.policies import SUSPENSION_OUTLASTS
from saltbitter_domain.users.service.bars import RETURNED
from tests.doubles.users import EMAIL, NOW, Accounts

A_CHILD = date(2012, 5, 17)
ELSEWHERE = "grown@example.test"


async def test_whoever_gave_a_minors_birthday_cannot_try_another_on_that_device_for_a_day() -> None:
    accounts = Accounts()
    with pytest.raises(RegistrationInvalid):
        await accounts.register(born=A_CHILD)
    mark = accounts.auth.under_age_mark()

    for email in ("ada@example.test", ELSEWHERE):
        with pytest.raises(RegistrationBarred, match="2026-11-02 12:00 UTC"):
            await accounts.register(email, mark=mark)
        assert await accounts.user(email) is None
    accounts.clock.advance(UNDER_AGE_REMEMBERED_FOR - timedelta(seconds=1))
    with pytest.raises(RegistrationBarred):
        await accounts.register(mark=mark)
    accounts.clock.advance(timedelta(seconds=1))
    await accounts.register(mark=mark)


async def test_a_childs_birthday_typed_for_an_address_bars_nobody_elsewhere() -> None:
    """Otherwise anybody could shut an adult out of an address that they do not own."""
    accounts = Accounts()
    with pytest.raises(RegistrationInvalid):
        await accounts.register(born=A_CHILD)
    await accounts.register()
    assert await accounts.user() is not None


async def test_a_mark_says_nothing_of_anybody_and_only_ours_counts() -> None:
    accounts, others = Accounts(), Accounts()
    mark = accounts.auth.under_age_mark()
    until, _, signature = mark.partition(".")
    assert until == str(int((NOW + UNDER_AGE_REMEMBERED_FOR).timestamp()))
    later = f"{int(until) + 1}.{signature}"
    forged = ("", ".", "later", f"{until}.", f"{until}.{signature[:-1]}", later, f"{'9' * 400}.x", "٣.x", "-1.x")
    for number, other in enumerate(forged):
        await others.register(f"ada{number}@example.test", mark=other)


async def test_a_minor_who_is_suspended_comes_back_on_none_of_their_devices_under_another_address() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    await accounts.suspensions.suspend(tokens.user_id, "You say that you are 16.", under_age=True)

    with pytest.raises(RegistrationBarred, match="appeal"):
        await accounts.register(ELSEWHERE, device=tokens.device_token)
    assert await accounts.user(ELSEWHERE) is None
    await accounts.register("somebody@example.test", device="another device")

    await accounts.suspensions.restore(tokens.user_id, "You have proven your age.")
    await accounts.register(ELSEWHERE, device=tokens.device_token)


async def test_nor_with_their_own_address() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    await accounts.suspensions.suspend(tokens.user_id, "You say that you are 16.", under_age=True)
    await accounts.register(password="four brisk herons", born=date(1980, 1, 1))
    with pytest.raises(AccountSuspended):
        await accounts.login()
    user = await accounts.user()
    assert user is not None
    assert (user.id, user.status) == (tokens.user_id, AccountStatus.SUSPENDED)


async def test_they_are_told_why_and_how_to_prove_their_age() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    await accounts.suspensions.suspend(tokens.user_id, "You say that you are 16.", under_age=True)
    await accounts.deliver()
    (mail,) = [mail for mail in accounts.mails() if mail.template == "suspended_under_age"]
    assert mail.data == {"link": "https://saltbitter.example/appeal", "reason": "You say that you are 16."}


async def test_whose_photo_looks_like_a_minors_is_suspended_once_and_who_is_gone_is_not() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    message = accounts.ids.new()
    seen = OwnerSeemsUnderAge(tokens.user_id, "You look younger than 18.")

    for _ in range(2):
        await accounts.suspensions.suspend_under_age(message, seen)  # type: ignore[arg-type]
    nobody = OwnerSeemsUnderAge(UserId(accounts.ids.new()), "You look younger than 18.")
    await accounts.suspensions.suspend_under_age(message, nobody)  # type: ignore[arg-type]

    told = [event for event in await accounts.events() if isinstance(event, Suspended)]
    assert told == [Suspended(tokens.user_id, "You look younger than 18.", under_age=True)]
    assert not accounts.lets_in(tokens)
    assert "younger" not in repr(seen)


async def erased_while_suspended(accounts: Accounts, *, verified: bool = True) -> Tokens:
    tokens = await accounts.enter()
    await accounts.deliver()
    user = await accounts.user()
    assert user is not None
    verified_at = accounts.clock.now() if verified else None
    async with accounts.begin() as uow:
        await uow.users.save(attrs.evolve(user.leaving(accounts.clock.now()), email_verified_at=verified_at))
        await uow.commit()
    await accounts.suspensions.suspend(tokens.user_id, "You say that you are 16.", under_age=True)
    await accounts.deliver()
    accounts.clock.advance(ERASURE_GRACE)
    assert await accounts.erasure.erase_due() == 1
    return tokens


async def test_a_minor_who_was_erased_comes_back_on_none_of_their_devices_for_a_year() -> None:
    accounts = Accounts()
    tokens = await erased_while_suspended(accounts)
    with pytest.raises(RegistrationBarred, match="appeal"):
        await accounts.register(ELSEWHERE, device=tokens.device_token)
    await accounts.register("somebody@example.test", device="another device")

    accounts.clock.advance(SUSPENSION_OUTLASTS)
    assert await accounts.bars.forget() == 2
    await accounts.register(ELSEWHERE, device=tokens.device_token)


async def test_nor_with_their_address_which_is_told_to_nobody_but_them() -> None:
    accounts = Accounts()
    await erased_while_suspended(accounts)
    accounts.clock.advance(timedelta(minutes=1))
    await accounts.register(born=date(1980, 1, 1))
    await accounts.deliver()
    tokens = await accounts.login()
    link = await accounts.mailed_token("verify_email")
    assert accounts.lets_in(tokens), "else anybody who joins with an address of theirs would learn of it"
    assert "suspended" not in {mail.template for mail in accounts.mails()}

    await accounts.recovery.verify_email(link)
    for _ in range(2):
        await accounts.deliver()
    assert not accounts.lets_in(tokens)
    with pytest.raises(AccountSuspended):
        await accounts.login()
    (mail,) = [mail for mail in accounts.mails() if mail.template == "suspended"]
    assert mail.data == {"link": "https://saltbitter.example/appeal", "reason": RETURNED}

    await accounts.suspensions.restore(tokens.user_id, "It was not about you.")
    assert (await accounts.login()).user_id == tokens.user_id


async def test_nor_with_another_address_of_the_same_mailbox() -> None:
    accounts = Accounts()
    await erased_while_suspended(accounts)
    local, _, domain = EMAIL.partition("@")
    again = f"{local}+2@{domain}"
    await accounts.register(again)
    await accounts.recovery.verify_email(await accounts.mailed_token("verify_email", again))
    await accounts.deliver()
    with pytest.raises(AccountSuspended):
        await accounts.login(again)


async def test_an_address_that_was_never_verified_is_barred_for_nobody() -> None:
    accounts = Accounts()
    await erased_while_suspended(accounts, verified=False)
    tokens = await accounts.enter()
    await accounts.deliver()
    assert accounts.lets_in(tokens)


async def test_whoever_is_erased_without_having_been_shut_out_may_join_again_at_once() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    async with accounts.begin() as uow:
        user = await uow.users.get(tokens.user_id)
        assert user is not None
        await uow.users.save(attrs.evolve(user.leaving(NOW), email_verified_at=NOW))
        await uow.commit()
    accounts.clock.advance(ERASURE_GRACE)
    assert await accounts.erasure.erase_due() == 1

    await accounts.register(device=tokens.device_token)
    await accounts.deliver()
    assert accounts.lets_in(await accounts.login())
    assert await accounts.bars.forget() == 0
