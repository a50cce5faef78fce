"""Synthetic members as stored members: accounts, consents, profiles, a photo each, and assessments."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from adapters.population.generator import SyntheticMember
from saltbitter_domain.assessments import scoring
from saltbitter_domain.assessments.model import Assessment, Questionnaire
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.consent.policies import next_record
from saltbitter_domain.kernel import AssessmentId, Clock, ConsentRecordId, Ids, PhotoId, UserId
from saltbitter_domain.profiles.model import Photo, PhotoState, Profile
from saltbitter_domain.profiles.policies import SENSITIVE
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork
from saltbitter_domain.users.model import User

BATCH = 500
DOMAIN = "members.saltbitter.example"
UNUSABLE_PASSWORD = "none"  # noqa: S105  no hash has this form, so nobody can sign in with any password
SECONDS_TO_ANSWER = 140.0
JOINED_BEFORE = timedelta(days=30)


@attrs.frozen
class Seeding:
    """Stores members. ``blurhash`` gives the placeholder of the portrait drawn for a member's number, ``portrait_size``
    its width and height in pixels; ``on_photo`` is told which photo it became, to draw it when somebody looks."""

    begin: UnitsOfWork
    clock: Clock
    ids: Ids
    questionnaire: Questionnaire
    blurhash: Callable[[int], str]
    portrait_size: tuple[int, int]
    on_photo: Callable[[PhotoId, int], None]

    async def store(self, members: Iterable[SyntheticMember]) -> list[UserId]:
        """Store them, ``BATCH`` a transaction, without events; their new ids in order."""
        stored: list[UserId] = []
        batch: list[SyntheticMember] = []
        for member in members:
            batch.append(member)
            if len(batch) == BATCH:
                stored += await self._store(batch)
                batch = []
        return stored + await self._store(batch)

    async def _store(self, batch: Sequence[SyntheticMember]) -> list[UserId]:
        joined = self.clock.now() - JOINED_BEFORE
        ids = []
        async with self.begin() as uow:
            for member in batch:
                user_id = UserId(self.ids.new())
                await self._store_one(uow, user_id, member, joined)
                ids.append(user_id)
            await uow.commit()
        return ids

    async def _store_one(self, uow: UnitOfWork, user_id: UserId, member: SyntheticMember, joined: datetime) -> None:
        await uow.users.add(
            User(
                id=user_id,
                email=f"member-{user_id.hex}@{DOMAIN}",
                password_hash=UNUSABLE_PASSWORD,
                date_of_birth=member.date_of_birth,
                time_zone=member.time_zone,
                created_at=joined,
                email_verified_at=joined,
            )
        )
        for record in self._consents(user_id, member, joined):
            await uow.consents.append(record)
        await uow.profiles.add(
            Profile(
                user_id=user_id,
                date_of_birth=member.date_of_birth,
                content=member.content,
                time_zone=member.time_zone,
                created_at=joined,
                updated_at=joined,
                cell=member.cell,
                smallest_cell=member.cell,
                city=member.city,
                located_at=joined,
            )
        )
        photo_id = PhotoId(self.ids.new())
        self.on_photo(photo_id, member.number)
        await uow.photos.add(
            Photo(
                id=photo_id,
                user_id=user_id,
                position=0,
                state=PhotoState.APPROVED,
                uploaded_at=joined,
                blurhash=self.blurhash(member.number),
                width=self.portrait_size[0],
                height=self.portrait_size[1],
                faces=1,
            )
        )
        if member.answers is not None:
            await uow.assessments.add(self._assessment(user_id, member, joined))

    def _consents(self, user_id: UserId, member: SyntheticMember, joined: datetime) -> Iterable[ConsentRecord]:
        purposes = [Purpose.TERMS, Purpose.PRIVACY_POLICY, Purpose.LOCATION]
        purposes += [part.purpose for part in SENSITIVE if part.said(member.content)]
        if member.answers is not None:
            purposes.append(Purpose.PSYCHOLOGICAL_PROFILE)
        previous: ConsentRecord | None = None
        for purpose in purposes:
            previous = next_record(
                previous,
                id=ConsentRecordId(self.ids.new()),
                user_id=user_id,
                purpose=purpose,
                granted=True,
                text_version=TEXTS[purpose].version,
                channel="population",
                at=joined,
            )
            yield previous

    def _assessment(self, user_id: UserId, member: SyntheticMember, joined: datetime) -> Assessment:
        answers = dict(member.answers or {})
        scores = scoring.score(self.questionnaire, answers)
        return Assessment(
            id=AssessmentId(self.ids.new()),
            user_id=user_id,
            questionnaire=self.questionnaire.version,
            answers=answers,
            seconds=SECONDS_TO_ANSWER,
            scores=scores,
            classification=scoring.classify(scores),
            quality=scoring.quality(answers, SECONDS_TO_ANSWER),
            taken_at=joined,
        )
