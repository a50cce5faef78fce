"""What every unit of work promises."""

import asyncio
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from saltbitter_domain.kernel import EventId, StaleWrite, UserId
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import EmailTaken, EmailVerified, Registered, User
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import a_device, a_profile, a_user, new_id

PORT = UnitOfWork
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Broken(Exception):
    """Something that goes wrong in the middle."""


async def found(store: Store, user: User) -> User | None:
    async with store.begin() as uow:
        return await uow.users.get(user.id)


async def test_nothing_is_kept_without_commit(store: Store) -> None:
    user = a_user()

    async with store.begin() as uow:
        await uow.users.add(user)
        uow.emit(Registered(user.id))

    assert await found(store, user) is None
    assert await store.outbox.undelivered() == 0
    assert store.rung == []


async def test_an_exception_undoes_everything_and_goes_on(store: Store) -> None:
    user = await store.member()

    async def fail() -> None:
        async with store.begin() as uow:
            await uow.users.save(attrs.evolve(user, time_zone="Asia/Tokyo"))
            await uow.profiles.add(a_profile(user))
            uow.emit(Registered(user.id))
            raise Broken

    with pytest.raises(Broken):
        await fail()

    assert await found(store, user) == user
    async with store.begin() as uow:
        assert await uow.profiles.get(user.id) is None
    assert await store.outbox.undelivered() == 0


async def test_a_unit_reads_its_own_writes_and_others_do_not_before_commit(store: Store) -> None:
    user, other = await store.members(2)
    moved = attrs.evolve(user, time_zone="Asia/Tokyo", email="moved@example.org")

    async with store.begin() as uow:
        await uow.users.save(moved)
        await uow.profiles.add(a_profile(user))
        await uow.profiles.save(a_profile(user, city="Tokyo"))

        assert await uow.users.get(user.id) == attrs.evolve(moved, version=2)
        assert await uow.users.by_email("moved@example.org") == attrs.evolve(moved, version=2)
        assert await uow.users.by_email(user.email) is None
        assert await uow.profiles.get(user.id) == a_profile(user, city="Tokyo", version=2)
        async with store.begin() as elsewhere:
            assert await elsewhere.users.get(user.id) == user
            assert await elsewhere.users.by_email("moved@example.org") is None
            assert await elsewhere.profiles.get(user.id) is None
        await uow.commit()

    assert await found(store, user) == attrs.evolve(moved, version=2)
    assert await found(store, other) == other


async def test_a_unit_sees_what_others_committed_since_it_began(store: Store) -> None:
    async with store.begin() as uow:
        user = await store.member()

        assert await uow.users.get(user.id) == user


async def test_of_two_units_that_read_the_same_the_second_to_write_is_refused_whole(store: Store) -> None:
    user = await store.member()

    async def write_late() -> None:
        async with store.unit() as slow:
            read = await slow.users.get(user.id)
            assert read is not None
            async with store.unit() as quick:
                await quick.users.save(attrs.evolve(user, time_zone="Asia/Tokyo"))
            slow.emit(Registered(user.id))
            await slow.users.save(attrs.evolve(read, time_zone="Europe/Rome"))

    with pytest.raises(StaleWrite):
        await write_late()

    assert await found(store, user) == attrs.evolve(user, time_zone="Asia/Tokyo", version=2)
    assert await store.outbox.undelivered() == 0


async def test_of_two_units_that_write_the_same_at_once_one_is_kept_whole_and_nothing_of_the_other(
    store: Store,
) -> None:
    user = await store.member()

    both_have_read = asyncio.Barrier(2)

    async def change(city: str, event: Registered | EmailVerified) -> None:
        async with store.unit() as uow:
            read = await uow.users.get(user.id)
            assert read is not None
            await both_have_read.wait()
            uow.emit(event)
            await uow.profiles.add(a_profile(user, user_id=(await store.member()).id, city=city))
            await uow.users.save(attrs.evolve(read, time_zone=city))
            await asyncio.sleep(0)

    results = await outcomes(change("Asia/Tokyo", Registered(user.id)), change("Europe/Rome", EmailVerified(user.id)))

    assert [type(result) for result in results if result is not None] == [StaleWrite]
    kept = await found(store, user)
    assert kept is not None
    messages = await store.outbox.due(store.clock.now(), limit=10)
    assert [type(message.event) for message in messages] == [
        Registered if kept.time_zone == "Asia/Tokyo" else EmailVerified
    ]
    assert store.rung == [message.id for message in messages]


async def test_a_refused_commit_rings_nobody(store: Store) -> None:
    async def register() -> None:
        async with store.unit() as uow:
            user = a_user(email="ada@example.org")
            uow.emit(Registered(user.id))
            await uow.users.add(user)
            await asyncio.sleep(0)

    results = await outcomes(*(register() for _ in range(5)))

    assert [type(result) for result in results if result is not None] == [EmailTaken] * 4
    assert len(store.rung) == await store.outbox.undelivered() == 1


async def test_the_door_is_rung_with_the_messages_once_they_can_be_found(store: Store) -> None:
    user = await store.member()

    async with store.begin() as uow:
        uow.emit(Registered(user.id))
        uow.emit(EmailVerified(user.id))
        assert store.rung == []
        assert await store.outbox.undelivered() == 0
        await uow.commit()
        rung = list(store.rung)

    assert [message.id for message in await store.outbox.due(store.clock.now(), limit=10)] == rung
    assert len(rung) == 2


async def test_a_unit_commits_once(store: Store) -> None:
    async with store.begin() as uow:
        await uow.commit()

        with pytest.raises(RuntimeError):
            await uow.commit()
        with pytest.raises(RuntimeError):
            await uow.users.add(a_user())
        with pytest.raises(RuntimeError):
            uow.emit(Registered(UserId(new_id())))


async def test_a_unit_that_was_left_is_over(store: Store) -> None:
    user = await store.member()
    async with store.begin() as uow:
        pass

    with pytest.raises(RuntimeError):
        await uow.users.get(user.id)
    with pytest.raises(RuntimeError):
        await uow.users.add(a_user())


async def test_a_listener_handles_a_message_once(store: Store) -> None:
    message, another = EventId(new_id()), EventId(new_id())
    async with store.unit() as uow:
        assert await uow.first_time("mail.welcome", message)

    async with store.unit() as uow:
        assert not await uow.first_time("mail.welcome", message)
        assert await uow.first_time("mail.welcome", another)
        assert await uow.first_time("notices.match", message)


async def test_whoever_waits_goes_on_as_soon_as_the_other_has_committed(store: Store) -> None:
    message = EventId(new_id())

    async with store.begin() as uow:
        assert await uow.first_time("mail.welcome", message)
        await uow.commit()
        async with store.begin() as elsewhere:
            assert not await elsewhere.first_time("mail.welcome", message)


async def test_a_mark_that_was_not_committed_does_not_count(store: Store) -> None:
    message = EventId(new_id())
    async with store.begin() as uow:
        assert await uow.first_time("mail.welcome", message)

    async with store.begin() as uow:
        assert await uow.first_time("mail.welcome", message)


async def test_of_several_deliveries_at_once_one_takes_effect(store: Store) -> None:
    message = EventId(new_id())

    failed = False

    async def handle() -> bool:
        """Whoever is the first to be told that nobody was there before fails, and it is the others' turn."""
        nonlocal failed
        async with store.unit() as uow:
            first = await uow.first_time("mail.welcome", message)
            await asyncio.sleep(0)
            if first and not failed:
                failed = True
                raise Broken
            return first

    results = await outcomes(handle(), handle(), handle(), handle())

    assert [type(each) for each in results].count(Broken) == 1
    assert sorted(each for each in results if not isinstance(each, Broken)) == [False, False, True]


async def test_what_is_read_together_is_what_each_read_gives_alone(store: Store) -> None:
    user, other = await store.members(2)
    moved = attrs.evolve(user, time_zone="Asia/Tokyo", email="moved@example.org")
    kept = [a_device(other, last_seen_at=NOON + timedelta(days=n)) for n in range(3)]
    async with store.begin() as uow:
        for device in kept:
            await uow.devices.add(device)
        await uow.commit()

    async with store.begin() as uow:
        await uow.users.save(moved)
        mine, devices, nobody = await uow.together(
            uow.users.get(user.id), uow.devices.of(other.id), uow.users.get(UserId(new_id()))
        )
        none, theirs = await uow.together(uow.devices.of(user.id), uow.users.account(other.id, NOON))

    assert mine == attrs.evolve(moved, version=user.version + 1)
    assert list(devices) == kept[::-1]
    assert nobody is None
    assert (list(none), theirs and theirs.user) == ([], other)


async def test_what_is_counted_together_with_a_read_is_kept_at_commit(store: Store) -> None:
    user = await store.member()

    async def counted(*, commit: bool) -> int | None:
        async with store.begin() as uow:
            found, tries = await uow.together(
                uow.users.get(user.id), uow.sign_in_tries.count("key", NOON, [timedelta(0)])
            )
            assert found == user
            if commit:
                await uow.commit()
        return tries

    assert [await counted(commit=commit) for commit in (True, False, True)] == [1, 2, 2]


async def test_one_of_several_reads_that_fails_fails_them_all(store: Store) -> None:
    user = await store.member()

    async def broken(uow: UnitOfWork) -> None:
        await uow.users.get(user.id)
        raise Broken

    async with store.begin() as uow:
        with pytest.raises(Broken):
            await uow.together(uow.devices.of(user.id), broken(uow))
        assert await uow.users.get(user.id) == user
