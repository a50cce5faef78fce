"""Addresses of pictures that CloudFront delivers, signed by canned policies.

Source: Amazon CloudFront Developer Guide, "Create a signed URL using a canned policy": RSA PKCS #1 v1.5 with SHA-1 over
the policy, in Base64 with ``+=/`` replaced by ``-_~``. SHA-1 is what every distribution checks; whoever could find a
second policy with the same digest would need a second pre-image, which nobody has for SHA-1.
"""

import base64
import json
from datetime import timedelta
from urllib.parse import quote

import attrs
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from saltbitter_domain.kernel import Clock

_SAFE = str.maketrans("+=/", "-_~")
_MIN_BITS = 2048

DELIVERY_LIFETIME = timedelta(minutes=1)
"""Enough for a picture to be fetched by whoever was just led there, and for clocks that differ a little."""


@attrs.frozen
class Distribution:
    """Where CloudFront delivers from, and the key whose public half it knows as ``key_id``."""

    origin: str
    key_id: str
    key: rsa.RSAPrivateKey = attrs.field(repr=False)


@attrs.frozen
class CloudFront:
    """Signs for one distribution.

    CloudFront asks nobody, so that an address of its own works until it expires, whoever was blocked meanwhile. Members
    are therefore given addresses of ours, which lead on to one of these each time they are opened by somebody who may
    still see the picture. What was deleted is gone from the bucket at once; a copy of CloudFront's has no address."""

    clock: Clock
    distribution: Distribution

    def url(self, key: str) -> str:
        """An address of ``key`` that is good for ``DELIVERY_LIFETIME``."""
        resource = f"{self.distribution.origin}/{quote(key)}"
        expires = int((self.clock.now() + DELIVERY_LIFETIME).timestamp())
        signature = self.distribution.key.sign(policy(resource, expires), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303  # nosec B303
        signed = base64.b64encode(signature).decode().translate(_SAFE)
        return f"{resource}?Expires={expires}&Signature={signed}&Key-Pair-Id={self.distribution.key_id}"


def policy(resource: str, expires: int) -> bytes:
    """The canned policy, whose every byte counts, since CloudFront writes it anew from the address."""
    statement = {"Resource": resource, "Condition": {"DateLessThan": {"AWS:EpochTime": expires}}}
    return json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()


def signing_key(pem: bytes) -> rsa.RSAPrivateKey:
    """The RSA key of at least 2048 bits in a PEM without a password; ``ValueError`` says what else it is."""
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise ValueError("is encrypted") from None
    except ValueError:
        raise ValueError("is no private key in PEM") from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < _MIN_BITS:
        raise ValueError(f"is not an RSA key of at least {_MIN_BITS} bits")
    return key
