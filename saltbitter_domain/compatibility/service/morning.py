"""What an engine is given for a day, and how what it gives for one member is added to theirs."""

import struct
from datetime import date, datetime, timedelta

import attrs

from saltbitter_domain.compatibility.allocation.stable import FLOOR_DAYS
from saltbitter_domain.compatibility.model import DAILY_QUOTA, DailyMatches, Population, Suggestion
from saltbitter_domain.compatibility.ports import RunRequest, RunResult
from saltbitter_domain.compatibility.records import WHY_SHORT, exposures_of, ids_of
from saltbitter_domain.kernel import UserId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying

REFRESHED_AT_ONCE = 1000
"""Records made anew in one transaction."""


async def refresh(begin: UnitsOfWork) -> int:
    """Make the records anew of everybody about whom something changed; how many. Whoever reads people does so first, so
    that what a member took back is not used by what was due already."""

    async def some() -> int:
        async with begin() as uow:
            refreshed = await uow.roster.refresh(REFRESHED_AT_ONCE)
            await uow.commit()
        return refreshed

    total = refreshed = await retrying(some)
    while refreshed == REFRESHED_AT_ONCE:
        refreshed = await retrying(some)
        total += refreshed
    return total


@attrs.frozen
class Crowd:
    """Everybody, and who was shown how often from the days before a ``day`` on, as read at an instant."""

    day: date
    at: datetime
    people: bytes = attrs.field(repr=False)
    exposures: bytes = attrs.field(repr=False)

    @classmethod
    async def read(cls, uow: UnitOfWork, day: date, at: datetime) -> "Crowd":
        exposures = await uow.roster.exposures(day - timedelta(days=FLOOR_DAYS - 1))
        return cls(day, at, await uow.roster.people(), exposures)


async def request(
    uow: UnitOfWork,
    crowd: Crowd,
    population: Population | None,
    viewers: bytes,
    at: datetime,
    *,
    only: UserId | None = None,
) -> RunRequest:
    """All the engine may know. For one viewer only what concerns them is read of decisions."""
    return RunRequest(
        day=crowd.day,
        at=at,
        viewers=viewers,
        people=crowd.people,
        pairs=await uow.roster.pairs(only),
        exposures=crowd.exposures,
        population=population,
    )


def request_further(
    crowd: Crowd, pairs: bytes, population: Population, todays: DailyMatches, at: datetime, *, unrated: bool
) -> RunRequest:
    """The same, with what the member of this set and others decided about each other, for what is missing of its
    newest page or, that being full, for one more: nobody who is in it comes again. Their ratings may have to count as
    not given."""
    return RunRequest(
        day=todays.day,
        at=at,
        viewers=todays.user_id.bytes,
        people=crowd.people,
        pairs=pairs,
        exposures=crowd.exposures,
        population=population,
        besides=b"".join(suggestion.candidate.bytes for suggestion in todays.suggestions),
        unrated=unrated,
        quota=DAILY_QUOTA - len(todays.suggestions) % DAILY_QUOTA,
    )


async def append(uow: UnitOfWork, todays: DailyMatches, more: RunResult) -> DailyMatches:
    """Store one more page at the end of the set, and give it back longer; ``StaleWrite`` when another was added since
    it was read."""
    scores = struct.unpack(f"<{len(more.scores) // 8}d", more.scores)
    page = tuple(
        Suggestion(candidate, rank, score)
        for rank, (candidate, score) in enumerate(
            zip(ids_of(more.candidates), scores, strict=True), len(todays.suggestions) + 1
        )
    )
    (reason,) = more.short
    longer = attrs.evolve(todays, suggestions=todays.suggestions + page, short_because=WHY_SHORT[reason])
    await uow.daily_matches.save(longer)
    await uow.exposures.add([exposure for past in exposures_of(more.exposures).values() for exposure in past])
    return attrs.evolve(longer, version=longer.version + 1)
