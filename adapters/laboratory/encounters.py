"""Encounters of a CSV file: who met whom, and whether the viewer liked the candidate."""

import math
from collections.abc import Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from adapters.laboratory.mapping import DataMapping
from adapters.laboratory.people import People
from adapters.laboratory.sheets import Problems, Sheet, quoted
from saltbitter_domain.compatibility.policies.fitted import FeatureKind, PairFeature

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

VIEWER = "viewer"
"""The group of whoever names none: each viewer is one."""


@attrs.frozen
class Encounters:
    """Columns of one entry an encounter. ``viewer`` and ``candidate`` are places among the people, ``outcome`` is 1
    where the viewer liked the candidate and else 0, ``group`` and ``list`` count from 0.

    A list is what one viewer saw in one group; all that is ranked is ranked within a list. ``given`` has the numbers
    about pairs, by feature in [0, 1] and by other column as they are, NaN where unknown."""

    viewer: Places = attrs.field(repr=False)
    candidate: Places = attrs.field(repr=False)
    outcome: Numbers = attrs.field(repr=False)
    group: Places = attrs.field(repr=False)
    list: Places = attrs.field(repr=False)
    given: Mapping[str, Numbers] = attrs.field(repr=False)
    line: Places = attrs.field(repr=False)
    """The line of the file each was on."""

    def __len__(self) -> int:
        return len(self.viewer)


@attrs.frozen
class _Number:
    """A column of numbers about pairs, moved from [low, high] to [0, 1] when it is a feature's."""

    name: str
    column: str
    low: float = -math.inf
    high: float = math.inf

    @classmethod
    def of(cls, feature: PairFeature) -> "_Number":
        return cls(feature.name, feature.column, feature.low or 0.0, feature.high or 0.0)

    def read(self, cell: str) -> float:
        """``ValueError`` with the words for the operator."""
        if not cell:
            return math.nan
        try:
            number = float(cell)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and self.low <= number <= self.high):
            bounds = f" from {self.low:g} to {self.high:g}" if math.isfinite(self.low) else ""
            raise ValueError(f"{quoted(cell)} is no number{bounds}")
        return (number - self.low) / (self.high - self.low) if math.isfinite(self.low) else number


def read_encounters(
    sheet: Sheet,
    mapping: DataMapping,
    people: People,
    problems: Problems,
    group: str | None = None,
    scores: Mapping[str, tuple[float, float]] | None = None,
) -> Encounters:
    """Every encounter whose row can be used. ``scores`` names columns that must hold a number between two bounds.

    ``group`` is a column of the sheet; without it the group is that of the viewer in ``people.groups``, if those were
    read, and else the viewer."""
    columns, words = mapping.encounters, _outcomes(mapping)
    numbers = [_Number.of(feature) for feature in mapping.pair_features if feature.kind is FeatureKind.GIVEN]
    needed = [_Number(name, name, low, high) for name, (low, high) in (scores or {}).items()]
    groups = [group] if group else []
    names = [columns.viewer, columns.candidate, columns.outcome, *groups, *(n.column for n in numbers + needed)]
    at_viewer, at_candidate, at_outcome, *rest = sheet.columns(names, problems)
    at_group = rest[0] if group else None
    at_numbers = list(zip(numbers + needed, rest[len(groups) :], strict=True))
    index, seen_groups = people.index, dict[str, int]()
    viewers, candidates, outcomes, lines, at = list[int](), list[int](), list[int](), list[int](), list[int]()
    given: list[list[float]] = [[] for _ in at_numbers]
    for line, row in sheet.rows(problems):
        viewer, candidate = index.get(row[at_viewer].strip(), -1), index.get(row[at_candidate].strip(), -1)
        outcome = words.get(row[at_outcome].strip().lower(), -1)
        bad = problems.count
        if viewer < 0 or candidate < 0 or outcome < 0 or viewer == candidate:
            _explain(sheet.name, line, row, (at_viewer, at_candidate, at_outcome), mapping, people, problems)
        if at_group is not None:
            if cell := row[at_group].strip():
                at.append(seen_groups.setdefault(cell, len(seen_groups)))
            else:
                problems.add(sheet.name, line, str(group), "is empty, and must not be")
        said = _numbers(sheet.name, line, row, at_numbers, len(numbers), problems) if at_numbers else ()
        if problems.count > bad:
            del at[len(viewers) :]
            continue
        viewers.append(viewer)
        candidates.append(candidate)
        outcomes.append(outcome)
        lines.append(line)
        for column, number in zip(given, said, strict=True):
            column.append(number)
    viewer_places = np.array(viewers, dtype=np.int64)
    return _whole(
        Encounters(
            viewer=viewer_places,
            candidate=np.array(candidates, dtype=np.int64),
            outcome=np.array(outcomes, dtype=np.float64),
            group=np.array(at, dtype=np.int64) if group else _groups_of_viewers(viewer_places, people),
            list=viewer_places,
            given={number.name: np.array(column) for (number, _), column in zip(at_numbers, given, strict=True)},
            line=np.array(lines, dtype=np.int64),
        ),
        sheet.name,
        mapping,
        problems,
    )


def _outcomes(mapping: DataMapping) -> Mapping[str, int]:
    columns = mapping.encounters
    return {word.lower(): 1 for word in columns.good} | {word.lower(): 0 for word in columns.bad}


def _numbers(
    file: str,
    line: int,
    row: Sequence[str],
    columns: Sequence[tuple[_Number, int]],
    features: int,
    problems: Problems,
) -> list[float]:
    """The numbers of a row. The first ``features`` may be unknown, and the others may not."""
    said = []
    for n, (number, place) in enumerate(columns):
        try:
            said.append(number.read(row[place].strip()))
        except ValueError as error:
            problems.add(file, line, number.column, str(error))
        else:
            if n >= features and math.isnan(said[-1]):
                problems.add(file, line, number.column, "is empty, and must not be")
    return said


def _explain(
    file: str,
    line: int,
    row: Sequence[str],
    at: tuple[int, int, int],
    mapping: DataMapping,
    people: People,
    problems: Problems,
) -> None:
    columns = mapping.encounters
    viewer, candidate, outcome = (row[place].strip() for place in at)
    for column, cell in ((columns.viewer, viewer), (columns.candidate, candidate)):
        if cell not in people.index:
            problems.add(file, line, column, f"{quoted(cell)} has no row that can be used among the people")
    if viewer == candidate:
        problems.add(file, line, columns.candidate, "nobody can be introduced to themselves")
    if outcome.lower() not in _outcomes(mapping):
        words = ", ".join([*columns.good, *columns.bad])
        problems.add(file, line, columns.outcome, f"{quoted(outcome)} is none of {words}")


def _groups_of_viewers(viewers: Places, people: People) -> Places:
    if people.groups is None:
        return np.unique(viewers, return_inverse=True)[1].astype(np.int64)
    _, places = np.unique(np.array(people.groups, dtype=np.str_), return_inverse=True)
    return np.unique(places[viewers], return_inverse=True)[1].astype(np.int64)


def _whole(encounters: Encounters, file: str, mapping: DataMapping, problems: Problems) -> Encounters:
    """With lists counted, and without those whose list has the candidate already, each of which is a problem."""
    people = int(max(encounters.viewer.max(initial=0), encounters.candidate.max(initial=0))) + 1
    lists = np.unique(encounters.group * people + encounters.viewer, return_inverse=True)[1].astype(np.int64)
    _, first, pairs = np.unique(lists * people + encounters.candidate, return_index=True, return_inverse=True)
    before = first[pairs]
    again = np.flatnonzero(before != np.arange(len(encounters)))
    for n in again:
        line = encounters.line[before[n]]
        problems.add(
            file, int(encounters.line[n]), mapping.encounters.candidate, f"the viewer met them on line {line} already"
        )
    keep = np.setdiff1d(np.arange(len(encounters)), again, assume_unique=True) if len(again) else slice(None)
    return Encounters(
        viewer=encounters.viewer[keep],
        candidate=encounters.candidate[keep],
        outcome=encounters.outcome[keep],
        group=encounters.group[keep],
        list=lists[keep],
        given={name: column[keep] for name, column in encounters.given.items()},
        line=encounters.line[keep],
    )
