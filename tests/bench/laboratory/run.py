"""``make bench-laboratory``: a million encounters from two files to figures, intervals, pictures and a report."""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from saltbitter_domain.compatibility.policies import WEIGHTS
from tests.laboratory.worlds import World, binormal, members

SECONDS = 60.0
"""The issue's bar for a million encounters on two cores."""
WITHIN = 0.01
EACH = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encounters", type=int, default=1_000_000)
    parser.add_argument("--report", type=Path, default=Path("build/reports/bench-laboratory.json"))
    options = parser.parse_args()
    viewers = options.encounters // EACH
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        traits, scores = (Path(folder) / name for name in ("traits", "scores"))
        for path in (traits, scores):
            path.mkdir()
        world = members(traits, WEIGHTS, count=viewers, each=EACH)
        rows += _evaluated("weighted-v1", world, "weighted-v1")
        rows += _evaluated("a column", binormal(scores, 0.75, viewers=viewers, each=EACH), "column:score")
        seconds = _run("fit", world, "--group", "evening", "--out", str(traits / "policy.json"))
        rows.append(_row("fit to as many, 12 groups left out once each", seconds, "s", 4 * SECONDS))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    rows.append(_row("largest process", peak, "GiB", 4.0))
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(rows, indent=1))
    for row in rows:
        print(f"{'ok ' if row['holds'] else 'NOT'}  {row['name']}: {row['value']} {row['unit']} (bar {row['bar']})")
    return 0 if all(row["holds"] for row in rows) else 1


def _evaluated(name: str, world: World, policy: str) -> list[dict[str, Any]]:
    """Time and result of one evaluation in a process of its own, as an operator starts it."""
    out = world.sources.people.parent / "out"
    seconds = _run("evaluate", world, "--policy", policy, "--out", str(out))
    found = json.loads((out / "figures.json").read_text())
    count, off = found["encounters"], abs(found["pooled_auc"] - world.auc)
    return [
        _row(f"evaluate {name} on {count:,} encounters, report included", seconds, "s", SECONDS),
        _row(f"evaluate {name}, AUC off the analytic one", off, "", WITHIN),
    ]


def _run(command: str, world: World, *options: str) -> float:
    files = ["--people", str(world.sources.people), "--encounters", str(world.sources.encounters)]
    started = time.perf_counter()
    line = [sys.executable, "-m", "entrypoints.cli", command, *files, *options]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  our own command
    return time.perf_counter() - started


def _row(name: str, value: float, unit: str, at_most: float) -> dict[str, Any]:
    return {"name": name, "value": round(value, 4), "unit": unit, "bar": at_most, "holds": value <= at_most}


if __name__ == "__main__":
    sys.exit(main())
