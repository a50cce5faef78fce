"""Use cases of matching and what they show."""

from saltbitter_domain.compatibility.service.decisions import DecisionService
from saltbitter_domain.compatibility.service.filters import FilterService
from saltbitter_domain.compatibility.service.following import FollowingService
from saltbitter_domain.compatibility.service.matching import MatchingService
from saltbitter_domain.compatibility.service.pictures import PictureService
from saltbitter_domain.compatibility.service.runs import DailyRunService
from saltbitter_domain.compatibility.service.views import (
    BlockView,
    DailyView,
    DecisionOutcome,
    LikeView,
    MatchView,
    PersonView,
    RunReport,
    SuggestionView,
)

__all__ = [
    "BlockView",
    "DailyRunService",
    "DailyView",
    "DecisionOutcome",
    "DecisionService",
    "FilterService",
    "FollowingService",
    "LikeView",
    "MatchView",
    "MatchingService",
    "PersonView",
    "PictureService",
    "RunReport",
    "SuggestionView",
]
