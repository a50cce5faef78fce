"""Searching among the people a member knows of."""

from typing import Annotated

import attrs
from msgspec import Meta

from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.search.model import Acquaintances, SearchInvalid
from saltbitter_domain.search.service import AcquaintanceSearch

MAX_LENGTH = 200


@attrs.frozen
class SearchQuery:
    """``words``, of which a profile must have every one or a longer one that begins with it, and ``interests`` by key,
    with commas between them, all of which it must have chosen. There must be a word or an interest."""

    words: Annotated[str, Meta(max_length=MAX_LENGTH)] = attrs.field(default="", repr=False)
    interests: Annotated[str, Meta(max_length=MAX_LENGTH)] = ""


@attrs.frozen
class Search:
    search: AcquaintanceSearch

    @route("GET", "/api/me/acquaintances", audience=Audience.MEMBER, a_day=1_000, errors=(SearchInvalid,))
    async def acquaintances(self, call: Call, query: SearchQuery) -> Acquaintances:
        """Who says this, of the people the member knows of: matches, whom they were introduced to in the last 30 days,
        and who likes them, in the tiers that show it. Nobody is found whose page they could not open."""
        found = await self.search.find(call.user_id, query.words, [key for key in query.interests.split(",") if key])
        shown = frozenset(person.profile.user_id for person in found.items)
        call.acts.append((Act.ACQUAINTANCES_READ, shown))
        return found
