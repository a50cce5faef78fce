"""The demo's mails in words, by the template each was sent under."""

from string import Template

import attrs

from saltbitter_domain.users.ports import Mail


@attrs.frozen
class Words:
    subject: str
    body: Template


WORDS = {
    "verify_email": Words(
        "Please confirm your address",
        Template("Welcome to SaltBitter. Confirm that this address is yours:\n\n$link\n\n"
                 "The link works once, for an hour."),
    ),
    "reset_password": Words(
        "Choose a new password",
        Template("You asked for a new password. Choose it here:\n\n$link\n\nThe link works once, for an hour. "
                 "If it was not you, ignore this mail: nothing has changed."),
    ),
    "already_registered": Words(
        "You already have an account",
        Template("Somebody, perhaps you, tried to register with this address. You have an account already:\n\n$link"),
    ),
    "password_changed": Words(
        "Your password was changed",
        Template("Your password was changed and other devices were signed out. If it was not you, act now:\n\n$link"),
    ),
    "session_replayed": Words(
        "We signed a device out",
        Template("A sign-in of yours was used twice, as if somebody had copied it. We ended it. "
                 "Sign in again:\n\n$link"),
    ),
}  # fmt: skip


def in_words(mail: Mail) -> tuple[str, str]:
    """Subject and text of a mail."""
    words = WORDS[mail.template]
    return words.subject, words.body.substitute(mail.data)
