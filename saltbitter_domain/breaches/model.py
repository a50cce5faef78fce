"""Personal data breaches: traces of who saw whom, what is suspected, and the register of what was decided about it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import BreachId, Conflict, Invalid, Language, NotFound, UserId

TRACES_KEPT = timedelta(days=30)
"""How far back it can be told whom somebody saw. Longer would be a diary of everybody's curiosity."""
TRACES_HELD = timedelta(seconds=30)
"""Longer than a process keeps a trace to itself before it stores it, unless the store is away, which it logs."""
BREACHES_KEPT = timedelta(days=1826)
"""Five years after the last entry about a breach: Art. 33(5) GDPR asks for documentation and names no period."""
AUTHORITY_TERM = timedelta(hours=72)
"""Art. 33(1) GDPR, counted from awareness. A term in hours runs through nights, weekends and holidays."""
DECISION_TERM = timedelta(hours=24)
"""How long a suspicion may wait for somebody to look into it. Product rule."""
FINDING_TERM = timedelta(hours=1)
"""How long it may take to find whom a breach is about once it was assessed, most often seconds. Product rule."""
MAX_WORDS = 2_000
DETECTOR = "detector"
"""Who wrote an entry that no person wrote."""


class Act(StrEnum):
    """What is traced. The actor is the id of a member or of staff, or the network of whoever is signed in nowhere."""

    PROFILE_READ = "profile_read"
    ACQUAINTANCES_READ = "acquaintances_read"
    STAFF_READ = "staff_read"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    COPY_FETCHED = "copy_fetched"
    HONEY_TOUCHED = "honey_touched"


@attrs.frozen
class Trace:
    """How often somebody did something within a minute, and whom it was about, as far as that is known."""

    act: Act
    actor: str
    minute: datetime
    times: int
    subjects: frozenset[UserId]


@attrs.frozen
class Activity:
    """What an actor did lately: for each minute how many people it was about that it was not about before, or how
    often it was done where nobody is known whom it was about."""

    actor: str
    minutes: Mapping[datetime, int]


class BreachKind(StrEnum):
    CREDENTIAL_STUFFING = "credential_stuffing"
    SCRAPING = "scraping"
    MASS_EXPORT = "mass_export"
    STAFF_BULK_READ = "staff_bulk_read"
    HONEY_RECORD = "honey_record"
    REPORTED = "reported"


@attrs.frozen
class Scope:
    """Whom a breach is about: whoever these ``acts`` were about, by these ``actors`` (or by anybody, if none is named),
    from the minute of ``since`` and before ``until``, or up to the last minute that is known whole. ``everybody`` means
    every account opened before ``until``, whatever anybody did: for a database that was lost as a whole."""

    since: datetime
    until: datetime | None = None
    acts: tuple[Act, ...] = ()
    actors: tuple[str, ...] = ()
    everybody: bool = False


class DataContext(StrEnum):
    """What kind of data it is."""

    SIMPLE = "simple"
    BEHAVIOURAL = "behavioural"
    FINANCIAL = "financial"
    SENSITIVE = "sensitive"


class Identification(StrEnum):
    """How easily somebody is recognised by it."""

    NEGLIGIBLE = "negligible"
    LIMITED = "limited"
    SIGNIFICANT = "significant"
    MAXIMUM = "maximum"


class Loss(StrEnum):
    """How far confidentiality, integrity or availability is lost: limited where it is known to whom or for how long,
    or can be made good."""

    NONE = "none"
    LIMITED = "limited"
    UNBOUNDED = "unbounded"


@attrs.frozen
class Severity:
    """What the severity of a breach is worked out from (``scoring``)."""

    context: DataContext
    identification: Identification
    confidentiality: Loss
    integrity: Loss = Loss.NONE
    availability: Loss = Loss.NONE
    malicious: bool = False


class Level(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"


@attrs.frozen
class Opened:
    """Found by a detector, or reported by a person; ``found`` is how many people or times it was by then."""

    kind: BreachKind
    scope: Scope
    found: int


@attrs.frozen
class Confirmed:
    """It is a breach, of which we have been aware since ``aware_at``."""

    aware_at: datetime


@attrs.frozen
class Dismissed:
    """It is none."""


@attrs.frozen
class Assessed:
    """How severe it is, and by which scope it is told whom it is about. ``affected`` is how many these are in entries
    that were written when that was found at once; otherwise ``AffectedFound`` follows."""

    severity: Severity
    scope: Scope
    consequences: str = attrs.field(repr=False)
    measures: str = attrs.field(repr=False)
    affected: int | None = None


@attrs.frozen
class AffectedFound:
    """Whom it is about, as assessed last, was found: so many of those who still have an account."""

    number: int


@attrs.frozen
class AuthorityNotified:
    """The authority was told at ``at``, and gave this ``reference``."""

    at: datetime
    reference: str


@attrs.frozen
class Notice:
    """What members read about a breach in one language (Art. 34(2) GDPR), each 1 to 2,000 characters."""

    language: Language
    happened: str = attrs.field(repr=False)
    consequences: str = attrs.field(repr=False)
    measures: str = attrs.field(repr=False)


@attrs.frozen
class MembersNotified:
    """Mails were ordered to so many members, to each in the words of their language. Whoever is erased or found not to
    be affected before theirs leaves gets none, and stays in the number. Entries that were written while there was one
    language, that of the installation's mails, have their words in the last three fields."""

    number: int
    notices: tuple[Notice, ...] = ()
    happened: str = attrs.field(default="", repr=False)
    consequences: str = attrs.field(default="", repr=False)
    measures: str = attrs.field(default="", repr=False)

    def notice(self, language: Language) -> Notice:
        """The words that whoever reads this language is sent."""
        alone = Notice(language, self.happened, self.consequences, self.measures)
        return next((each for each in self.notices if each.language is language), alone)


@attrs.frozen
class Noted:
    """Something to be remembered."""


@attrs.frozen
class Closed:
    """Nothing is left to do."""


Step = Opened | Confirmed | Dismissed | Assessed | AffectedFound | AuthorityNotified | MembersNotified | Noted | Closed
STEPS: Mapping[str, type[Step]] = {
    "opened": Opened,
    "confirmed": Confirmed,
    "dismissed": Dismissed,
    "assessed": Assessed,
    "affected_found": AffectedFound,
    "authority_notified": AuthorityNotified,
    "members_notified": MembersNotified,
    "noted": Noted,
    "closed": Closed,
}


def step_name(step: Step) -> str:
    """What the step is called where it is stored and shown."""
    return next(name for name, each in STEPS.items() if isinstance(step, each))


@attrs.frozen
class Entry:
    """One line of a breach's timeline, by ``sequence`` from 1. ``words`` say why. Entries are only ever added."""

    breach_id: BreachId
    sequence: int
    at: datetime
    by: str
    words: str = attrs.field(repr=False)
    step: Step


class BreachState(StrEnum):
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    CLOSED = "closed"


@attrs.frozen
class Breach:
    """What its entries come to. ``affected`` is how many it is about, as assessed last, and None while that is being
    found. ``authority_notified_at`` is when the authority was told first, ``members_notified`` how many mails to
    members were ordered in all."""

    id: BreachId
    kind: BreachKind
    state: BreachState
    opened_at: datetime
    found: int
    scope: Scope
    aware_at: datetime | None = None
    assessment: Assessed | None = None
    affected: int | None = None
    authority_notified_at: datetime | None = None
    members_notified: int = 0
    timeline: tuple[Entry, ...] = ()

    @property
    def due_at(self) -> datetime | None:
        """When the authority has to be told at the latest; None until it is known to be a breach."""
        return self.aware_at and self.aware_at + AUTHORITY_TERM


@event("breaches.scope_assessed")
class ScopeAssessed(Event):
    breach_id: BreachId


@event("breaches.notices_ordered")
class NoticesOrdered(Event):
    """Whom the order with the sequence ``entry`` is for is to be written to, of those with an id above ``after``.
    Messages of earlier releases name no order: they mean the last."""

    breach_id: BreachId
    after: UserId | None = None
    entry: int | None = None


@event("breaches.notices_due")
class NoticesDue(Event):
    """These members are to be written to in the words of the ``entry`` with this sequence."""

    breach_id: BreachId
    entry: int
    members: tuple[UserId, ...]


@attrs.frozen
class Affected:
    """A member whom a breach is about. Of whoever was told it says when, by the words of which entry, by its sequence,
    and in which language; the last two are None for those told while there was one text."""

    user_id: UserId
    told_at: datetime | None = None
    told_by: int | None = None
    told_in: Language | None = None


@attrs.frozen
class Addressee:
    """A member to be told of a breach. ``language`` is the one in which they last agreed to something, None where
    nobody knows it."""

    user_id: UserId
    address: str = attrs.field(repr=False)
    language: Language | None


class BreachMissing(NotFound):
    code = "breach_missing"


class BreachInvalid(Invalid):
    code = "breach_invalid"


class StepRefused(Conflict):
    """The step does not follow from where the breach stands."""

    code = "breach_step_refused"
