"""Pictures that staff removed are known again, and how well they are was measured on real photographs."""

import io
import random
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

import imagehash
import pytest
from PIL import Image, ImageEnhance, ImageOps

from saltbitter_domain.profiles.ports import SAME_PICTURE_BITS, RemovedPhotos
from tests.contracts.stores import Store
from tests.doubles.builders import NOW
from tests.doubles.pictures import PHOTOS

PORT = RemovedPhotos
REMOVED = "f0f0a5a53c3c0ff0"


def differing(bits: int, base: str = REMOVED) -> str:
    """A hash that differs from another in so many bits, spread over all of it."""
    return f"{int(base, 16) ^ sum(1 << (7 * bit % 64) for bit in range(bits)):016x}"


async def resembles(store: Store, perceptual_hash: str) -> bool:
    async with store.begin() as uow:
        return await uow.removed_photos.resembles(perceptual_hash)


async def test_a_removed_picture_and_what_resembles_it_are_known_and_others_are_not(store: Store) -> None:
    assert not await resembles(store, REMOVED)
    for _ in range(2):
        async with store.unit() as uow:
            await uow.removed_photos.remember(REMOVED, NOW)

    assert [await resembles(store, differing(bits)) for bits in (0, SAME_PICTURE_BITS)] == [True, True]
    assert [await resembles(store, differing(bits)) for bits in (SAME_PICTURE_BITS + 1, 32, 64)] == [False] * 3


@pytest.mark.parametrize("chosen", range(30))
async def test_a_picture_is_known_whichever_bits_of_it_differ(store: Store, chosen: int) -> None:
    chance = random.Random(chosen)
    async with store.unit() as uow:
        await uow.removed_photos.remember(REMOVED, NOW)
        for _ in range(50):
            await uow.removed_photos.remember(f"{chance.getrandbits(64):016x}", NOW)

    bits = chance.sample(range(64), SAME_PICTURE_BITS)
    assert await resembles(store, f"{int(REMOVED, 16) ^ sum(1 << bit for bit in bits):016x}")


async def test_hashes_are_compared_in_all_their_64_bits(store: Store) -> None:
    async with store.unit() as uow:
        await uow.removed_photos.remember("0" * 16, NOW)

    assert not await resembles(store, "8" * 16)
    assert not await resembles(store, "f" * 16)
    assert await resembles(store, "8000000000000001")


async def test_what_is_forgotten_is_allowed_again_with_all_it_resembles(store: Store) -> None:
    far = differing(40)
    async with store.unit() as uow:
        for perceptual_hash in (REMOVED, differing(3), far):
            await uow.removed_photos.remember(perceptual_hash, NOW)

    async with store.unit() as uow:
        await uow.removed_photos.forget(differing(2))
        await uow.removed_photos.forget(differing(20))

    assert not await resembles(store, REMOVED)
    assert not await resembles(store, differing(3))
    assert await resembles(store, far)


def saved(image: Image.Image, form: str, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, form, quality=quality)
    return Image.open(file)


AS_IT_COMES_BACK: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "saved as a small JPEG": lambda image: saved(image, "JPEG", 30),
    "saved as a small WebP": lambda image: saved(image, "WEBP", 30),
    "half as large": lambda image: image.resize((image.width // 2, image.height // 2)),
    "larger": lambda image: image.resize((image.width * 3 // 2, image.height * 3 // 2), Image.Resampling.BILINEAR),
    "a screenshot of it": lambda image: saved(image.resize((360, 360 * image.height // image.width)), "JPEG", 60),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
    "more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.2),
    "without colours": lambda image: ImageOps.grayscale(image).convert("RGB"),
    "sharpened": lambda image: ImageEnhance.Sharpness(image).enhance(2),
}


@pytest.fixture(scope="module")
def photographs() -> Mapping[str, Image.Image]:
    """Every photograph of the tests, and parts of them that show other things."""

    def opened() -> Iterator[tuple[str, Image.Image]]:
        for path in (Path(PHOTOS) / f"{name}.jpg" for name in ("portrait", "coffee", "rocket")):
            with Image.open(path) as image:
                whole = image.convert("RGB")
            width, height = whole.size
            yield path.stem, whole
            yield f"{path.stem}, left", whole.crop((0, 0, width // 2, height))
            yield f"{path.stem}, right", whole.crop((width // 2, 0, width, height))
            yield f"{path.stem}, below", whole.crop((0, height // 2, width, height))

    return dict(opened())


def bits_between(one: Image.Image, other: Image.Image) -> int:
    return int(imagehash.phash(one) - imagehash.phash(other))


@pytest.mark.parametrize("change", AS_IT_COMES_BACK)
def test_a_photograph_that_comes_back_changed_a_little_is_known_again(
    photographs: Mapping[str, Image.Image], change: str
) -> None:
    bits = {name: bits_between(image, AS_IT_COMES_BACK[change](image)) for name, image in photographs.items()}

    assert max(bits.values()) <= SAME_PICTURE_BITS, bits


def test_different_photographs_are_told_apart(photographs: Mapping[str, Image.Image]) -> None:
    bits = {pair: bits_between(*(photographs[name] for name in pair)) for pair in combinations(photographs, 2)}

    assert min(bits.values()) > 2 * SAME_PICTURE_BITS, min(bits.items(), key=lambda found: found[1])
