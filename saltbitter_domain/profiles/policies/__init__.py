"""Rules of profiles, pure and sync."""

from saltbitter_domain.profiles.policies.completeness import Completeness, MissingPart, completeness
from saltbitter_domain.profiles.policies.content import LINE_BREAKS, check, text_problems
from saltbitter_domain.profiles.policies.photos import (
    Examined,
    arranged,
    decided,
    free_position,
    in_order,
    is_uncounted,
    is_unjudged,
    lacks_first,
    reviewed,
    taken_down,
)
from saltbitter_domain.profiles.policies.place import MEMBERS_IN_A_CELL, areas_around, distance_band, moves_to
from saltbitter_domain.profiles.policies.sensitive import SENSITIVE, Sensitive, permitted
from saltbitter_domain.profiles.policies.views import (
    look_prefix,
    photo_addresses,
    photo_at,
    public_photos,
    public_view,
    rendition_key,
    renditions_prefix,
)

__all__ = [
    "LINE_BREAKS",
    "MEMBERS_IN_A_CELL",
    "SENSITIVE",
    "Completeness",
    "Examined",
    "MissingPart",
    "Sensitive",
    "areas_around",
    "arranged",
    "check",
    "completeness",
    "decided",
    "distance_band",
    "free_position",
    "in_order",
    "is_uncounted",
    "is_unjudged",
    "lacks_first",
    "look_prefix",
    "moves_to",
    "permitted",
    "photo_addresses",
    "photo_at",
    "public_photos",
    "public_view",
    "rendition_key",
    "renditions_prefix",
    "reviewed",
    "taken_down",
    "text_problems",
]
