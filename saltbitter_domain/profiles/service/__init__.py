"""What members do with their profile and their photos."""

from saltbitter_domain.profiles.service.first_looks import FirstLookService
from saltbitter_domain.profiles.service.photo_review import PhotoReviewService
from saltbitter_domain.profiles.service.photos import PhotoService
from saltbitter_domain.profiles.service.profile import ProfileService

__all__ = ["FirstLookService", "PhotoReviewService", "PhotoService", "ProfileService"]
