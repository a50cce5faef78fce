"""Which portrait stands behind which photo, drawn when somebody looks."""

from adapters.local.portraits import portrait, portrait_blurhash
from saltbitter_domain.kernel import PhotoId
from saltbitter_domain.profiles.model import Format, Size


class PortraitGallery:
    """Remembers the number that each portrait is drawn from."""

    def __init__(self) -> None:
        self._seeds: dict[str, int] = {}

    def remember(self, photo_id: PhotoId, seed: int) -> None:
        self._seeds[str(photo_id)] = seed

    def blurhash(self, seed: int) -> str:
        """The placeholder shown until the portrait is there."""
        return portrait_blurhash(seed)

    def draw(self, key: str) -> bytes | None:
        """The rendition under ``photos/<photo id>/<size>.<format>``, or None when it is nobody's portrait."""
        folder, _, rest = key.partition("/")
        photo_id, _, name = rest.partition("/")
        size, _, image_format = name.partition(".")
        seed = self._seeds.get(photo_id)
        if folder != "photos" or seed is None:
            return None
        return portrait(seed, Size(size), Format(image_format))
