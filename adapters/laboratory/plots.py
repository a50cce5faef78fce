"""Pictures of an evaluation, as PNG: readable on a phone, and told apart without colour."""

import io
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Picture

from adapters.laboratory.encounters import Numbers, Places
from adapters.laboratory.evaluation import Evaluation
from adapters.laboratory.measures import PRECISION_AT, Reliability

INK, GREY, WARM = "#1f3a5f", "#6b7280", "#b45309"
_POINTS = 500
"""Of a curve at most: more cannot be seen."""


def pictures(evaluation: Evaluation) -> Mapping[str, tuple[bytes, str]]:
    """Every picture by the name of its file, as PNG and in words for whoever does not see it."""
    drawn: dict[str, tuple[Callable[[Any, Evaluation], str], bool]] = {
        "roc.png": (_roc, True),
        "scores.png": (_scores, False),
        "exposure.png": (_exposure, True),
    }
    if evaluation.reliability is not None:
        drawn["calibration.png"] = (partial(_calibration, evaluation.reliability), True)
    made = {}
    for name, (draw, square) in drawn.items():
        picture = Picture(figsize=(5.2, 5.2 if square else 3.9), dpi=160, layout="constrained")
        axes = picture.subplots()
        words = draw(axes, evaluation)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        file = io.BytesIO()
        picture.savefig(file, format="png", metadata={"Software": None})
        made[name] = (file.getvalue(), words)
    return made


def _roc(axes: Any, evaluation: Evaluation) -> str:
    order = np.argsort(-evaluation.scored.merit, kind="stable")
    merit, outcome = evaluation.scored.merit[order], evaluation.outcome[order]
    ends = np.append(np.flatnonzero(np.diff(merit)), len(merit) - 1)
    hits = np.concatenate(([0.0], np.cumsum(outcome)[ends])) / max(1.0, outcome.sum())
    alarms = np.concatenate(([0.0], np.cumsum(1.0 - outcome)[ends])) / max(1.0, (1.0 - outcome).sum())
    shown = _thinned(len(hits))
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="chance")
    axes.plot(alarms[shown], hits[shown], color=INK, linewidth=2, label=f"AUC {evaluation.pooled_auc:.3f}")
    axes.set(xlabel="share of those not liked", ylabel="share of those liked", title="ROC, all encounters")
    axes.legend(loc="lower right")
    return f"ROC curve of all encounters together; the area under it is {evaluation.pooled_auc:.3f}, chance is 0.5."


def _scores(axes: Any, evaluation: Evaluation) -> str:
    merit, liked = evaluation.scored.merit, evaluation.outcome > 0.0
    edges = np.linspace(merit.min(), merit.max() + 1e-9, 41)
    for chosen, colour, style, words in ((liked, INK, "-", "liked"), (~liked, WARM, "--", "not liked")):
        if chosen.any():
            counts = np.histogram(merit[chosen], edges)[0] / chosen.sum()
            axes.stairs(counts, edges, color=colour, linestyle=style, linewidth=2, label=words)
    axes.set(xlabel="score", ylabel="share", title="Scores by outcome")
    axes.legend()
    means = [float(merit[chosen].mean()) if chosen.any() else float("nan") for chosen in (liked, ~liked)]
    return f"How scores are spread: those liked have a mean of {means[0]:.2f}, those not liked of {means[1]:.2f}."


def _exposure(axes: Any, evaluation: Evaluation) -> str:
    exposure = evaluation.exposure
    shown = np.sort(exposure.shown / exposure.fair)
    people = np.linspace(0.0, 1.0, len(shown) + 1)
    share = np.concatenate(([0.0], np.cumsum(shown))) / max(1e-12, float(shown.sum()))
    kept = _thinned(len(people))
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="as chance would")
    axes.plot(people[kept], share[kept], color=INK, linewidth=2, label=f"Gini {exposure.gini:.3f}")
    axes.set(
        xlabel="share of candidates, those least shown first",
        ylabel="share of exposure over fair share",
        title=f"Exposure among the first {PRECISION_AT} (Lorenz)",
    )
    axes.legend(loc="upper left")
    return (
        f"Lorenz curve of exposure over fair share; the Gini coefficient is {exposure.gini:.3f}, and "
        f"{exposure.never_shown:.1%} of candidates are never among the first {PRECISION_AT}."
    )


def _calibration(found: Reliability, axes: Any, _evaluation: Evaluation) -> str:
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="true probabilities")
    axes.plot(found.said, found.happened, color=INK, marker="o", linewidth=2, label=f"ECE {found.ece:.3f}")
    axes.set(xlabel="probability said", ylabel="share liked", title="Calibration", xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc="upper left")
    return f"Probabilities said beside shares liked; they lie {found.ece:.3f} apart on average (ECE)."


def _thinned(count: int) -> Places | Numbers:
    """Places of a curve's points, evenly chosen, both ends included."""
    return np.unique(np.linspace(0, count - 1, min(count, _POINTS)).astype(np.int64))
