"""What every store of one-time tokens promises."""

import asyncio
from datetime import timedelta

import attrs

from saltbitter_domain.kernel import StaleWrite
from saltbitter_domain.users.model import TokenPurpose
from saltbitter_domain.users.ports import OneTimeTokens
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW, a_token, unset_fields

PORT = OneTimeTokens


async def test_a_token_comes_back_as_it_was_stored(store: Store) -> None:
    token = a_token(
        await store.member(),
        purpose=TokenPurpose.CHANGE_EMAIL,
        used_at=NOW + timedelta(minutes=59),
        email="ada@example.org",
    )
    assert unset_fields(token) == []

    async with store.unit() as uow:
        await uow.one_time_tokens.add(token)

    async with store.begin() as uow:
        assert await uow.one_time_tokens.get(token.token_hash) == token
        assert await uow.one_time_tokens.get("never issued") is None


async def test_of_two_simultaneous_uses_one_fails(store: Store) -> None:
    token = a_token(await store.member())
    async with store.unit() as uow:
        await uow.one_time_tokens.add(token)

    both_have_read = asyncio.Barrier(2)

    async def use() -> None:
        async with store.unit() as uow:
            found = await uow.one_time_tokens.get(token.token_hash)
            assert found is not None
            await both_have_read.wait()
            await uow.one_time_tokens.save(attrs.evolve(found, used_at=NOW))
            await asyncio.sleep(0)

    results = await outcomes(use(), use())

    assert [type(result) for result in results if result is not None] == [StaleWrite]


async def test_discarding_forgets_the_unused_tokens_of_the_member_and_purpose_and_no_others(store: Store) -> None:
    user, other = await store.members(2)
    gone = [a_token(user), a_token(user)]
    kept = [a_token(user, used_at=NOW), a_token(user, purpose=TokenPurpose.RESET_PASSWORD), a_token(other)]
    async with store.unit() as uow:
        for token in gone + kept:
            await uow.one_time_tokens.add(token)

    async with store.unit() as uow:
        await uow.one_time_tokens.discard(user.id, TokenPurpose.VERIFY_EMAIL)

    async with store.begin() as uow:
        assert [await uow.one_time_tokens.get(token.token_hash) for token in gone] == [None, None]
        assert [await uow.one_time_tokens.get(token.token_hash) for token in kept] == kept


async def test_what_is_used_up_in_the_same_unit_of_work_is_not_discarded(store: Store) -> None:
    user = await store.member()
    used, gone = a_token(user), a_token(user)
    async with store.unit() as uow:
        await uow.one_time_tokens.add(used)
        await uow.one_time_tokens.add(gone)

    async with store.unit() as uow:
        await uow.one_time_tokens.save(attrs.evolve(used, used_at=NOW))
        await uow.one_time_tokens.discard(user.id, *TokenPurpose, but=used)

    async with store.begin() as uow:
        assert await uow.one_time_tokens.get(used.token_hash) == attrs.evolve(used, used_at=NOW, version=2)
        assert await uow.one_time_tokens.get(gone.token_hash) is None


async def test_the_tokens_that_can_still_be_used_are_found_by_member_and_purpose(store: Store) -> None:
    user, other = await store.members(2)
    wanted, late = (a_token(user, expires_at=NOW + timedelta(seconds=seconds)) for seconds in (2, 1))
    rest = [a_token(user, used_at=NOW), a_token(user, purpose=TokenPurpose.RESET_PASSWORD), a_token(other), late]
    async with store.unit() as uow:
        for token in [wanted, *rest]:
            await uow.one_time_tokens.add(token)

    async with store.begin() as uow:
        found = await uow.one_time_tokens.unused(user.id, TokenPurpose.VERIFY_EMAIL, NOW + timedelta(seconds=1))
        assert list(found) == [wanted]


async def test_expired_tokens_are_forgotten_used_or_not_so_many_at_a_time_and_others_are_kept(store: Store) -> None:
    user = await store.member()
    expired = [a_token(user, expires_at=NOW), a_token(user, expires_at=NOW, used_at=NOW), a_token(user, expires_at=NOW)]
    kept = [a_token(user, expires_at=NOW + timedelta(microseconds=1), used_at=used) for used in (None, NOW)]
    async with store.unit() as uow:
        for token in expired + kept:
            await uow.one_time_tokens.add(token)

    for forgotten in (2, 1, 0):
        async with store.unit() as uow:
            assert await uow.one_time_tokens.forget(NOW, limit=2) == forgotten

    async with store.begin() as uow:
        assert [await uow.one_time_tokens.get(token.token_hash) for token in expired] == [None] * 3
        assert [await uow.one_time_tokens.get(token.token_hash) for token in kept] == kept
