"""Amazon S3 as moto plays it, with a bucket that keeps every version and a clock that the test moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

import boto3
import pytest
from moto.backends import get_backend
from moto.s3 import models

from saltbitter_domain.kernel import Clock
from tests.doubles.aws import ACCOUNT, REGION, running_aws

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
        client = plain_client(address)
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield address


def versions() -> int:
    """How many versions of objects the bucket keeps, marks of deletion included."""
    return sum(
        len(kept.getlist(key)) for kept in [get_backend("s3")[ACCOUNT]["aws"].buckets[BUCKET].keys] for key in kept
    )
