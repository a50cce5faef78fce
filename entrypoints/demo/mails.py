"""The demo's mails in words, by the template each was sent under."""

from string import Template

import attrs

from saltbitter_domain.users.model import MailTemplate
from saltbitter_domain.users.ports import Mail


@attrs.frozen
class Words:
    subject: str
    body: Template


WORDS = {
    MailTemplate.VERIFY_EMAIL: Words(
        "Please confirm your address",
        Template("Welcome to SaltBitter. Confirm that this address is yours:\n\n$link\n\n"
                 "The link works once, for an hour."),
    ),
    MailTemplate.RESET_PASSWORD: Words(
        "Choose a new password",
        Template("You asked for a new password. Choose it here:\n\n$link\n\nThe link works once, for an hour. "
                 "If it was not you, ignore this mail: nothing has changed."),
    ),
    MailTemplate.ALREADY_REGISTERED: Words(
        "You already have an account",
        Template("Somebody, perhaps you, tried to register with this address. You have an account already:\n\n$link"),
    ),
    MailTemplate.PASSWORD_CHANGED: Words(
        "Your password was changed",
        Template("Your password was changed and other devices were signed out. If it was not you, act now:\n\n$link"),
    ),
    MailTemplate.SESSION_REPLAYED: Words(
        "We signed a device out",
        Template("A sign-in of yours was used twice, as if somebody had copied it. We ended it. "
                 "Sign in again:\n\n$link"),
    ),
    MailTemplate.LEAVING: Words(
        "Your account is closed",
        Template("Nobody sees you on SaltBitter any more. In 30 days everything we have of you is erased: your "
                 "account, profile, photos, answers, consents, likes and matches.\n\n"
                 "If you would rather stay, or if this was not you, sign in before then:\n\n$link"),
    ),
    MailTemplate.SUSPENDED: Words(
        "Your account is suspended",
        Template("Your account is suspended: nobody is introduced to you, and you cannot sign in. "
                 "This is why:\n\n$reason\n\n"
                 "If you think that is a mistake, appeal here, and somebody looks at it again:\n\n$link"),
    ),
    MailTemplate.RESTORED: Words(
        "Your account is open again",
        Template("The suspension of your account is over. This is why:\n\n$reason\n\nSign in again:\n\n$link"),
    ),
}  # fmt: skip


def in_words(mail: Mail) -> tuple[str, str]:
    """Subject and text of a mail."""
    words = WORDS[mail.template]
    return words.subject, words.body.substitute(mail.data)
