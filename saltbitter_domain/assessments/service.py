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
from saltbitter_domain.kernel import AssessmentId, Clock, Ids, Language, UserId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying


class AttachmentService:
    """A member's own assessments. Answering, and being told what the answers say, need the consent
    ``psychological_profile``. Deleting does not, nor does the copy of one's data, which has them as long as they are
    kept: they stay the member's own after it is withdrawn."""

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

    def questionnaire(self, version: str | None = None, language: Language = Language.EN) -> Questionnaire:
        """The questionnaire of this version, or the one now offered, in this language; ``QuestionnaireMissing`` when
        there is none."""
        return catalogue.worded(catalogue.questionnaire(version, self._questionnaires), language)

    async def submit_assessment(
        self,
        user_id: UserId,
        questionnaire: str,
        answers: Mapping[str, object],
        seconds: float,
        language: Language | None = None,
    ) -> Insights:
        """Score the answers to the questionnaire of this version, keep them with the result and the ``language`` in
        which its statements were read, None where nobody says, and read it back. Of a set that is not there in that
        language, the one it is in is kept.

        ``ConsentNeeded`` without consent, ``RetakeTooSoon`` within 90 days of the one before, also when that was
        deleted since, ``AnswersInvalid`` with everything that is wrong with the answers.
        """
        asked = self.questionnaire(questionnaire, language or Language.EN)
        read_in = language and asked.language
        return await retrying(lambda: self._submit(user_id, asked, answers, seconds, read_in))

    async def _submit(
        self,
        user_id: UserId,
        asked: Questionnaire,
        answers: Mapping[str, object],
        seconds: float,
        read_in: Language | None,
    ) -> Insights:
        async with self._begin() as uow:
            if not await _agreed(uow, user_id):
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
                language=read_in,
            )
            await uow.assessments.add(assessment, after=last_taken)
            uow.emit(AssessmentSubmitted(user_id, assessment.id))
            await uow.commit()
        return insights(assessment, previous)

    async def latest_insights(self, user_id: UserId) -> Insights:
        """The latest assessment read back, compared with the one before; ``AssessmentMissing`` when there is none,
        ``ConsentNeeded`` when consent was withdrawn since."""
        newest_first = await self._told(user_id, None, 2)
        if not newest_first:
            raise AssessmentMissing("You have not answered the questionnaire yet.")
        current, previous = newest_first[0], newest_first[1] if len(newest_first) > 1 else None
        return insights(current, previous)

    async def history(
        self, user_id: UserId, before: AssessmentId | None = None, limit: int = 20
    ) -> Sequence[HistoryEntry]:
        """The member's assessments, newest first, older than the assessment ``before``, each with what changed since
        the one before it; ``ConsentNeeded`` when there are any and consent was withdrawn since."""
        newest_first = await self._told(user_id, before, limit + 1)
        return [
            HistoryEntry(current, scoring.change(previous, current, catalogue.NORMS) if previous else None)
            for current, previous in zip_longest(newest_first[:limit], newest_first[1:])
        ]

    async def _told(self, user_id: UserId, before: AssessmentId | None, limit: int) -> Sequence[Assessment]:
        async with self._begin() as uow:
            newest_first = await uow.assessments.of(user_id, before, limit)
            if newest_first and not await _agreed(uow, user_id):
                raise ConsentNeeded(
                    "You took back that we use your answers about closeness, or the words you agreed to have changed. "
                    "Agree again to see what they say, or delete them; the copy of your data has them as long as they "
                    "are kept."
                )
        return newest_first

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


async def _agreed(uow: UnitOfWork, user_id: UserId) -> bool:
    return consent.granted(await uow.consents.current(user_id), Purpose.PSYCHOLOGICAL_PROFILE)


def _too_soon(earliest: datetime, now: datetime) -> RetakeTooSoon:
    return RetakeTooSoon(
        f"Answers mean most some time apart: you can take this again from {earliest:%Y-%m-%d %H:%M} UTC.",
        retry_after=math.ceil((earliest - now).total_seconds()),
    )
