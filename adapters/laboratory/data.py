"""The two files of a study, read together."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import attrs

from adapters.laboratory.encounters import VIEWER, Encounters, read_encounters
from adapters.laboratory.mapping import DataMapping, plain, read_mapping
from adapters.laboratory.people import People, read_people
from adapters.laboratory.sheets import LISTED, DataInvalid, Problems, Sheet
from saltbitter_domain.compatibility.model import Population
from saltbitter_domain.compatibility.policies import population_of
from saltbitter_domain.compatibility.policies.fitted import PairFeature
from saltbitter_domain.kernel import FieldProblem


@attrs.frozen
class Sources:
    """Where a study's data is, and how it is read. ``listed`` bad cells are told one by one; with ``skip_bad_rows`` the
    rows that can be used are used and the others counted, and without it any bad row ends the reading."""

    people: Path
    encounters: Path
    mapping: Path | None = None
    group: str | None = None
    listed: int = LISTED
    skip_bad_rows: bool = False


@attrs.frozen
class Data:
    """What was read. ``digest`` is the SHA-256 over the files' own, ``skipped`` what could not be used."""

    people: People
    encounters: Encounters
    mapping: DataMapping
    population: Population = attrs.field(repr=False)
    digest: str
    group_by: str
    skipped: Problems


def read_data(
    sources: Sources,
    features: tuple[PairFeature, ...] | None = None,
    scores: Mapping[str, tuple[float, float]] | None = None,
) -> Data:
    """Read everything. ``features`` replaces the pair features of the mapping, ``scores`` are columns of the encounters
    that must hold a number between two bounds.

    Raises ``DataInvalid`` with every bad row, or ``MappingInvalid``."""
    problems = Problems(sources.listed)
    sheets = Sheet.read(sources.people), Sheet.read(sources.encounters)
    mapping = read_mapping(sources.mapping) if sources.mapping else plain(frozenset(sheets[0].header))
    if features is not None:
        mapping = attrs.evolve(mapping, pair_features=features)
    of_people, of_encounters = _group(sources.group, *sheets)
    people = read_people(sheets[0], mapping, problems, of_people)
    encounters = read_encounters(sheets[1], mapping, people, problems, of_encounters, scores)
    if not sources.skip_bad_rows:
        problems.refuse()
    if not len(encounters):
        problems.add(sheets[1].name, 1, "", "there is no encounter that can be used")
        problems.refuse("There is nothing to judge by.")
    texts = [sheets[0].digest, sheets[1].digest]
    if sources.mapping:
        texts.append(hashlib.sha256(sources.mapping.read_bytes()).hexdigest())
    return Data(
        people=people,
        encounters=encounters,
        mapping=mapping,
        population=population_of(people.traits, version="laboratory"),
        digest=hashlib.sha256("".join(texts).encode()).hexdigest(),
        group_by=sources.group or VIEWER,
        skipped=problems,
    )


def _group(name: str | None, people: Sheet, encounters: Sheet) -> tuple[str | None, str | None]:
    """The column in the one sheet or the other; that of the encounters goes first."""
    if name is None:
        return None, None
    if name in encounters.header:
        return None, name
    if name in people.header:
        return name, None
    fault = FieldProblem(f"--group {name}", "group", f"is a column of neither {people.name} nor {encounters.name}")
    raise DataInvalid("The groups cannot be told.", fields=(fault,))
