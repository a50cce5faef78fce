"""What one member may see of another."""

from enum import StrEnum

import attrs

from saltbitter_domain.kernel import PhotoId, UserId
from saltbitter_domain.profiles.model.photo import PhotoAddress
from saltbitter_domain.profiles.model.profile import PromptAnswer
from saltbitter_domain.profiles.model.vocabulary import (
    Drinking,
    Education,
    Gender,
    HasChildren,
    Intention,
    Religion,
    Smoking,
    WantsChildren,
)


@attrs.frozen
class PublicPhoto:
    """An approved photo as others see it."""

    id: PhotoId
    width: int
    height: int
    blurhash: str
    addresses: tuple[PhotoAddress, ...]


class DistanceBand(StrEnum):
    """All that is ever told of how far away somebody is; each band leaves out its upper end."""

    UNDER_5 = "under_5_km"
    FROM_5_TO_10 = "5_to_10_km"
    FROM_10_TO_25 = "10_to_25_km"
    FROM_25_TO_50 = "25_to_50_km"
    FROM_50_TO_100 = "50_to_100_km"
    OVER_100 = "over_100_km"


@attrs.frozen
class PublicProfile:
    """What one member may see of another; ``distance`` is None when either's location is unknown."""

    user_id: UserId
    name: str
    pronouns: str | None
    age: int
    genders: tuple[Gender, ...]
    intention: Intention | None
    has_children: HasChildren | None
    wants_children: WantsChildren | None
    smoking: Smoking | None
    drinking: Drinking | None
    education: Education | None
    religion: Religion | None
    languages: tuple[str, ...]
    bio: str = attrs.field(repr=False)
    prompts: tuple[PromptAnswer, ...]
    interests: tuple[str, ...]
    city: str | None = attrs.field(repr=False)
    distance: DistanceBand | None
    photos: tuple[PublicPhoto, ...]
