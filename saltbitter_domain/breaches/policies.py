"""What the entries of a breach come to, which step may follow, the clock for the authority, and what it is told."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import attrs

from saltbitter_domain.breaches import scoring
from saltbitter_domain.breaches.catalogue import DATA
from saltbitter_domain.breaches.model import (
    AUTHORITY_TERM,
    DECISION_TERM,
    FINDING_TERM,
    MAX_WORDS,
    TRACES_HELD,
    TRACES_KEPT,
    AffectedFound,
    Assessed,
    AuthorityNotified,
    Breach,
    BreachInvalid,
    BreachState,
    Closed,
    Confirmed,
    Dismissed,
    Entry,
    MembersNotified,
    Noted,
    Notice,
    Opened,
    Scope,
    Step,
    StepRefused,
)
from saltbitter_domain.kernel import FieldProblem, Language
from saltbitter_domain.profiles.policies import LINE_BREAKS, text_problems

ALARM_AFTER = 0.8 * AUTHORITY_TERM
"""57 h 36 min: while there are still 14 hours to write."""
MAX_ACTORS = 100
_ACTOR = re.compile(r"[0-9a-f.:/-]{1,64}")
_OPEN = {BreachState.SUSPECTED, BreachState.CONFIRMED}
_MAY_FOLLOW: Mapping[type[Step], set[BreachState]] = {
    Confirmed: {BreachState.SUSPECTED},
    Dismissed: {BreachState.SUSPECTED},
    Assessed: _OPEN,
    AffectedFound: set(BreachState),
    AuthorityNotified: {BreachState.CONFIRMED},
    MembersNotified: {BreachState.CONFIRMED},
    Closed: {BreachState.CONFIRMED},
    Noted: set(BreachState),
}


def minute_of(instant: datetime) -> datetime:
    """The minute it is in, by its beginning."""
    return instant.replace(second=0, microsecond=0)


def breaches_of(entries: Iterable[Entry]) -> Sequence[Breach]:
    """The breaches these entries are about, in their order; entries of one stand together."""
    return [breach_of(tuple(of_one)) for _, of_one in groupby(entries, lambda entry: entry.breach_id)]


def breach_of(entries: Sequence[Entry]) -> Breach:
    """What the entries of one breach, by sequence, come to."""
    first = entries[0]
    if not isinstance(first.step, Opened):
        raise ValueError("the first entry of a breach opens it")  # noqa: TRY004  the value is wrong, of the right type
    opened = first.step
    breach = Breach(first.breach_id, opened.kind, BreachState.SUSPECTED, first.at, opened.found, opened.scope)
    for entry in entries:
        breach = _after(breach, entry.step)
    return attrs.evolve(breach, timeline=tuple(entries))


def _after(breach: Breach, step: Step) -> Breach:
    match step:
        case Confirmed():
            return attrs.evolve(breach, state=BreachState.CONFIRMED, aware_at=step.aware_at)
        case Dismissed():
            return attrs.evolve(breach, state=BreachState.DISMISSED)
        case Closed():
            return attrs.evolve(breach, state=BreachState.CLOSED)
        case Assessed():
            return attrs.evolve(breach, assessment=step, scope=step.scope, affected=step.affected)
        case AffectedFound():
            return attrs.evolve(breach, affected=step.number)
        case AuthorityNotified():
            return attrs.evolve(breach, authority_notified_at=breach.authority_notified_at or step.at)
        case MembersNotified():
            return attrs.evolve(breach, members_notified=breach.members_notified + step.number)
        case Opened() | Noted():
            return breach


def next_entry(breach: Breach, step: Step, *, by: str, words: str, now: datetime) -> Entry:
    """The entry that adds this step to the breach. ``StepRefused`` where it cannot follow, ``BreachInvalid``."""
    if breach.state not in _MAY_FOLLOW[type(step)]:
        raise StepRefused(f"The breach is {breach.state}, so that this is not the next step. Read it again.")
    match step:
        case Confirmed(aware_at) if aware_at > now:
            raise _wrong("aware_at", "in_the_future", "Say since when we have been aware of it: not later than now.")
        case AuthorityNotified(at) if not (breach.aware_at or now) <= at <= now:
            raise _wrong("at", "out_of_order", "Say when it was told: after we became aware, and not later than now.")
        case AuthorityNotified(reference=reference) if reference:
            refuse_words("reference", reference)
        case MembersNotified() if breach.assessment is None:
            raise StepRefused("Assess first whom the breach is about.")
        case MembersNotified() if breach.affected is None:
            raise StepRefused("Whom it is about is still being found out. Try again in a minute.")
    refuse_words("words", words)
    return Entry(breach.id, len(breach.timeline) + 1, now, by, words, step)


def orders(breach: Breach) -> Sequence[int]:
    """The sequences of the entries by which mails to members were ordered."""
    return [entry.sequence for entry in breach.timeline if isinstance(entry.step, MembersNotified)]


def found_for(breach: Breach, order: int) -> range:
    """By which entries those were found for whom the order with this sequence is: by those since the order before.

    So whoever was found once is for one order, however many are given and however long their mails take."""
    return range(max((each for each in orders(breach) if each < order), default=0), order)


def refuse_words(field: str, words: str) -> None:
    """Raise ``BreachInvalid`` unless this is 1 to 2,000 characters of text."""
    if problems := tuple(text_problems(field, words, MAX_WORDS, breaks=LINE_BREAKS)):
        raise BreachInvalid("This belongs in the register in words.", fields=problems)


def refuse_notices(notices: Collection[Notice]) -> None:
    """Raise ``BreachInvalid`` unless every language that members read has a notice, each part of it in words."""
    missing = [each for each in Language if each not in {notice.language for notice in notices}]
    if missing:
        told = "Members are told in the language they read: write this notice too before any is sent."
        fields = tuple(FieldProblem(f"notices.{each}", "required", told) for each in missing)
        raise BreachInvalid("A language is missing, so that nobody is written to yet.", fields=fields)
    for notice in notices:
        refuse_words(f"notices.{notice.language}.happened", notice.happened)
        refuse_words(f"notices.{notice.language}.consequences", notice.consequences)
        refuse_words(f"notices.{notice.language}.measures", notice.measures)


def refuse_scope(scope: Scope, now: datetime) -> None:
    """Raise ``BreachInvalid`` unless whom the scope is about can be told exactly."""
    until = scope.until or now
    if until > now or until <= scope.since:
        raise _wrong("scope.until", "out_of_order", "The time ends after it begins, and not later than now.")
    if not scope.everybody and not scope.acts:
        raise _wrong("scope.acts", "required", "Name at least one act, or everybody.")
    if len(scope.actors) > MAX_ACTORS or not all(map(_ACTOR.fullmatch, scope.actors)):
        raise _wrong("scope.actors", "unknown", f"Name up to {MAX_ACTORS} members or staff by id, or networks.")
    if not scope.everybody and scope.since < now - TRACES_KEPT + FINDING_TERM:
        words = "Whom somebody saw is known for 30 days, less an hour to find it. Name everybody instead."
        raise _wrong("scope.since", "forgotten", words)


def ended_scope(scope: Scope, now: datetime) -> Scope:
    """The scope up to its end, or up to the last instant of which everything is known.

    Raises ``BreachInvalid`` where it goes on for longer, as the last seconds may not be stored yet."""
    latest = now if scope.everybody else stored_until(now)
    until = scope.until or latest
    if until > latest or until <= scope.since:
        words = f"Whom somebody saw is known exactly up to {latest.isoformat()} now. End there, or wait a minute."
        raise _wrong("scope.until", "not_stored_yet", words)
    return attrs.evolve(scope, until=until)


def stored_until(now: datetime) -> datetime:
    """The end of the last minute of which every process has stored its traces."""
    return minute_of(now - TRACES_HELD)


def _wrong(field: str, code: str, message: str) -> BreachInvalid:
    return BreachInvalid(message, fields=(FieldProblem(field, code, message),))


def alarms(breaches: Iterable[Breach], now: datetime) -> Mapping[str, int]:
    """What is late, or about to be: suspicions nobody has looked into for a day, breaches of which it was not found for
    an hour whom they are about, those that the authority has to be told of within 14 hours and was not, and those of
    which it should have been told by now. Nothing that is not."""
    counts = Counter[str]()
    for breach in breaches:
        counts["breach_affected_unknown"] += now - (_sought_since(breach) or now) >= FINDING_TERM
        if breach.state is BreachState.SUSPECTED:
            counts["breach_undecided"] += now - breach.opened_at >= DECISION_TERM
        elif breach.state is BreachState.CONFIRMED and _authority_waits(breach):
            aware = now - (breach.aware_at or now)
            counts["breach_authority_due"] += ALARM_AFTER <= aware < AUTHORITY_TERM
            counts["breach_authority_overdue"] += aware >= AUTHORITY_TERM
    return +counts


def _sought_since(breach: Breach) -> datetime | None:
    """Since when it is being found whom it is about; None when nobody waits for it."""
    if breach.assessment is None or breach.affected is not None:
        return None
    return next(entry.at for entry in reversed(breach.timeline) if entry.step == breach.assessment)


def _authority_waits(breach: Breach) -> bool:
    severity = breach.assessment.severity if breach.assessment else None
    return breach.authority_notified_at is None and scoring.authority_to_be_told(severity)


@attrs.frozen
class Notification:
    """The draft of what the authority is told (Art. 33(3) GDPR). ``missing`` is what has to be found out or written
    before it is sent; it can be sent in parts (Art. 33(4)). ``text`` is all of it to copy."""

    due_at: datetime | None
    nature: str
    people: str
    data: tuple[str, ...] = attrs.field(repr=False)
    contact: str
    consequences: str = attrs.field(repr=False)
    measures: str = attrs.field(repr=False)
    delay: str
    missing: tuple[str, ...]
    text: str = attrs.field(default="", repr=False)


def notification(breach: Breach, contact: str, now: datetime) -> Notification:
    """The draft, from what is in the register."""
    found = breach.assessment
    until = breach.scope.until
    during = f"from {_told(breach.scope.since)} to {_told(until) if until else 'now'}"
    draft = Notification(
        due_at=breach.due_at,
        nature=f"{str(breach.kind).replace('_', ' ').capitalize()}, {during}; noticed at {_told(breach.opened_at)}"
        + (f", a breach known since {_told(breach.aware_at)}." if breach.aware_at else ", not confirmed yet."),
        people="" if breach.affected is None else f"Members of a dating service: {breach.affected}.",
        data=("everything that is kept about members, special categories included",)
        if breach.scope.everybody
        else tuple(DATA[act] for act in breach.scope.acts),
        contact=contact,
        consequences=found.consequences if found else "",
        measures=found.measures if found else "",
        delay=_delay(breach, now),
        missing=(),
    )
    draft = attrs.evolve(draft, missing=tuple(_missing(draft, breach)))
    return attrs.evolve(draft, text=_text(draft, breach))


def _missing(draft: Notification, breach: Breach) -> Iterator[str]:
    if breach.state is BreachState.SUSPECTED:
        yield "whether it is a breach"
    if breach.assessment is None:
        yield "how many people are affected, how severe it is, its likely consequences and the measures taken"
    elif breach.affected is None:
        yield "how many people are affected: they are being counted"
    if not draft.contact:
        yield "whom the authority can ask: set SALTBITTER_PRIVACY_CONTACT"
    if draft.delay:
        yield "the reasons for the delay"


def _delay(breach: Breach, now: datetime) -> str:
    told = breach.authority_notified_at or now
    if breach.due_at is None or told <= breach.due_at:
        return ""
    return f"{_hours(told - breach.due_at)} hours after the 72 hours that Art. 33(1) GDPR gives. The reasons: "


def _hours(time: timedelta) -> int:
    return -(-time // timedelta(hours=1))


def _told(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _text(draft: Notification, breach: Breach) -> str:
    level = f"{scoring.level(breach.assessment.severity)}".replace("_", " ") if breach.assessment else "not assessed"
    told = f"{breach.members_notified} mails were ordered" if breach.members_notified else "not told yet"
    parts = {
        "Nature of the breach (a)": draft.nature,
        "People affected, approximately (a)": draft.people or "Not known yet.",
        "Records affected, by category (a)": "; ".join(draft.data),
        "Contact (b)": draft.contact or "Not named yet.",
        "Likely consequences (c)": draft.consequences or "Not known yet.",
        "Measures taken or proposed (d)": draft.measures or "Not known yet.",
        "Severity (ENISA 2013)": level,
        "Members (Art. 34)": told,
        "Delay (Art. 33(1))": draft.delay or "None.",
    }
    return "\n\n".join(f"{heading}\n{words}" for heading, words in parts.items())
