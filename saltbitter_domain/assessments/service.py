"""Taking the attachment questionnaire, seeing what came of it, and deleting it."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest

from saltbitter_domain.assessments import catalogue, scoring
from saltbitter_domain.assessments.growth import insights
from saltbitter_domain.assessments.model import (
    Assessment,
    AssessmentMissing,
    AssessmentsDeleted,
    AssessmentSubmitted,
    ConsentNeeded,
    HistoryEntry,
    Insights,
    Questionnaire,
    RetakeTooSoon,
    retake_at,
)
from saltbitter_domain.consent import policies as consent
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.kernel import AssessmentId, Clock, Ids, UserId
from saltbitter_domain.uow import UnitsOfWork, retrying


class AttachmentService:
    """A member's own assessments. Answering needs the consent ``psychological_profile``; looking back and deleting
    do not, because the results stay the member's own after it is withdrawn."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        ids: Ids,
        questionnaires: Sequence[Questionnaire] = catalogue.BUNDLED,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._questionnaires = questionnaires

    def questionnaire(self, version: str | None = None) -> Questionnaire:
        """The questionnaire of this version, or the one now offered; ``QuestionnaireMissing`` when there is none."""
        return catalogue.questionnaire(version, self._questionnaires)

    async def submit_assessment(
        self, user_id: UserId, questionnaire: str, answers: Mapping[str, object], seconds: float
    ) -> Insights:
        """Score the answers to the questionnaire of this version, keep them with the result, and read it back.

        ``ConsentNeeded`` without consent, ``RetakeTooSoon`` within 90 days of the one before, also when that was
        deleted since, ``AnswersInvalid`` with everything that is wrong with the answers.
        """
        asked = self.questionnaire(questionnaire)
        return await retrying(lambda: self._submit(user_id, asked, answers, seconds))

    async def _submit(
        self, user_id: UserId, asked: Questionnaire, answers: Mapping[str, object], seconds: float
    ) -> Insights:
        async with self._begin() as uow:
            if not consent.granted(await uow.consents.current(user_id), Purpose.PSYCHOLOGICAL_PROFILE):
                raise ConsentNeeded(
                    "Agree first that we keep your answers about closeness; nothing is stored without that."
                )
            now = self._clock.now()
            last_taken, previous = await uow.assessments.taken(user_id)
            if last_taken is not None and now < retake_at(last_taken):
                raise _too_soon(retake_at(last_taken), now)
            checked = scoring.checked_answers(asked, answers, seconds)
            scores = scoring.score(asked, checked)
            assessment = Assessment(
                id=AssessmentId(self._ids.new()),
                user_id=user_id,
                questionnaire=asked.version,
                answers=checked,
                seconds=float(seconds),
                scores=scores,
                classification=scoring.classify(scores),
                quality=scoring.quality(checked, seconds),
                taken_at=now,
            )
            await uow.assessments.add(assessment, after=last_taken)
            uow.emit(AssessmentSubmitted(user_id, assessment.id))
            await uow.commit()
        return insights(assessment, previous)

    async def latest(self, user_id: UserId) -> Assessment:
        """The member's latest assessment; ``AssessmentMissing`` when there is none."""
        async with self._begin() as uow:
            assessment = await uow.assessments.latest(user_id)
        if assessment is None:
            raise _missing()
        return assessment

    async def latest_insights(self, user_id: UserId) -> Insights:
        """The latest assessment read back, compared with the one before; ``AssessmentMissing`` when there is none."""
        async with self._begin() as uow:
            newest_first = await uow.assessments.of(user_id, limit=2)
        if not newest_first:
            raise _missing()
        current, previous = newest_first[0], newest_first[1] if len(newest_first) > 1 else None
        return insights(current, previous)

    async def history(
        self, user_id: UserId, before: AssessmentId | None = None, limit: int = 20
    ) -> Sequence[HistoryEntry]:
        """The member's assessments, newest first, older than the assessment ``before``, each with what changed since
        the one before it."""
        async with self._begin() as uow:
            newest_first = await uow.assessments.of(user_id, before, limit + 1)
        return [
            HistoryEntry(current, scoring.change(previous, current, catalogue.NORMS) if previous else None)
            for current, previous in zip_longest(newest_first[:limit], newest_first[1:])
        ]

    async def delete_all(self, user_id: UserId) -> int:
        """Delete every answer and result; how many assessments there were.

        Only the instant of the last is kept, so that the 90 days hold all the same: else whoever deletes and answers
        again could try out every result in a day."""
        return await retrying(lambda: self._delete_all(user_id))

    async def _delete_all(self, user_id: UserId) -> int:
        async with self._begin() as uow:
            deleted = await uow.assessments.remove_all(user_id)
            if deleted:
                uow.emit(AssessmentsDeleted(user_id))
                await uow.commit()
        return deleted


def _missing() -> AssessmentMissing:
    return AssessmentMissing("You have not answered the questionnaire yet.")


def _too_soon(earliest: datetime, now: datetime) -> RetakeTooSoon:
    return RetakeTooSoon(
        f"Answers mean most some time apart: you can take this again from {earliest:%Y-%m-%d %H:%M} UTC.",
        retry_after=math.ceil((earliest - now).total_seconds()),
    )
