"""``make mutants``: break scoring, policies and allocation in every small way there is, and see the tests notice.

Configured in pyproject (``tool.mutmut``). A mutant counts as noticed when a test fails or never ends.
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

BAR = 85.0
NOTICED = frozenset({"killed", "timeout", "suspicious", "segfault", "caught by type check"})
REPORT = Path("build/reports/mutants.json")
MUTMUT = (sys.executable, "-m", "mutmut")


def main() -> int:
    subprocess.run([*MUTMUT, "run"], check=True)  # noqa: S603
    listing = subprocess.run(  # noqa: S603
        [*MUTMUT, "results", "--all", "true"], check=True, capture_output=True, text=True
    ).stdout
    rows = figures(listing)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(rows, indent=2) + "\n")
    for row in rows:
        sys.stdout.write(f"{'' if row['holds'] else 'BELOW '}{row['value']:5.1f} %  {row['name']}\n")
    return 0 if all(row["holds"] for row in rows) else 1


def figures(listing: str) -> list[dict[str, str | float | bool]]:
    """The share noticed, in per cent, of all mutants and of each module's, from lines of ``name: status``."""
    mutants = [line.strip().rsplit(": ", 1) for line in listing.splitlines() if "__mutmut_" in line]
    if not mutants:
        raise SystemExit("mutmut made no mutants; is [tool.mutmut] in pyproject.toml?")
    statuses = defaultdict[str, Counter[str]](Counter)
    for name, status in mutants:
        for scope in ("all", name.split(".x", 1)[0]):
            statuses[scope][status] += 1
    return [_row(scope, counted) for scope, counted in sorted(statuses.items())]


def _row(scope: str, counted: Counter[str]) -> dict[str, str | float | bool]:
    noticed = sum(count for status, count in counted.items() if status in NOTICED)
    value = round(100 * noticed / counted.total(), 1)
    return {"name": f"mutation score: {scope}", "value": value, "unit": "%", "bar": BAR, "holds": value >= BAR}


if __name__ == "__main__":
    sys.exit(main())
