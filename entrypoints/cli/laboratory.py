"""What is studied without members: populations that are made up, and policies by past encounters."""

import argparse
import time
from datetime import date
from pathlib import Path

from entrypoints.cli.arguments import Add, count, positive

_POLICIES = "weighted-v1, a policy file, or column:NAME or probability:NAME of the encounters"


def add_commands(add: Add) -> None:
    population = add("population", help="write a population of synthetic members")
    population.add_argument("--size", type=count, required=True)
    population.add_argument("--seed", type=int, default=1)
    population.add_argument("--out", type=Path, required=True, help="a file of one JSON object a line")
    population.add_argument("--run", action="store_true", help="then make one morning's matches for all, and report")
    population.set_defaults(command=_population)

    evaluate = add("evaluate", help="judge a policy by past encounters")
    _study(evaluate)
    evaluate.add_argument("--policy", required=True, metavar="NAME", help=_POLICIES)
    evaluate.add_argument("--out", type=Path, metavar="FOLDER", help="write a report, pictures and figures there")
    evaluate.set_defaults(command=_evaluate)

    fit = add("fit", help="learn a policy from past encounters")
    _study(fit)
    fit.add_argument("--out", type=Path, required=True, metavar="FILE", help="the policy file to write (JSON)")
    fit.add_argument("--name", help="of the policy (default: of the day and the data)")
    fit.add_argument("--penalty", type=positive, default=1.0, help="of half the squared coefficients (default 1)")
    fit.add_argument("--report", type=Path, metavar="FOLDER", help="write a report, pictures and figures there")
    fit.set_defaults(command=_fit)


def _study(command: argparse.ArgumentParser) -> None:
    """What every command of the laboratory reads."""
    command.add_argument("--people", type=Path, required=True, metavar="CSV", help="one row a person")
    command.add_argument("--encounters", type=Path, required=True, metavar="CSV", help="one row an encounter")
    command.add_argument(
        "--mapping", type=Path, metavar="TOML", help="what the columns mean (default: their names say)"
    )
    command.add_argument("--group", metavar="COLUMN", help="what hangs together (default: the viewer)")
    command.add_argument("--problems", type=count, default=100, help="bad cells to list one by one (default 100)")
    command.add_argument("--skip-bad-rows", action="store_true", help="use the other rows, and count these")


def _population(options: argparse.Namespace) -> int:
    from entrypoints.measure import measure, write_population

    today = date.fromtimestamp(time.time())  # noqa: DTZ012  the day members' ages are counted on
    members = write_population(options.size, options.seed, today, options.out, print)
    return measure(members, today, print) if options.run else 0


def _evaluate(options: argparse.Namespace) -> int:
    from entrypoints import laboratory

    return laboratory.evaluate(
        options.people,
        options.encounters,
        options.policy,
        print,
        mapping=options.mapping,
        group=options.group,
        out=options.out,
        listed=options.problems,
        skip_bad_rows=options.skip_bad_rows,
    )


def _fit(options: argparse.Namespace) -> int:
    from adapters.system.clock import SystemClock
    from entrypoints import laboratory

    return laboratory.fit(
        options.people,
        options.encounters,
        options.out,
        SystemClock(),
        print,
        name=options.name,
        mapping=options.mapping,
        group=options.group,
        report=options.report,
        listed=options.problems,
        skip_bad_rows=options.skip_bad_rows,
        penalty=options.penalty,
    )
