"""Consent: what a member agreed to, when, in which words; an append-only chain of records per member."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import attrs

from saltbitter_domain.chain import ChainHead, Fault
from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Conflict, ConsentRecordId, Language, UserId


class Purpose(StrEnum):
    TERMS = "terms"
    PRIVACY_POLICY = "privacy_policy"
    PSYCHOLOGICAL_PROFILE = "psychological_profile"
    GENDERS_SOUGHT = "genders_sought"
    ORIENTATION = "orientation"
    RELIGION = "religion"
    LOCATION = "location"
    AI_PRACTICE = "ai_practice"
    AI_COACHING = "ai_coaching"
    MARKETING_EMAILS = "marketing_emails"
    ANALYTICS = "analytics"


REQUIRED = frozenset({Purpose.TERMS, Purpose.PRIVACY_POLICY})
"""Without these there is no account; they are withdrawn by leaving."""


@attrs.frozen
class ConsentText:
    """The words a member agrees to, under a version, which says the same in every language."""

    purpose: Purpose
    version: str
    title: str
    text: str
    language: Language = Language.EN


@attrs.frozen
class ConsentRecord:
    """One link of a member's chain.

    ``sequence`` counts from 1. ``channel`` is the way in by which it came: ``registration`` with the account, ``api``
    from whatever client, ``population`` for members who were made up. ``language`` is the one in which the words were
    read, None where nobody says, as for everybody until 27 November 2026, when there was English alone.
    ``previous_hash`` and ``hash`` are as in every chain, over ``policies.canonical_form``."""

    id: ConsentRecordId
    user_id: UserId
    sequence: int
    purpose: Purpose
    granted: bool
    text_version: str
    language: Language | None
    channel: str
    at: datetime
    previous_hash: str
    hash: str


@attrs.frozen
class ConsentChain:
    """A member's records as they are stored, by sequence, and the head that was kept when the last was written."""

    user_id: UserId
    records: Sequence[ConsentRecord]
    head: ChainHead | None


@attrs.frozen
class ChainFault:
    """What is wrong with the records ``first`` to ``last`` of a member's chain."""

    user_id: UserId
    first: int
    last: int
    fault: Fault


@event("consent.given")
class ConsentGiven(Event):
    user_id: UserId
    purpose: Purpose
    text_version: str


@event("consent.withdrawn")
class ConsentWithdrawn(Event):
    user_id: UserId
    purpose: Purpose


class ConsentOutdated(Conflict):
    """The member saw an older text than the one in force."""

    code = "consent_text_outdated"


class ConsentRequired(Conflict):
    """Terms and privacy policy cannot be withdrawn while the account is kept."""

    code = "consent_required_for_account"
