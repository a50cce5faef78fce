"""What the product tells of its own matching: to everybody, and to its staff."""

from typing import Annotated

import attrs
from msgspec import Meta

from entrypoints.http.paging import Items
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.transparency.model import FairnessReport, MatchingRun
from saltbitter_domain.transparency.service import TransparencyService


@attrs.frozen
class RunsQuery:
    """How many runs."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20


@attrs.frozen
class Transparency:
    transparency: TransparencyService

    @route("GET", "/api/transparency/matching", audience=Audience.ANYONE, cache="public, max-age=3600")
    async def matching(self, _call: Call) -> FairnessReport:
        """How fairly people were shown, week by week.

        By attachment style, gender sought, age and tier, against what chance would have given them. Every figure is
        about at least 50 people, and so is the difference of any two; a week appears once nothing of it changes."""
        return await self.transparency.fairness()


@attrs.frozen
class Staff:
    transparency: TransparencyService

    @route("GET", "/api/staff/matching-runs", audience=Audience.STAFF)
    async def matching_runs(self, _call: Call, query: RunsQuery) -> Items[MatchingRun]:
        """What came of the latest runs, newest first."""
        return Items(tuple(await self.transparency.latest_runs(query.limit)))
