"""What every store promises of members who leave for good: nothing of theirs stays, and nobody else loses anything."""

from datetime import timedelta

import attrs
import pytest

from saltbitter_domain.kernel import StaleWrite
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store
from tests.doubles.builders import NOW, a_consent, a_photo, a_profile, a_second_factor, a_session, a_token

WAIT = timedelta(days=30)


async def leaving(store: Store, email: str, days: int = 0) -> User:
    user = await store.member(email=email)
    async with store.unit() as uow:
        await uow.users.save(user.leaving(NOW + timedelta(days=days)))
    return attrs.evolve(user.leaving(NOW + timedelta(days=days)), version=2)


async def test_those_who_have_waited_are_due_the_longest_waiting_first(store: Store) -> None:
    await store.member(email="stays@example.org")
    later = await leaving(store, "later@example.org", days=1)
    first = await leaving(store, "first@example.org")

    async with store.begin() as uow:
        assert list(await uow.users.due_for_erasure(NOW + WAIT - timedelta(seconds=1), 10)) == []
        assert list(await uow.users.due_for_erasure(NOW + WAIT, 10)) == [first.id]
        assert list(await uow.users.due_for_erasure(NOW + WAIT * 2, 10)) == [first.id, later.id]
        assert list(await uow.users.due_for_erasure(NOW + WAIT * 2, 1)) == [first.id]


async def test_everything_of_an_erased_member_goes_and_everything_of_others_stays(store: Store) -> None:
    gone, stays = await leaving(store, "gone@example.org"), await store.member(email="stays@example.org")
    for user in (gone, stays):
        async with store.unit() as uow:
            await uow.profiles.add(a_profile(user))
            await uow.photos.add(a_photo(user))
            await uow.consents.append(a_consent(user))
            await uow.sessions.add(a_session(user, token_hash=user.email))
            await uow.one_time_tokens.add(a_token(user, token_hash=user.email))
            await uow.second_factors.add(a_second_factor(user))

    async with store.unit() as uow:
        await uow.users.erase(gone)

    async with store.begin() as uow:
        for user, kept in ((gone, False), (stays, True)):
            assert (await uow.users.get(user.id) is not None) is kept
            assert (await uow.users.by_email(user.email) is not None) is kept
            assert (await uow.profiles.get(user.id) is not None) is kept
            assert bool(await uow.photos.of(user.id)) is kept
            assert bool(await uow.consents.chain(user.id)) is kept
            assert (await uow.sessions.by_token(user.email) is not None) is kept
            assert (await uow.one_time_tokens.get(user.email) is not None) is kept
            assert (await uow.second_factors.get(user.id) is not None) is kept


async def test_who_came_back_meanwhile_is_not_erased(store: Store) -> None:
    user = await leaving(store, "ada@example.org")
    async with store.unit() as uow:
        await uow.users.save(user.back())

    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.users.erase(user)

    async with store.begin() as uow:
        assert await uow.users.get(user.id) == attrs.evolve(user.back(), version=3)
