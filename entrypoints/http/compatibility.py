"""The morning's introductions, what members decide about them, and whom they know by now."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.paging import Page, PageQuery, page
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.compatibility.model import (
    MAX_NOTE,
    AlreadyDecided,
    Decision,
    DecisionInvalid,
    DecisionKind,
    MatchesNotMadeYet,
    NobodyLeft,
    NothingToUndo,
    Notice,
    NotReadyToMatch,
    PageMissing,
    PersonMissing,
)
from saltbitter_domain.compatibility.service import (
    BlockView,
    DailyView,
    DecisionOutcome,
    DecisionService,
    LikeView,
    MatchingService,
    MatchView,
    PersonView,
)
from saltbitter_domain.kernel import MatchId, NoticeId, UserId
from saltbitter_domain.subscriptions.model import NotEntitled
from saltbitter_domain.users.model import UserMissing


@attrs.frozen
class DayQuery:
    """``page`` counts the day's pages of ten from 1; without it the newest is meant."""

    page: Annotated[int, Meta(ge=1)] | None = None


@attrs.frozen
class DecisionBody:
    """A like may carry a note. The other reads it once the two are a match; before that too, if their tier shows them
    who likes them."""

    user_id: UserId
    kind: DecisionKind
    note: Annotated[str, Meta(max_length=MAX_NOTE)] | None = attrs.field(default=None, repr=False)


@attrs.frozen
class UndoBody:
    """Whom the decision is about that is to be taken back."""

    user_id: UserId


@attrs.frozen
class BlockBody:
    """Whom to block."""

    user_id: UserId


@attrs.frozen
class Matches:
    matching: MatchingService

    @route("GET", "/api/me/daily-matches", audience=Audience.MEMBER, worded=True, errors=(PageMissing, UserMissing))
    async def daily_matches(self, call: Call, query: DayQuery) -> DailyView:
        """Whom the member was introduced to today, why, and what they decided: one page of up to ten."""
        return _noted(call, await self.matching.daily_matches(call.user_id, query.page, call.language))

    @route(
        "POST",
        "/api/me/daily-matches/next-page",
        audience=Audience.MEMBER,
        idempotent=True,
        a_day=100,
        worded=True,
        errors=(NotEntitled, NotReadyToMatch, MatchesNotMadeYet, NobodyLeft, UserMissing),
    )
    async def next_page(self, call: Call) -> DailyView:
        """Add ten more people to the day, in the tiers without a daily limit; the page they are on."""
        return _noted(call, await self.matching.next_page(call.user_id, call.language))

    @route("GET", "/api/people/{user_id}", audience=Audience.MEMBER, a_day=3_000, worded=True, errors=(PersonMissing,))
    async def person(self, call: Call, user_id: UUID) -> PersonView:
        """Another member, as far as this one may know them."""
        view = await self.matching.person(call.user_id, UserId(user_id), call.language)
        call.shown.add(view.profile.user_id)
        return view

    @route("GET", "/api/me/matches", audience=Audience.MEMBER)
    async def matches(self, call: Call, query: PageQuery) -> Page[MatchView]:
        """The member's mutual matches, newest first."""
        after = query.after_moment()
        before = (after[0], MatchId(after[1])) if after else None
        found = await self.matching.matches(call.user_id, before, query.limit + 1)
        call.acts.append(_acquainted(found[: query.limit]))
        return page(found, lambda view: view, query.limit, lambda view: (view.match.at, view.match.id))

    @route("GET", "/api/me/likes-received", audience=Audience.MEMBER, errors=(NotEntitled,))
    async def likes_received(self, call: Call, query: PageQuery) -> Page[LikeView]:
        """Who likes the member and waits for an answer, newest first, in the tiers that show it."""
        after = query.after_moment()
        before = (after[0], UserId(after[1])) if after else None
        found = await self.matching.likes_received(call.user_id, before, query.limit + 1)
        call.acts.append(_acquainted(found[: query.limit]))
        return page(found, lambda view: view, query.limit, lambda view: (view.at, view.profile.user_id))

    @route("GET", "/api/me/notices", audience=Audience.MEMBER)
    async def notices(self, call: Call, query: PageQuery) -> Page[Notice]:
        """Quiet notices, newest first."""
        before = query.after_id()
        found = await self.matching.notices(call.user_id, NoticeId(before) if before else None, query.limit + 1)
        return page(found, lambda notice: notice, query.limit, lambda notice: notice.id)

    @route("POST", "/api/me/notices/seen", audience=Audience.MEMBER)
    async def notices_seen(self, call: Call) -> None:
        """Say that every notice was looked at."""
        await self.matching.mark_notices_seen(call.user_id)


@attrs.frozen
class Decisions:
    decisions: DecisionService

    @route(
        "POST",
        "/api/me/decisions",
        audience=Audience.MEMBER,
        status=201,
        idempotent=True,
        a_day=1_500,
        errors=(DecisionInvalid, NotReadyToMatch, PersonMissing, AlreadyDecided),
    )
    async def decide(self, call: Call, body: DecisionBody) -> DecisionOutcome:
        """Like somebody, or pass. A like that answers a like is a match."""
        return await self.decisions.decide(call.user_id, body.user_id, body.kind, body.note)

    @route("POST", "/api/me/decisions/undo", audience=Audience.MEMBER, errors=(NothingToUndo,))
    async def undo(self, call: Call, body: UndoBody) -> Decision:
        """Take back the newest decision, up to ten minutes after it. Naming whom it is about makes a retry harmless."""
        return await self.decisions.undo(call.user_id, body.user_id)

    @route("POST", "/api/me/blocks", audience=Audience.MEMBER, errors=(PersonMissing,))
    async def block(self, call: Call, body: BlockBody) -> None:
        """Part with somebody: from now on neither of the two comes across the other anywhere, and their match ends.
        Nobody is told. Blocking again changes nothing."""
        await self.decisions.block(call.user_id, body.user_id)

    @route("DELETE", "/api/me/blocks/{user_id}", audience=Audience.MEMBER)
    async def unblock(self, call: Call, user_id: UUID) -> None:
        """Lift a block, if there is one. The two may be introduced again; their match does not come back."""
        await self.decisions.unblock(call.user_id, UserId(user_id))

    @route("GET", "/api/me/blocks", audience=Audience.MEMBER)
    async def blocks(self, call: Call, query: PageQuery) -> Page[BlockView]:
        """Whom the member blocks, newest first."""
        after = query.after_moment()
        before = (after[0], UserId(after[1])) if after else None
        found = await self.decisions.blocks(call.user_id, before, query.limit + 1)
        return page(found, lambda view: view, query.limit, lambda view: (view.at, view.user_id))


def _acquainted(views: Sequence[MatchView | LikeView]) -> tuple[Act, frozenset[UserId]]:
    """That a member is shown whom they know by now, as it is traced."""
    return Act.ACQUAINTANCES_READ, frozenset(view.profile.user_id for view in views)


def _noted(call: Call, day: DailyView) -> DailyView:
    """The day, whose people are noted as shown."""
    call.shown.update(suggestion.profile.user_id for suggestion in day.suggestions)
    return day
