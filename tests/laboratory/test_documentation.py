"""What the documentation shows is what works."""

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.laboratory.data import Sources, read_data
from adapters.laboratory.mapping import read_mapping
from entrypoints.cli import parser
from saltbitter_domain.compatibility.policies.fitted import FeatureKind
from saltbitter_domain.profiles.model import Intention
from tests.laboratory.worlds import write

TEXT = (Path(__file__).parents[2] / "docs" / "laboratory.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("line", [line for block in blocks("sh") for line in block.splitlines()])
def test_every_command_is_understood(line: str) -> None:
    program, *arguments = shlex.split(line)
    assert program == "saltbitter"
    assert parser().parse_args(arguments).people == Path("people.csv")


def test_the_mapping_fits_the_table_it_is_written_for(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    (tmp_path / "mapping.toml").write_text(text)
    mapping = read_mapping(tmp_path / "mapping.toml")
    assert mapping.people.interests is not None
    rng = np.random.default_rng(1)
    rated = {name: rng.integers(1, 11, 6) for name in (*mapping.people.interests.columns, "music")}
    people: dict[str, Any] = {"iid": range(1, 7), "age": ["", *range(22, 27)], "goal": range(1, 7), **rated}
    met: dict[str, Any] = {"iid": [1, 2, 3], "pid": [2, 1, 4], "dec": [1, 0, 1], "int_corr": [0.5, 0.5, -1]}
    sources = Sources(
        write(tmp_path / "people.csv", people), write(tmp_path / "dates.csv", met), tmp_path / "mapping.toml"
    )
    data = read_data(sources)

    assert [person.age for person in data.people.traits] == [26, 22, 23, 24, 25, 26]
    assert [person.intention for person in data.people.traits[2:]] == [
        Intention.FIGURING_IT_OUT,
        Intention.LONG_TERM,
        None,
        None,
    ]
    assert data.encounters.given["correlation of interests"].tolist() == [0.75, 0.75, 0.0]


def test_every_kind_of_feature_and_every_field_is_explained() -> None:
    assert all(f"`{kind}`" in TEXT for kind in FeatureKind)
    assert "SALTBITTER_SHADOW_POLICY" in TEXT
