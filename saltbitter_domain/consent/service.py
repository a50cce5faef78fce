"""Deciding on a purpose, taking it back, and seeing what was decided."""

from collections.abc import Mapping, Sequence

from saltbitter_domain.consent.catalogue import TEXTS, worded
from saltbitter_domain.consent.model import (
    REQUIRED,
    ConsentGiven,
    ConsentOutdated,
    ConsentRecord,
    ConsentRequired,
    ConsentText,
    ConsentWithdrawn,
    Purpose,
)
from saltbitter_domain.consent.policies import is_outdated, last_of, next_record, verify_chain
from saltbitter_domain.kernel import Clock, ConsentRecordId, FieldProblem, Ids, Language, UserId
from saltbitter_domain.uow import UnitsOfWork, retrying

ATTEMPTS = len(Purpose)
"""A form that saves all purposes at once makes them race for the next link. A decision depends on none of the others,
so whoever loses tries again, and loses at most once to each."""


class ConsentService:
    """What a member agreed to. Nothing is ever agreed to by default."""

    def __init__(
        self, *, begin: UnitsOfWork, clock: Clock, ids: Ids, texts: Mapping[Purpose, ConsentText] = TEXTS
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._texts = texts

    def texts(self, language: Language = Language.EN) -> Sequence[ConsentText]:
        """The texts in force, one for each purpose, in this language."""
        return tuple(worded(text, language) for text in self._texts.values())

    async def state(self, user_id: UserId) -> Mapping[Purpose, ConsentRecord | None]:
        """The latest decision on every purpose; None where the member never decided."""
        async with self._begin() as uow:
            current = await uow.consents.current(user_id)
        return {purpose: current.get(purpose) for purpose in Purpose}

    def is_outdated(self, record: ConsentRecord) -> bool:
        """Whether it is a yes to words that were reworded since, which allows nothing until it is given anew."""
        return is_outdated(record, self._texts)

    async def decide(
        self,
        user_id: UserId,
        purpose: Purpose,
        granted: bool,
        text_version: str,
        channel: str,
        language: Language | None = None,
    ) -> ConsentRecord:
        """Record a yes or a no, and give back the record that now holds. ``language`` is the one in which the text was
        read, None where nobody says.

        A yes must name the text in force (``ConsentOutdated``). A no needs no reading: whatever ``text_version`` says,
        it is recorded under the words it takes back, or those in force when nothing was agreed to. Deciding the same
        again, in whatever language, adds nothing. ``ConsentRequired`` for a no to what an account cannot be without.
        """
        text = self._texts[purpose]
        if granted and text_version != text.version:
            raise ConsentOutdated(
                f"This text has been reworded and is now version {text.version}; read it and decide again.",
                fields=(FieldProblem("text_version", "outdated", f"The version in force is {text.version}."),),
            )
        if not granted and text.purpose in REQUIRED:
            raise ConsentRequired(
                f"“{text.title}” comes with having an account; to end it, close the account.",
                fields=(FieldProblem("granted", "required", "This cannot be taken back while the account is kept."),),
            )
        return await retrying(lambda: self._record(user_id, text, granted, channel, language), ATTEMPTS)

    async def history(
        self, user_id: UserId, after: ConsentRecordId | None = None, limit: int | None = None
    ) -> Sequence[ConsentRecord]:
        """The decisions the member ever took, oldest first: at most ``limit`` of those after ``after``, or all."""
        async with self._begin() as uow:
            return await uow.consents.chain(user_id, after, limit)

    async def verify(self, user_id: UserId) -> bool:
        """Whether the member's records are as they were written."""
        return verify_chain(await self.history(user_id))

    async def _record(
        self, user_id: UserId, text: ConsentText, granted: bool, channel: str, language: Language | None
    ) -> ConsentRecord:
        async with self._begin() as uow:
            current = await uow.consents.current(user_id)
            held = current.get(text.purpose)
            was_granted = held is not None and held.granted
            version = text.version
            if held is not None and was_granted and not granted:
                version, language = held.text_version, held.language
            if held is not None and held.granted == granted and (not granted or held.text_version == version):
                return held
            record = next_record(
                last_of(current),
                id=ConsentRecordId(self._ids.new()),
                user_id=user_id,
                purpose=text.purpose,
                granted=granted,
                text_version=version,
                language=language,
                channel=channel,
                at=self._clock.now(),
            )
            await uow.consents.append(record)
            if granted:
                uow.emit(ConsentGiven(user_id, text.purpose, version))
            elif was_granted:
                uow.emit(ConsentWithdrawn(user_id, text.purpose))
            await uow.commit()
            return record
