"""Decodes one photo, turns it upright and encodes it anew from its pixels alone.

The bytes come from strangers, so this runs in a process of its own: see ``photo_worker``.
"""

import warnings
from collections.abc import Iterator
from io import BytesIO

import blurhash
import cv2
import imagehash
import numpy as np
import pillow_heif
from PIL import ExifTags, Image, ImageCms

from saltbitter_domain.profiles.model import MAX_PHOTO_PIXELS, Format, Size
from saltbitter_domain.profiles.ports import Rendered, Rendition

MAX_SIDE = 12_000
"""Pixels; a longer side has no use and slows every step."""

_DECODERS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
_ENCODING = {Format.WEBP: {"quality": 80, "method": 2}, Format.JPEG: {"quality": 85}}
"""Of WebP the effort too: the usual 4 takes three times as long for files that are 5 % smaller."""

_BLURHASH_SIDE = 32
_WHITE = (255, 255, 255, 255)
_ALPHA = 0x10
"""In the header of a WebP: something in it can be seen through."""
_BAND = 64
"""Rows of the reduced picture."""
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to turn a picture upright, by the orientation in its EXIF data (CIPA DC-008, tag 0x0112)."""

# One thread, since each takes address space. Pictures beside the main one are not wanted.
pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)


class TooManyPixels(Exception):
    """More pixels than are accepted, by the header."""


def render(content: bytes, media_type: str) -> Rendered:
    """All renditions of an image of this media type.

    The longer side gets the length of the size, unless the photo is smaller. Of an animation the first frame is taken.
    Raises whatever the decoder raises when the image cannot be read.
    """
    with warnings.catch_warnings(), Image.open(BytesIO(content), formats=[_DECODERS[media_type]]) as image:
        if image.width * image.height > MAX_PHOTO_PIXELS or max(image.size) > MAX_SIDE:
            raise TooManyPixels(f"{image.width} x {image.height}")
        width, height = image.size
        turn = _UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
        profile = image.info.get("icc_profile")
        largest = None if media_type == "image/webp" else _in_srgb(_reduced(image), profile)
    if largest is None:
        del image  # With it go two pictures' worth of memory that Pillow keeps for every WebP.
        largest = _in_srgb(_reduced(_webp(content)), profile)
    if turn is not None:
        largest = largest.transpose(turn)
    if (largest.width > largest.height) is not (width > height):
        width, height = height, width
    # A new image from the bare pixels: nothing that came along with the old one can be written out again.
    largest = Image.frombytes("RGB", largest.size, largest.tobytes())
    return Rendered(
        renditions=tuple(_renditions(largest)),
        width=width,
        height=height,
        blurhash=_blurhash(largest),
        perceptual_hash=str(imagehash.phash(largest)),
    )


def _webp(content: bytes) -> Image.Image:
    """The picture of a WebP file, opaque, on white, at up to twice the largest size.

    Pillow decodes every WebP as if it moved, for which libwebp keeps the picture twice and Pillow once more: 640 MB for
    40 megapixels. OpenCV decodes it into one piece of memory."""
    pixels = cv2.imdecode(np.frombuffer(_still(content), np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise OSError("not a whole WebP")
    if pixels.shape[2] == len("BGRA"):
        for row in pixels:  # In place and row by row, which needs no memory. Afterwards alpha has no say.
            alpha = row[:, 3:].astype(np.uint16)
            row[:, :3] = (row[:, :3] * alpha + 255 * (255 - alpha) + 127) // 255
    scale = 2 * int(Size.LARGE) / max(pixels.shape)
    if scale < 1:
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return Image.fromarray(np.ascontiguousarray(pixels[:, :, 2::-1]))


def _still(content: bytes) -> bytes:
    """Of a moving WebP the first frame as a file of its own, any other as it is (RFC 9649, 2.7).

    What decodes a frame that moves keeps two more pictures beside it. A first frame that is a part of the picture is
    left to it, as it has to be put in its place."""
    chunks = dict(reversed([*_chunks(content[12:])]))  # the first of each kind
    header, frame = chunks.get(b"VP8X", b""), chunks.get(b"ANMF", b"")
    if frame[:6] != bytes(6) or frame[6:12] != header[4:10]:
        return content
    parts = dict(_chunks(frame[16:]))
    kept = [kind for kind in (b"ALPH", b"VP8 ", b"VP8L") if kind in parts]
    file = b"WEBP" + _chunk(b"VP8X", bytes([header[0] & _ALPHA, 0, 0, 0]) + header[4:10])
    return _chunk(b"RIFF", file + b"".join(_chunk(kind, parts[kind]) for kind in kept))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of RIFF, each by its kind, as far as they are whole."""
    start = 0
    while start + 8 <= len(content):
        length = int.from_bytes(content[start + 4 : start + 8], "little")
        yield content[start : start + 4], content[start + 8 : start + 8 + length]
        start += 8 + length + length % 2


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def _reduced(image: Image.Image) -> Image.Image:
    """The picture at no more than the largest size, in a mode that can be scaled smoothly."""
    if image.mode.startswith("I"):
        image = image.point(lambda level: level / 256).convert("L")
    elif image.mode in {"1", "P"} or image.has_transparency_data:
        image = _on_white(image)
    largest = (int(Size.LARGE), int(Size.LARGE))
    # Decodes a JPEG at a half, a quarter or an eighth of its size, whichever is still no smaller than is needed.
    image.draft(None, largest)
    image.thumbnail(largest, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def _on_white(image: Image.Image) -> Image.Image:
    """The picture, opaque, on white, at up to three times the largest size.

    In bands, since two more pictures of 40 megapixels with transparency would take 320 MB."""
    factor = max(1, max(image.size) // (2 * int(Size.LARGE)))
    small = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    for row in range(0, small.height, _BAND):
        top, bottom = row * factor, min((row + _BAND) * factor, image.height)
        band = image.crop((0, top, image.width, bottom)).convert("RGBA")
        opaque = Image.alpha_composite(Image.new("RGBA", band.size, _WHITE), band)
        small.paste(opaque.convert("RGB").reduce(factor), (0, row))
    return small


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The opaque picture in sRGB. A profile that makes no sense is passed over."""
    if image.mode not in {"L", "CMYK"}:
        image = image.convert("RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError):
            pass
    return image.convert("RGB")


def _renditions(largest: Image.Image) -> Iterator[Rendition]:
    for size in Size:
        picture = _fitted(largest, int(size))
        for file_format, options in _ENCODING.items():
            encoded = BytesIO()
            picture.save(encoded, file_format.value, **options)
            yield Rendition(size, file_format, encoded.getvalue())


def _blurhash(picture: Image.Image) -> str:
    small = _fitted(picture, _BLURHASH_SIDE)
    rows = [[small.getpixel((x, y)) for x in range(small.width)] for y in range(small.height)]
    return str(blurhash.encode(rows, components_x=4, components_y=3))


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    """A copy whose longer side is ``side`` pixels, or as it is when that is shorter."""
    fitted = picture.copy()
    fitted.thumbnail((side, side), Image.Resampling.LANCZOS)
    return fitted
