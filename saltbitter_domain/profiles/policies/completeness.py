"""What a profile still lacks."""

from collections.abc import Callable, Mapping, Sequence

import attrs

from saltbitter_domain.profiles.catalogue import PARTS
from saltbitter_domain.profiles.model import Photo, PhotoState, Profile

MANY_PHOTOS = 3


@attrs.frozen
class MissingPart:
    """A part of the profile not yet given, why giving it helps, and whether matching waits for it."""

    part: str
    label: str
    why: str
    required: bool


@attrs.frozen
class Completeness:
    """How much of the profile is there, in whole per cent, and what is not."""

    percent: int
    missing: tuple[MissingPart, ...]


_HAS: Mapping[str, Callable[[Profile, Sequence[Photo]], bool]] = {
    "primary_photo": lambda _, photos: any(p.position == 0 and p.state is PhotoState.APPROVED for p in photos),
    "more_photos": lambda _, photos: sum(p.state is PhotoState.APPROVED for p in photos) >= MANY_PHOTOS,
    "bio": lambda profile, _: profile.content.bio != "",
    "prompts": lambda profile, _: profile.content.prompts != (),
    "interests": lambda profile, _: profile.content.interests != frozenset(),
    "values": lambda profile, _: profile.content.values != {},
    "intention": lambda profile, _: profile.content.intention is not None,
    "children": lambda profile, _: None not in (profile.content.has_children, profile.content.wants_children),
    "lifestyle": lambda profile, _: None not in (profile.content.smoking, profile.content.drinking),
    "languages": lambda profile, _: profile.content.languages != (),
    "location": lambda profile, _: profile.cell is not None,
}


def completeness(profile: Profile, photos: Sequence[Photo]) -> Completeness:
    """How much of a complete profile is there (0–100 %), and what is missing, what helps most first."""
    missing = {key: part for key, part in PARTS.items() if not _HAS[key](profile, photos)}
    return Completeness(
        100 - sum(part.percent for part in missing.values()),
        tuple(MissingPart(key, part.label, part.why, part.required) for key, part in missing.items()),
    )
