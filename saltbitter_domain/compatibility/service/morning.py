"""A day's sets: who is due, what the engine is given, and how its introductions are kept and counted."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

import attrs

from saltbitter_domain.compatibility.allocation.stable import FLOOR_DAYS
from saltbitter_domain.compatibility.calendar import current_day
from saltbitter_domain.compatibility.model import DAILY_QUOTA, DailyMatches, DailyMatchesMade, Exposure, Suggestion
from saltbitter_domain.compatibility.ports import Introductions, MatchRequest
from saltbitter_domain.compatibility.service.views import RunReport
from saltbitter_domain.kernel import UserId
from saltbitter_domain.uow import UnitOfWork


async def due(uow: UnitOfWork, now: datetime) -> Mapping[date, Sequence[UserId]]:
    """Everybody whose morning has come and who has nobody in their set for the day they are in, by that day.

    This is how we read "no matches today or none left to decide": whoever fitted nobody at 06:00 is looked at again by
    every run of the day, until there is somebody. Whoever has decided about all of their ten has had the day's ten."""
    by_day: dict[date, list[UserId]] = defaultdict(list)
    for zone in await uow.people.zones():
        day = current_day(now, zone)
        residents = await uow.people.in_zone(zone)
        served = await uow.daily_matches.have(residents, day)
        by_day[day] += [user_id for user_id in residents if user_id not in served]
    return {day: sorted(members) for day, members in sorted(by_day.items()) if members}


async def request(uow: UnitOfWork, day: date, viewers: Sequence[UserId], now: datetime) -> MatchRequest:
    """All the engine may know. For one viewer only what concerns them is read of decisions."""
    of = viewers if len(viewers) == 1 else None
    return MatchRequest(
        day=day,
        viewers=viewers,
        people=await uow.people.traits(),
        excluded=await uow.decisions.excluded(now, of),
        liked_by=await uow.decisions.likers(of),
        history=await uow.exposures.since(day - timedelta(days=FLOOR_DAYS - 1)),
        population=await uow.populations.of(day),
    )


async def request_further(uow: UnitOfWork, todays: DailyMatches, now: datetime) -> MatchRequest:
    """The same for what is missing of this set's newest page or, that being full, for one more: nobody who is in it
    comes again."""
    asked = await request(uow, todays.day, [todays.user_id], now)
    seen = {suggestion.candidate for suggestion in todays.suggestions}
    excluded = asked.excluded.get(todays.user_id, frozenset()) | seen
    quota = DAILY_QUOTA - len(todays.suggestions) % DAILY_QUOTA
    return attrs.evolve(asked, excluded={todays.user_id: excluded}, quota=quota)


async def keep(
    uow: UnitOfWork, made: Introductions, day: date, viewers: Collection[UserId], now: datetime
) -> Sequence[DailyMatches]:
    """Store the sets of these viewers; those stored, without whoever had one for the day already.

    The exposure recorded is that of the stored sets: people shown, and of their fair share the part that falls to
    so many of the run's suggestions, so that a run in pieces, or stopped halfway, adds up to what was really shown."""
    sets = [
        DailyMatches(user_id, day, now, made.suggestions[user_id], made.short.get(user_id))
        for user_id in viewers
        if user_id in made.suggestions
    ]
    stored = [matches for matches in sets if await uow.daily_matches.add(matches)]
    if not stored:
        return ()
    await uow.populations.add(day, made.population)
    for matches in stored:
        uow.emit(DailyMatchesMade(matches.user_id, day, len(matches.suggestions)))
    pages = [matches.suggestions for matches in stored]
    if shown := sum(map(len, pages)):
        part = shown / sum(map(len, made.suggestions.values()))
        await uow.exposures.add(_exposures(day, pages, made.fair, part))
    return stored


async def append(uow: UnitOfWork, todays: DailyMatches, made: Introductions) -> None:
    """Store one more page at the end of the set; ``StaleWrite`` when another was added since it was read."""
    page = made.suggestions[todays.user_id]
    ranked = tuple(attrs.evolve(more, rank=more.rank + len(todays.suggestions)) for more in page)
    await uow.daily_matches.save(
        attrs.evolve(todays, suggestions=todays.suggestions + ranked, short_because=made.short.get(todays.user_id))
    )
    await uow.exposures.add(_exposures(todays.day, [page], made.fair, 1.0))


def report(due: Mapping[date, Sequence[UserId]], made: Sequence[DailyMatches]) -> RunReport:
    """What came of a run."""
    return RunReport(
        days=tuple(due),
        due=sum(map(len, due.values())),
        made=len(made),
        full=sum(matches.short_because is None for matches in made),
        short=dict(Counter(matches.short_because for matches in made if matches.short_because is not None)),
    )


def _exposures(
    day: date, pages: Sequence[Sequence[Suggestion]], fair: Mapping[UserId, float], part: float
) -> Sequence[Exposure]:
    shown = Counter(suggestion.candidate for page in pages for suggestion in page)
    return [
        Exposure(user_id, day, shown[user_id], fair.get(user_id, 0.0) * part)
        for user_id in sorted(fair.keys() | shown.keys())
    ]
