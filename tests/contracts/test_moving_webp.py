"""Of a WebP that moves its first frame is a photo like one that stands still, and needs no more memory."""

import struct
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from adapters.local import photo_renderer
from adapters.local.photos import PillowEditor
from saltbitter_domain.profiles.model import Format, RefusalReason, Size
from saltbitter_domain.profiles.ports import Rendered
from tests.doubles.hostile_images import encoded
from tests.doubles.pictures import rendered

RED = (255, 0, 0)


@pytest.fixture(scope="module")
def editor() -> Iterator[PillowEditor]:
    editor = PillowEditor()
    yield editor
    editor.close()


def shown(result: Rendered) -> Image.Image:
    """The largest rendition."""
    content = next(each.content for each in result.renditions if (each.size, each.format) == (Size.LARGE, Format.WEBP))
    return Image.open(BytesIO(content)).convert("RGB")


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def sides(width: int, height: int) -> bytes:
    return struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]


def moving(picture: tuple[int, int], frame: tuple[int, int], still: bytes) -> bytes:
    """A picture of this size with the same frame twice in its upper left, made without either in memory."""
    shown_twice = chunk(b"ANMF", bytes(6) + sides(*frame) + struct.pack("<I", 50) + still[12:]) * 2
    header = chunk(b"VP8X", b"\x02\0\0\0" + sides(*picture)) + chunk(b"ANIM", bytes(6))
    return chunk(b"RIFF", b"WEBP" + header + shown_twice)


@pytest.mark.parametrize(("lossless", "off"), [(False, 24), (True, 0)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_first_frame_is_seen_as_a_still_one_would_be(mode: str, lossless: bool, off: int) -> None:
    drawn = Image.linear_gradient("L").resize((301, 201))
    first = Image.merge("RGBA", (drawn, drawn.transpose(Image.Transpose.ROTATE_180), drawn, drawn)).convert(mode)
    later = [Image.new(mode, first.size, colour) for colour in ("lime", "blue")]

    moves = encoded(first, "WEBP", save_all=True, append_images=later, lossless=lossless)
    stands = encoded(first, "WEBP", lossless=True)
    one, other = (shown(photo_renderer.render(each, "image/webp")).tobytes() for each in (moves, stands))
    assert max(abs(mine - yours) for mine, yours in zip(one, other, strict=True)) <= off


async def test_it_may_have_as_many_pixels_as_a_still_one(editor: PillowEditor) -> None:
    still = encoded(Image.new("RGB", (8_000, 5_000), RED), "WEBP", method=0)
    result = await rendered(editor, moving((8_000, 5_000), (8_000, 5_000), still))

    assert (result.width, result.height) == (8_000, 5_000)
    assert shown(result).getpixel((1, 1)) == pytest.approx(RED, abs=4)


def test_a_first_frame_that_is_a_part_of_the_picture_is_in_its_place() -> None:
    still = encoded(Image.new("RGB", (40, 40), RED), "WEBP", lossless=True)
    picture = shown(photo_renderer.render(moving((80, 80), (40, 40), still), "image/webp"))

    assert picture.size == (80, 80)
    assert picture.getpixel((20, 20)) == pytest.approx(RED, abs=4)
    assert picture.getpixel((60, 60)) != pytest.approx(RED, abs=4)


async def test_one_that_is_broken_is_no_photo(editor: PillowEditor) -> None:
    small, large = (encoded(Image.new("RGB", (side, side), RED), "WEBP", lossless=True) for side in (40, 400))
    whole = moving((40, 40), (40, 40), small)
    assert isinstance(await editor.render(whole), Rendered)

    cut = [await editor.render(whole[:length]) for length in range(14, len(whole) // 2, 10)]
    assert {*cut, await editor.render(moving((40, 40), (40, 40), large))} == {RefusalReason.UNREADABLE}
