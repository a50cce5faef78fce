"""Consent where something is used: each purpose, in each state it can be in, against each use of it, on both stores.

A yes to words that were reworded since still stands, and the member is told that there are new words.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import Enum

import attrs
import pytest

from adapters.local.places import GeonamesPlaces
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.assessments.model import ConsentNeeded
from saltbitter_domain.assessments.service import AttachmentService
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import REQUIRED, Purpose
from saltbitter_domain.consent.service import ConsentService
from saltbitter_domain.kernel import DomainError, Ids
from saltbitter_domain.profiles.model import LocationConsentNeeded, Orientation, OrientationConsentNeeded
from saltbitter_domain.profiles.service import ProfileService
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store
from tests.contracts.test_people import join, traits_of
from tests.doubles.builders import PARIS, a_content, an_assessment

OLD = {purpose: attrs.evolve(text, version="2025-01-01") for purpose, text in TEXTS.items()}
MORNING = timedelta(hours=1)
NOT_USED_YET = {Purpose.AI_PRACTICE, Purpose.AI_COACHING, Purpose.MARKETING_EMAILS, Purpose.ANALYTICS}
"""Nothing in the product does anything under these: no use can be forgotten."""


class State(Enum):
    NEVER_GIVEN = "never given"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    OUTDATED = "outdated"

    @property
    def allows(self) -> bool:
        return self in (State.GIVEN, State.OUTDATED)


def consents(store: Store, ids: Ids, old: bool = False) -> ConsentService:
    return ConsentService(begin=store.begin, clock=store.clock, ids=ids, texts=OLD if old else TEXTS)


async def bring(store: Store, user: User, purpose: Purpose, state: State) -> None:
    if state is State.NEVER_GIVEN:
        return
    service = consents(store, store.ids, old=state is State.OUTDATED)
    version = (OLD if state is State.OUTDATED else TEXTS)[purpose].version
    await service.decide(user.id, purpose, True, version, "api")
    if state is State.WITHDRAWN:
        await service.decide(user.id, purpose, False, version, "api")


async def allowed(doing: Awaitable[object], refusal: type[DomainError]) -> bool:
    try:
        await doing
    except refusal:
        return False
    return True


async def matched_by_closeness(store: Store, user: User) -> bool:
    async with store.unit() as uow:
        await uow.assessments.add(an_assessment(user))
    return (await traits_of(store, user)).attachment is not None


async def asked_about_closeness(store: Store, user: User) -> bool:
    asked = questionnaire()
    answers = {statement.id: 4 for statement in asked.statements}
    service = AttachmentService(begin=store.begin, clock=store.clock, ids=store.ids)
    return await allowed(service.submit_assessment(user.id, asked.version, answers, 150.0), ConsentNeeded)


async def matched_by_distance(store: Store, user: User) -> bool:
    return (await traits_of(store, user)).cell is not None


async def shown_with_a_distance(store: Store, user: User) -> bool:
    async with store.begin() as uow:
        card = (await uow.people.member(user.id)).card
    return card is not None and card.profile.cell is not None


async def located(store: Store, user: User) -> bool:
    store.clock.advance(MORNING)
    profiles = ProfileService(begin=store.begin, clock=store.clock, places=GeonamesPlaces())
    return await allowed(profiles.set_location(user.id, 48.85, 2.35), LocationConsentNeeded)


async def kept_with_an_orientation(store: Store, user: User) -> bool:
    profiles = ProfileService(begin=store.begin, clock=store.clock, places=GeonamesPlaces())
    content = a_content(orientation=Orientation.GAY)
    return await allowed(profiles.edit(user.id, content, 1), OrientationConsentNeeded)


Use = Callable[[Store, User], Awaitable[bool]]
USES: Mapping[Purpose, tuple[Use, ...]] = {
    Purpose.PSYCHOLOGICAL_PROFILE: (matched_by_closeness, asked_about_closeness),
    Purpose.LOCATION: (matched_by_distance, shown_with_a_distance, located),
    Purpose.ORIENTATION: (kept_with_an_orientation,),
}


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
@pytest.mark.parametrize(("purpose", "use"), [(purpose, use) for purpose, uses in USES.items() for use in uses])
async def test_a_purpose_is_used_while_a_yes_stands_and_never_otherwise(
    store: Store, purpose: Purpose, use: Use, state: State
) -> None:
    user = await join(store, profile={"cell": PARIS, "city": "Paris"})
    for other in USES.keys() - {purpose}:
        await bring(store, user, other, State.GIVEN)

    await bring(store, user, purpose, state)

    assert await use(store, user) is state.allows


def test_every_purpose_has_its_uses_here_or_none_anywhere() -> None:
    assert USES.keys() | NOT_USED_YET | REQUIRED == set(Purpose)


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
@pytest.mark.parametrize("purpose", sorted(set(Purpose) - REQUIRED))
async def test_a_member_sees_of_every_yes_whether_its_words_were_reworded(
    store: Store, purpose: Purpose, state: State
) -> None:
    user = await store.member()
    await bring(store, user, purpose, state)

    service = consents(store, store.ids)
    record = (await service.state(user.id))[purpose]

    assert (record is not None and record.granted) is state.allows
    assert (record is not None and service.is_outdated(record)) is (state is State.OUTDATED)
