"""Making members staff, and staff members again."""

import pytest

from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import EndReason, Role, RoleUnchanged, SessionsEnded, UserMissing
from saltbitter_domain.users.service import RoleService
from tests.doubles.users import Accounts


def roles(accounts: Accounts) -> RoleService:
    return RoleService(begin=accounts.begin, clock=accounts.clock, revocations=accounts.revocations)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
async def test_a_role_holds_from_the_next_sign_in_on_and_what_was_signed_before_ends(role: Role) -> None:
    accounts = Accounts()
    before = await accounts.enter()

    await roles(accounts).give(before.user_id, role)

    assert not accounts.lets_in(before)
    user = await accounts.user()
    assert user is not None
    assert user.role is role
    [over] = [event for event in await accounts.events() if isinstance(event, SessionsEnded)]
    assert over.because is EndReason.ROLE_CHANGED


async def test_a_role_that_somebody_has_and_an_account_that_nobody_has_are_refused() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()

    with pytest.raises(RoleUnchanged):
        await roles(accounts).give(tokens.user_id, Role.MEMBER)
    with pytest.raises(UserMissing):
        await roles(accounts).give(UserId(accounts.ids.new()), Role.ADMIN)
    assert accounts.lets_in(tokens)
