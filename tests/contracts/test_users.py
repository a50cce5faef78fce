"""What every store of accounts promises."""

import asyncio
from datetime import timedelta

import attrs
import pytest

from saltbitter_domain.kernel import StaleWrite, UserId
from saltbitter_domain.users.model import EmailTaken, EndReason, TokenPurpose, User
from saltbitter_domain.users.ports import Account, Credentials, Users
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import (
    NOW,
    TEXTS,
    a_device,
    a_full_user,
    a_passkey,
    a_profile,
    a_second_factor,
    a_session,
    a_token,
    a_user,
    new_id,
    unset_fields,
)

PORT = Users


async def test_an_account_comes_back_as_it_was_stored(store: Store) -> None:
    user = a_full_user()
    assert unset_fields(user) == []

    async with store.unit() as uow:
        await uow.users.add(user)

    async with store.begin() as uow:
        assert await uow.users.get(user.id) == user
        assert await uow.users.by_email(user.email) == user


@pytest.mark.parametrize("text", TEXTS)
async def test_texts_come_back_unchanged(store: Store, text: str) -> None:
    user = await store.member(email=text, password_hash=text)

    async with store.begin() as uow:
        assert await uow.users.by_email(text) == user


async def test_nobody_is_found_under_an_unknown_id_or_address(store: Store) -> None:
    await store.member(email="ada@example.org")

    async with store.begin() as uow:
        assert await uow.users.get(UserId(new_id())) is None
        assert await uow.users.by_email("ada@example.com") is None


async def test_an_address_belongs_to_one_account(store: Store) -> None:
    await store.member(email="ada@example.org")

    with pytest.raises(EmailTaken):
        async with store.unit() as uow:
            await uow.users.add(a_user(email="ada@example.org"))


async def test_an_address_is_held_by_its_account_and_by_whoever_can_have_it_back(store: Store) -> None:
    ada, bob = await store.member(email="ada@example.org"), await store.member(email="bob@example.org")
    kept = [
        a_token(bob, purpose=TokenPurpose.KEEP_EMAIL, email="old@example.org", expires_at=NOW + timedelta(days=7)),
        a_token(bob, purpose=TokenPurpose.KEEP_EMAIL, email="used@example.org", used_at=NOW),
        a_token(bob, purpose=TokenPurpose.CHANGE_EMAIL, email="new@example.org"),
    ]
    async with store.unit() as uow:
        for token in kept:
            await uow.one_time_tokens.add(token)

    async with store.begin() as uow:
        addresses = ("ada", "old", "used", "new", "nobody")
        held = [await uow.users.holder(f"{name}@example.org", NOW) for name in addresses]
        assert held == [ada.id, bob.id, None, None, None]
        assert await uow.users.holder("old@example.org", NOW + timedelta(days=7)) is None


async def test_an_account_cannot_take_over_the_address_of_another(store: Store) -> None:
    await store.member(email="ada@example.org")
    other = await store.member(email="bob@example.org")

    with pytest.raises(EmailTaken):
        async with store.unit() as uow:
            await uow.users.save(attrs.evolve(other, email="ada@example.org"))


async def test_of_two_who_register_an_address_at_once_one_gets_it(store: Store) -> None:
    async def register(user: User) -> None:
        async with store.unit() as uow:
            await uow.users.add(user)
            await asyncio.sleep(0)

    first, second = a_user(email="ada@example.org"), a_user(email="ada@example.org")
    results = await outcomes(register(first), register(second))

    assert [type(result) for result in results if result is not None] == [EmailTaken]
    async with store.begin() as uow:
        assert await uow.users.by_email("ada@example.org") in (first, second)


async def test_a_change_is_kept_under_the_next_version(store: Store) -> None:
    user = await store.member()

    async with store.unit() as uow:
        await uow.users.save(attrs.evolve(user, time_zone="Asia/Tokyo"))

    async with store.begin() as uow:
        assert await uow.users.get(user.id) == attrs.evolve(user, time_zone="Asia/Tokyo", version=2)


async def test_a_changed_address_is_found_and_the_old_one_is_free(store: Store) -> None:
    user = await store.member(email="old@example.org")

    async with store.unit() as uow:
        await uow.users.save(attrs.evolve(user, email="new@example.org"))

    newcomer = await store.member(email="old@example.org")
    async with store.begin() as uow:
        assert await uow.users.by_email("new@example.org") == attrs.evolve(user, email="new@example.org", version=2)
        assert await uow.users.by_email("old@example.org") == newcomer


async def test_a_change_made_to_an_older_version_is_refused(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        await uow.users.save(attrs.evolve(user, time_zone="Asia/Tokyo"))

    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.users.save(attrs.evolve(user, time_zone="Europe/Rome"))


async def test_an_account_that_was_never_added_cannot_be_saved(store: Store) -> None:
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.users.save(a_user())


async def test_of_many_those_are_found_who_have_an_account(store: Store) -> None:
    ada, bob, _ = await store.members(3)

    async with store.begin() as uow:
        found = await uow.users.among([bob.id, UserId(new_id()), ada.id])
        assert sorted(found, key=lambda user: user.id) == [ada, bob]
        assert await uow.users.among([]) == []


async def test_an_account_is_found_with_what_stands_around_it_by_its_id_and_by_its_address(store: Store) -> None:
    user, other = await store.members(2)
    latest, first = a_device(user, last_seen_at=NOW), a_device(user, last_seen_at=NOW - timedelta(days=2))
    current, ended = a_session(user), a_session(user, ended_at=NOW, ended_because=EndReason.LOGOUT)
    factor = a_second_factor(user, last_step=7)
    old, new = a_passkey(user, last_used_at=None), a_passkey(user, created_at=NOW)
    async with store.unit() as uow:
        for passkey in (new, old, a_passkey(other)):
            await uow.passkeys.add(passkey)
        for device in (first, latest, a_device(other)):
            await uow.devices.add(device)
        for session in (current, ended, a_session(other)):
            await uow.sessions.add(session)
        await uow.second_factors.add(factor)
        await uow.profiles.add(a_profile(user))

    async with store.begin() as uow:
        by_address = await uow.users.credentials(user.email, NOW)
        assert by_address == Credentials(user, (latest, first), factor, (old, new), (current,))
        assert await uow.users.credentials("nobody@example.org", NOW) is None
        account = await uow.users.account(user.id, NOW)
    name = a_profile(user).content.name
    assert account == Account(user, (latest, first), factor, (old, new), (current,), name)
