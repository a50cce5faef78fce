"""What every mailer promises, and the mailbox that the demo and tests look into."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.mail.letter import Envelopes, Letters
from adapters.mail.maildir import MaildirMailer, mails_to
from adapters.memory import mailer as memory
from adapters.memory.mailer import Delivered, MailRefused, MemoryMailer
from adapters.system.clock import ManualClock
from saltbitter_domain.kernel import EventId, Unavailable
from saltbitter_domain.users.model import MailTemplate
from saltbitter_domain.users.ports import Mail, Mailer
from tests.doubles.builders import NOW, new_id

PORT = Mailer


def a_mail(to: str = "ada@example.org") -> Mail:
    return Mail(EventId(new_id()), to, MailTemplate.VERIFY_EMAIL, {"link": "https://example.org/v?token=secret"})


async def test_a_mail_may_be_handed_over_more_than_once(mailer: Mailer) -> None:
    mail = a_mail()

    for _ in range(2):
        await mailer.send(mail)


def test_what_a_mail_carries_stays_out_of_its_repr() -> None:
    assert "secret" not in repr(a_mail())


async def test_a_mail_lies_in_the_maildir_once_with_all_it_carries(clock: ManualClock, tmp_path: Path) -> None:
    mailer = MaildirMailer(str(tmp_path), Envelopes(Letters(), clock, "no-reply@saltbitter.example"))
    mailer.open()
    first, second, other = a_mail(), a_mail(), a_mail("bob@example.org")
    for mail in (first, second, other, first):
        await mailer.send(mail)
    expected = (MailTemplate.VERIFY_EMAIL, {"link": "https://example.org/v?token=secret", "token": "secret"})

    assert mails_to(str(tmp_path), "ada@example.org") == [expected, expected]

    (tmp_path / "new" / other.key.hex).rename(tmp_path / "cur" / f"{other.key.hex}:2,S")
    await mailer.send(other)
    assert mails_to(str(tmp_path), "bob@example.org") == []


async def test_the_mailbox_shows_each_mail_once_newest_first(clock: ManualClock) -> None:
    mailer = MemoryMailer(clock)
    first, second, other = a_mail(), a_mail(), a_mail("bob@example.org")
    for mail in (first, second, other):
        await mailer.send(mail)
    clock.advance(timedelta(minutes=1))
    await mailer.send(first)

    assert mailer.inbox("ada@example.org") == [Delivered(second, NOW), Delivered(first, NOW)]
    assert mailer.inbox() == [Delivered(other, NOW), Delivered(second, NOW), Delivered(first, NOW)]
    assert mailer.inbox("nobody@example.org") == []


async def test_a_mailer_told_to_fail_does_so_that_often_and_keeps_nothing(clock: ManualClock) -> None:
    mailer = MemoryMailer(clock)
    mail = a_mail()
    mailer.fail(2)

    for _ in range(2):
        with pytest.raises(MailRefused) as refusal:
            await mailer.send(mail)
        assert isinstance(refusal.value, Unavailable)
        assert refusal.value.retry_after == 60
    assert mailer.inbox() == []

    await mailer.send(mail)
    assert mailer.inbox() == [Delivered(mail, NOW)]


async def test_the_mailbox_forgets_the_oldest_mails(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_MAILS", 2)
    mailer = MemoryMailer(clock)
    mails = [a_mail() for _ in range(3)]

    for mail in mails:
        await mailer.send(mail)

    assert [delivered.mail for delivered in mailer.inbox()] == [mails[2], mails[1]]
