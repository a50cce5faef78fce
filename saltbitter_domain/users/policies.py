"""Rules of accounts: who may join, which passwords, how a session moves from token to token."""

import base64
import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum, auto

import attrs

from saltbitter_domain.kernel import FieldProblem, Invalid, is_time_zone, local_date
from saltbitter_domain.profiles.model import MAX_AGE, MIN_AGE, age_on
from saltbitter_domain.register import Kept
from saltbitter_domain.traffic import network_of, read_address
from saltbitter_domain.users.model import (
    KEPT_UNTIL,
    LOST_ANSWER_GRACE,
    MAX_PASSWORD,
    MAX_REASON,
    MIN_PASSWORD,
    MIN_WITH_SECOND_FACTOR,
    AccountStatus,
    AccountSuspended,
    CredentialsRefused,
    Session,
    SessionOver,
    User,
)
from saltbitter_domain.users.model.devices import DEVICE_KNOWN_FOR
from saltbitter_domain.users.model.passkeys import MAX_PASSKEY_NAME
from saltbitter_domain.users.model.second_factor import ChallengeOver, CodesPaused, SecondFactor
from saltbitter_domain.users.ports import Secrets

PRODUCT_NAME = "saltbitter"
MIN_TELLING = 4
"""A piece of a name or address shorter than this (code points) occurs inside the words of good passwords by chance, so
it counts only where no letter stands beside it; a single one, as an initial, does not count at all."""
MAX_LABEL = 80

SUSPENSION_OUTLASTS = DEVICE_KNOWN_FOR
"""An erasure, so that being erased is no way around a suspension. Product rule."""

_BLOCKED, _BARRED = "blocked", "barred"
"""Purposes under which keyed hashes are made."""
_WORD = re.compile(r"\w+")


def canonical_password(password: str) -> str:
    """The form in which a password is judged, hashed and compared: NFKC, so that it does not matter how a keyboard
    composes an accent (NIST SP 800-63B-4 on passwords)."""
    return unicodedata.normalize("NFKC", password)


def password_problems(
    password: str, *, name: str, email: str, common: bool, second_factor: bool = False, path: str = "password"
) -> tuple[FieldProblem, ...]:
    """Everything that speaks against this password; empty when nothing does.

    Length is 12 to 128 code points of the NFKC form, or 8 to 128 beside a ``second_factor``, and any character will do.
    ``common`` passwords are refused, and those containing the product's name, a word of the member's ``name``, their
    ``email`` or its local part. There are no rules of composition (NIST SP 800-63B-4). ``path`` names the field in the
    problems.
    """
    canonical = canonical_password(password)
    folded = canonical.casefold()
    shortest = MIN_WITH_SECOND_FACTOR if second_factor else MIN_PASSWORD
    problems = []
    if len(canonical) < shortest:
        problems.append(("too_short", f"Use at least {shortest} characters; a few unrelated words do well."))
    if len(canonical) > MAX_PASSWORD:
        problems.append(("too_long", f"Use at most {MAX_PASSWORD} characters."))
    if common:
        problems.append(("common", "Many people use this password, so it is among the first to be tried."))
    if PRODUCT_NAME in folded:
        problems.append(("contains_product", "Leave the name SaltBitter out of your password."))
    if piece := _first_in(folded, (*name.split(), *_WORD.findall(name))):
        problems.append(("contains_name", f"Leave your own name out of your password: it contains “{piece}”."))
    local_part = email.rpartition("@")[0]
    if piece := _first_in(folded, (email, local_part, local_part.partition("+")[0])):
        problems.append(("contains_email", f"Leave your e-mail address out of your password: it contains “{piece}”."))
    return tuple(FieldProblem(path, code, message) for code, message in problems)


def _first_in(folded: str, pieces: Iterable[str]) -> str | None:
    """The first of the pieces that tells something and stands in the password, as it is written there."""
    for piece in (canonical_password(piece).casefold() for piece in pieces):
        apart = rf"(?<![^\W\d_]){re.escape(piece)}(?![^\W\d_])"
        if piece in folded and (len(piece) >= MIN_TELLING or (len(piece) > 1 and re.search(apart, folded))):
            return piece
    return None


def mailbox_of(email: str) -> str:
    """An address without what follows a plus in its local part, since whoever has one mailbox has all of these
    (RFC 5233); what is no address as it is."""
    local, at, domain = email.rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def hash_token(token: str) -> str:
    """SHA-256 of a token, in hex. A plain hash suffices: nobody can try out 256 random bits.

    Whatever characters come in give some hash, so that a garbled token is merely an unknown one."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def birth_problems(date_of_birth: date, time_zone: str, now: datetime) -> tuple[FieldProblem, ...]:
    """Why someone born on this day and living in this IANA time zone may not join at ``now``; empty when they may.

    They must be 18 on their own calendar, and the date one that a living person can have. An unknown zone is a problem
    too; the age is then judged by UTC."""
    problems = []
    known = is_time_zone(time_zone)
    if not known:
        problems.append(FieldProblem("time_zone", "unknown", "Give a time zone of the IANA list, as Europe/Lisbon."))
    today = local_date(now, time_zone if known else "UTC")
    age = age_on(date_of_birth, today)
    if date_of_birth > today:
        problems.append(FieldProblem("date_of_birth", "in_the_future", "This day has not come yet."))
    elif age > MAX_AGE:
        problems.append(
            FieldProblem("date_of_birth", "too_long_ago", "Check the year: nobody living is as old as this.")
        )
    elif age < MIN_AGE:
        message = f"SaltBitter is for adults: you can join from the day you turn {MIN_AGE}."
        problems.append(FieldProblem("date_of_birth", "under_age", message))
    return tuple(problems)


def ip_prefix(ip: str) -> str:
    """The network an address is in, as members see it in their sessions: IPv4 by /24, IPv6 by /64.

    Empty when ``ip`` is not an address."""
    address = read_address(ip)
    return network_of(address, 24) if address else ""


def device_label(raw: str) -> str:
    """The name of a device as shown in the list of sessions: printable, at most 80 code points, never empty."""
    return _printable(raw, MAX_LABEL) or "Unknown device"


def passkey_name(raw: str) -> str:
    """The name of a passkey as its member sees it: printable, at most ``MAX_PASSKEY_NAME`` code points, never empty."""
    return _printable(raw, MAX_PASSKEY_NAME) or "Passkey"


def _printable(raw: str, longest: int) -> str:
    printable = "".join(character if character.isprintable() else " " for character in raw)
    return " ".join(printable.split())[:longest].rstrip()


class Outcome(Enum):
    ROTATED = auto()
    """The current token was used: its successor takes its place."""
    REPEATED = auto()
    """The previous token came again within the grace: the answer is the same successor, and nothing changes."""
    REPLAYED = auto()
    """An older token came: someone else may hold the others too, so the whole family has to end."""
    OVER = auto()
    """The session had ended or expired."""


@attrs.frozen
class Rotation:
    outcome: Outcome
    session: Session
    """The session as it was, or rotated."""


def rotate(session: Session, presented_hash: str, successor_hash: str, now: datetime) -> Rotation:
    """Decide what presenting a refresh token that was issued in this session leads to (RFC 9700, 4.14.2).

    Any number of simultaneous uses of one token give one rotation and one successor; a token two or more rotations
    old, or the previous one after ``LOST_ANSWER_GRACE``, ends the family. Each rotation renews the seven days, up to
    ``SESSION_LASTS`` after the session began.
    """
    if not session.is_open(now):
        return Rotation(Outcome.OVER, session)
    if presented_hash == session.token_hash:
        rotated = attrs.evolve(
            session,
            token_hash=successor_hash,
            previous_hash=presented_hash,
            rotated_at=now,
            last_used_at=now,
            expires_at=session.renewed_until(now),
        )
        return Rotation(Outcome.ROTATED, rotated)
    if (
        presented_hash == session.previous_hash
        and session.rotated_at is not None
        and now - session.rotated_at <= LOST_ANSWER_GRACE
    ):
        return Rotation(Outcome.REPEATED, session)
    return Rotation(Outcome.REPLAYED, session)


def blocked_mark(secrets: Secrets, shown: str) -> str:
    """Under what a block about somebody is kept when they are erased: a keyed hash of what they had, which whoever has
    it shows again. That is a normalised address, or the ``hash_token`` of a device's token."""
    return secrets.derived(_BLOCKED, mailbox_of(shown))


def barred_mark(secrets: Secrets, shown: str) -> str:
    """Under what is kept that somebody was erased while they were suspended. ``shown`` as for ``blocked_mark``; whoever
    has one of the two kinds of marks cannot tell whether another of the other kind was made of the same."""
    return secrets.derived(_BARRED, mailbox_of(shown))


def kept_facts(kept: Iterable[Kept]) -> dict[str, str]:
    """What outlives an erasure, as a mail carries it: the last day of each under the name of its place."""
    return {f"{KEPT_UNTIL}{each.place}": each.until.isoformat() for each in kept}


def said(reason: str, refused: type[Invalid]) -> str:
    """What staff tell a member, without the space around it. Raises ``refused`` unless it has 1 to ``MAX_REASON`` code
    points."""
    told = reason.strip()
    if not 0 < len(told) <= MAX_REASON:
        problem = FieldProblem("reason", "length", f"Give a reason of 1 to {MAX_REASON} characters.")
        raise refused("The member will read the reason, so there has to be one.", fields=(problem,))
    return told


def session_over() -> SessionOver:
    """The one refusal for every session that cannot go on, whatever the cause."""
    return SessionOver("This session is over. Please log in again.")


def credentials_refused() -> CredentialsRefused:
    """The one refusal for every address and password that do not fit, whatever the cause."""
    return CredentialsRefused("E-mail address or password is not right. Try again, or reset your password.")


def challenge_over() -> ChallengeOver:
    """The one refusal for every challenge that cannot be answered, whatever the cause."""
    return ChallengeOver("Too much time has passed since you gave your password. Sign in again.")


def refuse_shut_out(user: User, now: datetime) -> None:
    """Raise ``AccountSuspended``; ``CredentialsRefused`` where the member is due to be erased."""
    refuse_suspended(user)
    if user.is_due(now):  # Nobody comes back any more, so that whoever is in the ledger of erasures is gone.
        raise credentials_refused()


def refuse_suspended(user: User) -> None:
    """Raise ``AccountSuspended`` where it is."""
    if user.status is AccountStatus.SUSPENDED:
        raise AccountSuspended("This account is suspended. Write to us if you think that is a mistake.")


def recovery_code(token: str) -> str:
    """A code to write down, made of a fresh token of 256 bits: 120 of them as 24 letters and digits in groups of four.

    At 112 bits or more a plain hash suffices for keeping it (NIST SP 800-63B-4 on look-up secrets)."""
    letters = base64.b32encode(hashlib.sha256(token.encode()).digest()[:15]).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def canonical_code(code: str) -> str:
    """A code as it is compared: capitals, spaces and dashes are as people type them."""
    return "".join(character for character in code.casefold() if character.isalnum())


class CodeOutcome(Enum):
    APP = auto()
    """It is the app's, of a later step than any before."""
    RECOVERY = auto()
    """It is a recovery code, used up now."""
    REFUSED = auto()


@attrs.frozen
class JudgedCode:
    outcome: CodeOutcome
    factor: SecondFactor
    """As it has to be stored."""


def refuse_paused(factor: SecondFactor, now: datetime) -> None:
    """Raise ``CodesPaused`` while there is a pause after wrong answers."""
    paused_until = factor.paused_until()
    if paused_until is not None and now < paused_until:
        wait = math.ceil((paused_until - now).total_seconds())
        raise CodesPaused(
            f"There were too many wrong codes. Wait {wait} seconds, or use a recovery code.", retry_after=wait
        )


def judge_code(factor: SecondFactor, code: str, step: int | None, now: datetime) -> JudgedCode:
    """Decide about a code in its canonical form, which the app shows at time ``step``, if at any near ``now``.

    A code is accepted once (RFC 6238, 5.2). Raises ``CodesPaused`` for what is no recovery code while there is a pause
    after wrong ones; such a code does not count as another."""
    recovery_hash = hash_token(code)
    if recovery_hash in factor.recovery_hashes:
        left = tuple(other for other in factor.recovery_hashes if other != recovery_hash)
        return JudgedCode(CodeOutcome.RECOVERY, attrs.evolve(factor.passed(), recovery_hashes=left))
    refuse_paused(factor, now)
    if step is not None and step > factor.last_step:
        return JudgedCode(CodeOutcome.APP, attrs.evolve(factor.passed(), last_step=step))
    return JudgedCode(CodeOutcome.REFUSED, factor.failed(now))
