"""The bytes of photos in a bucket of S3."""

import asyncio
import mimetypes
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from adapters.aws.client import CONNECTIONS, client
from adapters.aws.cloudfront import CloudFront
from adapters.signing import SignedAddresses
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import PhotoStoreUnavailable, UploadForm
from saltbitter_domain.profiles.ports import PhotoStore

_T = TypeVar("_T")

_ONE_REQUEST = 1000
"""Objects that S3 deletes at once."""


class S3PhotoStore(PhotoStore):
    """A key is the key of an object. Whatever S3 does not do in time, or at all, is ``PhotoStoreUnavailable``.

    Instants are those of S3's clock. Objects are private; the bucket's own rule encrypts them. ``cloudfront`` delivers
    them, or, where there is none, this process."""

    def __init__(
        self,
        bucket: str,
        addresses: SignedAddresses,
        *,
        region: str,
        cloudfront: CloudFront | None = None,
        endpoint: str | None = None,
    ) -> None:
        # Paths for whoever stands in for S3 under an address of its own, hosts for S3 itself.
        style = {"addressing_style": "path" if endpoint else "virtual"}
        self._s3 = client("s3", region, endpoint, signature_version="s3v4", s3=style)
        self._bucket = bucket
        self._addresses = addresses
        self._cloudfront = cloudfront
        # Threads of its own: while S3 hangs, nobody else waits for a thread.
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="s3")

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        await self._asked(partial(self._put, key, content, content_type))

    async def get(self, key: str) -> bytes | None:
        return await self._asked(partial(self._get, key))

    async def delete(self, prefix: str) -> None:
        """Delete every version of every key that starts with ``prefix``, and every mark of an earlier deletion."""
        await self._asked(partial(self._delete, prefix))

    async def keys_older_than(self, prefix: str, before: datetime, after: str = "", limit: int = 1000) -> Sequence[str]:
        return await self._asked(partial(self._older, prefix, before, after, limit))

    def content_type(self, key: str) -> str:
        """The media type that the ending of the key tells."""
        return mimetypes.guess_type(key)[0] or "application/octet-stream"

    def url(self, key: str, viewer: UserId, lifetime: timedelta) -> str:
        return self._addresses.url(key, viewer, lifetime)

    def verify(self, key: str, viewer: UUID, expires: int, signature: str, now: datetime) -> bool:
        """Whether ``url`` made this address and it has not expired. ``expires`` is in Unix seconds."""
        return self._addresses.verify(key, viewer, expires, signature, now)

    async def form(self, key: str, content_type: str, max_bytes: int, lifetime: timedelta) -> UploadForm:
        """A form that S3 takes (POST policy, Signature Version 4); its time is this machine's."""
        return await self._asked(partial(self._form, key, content_type, max_bytes, lifetime))

    def verify_form(self, *_: object) -> bool:
        """False: what is uploaded goes to S3."""
        return False

    def delivery(self, key: str) -> str | None:
        """Where CloudFront delivers the picture for the next minute, or None where this process does."""
        return self._cloudfront.url(key) if self._cloudfront else None

    def close(self) -> None:
        """Finish what was begun and close the connections."""
        self._threads.shutdown()
        self._s3.close()

    def _put(self, key: str, content: bytes, content_type: str) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)

    def _form(self, key: str, content_type: str, max_bytes: int, lifetime: timedelta) -> UploadForm:
        signed = self._s3.generate_presigned_post(
            self._bucket,
            key,
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, max_bytes]],
            ExpiresIn=int(lifetime.total_seconds()),
        )
        return UploadForm(signed["url"], signed["fields"])

    def _get(self, key: str) -> bytes | None:
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"]
        except self._s3.exceptions.NoSuchKey:
            return None
        with body:
            content: bytes = body.read()
            return content

    def _delete(self, prefix: str) -> None:
        versions = self._versions(prefix)
        while batch := list(islice(versions, _ONE_REQUEST)):
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": batch, "Quiet": True})
            if answer.get("Errors"):
                raise _unavailable()

    def _versions(self, prefix: str) -> Iterator[dict[str, str]]:
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            for found in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                yield {"Key": found["Key"], "VersionId": found["VersionId"]}

    def _older(self, prefix: str, before: datetime, after: str, limit: int) -> Sequence[str]:
        where: dict[str, Any] = {"Bucket": self._bucket, "Prefix": prefix, **({"StartAfter": after} if after else {})}
        pages = self._s3.get_paginator("list_objects_v2").paginate(**where)
        found = (each for page in pages for each in page.get("Contents", ()))
        return list(islice((each["Key"] for each in found if each["LastModified"] < before), limit))

    async def _asked(self, work: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except (BotoCoreError, ClientError) as error:
            raise _unavailable() from error


def _unavailable() -> PhotoStoreUnavailable:
    return PhotoStoreUnavailable(
        "Photos cannot be stored or read just now. Please try again in a minute.", retry_after=60
    )
