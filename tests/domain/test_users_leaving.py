"""Leaving for good: hidden at once, a month to come back, then gone."""

import functools
from collections.abc import Collection
from datetime import timedelta

import attrs
import pytest

from config.data_register import data_register
from saltbitter_domain.compatibility.model import Decision, DecisionKind, NoticeKind
from saltbitter_domain.kernel import EventId, MatchId, Unavailable
from saltbitter_domain.profiles.model import PhotoDeleted
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import (
    ERASURE_GRACE,
    AccountStatus,
    CredentialsRefused,
    EndReason,
    ErasureRequested,
    MailTemplate,
    PasswordRefused,
    SessionOver,
    SessionsEnded,
    User,
)
from saltbitter_domain.users.policies import kept_facts
from saltbitter_domain.users.ports import Mail, Mailer
from saltbitter_domain.users.service import erasure
from saltbitter_domain.users.service.erasure import LEDGER_KEPT
from tests.doubles.builders import a_photo, new_id
from tests.doubles.users import EMAIL, NOW, PASSWORD, Accounts


async def account(accounts: Accounts) -> User | None:
    async with accounts.begin() as uow:
        return await uow.users.by_email(EMAIL)


async def leave(accounts: Accounts) -> None:
    access = accounts.auth.authenticate((await accounts.enter()).access_token)
    assert (await accounts.leaving.request_erasure(access, PASSWORD)).erase_at == NOW + ERASURE_GRACE


async def test_whoever_asks_is_leaving_at_once_and_signed_out_everywhere() -> None:
    accounts = Accounts()
    access = accounts.auth.authenticate((await accounts.enter()).access_token)
    other = await accounts.login(label="Laptop")

    await accounts.leaving.request_erasure(access, PASSWORD)

    user = await account(accounts)
    assert user is not None
    assert (user.status, user.erase_at) == (AccountStatus.LEAVING, NOW + timedelta(days=30))
    events = await accounts.events()
    assert ErasureRequested(access.user_id) in events
    (ended,) = [event for event in events if isinstance(event, SessionsEnded)]
    assert set(ended.session_ids) == {access.session_id, other.session_id}
    assert ended.because is EndReason.LEAVING
    with pytest.raises(SessionOver):
        accounts.auth.authenticate(other.access_token)


async def test_the_wrong_password_closes_nothing() -> None:
    accounts = Accounts()
    access = accounts.auth.authenticate((await accounts.enter()).access_token)

    with pytest.raises(PasswordRefused):
        await accounts.leaving.request_erasure(access, "not the password")

    user = await account(accounts)
    assert user is not None
    assert user.status is AccountStatus.ACTIVE
    accounts.auth.authenticate((await accounts.login()).access_token)


async def test_a_session_that_ended_while_the_password_was_checked_closes_nothing() -> None:
    accounts = Accounts()
    access = accounts.auth.authenticate((await accounts.enter()).access_token)
    accounts.passwords.meanwhile = functools.partial(accounts.auth.logout, access)

    with pytest.raises(SessionOver):
        await accounts.leaving.request_erasure(access, PASSWORD)


async def test_signing_in_undoes_it() -> None:
    accounts = Accounts()
    await leave(accounts)

    accounts.clock.advance(ERASURE_GRACE - timedelta(seconds=1))
    await accounts.login()
    accounts.clock.advance(timedelta(days=1))

    assert await accounts.erasure.erase_due() == 0
    user = await account(accounts)
    assert user is not None
    assert (user.status, user.erase_at) == (AccountStatus.ACTIVE, None)


async def test_after_the_grace_they_are_gone_and_their_photos_with_them() -> None:
    accounts = Accounts()
    await leave(accounts)
    user = await account(accounts)
    assert user is not None
    photo = a_photo(user)
    async with accounts.begin() as uow:
        await uow.photos.add(photo)
        await uow.commit()

    accounts.clock.advance(ERASURE_GRACE - timedelta(seconds=1))
    assert await accounts.erasure.erase_due() == 0
    accounts.clock.advance(timedelta(seconds=1))
    assert await accounts.erasure.erase_due() == 1
    assert await accounts.erasure.erase_due() == 0

    assert await account(accounts) is None
    assert PhotoDeleted(user.id, photo.id) in await accounts.events()
    assert await accounts.ledger.erased() == [user.id]
    with pytest.raises(CredentialsRefused):
        await accounts.login()
    await accounts.enter()  # The address is free again.


async def test_once_the_grace_is_over_nobody_comes_back_even_before_they_are_erased() -> None:
    accounts = Accounts()
    await leave(accounts)
    accounts.clock.advance(ERASURE_GRACE)

    with pytest.raises(CredentialsRefused):
        await accounts.login()


async def test_whom_an_older_database_brings_back_is_erased_again() -> None:
    accounts = Accounts()
    await accounts.register("stays@example.test")
    await leave(accounts)
    user = await account(accounts)
    assert user is not None
    photo = a_photo(user)
    accounts.clock.advance(ERASURE_GRACE)
    await accounts.erasure.erase_due()
    async with accounts.begin() as uow:  # As they were before they asked to be erased.
        await uow.users.add(attrs.evolve(user.back(), version=1))
        await uow.photos.add(photo)
        await uow.commit()

    assert await accounts.erasure.brought_back() == 1
    assert await accounts.replay.replay() == 1
    assert await accounts.erasure.brought_back() == 0
    assert await accounts.replay.replay() == 0

    assert await account(accounts) is None
    assert PhotoDeleted(user.id, photo.id) in await accounts.events()
    assert await accounts.user("stays@example.test") is not None


async def test_at_the_end_they_are_mailed_what_stays_and_why_while_there_is_an_address() -> None:
    accounts = Accounts()
    await leave(accounts)
    accounts.clock.advance(ERASURE_GRACE)

    await accounts.erasure.erase_due()
    await accounts.erasure.erase_due()

    (receipt,) = [each.mail for each in accounts.mailer.inbox(EMAIL) if each.mail.template is MailTemplate.ERASED]
    kept = data_register().kept_after(NOW + ERASURE_GRACE)
    assert receipt.data == {"link": "https://saltbitter.example/", **kept_facts(kept)}
    books = next(each for each in kept if each.place == "money_facts")
    assert books.until == (NOW + ERASURE_GRACE + timedelta(days=3653)).date()
    assert "ten years" in books.why


@attrs.frozen
class PostFor(Mailer):
    """A post office that takes mail to some only."""

    post: Mailer
    open_for: Collection[str] = ()

    async def send(self, mail: Mail) -> None:
        if mail.to not in self.open_for:
            raise Unavailable("Not now.")
        await self.post.send(mail)


async def test_an_erasure_waits_a_day_for_the_mail_to_be_accepted_and_no_longer() -> None:
    accounts = Accounts()
    await leave(accounts)
    accounts.clock.advance(ERASURE_GRACE)
    accounts.erasure = accounts.erasing(PostFor(accounts.mailer))

    for waited in (timedelta(0), timedelta(days=1) - timedelta(seconds=1)):
        accounts.clock.advance(waited)
        with pytest.raises(Unavailable):
            await accounts.erasure.erase_due()
    accounts.clock.advance(timedelta(seconds=1))
    assert await accounts.erasure.erase_due() == 1


async def test_whoever_is_still_here_a_day_after_they_should_be_gone_raises_an_alarm_until_they_are() -> None:
    accounts = Accounts()
    await leave(accounts)

    found = []
    for waited in (ERASURE_GRACE, timedelta(days=1) - timedelta(seconds=1), timedelta(seconds=1)):
        accounts.clock.advance(waited)
        found.append(await accounts.erasure.late())
    await accounts.erasure.erase_due()

    assert [*found, await accounts.erasure.late()] == [0, 0, 1, 0]


async def test_whoever_waits_for_their_mail_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "ERASURE_BATCH", 2)
    accounts = Accounts()
    emails = [f"member{number}@example.test" for number in range(5)]
    for email in emails:
        await accounts.register(email)
        async with accounts.begin() as uow:
            user = await uow.users.by_email(email)
            assert user
            await uow.users.save(user.leaving(accounts.clock.now()))
            await uow.commit()
        accounts.clock.advance(timedelta(seconds=1))
    accounts.clock.advance(ERASURE_GRACE)
    accounts.erasure = accounts.erasing(PostFor(accounts.mailer, emails[3:]))

    with pytest.raises(Unavailable):
        await accounts.erasure.erase_due()
    assert [await accounts.user(email) is None for email in emails] == [False, False, False, True, True]


async def test_whoever_was_matched_is_told_that_somebody_left_and_when_they_had_matched() -> None:
    accounts = Accounts()
    await accounts.register("ben@example.test")
    await leave(accounts)
    ana, ben = await accounts.id_of(), await accounts.id_of("ben@example.test")
    async with accounts.begin() as uow:
        for by, about in ((ana, ben), (ben, ana)):
            await uow.decisions.add(Decision(by, about, DecisionKind.LIKE, NOW), MatchId(new_id()))
        await uow.commit()
    accounts.clock.advance(ERASURE_GRACE)

    await accounts.erasure.erase_due()

    async with accounts.begin() as uow:
        (notice,) = await uow.notices.of(ben)
        assert (notice.kind, notice.subject) == (NoticeKind.MATCH_LEFT, NOW.date().isoformat())
        assert notice.at == NOW + ERASURE_GRACE
        assert await uow.decisions.matches_of(ben) == []


async def test_the_ledger_forgets_after_a_year() -> None:
    accounts = Accounts()
    await leave(accounts)
    accounts.clock.advance(ERASURE_GRACE)
    await accounts.erasure.erase_due()

    accounts.clock.advance(LEDGER_KEPT)
    assert await accounts.erasure.forget_erased() == 0
    accounts.clock.advance(timedelta(seconds=1))
    assert await accounts.erasure.forget_erased() == 1
    assert await accounts.ledger.erased() == []


async def test_whoever_has_paid_leaves_as_easily_and_is_told_what_is_paid() -> None:
    accounts = Accounts()
    access = accounts.auth.authenticate((await accounts.enter()).access_token)
    async with accounts.begin() as uow:
        await uow.subscriptions.set_tier(access.user_id, Tier.PREMIUM)
        await uow.commit()

    assert (await accounts.leaving.request_erasure(access, PASSWORD)).paid_tier is Tier.PREMIUM


async def test_asking_again_does_not_put_it_off() -> None:
    accounts = Accounts()
    await accounts.register()
    user = await account(accounts)
    assert user is not None

    assert user.leaving(NOW).leaving(NOW + timedelta(days=3)).erase_at == NOW + ERASURE_GRACE
    assert user.back() is user


async def test_who_leaves_is_told_how_to_come_back() -> None:
    accounts = Accounts()
    await leave(accounts)
    user = await account(accounts)
    assert user is not None

    await accounts.mail.send_leaving(EventId(new_id()), ErasureRequested(user.id))

    (delivered,) = accounts.mailer.inbox(EMAIL)
    assert delivered.mail.template is MailTemplate.LEAVING
    kept = kept_facts(data_register().kept_after(NOW + ERASURE_GRACE))
    assert delivered.mail.data == {"link": "https://saltbitter.example/login", **kept}
