"""Pictures as an attacker sends them, made here: none is kept as a file.

Wherever a format can carry words they are ``MARK``, so that a single byte of them in what others see is found.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence

import attrs
import pillow_heif
from PIL import ExifTags, Image, ImageCms, ImageDraw, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from saltbitter_domain.profiles.model import MAX_PHOTO_BYTES

MARK = b"PLANTED-51.178844N-1.826189W"
SIDE = 96
APPROVED, UNREADABLE = "approved", "unreadable"
NO_TYPE, OTHER_TYPE, TOO_LARGE = "photo_type_not_accepted", "media_type_refused", "photo_too_large"
NO_FORM = "body_incomplete"
NOT_TAKEN = (NO_TYPE, OTHER_TYPE, TOO_LARGE, NO_FORM)
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
FORMS = ("JPEG", "PNG", "WEBP", "HEIF")
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}

pillow_heif.register_heif_opener()


@attrs.frozen
class Hostile:
    """One file, the type and name it is sent with (a name makes it a form), and all the ways it may end."""

    name: str
    content: bytes = attrs.field(repr=False)
    ends: frozenset[str]
    declared: str = "image/jpeg"
    filename: str | None = None


def hostile(
    name: str, content: bytes, *ends: str, declared: str = "image/jpeg", filename: str | None = None
) -> Hostile:
    return Hostile(name, content, frozenset(ends), declared, filename)


def empty_and_huge() -> Iterator[Hostile]:
    whole = encoded(picture(), "JPEG")
    yield hostile("nothing", b"", NO_TYPE)
    yield hostile("one byte", b"\xff", NO_TYPE)
    yield hostile("zeros", bytes(1000), NO_TYPE)
    for form, first in (("JPEG", b"\xff\xd8\xff"), ("PNG", PNG_SIGNATURE), ("WEBP", b"RIFF\x00\x00\x00\x00WEBP")):
        yield hostile(f"the first bytes of {form}", first, UNREADABLE)
    yield hostile("the first bytes of HEIF", b"\x00\x00\x00\x10ftypheic\x00\x00\x00\x00", UNREADABLE)
    yield hostile("as many bytes as are taken", whole.ljust(MAX_PHOTO_BYTES, b"\x00"), APPROVED)
    yield hostile("one byte more than is taken", whole.ljust(MAX_PHOTO_BYTES + 1, b"\x00"), TOO_LARGE)


def truncated() -> Iterator[Hostile]:
    for form in FORMS:
        whole = encoded(picture(), form)
        for part in (0.05, 0.3, 0.6, 0.9):
            cut = whole[: int(len(whole) * part)]
            yield hostile(f"{form} cut at {part:.0%}", cut, UNREADABLE, declared=TYPES[form])
    # The end of a JPEG holds no pixels: whether it is missed is the decoder's affair.
    yield hostile("JPEG without its last two bytes", encoded(picture(), "JPEG")[:-2], APPROVED, UNREADABLE)


def corrupt() -> Iterator[Hostile]:
    """Damage in the middle may be seen or not; either way it ends well."""
    for form in FORMS:
        whole = bytearray(encoded(picture(), form))
        for at in range(len(whole) // 3, len(whole), 97):
            whole[at] ^= 0xFF
        yield hostile(f"{form} with every 97th byte turned", bytes(whole), APPROVED, UNREADABLE, declared=TYPES[form])
    yield hostile(
        "PNG with a wrong checksum", encoded(picture(), "PNG").replace(b"IHDR\0\0\0\x60", b"IHDR\0\0\0\x61"), UNREADABLE
    )
    yield hostile("PNG whose pixels are no zlib", png(8, 8, b"x" * 40), UNREADABLE)
    yield hostile("PNG with too few rows", png(64, 64, zlib.compress(bytes(9))), APPROVED, UNREADABLE)
    yield hostile("PNG with a chunk of 4 GB", PNG_SIGNATURE + b"\xff\xff\xff\xffIHDR" + bytes(64), UNREADABLE)
    yield hostile("PNG of no pixels", png(0, 0), UNREADABLE)
    yield hostile("JPEG that says it is higher than it is", jpeg_of(SIDE, 9_000), APPROVED, UNREADABLE)
    yield hostile("JPEG of no rows", jpeg_of(SIDE, 0), UNREADABLE)
    yield hostile(
        "WebP whose length is wrong", b"RIFF\xff\xff\xff\xff" + encoded(picture(), "WEBP")[8:], APPROVED, UNREADABLE
    )
    heic = encoded(picture(), "HEIF")
    yield hostile("HEIC whose item is out of the file", heic.replace(b"iloc", b"ilox"), UNREADABLE)
    yield hostile("HEIC with a box of no end", heic + b"\x00\x00\x00\x00mdat", APPROVED)


def bombs() -> Iterator[Hostile]:
    yield hostile("PNG of 169 megapixels in 20 KB", png(13_000, 13_000), UNREADABLE)
    yield hostile("PNG of 2 gigapixels", png(50_000, 40_000, b""), UNREADABLE)
    yield hostile("PNG of 2^31 pixels a side", png(2**31 - 1, 2**31 - 1, b""), UNREADABLE)
    yield hostile("PNG one row over 40 megapixels", png(8_000, 5_001), UNREADABLE)
    yield hostile("PNG of just 40 megapixels", png(8_000, 5_000), APPROVED)
    yield hostile("PNG with a side of 12,001", png(12_001, 10), UNREADABLE)
    yield hostile("JPEG of 65,535 pixels a side", jpeg_of(65_500, 65_500), UNREADABLE)
    yield hostile("WebP of 16,384 pixels a side", webp_canvas(16_384, 16_384), UNREADABLE)
    yield hostile("PNG with a comment of 50 MB in 50 KB", text_bomb(), UNREADABLE)
    yield hostile(
        "PNG with a colour profile of 50 MB in 50 KB",
        with_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(50_000_000), 9)),
        APPROVED,
        UNREADABLE,
    )
    yield hostile(
        "JPEG with a colour profile of 4 MB", encoded(picture(), "JPEG", icc_profile=bytes(4_000_000)), APPROVED
    )
    yield hostile(
        "PNG of 20,000 comments",
        PNG_SIGNATURE
        + encoded(picture(), "PNG")[8:33]
        + chunk(b"tEXt", b"a\0" + MARK) * 20_000
        + encoded(picture(), "PNG")[33:],
        APPROVED,
    )
    yield hostile(
        "EXIF whose directories lead in a circle",
        encoded(
            picture(),
            "JPEG",
            exif=b"Exif\0\0II*\0\x08\0\0\0" + b"\x01\0" + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8),
        ),
        APPROVED,
    )


def polyglots() -> Iterator[Hostile]:
    jpeg, whole_png = encoded(picture(), "JPEG"), encoded(picture(), "PNG")
    script = b"=1;/*" + MARK + b"*/alert(1)//"
    page = b"<!DOCTYPE html><script>/*" + MARK + b"*/alert(1)</script>"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("payload.html", page)
    zipped = archive.getvalue()
    yield hostile("JPEG that is JavaScript too", jpeg[:2] + segment(0xFE, script) + jpeg[2:], APPROVED)
    yield hostile("JPEG with a page behind it", jpeg + page, APPROVED)
    yield hostile(
        "JPEG with a PHP program in its comment",
        jpeg[:2] + segment(0xFE, b"<?php system($_GET[0]);" + MARK) + jpeg[2:],
        APPROVED,
    )
    yield hostile("JPEG with a second picture behind it", jpeg + encoded(picture(), "JPEG", comment=MARK), APPROVED)
    yield hostile("PNG that is a ZIP too", whole_png + zipped, APPROVED)
    yield hostile("PNG with a page in an unknown chunk", with_chunk(b"scRp", page), APPROVED)
    yield hostile("WebP that is a ZIP too", encoded(picture(), "WEBP") + zipped, APPROVED)
    yield hostile("WebP with a page in an unknown chunk", webp_with(b"pAGE", page), APPROVED)
    yield hostile(
        "HEIC with a page in a free box",
        encoded(picture(), "HEIF") + struct.pack(">I", 8 + len(page)) + b"free" + page,
        APPROVED,
    )
    yield hostile("ZIP with a picture in it", zipped + jpeg, NO_TYPE)
    yield hostile("page with a picture in it", page + jpeg, NO_TYPE)
    yield hostile("page called JPEG", b"\xff\xd8\xff" + page, UNREADABLE)
    yield hostile("SVG drawing", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', NO_TYPE)
    yield hostile("SVG drawing called SVG", b"<svg/>", OTHER_TYPE, declared="image/svg+xml")
    yield hostile("PDF", b"%PDF-1.7\n" + MARK, OTHER_TYPE, declared="application/pdf")
    yield hostile("PDF with a picture in it", b"%PDF-1.7\nstream\n" + jpeg + b"\nendstream", NO_TYPE)
    yield hostile("PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file", NO_TYPE)
    yield hostile("ImageMagick drawing", b"push graphic-context\nfill 'url(https://[::1]/)'", NO_TYPE)
    yield hostile("program", b"\x7fELF" + bytes(200), NO_TYPE)


def wrong_types() -> Iterator[Hostile]:
    for form, other in zip(FORMS, (*FORMS[1:], FORMS[0]), strict=True):
        yield hostile(f"{form} called {other}", encoded(picture(), form), APPROVED, declared=TYPES[other])
    for form in ("GIF", "BMP", "TIFF", "ICO", "PPM"):
        yield hostile(f"{form} called JPEG", encoded(picture(), form), NO_TYPE)
    yield hostile("GIF behind the first bytes of PNG", PNG_SIGNATURE + encoded(picture(), "GIF"), UNREADABLE)
    yield hostile("JPEG in a WebP", b"RIFF\x00\x10\x00\x00WEBP" + encoded(picture(), "JPEG"), UNREADABLE)
    yield hostile("AVIF", b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + bytes(100), NO_TYPE)
    yield hostile("film", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(100), NO_TYPE)
    yield hostile("JPEG called a page", encoded(picture(), "JPEG"), OTHER_TYPE, declared="text/html")
    for name in ("../../etc/passwd", "<script>.svg", "a" * 300 + ".jpg", "C:\\me.jpg;.php"):
        yield hostile(f"JPEG by the name of {name[:16]}", encoded(picture(), "JPEG"), APPROVED, filename=name)
    for name in ("x.php\0.jpg", "me.jpg\r\nX-Planted: 1"):
        yield hostile(f"JPEG by the name of {name!r}", encoded(picture(), "JPEG"), NO_FORM, filename=name)


def telling() -> Iterator[Hostile]:
    """Files that tell where, when, with what and by whom they were taken, in every place a format has for it."""
    for form in FORMS:
        yield hostile(
            f"{form} with a place in EXIF", encoded(picture(), form, exif=exif()), APPROVED, declared=TYPES[form]
        )
        yield hostile(
            f"{form} with a place in XMP", encoded(picture(), form, xmp=xmp()), APPROVED, declared=TYPES[form]
        )
        yield hostile(
            f"{form} with words in its profile",
            encoded(picture(), form, icc_profile=profile()),
            APPROVED,
            declared=TYPES[form],
        )
        everything = encoded(picture(), form, exif=exif(), xmp=xmp(), icc_profile=profile())
        yield hostile(f"{form} with all of it", everything, APPROVED, declared=TYPES[form])
    jpeg = encoded(picture(), "JPEG")
    caption = b"\x1c\x02\x78" + struct.pack(">H", len(MARK)) + MARK
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(caption)) + caption
    thumbnail = encoded(picture(), "JPEG", comment=MARK)
    yield hostile(
        "JPEG with a caption in IPTC", jpeg[:2] + segment(0xED, b"Photoshop 3.0\0" + resource) + jpeg[2:], APPROVED
    )
    yield hostile("JPEG with a comment", encoded(picture(), "JPEG", comment=MARK), APPROVED)
    yield hostile("JPEG with a thumbnail", encoded(picture(), "JPEG", exif=with_thumbnail(thumbnail)), APPROVED)
    yield hostile(
        "JPEG with words in every segment",
        jpeg[:2] + b"".join(segment(0xE0 + n, MARK) for n in range(1, 16)) + jpeg[2:],
        APPROVED,
    )
    info = PngInfo()
    info.add_text("Location", MARK.decode())
    info.add_text("Comment", MARK.decode(), zip=True)
    info.add_itxt("Author", MARK.decode(), "en", "Author", zip=True)
    yield hostile("PNG with texts of three kinds", encoded(picture(), "PNG", pnginfo=info), APPROVED)
    yield hostile("PNG with words behind its end", encoded(picture(), "PNG") + chunk(b"tEXt", b"a\0" + MARK), APPROVED)


def turned() -> Iterator[Hostile]:
    for form in ("JPEG", "WEBP"):
        for orientation in (1, 2, 3, 4, 5, 6, 7, 8, 0xFFFF):
            data = exif(orientation)
            yield hostile(
                f"{form} turned by {orientation}", encoded(picture(), form, exif=data), APPROVED, declared=TYPES[form]
            )


def animated() -> Iterator[Hostile]:
    frames = [Image.new("RGB", (32, 32), (shade, 90, 120)) for shade in range(0, 240, 10)]
    for form, end in (("GIF", NO_TYPE), ("WEBP", APPROVED), ("PNG", APPROVED)):
        moving = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=20)
        yield hostile(f"{form} that moves", moving, end)
    many = [Image.new("1", (64, 64), frame % 2) for frame in range(200)]
    yield hostile("PNG of 200 frames", encoded(many[0], "PNG", save_all=True, append_images=many[1:]), APPROVED)
    wide = [frame.resize((64, 64)) for frame in frames[:8]]
    series = encoded(wide[0], "HEIF", save_all=True, append_images=wide[1:])
    yield hostile("HEIC of eight pictures", series, APPROVED, declared="image/heic")


def kinds_of_pixels() -> Iterator[Hostile]:
    for mode, form in (
        ("CMYK", "JPEG"), ("L", "JPEG"), ("YCbCr", "JPEG"), ("1", "PNG"), ("P", "PNG"), ("LA", "PNG"), ("I;16", "PNG"),
        ("RGBA", "PNG"), ("RGBA", "WEBP"), ("RGBA", "HEIF"), ("L", "HEIF"),
    ):  # fmt: skip
        content = encoded(
            picture().convert("L").convert("I").convert(mode) if mode == "I;16" else picture().convert(mode), form
        )
        yield hostile(f"{form} of {mode}", content, APPROVED, declared=TYPES[form])
    yield hostile(
        "CMYK with a profile for RGB", encoded(picture().convert("CMYK"), "JPEG", icc_profile=profile()), APPROVED
    )
    yield hostile("JPEG in passes", encoded(picture(), "JPEG", progressive=True), APPROVED)
    yield hostile("PNG of one pixel", encoded(Image.new("RGB", (1, 1)), "PNG"), APPROVED)
    yield hostile("PNG of one row", encoded(Image.new("RGB", (9_000, 1)), "PNG"), APPROVED)
    yield hostile(
        "PNG with a palette too short", with_chunk(b"PLTE", b"\xff\0\0", picture().convert("P")), APPROVED, UNREADABLE
    )


def picture() -> Image.Image:
    image = Image.linear_gradient("L").resize((SIDE, SIDE + 32))
    image = Image.merge("RGB", (image, image.rotate(180), image))
    ImageDraw.Draw(image).ellipse((20, 20, 60, 70), fill="orange")
    return image


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


def exif(orientation: int = 1) -> bytes:
    """Every text is the mark, and so is the place."""
    data = Image.Exif()
    data[ExifTags.Base.Orientation] = orientation
    for tag in (ExifTags.Base.Make, ExifTags.Base.Artist, ExifTags.Base.ImageDescription):
        data[tag] = MARK.decode()
    rational = TiffImagePlugin.IFDRational
    data.get_ifd(ExifTags.IFD.GPSInfo).update({
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (rational(51), rational(10), rational(4384, 100)),
        ExifTags.GPS.GPSLongitudeRef: "W",
        ExifTags.GPS.GPSLongitude: (rational(1), rational(49), rational(3428, 100)),
        ExifTags.GPS.GPSProcessingMethod: b"ASCII\0\0\0" + MARK,
    })  # fmt: skip
    data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\0\0\0" + MARK
    return data.tobytes()


def with_thumbnail(thumbnail: bytes) -> bytes:
    """EXIF whose second directory points to a picture (CIPA DC-008, 4.6.4: tags 0x0201 and 0x0202)."""
    entries = struct.pack("<HHII", 0x0201, 4, 1, 44) + struct.pack("<HHII", 0x0202, 4, 1, len(thumbnail))
    second = struct.pack("<H", 2) + entries + struct.pack("<I", 0)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HI", 0, 14) + second + thumbnail


def xmp() -> bytes:
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>' + MARK + b"</exif:GPSLatitude></x:xmpmeta>"


def profile() -> bytes:
    """sRGB, with the mark as its copyright and behind its end."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made.replace(b"N\0o\0 \0c\0o\0p\0y\0r\0i\0g\0h\0t", MARK[:21]) + MARK


def segment(marker: int, data: bytes) -> bytes:
    """A JPEG segment (ITU-T T.81, B.1.1.4)."""
    return bytes((0xFF, marker)) + struct.pack(">H", 2 + len(data)) + data


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG whose header tells of another size."""
    whole = encoded(picture(), "JPEG")
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", height, width) + whole[at + 4 :]


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk (ISO/IEC 15948, 5.3)."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, pixels: bytes | None = None) -> bytes:
    """Of one bit per pixel and black, if nothing else is given: 169 million of them take 20 KB."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    if pixels is None:
        pixels = zlib.compress(bytes(height * (1 + (width + 7) // 8)), 9)
    return PNG_SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def with_chunk(kind: bytes, data: bytes, image: Image.Image | None = None) -> bytes:
    """A sound PNG with this chunk right behind its header."""
    whole = encoded(image or picture(), "PNG")
    return whole[:33] + chunk(kind, data) + whole[33:]


def text_bomb() -> bytes:
    return with_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000), 9))


def webp_with(kind: bytes, data: bytes) -> bytes:
    """A WebP with one more chunk at its end (RFC 9649, 2.3)."""
    whole = encoded(picture(), "WEBP", exif=exif())
    body = whole[8:] + kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_canvas(width: int, height: int) -> bytes:
    """A WebP whose header tells of a canvas of this size (RFC 9649, 2.7)."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X\x0a\0\0\0" + b"\0\0\0\0" + canvas + encoded(picture(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


GROUPS: Sequence[Callable[[], Iterator[Hostile]]] = (
    empty_and_huge,
    truncated,
    corrupt,
    bombs,
    polyglots,
    wrong_types,
    telling,
    turned,
    animated,
    kinds_of_pixels,
)
