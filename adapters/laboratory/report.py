"""What came of an evaluation or a fit: as text for a terminal, and as a folder with a report, pictures and figures."""

import base64
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import jinja2

from adapters.laboratory.evaluation import Evaluation
from adapters.laboratory.fitting import Fit
from adapters.laboratory.plots import pictures
from saltbitter_domain.compatibility.model import Factor
from saltbitter_domain.compatibility.policies import WEIGHTS
from saltbitter_domain.compatibility.policies.fitted import Figure

NAMES = {"auc": "AUC", "ndcg_at_5": "NDCG@5", "p_at_3": "P@3", "brier": "Brier score"}
MEANINGS = {
    "AUC": "the chance that somebody the viewer liked is ranked above somebody they did not: 0.5 is chance, 1 perfect",
    "NDCG@5": "how near the first five of a list come to the best possible order, 1 being that order",
    "P@3": "the share of the first three of a list whom the viewer liked",
    "exposure Gini@3": "how unequally places among the first three are spread, beside what chance gives; 0 is even",
    "never shown": "candidates who are among the first three of no list",
    "Brier score": "the mean squared difference between probability and outcome; lower is better",
    "ECE": "how far probabilities lie from what happened, on average over ten bins; 0 is true",
    "interval": "where the figure lies with 95 % confidence, from drawing whole groups anew",
}


@attrs.frozen
class Table:
    title: str
    caption: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    @property
    def text(self) -> str:
        """Its rows in columns for a terminal."""
        rows = [self.heads, *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def figures_of(evaluation: Evaluation) -> Mapping[str, Any]:
    """Every figure as plain values for a machine; what there is none of is null."""
    reliability = evaluation.reliability
    return {
        "policy": evaluation.policy,
        "figures": {
            name: {part: _finite(value) for part, value in attrs.asdict(figure).items()}
            | {"over": evaluation.over[name]}
            for name, figure in evaluation.figures.items()
        },
        "pooled_auc": _finite(evaluation.pooled_auc),
        "exposure_gini_at_3": evaluation.exposure.gini,
        "never_shown": evaluation.exposure.never_shown,
        "ece": reliability.ece if reliability else None,
        **_counts(evaluation),
    }


def as_text(evaluation: Evaluation) -> str:
    """The figures for a terminal."""
    return "\n".join([_subtitle(evaluation), *_notes(evaluation), "", _figures(evaluation).text])


def fit_as_text(fit: Fit) -> str:
    """What was learned, for a terminal."""
    tables = [f"{table.caption}\n{table.text}\n" for table in (_weights(fit), _beside(fit))]
    heading = f"{fit.policy.name}: {_subtitle(fit.held_out)}"
    return "\n".join([heading, *_notes(fit.held_out), *_fit_notes(fit), "", *tables])


def write_report(evaluation: Evaluation, folder: Path, fit: Fit | None = None) -> Sequence[Path]:
    """Write ``report.html``, which needs no other file, ``figures.json`` and the pictures; what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = pictures(evaluation)
    page = (
        _environment()
        .get_template("report.html")
        .render(
            title=f"Policy {evaluation.policy}",
            subtitle=_subtitle(evaluation),
            notes=_notes(evaluation) + (_fit_notes(fit) if fit else []),
            tables=[*([_weights(fit), _beside(fit)] if fit else []), _figures(evaluation)],
            pictures=[{"data": base64.b64encode(png).decode(), "words": words} for png, words in drawn.values()],
            meanings=MEANINGS.items(),
            facts=_facts(evaluation).items(),
        )
    )
    files: dict[str, bytes] = {
        "report.html": page.encode(),
        "figures.json": json.dumps(figures_of(evaluation), indent=2, allow_nan=False).encode() + b"\n",
        **{name: png for name, (png, _) in drawn.items()},
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def _counts(evaluation: Evaluation) -> Mapping[str, Any]:
    data, encounters = evaluation.data, evaluation.data.encounters
    return {
        "encounters": len(encounters),
        "viewers": len(set(encounters.viewer.tolist())),
        "candidates": len(evaluation.exposure.shown),
        "lists": int(encounters.list.max()) + 1,
        "groups": int(encounters.group.max()) + 1,
        "grouped_by": data.group_by,
        "liked": float(encounters.outcome.mean()),
        "skipped_rows": len(data.skipped.rows),
        "data_hash": data.digest,
    }


def _subtitle(evaluation: Evaluation) -> str:
    counts = _counts(evaluation)
    return (
        f"{counts['encounters']:,} encounters of {counts['viewers']:,} viewers with {counts['candidates']:,} "
        f"candidates, {counts['liked']:.1%} liked; {counts['groups']:,} groups by {counts['grouped_by']}."
    )


def _notes(evaluation: Evaluation) -> list[str]:
    data, notes = evaluation.data, []
    if rows := len(data.skipped.rows):
        notes.append(f"{rows:,} rows could not be used and were skipped ({data.skipped.count:,} bad cells).")
        notes += [f"  {fault.path}: {fault.message}" for fault in data.skipped.found]
        if (more := data.skipped.count - len(data.skipped.found)) > 0:
            notes.append(f"  and {more:,} more")
    if not data.mapping.people.age:
        notes.append("No column has people's ages, so everybody counts as of the same age.")
    return notes


def _figures(evaluation: Evaluation) -> Table:
    encounters = f"{len(evaluation.outcome):,} encounters"
    candidates = f"{len(evaluation.exposure.shown):,} candidates"
    lists = {name: encounters if name == "brier" else f"{over:,} lists" for name, over in evaluation.over.items()}
    rows = [(NAMES[name], *_interval(figure), lists[name]) for name, figure in evaluation.figures.items()]
    rows.append(("AUC, all at once", _number(evaluation.pooled_auc), "", encounters))
    rows.append(("exposure Gini@3", _number(evaluation.exposure.gini), "", candidates))
    rows.append(("never shown", f"{evaluation.exposure.never_shown:.1%}", "", candidates))
    if evaluation.reliability:
        rows.append(("ECE", _number(evaluation.reliability.ece), "", encounters))
    heads = ("figure", "value", "95 % interval", "of")
    return Table("Figures", "Means over lists, each what one viewer saw in one group.", heads, rows)


def _weights(fit: Fit) -> Table:
    policy = fit.policy
    rows = [(str(factor), f"{policy.weights[factor]:.1f}", f"{WEIGHTS[factor]:.1f}") for factor in Factor]
    rows += [(weighed.feature.name, f"{weighed.points:.1f}", "") for weighed in policy.pair_features]
    return Table("Points", "Of 100, beside those of weighted-v1.", ("part", "learned", "weighted-v1"), rows)


def _beside(fit: Fit) -> Table:
    rows = [
        (NAMES[name], *_interval(figure), *_interval(fit.default.figures[name]))
        for name, figure in fit.held_out.figures.items()
        if name in fit.default.figures
    ]
    heads = ("figure", "learned", "95 % interval", "weighted-v1", "95 % interval")
    return Table("Beside weighted-v1", "On groups that were held out while learning.", heads, rows)


def _fit_notes(fit: Fit) -> list[str]:
    provenance = fit.policy.provenance
    notes = [f"Scores are on held-out encounters: {provenance.validation}."]
    if provenance.unlearned:
        names = ", ".join(provenance.unlearned)
        notes.append(f"The data says nothing of {names}: the weight is that of weighted-v1.")
    if fit.unused:
        notes.append(f"No points go to {', '.join(fit.unused)}: more of it goes with no better outcomes.")
    if not fit.policy.runnable:
        notes.append("It has pair features, which only this data holds, so that matching cannot run it.")
    return notes


def _facts(evaluation: Evaluation) -> Mapping[str, str]:
    def words(value: Any) -> str:
        return f"{value:,}" if isinstance(value, int) else f"{value:.3f}" if isinstance(value, float) else str(value)

    return {name.replace("_", " "): words(value) for name, value in _counts(evaluation).items()}


def _interval(figure: Figure) -> tuple[str, str]:
    if figure.low is None or figure.high is None:
        return _number(figure.value), "none"
    return _number(figure.value), f"{figure.low:.3f} to {figure.high:.3f}"


def _number(value: float) -> str:
    return "none" if math.isnan(value) else f"{value:.3f}"


def _finite(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def _environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.PackageLoader("adapters.laboratory", ""), autoescape=True)
