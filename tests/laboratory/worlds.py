"""Synthetic studies whose truth is known: who met whom, what came of it, and what a policy is worth there."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import NormalDist

import attrs
import numpy as np

from adapters.laboratory.data import Sources
from adapters.laboratory.encounters import Numbers, Places
from adapters.laboratory.factors import FACTORS, Crowd
from adapters.laboratory.mapping import CATEGORIES, plain
from adapters.laboratory.people import read_people
from adapters.laboratory.scoring import logistic
from adapters.laboratory.sheets import Problems, Sheet
from saltbitter_domain.compatibility.model import Factor
from saltbitter_domain.compatibility.policies import WeightedV1, population_of
from saltbitter_domain.profiles.model import BasicValue

TAGS = tuple(f"tag{n}" for n in range(60))


@attrs.frozen
class World:
    """A study in two files, and the truth it was made by."""

    sources: Sources
    auc: float
    brier: float = math.nan


def pairs(rng: np.random.Generator, viewers: int, each: int) -> tuple[Places, Places]:
    """Every viewer meets ``each`` others, nobody twice and never themselves."""
    steps = np.argsort(rng.random((viewers, min(viewers - 1, 4 * each))), axis=1)[:, :each] + 1
    viewer = np.repeat(np.arange(viewers), each)
    return viewer, (viewer + steps.ravel()) % viewers


def write(path: Path, columns: Mapping[str, Sequence[object] | Numbers | Places]) -> Path:
    """A CSV file of these columns."""
    rows = zip(*(map(str, column) for column in columns.values()), strict=True)
    path.write_text("\n".join([",".join(columns), *map(",".join, rows)]) + "\n")
    return path


def binormal(folder: Path, auc: float, viewers: int = 200, each: int = 20, liked: float = 0.3, seed: int = 1) -> World:
    """Scores that are normal with variance 1 given the outcome, so far apart that AUC = Phi(d / sqrt 2) (Green & Swets
    1966)."""
    rng = np.random.default_rng(seed)
    viewer, candidate = pairs(rng, viewers, each)
    outcome = (rng.random(len(viewer)) < liked).astype(np.int64)
    score = rng.normal(size=len(viewer)) + outcome * math.sqrt(2.0) * NormalDist().inv_cdf(auc)
    return World(_study(folder, viewer, candidate, outcome, {"score": score}), auc)


def logit_normal(folder: Path, mean: float, spread: float, viewers: int = 200, each: int = 20, seed: int = 1) -> World:
    """Log odds that are normal, and outcomes of these odds: probabilities that are true by construction.

    AUC is E[p (1 - p') 1(z > z')] / (E[p] E[1 - p]) and the Brier score E[p (1 - p)], by the trapezium rule."""
    rng = np.random.default_rng(seed)
    viewer, candidate = pairs(rng, viewers, each)
    probability = logistic(rng.normal(mean, spread, len(viewer)))
    outcome = (rng.random(len(viewer)) < probability).astype(np.int64)
    z = np.linspace(-9.0, 9.0, 20_001)
    density = np.exp(-z * z / 2.0)
    density /= density.sum()
    p = logistic(mean + spread * z)
    below = np.cumsum(density * (1.0 - p)) - density * (1.0 - p) / 2.0
    auc = float((density * p * below).sum() / ((density * p).sum() * (density * (1.0 - p)).sum()))
    sources = _study(folder, viewer, candidate, outcome, {"p": probability})
    return World(sources, auc, float((density * p * (1.0 - p)).sum()))


def people_of(folder: Path, count: int, seed: int = 1, unknown: float = 0.1) -> Path:
    """People who answer everything by chance, each question left open by a share of them."""
    rng = np.random.default_rng(seed)

    def some(values: Sequence[object] | Numbers) -> list[object]:
        return ["" if gone else value for value, gone in zip(values, rng.random(count) < unknown, strict=True)]

    def tags(most: int, of: Sequence[str]) -> list[str]:
        return [";".join(rng.choice(of, size=rng.integers(1, most + 1), replace=False)) for _ in range(count)]

    scores = np.round(rng.uniform(1.0, 7.0, (2, count)), 2)
    gone = rng.random(count) < unknown
    columns: dict[str, Sequence[object] | Numbers | Places] = {
        "person_id": [f"p{n}" for n in range(count)],
        "age": rng.integers(18, 60, count),
        "latitude": np.round(rng.uniform(47.0, 48.0, count), 3),
        "longitude": np.round(rng.uniform(8.0, 9.0, count), 3),
        "anxiety": ["" if g else s for g, s in zip(gone, scores[0], strict=True)],
        "avoidance": ["" if g else s for g, s in zip(gone, scores[1], strict=True)],
        "interests": some(tags(8, TAGS)),
        "languages": some(tags(2, ("en", "de", "fr", "it"))),
        "evening": [f"evening {n % 12}" for n in range(count)],
    }
    columns |= {str(value): rng.integers(0, 8, count) for value in BasicValue}
    columns |= {name: some(rng.choice([str(v) for v in words], count)) for name, words in CATEGORIES.items()}
    return write(folder / "people.csv", columns)


def members(
    folder: Path,
    weights: Mapping[Factor, float],
    *,
    count: int = 400,
    each: int = 20,
    scale: float = 0.2,
    disliked: Mapping[str, float] | None = None,
    seed: int = 1,
) -> World:
    """People with traits whose outcomes follow the merit by ``weights``, times ``scale``, as log odds about even.

    ``disliked`` adds terms in the candidate's own ``anxiety`` or ``avoidance`` alone, which no policy may learn. The
    AUC is that of this merit, each pair of encounters weighed by the chance of one liked and one not."""
    rng = np.random.default_rng(seed)
    sheet = Sheet.read(people_of(folder, count, seed))
    traits = read_people(sheet, plain(frozenset(sheet.header)), Problems()).traits
    viewer, candidate = pairs(rng, count, each)
    population = population_of(traits, version="world")
    crowd = Crowd.of(traits, WeightedV1(population))
    factors = crowd.factors(viewer, candidate)
    for n, factor in enumerate(FACTORS[:3]):
        factors[:, n] = np.where(np.isnan(factors[:, n]), population.mean_factors[factor], factors[:, n])
    advantage = crowd.advantage()
    factors[:, 0] -= advantage[viewer] + advantage[candidate]
    merit = factors @ np.array([weights[factor] for factor in FACTORS])
    log_odds = scale * (merit - merit.mean())
    for name, size in (disliked or {}).items():
        scores = np.array([getattr(p.attachment, name) if p.attachment else 4.0 for p in traits])
        log_odds -= size * (scores[candidate] - 4.0)
    probability = logistic(log_odds)
    outcome = (rng.random(len(viewer)) < probability).astype(np.int64)
    study = _study(folder, viewer, candidate, outcome, {})
    return World(attrs.evolve(study, people=folder / "people.csv"), expected_auc(merit, probability))


def expected_auc(score: Numbers, probability: Numbers) -> float:
    """The AUC to expect when outcomes have these probabilities: over pairs of rows, ties counting half."""
    order = np.argsort(score, kind="stable")
    ordered, p = score[order], probability[order]
    runs = np.cumsum(np.concatenate(([0], (np.diff(ordered) > 0).astype(np.int64))))
    q = np.bincount(runs, 1.0 - p)
    below = np.cumsum(q) - q / 2.0
    return float((p * below[runs]).sum() / (p.sum() * (1.0 - p).sum()))


def _study(folder: Path, viewer: Places, candidate: Places, outcome: Places, more: Mapping[str, Numbers]) -> Sources:
    people = (
        write(folder / "people.csv", {"person_id": [f"p{n}" for n in range(int(viewer.max()) + 1)]})
        if not (folder / "people.csv").exists()
        else folder / "people.csv"
    )
    columns: dict[str, Sequence[object] | Numbers | Places] = {
        "viewer_id": [f"p{n}" for n in viewer.tolist()],
        "candidate_id": [f"p{n}" for n in candidate.tolist()],
        "outcome": outcome.tolist(),
        **{name: column.tolist() for name, column in more.items()},
    }
    return Sources(people, write(folder / "encounters.csv", columns))
