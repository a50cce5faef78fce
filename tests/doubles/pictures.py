"""Real photos to render, and what came of them."""

from pathlib import Path

from saltbitter_domain.profiles.ports import PhotoEditor, Rendered

PHOTOS = Path(__file__).parent.parent / "data" / "photos"


def photo(name: str) -> bytes:
    """The bytes of one of the bundled photos."""
    return (PHOTOS / name).read_bytes()


async def rendered(editor: PhotoEditor, content: bytes) -> Rendered:
    """What became of a photo that can be rendered."""
    result = await editor.render(content)
    assert isinstance(result, Rendered)
    return result
