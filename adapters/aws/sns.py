"""Reports of Amazon SES about bounces and complaints, brought by SNS over HTTP.

Anybody can send to the address that SNS is told. What is taken in is signed by SNS, is of a topic of ours, and is no
older than SNS may take to deliver it ("Verifying the signatures of Amazon SNS messages", SNS developer guide)."""

import base64
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import Certificate, load_pem_x509_certificate

from adapters.outward import outward_session
from saltbitter_domain.kernel import Clock
from saltbitter_domain.users.model.delivery import (
    DeliveryReport,
    DeliveryReportRefused,
    DeliveryReportUnchecked,
    ReportKind,
)
from saltbitter_domain.users.ports import DeliveryReports

OLDEST = timedelta(hours=1)
"""SNS gives up delivering a message after less than that."""
AHEAD = timedelta(minutes=5)
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
"""By type of message, the fields that are signed, in order; a missing subject is left out."""
_HASHES = {"1": SHA1, "2": SHA256}
_ANSWER_SECONDS = 5
_ANSWER_BYTES = 65_536

Fetch = Callable[[str], Awaitable[bytes]]


async def download(url: str, connector: aiohttp.TCPConnector | None = None) -> bytes:
    """What is at this ``https`` address outside, and nowhere it leads to. Raises ``DeliveryReportUnchecked``."""
    try:
        async with (
            outward_session(_ANSWER_SECONDS, connector) as http,
            http.get(url, allow_redirects=False) as answer,
        ):
            content = bytearray()
            async for part in answer.content.iter_any():
                content += part
                if len(content) > _ANSWER_BYTES:
                    raise _unchecked()
    except (aiohttp.ClientError, OSError, TimeoutError):
        raise _unchecked() from None
    if answer.status != 200:
        raise _unchecked()
    return bytes(content)


class SnsDeliveryReports(DeliveryReports):
    """Certificates are kept for as long as the process lives: there are few, and each has its own address."""

    def __init__(self, clock: Clock, topics: Sequence[str], fetch: Fetch = download) -> None:
        self._clock = clock
        self._topics = frozenset(topics)
        self._fetch = fetch
        self._certificates: dict[str, Certificate] = {}

    async def read(self, body: bytes) -> DeliveryReport | None:
        message = _fields(body)
        host = f"https://sns.{message['TopicArn'].split(':')[3]}.amazonaws.com" if self._is_ours(message) else ""
        if not host or not self._is_recent(message["Timestamp"]):
            raise _refused()
        await self._check(message, host)
        if message["Type"] == "SubscriptionConfirmation":
            if not message.get("SubscribeURL", "").startswith(f"{host}/?"):
                raise _refused()
            await self._fetch(message["SubscribeURL"])
        return _report(message["Message"]) if message["Type"] == "Notification" else None

    def _is_ours(self, message: Mapping[str, str]) -> bool:
        return message["Type"] in _SIGNED and message["TopicArn"] in self._topics

    def _is_recent(self, timestamp: str) -> bool:
        try:
            age = self._clock.now() - datetime.fromisoformat(timestamp)
        except (ValueError, TypeError):  # no date, or one without a time zone
            return False
        return -AHEAD <= age <= OLDEST

    async def _check(self, message: Mapping[str, str], host: str) -> None:
        """Raises ``DeliveryReportRefused`` unless SNS signed this message just now."""
        hashed = _HASHES.get(message["SignatureVersion"])
        url = message["SigningCertURL"]
        if hashed is None or not re.fullmatch(re.escape(host) + r"/SimpleNotificationService-[0-9A-Za-z]+\.pem", url):
            raise _refused()
        if url not in self._certificates:
            try:
                self._certificates[url] = load_pem_x509_certificate(await self._fetch(url))
            except ValueError:
                raise _unchecked() from None
        certificate = self._certificates[url]
        key = certificate.public_key()
        valid = certificate.not_valid_before_utc <= self._clock.now() <= certificate.not_valid_after_utc
        if not valid or not isinstance(key, RSAPublicKey):
            raise _refused()
        try:
            # SHA-1 is what SNS signs with unless a topic says otherwise; nobody but SNS writes what is signed.
            key.verify(base64.b64decode(message["Signature"]), signed_text(message), PKCS1v15(), hashed())
        except (ValueError, InvalidSignature):
            raise _refused() from None


def signed_text(message: Mapping[str, str]) -> bytes:
    """What the signature of a message is over."""
    names = (name for name in _SIGNED[message["Type"]] if name in message)
    return "".join(f"{name}\n{message[name]}\n" for name in names).encode()


def _fields(body: bytes) -> Mapping[str, str]:
    """The fields of a message that are text. Raises ``DeliveryReportRefused`` unless each that must be there is."""
    fields = {name: value for name, value in _object(body).items() if isinstance(value, str)}
    needed = {
        "Type",
        "TopicArn",
        "Message",
        "MessageId",
        "Timestamp",
        "Signature",
        "SignatureVersion",
        "SigningCertURL",
    }
    if not needed <= fields.keys():
        raise _refused()
    return fields


def _report(text: str) -> DeliveryReport | None:
    """What SES says; None where it is of no address that gets no mail any more."""
    said = _object(text)
    match said.get("notificationType") or said.get("eventType"):
        case "Bounce" if _part(said, "bounce").get("bounceType") == "Permanent":
            return DeliveryReport(ReportKind.BOUNCE, _emails(_part(said, "bounce").get("bouncedRecipients")))
        case "Complaint" if _part(said, "complaint").get("complaintFeedbackType") != "not-spam":
            return DeliveryReport(ReportKind.COMPLAINT, _emails(_part(said, "complaint").get("complainedRecipients")))
    return None


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _emails(recipients: object) -> tuple[str, ...]:
    found = recipients if isinstance(recipients, list) else []
    emails = (each.get("emailAddress") for each in found if isinstance(each, dict))
    return tuple(email for email in emails if isinstance(email, str))


def _object(text: str | bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused() from None
    return value if isinstance(value, dict) else {}


def _refused() -> DeliveryReportRefused:
    return DeliveryReportRefused("This is no message of SNS for us. Its signature, topic or time is not right.")


def _unchecked() -> DeliveryReportUnchecked:
    return DeliveryReportUnchecked("The certificate of SNS could not be had just now. Send it again.", retry_after=60)
