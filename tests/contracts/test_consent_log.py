"""What every log of consents promises."""

import asyncio
from datetime import datetime, timedelta

import attrs
import pytest

from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.consent.policies import last_of, verify_chain
from saltbitter_domain.consent.ports import ConsentLog
from saltbitter_domain.kernel import Language, StaleWrite
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW, a_consent

PORT = ConsentLog


async def decided(store: Store, user: User, *decisions: tuple[Purpose, bool]) -> list[ConsentRecord]:
    """The member's chain after these decisions."""
    chain: list[ConsentRecord] = []
    async with store.unit() as uow:
        for purpose, granted in decisions:
            chain.append(a_consent(user, chain[-1] if chain else None, purpose, granted))
        await uow.consents.append(*chain)
    return chain


async def test_a_chain_comes_back_as_it_was_written_and_still_proves_itself(store: Store) -> None:
    user, other = await store.members(2)
    chain = await decided(store, user, (Purpose.TERMS, True), (Purpose.LOCATION, True), (Purpose.LOCATION, False))
    await decided(store, other, (Purpose.ANALYTICS, True))

    async with store.begin() as uow:
        assert await uow.consents.chain(user.id) == chain
        assert last_of(await uow.consents.current(user.id)) == chain[-1]
        assert verify_chain(await uow.consents.chain(user.id))


async def test_the_language_of_the_words_is_kept_or_that_nobody_said_it(store: Store) -> None:
    user = await store.member()
    chain = [a_consent(user, language=Language.DE)]
    chain.append(a_consent(user, chain[0], Purpose.LOCATION, language=Language.EN))
    chain.append(a_consent(user, chain[1], Purpose.ANALYTICS))
    async with store.unit() as uow:
        await uow.consents.append(*chain)

    async with store.begin() as uow:
        kept = await uow.consents.chain(user.id)
        assert [record.language for record in kept] == [Language.DE, Language.EN, None]
        assert verify_chain(kept)


async def test_what_rests_on_the_last_decision_is_refused_once_there_is_another(store: Store) -> None:
    user, other = await store.members(2)
    chain = await decided(store, user, (Purpose.TERMS, True), (Purpose.LOCATION, True))
    await decided(store, other, *[(Purpose.ANALYTICS, True)] * 3)

    async def changed_resting_on(record: ConsentRecord) -> None:
        async with store.unit() as uow:
            account = await uow.users.get(user.id)
            assert account
            await uow.consents.keep_to(record)
            await uow.users.save(attrs.evolve(account, time_zone="Europe/Lisbon"))

    with pytest.raises(StaleWrite):
        await changed_resting_on(chain[0])
    await changed_resting_on(chain[1])
    async with store.unit() as uow:
        await uow.consents.append(a_consent(user, chain[1], Purpose.LOCATION, False))
    with pytest.raises(StaleWrite):
        await changed_resting_on(chain[1])


async def test_a_chain_can_be_read_in_parts(store: Store) -> None:
    user, other = await store.members(2)
    chain = await decided(store, user, *[(Purpose.ANALYTICS, bool(number % 2)) for number in range(5)])
    (anothers,) = await decided(store, other, (Purpose.ANALYTICS, True))

    async with store.begin() as uow:
        assert await uow.consents.chain(user.id, None, 2) == chain[:2]
        assert await uow.consents.chain(user.id, chain[1].id, 2) == chain[2:4]
        assert await uow.consents.chain(user.id, chain[3].id, 2) == chain[4:]
        assert await uow.consents.chain(user.id, chain[4].id) == []
        assert await uow.consents.chain(user.id, anothers.id) == []


async def test_the_latest_decision_for_each_purpose_counts(store: Store) -> None:
    user = await store.member()
    terms, _, location = await decided(
        store, user, (Purpose.TERMS, True), (Purpose.LOCATION, True), (Purpose.LOCATION, False)
    )

    async with store.begin() as uow:
        assert await uow.consents.current(user.id) == {Purpose.TERMS: terms, Purpose.LOCATION: location}


async def test_whoever_decided_nothing_has_an_empty_chain(store: Store) -> None:
    user = await store.member()

    async with store.begin() as uow:
        assert last_of(await uow.consents.current(user.id)) is None
        assert await uow.consents.chain(user.id) == []
        assert await uow.consents.current(user.id) == {}


async def test_only_the_next_link_can_be_appended(store: Store) -> None:
    user = await store.member()
    first = a_consent(user)
    second = a_consent(user, first)
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.consents.append(second)
    async with store.unit() as uow:
        await uow.consents.append(first)
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.consents.append(a_consent(user))


async def test_of_two_decisions_at_once_one_is_refused_and_the_chain_stays_whole(store: Store) -> None:
    user = await store.member()

    both_have_read = asyncio.Barrier(2)

    async def decide(purpose: Purpose) -> None:
        async with store.unit() as uow:
            last = last_of(await uow.consents.current(user.id))
            await both_have_read.wait()
            await uow.consents.append(a_consent(user, last, purpose))
            await asyncio.sleep(0)

    results = await outcomes(decide(Purpose.LOCATION), decide(Purpose.ANALYTICS))

    assert [type(result) for result in results if result is not None] == [StaleWrite]
    async with store.begin() as uow:
        chain = await uow.consents.chain(user.id)
    assert len(chain) == 1
    assert verify_chain(chain)


async def test_whoever_took_a_yes_back_since_an_instant_is_found_whatever_else_they_said(store: Store) -> None:
    ada, bob, cleo, dora, emil = await store.members(5)
    place = Purpose.LOCATION
    earlier, instant, later = NOW - timedelta(microseconds=1), NOW, NOW + timedelta(days=1)

    async def say(user: User, *said: tuple[Purpose, bool, datetime]) -> None:
        async with store.unit() as uow:
            last = None
            for purpose, granted, at in said:
                last = a_consent(user, last, purpose, granted, at)
                await uow.consents.append(last)

    await say(ada, (place, True, earlier), (place, False, instant), (place, True, later))
    await say(bob, (place, True, earlier), (place, False, earlier), (place, True, instant))
    await say(cleo, (Purpose.ANALYTICS, True, earlier), (Purpose.ANALYTICS, False, later))
    await say(
        dora, (place, True, earlier), (Purpose.RELIGION, False, later), (place, False, later), (place, False, later)
    )
    await say(emil, (Purpose.ANALYTICS, True, earlier), (place, False, later), (place, True, later))

    async with store.begin() as uow:
        assert await uow.consents.refused_since(instant, {place}) == {ada.id, dora.id}
        assert await uow.consents.refused_since(instant, {place, Purpose.ANALYTICS}) == {ada.id, cleo.id, dora.id}
        assert await uow.consents.refused_since(later + timedelta(microseconds=1), set(Purpose)) == set()
