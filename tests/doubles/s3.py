"""Amazon S3 as moto plays it, with a bucket that keeps every version, and a clock that the test moves.

What POST policies limit, moto leaves out and is enforced here."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import pytest
from moto.backends import get_backend
from moto.s3 import models
from moto.s3.responses import S3Response

from saltbitter_domain.kernel import Clock
from tests.doubles.aws import ACCOUNT, CREDENTIALS, REGION, running_aws

BUCKET = "photos-of-this-test"


@cache
def plain_client(address: str) -> Any:
    """Somebody else's client of this S3."""
    return boto3.session.Session().client("s3", region_name=REGION, endpoint_url=address)


@contextmanager
def running_s3(clock: Clock) -> Iterator[str]:
    """The address of an S3 that has nothing but one empty bucket, ``BUCKET``."""

    def now() -> datetime:
        return clock.now().replace(tzinfo=None)

    with running_aws() as address, pytest.MonkeyPatch.context() as patches:
        get_backend("s3").reset()
        patches.setattr(models, "utcnow", now)
        patches.setattr(S3Response, "_bucket_response_post", _enforcing(S3Response._bucket_response_post))
        client = plain_client(address)
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield address


def _enforcing(post: Callable[..., Any]) -> Callable[..., Any]:
    """Takes in what a POST policy allows, and refuses the rest as S3 does.

    Source: Amazon S3 API Reference, "POST policy" and "Authenticating requests in browser-based uploads using POST"."""

    def enforced(response: Any, request: Any, bucket: str) -> Any:
        fields = {name.lower(): values[0] for name, values in response.querystring.items()}
        if "policy" not in fields:  # Another way to ask the bucket for something, by a request that is signed itself.
            return post(response, request, bucket)
        refusal = _refusal({**fields, "bucket": bucket}, len(response.body))
        return (
            (refusal[0], {}, f"<Error><Code>{refusal[1]}</Code></Error>")
            if refusal
            else post(response, request, bucket)
        )

    return enforced


def _refusal(fields: Mapping[str, str], size: int) -> tuple[int, str] | None:
    policy = json.loads(base64.b64decode(fields["policy"]))
    _, day, region, service, request = fields["x-amz-credential"].split("/")
    key = b"AWS4" + CREDENTIALS["AWS_SECRET_ACCESS_KEY"].encode()
    for part in (day, region, service, request, fields["policy"]):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    if not hmac.compare_digest(key.hex(), fields["x-amz-signature"]):
        return 403, "SignatureDoesNotMatch"
    if datetime.fromisoformat(policy["expiration"]) <= datetime.now(UTC):  # noqa: TID251  as botocore signs
        return 403, "AccessDenied"
    for condition in policy["conditions"]:
        if isinstance(condition, dict):
            if any(fields.get(name.lower()) != value for name, value in condition.items()):
                return 403, "AccessDenied"
        elif condition[0] == "content-length-range" and not condition[1] <= size <= condition[2]:
            return 400, "EntityTooLarge" if size > condition[2] else "EntityTooSmall"
    return None


def versions() -> int:
    """How many versions of objects the bucket keeps, marks of deletion included."""
    return sum(
        len(kept.getlist(key)) for kept in [get_backend("s3")[ACCOUNT]["aws"].buckets[BUCKET].keys] for key in kept
    )
