"""Proving the present password again: what happens while it is looked at, and what is counted."""

import functools
from collections.abc import Awaitable, Callable, Mapping

import pytest

from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import Busy, PasswordRefused, SessionOver
from saltbitter_domain.users.ports import Access
from tests.doubles.users import EMAIL, PASSWORD, Accounts

NEW = "eleven loud herons"


async def nothing(_: UnitOfWork) -> None:
    """What is done has no trace of its own."""


ACTS: Mapping[str, Callable[[Accounts, Access], Awaitable[object]]] = {
    "a second factor": lambda accounts, access: accounts.second_factors.enrol(access, PASSWORD),
    "another password": lambda accounts, access: accounts.recovery.change_password(access, PASSWORD, NEW),
    "another address": lambda accounts, access: accounts.email_changes.request(
        access, email="new@example.org", password=PASSWORD, code=None
    ),
    "leaving": lambda accounts, access: accounts.leaving.request_erasure(access, PASSWORD),
    "a copy": lambda accounts, access: accounts.second_factors.proven(access, PASSWORD, None, "", nothing),
}


@pytest.mark.parametrize("act", ACTS)
async def test_who_was_signed_out_while_the_password_was_looked_at_does_nothing(act: str) -> None:
    accounts = Accounts()
    access = accounts.access(await accounts.enter())
    accounts.passwords.meanwhile = functools.partial(accounts.auth.logout_everywhere, access)

    with pytest.raises(SessionOver):
        await ACTS[act](accounts, access)

    accounts.access(await accounts.login())
    async with accounts.begin() as uow:
        account = await uow.users.account(access.user_id, accounts.clock.now())
    assert account is not None
    assert (account.user.email, account.factor, account.user.erase_at) == (EMAIL, None, None)


@pytest.mark.parametrize("act", ACTS)
async def test_the_password_of_before_a_change_is_good_for_nothing(act: str) -> None:
    accounts = Accounts()
    access = accounts.access(await accounts.enter())
    other = accounts.access(await accounts.login(label="Laptop"))
    accounts.passwords.meanwhile = functools.partial(accounts.recovery.change_password, other, PASSWORD, NEW)

    with pytest.raises(SessionOver):
        await ACTS[act](accounts, access)


async def test_a_sign_in_at_the_same_moment_costs_nobody_what_they_ask_for() -> None:
    accounts = Accounts()
    access = accounts.access(await accounts.enter())
    accounts.passwords.meanwhile = functools.partial(accounts.login, label="Laptop")

    await accounts.second_factors.enrol(access, PASSWORD)

    assert accounts.passwords.work["verify"] == 3, "two sign-ins and the proof, which is not made again"


async def test_a_right_password_that_comes_to_nothing_is_no_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = Accounts()
    access = accounts.access(await accounts.enter())

    async def busy(_password: str) -> str:
        raise Busy("Too many wait.", retry_after=1)

    for refusal, new in ((PasswordRefused, "short"), (Busy, NEW)):
        with monkeypatch.context() as patch:
            patch.setattr(accounts.passwords, "hash", busy)
            for _ in range(20):
                with pytest.raises(refusal):
                    await accounts.recovery.change_password(access, PASSWORD, new)

    await accounts.recovery.change_password(access, PASSWORD, NEW)
