"""A topic of Amazon SNS: it signs what it sends, and hands out the certificate to check that with."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from adapters.aws.sns import signed_text
from saltbitter_domain.users.model.delivery import DeliveryReportUnchecked

TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"
TYPES = ("Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation")
HOST = "https://sns.eu-west-1.amazonaws.com"
_KEY = rsa.generate_private_key(65537, 2048)


class SnsDouble:
    """``asked`` are the addresses that were fetched. ``down`` for one that does not answer."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.asked: list[str] = []
        self.down = False
        self.certificate = _certificate(datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if self.down:
            raise DeliveryReportUnchecked("Nobody answers.")
        return self.certificate

    def message(self, said: Any, *, version: str = "1", age: timedelta = timedelta(0), **changes: str) -> bytes:
        """A signed message; a field that is changed is changed before it is signed."""
        fields = {
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Message": json.dumps(said),
            "Timestamp": (self.now - age).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "SignatureVersion": version,
            "SigningCertURL": f"{HOST}/SimpleNotificationService-0123abcd.pem",
            **changes,
        }
        hashed = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303  what SNS signs with
        known = fields if fields["Type"] in TYPES else {**fields, "Type": TYPES[0]}
        fields["Signature"] = base64.b64encode(_KEY.sign(signed_text(known), padding.PKCS1v15(), hashed)).decode()
        return json.dumps(fields).encode()


def bounce(*emails: str, kind: str = "Permanent") -> Any:
    recipients = [{"emailAddress": email, "status": "5.1.1"} for email in emails]
    return {"notificationType": "Bounce", "bounce": {"bounceType": kind, "bouncedRecipients": recipients}}


def complaint(*emails: str, kind: str = "abuse") -> Any:
    recipients = [{"emailAddress": email} for email in emails]
    return {
        "eventType": "Complaint",
        "complaint": {"complaintFeedbackType": kind, "complainedRecipients": recipients},
    }


def _certificate(begins: datetime, ends: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(_KEY, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
