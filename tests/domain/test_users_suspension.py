"""Shutting a member out and letting them in again, and that they are told why."""

import asyncio

import attrs
import pytest

from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import (
    MAX_REASON,
    AccountStatus,
    AccountSuspended,
    EndReason,
    Restored,
    Role,
    SessionsEnded,
    Suspended,
    SuspensionRefused,
    UserMissing,
)
from tests.doubles.users import EMAIL, PASSWORD, Accounts

SITE = "https://saltbitter.example"


async def status(accounts: Accounts) -> AccountStatus:
    user = await accounts.user()
    assert user is not None
    return user.status


async def test_a_suspension_ends_every_session_and_refuses_their_access_at_once() -> None:
    accounts = Accounts()
    phone = await accounts.enter()
    laptop = await accounts.login()
    other = await accounts.enter("eve@example.test")

    await accounts.suspensions.suspend(phone.user_id, "Insults")

    assert await status(accounts) is AccountStatus.SUSPENDED
    assert [accounts.lets_in(tokens) for tokens in (phone, laptop, other)] == [False, False, True]
    with pytest.raises(AccountSuspended):
        await accounts.refresh(phone)
    with pytest.raises(AccountSuspended):
        await accounts.login()
    events = await accounts.events()
    assert Suspended(phone.user_id, "Insults") in events
    [over] = [event for event in events if isinstance(event, SessionsEnded)]
    assert (set(over.session_ids), over.because) == ({phone.session_id, laptop.session_id}, EndReason.SUSPENDED)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
async def test_whoever_is_of_the_staff_is_shut_out_and_let_in_by_admins_only(role: Role) -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    async with accounts.begin() as uow:
        user = await uow.users.get(tokens.user_id)
        assert user is not None
        await uow.users.save(attrs.evolve(user, role=role))
        await uow.commit()

    with pytest.raises(SuspensionRefused):
        await accounts.suspensions.suspend(tokens.user_id, "Insults", by=Role.MODERATOR)
    assert accounts.lets_in(tokens)
    await accounts.suspensions.suspend(tokens.user_id, "Insults", by=Role.ADMIN)
    with pytest.raises(SuspensionRefused):
        await accounts.suspensions.restore(tokens.user_id, "A friend of mine", by=Role.MODERATOR)
    assert await status(accounts) is AccountStatus.SUSPENDED
    await accounts.suspensions.restore(tokens.user_id, "A mistake", by=Role.ADMIN)
    assert await status(accounts) is AccountStatus.ACTIVE


async def test_access_is_refused_even_if_the_process_that_suspended_died_before_saying_so() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    accounts.revocations.alive = False
    with pytest.raises(ConnectionError):
        await accounts.suspensions.suspend(tokens.user_id, "Insults")
    accounts.revocations.alive = True

    await accounts.deliver()
    assert not accounts.lets_in(tokens)


async def test_the_member_is_told_the_reason_and_where_to_appeal() -> None:
    accounts = Accounts()
    await accounts.register()
    user_id = await accounts.id_of()
    await accounts.suspensions.suspend(user_id, "  You insulted somebody. ")
    await accounts.deliver()

    mail = accounts.mails()[0]
    assert (mail.template, mail.data) == ("suspended", {"link": f"{SITE}/appeal", "reason": "You insulted somebody."})
    assert "insulted" not in repr(Suspended(user_id, "You insulted somebody."))


async def test_whoever_is_restored_is_told_and_can_sign_in_but_old_sessions_stay_over() -> None:
    accounts = Accounts()
    before = await accounts.enter()
    await accounts.suspensions.suspend(before.user_id, "Insults")
    await accounts.suspensions.restore(before.user_id, "It was not you.")

    assert Restored(before.user_id, "It was not you.") in await accounts.events()
    assert not accounts.lets_in(before)
    assert not await accounts.lets_stay(before)
    assert accounts.lets_in(await accounts.login())
    await accounts.deliver()
    [mail] = [mail for mail in accounts.mails(EMAIL) if mail.template == "restored"]
    assert mail.data == {"link": f"{SITE}/login", "reason": "It was not you."}


async def test_a_login_at_the_same_moment_leaves_no_session_behind() -> None:
    accounts = Accounts()
    first = await accounts.enter()
    accounts.begin.race(2)

    login, _ = await asyncio.gather(
        accounts.login(), accounts.suspensions.suspend(first.user_id, "Insults"), return_exceptions=True
    )

    assert isinstance(login, AccountSuspended) or not accounts.lets_in(login)  # type: ignore[arg-type]
    async with accounts.begin() as uow:
        assert await uow.sessions.open_of(first.user_id, accounts.clock.now()) == []


async def test_whoever_was_leaving_is_still_leaving_after_a_suspension() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    leave = await accounts.leaving.request_erasure(accounts.access(tokens), PASSWORD)
    await accounts.suspensions.suspend(tokens.user_id, "Insults")
    await accounts.suspensions.restore(tokens.user_id, "It was not you.")

    user = await accounts.user()
    assert user is not None
    assert (user.status, user.erase_at) == (AccountStatus.LEAVING, leave.erase_at)


async def test_what_changes_nothing_is_refused_and_nobody_is_told() -> None:
    accounts = Accounts()
    await accounts.register()
    user_id = await accounts.id_of()

    with pytest.raises(SuspensionRefused, match="not suspended"):
        await accounts.suspensions.restore(user_id, "Why not")
    await accounts.suspensions.suspend(user_id, "Insults")
    with pytest.raises(SuspensionRefused, match="suspended already"):
        await accounts.suspensions.suspend(user_id, "Insults")
    with pytest.raises(UserMissing):
        await accounts.suspensions.suspend(UserId(accounts.ids.new()), "Insults")

    assert [event for event in await accounts.events() if isinstance(event, Suspended | Restored)] == [
        Suspended(user_id, "Insults")
    ]


@pytest.mark.parametrize("reason", ["", "  \n", "x" * (MAX_REASON + 1)])
async def test_nobody_is_suspended_without_a_reason_they_can_read(reason: str) -> None:
    accounts = Accounts()
    await accounts.register()
    with pytest.raises(SuspensionRefused) as refused:
        await accounts.suspensions.suspend(await accounts.id_of(), reason)
    assert [problem.path for problem in refused.value.fields] == ["reason"]
    assert await status(accounts) is AccountStatus.ACTIVE
