"""Photos come out upright, in three sizes and two formats, with nothing of what came in but the pixels."""

import asyncio
import io
import struct
import zlib
from collections.abc import Callable, Iterator

import pytest
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

from adapters.local import photo_renderer
from adapters.local.photos import PillowEditor
from saltbitter_domain.profiles.model import Format, RefusalReason, Size
from saltbitter_domain.profiles.ports import PhotoEditor, Rendered
from tests.doubles.pictures import PHOTOS, photo, rendered

PORT = PhotoEditor

PORTRAITS = {
    "image/jpeg": "portrait.jpg",
    "image/heic": "portrait.heic",
    "image/webp": "portrait.webp",
    "image/png": "portrait.png",
}


HARMLESS = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "timestamp", "duration"}
"""What Pillow tells of the plainest JPEG and WebP."""


@pytest.fixture(scope="module")
def editor() -> Iterator[PillowEditor]:
    editor = PillowEditor()
    yield editor
    editor.close()


def opened(rendered: Rendered, size: Size = Size.LARGE, form: Format = Format.JPEG) -> Image.Image:
    found = [each for each in rendered.renditions if (each.size, each.format) == (size, form)]
    assert len(found) == 1
    return Image.open(io.BytesIO(found[0].content))


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


@pytest.mark.parametrize(("media_type", "name"), PORTRAITS.items())
async def test_jpeg_heic_webp_and_png_are_known_by_content_and_rendered(
    editor: PillowEditor, media_type: str, name: str
) -> None:
    assert editor.sniff(photo(name)) == media_type

    result = await rendered(editor, photo(name))

    assert {(each.size, each.format) for each in result.renditions} == {
        (size, form) for size in Size for form in Format
    }
    for each in result.renditions:
        image = opened(result, each.size, each.format)
        assert image.format == each.format.value.upper()
        assert image.mode == "RGB"
        assert max(image.size) == min(int(each.size), max(result.width, result.height))
        assert image.width / image.height == pytest.approx(result.width / result.height, abs=0.01)


async def test_the_same_photo_looks_the_same_whatever_its_format(editor: PillowEditor) -> None:
    results = [await rendered(editor, photo(name)) for name in PORTRAITS.values()]

    assert {result.perceptual_hash for result in results} == {"d1a4c8df243b9ad1"}
    assert all(len(result.blurhash) == 28 for result in results)
    assert (await rendered(editor, photo("rocket.jpg"))).perceptual_hash != "d1a4c8df243b9ad1"


@pytest.mark.parametrize("with_profile", [True, False])
@pytest.mark.parametrize("name", PORTRAITS.values())
async def test_no_metadata_survives(editor: PillowEditor, name: str, with_profile: bool) -> None:
    marks = (b"Exif", b"Houston", b"SaltBitter", b"NASA", b"acsp", b"xmpmeta", b"ICC_PROFILE", b"XMP ", b"ICCP")
    content = photo(name) if with_profile else without_profile(name)
    assert any(mark in content for mark in marks), "there was something to lose"

    result = await rendered(editor, content)

    for each in result.renditions:
        assert not [mark for mark in marks if mark in each.content]
        image = opened(result, each.size, each.format)
        assert not image.getexif()
        assert set(image.info) <= HARMLESS


def without_profile(name: str) -> bytes:
    """The photo with all its metadata but the colour profile, whose conversion would lose the rest by itself."""
    with Image.open(PHOTOS / name) as image:
        kept = {key: value for key in ("exif", "xmp", "comment") if (value := image.info.get(key))}
        return encoded(image, image.format or "", icc_profile=None, **kept)


def cornered() -> Image.Image:
    """Higher than wide; red at the top left, green at the top right, blue below."""
    image = Image.new("RGB", (60, 100), "blue")
    ImageDraw.Draw(image).rectangle((0, 0, 29, 49), fill="red")
    ImageDraw.Draw(image).rectangle((30, 0, 59, 49), fill="lime")
    return image


SIDEWAYS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [*SIDEWAYS, 0, 9])
async def test_every_orientation_comes_out_upright(editor: PillowEditor, orientation: int, form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = SIDEWAYS.get(orientation)
    stored = cornered() if turn is None else cornered().transpose(turn)

    result = await rendered(editor, encoded(stored, form, exif=exif.tobytes()))

    assert (result.width, result.height) == (60, 100)
    upright = opened(result).convert("RGB")
    colours = [upright.getpixel(at) for at in ((15, 25), (45, 25), (30, 75))]
    brightest = [max(range(3), key=colour.__getitem__) for colour in colours if isinstance(colour, tuple)]
    assert brightest == [0, 1, 2], "red, green, blue"


async def test_a_heic_photo_turned_by_its_container_comes_out_upright(editor: PillowEditor) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = cornered().resize((120, 200)).transpose(Image.Transpose.ROTATE_90)

    result = await rendered(editor, encoded(stored, "HEIF", exif=exif.tobytes()))

    assert (result.width, result.height) == (120, 200)
    assert opened(result).size == (120, 200)


async def test_large_photos_are_reduced_and_small_ones_never_enlarged(editor: PillowEditor) -> None:
    large = await rendered(editor, encoded(Image.new("RGB", (3000, 1500)), "JPEG"))
    small = await rendered(editor, encoded(Image.new("RGB", (200, 100)), "JPEG"))

    assert (large.width, large.height) == (3000, 1500)
    assert [opened(large, size).size for size in Size] == [(1080, 540), (480, 240), (160, 80)]
    assert [opened(small, size).size for size in Size] == [(200, 100), (200, 100), (160, 80)]


async def test_one_pixel_and_very_thin_photos_can_be_rendered(editor: PillowEditor) -> None:
    for size in ((1, 1), (4000, 1), (1, 4000)):
        result = await rendered(editor, encoded(Image.new("RGB", size, "red"), "PNG"))

        assert (result.width, result.height) == size


def test_colours_are_converted_to_srgb() -> None:
    def green_with(profile: bytes) -> tuple[int, ...]:
        content = encoded(Image.new("RGB", (40, 40), (10, 200, 10)), "PNG", icc_profile=profile)
        return pixel(photo_renderer.render(content, "image/png"))

    for_paper = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert green_with(swapping_profile()) == pytest.approx((200, 10, 10), abs=12)
    assert green_with(for_paper) == pytest.approx((10, 200, 10), abs=6), "a profile that does not fit is passed over"
    assert green_with(b"nonsense") == pytest.approx((10, 200, 10), abs=6)


def swapping_profile() -> bytes:
    """sRGB, with the columns of red and green exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"tmp ").replace(b"gXYZ", b"rXYZ").replace(b"tmp ", b"gXYZ")


def pixel(result: Rendered) -> tuple[int, ...]:
    value = opened(result).convert("RGB").getpixel((1, 1))
    assert isinstance(value, tuple)
    return tuple(int(channel) for channel in value)


@pytest.mark.parametrize(
    ("image", "form", "expected"),
    [
        (Image.new("L", (40, 40), 128), "PNG", (128, 128, 128)),
        (Image.new("I;16", (40, 40), 128 * 256), "PNG", (128, 128, 128)),
        (Image.new("1", (40, 40), 1), "PNG", (255, 255, 255)),
        (Image.new("RGB", (40, 40), "red").convert("P"), "PNG", (254, 0, 0)),
        (Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG", (255, 255, 255)),
        (Image.new("RGBA", (40, 40), (255, 0, 0, 128)), "WEBP", (255, 127, 127)),
        (Image.new("LA", (40, 40), (0, 0)), "PNG", (255, 255, 255)),
        (Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG", (254, 0, 0)),
    ],
    ids=["grey", "deep grey", "black and white", "palette", "clear", "half clear", "clear grey", "for print"],
)
def test_every_kind_of_pixel_becomes_opaque_rgb(image: Image.Image, form: str, expected: tuple[int, int, int]) -> None:
    result = photo_renderer.render(encoded(image, form), f"image/{form.lower()}")

    assert pixel(result) == pytest.approx(expected, abs=4)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
async def test_of_an_animation_the_first_frame_is_taken(editor: PillowEditor, form: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "lime", "blue")]

    result = await rendered(editor, encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=50))

    assert pixel(result) == pytest.approx((254, 0, 0), abs=4)
    assert not any(getattr(opened(result, form=form), "is_animated", False) for form in Format)


def png(width: int, height: int) -> bytes:
    """A black picture of one bit per pixel: 169 million of them take 20 KB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(height * (1 + (width + 7) // 8)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    info = PngInfo()
    info.add_text("Comment", "A" * 50_000_000, zip=True)
    return encoded(Image.new("RGB", (10, 10)), "PNG", pnginfo=info)


def changed(name: str, at: int, new: bytes) -> bytes:
    content = photo(name)
    return content[:at] + new + content[at + len(new) :]


UNREADABLE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "text": lambda: b"not a photo",
    "a page": lambda: b"<!DOCTYPE html><script>alert(1)</script>",
    "an SVG drawing": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a GIF": lambda: encoded(Image.new("RGB", (10, 10)), "GIF"),
    "a BMP": lambda: encoded(Image.new("RGB", (10, 10)), "BMP"),
    "a TIFF": lambda: encoded(Image.new("RGB", (10, 10)), "TIFF"),
    "an AVIF": lambda: b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + bytes(100),
    "a PDF": lambda: b"%PDF-1.7\n",
    "a program": lambda: b"\x7fELF" + bytes(100),
    "a script before a photo": lambda: b"/*" + photo("portrait.jpg"),
    "a RIFF that is sound": lambda: b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(16),
    "the first bytes of a JPEG only": lambda: b"\xff\xd8\xff",
    "a page called JPEG": lambda: b"\xff\xd8\xff<script>alert(1)</script>",
    "the first bytes of a PNG only": lambda: b"\x89PNG\r\n\x1a\n",
    "the first bytes of a WebP only": lambda: b"RIFF\x00\x00\x00\x00WEBP",
    "the first bytes of a HEIC only": lambda: b"\x00\x00\x00\x10ftypheic\x00\x00\x00\x00",
    "half a JPEG": lambda: photo("portrait.jpg")[:40_000],
    "half a PNG": lambda: photo("portrait.png")[:40_000],
    "half a WebP": lambda: photo("portrait.webp")[:20_000],
    "half a HEIC": lambda: photo("portrait.heic")[:60_000],
    "a PNG with a bad checksum": lambda: changed("portrait.png", 19, b"\x01"),
    "a GIF that says it is a PNG": lambda: b"\x89PNG\r\n\x1a\n" + encoded(Image.new("RGB", (10, 10)), "GIF"),
    "a 20 KB bomb of 169 megapixels": lambda: png(13_000, 13_000),
    "a bomb of 2 gigapixels": lambda: png(50_000, 40_000),
    "just over 40 megapixels": lambda: png(8_000, 5_001),
    "a side of 12,001 pixels": lambda: png(12_001, 10),
    "no pixels at all": lambda: png(0, 0),
    "a comment that unpacks to 50 MB": text_bomb,
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_is_not_a_whole_photo_of_reasonable_size_is_refused(editor: PillowEditor, name: str) -> None:
    assert await editor.render(UNREADABLE[name]()) is RefusalReason.UNREADABLE


@pytest.mark.parametrize(
    "name", ["nothing", "text", "a page", "an SVG drawing", "a GIF", "an AVIF", "a RIFF that is sound"]
)
def test_other_types_are_not_known(editor: PillowEditor, name: str) -> None:
    assert editor.sniff(UNREADABLE[name]()) is None


@pytest.mark.parametrize(("width", "height"), [(8_000, 5_000), (12_000, 3_333)])
async def test_a_photo_at_the_limits_is_rendered(editor: PillowEditor, width: int, height: int) -> None:
    result = await rendered(editor, png(width, height))

    assert (result.width, result.height) == (width, height)


@pytest.mark.parametrize("name", PORTRAITS.values())
async def test_whatever_else_a_file_is_its_renditions_are_pixels_only(editor: PillowEditor, name: str) -> None:
    archive = b"PK\x03\x04" + b"<script>alert(1)</script>" + b"PK\x05\x06" + bytes(18)

    result = await rendered(editor, photo(name) + archive)

    assert not any(b"PK\x03\x04" in each.content or b"<script>" in each.content for each in result.renditions)


def test_the_renderer_works_in_this_process_too_and_says_the_same(runner: asyncio.Runner, editor: PillowEditor) -> None:
    for media_type, name in PORTRAITS.items():
        assert photo_renderer.render(photo(name), media_type) == runner.run(editor.render(photo(name)))


def test_pixels_are_counted_before_any_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", decoded)

    with pytest.raises(photo_renderer.TooManyPixels, match="8000 x 5001"):
        photo_renderer.render(png(8_000, 5_001), "image/png")
