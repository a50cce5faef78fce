"""An authenticator in software, behind a browser: real keys, real signatures, and whatever else a test has it say."""

import hashlib
import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import attrs
import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
AAGUID = b"\0" * 16


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _fresh_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@attrs.define
class Authenticator:
    """One passkey (ES256), as its browser shows it to pages of ``origin``.

    ``counts`` is how much the count of signatures grows with each; ``flags`` what it says of whoever is there."""

    origin: str = "https://saltbitter.example"
    rp_id: str | None = None
    counts: int = 1
    flags: int = PRESENT | VERIFIED
    cross_origin: bool = False
    count: int = 0
    credential_id: bytes = b""
    user_handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = attrs.field(factory=_fresh_key, repr=False)

    def create(self, options: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        """Answer creation options: a ``RegistrationResponseJSON``. ``changes`` replace parts of what is attested."""
        self.rp_id = self.rp_id or options["rp"]["id"]
        self.user_handle = unpadded(options["user"]["id"])
        self.credential_id = self.credential_id or hashlib.sha256(self._public_key()).digest()
        attested = AAGUID + struct.pack(">H", len(self.credential_id)) + self.credential_id + self._public_key()
        data = self._data(ATTESTED, changes.pop("attested", attested))
        statement = {"fmt": "none", "attStmt": {}, "authData": data} | changes
        response = {
            "clientDataJSON": self._client_data("webauthn.create", options["challenge"]),
            "attestationObject": base64url(cbor2.dumps(statement)),
            "transports": ["internal", "hybrid", "telepathy"],
        }
        return self._credential(response)

    def create_signing_itself(self, options: Mapping[str, Any], certificates: list[bytes] | None = None) -> Any:
        """The same with a statement signed by the new key, and perhaps certificates of a maker (``packed``)."""
        plain = self.create(options)
        client_data = unpadded(plain["response"]["clientDataJSON"])
        data = cbor2.loads(unpadded(plain["response"]["attestationObject"]))["authData"]
        statement: dict[str, Any] = {"alg": -7, "sig": self._signature(data, client_data)}
        if certificates is not None:
            statement["x5c"] = certificates
        attestation = {"fmt": "packed", "attStmt": statement, "authData": data}
        plain["response"]["attestationObject"] = base64url(cbor2.dumps(attestation))
        return plain

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer request options: an ``AuthenticationResponseJSON``."""
        self.rp_id = self.rp_id or options["rpId"]
        self.count += self.counts
        data, client_data = self._data(), self._client_data("webauthn.get", options["challenge"])
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": base64url(data),
            "signature": base64url(self._signature(data, unpadded(client_data))),
            "userHandle": base64url(self.user_handle),
        }
        return self._credential(response)

    def _credential(self, response: Mapping[str, Any]) -> dict[str, Any]:
        known_as = base64url(self.credential_id)
        return {
            "id": known_as,
            "rawId": known_as,
            "type": "public-key",
            "response": dict(response),
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
        }

    def _data(self, more_flags: int = 0, attested: bytes = b"") -> bytes:
        rp_id_hash = hashlib.sha256((self.rp_id or "").encode()).digest()
        return rp_id_hash + struct.pack(">BI", self.flags | more_flags, self.count) + attested

    def _client_data(self, kind: str, challenge: str) -> str:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        return base64url(json.dumps(said).encode())

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})

    def _signature(self, data: bytes, client_data: bytes) -> bytes:
        return self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
