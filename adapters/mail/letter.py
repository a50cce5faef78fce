"""A mail written out: one subject, and the same words as HTML and as plain text."""

from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from importlib.resources import files

import attrs
from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape

from adapters.mail.kept import kept_in
from adapters.mail.localised import facts_in
from adapters.mail.money import MONEY_WORDS
from adapters.mail.sign_ins import SIGN_IN_WORDS
from adapters.mail.words import LANGUAGES, WORDS, Words
from saltbitter_domain.kernel import Clock, Unavailable
from saltbitter_domain.users.ports import Mail

EVERY_MAIL = {**WORDS, **SIGN_IN_WORDS, **MONEY_WORDS}
"""The words of every mail in every language."""


class MailRefused(Unavailable):
    """The mail could not be handed over just now. Says nothing of whom it was for: servers' answers name them."""

    code = "mail_not_accepted"


@attrs.frozen
class Letter:
    """A mail in words. What it carries stays out of the repr."""

    subject: str
    text: str = attrs.field(repr=False)
    html: str = attrs.field(repr=False)


class Letters:
    """Writes mails in one language of ``LANGUAGES``, but those that name another in that. A mail whose template lacks
    words or data raises."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._templates = Environment(
            loader=FunctionLoader(lambda name: files("adapters.mail").joinpath(name).read_text("utf-8")),
            autoescape=select_autoescape(("html",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def words(self, mail: Mail) -> Words:
        """What the mail says, with the facts that it tells of filled in."""
        language = self._of(mail)
        words = EVERY_MAIL[mail.template][language]
        facts = facts_in(language, mail.data)
        said = (each.format_map(facts) for each in words.paragraphs)
        return attrs.evolve(words, paragraphs=(*said, *kept_in(language, mail.data)))

    def write(self, mail: Mail) -> Letter:
        """The mail in words. Raises ``KeyError`` when it lacks its link, its reason, or a fact that it tells of."""
        words = self.words(mail)
        given = {
            "words": words,
            "frame": LANGUAGES[self._of(mail)],
            "language": self._of(mail),
            "link": mail.data["link"],
            "reason": mail.data["reason"] if words.gives_reason else "",
        }
        text, html = (self._templates.get_template(f"letter.{kind}").render(given) for kind in ("txt", "html"))
        return Letter(words.subject, text, html)

    def _of(self, mail: Mail) -> str:
        return mail.language or self._language


class Envelopes:
    """Makes the message that goes over the wire.

    Its ``Message-ID`` comes from the mail's key, so that two copies of one mail can be told to be one."""

    def __init__(self, letters: Letters, clock: Clock, sender: str) -> None:
        self._letters = letters
        self._clock = clock
        self._sender = sender

    def seal(self, mail: Mail) -> EmailMessage:
        """The whole message, of HTML and plain text. RFC 3834 marks it as nothing to answer automatically."""
        letter = self._letters.write(mail)
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{mail.key.hex}@{parseaddr(self._sender)[1].rpartition('@')[2]}>"
        message["Subject"] = letter.subject
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, cte="quoted-printable")
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        return message
