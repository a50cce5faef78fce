"""How production keeps photos: what is set of it, and the adapters that stand for it."""

import re
from pathlib import Path

import attrs
from dependency_injector import providers

from adapters.aws.cloudfront import CloudFront, Distribution, signing_key
from adapters.aws.photo_store import S3PhotoStore
from adapters.local.photo_files import FilePhotoStore
from adapters.signing import SignedAddresses
from config.reader import Reader
from saltbitter_domain.kernel import Clock
from saltbitter_domain.profiles.ports import PhotoStore

_CDN = ("PHOTO_CDN_URL", "PHOTO_CDN_KEY_ID", "PHOTO_CDN_KEY_FILE")


@attrs.frozen(kw_only=True)
class PhotoSettings:
    """A folder, or a bucket of S3, which CloudFront may deliver; and who looks at photos."""

    directory: str = ""
    bucket: str = ""
    """In which photos are kept when it is named, instead of in the folder."""
    region: str = ""
    cdn: Distribution | None = None
    rekognition_region: str = ""
    """Where Amazon Rekognition looks at photos; empty where faces are counted on this machine and every
    photo waits for staff."""


def read(reader: Reader) -> PhotoSettings:
    """Those of the way that is chosen; what is wrong with the others' is named too."""
    in_bucket = reader.choice("PHOTOS", "folder", ("folder", "s3")) == "s3"
    bucket = reader.text("PHOTO_BUCKET", "")
    # With dots in it no certificate would cover its host.
    if (bucket or in_bucket) and not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", bucket):
        reader.refuse("PHOTO_BUCKET", "must be the name of a bucket: 3 to 63 of a-z, 0-9 and hyphens")
    region, cdn = reader.region("PHOTO_REGION", required=in_bucket), _distribution(reader)
    rekognition = reader.region("PHOTO_REKOGNITION_REGION", required=False)
    if in_bucket:
        return PhotoSettings(bucket=bucket, region=region, cdn=cdn, rekognition_region=rekognition)
    return PhotoSettings(directory=reader.folder("PHOTO_DIRECTORY"), rekognition_region=rekognition)


def _distribution(reader: Reader) -> Distribution | None:
    url, key_id, path = (reader.text(name, "") for name in _CDN)
    if not (url or key_id or path):
        return None
    origin = reader.address(_CDN[0])
    if not re.fullmatch(r"[A-Z0-9]{10,32}", key_id):
        reader.refuse(_CDN[1], "must be the id of the public key at CloudFront, such as K2JCJMDEHXQW5F")
    try:
        return Distribution(origin, key_id, signing_key(Path(path).read_bytes()))
    except OSError as error:
        reader.refuse(_CDN[2], f"{path or 'the file'} cannot be read: {error.strerror}")
    except ValueError as error:
        reader.refuse(_CDN[2], f"{path} {error}; give the private key that belongs to the public key at CloudFront")
    return None


def photo_store(
    settings: PhotoSettings, media_key: bytes, clock: providers.Provider[Clock]
) -> providers.Provider[PhotoStore]:
    """The store of the way that is chosen. ``media_key`` signs the addresses that members are given."""
    if not settings.bucket:
        return providers.Singleton(FilePhotoStore, clock, settings.directory, secret=media_key)
    return providers.Singleton(
        S3PhotoStore,
        settings.bucket,
        providers.Singleton(SignedAddresses, clock, media_key),
        region=settings.region,
        cloudfront=providers.Singleton(CloudFront, clock, settings.cdn) if settings.cdn else None,
    )
