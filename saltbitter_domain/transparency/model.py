"""What the product tells of its own matching: to everybody by week and group, and to its staff by run."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

import attrs

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.profiles.model import Gender
from saltbitter_domain.subscriptions.model import Tier

RunId = NewType("RunId", UUID)

SMALLEST_CELL = 50
"""People. A figure about fewer could tell of one of them. Product rule."""


class Dimension(StrEnum):
    """By what people are grouped. Everybody is in exactly one group of each."""

    STYLE = "style"
    GENDER_SOUGHT = "gender_sought"
    AGE = "age"
    TIER = "tier"


@attrs.frozen
class Exposed:
    """``people`` who are alike in all that they are grouped by, how often they were ``shown`` on a day in all, and how
    often chance would have shown them (``fair``).

    ``style`` is None without an assessment or the consent ``psychological_profile``, ``age`` is in years on that day
    and None without a profile. The tier is known here and nowhere in the engine."""

    style: Style | None
    seeks: frozenset[Gender]
    age: int | None
    tier: Tier
    people: int
    shown: int
    fair: float


@attrs.frozen
class ExposureCell:
    """One group of one dimension on one day."""

    day: date
    dimension: Dimension
    group: str
    people: int
    shown: int
    fair: float


@attrs.frozen
class FairnessCell:
    """People of these groups together; the words for each figure are in the report."""

    groups: tuple[str, ...]
    people: int
    shown: int
    fair_share: float
    ratio: float


@attrs.frozen
class FairnessTable:
    """Everybody who could be shown that week, by one dimension. Groups that are too small stand together."""

    dimension: Dimension
    cells: tuple[FairnessCell, ...]


@attrs.frozen
class FairnessWeek:
    """An ISO week, such as ``2026-W09``, which begins on a Monday; no tables where too few people took part."""

    week: str
    begins: date
    tables: tuple[FairnessTable, ...]


@attrs.frozen
class FairnessReport:
    """Who was shown how often, against how often chance would have: the newest week first. ``explanations`` has a
    sentence for every field of a cell and every dimension, by its name."""

    weeks: tuple[FairnessWeek, ...]
    explanations: Mapping[str, str]


@attrs.frozen
class ExposureFigures:
    """How a run spread exposure over all whom chance would have shown: ``gini`` of shown / fair share and
    ``never_shown`` as a share, both in [0, 1]; ``mean_score`` of all suggestions in [0, 100], ``score_ratio`` that over
    the mean had everybody got their highest; ``style_parity`` as in ``RunFigures``."""

    gini: float
    never_shown: float
    mean_score: float
    score_ratio: float
    style_parity: Mapping[Style, float]


@attrs.frozen
class MatchingRun:
    """What came of one run for one day: sets for ``made`` of the ``due`` members, ``full`` of them with a whole page,
    the others counted by why theirs is ``short``. ``stages`` has milliseconds by name, in their order.

    ``allocation`` and ``engine`` name the policy and the engine with their versions. ``figures`` is None for a run that
    made too little to tell."""

    id: RunId
    started_at: datetime
    finished_at: datetime
    day: date
    allocation: str
    engine: str
    due: int
    made: int
    full: int
    short: Mapping[str, int]
    stages: Mapping[str, int]
    figures: ExposureFigures | None = None
