"""Drawn portraits of synthetic members are always the same, in every size, and different enough."""

import io

import blurhash
import pytest
from PIL import Image

from adapters.local.portraits import portrait, portrait_blurhash, portrait_size
from saltbitter_domain.profiles.model import Format, Size


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("size", Size)
def test_a_portrait_comes_in_every_size_and_format(size: Size, form: Format) -> None:
    image = opened(portrait(7, size, form))

    assert image.format == form.value.upper()
    assert image.size == portrait_size(size)
    assert max(image.size) == int(size)


def test_the_same_seed_gives_the_same_portrait() -> None:
    assert portrait(7, Size.SMALL, Format.WEBP) == portrait(7, Size.SMALL, Format.WEBP)
    assert portrait_blurhash(7) == portrait_blurhash(7)


def test_the_sizes_show_the_same_person() -> None:
    large = opened(portrait(7, Size.LARGE, Format.JPEG)).resize((16, 20))
    small = opened(portrait(7, Size.SMALL, Format.JPEG)).resize((16, 20))

    differences = [abs(a - b) for a, b in zip(large.tobytes(), small.tobytes(), strict=True)]
    assert sum(differences) / len(differences) < 3


def test_portraits_differ() -> None:
    assert len({portrait(seed, Size.SMALL, Format.JPEG) for seed in range(200)}) > 190


def test_the_blurhash_has_the_colours_of_the_portrait() -> None:
    for seed in range(20):
        blurred = blurhash.decode(portrait_blurhash(seed), 8, 10)
        shown = opened(portrait(seed, Size.SMALL, Format.JPEG)).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        assert isinstance(shown, tuple)
        for channel, mean in enumerate(shown):
            assert sum(pixel[channel] for row in blurred for pixel in row) / 80 == pytest.approx(mean, abs=32)


def test_there_are_few_enough_blurhashes_to_remember_them_all() -> None:
    assert len({portrait_blurhash(seed) for seed in range(2_000)}) <= 140
