"""The laboratory on the command line: judge a policy by past encounters, and learn one from them."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

from saltbitter_domain.kernel import Clock, Unavailable

NEEDED = ("sklearn", "scipy", "matplotlib")


class ExtraMissing(Unavailable):
    """The laboratory's packages are not installed."""

    code = "laboratory_extra_missing"


def require_extra() -> None:
    """``ExtraMissing`` with what to do about it, before anything is read."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ExtraMissing(
            f"The laboratory needs its extra, which brings {', '.join(missing)}: pip install 'saltbitter[lab]'"
        )


def evaluate(
    people: Path,
    encounters: Path,
    policy: str,
    say: Callable[[str], None],
    *,
    mapping: Path | None = None,
    group: str | None = None,
    out: Path | None = None,
    listed: int = 100,
    skip_bad_rows: bool = False,
) -> int:
    """Print every figure of the policy, and write the report to ``out`` if there is such a folder to make."""
    require_extra()
    from adapters.laboratory.data import Sources
    from adapters.laboratory.evaluation import evaluate as judge
    from adapters.laboratory.report import as_text, write_report

    sources = Sources(people, encounters, mapping, group, listed, skip_bad_rows)
    evaluation = judge(sources, policy)
    say(as_text(evaluation))
    if out:
        say(_written(write_report(evaluation, out)[0]))
    return 0


def fit(
    people: Path,
    encounters: Path,
    policy_file: Path,
    clock: Clock,
    say: Callable[[str], None],
    *,
    name: str | None = None,
    mapping: Path | None = None,
    group: str | None = None,
    report: Path | None = None,
    listed: int = 100,
    skip_bad_rows: bool = False,
    penalty: float = 1.0,
) -> int:
    """Learn a policy, write it to ``policy_file``, print what it is worth, and write a report if there is a folder."""
    require_extra()
    from adapters.laboratory.data import Sources, read_data
    from adapters.laboratory.fitting import fit as learn
    from adapters.laboratory.policy_file import write_policy
    from adapters.laboratory.report import fit_as_text, write_report

    data = read_data(Sources(people, encounters, mapping, group, listed, skip_bad_rows))
    learned = learn(data, clock.now().date(), name, penalty)
    write_policy(learned.policy, policy_file)
    say(fit_as_text(learned))
    say(_written(policy_file))
    if report:
        say(_written(write_report(learned.held_out, report, learned)[0]))
    return 0


def _written(path: Path) -> str:
    return f"Written: {path}"
