"""Addresses that mails come back from, or whose reader calls them spam."""

from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.kernel import Malformed, NotFound, TooLarge, Unavailable

SUPPRESSED_FOR = timedelta(days=365)
"""After the last report; then a mail is tried again."""
MAX_REPORT_BYTES = 262_144
"""The largest message of Amazon SNS."""


class ReportKind(StrEnum):
    BOUNCE = "bounce"
    """There is no such mailbox, for good."""
    COMPLAINT = "complaint"
    """Its reader said that a mail of ours was spam."""


@attrs.frozen
class DeliveryReport:
    """What the post office says of mails of ours."""

    kind: ReportKind
    emails: tuple[str, ...] = attrs.field(repr=False)


@attrs.frozen
class Suppression:
    """No mail goes to the address with this keyed hash."""

    address_hash: str = attrs.field(repr=False)
    kind: ReportKind
    at: datetime


class DeliveryReportsOff(NotFound):
    code = "delivery_reports_off"


class DeliveryReportRefused(Malformed):
    code = "delivery_report_refused"


class DeliveryReportTooLarge(TooLarge):
    code = "delivery_report_too_large"


class DeliveryReportUnchecked(Unavailable):
    """What a report has to be checked with could not be had just now."""

    code = "delivery_report_unchecked"
