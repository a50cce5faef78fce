"""Deciding on purposes, one at a time, and taking a decision back."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest

from adapters.memory.outbox import MemoryOutbox
from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitOfWork, MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import (
    ConsentGiven,
    ConsentOutdated,
    ConsentRequired,
    ConsentText,
    ConsentWithdrawn,
    Purpose,
)
from saltbitter_domain.consent.service import ConsentService
from saltbitter_domain.events import Event
from saltbitter_domain.kernel import DomainError, Language, StaleWrite, UserId
from tests.doubles.simultaneous import Simultaneous

START = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)
MEMBER, OTHER = UserId(UUID(int=1)), UserId(UUID(int=2))
V1, V2 = "2026-11-01", "2027-03-01"
FIRST = {purpose: attrs.evolve(text, version=V1) for purpose, text in TEXTS.items()}
REWORDED = {**FIRST, Purpose.LOCATION: attrs.evolve(FIRST[Purpose.LOCATION], version=V2)}


class House:
    def __init__(self) -> None:
        self.store, self.clock = MemoryStore(), ManualClock(START)
        self.ids = UuidV7Ids(self.clock)
        self.service = self.service_with(FIRST)

    def service_with(self, texts: Mapping[Purpose, ConsentText]) -> ConsentService:
        begin = Simultaneous(MemoryUnitsOfWork(self.store, self.clock, self.ids))
        return ConsentService(begin=begin, clock=self.clock, ids=self.ids, texts=texts)

    async def events(self) -> Sequence[Event]:
        return [message.event for message in await MemoryOutbox(self.store).due(self.clock.now(), 100)]


@pytest.fixture
def house() -> House:
    return House()


def told(refusal: DomainError) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in refusal.fields]


async def test_nothing_is_decided_beforehand(house: House) -> None:
    assert await house.service.state(MEMBER) == dict.fromkeys(Purpose)
    assert await house.service.history(MEMBER) == []
    assert await house.service.verify(MEMBER)


def test_the_texts_in_force_are_shown_for_every_purpose(house: House) -> None:
    assert house.service.texts() == tuple(FIRST.values())


async def test_a_yes_is_recorded_with_the_words_the_time_and_the_place(house: House) -> None:
    record = await house.service.decide(MEMBER, Purpose.LOCATION, True, V1, "web")
    assert (record.user_id, record.purpose, record.granted) == (MEMBER, Purpose.LOCATION, True)
    assert (record.text_version, record.channel, record.at) == (V1, "web", START)
    state = await house.service.state(MEMBER)
    assert state == {**dict.fromkeys(Purpose), Purpose.LOCATION: record}
    assert await house.service.state(OTHER) == dict.fromkeys(Purpose)
    assert await house.events() == [ConsentGiven(MEMBER, Purpose.LOCATION, V1)]


def test_the_texts_are_told_in_german_under_the_same_versions_where_there_is_a_wording(house: House) -> None:
    in_force = house.service_with(TEXTS)
    german = in_force.texts(Language.DE)
    assert [(text.purpose, text.version) for text in german] == [
        (text.purpose, text.version) for text in in_force.texts()
    ]
    assert {text.language for text in german} == {Language.DE}
    reworded = attrs.evolve(TEXTS[Purpose.LOCATION], version=V2)
    assert house.service_with({Purpose.LOCATION: reworded}).texts(Language.DE) == (reworded,), "no words are made up"


async def test_the_language_in_which_the_words_were_read_is_recorded_with_them(house: House) -> None:
    decide = house.service.decide
    unsaid = await decide(MEMBER, Purpose.AI_PRACTICE, True, V1, "web")
    german = await decide(MEMBER, Purpose.LOCATION, True, V1, "web", Language.DE)
    again = await decide(MEMBER, Purpose.LOCATION, True, V1, "web", Language.EN)
    taken_back = await decide(MEMBER, Purpose.LOCATION, False, V1, "web", Language.EN)
    anew = await decide(MEMBER, Purpose.LOCATION, True, V1, "web", Language.EN)
    assert (unsaid.language, german.language, anew.language) == (None, Language.DE, Language.EN)
    assert again == german
    assert taken_back.language is Language.DE, "it takes back what was read"
    assert await house.service.verify(MEMBER)


async def test_purposes_are_decided_one_by_one(house: House) -> None:
    await house.service.decide(MEMBER, Purpose.LOCATION, True, V1, "web")
    await house.service.decide(MEMBER, Purpose.ANALYTICS, False, V1, "web")
    state = await house.service.state(MEMBER)
    assert {purpose: record.granted for purpose, record in state.items() if record} == {
        Purpose.LOCATION: True,
        Purpose.ANALYTICS: False,
    }
    assert all(record.purpose is purpose for purpose, record in state.items() if record)


async def test_the_same_decision_again_adds_nothing(house: House) -> None:
    yes = await house.service.decide(MEMBER, Purpose.LOCATION, True, V1, "web")
    house.clock.advance(timedelta(hours=1))
    assert await house.service.decide(MEMBER, Purpose.LOCATION, True, V1, "api") == yes
    no = await house.service.decide(MEMBER, Purpose.LOCATION, False, V1, "web")
    assert await house.service.decide(MEMBER, Purpose.LOCATION, False, "whatever", "api") == no
    assert await house.service.history(MEMBER) == [yes, no]
    assert await house.events() == [
        ConsentGiven(MEMBER, Purpose.LOCATION, V1),
        ConsentWithdrawn(MEMBER, Purpose.LOCATION),
    ]


async def test_a_first_no_is_remembered_and_withdraws_nothing(house: House) -> None:
    record = await house.service.decide(MEMBER, Purpose.ANALYTICS, False, "", "web")
    assert (record.granted, record.text_version) == (False, V1)
    assert await house.events() == []
    assert await house.service.history(MEMBER) == [record]


async def test_consent_can_be_given_again(house: House) -> None:
    for yes in (True, False, True):
        await house.service.decide(MEMBER, Purpose.AI_PRACTICE, yes, V1, "web")
    history = await house.service.history(MEMBER)
    assert [record.granted for record in history] == [True, False, True]
    assert len({record.id for record in history}) == 3
    assert await house.service.verify(MEMBER)


async def test_a_yes_to_words_no_longer_in_force_is_refused(house: House) -> None:
    reworded = house.service_with(REWORDED)
    with pytest.raises(ConsentOutdated) as refused:
        await reworded.decide(MEMBER, Purpose.LOCATION, True, V1, "web")
    assert told(refused.value) == [("text_version", "outdated")]
    assert V2 in refused.value.detail
    assert await house.service.history(MEMBER) == []


async def test_reworded_text_is_agreed_to_anew_and_the_old_yes_stands_until_then(house: House) -> None:
    old = await house.service.decide(MEMBER, Purpose.LOCATION, True, V1, "web")
    reworded = house.service_with(REWORDED)
    assert (await reworded.state(MEMBER))[Purpose.LOCATION] == old
    new = await reworded.decide(MEMBER, Purpose.LOCATION, True, V2, "web")
    assert await reworded.history(MEMBER) == [old, new]
    assert new.text_version == V2
    assert (await house.events())[-1] == ConsentGiven(MEMBER, Purpose.LOCATION, V2)


@pytest.mark.parametrize("shown", [V1, V2, "something else"])
async def test_taking_back_needs_no_current_text_and_names_the_words_taken_back(house: House, shown: str) -> None:
    await house.service.decide(MEMBER, Purpose.LOCATION, True, V1, "web")
    record = await house.service_with(REWORDED).decide(MEMBER, Purpose.LOCATION, False, shown, "web")
    assert (record.granted, record.text_version) == (False, V1)
    assert (await house.events())[-1] == ConsentWithdrawn(MEMBER, Purpose.LOCATION)


@pytest.mark.parametrize("purpose", [Purpose.TERMS, Purpose.PRIVACY_POLICY])
async def test_terms_and_privacy_policy_come_with_the_account(house: House, purpose: Purpose) -> None:
    yes = await house.service.decide(MEMBER, purpose, True, V1, "web")
    with pytest.raises(ConsentRequired) as refused:
        await house.service.decide(MEMBER, purpose, False, V1, "web")
    assert told(refused.value) == [("granted", "required")]
    assert TEXTS[purpose].title in refused.value.detail
    assert await house.service.history(MEMBER) == [yes]


async def test_purposes_saved_at_the_same_time_all_find_their_place_in_the_chain(house: House) -> None:
    await asyncio.gather(*(house.service.decide(MEMBER, purpose, True, V1, "web") for purpose in Purpose))
    history = await house.service.history(MEMBER)
    assert {record.purpose for record in history} == set(Purpose)
    assert await house.service.verify(MEMBER)


async def test_the_same_yes_sent_many_times_at_once_is_recorded_once(house: House) -> None:
    at_once = [house.service.decide(MEMBER, Purpose.LOCATION, True, V1, "web") for _ in range(20)]
    (record,) = set(await asyncio.gather(*at_once))
    assert await house.service.history(MEMBER) == [record]


async def test_a_decision_that_keeps_losing_to_others_is_given_up_with_word(house: House) -> None:
    tries = []

    class NeverFirst(Simultaneous):
        @asynccontextmanager
        async def __call__(self) -> AsyncIterator[MemoryUnitOfWork]:
            async with super().__call__() as uow:

                async def stale() -> None:
                    tries.append(1)
                    raise StaleWrite("Somebody else was first.")

                uow.commit = stale  # type: ignore[method-assign]
                yield uow

    begin = NeverFirst(MemoryUnitsOfWork(house.store, house.clock, house.ids))
    service = ConsentService(begin=begin, clock=house.clock, ids=house.ids, texts=FIRST)
    with pytest.raises(StaleWrite):
        await service.decide(MEMBER, Purpose.LOCATION, True, V1, "web")
    assert len(tries) == len(Purpose)
    assert await service.history(MEMBER) == []


async def test_a_record_changed_behind_the_products_back_is_noticed(house: House) -> None:
    record = await house.service.decide(MEMBER, Purpose.ANALYTICS, False, V1, "web")
    await house.service.decide(MEMBER, Purpose.LOCATION, True, V1, "web")
    await house.service.decide(OTHER, Purpose.LOCATION, True, V1, "web")
    house.store.tables.consents.put((MEMBER, 1), attrs.evolve(record, granted=True))
    assert not await house.service.verify(MEMBER)
    assert await house.service.verify(OTHER)
