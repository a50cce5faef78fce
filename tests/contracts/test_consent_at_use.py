"""Consent where something is used: each purpose, in each state it can be in, against each use of it, on both stores.

A yes to words that were reworded since allows nothing until it is given anew, and the member is told so.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import Enum
from pathlib import Path

import attrs
import pytest

from adapters.local.places import GeonamesPlaces
from config.data_register import data_register
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.assessments.model import ConsentNeeded
from saltbitter_domain.assessments.service import AttachmentService
from saltbitter_domain.compatibility.model import Exposure
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import REQUIRED, Purpose
from saltbitter_domain.consent.policies import granted
from saltbitter_domain.consent.service import ConsentService
from saltbitter_domain.kernel import DomainError, Ids
from saltbitter_domain.profiles.model import (
    Gender,
    GendersSoughtConsentNeeded,
    LocationConsentNeeded,
    Orientation,
    OrientationConsentNeeded,
    Religion,
    ReligionConsentNeeded,
)
from saltbitter_domain.profiles.service import ProfileService
from saltbitter_domain.register import Basis
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store
from tests.contracts.test_people import join, traits_of
from tests.doubles.builders import PARIS, a_content, an_assessment

OLD = {purpose: attrs.evolve(text, version="2025-01-01") for purpose, text in TEXTS.items()}
MORNING = timedelta(hours=1)
ROOT = Path(__file__).parents[2]
PRODUCT = ("saltbitter_domain", "adapters", "config", "entrypoints")
DECIDING = (
    "saltbitter_domain/consent/catalogue.py",
    "saltbitter_domain/consent/catalogue_de.py",
    "saltbitter_domain/consent/model.py",
    "adapters/population/seeding.py",
    "entrypoints/probe.py",
)
"""These name purposes in order to word them, or to decide on them for members who were made up."""


class State(Enum):
    NEVER_GIVEN = "never given"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    OUTDATED = "outdated"

    @property
    def allows(self) -> bool:
        return self is State.GIVEN


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


async def told_about_closeness(store: Store, user: User) -> bool:
    async with store.unit() as uow:
        await uow.assessments.add(an_assessment(user))
    service = AttachmentService(begin=store.begin, clock=store.clock, ids=store.ids)
    latest = await allowed(service.latest_insights(user.id), ConsentNeeded)
    assert await allowed(service.history(user.id), ConsentNeeded) is latest
    return latest


async def counted_by_style(store: Store, user: User) -> bool:
    day = store.clock.now().date()
    async with store.unit() as uow:
        await uow.assessments.add(an_assessment(user))
        await uow.exposures.add([Exposure(user.id, day, 1, 1.0)])
    (counted,) = await store.reports.exposed(day)
    return counted.style is not None


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


async def takes_part(store: Store, user: User) -> bool:
    async with store.begin() as uow:
        sought = (await uow.people.member(user.id)).traits
        everybody = await uow.people.traits()
        residents = await uow.people.in_zone("Europe/Paris")
        found = await uow.people.within_reach(list(Gender), list(Gender), 10)
    assert (sought is not None) is bool(everybody) is bool(residents) is bool(found)
    return sought is not None


async def counted_by_whom_they_seek(store: Store, user: User) -> bool:
    day = store.clock.now().date()
    async with store.unit() as uow:
        await uow.exposures.add([Exposure(user.id, day, 1, 1.0)])
    (counted,) = await store.reports.exposed(day)
    return bool(counted.seeks)


async def kept_with_whom_they_seek(store: Store, user: User) -> bool:
    profiles = ProfileService(begin=store.begin, clock=store.clock, places=GeonamesPlaces())
    wishes = attrs.evolve(a_content().preferences, genders=frozenset({Gender.NON_BINARY}))
    return await allowed(profiles.edit(user.id, a_content(preferences=wishes), 1), GendersSoughtConsentNeeded)


async def matched_by_religion(store: Store, user: User) -> bool:
    return (await traits_of(store, user)).religion is not None


async def shown_with_a_religion(store: Store, user: User) -> bool:
    async with store.begin() as uow:
        card = (await uow.people.member(user.id)).card
    assert card is not None
    return card.profile.content.religion is not None


async def kept_with_a_religion(store: Store, user: User) -> bool:
    profiles = ProfileService(begin=store.begin, clock=store.clock, places=GeonamesPlaces())
    return await allowed(profiles.edit(user.id, a_content(religion=Religion.HINDU), 1), ReligionConsentNeeded)


async def kept_with_an_orientation(store: Store, user: User) -> bool:
    profiles = ProfileService(begin=store.begin, clock=store.clock, places=GeonamesPlaces())
    content = a_content(orientation=Orientation.GAY)
    return await allowed(profiles.edit(user.id, content, 1), OrientationConsentNeeded)


Use = Callable[[Store, User], Awaitable[bool]]
ASSESSING = {"saltbitter_domain/assessments/service.py"}
MATCHING = {"saltbitter_domain/compatibility/participation.py", "adapters/postgres/people.py"}
SENSITIVE = {"saltbitter_domain/profiles/policies/sensitive.py", "adapters/postgres/people.py"}
COUNTING = {"adapters/memory/transparency.py", "adapters/postgres/transparency.py"}
PROFILE = {"saltbitter_domain/profiles/service/profile.py"}
USES: Mapping[Purpose, Mapping[Use, set[str]]] = {
    Purpose.PSYCHOLOGICAL_PROFILE: {
        matched_by_closeness: MATCHING,
        asked_about_closeness: ASSESSING,
        told_about_closeness: ASSESSING,
        counted_by_style: COUNTING,
    },
    Purpose.LOCATION: {matched_by_distance: MATCHING, shown_with_a_distance: MATCHING, located: PROFILE},
    Purpose.ORIENTATION: {kept_with_an_orientation: SENSITIVE},
    Purpose.RELIGION: {
        matched_by_religion: SENSITIVE | MATCHING,
        shown_with_a_religion: SENSITIVE,
        kept_with_a_religion: SENSITIVE,
    },
    Purpose.GENDERS_SOUGHT: {
        takes_part: MATCHING,
        counted_by_whom_they_seek: SENSITIVE | {"adapters/postgres/transparency.py"},
        kept_with_whom_they_seek: SENSITIVE,
    },
}
"""What is done under each purpose, and the modules that ask whether it may be."""


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
@pytest.mark.parametrize(("purpose", "use"), [(purpose, use) for purpose, uses in USES.items() for use in uses])
async def test_a_purpose_is_used_while_a_yes_stands_and_never_otherwise(
    store: Store, purpose: Purpose, use: Use, state: State
) -> None:
    content = a_content(religion=Religion.AGNOSTIC)
    user = await join(store, profile={"cell": PARIS, "city": "Paris", "content": content}, agreed=False)
    for other in USES.keys() - {purpose}:
        await bring(store, user, other, State.GIVEN)

    await bring(store, user, purpose, state)

    assert await use(store, user) is state.allows


def test_every_purpose_has_its_uses_here_or_none_anywhere() -> None:
    """In Python a purpose is named as such, in SQL as text in single quotes, which Python has none of here."""
    found: dict[Purpose, set[str]] = {}
    for path in (path for part in PRODUCT for path in (ROOT / part).rglob("*.py") if "migrations" not in path.parts):
        module, source = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        for purpose in set(Purpose) - REQUIRED:
            if module not in DECIDING and re.search(rf"\bPurpose\.{purpose.name}\b|'{purpose}'", source):
                found.setdefault(purpose, set()).add(module)

    assert found == {purpose: set().union(*uses.values()) for purpose, uses in USES.items()}


def test_whatever_is_kept_by_explicit_consent_is_used_by_a_purpose_that_is_tested_here() -> None:
    explicit = [item for item in data_register().items if item.basis is Basis.EXPLICIT_CONSENT]

    assert explicit
    assert {purpose for item in explicit for purpose in item.consents} <= USES.keys()


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
@pytest.mark.parametrize("purpose", sorted(set(Purpose) - REQUIRED))
async def test_a_member_sees_of_every_yes_whether_its_words_were_reworded(
    store: Store, purpose: Purpose, state: State
) -> None:
    user = await store.member()
    await bring(store, user, purpose, state)

    service = consents(store, store.ids)
    record = (await service.state(user.id))[purpose]

    assert (record is not None and record.granted) is (state in (State.GIVEN, State.OUTDATED))
    assert (record is not None and granted({purpose: record}, purpose)) is state.allows
    assert (record is not None and service.is_outdated(record)) is (state is State.OUTDATED)
