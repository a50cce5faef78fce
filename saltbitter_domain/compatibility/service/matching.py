"""The use cases of matching: the morning's introductions, what members decide about them, and whom they know by now."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import attrs

from saltbitter_domain.compatibility.acquaintance import (
    entitlements,
    likes_shown,
    may_be_seen,
    person_missing,
    profile_for,
    require_ready,
    rerated_since,
)
from saltbitter_domain.compatibility.allocation.stable import FLOOR_DAYS
from saltbitter_domain.compatibility.calendar import current_day, next_morning
from saltbitter_domain.compatibility.explanations import WORDS, explain
from saltbitter_domain.compatibility.model import (
    KNOWN_FOR,
    DailyMatches,
    DailyMatchesMade,
    Decision,
    ExplanationWords,
    Match,
    Matched,
    MatchesNotMadeYet,
    NobodyLeft,
    Notice,
    NoticeKind,
    PageMissing,
    Suggestion,
)
from saltbitter_domain.compatibility.policies import WeightedV1, population_of
from saltbitter_domain.compatibility.ports import Known, MatchEngine, Member
from saltbitter_domain.compatibility.service import morning
from saltbitter_domain.compatibility.service.acquainted import acquainted
from saltbitter_domain.compatibility.service.everybody import Everybody
from saltbitter_domain.compatibility.service.views import (
    DailyView,
    LikeView,
    MatchView,
    PersonView,
    SuggestionView,
)
from saltbitter_domain.kernel import Clock, EventId, Ids, Language, MatchId, NoticeId, UserId
from saltbitter_domain.paging import full_page
from saltbitter_domain.profiles.ports import PhotoStore
from saltbitter_domain.subscriptions.model import NotEntitled
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying, sweep
from saltbitter_domain.users.model import UserMissing

DAYS_KEPT = 3
"""Days whose figures are kept at hand: clocks around the world differ by up to 26 hours. Older ones are asked for when
somebody looks at a person of an earlier day."""


class MatchingService:
    """Introductions come from the ``engine``, which never learns of tiers; ``photos`` signs addresses of pictures.

    Further pages may be drawn from everybody as they were up to ``crowd_holds`` ago: reading a million people takes
    seconds. What the member themselves decided since is known, and whoever may not be seen any more is not shown."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        ids: Ids,
        engine: MatchEngine,
        photos: PhotoStore,
        crowd_holds: timedelta = timedelta(0),
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._engine = engine
        self._photos = photos
        self._everybody = Everybody(self._read_everybody, crowd_holds)
        self._policies: dict[date, WeightedV1] = {}

    async def close(self) -> None:
        """Leave off what goes on behind the requests."""
        await self._everybody.close()

    async def daily_matches(
        self, user_id: UserId, page: int | None = None, language: Language = Language.EN
    ) -> DailyView:
        """A page of the member's day, from 1, the newest unless asked otherwise: whom they were introduced to, why (in
        this language), and what they decided. ``PageMissing`` beyond the last."""
        async with self._begin() as uow:
            return await self._view(uow, user_id, await uow.daily_matches.latest(user_id), WORDS[language], page)

    async def next_page(self, user_id: UserId, language: Language = Language.EN) -> DailyView:
        """Add ten more of those left to the member's day, at any time of it, and show them; whoever is in it stays. A
        newest page with fewer than ten is filled up first.

        ``NotEntitled`` in a tier with ten a day, ``NotReadyToMatch``, ``MatchesNotMadeYet`` before the first ten,
        ``NobodyLeft`` when nobody else may be shown today."""
        longer = await retrying(lambda: self._add_page(user_id))
        async with self._begin() as uow:
            return await self._view(uow, user_id, longer, WORDS[language])

    async def person(self, viewer: UserId, other: UserId, language: Language = Language.EN) -> PersonView:
        """Another member, and in this language why they were suggested; ``PersonMissing`` unless they are a match,
        were suggested in the last 30 days and still take part, or like the viewer, whose tier shows that."""
        now = self._clock.now()
        async with self._begin() as uow:
            member, known = await acquainted(uow, viewer, other, now)
            profile = profile_for(viewer, member, known, self._photos, now)
            if profile is None:
                raise person_missing()
            explanation = None
            if known.suggested_on and member.traits and known.member.traits:
                rerated = rerated_since(member, known.introduced_at)
                policy = await self._policy(uow, known.suggested_on)
                explanation = explain(policy, member.traits, known.member.traits, WORDS[language], rerated=rerated)
            standing = known.standing
            return PersonView(
                profile,
                explanation,
                standing.decided,
                standing.match,
                note=standing.theirs.note if standing.theirs and likes_shown(member, known) else None,
            )

    async def matches(
        self, user_id: UserId, before: tuple[datetime, MatchId] | None = None, limit: int = 20
    ) -> Sequence[MatchView]:
        """The member's matches, newest first; those after the match of the instant and the id in ``before``, whether or
        not it still stands. Also those who have paused, but nobody whose account is not active."""
        now = self._clock.now()
        async with self._begin() as uow:

            async def show(found: Sequence[Match]) -> Sequence[MatchView]:
                member, known = await uow.people.known_to(user_id, [match.other(user_id) for match in found])
                others = [known[match.other(user_id)] for match in found]
                profiles = [profile_for(user_id, member, other, self._photos, now) for other in others]
                return [MatchView(profile, match) for profile, match in zip(profiles, found, strict=True) if profile]

            return await full_page(
                lambda last: uow.decisions.matches_of(user_id, (last.at, last.id) if last else before, limit),
                show,
                limit,
            )

    async def likes_received(
        self, user_id: UserId, before: tuple[datetime, UserId] | None = None, limit: int = 20
    ) -> Sequence[LikeView]:
        """Who likes the member and waits for an answer, newest first; those after the like of the instant and the
        member in ``before``.

        ``NotEntitled`` in the free tier, whose members meet the same people in their daily matches."""
        now = self._clock.now()
        async with self._begin() as uow:

            async def show(likes: Sequence[Decision]) -> Sequence[LikeView]:
                member, known = await uow.people.known_to(user_id, [like.by for like in likes])
                if not entitlements(member).see_who_liked:
                    raise NotEntitled(
                        "Seeing who liked you is part of Premium and Elite. They may still come up in your day."
                    )
                seen = [(like, known[like.by]) for like in likes if may_be_seen(known[like.by])]
                profiles = [(like, profile_for(user_id, member, other, self._photos, now)) for like, other in seen]
                return [LikeView(profile, like.at, like.note) for like, profile in profiles if profile]

            return await full_page(
                lambda last: uow.decisions.likes_received(user_id, now, (last.at, last.by) if last else before, limit),
                show,
                limit,
            )

    async def notices(self, user_id: UserId, before: NoticeId | None = None, limit: int = 20) -> Sequence[Notice]:
        """The member's notices, newest first, older than the notice ``before``; of matches those whose match stands and
        whose other has an active account, so that nobody can tell a block from anything else that ends a match."""
        async with self._begin() as uow:

            async def show(found: Sequence[Notice]) -> Sequence[Notice]:
                _, known = await uow.people.known_to(user_id, [other for notice in found if (other := _named(notice))])
                there = {other for other, who in known.items() if who.standing.match and who.member.card}
                return [notice for notice in found if _named(notice) in {None, *there}]

            return await full_page(
                lambda last: uow.notices.of(user_id, last.id if last else before, limit), show, limit
            )

    async def mark_notices_seen(self, user_id: UserId) -> None:
        """The member has looked at all their notices."""
        async with self._begin() as uow:
            await uow.notices.mark_seen(user_id, self._clock.now())
            await uow.commit()

    async def notify_daily(self, message: EventId, event: DailyMatchesMade) -> None:
        """Tell all these members of their new matches."""
        async with self._begin() as uow:
            if await uow.first_time("compatibility.notify_daily", message):
                now, subject = self._clock.now(), event.day.isoformat()
                await uow.notices.add(
                    *(
                        Notice(NoticeId(self._ids.new()), user_id, NoticeKind.DAILY_MATCHES, now, subject)
                        for user_id in event.user_ids
                    )
                )
                await uow.commit()

    async def notify_match(self, message: EventId, event: Matched) -> None:
        """Tell both of their match, if it still stands."""
        async with self._begin() as uow:
            match = await uow.decisions.match_between(event.low, event.high)
            if match and match.id == event.match_id and await uow.first_time("compatibility.notify_match", message):
                await self._notify(uow, event.low, NoticeKind.MUTUAL_MATCH, str(event.high))
                await self._notify(uow, event.high, NoticeKind.MUTUAL_MATCH, str(event.low))
                await uow.commit()

    async def forget_exposures(self) -> int:
        """Sweep: forget who was shown how often on days that no run looks back to, more than three days ago."""
        before = self._clock.now().date() - timedelta(days=FLOOR_DAYS)
        return await sweep(self._begin, lambda uow, limit: uow.exposures.forget(before, limit))

    async def forget_populations(self) -> int:
        """Sweep: forget the figures of days whose people nobody can look up any more."""
        before = self._clock.now().date() - KNOWN_FOR - timedelta(days=1)
        return await sweep(self._begin, lambda uow, limit: uow.populations.forget(before, limit))

    async def _view(
        self,
        uow: UnitOfWork,
        user_id: UserId,
        latest: DailyMatches | None,
        words: ExplanationWords,
        page: int | None = None,
    ) -> DailyView:
        """A page of the newest set, from 1, or its newest; what ``daily_matches`` promises."""
        now = self._clock.now()
        listed = _on_page(latest, page) if latest else ()
        others = [suggestion.candidate for suggestion in listed]
        member, known = await uow.people.known_to(user_id, others, (now - KNOWN_FOR).date())
        day, todays = _today(member, latest, now)
        view = DailyView(
            day=day,
            next_at=next_morning(day, _zone(member)),
            missing=member.missing,
            may_ask_for_more=entitlements(member).daily_matches is None,
        )
        shown = None if view.missing else todays
        pages = shown.pages if shown else 1
        if page is not None and page > pages:
            raise PageMissing(f"Your day has {pages} {'page' if pages == 1 else 'pages'} so far.")
        if shown is None:
            return view
        return attrs.evolve(
            view,
            page=page or pages,
            pages=pages,
            made_at=shown.made_at,
            short_because=shown.short_because,
            suggestions=self._suggested(user_id, await self._policy(uow, shown.day), member, known, now, words),
        )

    async def _add_page(self, user_id: UserId) -> DailyMatches:
        now = self._clock.now()
        async with self._begin() as uow:
            latest, member, pairs = await uow.together(
                uow.daily_matches.latest(user_id), uow.people.member(user_id), uow.roster.pairs(user_id)
            )
        if entitlements(member).daily_matches is not None:
            raise NotEntitled("Ten introductions a day belong to your tier; the next ones come tomorrow at 06:00.")
        require_ready(member)
        _, todays = _today(member, latest, now)
        if todays is None:
            raise MatchesNotMadeYet("Your matches of today are being made. Look again in a minute.")
        crowd = await self._everybody.as_of(now)
        async with self._begin() as uow:
            policy = await self._policy(uow, todays.day)
        unrated = rerated_since(member, now - KNOWN_FOR)
        asked = morning.request_further(crowd, pairs, policy.population, todays, now, unrated=unrated)
        more = await self._engine.next_page(asked)
        if not more.candidates:
            raise NobodyLeft("You have met everybody who fits today. Tomorrow at 06:00 we look again.")
        async with self._begin() as uow:
            longer = await morning.append(uow, todays, more)
            await uow.commit()
        return longer

    async def _read_everybody(self, now: datetime) -> morning.Crowd:
        """Everybody as they are, for whatever day it is somewhere, and the figures of these days if they are there."""
        await morning.refresh(self._begin)
        yesterday, today, tomorrow = (now.date() + timedelta(days=n) for n in (-1, 0, 1))
        async with self._begin() as uow:
            for day in (yesterday, today, tomorrow):
                await self._policy(uow, day)
            return await morning.Crowd.read(uow, yesterday, now)

    def _suggested(
        self,
        viewer: UserId,
        policy: WeightedV1,
        member: Member,
        known: Mapping[UserId, Known],
        now: datetime,
        words: ExplanationWords,
    ) -> tuple[SuggestionView, ...]:
        """Those whom the member may still see, in the order of what the explanations say.

        The ranks of the first ten would give away more: they follow the true scores, and with them how the other
        answered about attachment."""
        views = [
            SuggestionView(
                profile,
                explain(policy, member.traits, traits, words, rerated=rerated_since(member, other.introduced_at)),
                other.standing.decided,
                other.standing.match,
            )
            for other in known.values()
            if member.traits
            and (traits := other.member.traits)
            and may_be_seen(other)
            and (profile := profile_for(viewer, member, other, self._photos, now))
        ]
        return tuple(sorted(views, key=lambda view: (-view.explanation.total, view.profile.user_id)))

    async def _policy(self, uow: UnitOfWork, day: date) -> WeightedV1:
        """The policy by which people of that day were compared. Its figures never change, so they are read once."""
        if day not in self._policies:
            population = await uow.populations.of(day)
            if population is None:
                return WeightedV1(population_of((), day.isoformat()))
            policy = self._policies[day] = WeightedV1(population)
            if len(self._policies) > DAYS_KEPT:
                del self._policies[min(self._policies)]
            return policy
        return self._policies[day]

    async def _notify(self, uow: UnitOfWork, user_id: UserId, kind: NoticeKind, subject: str) -> None:
        await uow.notices.add(Notice(NoticeId(self._ids.new()), user_id, kind, self._clock.now(), subject))


def _today(member: Member, latest: DailyMatches | None, now: datetime) -> tuple[date, DailyMatches | None]:
    """The day the member is in, and the day's set once it is made.

    Whoever moved to the west keeps the newest set they had until their new home catches up with its day."""
    day = current_day(now, _zone(member))
    return (latest.day, latest) if latest and latest.day >= day else (day, None)


def _zone(member: Member) -> str:
    if member.time_zone is None:
        raise UserMissing("There is no such account.")
    return member.time_zone


def _on_page(matches: DailyMatches, page: int | None) -> Sequence[Suggestion]:
    """The suggestions on a page of the set, or on its newest; none on a page that it does not have."""
    return [suggestion for suggestion in matches.suggestions if suggestion.page == (page or matches.pages)]


def _named(notice: Notice) -> UserId | None:
    """The other member of whom the notice tells."""
    return UserId(UUID(notice.subject)) if notice.kind is NoticeKind.MUTUAL_MATCH else None
