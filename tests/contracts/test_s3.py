"""What the store in S3 promises besides: nothing deleted stays, faults are named, CloudFront opens its addresses."""

import asyncio
import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from adapters.aws import client
from adapters.aws.cloudfront import CloudFront, Distribution, signing_key
from adapters.aws.photo_store import S3PhotoStore
from adapters.signing import SignedAddresses
from adapters.system.clock import ManualClock
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import PhotoStoreUnavailable
from tests.contracts.stores import SECRET
from tests.doubles.aws import REGION
from tests.doubles.builders import NOW
from tests.doubles.s3 import BUCKET, plain_client, running_s3, versions

KEY = "photos/0195/1080.webp"
VIEWER = UserId(UUID(int=1))
KEY_ID = "K2JCJMDEHXQW5F"
ORIGIN = "https://pictures.saltbitter.example"


def in_s3(clock: ManualClock, endpoint: str, bucket: str = BUCKET) -> S3PhotoStore:
    return S3PhotoStore(bucket, SignedAddresses(clock, SECRET), region=REGION, endpoint=endpoint)


@pytest.fixture
def s3(clock: ManualClock) -> Iterator[str]:
    with running_s3(clock) as address:
        yield address


async def test_no_version_of_what_was_deleted_stays(clock: ManualClock, s3: str) -> None:
    store = in_s3(clock, s3)
    for content in (b"old", b"new"):
        await store.put(KEY, content, "image/webp")
    plain_client(s3).delete_object(Bucket=BUCKET, Key=KEY)
    assert versions() == 3

    await store.delete("photos/0195/")

    assert versions() == 0


async def test_an_object_says_what_it_is_and_is_nobody_s_but_ours(clock: ManualClock, s3: str) -> None:
    await in_s3(clock, s3).put(KEY, b"picture", "image/webp")

    told = plain_client(s3)
    assert told.head_object(Bucket=BUCKET, Key=KEY)["ContentType"] == "image/webp"
    grants = told.get_object_acl(Bucket=BUCKET, Key=KEY)["Grants"]
    assert {grant["Grantee"]["Type"] for grant in grants} == {"CanonicalUser"}


async def test_an_address_opens_here_and_the_bytes_come_from_here(clock: ManualClock, s3: str) -> None:
    store = in_s3(clock, s3)
    query = parse_qs(urlsplit(store.url(KEY, VIEWER, timedelta(minutes=1))).query)
    expires, signature = int(query["expires"][0]), query["signature"][0]

    assert store.verify(KEY, VIEWER, expires, signature, NOW)
    assert store.delivery(KEY) is None
    assert store.content_type(KEY) == "image/webp"
    assert store.content_type("uploads/0195") == "application/octet-stream"


async def test_a_bucket_that_is_not_there_is_a_store_that_does_not_answer(clock: ManualClock, s3: str) -> None:
    store = in_s3(clock, s3, "another-bucket")

    for asked in (store.put(KEY, b"picture", "image/webp"), store.get(KEY), store.delete(KEY)):
        with pytest.raises(PhotoStoreUnavailable) as refusal:
            await asked
        assert refusal.value.retry_after


async def test_a_store_that_is_silent_is_given_up(clock: ManualClock, monkeypatch: pytest.MonkeyPatch, s3: str) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.05)
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    asked = 0

    async def never_answers(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await _reader.read()
        writer.close()

    async with await asyncio.start_server(never_answers, "127.0.0.1", 0) as server:
        store = in_s3(clock, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(PhotoStoreUnavailable):
            await store.get(KEY)
        store.close()
    assert asked == 1


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def through_cloudfront(clock: ManualClock, key: rsa.RSAPrivateKey) -> CloudFront:
    return CloudFront(clock, Distribution(ORIGIN, KEY_ID, key))


def opens(address: str, key: rsa.RSAPublicKey) -> bool:
    """As CloudFront judges: it writes the policy anew from the address and checks the signature against it."""
    resource, _, query = address.partition("?")
    given = {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}
    statement = {"Resource": resource, "Condition": {"DateLessThan": {"AWS:EpochTime": int(given["Expires"])}}}
    policy = json.dumps({"Statement": [statement]}).replace(" ", "").encode()
    signature = given["Signature"].replace("-", "+").replace("_", "=").replace("~", "/")
    try:
        key.verify(base64.b64decode(signature), policy, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    except InvalidSignature:
        return False
    return given["Key-Pair-Id"] == KEY_ID


def test_cloudfront_opens_what_was_signed_and_nothing_else(clock: ManualClock, private_key: rsa.RSAPrivateKey) -> None:
    address = through_cloudfront(clock, private_key).url(KEY)
    expires = int((NOW + timedelta(minutes=1)).timestamp())

    assert address.startswith(f"{ORIGIN}/{KEY}?Expires={expires}&Signature=")
    assert opens(address, private_key.public_key())
    assert not opens(address.replace("1080", "480"), private_key.public_key())
    assert not opens(address.replace(str(expires), str(expires + 1)), private_key.public_key())
    assert not opens(address, rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key())


def test_the_key_of_cloudfront_is_not_shown(clock: ManualClock, private_key: rsa.RSAPrivateKey) -> None:
    addresses = through_cloudfront(clock, private_key)

    assert not any("PrivateKey" in shown for shown in (repr(addresses), repr(addresses.distribution)))


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
    closed = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, closed)


def test_a_key_that_cannot_sign_is_named(private_key: rsa.RSAPrivateKey) -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  that is the point
    for content, reason in (
        (b"", "no private key"),
        (pem(private_key, b"password"), "encrypted"),
        (pem(short), "2048"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "RSA"),
    ):
        with pytest.raises(ValueError, match=reason):
            signing_key(content)
    assert signing_key(pem(private_key)).key_size == 2048
