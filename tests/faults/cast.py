"""Members for one row of the matrix, stored directly because joining takes a slow hash and a mail each."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

import attrs

from adapters.population.generator import cities, generate
from adapters.population.seeding import Seeding
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.compatibility.calendar import current_day
from saltbitter_domain.compatibility.model import DailyMatches, Suggestion
from saltbitter_domain.kernel import SessionId, UserId
from saltbitter_domain.users.model import Role
from saltbitter_domain.users.ports import Access
from tests.faults.house import House

CITY = "London"
ACCESS_LASTS = timedelta(hours=12)


@attrs.frozen
class Member:
    """A member with an access token. ``day`` is the day of matches that they are in."""

    id: UserId
    day: date
    token: str = attrs.field(repr=False)


@attrs.frozen
class Cast:
    """``pairs`` were introduced to one another today; for ``due`` the day's matches have still to be made."""

    pairs: Sequence[tuple[Member, Member]]
    due: Sequence[Member]


async def cast(house: House, pairs: int, due: int, seed: int) -> Cast:
    """Store so many pairs and single members."""
    now = house.clock.now()
    ids = UuidV7Ids(house.clock)
    homes = [city for city in cities(200) if city.name == CITY]
    # Members without a remembered photo file are shown nowhere in this load.
    people = list(generate(2 * pairs + due, seed, now.date(), questionnaire(), homes))
    async with house.begin() as begin:
        seeding = Seeding(begin, house.clock, ids, questionnaire(), lambda _: "0" * 6, (1080, 1350), lambda *_: None)
        stored = await seeding.store(people)
        members = []
        for user_id, person in zip(stored, people, strict=True):
            access = Access(user_id, SessionId(ids.new()), Role.MEMBER, now + ACCESS_LASTS)
            members.append(Member(user_id, current_day(now, person.time_zone), house.tokens.issue(access)))
        couples = [(members[2 * place], members[2 * place + 1]) for place in range(pairs)]
        async with begin() as uow:
            for couple in couples:
                for viewer, other in (couple, couple[::-1]):
                    suggestion = Suggestion(other.id, 1, 75.0)
                    await uow.daily_matches.add(DailyMatches(viewer.id, viewer.day, now, (suggestion,)))
            await uow.commit()
    return Cast(couples, members[2 * pairs :])


def email(rng: random.Random) -> str:
    """An address nobody has."""
    return f"faults-{rng.getrandbits(64):016x}@saltbitter.example"
