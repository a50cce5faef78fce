"""A policy file is read strictly: what is wrong is told by its field, and nothing is guessed."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.laboratory.policy_file import PolicyFileInvalid, read_policy, write_policy
from saltbitter_domain.compatibility.model import Factor
from saltbitter_domain.compatibility.policies.fitted import (
    Calibration,
    FeatureKind,
    Figure,
    FittedPolicy,
    PairFeature,
    Provenance,
    WeighedFeature,
)

POLICY = FittedPolicy(
    name="fitted-1",
    weights=dict(zip(Factor, (10.0, 20.0, 30.0, 35.5), strict=True)),
    pair_features=(WeighedFeature(PairFeature("mûsic", FeatureKind.CLOSENESS, "music", scale=2.0), 4.5, 0.4),),
    means=dict.fromkeys(Factor, 0.5),
    calibration=Calibration(-4.0, 0.08),
    provenance=Provenance("0f" * 32, date(2026, 3, 2), 10, 4, 2, "2 groups, each left out once", 1.0, (Factor.VALUES,)),
    scores={"auc": Figure(0.61, 0.58, 0.64), "p_at_3": Figure(0.5)},
)


def written(folder: Path) -> Path:
    write_policy(POLICY, folder / "there" / "policy.json")
    return folder / "there" / "policy.json"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = written(tmp_path)
    document = json.loads(path.read_text())

    assert read_policy(path) == POLICY
    assert (document["format"], document["version"]) == ("saltbitter-policy", 1)
    assert document["provenance"]["fitted_on"] == "2026-03-02"


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        (lambda d: d.pop("weights"), "weights", "is missing"),
        (lambda d: d.update(more=1), "(document)", "is not known: more"),
        (lambda d: d.update(name=7), "name", "must be a text"),
        (lambda d: d.update(name="weighted-v1"), "(document)", "weighted-v1 is the name of the default policy"),
        (lambda d: d["weights"].update(values="30"), "weights['values']", "must be a number"),
        (lambda d: d["weights"].update(values=True), "weights['values']", "must be a number"),
        (lambda d: d["weights"].update(values=31), "(document)", "must come to 100, not 101"),
        (lambda d: d["weights"].update(looks=1), "weights['looks']", "must be one of attachment"),
        (lambda d: d["pair_features"][0]["feature"].update(kind="clone"), "pair_features[0].feature.kind", "one of"),
        (lambda d: d["pair_features"][0].update(points=-1), "pair_features[0]", "must be >= 0.0"),
        (lambda d: d["calibration"].update(slope=-1), "calibration", "must be >= 0.0"),
        (lambda d: d["provenance"].update(encounters=1.5), "provenance.encounters", "must be a whole number"),
        (lambda d: d["provenance"].update(fitted_on="today"), "provenance.fitted_on", "isoformat"),
        (lambda d: d["provenance"].update(data_hash="x"), "provenance", "data_hash"),
        (lambda d: d["provenance"].update(unlearned=["looks"]), "provenance.unlearned[0]", "must be one of"),
        (lambda d: d.update(version=2), "format", "must be saltbitter-policy of version 1"),
        (lambda d: d.update(format="other"), "format", "must be saltbitter-policy"),
    ],
)
def test_a_fault_is_told_by_its_field(tmp_path: Path, change: Change, path: str, words: str) -> None:
    file = written(tmp_path)
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))

    with pytest.raises(PolicyFileInvalid) as refused:
        read_policy(file)
    found = {fault.path: fault.message for fault in refused.value.fields}
    assert words in found.get(path, ""), found


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    file = written(tmp_path)
    document = json.loads(file.read_text())
    document["name"], document["means"], document["calibration"]["slope"] = 1, 2, "3"
    file.write_text(json.dumps(document))

    with pytest.raises(PolicyFileInvalid) as refused:
        read_policy(file)
    assert {fault.path for fault in refused.value.fields} == {"name", "means", "calibration.slope"}


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "\udcff"])
def test_what_is_no_document_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "policy.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PolicyFileInvalid, match="is not"):
        read_policy(tmp_path / "policy.json")
