"""A member's own profile, and the catalogue it is written from."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Annotated, ClassVar

import attrs
from msgspec import Meta

from entrypoints.http.openapi import Limits
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.kernel import Clock, UserId, local_date
from saltbitter_domain.profiles import catalogue
from saltbitter_domain.profiles.model import (
    MAX_AGE,
    MAX_ANSWER,
    MAX_BIO,
    MAX_DISTANCE_KM,
    MAX_INTERESTS,
    MAX_LANGUAGES,
    MAX_NAME,
    MAX_PROMPTS,
    MAX_PRONOUNS,
    MAX_VALUE_RATING,
    MIN_AGE,
    MIN_DISTANCE_KM,
    AgeRange,
    BasicValue,
    LocationChangedTooSoon,
    LocationConsentNeeded,
    Preferences,
    Profile,
    ProfileContent,
    ProfileExists,
    ProfileInvalid,
    ProfileMissing,
    PromptAnswer,
    Visibility,
    age_on,
)
from saltbitter_domain.profiles.policies import SENSITIVE, Completeness
from saltbitter_domain.profiles.service import ProfileService
from saltbitter_domain.users.model import UserMissing


@attrs.frozen
class ProfileView:
    """A member's own profile. ``located`` tells whether a place is kept, ``city`` its name."""

    user_id: UserId
    age: int
    content: ProfileContent
    time_zone: str
    located: bool
    city: str | None = attrs.field(repr=False)
    visibility: Visibility
    created_at: datetime
    updated_at: datetime
    version: int


@attrs.frozen
class VisibilityChoice:
    visibility: Visibility


@attrs.frozen
class Location:
    """Degrees (WGS 84). They are rounded to the centre of a cell of about two kilometres and then forgotten."""

    latitude: Annotated[float, Meta(ge=-90, le=90, examples=[38.7223])] = attrs.field(repr=False)
    longitude: Annotated[float, Meta(ge=-180, le=180, examples=[-9.1393])] = attrs.field(repr=False)


@attrs.frozen
class TimeZone:
    """A name of the IANA database."""

    time_zone: Annotated[str, Meta(max_length=64, examples=["Europe/Lisbon"])]


SENSITIVE_REFUSED = tuple(part.refusal for part in SENSITIVE)

LIMITS: Limits = {
    ProfileContent: {
        "name": {"minLength": 1, "maxLength": MAX_NAME},
        "pronouns": {"minLength": 1, "maxLength": MAX_PRONOUNS},
        "genders": {"minItems": 1},
        "bio": {"maxLength": MAX_BIO},
        "prompts": {"maxItems": MAX_PROMPTS},
        "interests": {"maxItems": MAX_INTERESTS, "items": {"enum": list(catalogue.INTERESTS)}},
        "languages": {"maxItems": MAX_LANGUAGES, "uniqueItems": True, "items": {"enum": list(catalogue.LANGUAGES)}},
        "values": {"additionalProperties": {"type": "integer", "minimum": 0, "maximum": MAX_VALUE_RATING}},
    },
    Preferences: {
        "max_distance_km": {"minimum": MIN_DISTANCE_KM, "maximum": MAX_DISTANCE_KM},
    },
    AgeRange: {
        "min": {"minimum": MIN_AGE, "maximum": MAX_AGE},
        "max": {"minimum": MIN_AGE, "maximum": MAX_AGE},
    },
    PromptAnswer: {
        "prompt": {"enum": list(catalogue.PROMPTS)},
        "answer": {"minLength": 1, "maxLength": MAX_ANSWER},
    },
}


@attrs.frozen
class Profiles:
    profiles: ProfileService
    clock: Clock
    limits: ClassVar[Limits] = LIMITS

    @route(
        "POST",
        "/api/me/profile",
        audience=Audience.MEMBER,
        status=201,
        idempotent=True,
        etag=True,
        errors=(ProfileInvalid, ProfileExists, *SENSITIVE_REFUSED, UserMissing),
    )
    async def create_profile(self, call: Call, body: ProfileContent) -> ProfileView:
        """Write the profile for the first time."""
        return self._view(await self.profiles.create_profile(call.user_id, body))

    @route("GET", "/api/me/profile", audience=Audience.MEMBER, etag=True, errors=(ProfileMissing,))
    async def profile(self, call: Call) -> ProfileView:
        """The member's own profile."""
        return self._view(await self.profiles.get(call.user_id))

    @route(
        "PUT",
        "/api/me/profile",
        audience=Audience.MEMBER,
        etag=True,
        if_match=True,
        errors=(ProfileInvalid, ProfileMissing, *SENSITIVE_REFUSED),
    )
    async def edit_profile(self, call: Call, body: ProfileContent) -> ProfileView:
        """Replace all that the profile says."""
        return self._view(await self.profiles.edit(call.user_id, body, call.if_match))

    @route("GET", "/api/me/profile/completeness", audience=Audience.MEMBER, errors=(ProfileMissing,))
    async def profile_completeness(self, call: Call) -> Completeness:
        """How much of the profile is there, what is missing and why it would help."""
        return await self.profiles.completeness(call.user_id)

    @route("PUT", "/api/me/visibility", audience=Audience.MEMBER, etag=True, if_match=True, errors=(ProfileMissing,))
    async def set_visibility(self, call: Call, body: VisibilityChoice) -> ProfileView:
        """Be seen, be seen only by those one likes, or take a break."""
        return self._view(await self.profiles.set_visibility(call.user_id, body.visibility, call.if_match))

    @route(
        "PUT",
        "/api/me/location",
        audience=Audience.MEMBER,
        etag=True,
        errors=(ProfileInvalid, ProfileMissing, LocationConsentNeeded, LocationChangedTooSoon),
    )
    async def set_location(self, call: Call, body: Location) -> ProfileView:
        """Say where one is."""
        return self._view(await self.profiles.set_location(call.user_id, body.latitude, body.longitude))

    @route("PUT", "/api/me/time-zone", audience=Audience.MEMBER, etag=True, errors=(ProfileInvalid, ProfileMissing))
    async def set_time_zone(self, call: Call, body: TimeZone) -> ProfileView:
        """Correct the time zone by hand."""
        return self._view(await self.profiles.set_time_zone(call.user_id, body.time_zone))

    def _view(self, profile: Profile) -> ProfileView:
        return ProfileView(
            user_id=profile.user_id,
            age=age_on(profile.date_of_birth, local_date(self.clock.now(), profile.time_zone)),
            content=profile.content,
            time_zone=profile.time_zone,
            located=profile.cell is not None,
            city=profile.city,
            visibility=profile.visibility,
            created_at=profile.created_at,
            updated_at=profile.updated_at,
            version=profile.version,
        )


@attrs.frozen
class Choice:
    """A word the API takes, and how it reads to a member."""

    key: str
    label: str


@attrs.frozen
class InterestGroup:
    group: str
    interests: tuple[Choice, ...]


@attrs.frozen
class ValueChoice:
    key: BasicValue
    label: str
    description: str


@attrs.frozen
class CatalogueView:
    """``vocabularies`` holds every closed list of answers by the name of its field's type."""

    interests: tuple[InterestGroup, ...]
    values: tuple[ValueChoice, ...]
    prompts: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    vocabularies: Mapping[str, tuple[Choice, ...]]


class Catalogue:
    def __init__(self) -> None:
        self._view = CatalogueView(
            interests=tuple(_interest_groups()),
            values=tuple(
                ValueChoice(value, wording.label, wording.description) for value, wording in catalogue.VALUES.items()
            ),
            prompts=_choices(catalogue.PROMPTS),
            languages=_choices(catalogue.LANGUAGES),
            vocabularies={
                _snake_case(vocabulary.__name__): _choices(labels) for vocabulary, labels in catalogue.LABELS.items()
            },
        )

    @route("GET", "/api/catalogue", audience=Audience.ANYONE, cache="public, max-age=3600")
    async def catalogue(self, _call: Call) -> CatalogueView:
        """Every word a profile can be made of: interests, values, prompts, languages and the closed vocabularies."""
        return self._view


def _interest_groups() -> Iterator[InterestGroup]:
    for group, interests in groupby(catalogue.INTERESTS.values(), key=lambda interest: interest.group):
        yield InterestGroup(group, tuple(Choice(interest.key, interest.label) for interest in interests))


def _choices(labels: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(str(key), label) for key, label in labels.items())


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
