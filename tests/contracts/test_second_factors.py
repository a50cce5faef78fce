"""What every store of second factors promises."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import attrs
import pytest

from saltbitter_domain.kernel import StaleWrite
from saltbitter_domain.users.model.second_factor import SecondFactorRemovalRefused
from saltbitter_domain.users.ports import SecondFactors
from tests.contracts.stores import Store, outcomes
from tests.domain.test_users_factor_removal import ACTS, Act, nobody_is_in, removed
from tests.domain.test_users_second_factor import App, begun, with_app
from tests.doubles.builders import NOW, a_second_factor, unset_fields
from tests.doubles.users import Accounts

PORT = SecondFactors


async def test_a_second_factor_comes_back_as_it_was_stored(store: Store) -> None:
    user, other = await store.members(2)
    factor = a_second_factor(user, failures=3, failed_at=NOW + timedelta(minutes=1))
    assert unset_fields(factor) == []

    async with store.unit() as uow:
        await uow.second_factors.add(factor)

    async with store.begin() as uow:
        assert await uow.second_factors.get(user.id) == factor
        assert await uow.second_factors.get(other.id) is None


async def test_an_account_says_whether_a_second_factor_is_on(store: Store) -> None:
    on, begun, without = await store.members(3)
    async with store.unit() as uow:
        await uow.second_factors.add(a_second_factor(on))
        await uow.second_factors.add(a_second_factor(begun, confirmed_at=None))

    async with store.begin() as uow:
        accounts = [await uow.users.account(user.id, NOW) for user in (on, begun, without)]
    assert [account is not None and account.second_factor for account in accounts] == [True, False, False]


async def test_a_member_has_one_at_most(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        await uow.second_factors.add(a_second_factor(user))

    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.second_factors.add(a_second_factor(user, sealed_secret="another"))


async def test_of_two_simultaneous_uses_of_a_code_one_fails(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        await uow.second_factors.add(a_second_factor(user))
    both_have_read = asyncio.Barrier(2)

    async def use() -> None:
        async with store.unit() as uow:
            found = await uow.second_factors.get(user.id)
            assert found is not None
            await both_have_read.wait()
            await uow.second_factors.save(attrs.evolve(found, last_step=found.last_step + 1))
            await asyncio.sleep(0)

    results = await outcomes(use(), use())

    assert [type(result) for result in results if result is not None] == [StaleWrite]


async def test_it_is_removed_in_its_latest_version_only(store: Store) -> None:
    user = await store.member()
    read = a_second_factor(user)
    async with store.unit() as uow:
        await uow.second_factors.add(read)
    async with store.unit() as uow:
        await uow.second_factors.save(read.failed(NOW))

    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.second_factors.remove(read)
    async with store.unit() as uow:
        found = await uow.second_factors.get(user.id)
        assert found == attrs.evolve(read.failed(NOW), version=2)
        await uow.second_factors.remove(found)

    async with store.begin() as uow:
        assert await uow.second_factors.get(user.id) is None


@pytest.mark.parametrize("prepare", ACTS)
async def test_whatever_a_thief_does_while_staff_remove_it_they_are_out(
    store: Store, prepare: Callable[[App], Awaitable[Act]]
) -> None:
    app = await with_app(Accounts(store.begin))
    act = await prepare(app)

    _, done = await outcomes(act(), removed(app))

    assert done is None
    await nobody_is_in(app)


async def test_of_a_thief_who_turns_one_on_and_staff_who_remove_it_each_sees_the_other(store: Store) -> None:
    app = await begun(Accounts(store.begin))

    turned_on, done = await outcomes(app.confirm(), removed(app))

    assert turned_on is None
    if isinstance(done, SecondFactorRemovalRefused):  # told that there was none yet
        await removed(app)
    await nobody_is_in(app)
