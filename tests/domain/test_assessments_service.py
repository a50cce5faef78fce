"""Taking the questionnaire, taking it again, looking back, and deleting."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.memory.outbox import MemoryOutbox
from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.assessments.catalogue import SALTBITTER_18_V1
from saltbitter_domain.assessments.model import (
    AnswersInvalid,
    Assessment,
    AssessmentMissing,
    AssessmentsDeleted,
    AssessmentSubmitted,
    AttachmentScores,
    Classification,
    ConsentNeeded,
    Dimension,
    QualityFlag,
    Questionnaire,
    QuestionnaireMissing,
    RetakeTooSoon,
    Statement,
    Style,
)
from saltbitter_domain.assessments.service import AttachmentService
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.consent.service import ConsentService
from saltbitter_domain.events import Event
from saltbitter_domain.kernel import Language, UserId
from tests.doubles.simultaneous import Simultaneous

START = datetime(2026, 11, 10, 8, 15, tzinfo=UTC)
MEMBER, OTHER = UserId(UUID(int=1)), UserId(UUID(int=2))
VERSION = SALTBITTER_18_V1.version
LICENSED = Questionnaire(
    "licensed-1",
    "A licensed set",
    "Its publisher",
    (Statement("a", "One", Dimension.ANXIETY), Statement("b", "Two", Dimension.AVOIDANCE)),
)


def answers(anxiety: int = 2, avoidance: int = 2) -> dict[str, int]:
    wanted = {Dimension.ANXIETY: anxiety, Dimension.AVOIDANCE: avoidance}
    return {s.id: 8 - wanted[s.dimension] if s.reversed else wanted[s.dimension] for s in SALTBITTER_18_V1.statements}


class House:
    def __init__(self) -> None:
        self.store, self.clock = MemoryStore(), ManualClock(START)
        self.ids = UuidV7Ids(self.clock)
        begin = Simultaneous(MemoryUnitsOfWork(self.store, self.clock, self.ids))
        self.consent = ConsentService(begin=begin, clock=self.clock, ids=self.ids)
        self.service = AttachmentService(
            begin=begin, clock=self.clock, ids=self.ids, questionnaires=(SALTBITTER_18_V1, LICENSED)
        )

    async def agree(self, user_id: UserId = MEMBER, yes: bool = True) -> None:
        await self.consent.decide(
            user_id, Purpose.PSYCHOLOGICAL_PROFILE, yes, TEXTS[Purpose.PSYCHOLOGICAL_PROFILE].version, "web"
        )

    async def submit(self, anxiety: int = 2, avoidance: int = 2, user_id: UserId = MEMBER) -> Assessment:
        return (await self.service.submit_assessment(user_id, VERSION, answers(anxiety, avoidance), 120)).assessment

    async def history(self, user_id: UserId = MEMBER, **page: Any) -> Sequence[Assessment]:
        return [entry.assessment for entry in await self.service.history(user_id, **page)]

    async def events(self) -> Sequence[Event]:
        emitted = [message.event for message in await MemoryOutbox(self.store).due(self.clock.now(), 100)]
        return [event for event in emitted if isinstance(event, AssessmentSubmitted | AssessmentsDeleted)]


@pytest.fixture
def house() -> House:
    return House()


def test_members_are_offered_the_first_questionnaire_and_can_fetch_others_by_version(house: House) -> None:
    assert house.service.questionnaire() is SALTBITTER_18_V1
    assert house.service.questionnaire("licensed-1") is LICENSED
    with pytest.raises(QuestionnaireMissing):
        house.service.questionnaire("licensed-2")


async def test_answers_are_scored_kept_and_announced(house: House) -> None:
    await house.agree()
    taken = await house.submit(anxiety=6, avoidance=2)
    assert taken.scores == AttachmentScores(6.0, 2.0)
    assert taken.classification == Classification(Style.ANXIOUS)
    assert (taken.user_id, taken.questionnaire, taken.taken_at) == (MEMBER, VERSION, START)
    assert (taken.answers, taken.seconds, taken.quality) == (answers(6, 2), 120.0, frozenset())
    assert await house.history() == [taken]
    assert await house.events() == [AssessmentSubmitted(MEMBER, taken.id)]


async def test_another_version_is_scored_by_its_own_statements(house: House) -> None:
    await house.agree()
    taken = (await house.service.submit_assessment(MEMBER, "licensed-1", {"a": 1, "b": 7}, 60.5)).assessment
    assert taken.questionnaire == "licensed-1"
    assert (taken.classification.style, taken.seconds) == (Style.AVOIDANT, 60.5)


async def test_doubtful_answers_are_kept_and_marked(house: House) -> None:
    await house.agree()
    taken = (await house.service.submit_assessment(MEMBER, VERSION, dict.fromkeys(answers(), 4), 5)).assessment
    assert taken.quality == {QualityFlag.HASTY, QualityFlag.STRAIGHT_LINED}
    assert len((await house.service.latest_insights(MEMBER)).quality_notes) == 2


@pytest.mark.parametrize(
    ("version", "read_in", "kept"),
    [
        (VERSION, Language.DE, Language.DE),
        (VERSION, Language.EN, Language.EN),
        (VERSION, None, None),
        ("licensed-1", Language.DE, Language.EN),
    ],
)
async def test_a_result_says_in_which_language_its_statements_were_read(
    house: House, version: str, read_in: Language | None, kept: Language | None
) -> None:
    """An operator's own set is there in one language only, whichever its reader would rather have."""
    await house.agree()
    given = answers() if version == VERSION else {"a": 1, "b": 7}

    taken = (await house.service.submit_assessment(MEMBER, version, given, 120, read_in)).assessment

    assert taken.language is kept
    assert [each.language for each in await house.history()] == [kept]


async def test_without_consent_nothing_is_stored(house: House) -> None:
    await house.consent.decide(MEMBER, Purpose.ANALYTICS, True, "2026-11-01", "web")
    with pytest.raises(ConsentNeeded):
        await house.submit()
    await house.agree(OTHER)
    with pytest.raises(ConsentNeeded):
        await house.submit()
    assert await house.history() == []
    assert await house.events() == []


async def test_after_withdrawal_results_are_kept_and_can_be_deleted_but_nothing_is_told_of_them_or_added(
    house: House,
) -> None:
    await house.agree()
    taken = await house.submit()
    await house.agree(yes=False)
    house.clock.advance(timedelta(days=100))
    for use in (house.submit, house.history, lambda: house.service.latest_insights(MEMBER)):
        with pytest.raises(ConsentNeeded):
            await use()
    await house.agree()
    assert await house.history() == [taken]
    await house.agree(yes=False)
    assert await house.service.delete_all(MEMBER) == 1
    assert await house.history() == []


async def test_answers_with_faults_are_refused_whole(house: House) -> None:
    await house.agree()
    with pytest.raises(AnswersInvalid) as refused:
        await house.service.submit_assessment(MEMBER, VERSION, {**answers(), "q01": 9, "q19": 1}, 120)
    assert [problem.path for problem in refused.value.fields] == ["answers.q01", "answers.q19"]
    with pytest.raises(QuestionnaireMissing):
        await house.service.submit_assessment(MEMBER, "ecr", answers(), 120)
    assert await house.history() == []


async def test_the_questionnaire_can_be_taken_again_after_ninety_days_and_not_before(house: House) -> None:
    await house.agree()
    first = await house.submit()
    house.clock.at(START + timedelta(days=90) - timedelta(seconds=90, microseconds=-1))
    with pytest.raises(RetakeTooSoon) as refused:
        await house.submit()
    assert "2027-02-08 08:15 UTC" in refused.value.detail
    assert refused.value.retry_after == 90
    house.clock.at(START + timedelta(days=90))
    second = await house.submit(anxiety=6)
    assert await house.history() == [second, first]


async def test_one_members_assessment_does_not_hold_up_another(house: House) -> None:
    await house.agree()
    await house.agree(OTHER)
    mine, theirs = await house.submit(), await house.submit(user_id=OTHER)
    assert await house.history() == [mine]
    assert await house.history(OTHER) == [theirs]


async def test_submitting_twice_at_once_makes_one_assessment(house: House) -> None:
    await house.agree()
    outcomes = await asyncio.gather(*(house.submit() for _ in range(5)), return_exceptions=True)
    stored = [outcome for outcome in outcomes if isinstance(outcome, Assessment)]
    assert await house.history() == stored
    assert len(stored) == 1
    assert [type(outcome) for outcome in outcomes].count(RetakeTooSoon) == 4


async def test_deleting_twice_at_once_deletes_and_tells_of_it_once(house: House) -> None:
    await house.agree()
    await house.submit()
    assert sorted(await asyncio.gather(*(house.service.delete_all(MEMBER) for _ in range(2)))) == [0, 1]
    assert (await house.events()).count(AssessmentsDeleted(MEMBER)) == 1


async def test_history_comes_in_pages_newest_first(house: House) -> None:
    await house.agree()
    taken: list[Assessment] = []
    for _ in range(3):
        taken.insert(0, await house.submit())
        house.clock.advance(timedelta(days=90))
    assert await house.history(limit=2) == taken[:2]
    assert await house.history(before=taken[1].id) == taken[2:]


async def test_history_tells_what_changed_from_each_to_the_next_also_across_pages(house: House) -> None:
    await house.agree()
    for anxiety in (6, 3, 4):
        await house.submit(anxiety=anxiety)
        house.clock.advance(timedelta(days=90))
    entries = await house.service.history(MEMBER)
    assert [entry.change and entry.change.anxiety for entry in entries] == [1.0, -3.0, None]
    second = entries[1].change
    assert second is not None
    assert (second.since, second.previous_style, second.clear) == (START, Style.ANXIOUS, frozenset({Dimension.ANXIETY}))
    assert await house.service.history(MEMBER, limit=1) == entries[:1]
    assert await house.service.history(MEMBER, before=entries[0].assessment.id, limit=1) == entries[1:2]


async def test_insights_compare_the_latest_two(house: House) -> None:
    await house.agree()
    first = await house.submit(anxiety=6)
    alone = await house.service.latest_insights(MEMBER)
    assert (alone.assessment, alone.change) == (first, None)
    for anxiety in (5, 2):
        house.clock.advance(timedelta(days=90))
        await house.submit(anxiety=anxiety)
    compared = await house.service.latest_insights(MEMBER)
    assert compared.assessment.scores.anxiety == 2.0
    assert compared.change is not None
    assert compared.change.anxiety == -3.0
    assert compared.change.since == START + timedelta(days=90)


async def test_whoever_never_answered_has_no_result(house: House) -> None:
    with pytest.raises(AssessmentMissing):
        await house.service.latest_insights(MEMBER)
    assert await house.history() == []


async def test_deleting_forgets_every_answer_and_result_of_the_member_and_nothing_of_others(house: House) -> None:
    await house.agree()
    await house.agree(OTHER)
    _, theirs = await house.submit(), await house.submit(user_id=OTHER)
    assert await house.service.delete_all(MEMBER) == 1
    assert await house.history() == []
    with pytest.raises(AssessmentMissing):
        await house.service.latest_insights(MEMBER)
    assert (await house.events())[-1] == AssessmentsDeleted(MEMBER)
    assert await house.history(OTHER) == [theirs]


async def test_deleting_is_no_way_round_the_ninety_days(house: House) -> None:
    await house.agree()
    await house.submit()
    await house.service.delete_all(MEMBER)
    house.clock.at(START + timedelta(days=90) - timedelta(microseconds=1))
    with pytest.raises(RetakeTooSoon):
        await house.submit(anxiety=6)
    assert await house.service.delete_all(MEMBER) == 0
    house.clock.at(START + timedelta(days=90))
    again = await house.submit(anxiety=6)
    assert await house.history() == [again]
    assert (await house.service.latest_insights(MEMBER)).change is None


async def test_deleting_nothing_says_so_and_announces_nothing(house: House) -> None:
    assert await house.service.delete_all(MEMBER) == 0
    assert await house.events() == []
