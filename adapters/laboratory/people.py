"""People of a CSV file, as a policy knows them."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from adapters.laboratory.mapping import CATEGORIES, Age, DataMapping, PeopleColumns, Scale, Tags
from adapters.laboratory.sheets import Problems, Sheet, quoted
from saltbitter_domain.assessments.model import SCALE_MAX, SCALE_MIN
from saltbitter_domain.compatibility.model import Attachment, Traits
from saltbitter_domain.compatibility.policies.fitted import FeatureKind
from saltbitter_domain.kernel import GridCell, UserId
from saltbitter_domain.profiles.model import MAX_AGE, MIN_AGE, AgeRange

NOBODY_SAID = 30
"""The age of everybody where no column has it: any will do, for it is then the same for all."""
EVERYBODY = AgeRange(MIN_AGE, MAX_AGE)

Cell = Callable[[str], Any]
"""What a cell says; ``ValueError`` with the words for the operator when it says nothing that can be used."""


@attrs.frozen
class People:
    """``index`` has the place of each id in ``traits``, and so in every column of ``answers`` and ``groups``.

    ``answers`` has what people said in the columns that pair features are made of: numbers (NaN unknown), words or sets
    of tags (empty unknown)."""

    index: Mapping[str, int]
    traits: Sequence[Traits] = attrs.field(repr=False)
    answers: Mapping[str, Sequence[Any]] = attrs.field(repr=False)
    groups: Sequence[str] | None = attrs.field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.traits)


def read_people(sheet: Sheet, mapping: DataMapping, problems: Problems, group: str | None = None) -> People:
    """Everybody in the sheet whose row can be used; ``group`` names a column to keep as it is."""
    names = _columns(mapping, group)
    places = sheet.columns([name for name, _, _ in names], problems)
    index: dict[str, int] = {}
    traits: list[Traits] = []
    answers: dict[str, list[Any]] = {feature.name: [] for feature in mapping.pair_features if feature.kind in _ANSWERS}
    groups: list[str] = []
    cells = [(place, column, field, read) for place, (column, field, read) in zip(places, names, strict=True)]
    for line, row in sheet.rows(problems):
        said: dict[str, Any] = {}
        bad = problems.count
        for place, column, field, read in cells:
            try:
                said[field] = read(row[place].strip())
            except ValueError as error:
                problems.add(sheet.name, line, column, str(error))
        if said.get("id") in index:
            problems.add(sheet.name, line, mapping.people.id, f"{quoted(said['id'])} has a row already")
        if problems.count > bad:
            continue
        index[said["id"]] = len(traits)
        traits.append(_traits(len(traits), said, mapping.people))
        for feature, column_of in answers.items():
            column_of.append(said["feature:" + feature])
        groups.append(said.get("group", ""))
    return People(index, traits, answers, groups if group else None)


def _columns(mapping: DataMapping, group: str | None) -> list[tuple[str, str, Cell]]:
    """Every column that is read, under which name of ours, and how."""
    people = mapping.people
    plain = {"latitude": _number(-90.0, 90.0), "longitude": _number(-180.0, 180.0), "reliability": _number(0.0, 1.0)}
    age, group_columns = ([people.age] if people.age else []), ([group] if group else [])
    scales = [(name, getattr(people, name)) for name in ("anxiety", "avoidance")]
    tags = [(name, getattr(people, name)) for name in ("interests", "languages")]
    words = [(name, kind, getattr(people, name)) for name, kind in CATEGORIES.items()]
    rating = _number(-math.inf, math.inf)
    return [
        (people.id, "id", _needed),
        *((a.column, "age", _age(a)) for a in age),
        *((column, name, read) for name, read in plain.items() if (column := getattr(people, name))),
        *((scale.column, name, _scale(scale)) for name, scale in scales if scale),
        *((column, f"{name}:{column}", _tags(t, column)) for name, t in tags if t for column in t.names),
        *((word.column, name, _word(kind, word.words)) for name, kind, word in words if word),
        *((column, f"value:{value}", rating) for value, column in people.values.items()),
        *(
            (feature.column, f"feature:{feature.name}", _ANSWERS[feature.kind](feature.separator))
            for feature in mapping.pair_features
            if feature.kind in _ANSWERS
        ),
        *((column, "group", _needed) for column in group_columns),
    ]


def _traits(number: int, said: Mapping[str, Any], columns: PeopleColumns) -> Traits:
    latitude, longitude = said.get("latitude"), said.get("longitude")
    anxiety, avoidance = said.get("anxiety"), said.get("avoidance")
    reliability = said.get("reliability")
    words: dict[str, Any] = {name: said.get(name) for name in CATEGORIES}
    values = {value: said[f"value:{value}"] for value in columns.values}
    return Traits(
        user_id=UserId(UUID(int=number)),
        age=said.get("age", NOBODY_SAID),
        genders=frozenset(),
        seeks=frozenset(),
        ages=EVERYBODY,
        cell=None if latitude is None or longitude is None else GridCell(latitude, longitude),
        attachment=None
        if anxiety is None or avoidance is None
        else Attachment(anxiety, avoidance, 1.0 if reliability is None else reliability),
        interests=_all_tags("interests", columns.interests, said),
        languages=_all_tags("languages", columns.languages, said),
        values={value: rating for value, rating in values.items() if rating is not None},
        **words,
    )


def _all_tags(name: str, tags: Tags | None, said: Mapping[str, Any]) -> frozenset[str]:
    return frozenset().union(*(said[f"{name}:{column}"] for column in tags.names)) if tags else frozenset()


def _needed(cell: str) -> str:
    if not cell:
        raise ValueError("is empty, and must not be")
    return cell


def _age(age: Age) -> Cell:
    def read(cell: str) -> int:
        if not cell and age.unknown is not None:
            return age.unknown
        if not (cell.isascii() and cell.isdigit() and MIN_AGE <= int(cell) <= MAX_AGE):
            raise ValueError(f"{quoted(cell)} is no age in whole years from {MIN_AGE} to {MAX_AGE}")
        return int(cell)

    return read


def _number(low: float, high: float) -> Cell:
    bounds = f" from {low:g} to {high:g}" if math.isfinite(low) else ""

    def read(cell: str) -> float | None:
        if not cell:
            return None
        try:
            number = float(cell)
        except ValueError:
            number = math.nan
        if not (low <= number <= high and math.isfinite(number)):
            raise ValueError(f"{quoted(cell)} is no number{bounds}")
        return number

    return read


def _scale(scale: Scale) -> Cell:
    within = _number(scale.low, scale.high)

    def read(cell: str) -> float | None:
        number = within(cell)
        if number is None:
            return None
        moved = SCALE_MIN + (SCALE_MAX - SCALE_MIN) * (number - scale.low) / (scale.high - scale.low)
        return float(min(SCALE_MAX, max(SCALE_MIN, moved)))

    return read


def _word(vocabulary: Any, words: Mapping[str, str]) -> Cell:
    known = {str(word): word for word in vocabulary}

    def read(cell: str) -> Any:
        said = words.get(cell, cell)
        if not said:
            return None
        word = known.get(said)
        if word is None:
            raise ValueError(f"{quoted(cell)} is none of {', '.join([*words, *known])}")
        return word

    return read


def _tags(tags: Tags, column: str) -> Cell:
    if tags.at_least is None:
        return _list(tags.separator)
    within, at_least = _number(-math.inf, math.inf), tags.at_least

    def read(cell: str) -> frozenset[str]:
        rating = within(cell)
        return frozenset({column}) if rating is not None and rating >= at_least else frozenset()

    return read


def _list(separator: str | None) -> Cell:
    return lambda cell: frozenset(tag for part in cell.split(separator) if (tag := part.strip()))


def _closeness(_: str | None) -> Cell:
    within = _number(-math.inf, math.inf)

    def read(cell: str) -> float:
        number = within(cell)
        return math.nan if number is None else float(number)

    return read


_ANSWERS: Mapping[FeatureKind, Callable[[str | None], Cell]] = {
    FeatureKind.CLOSENESS: _closeness,
    FeatureKind.SAME: lambda _: str,
    FeatureKind.OVERLAP: _list,
}
"""How the cell of a pair feature about people is read, by kind and separator."""
