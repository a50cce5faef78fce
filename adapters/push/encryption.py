"""Messages that only the browser reads they are for (RFC 8291, by ``aes128gcm`` of RFC 8188)."""

import base64
import os
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_SIZE = 4096
LENGTH = 512
"""Bytes to which messages are filled up, so that their length tells nothing of what they say."""


def decoded(text: str) -> bytes:
    """The bytes of base64url without its padding. Raises ``ValueError``."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """The uncompressed point: 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encrypted(
    content: bytes,
    p256dh: bytes,
    auth: bytes,
    *,
    length: int = LENGTH,
    salt: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """``content``, filled up to ``length``, for the browser with the key ``p256dh`` and the secret ``auth``.

    ``salt`` and ``key`` are made for each message; only a test names them. ``ValueError`` when ``p256dh`` is no point
    of the curve."""
    salt, key = salt or os.urandom(16), key or ec.generate_private_key(ec.SECP256R1())
    browser = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    ours = point(key.public_key())
    shared = _derived(key.exchange(ec.ECDH(), browser), auth, b"WebPush: info\0" + p256dh + ours, 32)
    cipher = AESGCM(_derived(shared, salt, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _derived(shared, salt, b"Content-Encoding: nonce\0", 12)
    record = (content + b"\x02").ljust(length, b"\0")  # 2 marks the end of what is said in the last record
    return salt + struct.pack("!IB", RECORD_SIZE, len(ours)) + ours + cipher.encrypt(nonce, record, None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
