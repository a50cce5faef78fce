"""Drawn portraits for synthetic members: flat, friendly, and plainly nobody's photograph."""

import io
import random
from collections.abc import Callable
from functools import cache

import attrs
import blurhash
from PIL import Image, ImageDraw

from saltbitter_domain.profiles.model import Format, Size

WIDTH, HEIGHT = 100, 125
"""Of the drawing, in its own units. A portrait is four wide and five high."""

_SMOOTHING = 2

_BLURHASH_HEIGHT = 10
"""Pixels: four by three components need no more."""

_ENCODING = {Format.WEBP: {"quality": 80, "method": 1}, Format.JPEG: {"quality": 85}}

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]


def _rgb(code: str) -> Colour:
    return int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16)


@attrs.frozen
class _Palette:
    skin: Colour
    hair: Colour
    clothes: Colour
    backdrop: Colour


_SKIN_AND_HAIR = (
    "f6d3bd d9a55f",
    "f3cdb4 8a5a34",
    "f1c9b0 b5532c",
    "efc4a4 3b2a22",
    "e8b48f 5b3b26",
    "dba27a 2a1d18",
    "c98e63 3a2418",
    "b57a50 1f1713",
    "9c6440 241a17",
    "7d4c30 17110f",
    "5f3a27 1b1413",
    "f2cdb8 b9b4ae",
    "c48a62 8d8884",
    "6f4530 a5a19c",
)
_CLOTHES_AND_BACKDROP = (
    "2f6f73 f2d9b8",
    "c8553d cfe3e2",
    "3f4e7a f4c9b3",
    "d98b2b d5dcef",
    "5b7f4b f5e1c4",
    "8a4f7d dcead6",
    "2b3a4a f0c7a5",
    "e0a458 bcd6dc",
    "b23a48 efe4d2",
    "4a7ba6 f6dccb",
)
_PALETTES = tuple(
    _Palette(*map(_rgb, f"{person} {scene}".split())) for person in _SKIN_AND_HAIR for scene in _CLOTHES_AND_BACKDROP
)
_INK, _WHITE, _ROSE, _LIPS = (45, 32, 30), (255, 255, 255), (224, 92, 92), (196, 70, 76)


def portrait(seed: int, size: Size, form: Format) -> bytes:
    """The portrait of this seed, always the same, with the length of ``size`` as its height."""
    chance = _chance(seed)
    palette = chance.choice(_PALETTES)
    encoded = io.BytesIO()
    _drawn(palette, chance, int(size), _SMOOTHING).save(encoded, form.value, **_ENCODING[form])
    return encoded.getvalue()


def portrait_blurhash(seed: int) -> str:
    """The blurhash for the portrait of this seed: that of its colours, whatever the face."""
    return _blurhash(_chance(seed).choice(_PALETTES))


def portrait_size(size: Size) -> tuple[int, int]:
    """Width and height in pixels."""
    return int(size) * WIDTH // HEIGHT, int(size)


@cache
def _blurhash(palette: _Palette) -> str:
    small = _drawn(palette, _chance(0), _BLURHASH_HEIGHT, 8)
    rows = [[small.getpixel((x, y)) for x in range(small.width)] for y in range(small.height)]
    return str(blurhash.encode(rows, components_x=4, components_y=3))


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  a drawing, not a secret  # nosec B311


def _drawn(palette: _Palette, chance: random.Random, height: int, smoothing: int) -> Image.Image:
    """The drawing at ``height`` pixels, drawn ``smoothing`` times larger and reduced, which smooths its edges."""
    canvas = _Canvas(height * smoothing, palette.backdrop)
    canvas.ellipse(50, 58, 46, 46, _mixed(palette.backdrop, _WHITE, 0.35))
    behind, before = chance.choice(_HAIRSTYLES)
    behind(canvas, palette.hair)
    _shoulders(canvas, palette, chance)
    _head(canvas, palette.skin)
    before(canvas, palette.hair)
    _features(canvas, palette, chance)
    return canvas.image.reduce(smoothing)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    """``one`` with this share, 0 to 1, of ``other``."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


class _Canvas:
    """An image drawn on in units of the drawing."""

    def __init__(self, height: int, backdrop: Colour) -> None:
        self._scale = height / HEIGHT
        self.image = Image.new("RGB", (round(WIDTH * self._scale), height), backdrop)
        self._pen = ImageDraw.Draw(self.image)

    def _scaled(self, box: Box) -> Box:
        left, top, right, bottom = (value * self._scale for value in box)
        return left, top, right, bottom

    def ellipse(self, middle: float, centre: float, across: float, down: float, colour: Colour) -> None:
        """A filled ellipse around (middle, centre) with these half axes."""
        self._pen.ellipse(self._scaled((middle - across, centre - down, middle + across, centre + down)), fill=colour)

    def ring(self, middle: float, centre: float, radius: float, width: float, colour: Colour) -> None:
        box = self._scaled((middle - radius, centre - radius, middle + radius, centre + radius))
        self._pen.ellipse(box, outline=colour, width=self._thick(width))

    def slab(self, box: Box, radius: float, colour: Colour) -> None:
        """A rectangle with round corners."""
        self._pen.rounded_rectangle(self._scaled(box), radius * self._scale, fill=colour)

    def arc(self, box: Box, start: float, end: float, width: float, colour: Colour) -> None:
        """Part of the ellipse in the box, clockwise from ``start`` to ``end`` in degrees, 0 at three o'clock."""
        self._pen.arc(self._scaled(box), start, end, fill=colour, width=self._thick(width))

    def chord(self, box: Box, start: float, end: float, colour: Colour) -> None:
        self._pen.chord(self._scaled(box), start, end, fill=colour)

    def _thick(self, width: float) -> int:
        return max(1, round(width * self._scale))


def _shoulders(canvas: _Canvas, palette: _Palette, chance: random.Random) -> None:
    shade = _mixed(palette.skin, _INK, 0.14)
    neckline = chance.choice(("round", "wide", "rollneck", "jacket"))
    canvas.slab((13, 101, 87, 150), 22, palette.clothes)
    if neckline == "jacket":
        canvas.slab((13, 101, 87, 150), 22, _mixed(palette.clothes, _INK, 0.45))
        canvas.slab((39, 100, 61, 150), 0, palette.clothes)
    canvas.slab((41, 76, 59, 106), 9, shade)
    if neckline == "rollneck":
        canvas.slab((39, 94, 61, 108), 4, _mixed(palette.clothes, _WHITE, 0.14))
    else:
        across = 14 if neckline == "wide" else 9
        canvas.ellipse(50, 101, across + 2.5, 8, palette.clothes)
        canvas.ellipse(50, 99, across, 8, shade)


def _head(canvas: _Canvas, skin: Colour) -> None:
    for side in (29.5, 70.5):
        canvas.ellipse(side, 62, 4, 6, _mixed(skin, _INK, 0.08))
    canvas.ellipse(50, 56, 21, 23, skin)
    canvas.ellipse(50, 64, 19.5, 23, skin)


def _features(canvas: _Canvas, palette: _Palette, chance: random.Random) -> None:
    apart = chance.uniform(8.2, 9.6)
    brow = _mixed(palette.hair, _INK, 0.35)
    rise = chance.uniform(-0.8, 0.8)
    for middle in (50 - apart, 50 + apart):
        canvas.ellipse(middle + (3.2 if middle > 50 else -3.2), 71, 4, 2.8, _mixed(palette.skin, _ROSE, 0.28))
        canvas.arc((middle - 4.6, 52.5 - rise, middle + 4.6, 60), 205, 335, 1.3, brow)
        canvas.ellipse(middle, 62, 3.4, 2.9, _mixed(palette.skin, _WHITE, 0.8))
        canvas.ellipse(middle, 62, 2.2, 2.6, _INK)
        canvas.ellipse(middle + 0.8, 61, 0.8, 0.8, _WHITE)
    canvas.arc((47.3, 64, 52.7, 71), 25, 155, 1.1, _mixed(palette.skin, _INK, 0.3))
    _smile(canvas, palette.skin, chance)
    if chance.random() < 0.25:
        frame = _mixed(_INK, palette.clothes, 0.25)
        for middle in (50 - apart, 50 + apart):
            canvas.ring(middle, 62, 6.4, 1.0, frame)
        canvas.arc((50 - apart + 5.6, 59.5, 50 + apart - 5.6, 64), 200, 340, 1.0, frame)
    if chance.random() < 0.2:
        for middle, centre in ((41, 67.2), (43.6, 68.6), (46, 67.4), (54, 67.4), (56.4, 68.6), (59, 67.2)):
            canvas.ellipse(middle, centre, 0.5, 0.5, _mixed(palette.skin, _INK, 0.25))


def _smile(canvas: _Canvas, skin: Colour, chance: random.Random) -> None:
    wide = chance.uniform(6.5, 8.5)
    lips = _mixed(skin, _LIPS, 0.65)
    if chance.random() < 0.55:
        canvas.chord((50 - wide, 68, 50 + wide, 82), 8, 172, lips)
        canvas.chord((50 - wide + 1.1, 69, 50 + wide - 1.1, 80.2), 14, 166, _WHITE)
    else:
        canvas.arc((50 - wide, 66, 50 + wide, 80), 25, 155, 1.6, lips)


Hair = Callable[[_Canvas, Colour], None]


def _crown(canvas: _Canvas, hair: Colour) -> None:
    canvas.ellipse(50, 50, 24, 24, hair)


def _long(canvas: _Canvas, hair: Colour) -> None:
    _crown(canvas, hair)
    canvas.slab((25, 48, 75, 112), 14, hair)


def _bob(canvas: _Canvas, hair: Colour) -> None:
    _crown(canvas, hair)
    canvas.slab((24.5, 46, 75.5, 88), 12, hair)


def _bun(canvas: _Canvas, hair: Colour) -> None:
    canvas.ellipse(50, 24, 10, 9, _mixed(hair, _INK, 0.15))
    _crown(canvas, hair)


def _cloud(canvas: _Canvas, hair: Colour) -> None:
    for middle, centre in ((28, 54), (31, 40), (41, 31), (54, 29), (66, 36), (72, 48), (73, 62), (27, 66), (50, 42)):
        canvas.ellipse(middle, centre, 12, 12, hair)


def _parted(canvas: _Canvas, hair: Colour) -> None:
    canvas.chord((27, 29, 59, 63), 140, 320, hair)
    canvas.chord((47, 29, 73, 62), 225, 40, hair)


def _swept(canvas: _Canvas, hair: Colour) -> None:
    canvas.chord((25, 27, 73, 66), 172, 318, hair)
    canvas.chord((56, 30, 74, 60), 250, 60, hair)


def _fringe(canvas: _Canvas, hair: Colour) -> None:
    canvas.chord((28, 29, 72, 69), 184, 356, hair)


def _cropped(canvas: _Canvas, hair: Colour) -> None:
    canvas.chord((28.5, 29, 71.5, 67), 200, 340, hair)


def _curls(canvas: _Canvas, hair: Colour) -> None:
    for middle, centre in ((32, 45), (37, 39), (44, 36), (51, 35), (58, 37), (64, 40), (68, 46)):
        canvas.ellipse(middle, centre, 6.5, 6, hair)


_HAIRSTYLES: tuple[tuple[Hair, Hair], ...] = (
    (_long, _parted),
    (_long, _fringe),
    (_long, _swept),
    (_bob, _parted),
    (_bob, _fringe),
    (_bun, _cropped),
    (_bun, _swept),
    (_cloud, _curls),
    (_crown, _cropped),
    (_crown, _swept),
    (_crown, _curls),
)
