"""``make bench-policies``: the ways to allocate side by side, over the same 100,000 members and what suits whom.

Three markets: two sides of one size, one side of 30 %, and one in which 5 % are what almost everybody hopes for. Every
way takes the 50 best options of each viewer, ``top-v1`` by the plain score, so that its mean is what everybody would
get at best. What taking 50 instead of all of them changes is measured over 10,000 members. ``stable-v1`` has to meet
the product's goals; the others show what the goals cost and what they are worth."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from adapters.matching.allocation import ALLOCATIONS, SparseAllocation
from adapters.matching.columns import Array, Columns, Words
from adapters.matching.edges import Bounds, History, SparseEdges
from adapters.matching.engine import TOP, Market
from adapters.matching.figures import report, styles_of
from adapters.matching.options import Edges
from adapters.matching.people import leanings, population
from saltbitter_domain.compatibility.model import DAILY_QUOTA, Leaning
from saltbitter_domain.compatibility.policies import WeightedV1
from saltbitter_domain.compatibility.ports import (
    GINI_AT_MOST,
    MEAN_SCORE_RATIO_AT_LEAST,
    NEVER_SHOWN_AT_MOST,
    STYLE_PARITY_WITHIN,
    RunFigures,
)
from tests.bench.matching import world

MARKETS = {"balanced": (0.5, 0.0), "70/30": (0.3, 0.0), "5 % very popular": (0.5, 0.05)}
"""The share of women of women and men, and that of the admired."""
HEADINGS = (
    "Market",
    "Policy",
    "Exposure Gini",
    "Never shown",
    "Mean score",
    "Style parity",
    "Very popular",
    "Full lists",
    "Seconds",
)
COMMON = 20
"""Interests of the admired."""
COMPARED = 10_000
FURTHER = 500
REPORT = Path("build/reports/bench-policies.json")
WOMAN, MAN, BOTH = 1, 2, 3
"""Bits of genders."""


@attrs.frozen(eq=False)
class Scene:
    """A market laid out, everybody's place in the order of precedence, and what scores owe to each by position."""

    market: Market
    order: Array
    own: Array

    @classmethod
    def of(cls, columns: Columns, policy: WeightedV1) -> "Scene":
        order = np.random.default_rng(3).permutation(len(columns)).astype(np.int32)
        own = np.empty(len(columns))
        own[order] = policy.attachment_advantage(Leaning(*leanings(columns).T))
        return cls(Market.of(columns, policy, order=order), order, own)

    def sparse(self, edges: Edges) -> SparseEdges:
        return SparseEdges.of(
            len(self.order), edges.viewers, edges.indptr, edges.candidates, edges.merits, edges.eligible, self.own
        )

    def more(self, positions: Array) -> SparseEdges:
        return self.sparse(self.market.edges(positions, FURTHER))

    def reach(self, positions: Array) -> SparseEdges:
        """Whom they suit best: here nobody is incognito and nobody decided, so that wishes meet both ways."""
        suited = self.market.edges(positions, TOP)
        candidates = np.repeat(suited.viewers, np.diff(suited.indptr))
        by_viewer = np.argsort(suited.candidates, kind="stable")
        viewers, lengths = np.unique(suited.candidates, return_counts=True)
        merits = (suited.scores - self.own[candidates])[by_viewer]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        return SparseEdges.of(len(self.order), viewers, starts, candidates[by_viewer], merits)


@attrs.frozen
class Outcome:
    """What a way to allocate came to in a market. ``of_best`` is its mean score over that of ``top-v1``, and
    ``admired`` the exposure of the very popular over their fair shares (1 where there are none)."""

    market: str
    way: str
    figures: RunFigures
    of_best: float
    admired: float
    seconds: float

    @property
    def parity(self) -> float:
        """How far the style farthest from parity is from it."""
        return max(abs(share - 1.0) for share in self.figures.style_parity.values())


class _Plain(WeightedV1):
    """The policy by whose merit nobody's own attachment is taken from the score."""

    def attachment_advantage(self, person: Leaning) -> float:
        return 0.0 * person.weight


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    options = parser.parse_args()
    outcomes = [outcome for name in MARKETS for outcome in compared(name, options.members)]
    rows = [row for outcome in outcomes for row in _rows(outcome)] + cut_off(min(COMPARED, options.members))
    sys.stdout.write(table(outcomes))
    for row in rows[-3:]:
        sys.stdout.write(f"{row['name']}: {row['value']} {row['unit']}\n")
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    return 0 if all(row["holds"] for row in rows) else 1


def compared(name: str, members: int) -> list[Outcome]:
    """Every way over one market, each by the second of two runs, so that nothing is compiled in it."""
    columns, star = of_shape(world.people(members), *MARKETS[name])
    policy = WeightedV1(population(columns, name))
    plain = _Plain(policy.population)
    scene, by_score = Scene.of(columns, policy), Scene.of(columns, plain)
    edges = scene.market.run()
    options, best = scene.sparse(edges), by_score.sparse(by_score.market.edges())
    bounds = Bounds.of(edges.fair, History.none())
    styles = np.empty(members, np.int8)
    styles[scene.order] = styles_of(columns.attachment[:, 0], columns.attachment[:, 1])
    admired = np.empty(members, bool)
    admired[scene.order] = star
    outcomes: list[Outcome] = []
    for way in ("top-v1", "stable-v1", "tu-v1"):
        given = best if way == "top-v1" else options
        for _ in range(2):
            started = time.perf_counter()
            allocation = ALLOCATIONS[way](given, bounds, DAILY_QUOTA, more=scene.more, reach=scene.reach)
            seconds = time.perf_counter() - started
        figures = report(given, allocation, edges.fair, styles)
        of_best = figures.mean_score / (outcomes[0].figures.mean_score if outcomes else figures.mean_score)
        popular = allocation.shown[admired].sum() / edges.fair[admired].sum() if admired.any() else 1.0
        outcomes.append(Outcome(name, way, figures, of_best, float(popular), seconds))
    return outcomes


def cut_off(members: int) -> list[dict[str, Any]]:
    """What taking the best few of each viewer's options changes in ``stable-v1``."""
    columns, _ = of_shape(world.people(members, metro=members), *MARKETS["balanced"])
    scene = Scene.of(columns, WeightedV1(population(columns, "cut off")))
    few = scene.market.run()
    bounds = Bounds.of(few.fair, History.none())
    complete = scene.sparse(scene.market.edges(k=int(few.eligible.max())))
    whole = ALLOCATIONS["stable-v1"](complete, bounds, DAILY_QUOTA)
    best = ALLOCATIONS["stable-v1"](scene.sparse(few), bounds, DAILY_QUOTA, more=scene.more, reach=scene.reach)
    below = float(np.mean(best.shown < bounds.floor))
    found = [
        ("suggestions of the best 50 that all options give too", round(100 * _alike(best, whole), 1), "%", None),
        ("mean merit of the best 50 less that of all options", round(_mean(best) - _mean(whole), 3), "points", None),
        ("members below their floor, of the best 50", round(100 * below, 2), "%", 0.1),
    ]
    return [
        {"name": name, "value": value, "unit": unit, "bar": bar, "holds": bar is None or value <= bar}
        for name, value, unit, bar in found
    ]


def of_shape(columns: Columns, women: float, admired: float) -> tuple[Columns, Array]:
    """The members with this share of women among women and men, nobody incognito, and which of them are admired.

    The admired name the interests that most name and want what most want. Where there are any, the values of all
    have something in common, and theirs are just that."""
    rng = np.random.default_rng(4)
    genders, seeks = columns.genders.copy(), columns.seeks.copy()
    binary = (genders == WOMAN) | (genders == MAN)
    too_many, wanted = (WOMAN, women) if np.mean(genders[binary] == WOMAN) > women else (MAN, 1 - women)
    those = np.flatnonzero(genders == too_many)
    those = rng.choice(those, round(len(those) - wanted * binary.sum()), replace=False)
    genders[those] ^= BOTH
    seeks[those] = (seeks[those] & ~np.uint8(BOTH)) | ((seeks[those] & 1) << 1) | ((seeks[those] & 2) >> 1)
    changed: dict[str, Any] = {"genders": genders, "seeks": seeks, "visibility": np.ones_like(columns.visibility)}
    star = rng.random(len(columns)) < admired
    if admired:
        for name in ("intention", "smoking", "drinking"):
            changed[name] = np.where(star, np.bincount(getattr(columns, name)).argmax(), getattr(columns, name))
            changed[name] = changed[name].astype(getattr(columns, name).dtype)
        common = rng.integers(0, 8, columns.ratings.shape[1]).astype(np.int8)
        shared = np.round((columns.ratings + common) / 2).astype(np.int8)
        changed["ratings"] = np.where(star[:, None], common, np.where(columns.ratings < 0, columns.ratings, shared))
        changed["interests"] = _with_common_interests(columns.interests, star)
    return attrs.evolve(columns, **changed), star


def _with_common_interests(interests: Words, star: Array) -> Words:
    flags = np.unpackbits(interests.bits.view(np.uint8), axis=1, bitorder="little")
    common = np.zeros(flags.shape[1], np.uint8)
    common[np.argsort(-flags.sum(axis=0), kind="stable")[:COMMON]] = 1
    flags[star] = common
    return Words(interests.vocabulary, np.packbits(flags, axis=1, bitorder="little").view(np.uint64))


def _alike(one: SparseAllocation, other: SparseAllocation) -> float:
    """The share of the suggestions of one that are in the same list of the other."""
    viewers = np.arange(len(one.lists), dtype=np.int64)[:, None] << 32
    mine, theirs = ((viewers + found.lists)[found.lists >= 0] for found in (one, other))
    return float(np.mean(np.isin(mine, theirs)))


def _mean(allocation: SparseAllocation) -> float:
    return float(np.nanmean(allocation.merits))


def _rows(outcome: Outcome) -> list[dict[str, Any]]:
    figures, bound = outcome.figures, outcome.way == "stable-v1"
    found = [
        ("exposure Gini", figures.exposure_gini, "", GINI_AT_MOST, figures.exposure_gini <= GINI_AT_MOST),
        (
            "never shown",
            figures.never_shown_share,
            "share",
            NEVER_SHOWN_AT_MOST,
            figures.never_shown_share <= NEVER_SHOWN_AT_MOST,
        ),
        (
            "mean score",
            outcome.of_best,
            "of unconstrained",
            MEAN_SCORE_RATIO_AT_LEAST,
            outcome.of_best >= MEAN_SCORE_RATIO_AT_LEAST,
        ),
        ("style parity, worst", outcome.parity, "from 1", STYLE_PARITY_WITHIN, outcome.parity <= STYLE_PARITY_WITHIN),
        ("exposure of the very popular", outcome.admired, "of fair share", None, True),
        ("run time", outcome.seconds, "s", None, True),
    ]
    return [
        {
            "name": f"{outcome.market}, {outcome.way}: {name}",
            "value": round(value, 4),
            "unit": unit,
            "bar": bar if bound else None,
            "holds": holds or not bound,
        }
        for name, value, unit, bar, holds in found
    ]


def table(outcomes: list[Outcome]) -> str:
    """The outcomes in Markdown."""
    lines = [f"| {' | '.join(HEADINGS)} |", f"| {' | '.join('---' for _ in HEADINGS)} |"]
    for outcome in outcomes:
        figures = outcome.figures
        parity = figures.style_parity.values()
        lines.append(
            f"| {outcome.market} | `{outcome.way}` | {figures.exposure_gini:.3f} | {figures.never_shown_share:.2%} "
            f"| {outcome.of_best:.1%} | {min(parity):.2f} to {max(parity):.2f} "
            f"| {outcome.admired:.2f} | {figures.full / figures.viewers:.2%} | {outcome.seconds:.1f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
