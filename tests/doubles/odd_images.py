"""More pictures as an attacker sends them: containers within containers, and files that are mostly structure."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence

import pillow_heif
from PIL import Image, ImageCms

from tests.doubles.hostile_images import (
    APPROVED,
    MARK,
    NO_TYPE,
    PNG_SIGNATURE,
    UNREADABLE,
    Hostile,
    chunk,
    encoded,
    hostile,
    picture,
    segment,
    webp_with,
    with_chunk,
)

HEIC = "image/heic"


def jpegs() -> Iterator[Hostile]:
    whole = encoded(picture(), "JPEG")
    frame = whole.index(b"\xff\xc0")
    yield hostile("JPEG with a thousand beginnings", b"\xff\xd8" * 1000 + whole, UNREADABLE)
    yield hostile("JPEG with a megabyte of fill", whole[:3] + b"\xff" * 1_000_000 + whole[3:], APPROVED)
    marks = b"".join(bytes((0xFF, 0xD0 + number % 8)) for number in range(65_535))
    yield hostile("JPEG with 65,535 restarts at its end", whole[:-2] + marks + whole[-2:], APPROVED)
    coded = whole[:frame] + b"\xff\xc9" + whole[frame + 2 :]
    yield hostile("JPEG that says its code is arithmetic", coded, APPROVED, UNREADABLE)
    for many in (2, 50):
        others = [picture()] * (many - 1)
        yield hostile(
            f"JPEG of {many} pictures", encoded(picture(), "MPO", save_all=True, append_images=others), APPROVED
        )
    for number, (count, length) in enumerate([(4_000, 0xFFFF_FFFF), (4_000, 50)]):
        table = struct.pack("<HHII", 0xB001, 4, 1, count) + struct.pack("<HHII", 0xB002, 7, length, 50)
        index = b"MPF\0II*\0\x08\0\0\0\x02\0" + table + bytes(60_000)
        yield hostile(f"JPEG with a list of pictures {number}", whole[:2] + segment(0xE2, index) + whole[2:], APPROVED)
    gain = b'<x:xmpmeta hdrgm:Version="1.0" Item:Semantic="GainMap" Where="' + MARK + b'"/>'
    yield hostile("JPEG with a gain map", encoded(picture(), "JPEG", xmp=gain) + encoded(picture(), "JPEG"), APPROVED)
    parts = b"".join(segment(0xE2, b"ICC_PROFILE\0" + bytes((n, 255)) + bytes(60_000)) for n in range(100))
    yield hostile("JPEG with half a profile of 6 MB", whole[:2] + parts + whole[2:], APPROVED)
    for orientation in (b"6", b"66666666666666666666"):
        turned = encoded(picture(), "JPEG", xmp=b'<x:xmpmeta tiff:Orientation="' + orientation + b'"/>')
        yield hostile(f"JPEG turned by {orientation.decode()} in XMP", turned, APPROVED)
    for kind, count in ((2, 4), (5, 1), (3, 10), (7, 4), (3, 0xFFFF_FFFF)):
        entry = struct.pack("<HHII", 0x0112, kind, count, 26)
        data = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + bytes(4) + b"\6\0\0\0\1\0\0\0" + bytes(40)
        yield hostile(f"JPEG turned by {count} of type {kind}", encoded(picture(), "JPEG", exif=data), APPROVED)


def pngs() -> Iterator[Hostile]:
    whole = encoded(picture(), "PNG")
    for colours, channels in ((2, 3), (4, 2), (6, 4)):
        yield hostile(f"PNG of 16 bits and {channels} channels", deep(64, 64, colours, channels), APPROVED)
    rows = zlib.compress(bytes(64 * (1 + 8)), 0)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 1, 0, 0, 0, 0))
    bytewise = b"".join(chunk(b"IDAT", bytes((byte,))) for byte in rows)
    yield hostile("PNG of one byte at a time", PNG_SIGNATURE + header + bytewise + chunk(b"IEND", b""), APPROVED)
    yield hostile("PNG of 100,000 nothings", PNG_SIGNATURE + header + chunk(b"IDAT", b"") * 100_000, UNREADABLE)
    entries = struct.pack("<H", 65_535) + struct.pack("<HHII", 0x0112, 3, 1, 6) * 65_535
    yield hostile("PNG turned 65,535 times", with_chunk(b"eXIf", b"II*\0\x08\0\0\0" + entries + MARK), APPROVED)
    frames = [Image.new("RGBA", (64, 64), (20 * number, 0, 0, 90)) for number in range(4)]
    moving = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], disposal=2, blend=1)
    head, first = moving.index(b"acTL") - 4, moving.index(b"fcTL") - 4
    endless = chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))
    yield hostile("PNG of 2^31 frames", moving[:head] + endless + moving[head + 20 :], APPROVED)
    outside = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 8_000, 8_000, 0, 0, 1, 1, 2, 1))
    yield hostile("PNG whose frame is larger than it", moving[:first] + outside + moving[first + 38 :], UNREADABLE)
    yield hostile("PNG with 100,000 unknown chunks", whole[:33] + chunk(b"abCd", b"") * 100_000 + whole[33:], APPROVED)


def webps() -> Iterator[Hostile]:
    clear = encoded(Image.new("RGBA", (400, 400), (1, 2, 3, 4)), "WEBP", method=0)
    at = clear.index(b"ALPH")
    end = at + 8 + int.from_bytes(clear[at + 4 : at + 8], "little")
    for name, alpha in (("broken", b"\x01" + b"\xff" * 1000), ("huge", bytes(4_000_000))):
        body = clear[8:at] + b"ALPH" + struct.pack("<I", len(alpha)) + alpha + bytes(len(alpha) % 2)
        body += clear[end + end % 2 :]
        file = b"RIFF" + struct.pack("<I", len(body)) + body
        yield hostile(f"WebP whose transparency is {name}", file, APPROVED, UNREADABLE, declared="image/webp")
    many = webp_with(b"abcd", MARK) + (b"abcd" + bytes(4)) * 100_000
    yield hostile("WebP with 100,000 unknown chunks", many, APPROVED, declared="image/webp")


def profiles() -> Iterator[Hostile]:
    """Profiles for other kinds of pictures than the one they come with."""
    rgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for space in (b"CMYK", b"FCLR"):
        changed = rgb[:16] + space + rgb[20:]
        yield hostile(f"JPEG with a profile for {space!r}", encoded(picture(), "JPEG", icc_profile=changed), APPROVED)
    for kind in (b"link", b"nmcl"):
        changed = rgb[:12] + kind + rgb[16:]
        yield hostile(
            f"JPEG with a profile that is {kind!r}", encoded(picture(), "JPEG", icc_profile=changed), APPROVED
        )


def heics() -> Iterator[Hostile]:
    yield hostile("HEIC of four tiles", grid(2, 2, 64), APPROVED, declared=HEIC)
    yield hostile("HEIC of 65,025 tiles", grid(255, 255, 64, 6_000), UNREADABLE, declared=HEIC)
    yield hostile("HEIC of 30 layers of tiles", grid(2, 2, 64, 512, layers=30), APPROVED, UNREADABLE, declared=HEIC)
    for side in (8, 6_000):
        told = encoded(Image.new("RGB", (64, 64)), "HEIF").replace(b"ispe\0\0\0\0" + struct.pack(">II", 64, 64), b"%b")
        yield hostile(
            f"HEIC that says it is {side} pixels wide",
            told.replace(b"%b", b"ispe\0\0\0\0" + struct.pack(">II", side, side)),
            UNREADABLE,
            declared=HEIC,
        )
    thumbnails = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(thumbnails, thumbnails=[64, 32, 16])
    yield hostile("HEIC with three thumbnails", thumbnails.getvalue(), APPROVED, declared=HEIC)
    avif = encoded(picture(), "AVIF")
    yield hostile("AVIF called HEIC", avif[:8] + b"heic" + avif[12:], UNREADABLE, declared=HEIC)
    yield hostile("AVIF that is whole", avif, NO_TYPE, declared=HEIC)


def deep(width: int, height: int, colours: int, channels: int) -> bytes:
    """A PNG of 16 bits a channel."""
    header = struct.pack(">IIBBBBB", width, height, 16, colours, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes(width * channels * 2)) * height)
    return PNG_SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def grid(rows: int, columns: int, side: int, most: int = 2**31, layers: int = 1) -> bytes:
    """A HEIC of tiles that are all the same item, and of such grids in turn (ISO/IEC 23008-12, 6.6.2.3)."""
    tile = encoded(Image.new("RGB", (side, side), "orange"), "HEIF", quality=30)
    start = tile.index(b"hvcC") - 4
    coding = tile[start : start + int.from_bytes(tile[start : start + 4])]
    pixels = tile[tile.index(b"mdat") + 4 :]
    properties, items = [coding, _full(b"ispe", struct.pack(">II", side, side))], [_item(1, b"hvc1")]
    belongs, tiles, described, places = [struct.pack(">HBBB", 1, 2, 0x81, 0x82)], [], b"", b""
    for layer in range(1, layers + 1):
        size = (min(side * columns**layer, most), min(side * rows**layer, most))
        properties.append(_full(b"ispe", struct.pack(">II", *size)))
        belongs.append(struct.pack(">HBB", layer + 1, 1, 0x80 | len(properties)))
        items.append(_item(layer + 1, b"grid"))
        count = rows * columns
        tiles.append(_box(b"dimg", struct.pack(">HH", layer + 1, count) + struct.pack(">H", layer) * count))
        places += struct.pack(">HHHHII", layer + 1, 1, 0, 1, len(described), 12)
        described += bytes((0, 1, rows - 1, columns - 1)) + struct.pack(">II", *size)
    brand = _box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(at: int) -> bytes:
        where = struct.pack(">HHHHII", 1, 0, 0, 1, at, len(pixels)) + places
        parts = (
            _full(b"hdlr", bytes(4) + b"pict" + bytes(13)),
            _full(b"pitm", struct.pack(">H", layers + 1)),
            _full(b"iinf", struct.pack(">H", len(items)) + b"".join(items)),
            _box(
                b"iprp",
                _box(b"ipco", b"".join(properties))
                + _full(b"ipma", struct.pack(">I", len(belongs)) + b"".join(belongs)),
            ),
            _full(b"iref", b"".join(tiles)),
            _box(b"idat", described),
            _full(b"iloc", b"\x44\0" + struct.pack(">H", layers + 1) + where, version=1),
        )
        return _full(b"meta", b"".join(parts))

    return brand + meta(len(brand) + len(meta(0)) + 8) + _box(b"mdat", pixels)


def _item(number: int, kind: bytes) -> bytes:
    return _full(b"infe", struct.pack(">HH", number, 0) + kind + b"\0", version=2)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _full(kind: bytes, content: bytes, version: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24) + content)


ODD: Sequence[Callable[[], Iterator[Hostile]]] = (jpegs, pngs, webps, profiles, heics)
