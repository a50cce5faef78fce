"""Everybody who can take part in matching, composed from accounts, profiles, photos, assessments and consents."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from adapters.memory.consent import chain_of
from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.assessments.model import Assessment
from saltbitter_domain.assessments.scoring import reliability
from saltbitter_domain.compatibility.model import Attachment, Traits
from saltbitter_domain.compatibility.ports import Card, People
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.consent.policies import granted
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.profiles.model import MIN_AGE, PhotoState, Profile, Visibility, age_on
from saltbitter_domain.users.model import AccountStatus, User


class MemoryPeople(People):
    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._clock = clock

    async def zones(self) -> Sequence[str]:
        return sorted({profile.time_zone for profile in self._all()})

    async def in_zone(self, time_zone: str) -> Sequence[UserId]:
        return sorted(profile.user_id for profile in self._all(lambda profile: profile.time_zone == time_zone))

    async def traits(self, user_ids: Collection[UserId] | None = None) -> Sequence[Traits]:
        today = _Days(self._clock.now())

        def query(tables: Tables) -> list[Traits]:
            asked = tables.profiles.items() if user_ids is None else set(user_ids)
            return [
                _traits(tables, profile, today)
                for user_id in sorted(asked)
                if (profile := tables.profiles.get(user_id)) and not _missing(tables, user_id, today)
            ]

        return self._transaction.read(query)

    async def cards(self, user_ids: Collection[UserId]) -> Mapping[UserId, Card]:
        def query(tables: Tables) -> dict[UserId, Card]:
            return {
                user_id: _card(tables, profile)
                for user_id in user_ids
                if (profile := tables.profiles.get(user_id)) and not _missing_in_account(tables.users.get(user_id))
            }

        return self._transaction.read(query)

    async def missing_for(self, user_id: UserId) -> Sequence[str]:
        today = _Days(self._clock.now())
        return self._transaction.read(lambda tables: _missing(tables, user_id, today))

    def _all(self, asked: Callable[[Profile], bool] = lambda _: True) -> list[Profile]:
        today = _Days(self._clock.now())

        def query(tables: Tables) -> list[Profile]:
            profiles = tables.profiles.items().values()
            return [row for row in profiles if asked(row) and not _missing(tables, row.user_id, today)]

        return self._transaction.read(query)


class _Days(dict[str, date]):
    """The calendar day it is in each time zone at one instant."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now

    def __missing__(self, time_zone: str) -> date:
        self[time_zone] = day = self._now.astimezone(ZoneInfo(time_zone)).date()
        return day


def _missing(tables: Tables, user_id: UserId, today: Mapping[str, date]) -> list[str]:
    user, profile = tables.users.get(user_id), tables.profiles.get(user_id)
    missing = _missing_in_account(user)
    if profile is None:
        return [*missing, "create_profile"]
    return missing + _missing_in_profile(profile, today[profile.time_zone]) + _missing_in_photos(tables, user_id)


def _missing_in_account(user: User | None) -> list[str]:
    missing = []
    if user is None or user.email_verified_at is None:
        missing.append("verify_email")
    if user is not None and user.status is not AccountStatus.ACTIVE:
        missing.append("account_suspended")
    return missing


def _missing_in_profile(profile: Profile, today: date) -> list[str]:
    content = profile.content
    missing = []
    if not (content.name and content.genders and content.preferences.genders):
        missing.append("complete_profile")
    if age_on(profile.date_of_birth, today) < MIN_AGE:
        missing.append("too_young")
    if profile.visibility is Visibility.PAUSED:
        missing.append("paused")
    return missing


def _missing_in_photos(tables: Tables, user_id: UserId) -> list[str]:
    states = {photo.state for photo in tables.photos.where("user", user_id) if photo.position == 0}
    if PhotoState.APPROVED in states:
        return []
    if states & {PhotoState.PROCESSING, PhotoState.APPEALED}:
        return ["photo_in_review"]
    return ["primary_photo"]


def _card(tables: Tables, profile: Profile) -> Card:
    photos = [photo for photo in tables.photos.where("user", profile.user_id) if photo.state is PhotoState.APPROVED]
    return Card(
        attrs.evolve(profile, cell=profile.cell if _allowed(tables, profile.user_id, Purpose.LOCATION) else None),
        tuple(sorted(photos, key=lambda photo: (photo.position, photo.id))),
    )


def _allowed(tables: Tables, user_id: UserId, purpose: Purpose) -> bool:
    return granted({record.purpose: record for record in chain_of(tables, user_id)}, purpose)


def _traits(tables: Tables, profile: Profile, today: Mapping[str, date]) -> Traits:
    content, seeks = profile.content, profile.content.preferences
    consents = {record.purpose: record for record in chain_of(tables, profile.user_id)}
    return Traits(
        user_id=profile.user_id,
        age=age_on(profile.date_of_birth, today[profile.time_zone]),
        genders=content.genders,
        seeks=seeks.genders,
        ages=seeks.ages,
        max_distance_km=seeks.max_distance_km,
        deal_breakers=seeks.deal_breakers,
        cell=profile.cell if granted(consents, Purpose.LOCATION) else None,
        attachment=_attachment(tables, profile.user_id) if granted(consents, Purpose.PSYCHOLOGICAL_PROFILE) else None,
        interests=content.interests,
        values=content.values,
        intention=content.intention,
        has_children=content.has_children,
        wants_children=content.wants_children,
        smoking=content.smoking,
        drinking=content.drinking,
        education=content.education,
        religion=content.religion,
        religion_importance=content.religion_importance,
        languages=frozenset(content.languages),
        visibility=profile.visibility,
    )


def _attachment(tables: Tables, user_id: UserId) -> Attachment | None:
    taken: Assessment | None = max(
        tables.assessments.where("user", user_id), key=lambda row: (row.taken_at, row.id), default=None
    )
    if taken is None:
        return None
    return Attachment(taken.scores.anxiety, taken.scores.avoidance, reliability(taken.quality))
