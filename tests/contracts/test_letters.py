"""What every mail says and shows, and how it leaves over SMTP and SES."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import Parser
from email.policy import default
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pytest

from adapters.mail.kept import KEPT
from adapters.mail.letter import Envelopes, Letters, MailRefused
from adapters.mail.ses import SesMailer
from adapters.mail.smtp import SmtpMailer
from adapters.mail.words import LANGUAGES
from adapters.system.clock import ManualClock
from config.data_register import data_register
from saltbitter_domain.kernel import EventId, Language
from saltbitter_domain.users.model import KEPT_UNTIL, MailTemplate
from saltbitter_domain.users.policies import kept_facts
from saltbitter_domain.users.ports import Mail
from tests.contracts.stores import SENDER
from tests.doubles.aws import REGION
from tests.doubles.builders import new_id
from tests.doubles.ses import running_ses, taken
from tests.doubles.smtp import MailServer, certificate, running_mail_server

LINK = "https://saltbitter.example/verify?token=pl4nted-t0ken&next=%3Cb%3E"
REASON = "Insults & <threats> in two chats"
PAID = {
    "amount_minor": "1999",
    "currency": "USD",
    "product": "premium",
    "number": "ch_1",
    "day": "2026-03-02T23:30:00+00:00",
    "until": "2026-04-01T23:30:00+00:00",
    "time_zone": "Europe/Berlin",
    "moment": "2026-03-02T23:30:00+00:00",
    "place": "",
    "happened": "Somebody copied profiles {on} a weekend.",
    "consequences": "<b>Strangers</b> may know you are here.",
    "measures": "They are out.",
    "contact": "privacy@saltbitter.example",
}

DAYS = {"en": r"\d{1,2} [A-Z][a-z]+ 2026", "de": r"\d{1,2}\. [A-Z][a-zä]+ 2026"}
AMERICAN = re.compile(r"[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2}/\d{1,2}/\d{2,4}|\d\s?[AP]M\b", re.IGNORECASE)
"""A month before its day, three numbers with slashes, or an hour of twelve."""


def a_mail(template: MailTemplate = MailTemplate.VERIFY_EMAIL, link: str = LINK) -> Mail:
    return Mail(EventId(new_id()), "ada@example.org", template, {"link": link, "reason": REASON, **PAID})


class Page(HTMLParser):
    """The words of a page's body, and everything it would load or lead to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(html[html.index("<body>") :])

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attributes if name in {"href", "src"} and value]

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", MailTemplate)
class TestEveryMail:
    def test_says_the_same_in_html_and_in_plain_text(self, template: MailTemplate, language: str) -> None:
        letters, mail = Letters(language), a_mail(template)
        letter, words = letters.write(mail), letters.words(mail)
        page = Page(letter.html)

        for said in (*words.paragraphs, words.action, words.after, LINK):
            assert said in page.words or said in page.links
            assert said in letter.text
        assert (REASON in page.words, REASON in letter.text) == (words.gives_reason, words.gives_reason)
        assert letter.subject == words.subject
        assert LINK in letter.text.splitlines()

    def test_shows_nothing_from_elsewhere_and_leads_nowhere_but_to_its_link(
        self, template: MailTemplate, language: str
    ) -> None:
        html = Letters(language).write(a_mail(template)).html

        assert set(Page(html).links) == {LINK}
        assert not Page(html).tags & {"img", "script", "iframe", "link", "form"}
        assert not re.search(r"url\(|@import", html)
        assert f'<html lang="{language}">' in html

    def test_writes_the_day_first_and_hours_up_to_24(self, template: MailTemplate, language: str) -> None:
        mail = a_mail(template)
        kept = {f"{KEPT_UNTIL}{place}": PAID["until"][:10] for place in KEPT}
        letter = Letters(language).write(attrs.evolve(mail, data={**mail.data, **kept}))

        for said in (letter.text, unescape(letter.html)):
            assert not AMERICAN.search(said)
            assert re.findall(r"\b\w+ 2026", said)
            assert all(re.search(rf"(?<!\d){DAYS[language]}$", day) for day in re.findall(r"\S+ \w+ 2026", said))

    def test_has_a_subject_that_is_the_same_for_everybody(self, template: MailTemplate, language: str) -> None:
        subject = Letters(language).write(a_mail(template)).subject
        assert 0 < len(subject) <= 60
        assert "ada" not in subject.casefold().split()


def test_amounts_and_days_are_written_as_the_language_writes_them_and_days_are_the_members_own() -> None:
    mail = a_mail(MailTemplate.PAYMENT_CONFIRMED)
    said = {language: " ".join(Letters(language).words(mail).paragraphs) for language in LANGUAGES}

    for fact in ("$19.99", "3 March 2026", "2 April 2026", "SaltBitter Premium", "ch_1"):
        assert fact in said["en"]
    for fact in ("19,99\xa0$", "3. März 2026", "2. April 2026", "SaltBitter Premium", "ch_1"):
        assert fact in said["de"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", [MailTemplate.LEAVING, MailTemplate.ERASED])
def test_a_receipt_of_an_erasure_names_everything_that_the_register_keeps_and_until_when(
    template: MailTemplate, language: str
) -> None:
    kept = data_register().kept_after(datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    mail = Mail(EventId(new_id()), "ada@example.org", template, {"link": LINK, **kept_facts(kept)})
    said = Letters(language).words(mail).paragraphs[-len(kept) :]

    assert [each.place for each in kept] == list(KEPT), "say in adapters/mail/kept.py what else is kept"
    assert all(str(each.until.year) in line for each, line in zip(kept, said, strict=True))
    assert any(line.endswith("2 March 2036, as tax law demands.") for line in said) is (language == "en")


def test_a_mail_that_names_its_language_is_in_that_whatever_the_others_are_in() -> None:
    mail = a_mail(MailTemplate.BREACH_NOTICE)
    in_german = Letters().write(attrs.evolve(mail, language=Language.DE))

    assert in_german == Letters("de").write(mail) != Letters().write(mail)


def test_a_mail_that_lacks_a_fact_is_not_written() -> None:
    with pytest.raises(KeyError, match="amount"):
        Letters().write(Mail(EventId(new_id()), "ada@example.org", MailTemplate.PAYMENT_CONFIRMED, {"link": LINK}))


def test_what_a_mail_carries_cannot_become_markup() -> None:
    letter = Letters().write(a_mail(link='https://x.example/"><script>alert(1)</script>'))
    assert "<script>" not in letter.html
    assert "<script>" in unescape(letter.html)
    assert "script" not in repr(letter)


def test_a_mail_without_its_link_is_not_written() -> None:
    with pytest.raises(KeyError):
        Letters().write(Mail(EventId(new_id()), "ada@example.org", MailTemplate.VERIFY_EMAIL))


def test_a_mail_that_must_give_a_reason_is_not_written_without_one() -> None:
    with pytest.raises(KeyError, match="reason"):
        Letters().write(Mail(EventId(new_id()), "ada@example.org", MailTemplate.SUSPENDED, {"link": LINK}))


def test_one_mail_has_one_message_id_and_asks_for_no_answer(clock: ManualClock) -> None:
    envelopes, mail = Envelopes(Letters("de"), clock, SENDER), a_mail()
    first, again, other = envelopes.seal(mail), envelopes.seal(mail), envelopes.seal(a_mail())

    assert first["Message-ID"] == again["Message-ID"] == f"<{mail.key.hex}@saltbitter.example>"
    assert other["Message-ID"] != first["Message-ID"]
    assert (first["From"], first["To"], first["Auto-Submitted"]) == (SENDER, "ada@example.org", "auto-generated")
    assert max(map(len, bytes(first).splitlines())) <= 998


def both_parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS"])
async def test_smtp_hands_over_both_parts_and_says_nothing_in_clear(
    at_once: bool, clock: ManualClock, tmp_path: Path
) -> None:
    ours, theirs = certificate(tmp_path)
    mail = a_mail()
    async with running_mail_server(MailServer(at_once=at_once), ours) as server:
        url = f"smtp{'s' if at_once else ''}://localhost:{server.port}"
        await SmtpMailer(Envelopes(Letters(), clock, SENDER), url, theirs).send(mail)

    letter = Letters().write(mail)
    assert [both_parts(message) for message in server.taken] == [(letter.text, letter.html)]
    assert [line.split()[0] for line in server.in_clear] == ([] if at_once else [b"EHLO", b"STARTTLS"])


Trouble = Callable[[MailServer], MailServer]


@pytest.mark.parametrize(
    "trouble",
    [
        lambda server: attrs.evolve(server, refusal="550 5.1.1 <ada@example.org> is unknown here"),
        lambda server: attrs.evolve(server, refusal="451 try again"),
        lambda server: attrs.evolve(server, silent=True),
        lambda server: attrs.evolve(server, offers_tls=False),
    ],
    ids=["unknown", "busy", "silent", "without TLS"],
)
async def test_what_smtp_refuses_is_tried_again_and_names_nobody(
    trouble: Trouble, clock: ManualClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ours, theirs = certificate(tmp_path)
    async with running_mail_server(trouble(MailServer()), ours) as server:
        url = f"smtp://localhost:{server.port}"
        mailer = SmtpMailer(Envelopes(Letters(), clock, SENDER), url, theirs, seconds=0.2 if server.silent else 5)
        with pytest.raises(MailRefused) as refusal:
            await mailer.send(a_mail())

    assert server.taken == []
    names_nobody(refusal.value, caplog)


async def test_smtp_trusts_no_certificate_that_it_does_not_know(clock: ManualClock, tmp_path: Path) -> None:
    ours, _ = certificate(tmp_path)
    async with running_mail_server(MailServer(at_once=True), ours) as server:
        with pytest.raises(MailRefused):
            await SmtpMailer(Envelopes(Letters(), clock, SENDER), f"smtps://localhost:{server.port}").send(a_mail())
    assert server.taken == []


async def test_ses_is_handed_both_parts(clock: ManualClock) -> None:
    mail = a_mail()
    with running_ses(SENDER) as address:
        await SesMailer(Envelopes(Letters(), clock, SENDER), REGION, address).send(mail)
        (raw,) = taken()

    letter, message = Letters().write(mail), Parser(policy=default).parsestr(raw)
    assert isinstance(message, EmailMessage)
    assert both_parts(message) == (letter.text, letter.html)


async def test_what_ses_refuses_is_tried_again_and_names_nobody(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = Envelopes(Letters(), clock, "nobody@elsewhere.example")
    with running_ses(SENDER) as address:
        mailer = SesMailer(stranger, REGION, address)
        caplog.set_level(logging.INFO)
        with pytest.raises(MailRefused) as refused:
            await mailer.send(a_mail())
        gone = SesMailer(stranger, REGION, address)
    with pytest.raises(MailRefused) as unreachable:
        await gone.send(a_mail())

    names_nobody(refused.value, caplog)
    names_nobody(unreachable.value, caplog)


def names_nobody(refusal: MailRefused, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the refusal, nor what a traceback of it would show, nor the log says the address or the token."""
    assert refusal.retry_after == 60
    assert refusal.__cause__ is None
    assert refusal.__context__ is None
    for secret in ("ada@", "pl4nted"):
        assert secret not in str(refusal)
        assert secret not in caplog.text
