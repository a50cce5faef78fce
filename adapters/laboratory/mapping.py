"""What the columns of two CSV files mean: a mapping in TOML, or the plain names of the fields."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from adapters.laboratory import strict
from saltbitter_domain.assessments.model import SCALE_MAX, SCALE_MIN
from saltbitter_domain.compatibility.policies.fitted import FeatureKind, PairFeature
from saltbitter_domain.kernel import FieldProblem, Invalid
from saltbitter_domain.profiles.model import (
    BasicValue,
    Drinking,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    WantsChildren,
)

CATEGORIES = {
    "intention": Intention,
    "has_children": HasChildren,
    "wants_children": WantsChildren,
    "smoking": Smoking,
    "drinking": Drinking,
    "religion": Religion,
    "religion_importance": Importance,
}
"""The fields of ``Traits`` that hold one word of a vocabulary."""


class MappingInvalid(Invalid):
    """The mapping cannot be used; ``fields`` names every fault."""

    code = "laboratory_mapping_invalid"


@attrs.frozen
class Scale:
    """A column of numbers from ``low`` to ``high``, which attachment scores are moved from to the product's 1 to 7."""

    column: str
    low: float = float(SCALE_MIN)
    high: float = float(SCALE_MAX)

    def __attrs_post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError("low must lie below high")


@attrs.frozen
class Tags:
    """Tags, either in one ``column`` parted by ``separator``, or those of several rated ``columns`` that a person rates
    ``at_least`` so high."""

    column: str | None = None
    separator: str = ";"
    columns: tuple[str, ...] = ()
    at_least: float | None = None

    def __attrs_post_init__(self) -> None:
        if bool(self.column) == bool(self.columns):
            raise ValueError("needs either column or columns")
        if bool(self.columns) != (self.at_least is not None):
            raise ValueError("columns and at_least belong together")
        if not self.separator:
            raise ValueError("separator must not be empty")

    @property
    def names(self) -> tuple[str, ...]:
        """Every column it reads."""
        return (self.column,) if self.column else self.columns


@attrs.frozen
class Category:
    """A column of words; ``words`` turns those of the data into the product's where they differ, or into ``""`` where
    nothing is known from them."""

    column: str
    words: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Age:
    """A column of whole years; ``unknown`` is what an empty cell counts as. Without it an empty cell is a bad row."""

    column: str
    unknown: int | None = None


@attrs.frozen
class PeopleColumns:
    """One row a person. All but ``id`` may be left out, and is then unknown of everybody."""

    id: str = "person_id"
    age: Age | None = None
    latitude: str | None = None
    longitude: str | None = None
    anxiety: Scale | None = None
    avoidance: Scale | None = None
    reliability: str | None = None
    interests: Tags | None = None
    languages: Tags | None = None
    intention: Category | None = None
    has_children: Category | None = None
    wants_children: Category | None = None
    smoking: Category | None = None
    drinking: Category | None = None
    religion: Category | None = None
    religion_importance: Category | None = None
    values: Mapping[BasicValue, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude belong together")
        if (self.anxiety is None) != (self.avoidance is None):
            raise ValueError("anxiety and avoidance belong together")
        if self.values and len(self.values) < len(BasicValue):
            missing = [value for value in BasicValue if value not in self.values]
            raise ValueError(f"values needs all ten, and lacks {', '.join(missing)}")

    @property
    def about_attachment(self) -> frozenset[str]:
        """The columns that hold a person's attachment, which no pair feature may be made of."""
        scales = [scale.column for scale in (self.anxiety, self.avoidance) if scale]
        return frozenset([*scales, *([self.reliability] if self.reliability else [])])


@attrs.frozen
class EncounterColumns:
    """One row an encounter: ``viewer`` met or saw ``candidate``, and whether the viewer liked them."""

    viewer: str = "viewer_id"
    candidate: str = "candidate_id"
    outcome: str = "outcome"
    good: tuple[str, ...] = ("1", "yes", "true", "like")
    bad: tuple[str, ...] = ("0", "no", "false", "pass")

    def __attrs_post_init__(self) -> None:
        if not self.good or not self.bad or set(self.good) & set(self.bad):
            raise ValueError("good and bad must each have a word, and none in common")


@attrs.frozen
class DataMapping:
    """What the columns mean. Columns of ``people`` and ``encounters`` are never shared by name."""

    people: PeopleColumns = attrs.field(factory=PeopleColumns)
    encounters: EncounterColumns = attrs.field(factory=EncounterColumns)
    pair_features: tuple[PairFeature, ...] = ()

    def __attrs_post_init__(self) -> None:
        names = [feature.name for feature in self.pair_features]
        if len(set(names)) < len(names):
            raise ValueError("two pair_features share a name")


def read_mapping(path: Path) -> DataMapping:
    """The mapping in this TOML file. ``MappingInvalid`` names every fault by its field."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise MappingInvalid(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingInvalid(f"{path} is not a TOML file: {error}.") from error
    try:
        mapping: DataMapping = _converter.structure(document, DataMapping)
    except Exception as error:
        raise MappingInvalid(f"{path} cannot be used as a mapping.", fields=strict.problems_of(error)) from error
    refuse_attachment(mapping.pair_features, mapping.people)
    return mapping


def refuse_attachment(features: tuple[PairFeature, ...], people: PeopleColumns) -> None:
    """Keeps the promise that attachment is judged by the pair's own form and in no other way.

    Raises ``MappingInvalid`` for every feature that is made of a column about attachment."""
    faults = tuple(
        FieldProblem(f"pair_features.{n}.column", "attachment", "attachment is judged by the pair's own form only")
        for n, feature in enumerate(features)
        if feature.kind is not FeatureKind.GIVEN and feature.column in people.about_attachment
    )
    if faults:
        raise MappingInvalid("A pair feature would judge people by their attachment.", fields=faults)


def plain(header: frozenset[str]) -> DataMapping:
    """The mapping of a file of people whose columns have the fields' own names; what it lacks is unknown."""

    def named(name: str) -> str | None:
        return name if name in header else None

    known: dict[str, Any] = {name: named(name) for name in ("latitude", "longitude", "reliability")}
    known |= {name: Scale(name) for name in ("anxiety", "avoidance") if name in header}
    known |= {name: Tags(name) for name in ("interests", "languages") if name in header}
    known |= {name: Category(name) for name in CATEGORIES if name in header}
    known["age"] = Age("age") if "age" in header else None
    known["values"] = {value: str(value) for value in BasicValue} if header >= set(BasicValue) else {}
    try:
        return DataMapping(PeopleColumns(**known))
    except ValueError as error:
        raise MappingInvalid(f"These columns cannot be used without a mapping: {error}.") from error


_converter = strict.converter(BasicValue, FeatureKind)
for _cls, _of in ((Scale, Scale), (Tags, Tags), (Category, Category), (Age, Age)):
    _converter.register_structure_hook(_cls, strict.or_column(_converter, _cls, _of))
