"""What whoever a breach is about is sent: each once, in their language, whatever ends halfway."""

from collections.abc import Mapping
from datetime import timedelta

import attrs
import pytest

from adapters.mail.letter import MailRefused
from adapters.memory.mailer import MemoryMailer
from saltbitter_domain.breaches.model import (
    Act,
    Affected,
    AffectedFound,
    Assessed,
    BreachInvalid,
    BreachKind,
    Confirmed,
    DataContext,
    Entry,
    Identification,
    Loss,
    Notice,
    NoticesDue,
    NoticesOrdered,
    Opened,
    Scope,
    ScopeAssessed,
    Severity,
    Step,
    StepRefused,
)
from saltbitter_domain.breaches.service import BreachService
from saltbitter_domain.breaches.service.register import DIVIDED_AT_ONCE, MAILS_AT_ONCE
from saltbitter_domain.consent.model import ConsentRecord
from saltbitter_domain.events import OutboxMessage
from saltbitter_domain.kernel import BreachId, EventId, Language, StaleWrite, UserId
from saltbitter_domain.users.model import User
from saltbitter_domain.users.ports import Mail
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW, a_consent, new_id

DAY = timedelta(days=1)
EVERYBODY = Scope(NOW, everybody=True)
NOBODY = Scope(NOW, acts=(Act.PROFILE_READ,))
SEVERITY = Severity(DataContext.SENSITIVE, Identification.MAXIMUM, Loss.UNBOUNDED)
NOTICES = (Notice(Language.EN, "This.", "That.", "Those."), Notice(Language.DE, "Dies.", "Das.", "Jenes."))
ORDERED_AT = 5
"""The sequence of the entry by which mails are ordered in what follows."""


class Killed(BaseException):
    """Whoever worked on it is gone."""


class PostOffice(MemoryMailer):
    """Counts what is handed over, copies too, and ends or refuses when told to."""

    handed: list[Mail]
    ends_at: int | None = None
    refuses: str = ""

    async def send(self, mail: Mail) -> None:
        if len(self.handed) == self.ends_at:
            raise Killed
        if mail.to == self.refuses:
            raise MailRefused("Not now.", retry_after=60)
        self.handed.append(mail)
        await super().send(mail)


@attrs.frozen
class House:
    """A register over a store, with everything that its workers were told and have not done."""

    store: Store
    post: PostOffice
    breaches: BreachService
    breach_id: BreachId

    async def works(self, message: OutboxMessage) -> None:
        """Do what the workers do for this message."""
        match message.event:
            case NoticesOrdered():
                await self.breaches.divide_notices(message.id, message.event)
            case NoticesDue():
                await self.breaches.send_notices(message.id, message.event)

    async def waiting(self) -> list[OutboxMessage]:
        return [each for each in await self.store.outbox.due(self.store.clock.now(), 10_000) if not each.done_at]

    async def settles(self) -> int:
        """Do whatever is waiting, and what follows from it; how many messages it took. What fails waits on."""
        done = 0
        while open_ := [each for each in await self.waiting() if isinstance(each.event, NoticesOrdered | NoticesDue)]:
            for message in open_:
                if await outcomes(self.works(message)) == [None]:
                    await self.store.outbox.save(message.done(self.store.clock.now()))
                    done += 1
                else:
                    return done
        return done

    async def told(self) -> Mapping[UserId, Affected]:
        async with self.store.begin() as uow:
            return {each.user_id: each for each in await uow.breaches.affected(self.breach_id, None, 10_000)}

    async def order(self) -> None:
        await self.breaches.notify_members(self.breach_id, UserId(new_id()), NOTICES, "A high risk.")

    async def is_about_others(self, scope: Scope = EVERYBODY) -> None:
        """It is assessed anew, and found whom it is about by then."""
        words = {"consequences": "This.", "measures": "That.", "words": "More is known."}
        await self.breaches.assess(self.breach_id, UserId(new_id()), SEVERITY, scope, **words)
        await self.breaches.find_affected(EventId(new_id()), ScopeAssessed(self.breach_id))

    async def counted(self) -> int:
        return (await self.breaches.breach(self.breach_id)).members_notified


async def a_house(store: Store, language: Language = Language.EN) -> House:
    """A breach that is confirmed and about everybody."""
    post = PostOffice(store.clock)
    post.handed = []
    breaches = BreachService(
        begin=store.begin,
        clock=store.clock,
        ids=store.ids,
        mailer=post,
        public_url="https://saltbitter.example",
        contact="dpo@saltbitter.example",
        language=language,
    )
    breach_id = BreachId(new_id())
    async with store.unit() as uow:
        await uow.breaches.open(Entry(breach_id, 1, NOW, "x", "Why.", Opened(BreachKind.SCRAPING, EVERYBODY, 1)))
        number = await uow.breaches.affect(breach_id, EVERYBODY, NOW + DAY)
    steps: tuple[Step, ...] = (Confirmed(NOW), Assessed(SEVERITY, EVERYBODY, "This.", "That."), AffectedFound(number))
    for sequence, step in enumerate(steps, 2):
        async with store.unit() as uow:
            await uow.breaches.append(Entry(breach_id, sequence, NOW, "x", "Why.", step))
    store.clock.advance(timedelta(hours=1))
    return House(store, post, breaches, breach_id)


async def agreed(store: Store, user: User, *languages: Language | None) -> None:
    previous: ConsentRecord | None = None
    for language in languages:
        previous = a_consent(user, previous, language=language)
        async with store.unit() as uow:
            await uow.consents.append(previous)


async def test_each_is_written_to_in_the_language_in_which_they_last_agreed_and_that_is_kept(store: Store) -> None:
    english, german, unknown = await store.members(3)
    await agreed(store, english, Language.DE, Language.EN)
    await agreed(store, german, Language.EN, Language.DE, None)
    await agreed(store, unknown, None)
    house = await a_house(store, Language.DE)

    await house.order()
    await house.settles()

    sent = {mail.to: (mail.language, mail.data["happened"], mail.data["measures"]) for mail in house.post.handed}
    assert sent == {
        english.email: (Language.EN, "This.", "Those."),
        german.email: (Language.DE, "Dies.", "Jenes."),
        unknown.email: (Language.DE, "Dies.", "Jenes."),
    }
    at = store.clock.now()
    assert await house.told() == {
        english.id: Affected(english.id, at, ORDERED_AT, Language.EN),
        german.id: Affected(german.id, at, ORDERED_AT, Language.DE),
        unknown.id: Affected(unknown.id, at, ORDERED_AT, Language.DE),
    }


async def test_nobody_is_written_to_while_a_language_is_missing(store: Store) -> None:
    await store.member()
    house = await a_house(store)

    with pytest.raises(BreachInvalid, match="A language is missing"):
        await house.breaches.notify_members(house.breach_id, UserId(new_id()), NOTICES[:1], "A high risk.")
    assert await house.waiting() == []


async def test_jobs_are_bounded_and_order_what_follows_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saltbitter_domain.breaches.service.register.DIVIDED_AT_ONCE", 4)
    monkeypatch.setattr("saltbitter_domain.breaches.service.register.MAILS_AT_ONCE", 3)
    assert DIVIDED_AT_ONCE > MAILS_AT_ONCE
    people = await store.members(9)
    house = await a_house(store)

    await house.order()
    (order,) = await house.waiting()
    told = await outcomes(*(house.works(order) for _ in range(3)))
    await house.works(order)

    assert None in told
    parts = [each.event for each in await house.waiting() if each.id != order.id]
    assert [len(part.members) for part in parts if isinstance(part, NoticesDue)] == [3, 1]
    assert [each for each in parts if isinstance(each, NoticesOrdered)] == [
        NoticesOrdered(house.breach_id, people[3].id, ORDERED_AT)
    ], "and the rest is ordered once, however often it is asked for"
    assert await house.settles() == 1 + 3 + (2 + 2 + 1)
    assert sorted(mail.to for mail in house.post.handed) == sorted(user.email for user in people)


@pytest.mark.parametrize("ends_at", [0, 1, 2, 3, 4, 5, 6])
async def test_whoever_is_killed_in_the_middle_loses_nobody_and_doubles_nobody(
    store: Store, monkeypatch: pytest.MonkeyPatch, ends_at: int
) -> None:
    """By the count of mails handed over, copies among them; mails go out one after the other."""
    monkeypatch.setattr("saltbitter_domain.breaches.service.register.DIVIDED_AT_ONCE", 4)
    monkeypatch.setattr("saltbitter_domain.breaches.service.register.MAILS_AT_ONCE", 3)
    people = await store.members(7)
    house = await a_house(store)
    await house.order()
    house.post.ends_at = ends_at

    await house.settles()
    assert len(house.post.handed) == min(ends_at, len(people))
    house.post.ends_at = None
    await house.settles()

    assert sorted(mail.to for mail in house.post.handed) == sorted(user.email for user in people)
    assert {each.told_by for each in (await house.told()).values()} == {ORDERED_AT}


async def test_a_mail_that_is_refused_keeps_nobody_else_from_being_told(store: Store) -> None:
    people = await store.members(4)
    house = await a_house(store)
    await house.order()
    house.post.refuses = people[1].email

    await house.settles()
    assert [each.told_at is None for each in (await house.told()).values()] == [False, True, False, False]
    house.post.refuses = ""
    await house.settles()

    assert sorted(mail.to for mail in house.post.handed) == sorted(user.email for user in people)


async def test_whoever_is_ordered_twice_is_written_to_once_and_who_is_gone_is_not(store: Store) -> None:
    people = await store.members(3)
    house = await a_house(store)
    await house.order()
    with pytest.raises(StepRefused, match="being written to"):
        await house.order()
    async with store.unit() as uow:
        await uow.users.erase(people[2])

    await house.settles()

    assert sorted(mail.to for mail in house.post.handed) == sorted(user.email for user in people[:2])


async def test_of_orders_at_once_one_counts(store: Store) -> None:
    people = await store.members(3)
    house = await a_house(store)

    refusals = await outcomes(*(house.order() for _ in range(4)))
    await house.settles()

    assert {type(each) for each in refusals if each} <= {StaleWrite, StepRefused}
    assert (refusals.count(None), await house.counted()) == (1, len(people))
    assert sorted(mail.to for mail in house.post.handed) == sorted(user.email for user in people)


@pytest.mark.parametrize("jobs_before", range(6))
async def test_orders_that_overtake_one_another_count_and_write_to_each_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, jobs_before: int
) -> None:
    """The second comes after so many jobs of the first, and all that is left of both is done at once."""
    monkeypatch.setattr("saltbitter_domain.breaches.service.register.DIVIDED_AT_ONCE", 2)
    monkeypatch.setattr("saltbitter_domain.breaches.service.register.MAILS_AT_ONCE", 1)
    people = [*await store.members(5)]
    house = await a_house(store)
    await house.order()
    for _ in range(jobs_before):
        message = next(each for each in await house.waiting() if isinstance(each.event, NoticesOrdered | NoticesDue))
        await house.works(message)
        await store.outbox.save(message.done(store.clock.now()))
    people += await store.members(3)
    await house.is_about_others()

    await house.order()
    with pytest.raises(StepRefused, match="being written to"):
        await house.order()
    while open_ := [each for each in await house.waiting() if isinstance(each.event, NoticesOrdered | NoticesDue)]:
        assert set(await outcomes(*map(house.works, open_))) == {None}
        for message in open_:
            await store.outbox.save(message.done(store.clock.now()))

    assert await house.counted() == len(people)
    assert sorted(mail.to for mail in house.post.handed) == sorted(user.email for user in people)
    told = await house.told()
    again = ORDERED_AT + 3
    assert [told[user.id].told_by for user in people] == [ORDERED_AT] * 5 + [again] * 3, "each in the words meant"


async def test_whoever_is_found_not_to_be_affected_is_not_written_to_and_stays_in_the_number_of_the_order(
    store: Store,
) -> None:
    people = await store.members(3)
    house = await a_house(store)
    await house.order()
    await house.is_about_others(NOBODY)
    await house.settles()
    assert (house.post.handed, await house.counted()) == ([], 3)

    await house.is_about_others(EVERYBODY)
    await house.order()
    await house.settles()
    assert sorted(mail.to for mail in house.post.handed) == sorted(user.email for user in people)
    assert await house.counted() == 3 + 3


async def test_an_order_of_an_earlier_release_is_carried_out(store: Store) -> None:
    """It named the breach alone, and means the last order."""
    await store.members(2)
    house = await a_house(store)
    await house.order()
    (message,) = await house.waiting()
    assert message.event == NoticesOrdered(house.breach_id, entry=ORDERED_AT)
    await store.outbox.save(message.done(store.clock.now()))
    async with store.unit() as uow:
        uow.emit(NoticesOrdered(house.breach_id))
    await house.settles()
    assert len(house.post.handed) == 2
