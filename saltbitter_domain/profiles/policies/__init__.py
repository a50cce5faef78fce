"""Rules of profiles, pure and sync."""

from saltbitter_domain.profiles.policies.completeness import Completeness, MissingPart, completeness
from saltbitter_domain.profiles.policies.content import LINE_BREAKS, check, text_problems
from saltbitter_domain.profiles.policies.photos import arranged, decided, free_position, in_order, unreadable
from saltbitter_domain.profiles.policies.place import distance_band, moves_to
from saltbitter_domain.profiles.policies.views import photo_addresses, public_photos, public_view, rendition_key

__all__ = [
    "LINE_BREAKS",
    "Completeness",
    "MissingPart",
    "arranged",
    "check",
    "completeness",
    "decided",
    "distance_band",
    "free_position",
    "in_order",
    "moves_to",
    "photo_addresses",
    "public_photos",
    "public_view",
    "rendition_key",
    "text_problems",
    "unreadable",
]
