"""People, decisions and exposures as records of one size, so that a match engine reads a million of them as columns.

Numbers are little-endian and records are not padded. What a vocabulary names is numbered from 1 in its order, 0 being
unsaid; sets of choices are masks, the first choice the lowest bit. Education, by which nobody is compared, is not in
them. Interests are the CRC-32 of their key in the
catalogue, so that its order may change; ``LAYOUT`` names all that a stored record depends on."""

import math
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID
from zlib import crc32

from saltbitter_domain.compatibility.model import Attachment, Decision, DecisionKind, Exposure, Traits, pair
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.kernel import GridCell, UserId, local_date
from saltbitter_domain.profiles.catalogue import INTERESTS
from saltbitter_domain.profiles.model import (
    MAX_INTERESTS,
    MAX_LANGUAGES,
    AgeRange,
    BasicValue,
    DealBreaker,
    Drinking,
    Gender,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
    age_on,
)

ANYWHERE = 65_535
"""In place of a limit of distance where somebody has none."""
UNRATED = -1
"""In place of a rating that was not given."""
LETTERS = 3
"""Bytes of a language's code (ISO 639-1 or 639-2)."""
ZONE = 32
"""Bytes of a time zone's name; the longest of the IANA list has as many."""

ID = struct.Struct("16s")
PERSON = struct.Struct(f"<16s{ZONE}siBBBBHBB2d3d{len(BasicValue)}b7B{MAX_INTERESTS}I{MAX_LANGUAGES * LETTERS}s")
"""Id, time zone, day of birth (days from 1 January of the year 1), youngest and oldest age sought, genders, genders
sought, limit of distance (km or ``ANYWHERE``), deal-breakers, visibility, cell (degrees north and east), attachment
(anxiety, avoidance, reliability), ratings in the order of ``BasicValue``, the seven of ``_ANSWERS``, interests,
languages. A place or scores that are unknown are NaN, and lists end with zeros."""
PAIR = struct.Struct("<16s16sBBqq")
"""Low id, high id, what low and what high decided (number of the kind, 0 nothing), when, in µs from 1970."""
EXPOSURE = struct.Struct("<16siid")
"""Id, day (days from 1 January of the year 1), shown, fair share."""

WHY_SHORT = (None, "nobody_eligible", "fewer_eligible_than_quota", "ceilings")
"""Why a list has fewer than the quota, by number; the words are those of ``allocation.stable.why_short``."""

_ANSWERS: Mapping[str, type[StrEnum]] = MappingProxyType(
    {
        "intention": Intention,
        "has_children": HasChildren,
        "wants_children": WantsChildren,
        "smoking": Smoking,
        "drinking": Drinking,
        "religion": Religion,
        "religion_importance": Importance,
    }
)
_VOCABULARIES: Sequence[type[StrEnum]] = (Gender, DealBreaker, Visibility, BasicValue, *_ANSWERS.values())
LAYOUT = (
    crc32(
        "|".join(
            [
                PERSON.format,
                *(",".join([kind.__name__, *kind]) for kind in _VOCABULARIES),
                *(f"{text.purpose} {text.version}" for text in TEXTS.values()),
            ]
        ).encode()
    )
    & 0x7FFFFFFF
)
"""Changes with the record, with the order of any vocabulary in it, and with the words members agree to, on which it
depends what may be in a record; records of another layout are made anew."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAN = math.nan
_KINDS = tuple(DecisionKind)
_T = TypeVar("_T", bound=StrEnum)


def number(choice: StrEnum | None) -> int:
    """The number of an answer among those of its vocabulary, from 1; 0 is no answer."""
    return 0 if choice is None else list(type(choice)).index(choice) + 1


def mask(choices: Iterable[StrEnum]) -> int:
    """The choices as bits, the first of the vocabulary the lowest."""
    return sum(1 << number(choice) - 1 for choice in choices)


def interest_number(interest: str) -> int:
    """The number of an interest; that no two of the catalogue share one is a test."""
    return crc32(interest.encode())


_INTERESTS = {interest_number(interest): interest for interest in INTERESTS}


def person_record(person: Traits, date_of_birth: date, time_zone: str) -> bytes:
    """A person's record: all that a policy may know of them, with the day from which their age follows."""
    interests = sorted(map(interest_number, person.interests & INTERESTS.keys()))
    return PERSON.pack(
        person.user_id.bytes,
        time_zone.encode(),
        date_of_birth.toordinal(),
        person.ages.min,
        min(person.ages.max, 255),
        mask(person.genders),
        mask(person.seeks),
        ANYWHERE if person.max_distance_km is None else person.max_distance_km,
        mask(person.deal_breakers),
        number(person.visibility),
        *((person.cell.latitude, person.cell.longitude) if person.cell else (_NAN, _NAN)),
        *_scores(person.attachment),
        *(person.values.get(value, UNRATED) for value in BasicValue),
        *(number(getattr(person, name)) for name in _ANSWERS),
        *interests,
        *[0] * (MAX_INTERESTS - len(interests)),
        b"".join(code.encode().ljust(LETTERS, b"\0") for code in sorted(person.languages)),
    )


def people_of(records: bytes, at: datetime) -> Iterator[Traits]:
    """The people of these records, as old as they are ``at`` that instant where they live."""
    today: dict[bytes, date] = {}
    for row in PERSON.iter_unpack(records):
        user_id, zone, born, youngest, oldest, genders, seeks, limit, breakers, visibility, *rest = row
        (latitude, longitude, *scores), rest = rest[:5], rest[5:]
        ratings, rest = rest[: len(BasicValue)], rest[len(BasicValue) :]
        answers, rest = rest[: len(_ANSWERS)], rest[len(_ANSWERS) :]
        said: dict[str, Any] = {
            name: _answer(code, kind) for (name, kind), code in zip(_ANSWERS.items(), answers, strict=True)
        }
        *interests, languages = rest
        if zone not in today:
            today[zone] = local_date(at, zone.rstrip(b"\0").decode())
        yield Traits(
            user_id=UserId(UUID(bytes=user_id)),
            age=age_on(date.fromordinal(born), today[zone]),
            genders=_chosen(genders, Gender),
            seeks=_chosen(seeks, Gender),
            ages=AgeRange(youngest, oldest),
            max_distance_km=None if limit == ANYWHERE else limit,
            deal_breakers=_chosen(breakers, DealBreaker),
            cell=None if math.isnan(latitude) else GridCell(latitude, longitude),
            attachment=None if math.isnan(scores[0]) else Attachment(*scores),
            interests=frozenset(_INTERESTS[word] for word in interests if word in _INTERESTS),
            values={value: rating for value, rating in zip(BasicValue, ratings, strict=True) if rating != UNRATED},
            languages=frozenset(_codes(languages)),
            visibility=list(Visibility)[visibility - 1],
            **said,
        )


_EAST = struct.Struct(f"<16s{60 - 16 + 8}xd{PERSON.size - 76}x")
"""Of a person's record the id and the degrees east."""


def shard_of(viewers: bytes, people: bytes, shard: int, shards: int) -> bytes:
    """Those of the viewers who belong to one of the shards, counted from 0: between two meridians that part everybody
    into equal numbers, so that few have whom they may meet in two. Whose place is unknown belongs to the first.

    It depends on nothing but where people are, so that whoever asks again is answered the same."""
    east = {raw: degrees for raw, degrees in _EAST.iter_unpack(people) if not math.isnan(degrees)}
    meridians = sorted(east.values())
    first = [meridians[len(meridians) * number // shards] for number in range(1, shards)] if meridians else []
    wanted = (raw for (raw,) in ID.iter_unpack(viewers))
    return b"".join(raw for raw in wanted if bisect_right(first, east.get(raw, -math.inf)) == shard)


def pair_record(one: Decision | None, other: Decision | None) -> bytes:
    """What two people, at least one of them, decided about each other."""
    decided = {decision.by: decision for decision in (one, other) if decision}
    any_of_them, *_ = decided.values()
    low, high = pair(any_of_them.by, any_of_them.about)
    sides = [(number(d.kind), _instant(d.at)) if (d := decided.get(side)) else (0, 0) for side in (low, high)]
    kinds, instants = zip(*sides, strict=True)
    return PAIR.pack(low.bytes, high.bytes, *kinds, *instants)


def decisions_of(records: bytes) -> Iterator[Decision]:
    """The decisions of these pairs; their notes are not in the records."""
    for low, high, low_kind, high_kind, low_at, high_at in PAIR.iter_unpack(records):
        ids = UserId(UUID(bytes=low)), UserId(UUID(bytes=high))
        for (by, about), kind, at in ((ids, low_kind, low_at), (ids[::-1], high_kind, high_at)):
            if kind:
                yield Decision(by, about, _KINDS[kind - 1], datetime.fromtimestamp(at / 1e6, UTC))


def exposure_record(exposure: Exposure) -> bytes:
    """An exposure's record."""
    return EXPOSURE.pack(exposure.user_id.bytes, exposure.day.toordinal(), exposure.shown, exposure.fair)


def exposures_of(records: bytes, since: date = date.min) -> Mapping[UserId, Sequence[Exposure]]:
    """The exposures from a day on by member, each member's by day."""
    found: dict[UserId, list[Exposure]] = {}
    first = since.toordinal()
    for user_id, day, shown, fair in EXPOSURE.iter_unpack(records):
        if day < first:
            continue
        exposure = Exposure(UserId(UUID(bytes=user_id)), date.fromordinal(day), shown, fair)
        found.setdefault(exposure.user_id, []).append(exposure)
    return {user_id: sorted(past, key=lambda exposure: exposure.day) for user_id, past in found.items()}


def ids_of(records: bytes) -> Iterator[UserId]:
    """The ids in a row of them, 16 bytes each."""
    return (UserId(UUID(bytes=raw)) for (raw,) in ID.iter_unpack(records))


def _scores(attachment: Attachment | None) -> tuple[float, float, float]:
    return (attachment.anxiety, attachment.avoidance, attachment.reliability) if attachment else (_NAN, _NAN, _NAN)


def _chosen(bits: int, vocabulary: type[_T]) -> frozenset[_T]:
    return frozenset(choice for place, choice in enumerate(vocabulary) if bits >> place & 1)


def _answer(code: int, vocabulary: type[StrEnum]) -> StrEnum | None:
    return list(vocabulary)[code - 1] if code else None


def _codes(languages: bytes) -> Iterator[str]:
    for start in range(0, len(languages), LETTERS):
        if code := languages[start : start + LETTERS].rstrip(b"\0"):
            yield code.decode()


def _instant(at: datetime) -> int:
    return round((at - _EPOCH).total_seconds() * 1e6)
