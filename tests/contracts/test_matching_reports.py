"""What every store of exposure by group promises, and what is counted into it."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from adapters.memory.transparency import MemoryMatchingRuns
from saltbitter_domain.assessments.model import AttachmentScores, Classification, Style
from saltbitter_domain.compatibility.model import Exposure
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.profiles.model import AgeRange, Gender, Preferences
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.transparency.model import Dimension, Exposed, ExposureCell
from saltbitter_domain.transparency.ports import MatchingReports
from saltbitter_domain.transparency.service import TransparencyService
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store
from tests.doubles.builders import a_consent, a_content, a_profile, an_assessment

PORT = MatchingReports
DAY = date(2026, 3, 2)
STYLE, AGE = Dimension.STYLE, Dimension.AGE


def together(exposed: Sequence[Exposed]) -> set[Exposed]:
    """The same with those who are alike added up, however the store cut them."""
    sums: dict[tuple[object, ...], list[float]] = {}
    for alike in exposed:
        key = (alike.style, alike.seeks, alike.age, alike.tier)
        total = sums.setdefault(key, [0, 0, 0.0])
        for place, more in enumerate((alike.people, alike.shown, alike.fair)):
            total[place] += more
    return {Exposed(*key, *total) for key, total in sums.items()}  # type: ignore[arg-type]


async def shown(store: Store, user: User, times: int, fair: float, day: date = DAY) -> None:
    async with store.unit() as uow:
        await uow.exposures.add([Exposure(user.id, day, times, fair)])


async def member(store: Store, *decisions: bool, style: Style | None = Style.ANXIOUS, tier: Tier = Tier.FREE) -> User:
    """Somebody of 35 who seeks women and men, with what they decided about the consent for their answers, in order."""
    user = await store.member()
    last = a_consent(user, purpose=Purpose.GENDERS_SOUGHT)
    async with store.unit() as uow:
        await uow.profiles.add(a_profile(user))
        await uow.consents.append(last)
        if style:
            scores = AttachmentScores(5.0, 2.0)
            await uow.assessments.add(an_assessment(user, scores=scores, classification=Classification(style)))
        for granted in decisions:
            last = a_consent(user, last, Purpose.PSYCHOLOGICAL_PROFILE, granted)
            await uow.consents.append(last)
        if tier is not Tier.FREE:
            await uow.subscriptions.set_tier(user.id, tier)
    return user


BOTH = frozenset({Gender.MAN, Gender.WOMAN})


async def test_those_who_are_alike_are_counted_together(store: Store) -> None:
    for times in (3, 4):
        await shown(store, await member(store, True), times, 2.5)
    await shown(store, await member(store, True, tier=Tier.ELITE), 1, 0.5)
    await shown(store, await member(store, True), 9, 9.0, DAY + timedelta(days=1))

    assert together(await store.reports.exposed(DAY)) == {
        Exposed(Style.ANXIOUS, BOTH, 35, Tier.FREE, 2, 7, 5.0),
        Exposed(Style.ANXIOUS, BOTH, 35, Tier.ELITE, 1, 1, 0.5),
    }
    assert await store.reports.exposed(DAY - timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("decisions", "style"), [((), None), ((True,), Style.SECURE), ((True, False), None), ((False, True), Style.SECURE)]
)
async def test_the_style_is_known_of_those_whose_consent_stands(
    store: Store, decisions: tuple[bool, ...], style: Style | None
) -> None:
    await shown(store, await member(store, *decisions, style=Style.SECURE), 1, 1.0)

    (exposed,) = await store.reports.exposed(DAY)
    assert exposed.style is style


async def test_the_newest_assessment_counts_and_the_age_on_that_day(store: Store) -> None:
    user = await member(store, True, style=Style.SECURE)
    async with store.unit() as uow:
        taken = an_assessment(user, classification=Classification(Style.FEARFUL))
        await uow.assessments.add(taken, after=taken.taken_at)
    birthday = date(2026, 2, 28)
    await shown(store, user, 1, 1.0, birthday - timedelta(days=1))
    await shown(store, user, 1, 1.0, birthday)

    (before,) = await store.reports.exposed(birthday - timedelta(days=1))
    (after,) = await store.reports.exposed(birthday)
    assert (before.age, after.age, after.style) == (34, 35, Style.FEARFUL)


async def test_whoever_has_no_profile_any_more_is_counted_as_unknown(store: Store) -> None:
    await shown(store, await store.member(), 2, 1.5)

    assert await store.reports.exposed(DAY) == [Exposed(None, frozenset(), None, Tier.FREE, 1, 2, 1.5)]


async def test_many_are_counted_batch_by_batch(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.postgres.transparency.BATCH", 2)
    for _ in range(5):
        await shown(store, await member(store, True), 1, 0.5)

    assert together(await store.reports.exposed(DAY)) == {Exposed(Style.ANXIOUS, BOTH, 35, Tier.FREE, 5, 5, 2.5)}


async def test_what_is_kept_of_a_day_takes_the_place_of_what_was(store: Store) -> None:
    later = DAY + timedelta(days=1)
    first = [ExposureCell(DAY, STYLE, "secure", 5, 6, 7.125), ExposureCell(DAY, AGE, "65+", 5, 6, 7.125)]
    other = [ExposureCell(later, STYLE, "unknown", 1, 10**10, 0.0)]
    await store.reports.keep(DAY, first)
    await store.reports.keep(later, other)

    assert await store.reports.kept(DAY, later) == [*sorted(first, key=lambda cell: cell.dimension), *other]

    again = [ExposureCell(DAY, STYLE, "fearful", 1, 2, 3.0), ExposureCell(DAY, STYLE, "Größe 'é'", 1, 2, 3.0)]
    await store.reports.keep(DAY, again)
    assert await store.reports.kept(DAY, DAY) == sorted(again, key=lambda cell: cell.group)
    assert await store.reports.kept(later, later) == other
    assert await store.reports.kept(DAY - timedelta(days=9), DAY - timedelta(days=1)) == []


async def test_a_day_is_counted_once_when_it_is_over_everywhere_and_before_it_is_forgotten(store: Store) -> None:
    service = TransparencyService(clock=store.clock, reports=store.reports, runs=MemoryMatchingRuns())
    user = await member(store, True)
    await shown(store, user, 3, 2.0)

    counted = []
    for _ in range(6):
        counted.append(await service.count_exposures())
        store.clock.advance(timedelta(days=1))

    assert counted == [0, 0, 1, 0, 0, 0]
    kept = await store.reports.kept(DAY, DAY)
    assert [(cell.dimension, cell.group) for cell in kept] == [
        ("age", "35-44"),
        ("gender_sought", "several"),
        ("style", "anxious"),
        ("tier", "free"),
    ]
    assert {(cell.people, cell.shown, cell.fair) for cell in kept} == {(1, 3, 2.0)}


async def test_a_day_that_was_missed_is_counted_the_next(store: Store) -> None:
    service = TransparencyService(clock=store.clock, reports=store.reports, runs=MemoryMatchingRuns())
    await shown(store, await member(store), 1, 1.0)
    store.clock.advance(timedelta(days=3))

    assert await service.count_exposures() == 1


async def test_somebody_who_seeks_one_gender_is_told_from_those_who_seek_several(store: Store) -> None:
    user = await store.member()
    content = a_content(preferences=Preferences(frozenset({Gender.NON_BINARY}), AgeRange(18, 99)))
    async with store.unit() as uow:
        await uow.profiles.add(a_profile(user, content=content))
        await uow.consents.append(a_consent(user, purpose=Purpose.GENDERS_SOUGHT))
    await shown(store, user, 1, 1.0)

    (exposed,) = await store.reports.exposed(DAY)
    assert exposed.seeks == frozenset({Gender.NON_BINARY})
