"""The command ``saltbitter``: each file has the commands of one kind, and what they do."""

import argparse
import errno
import sys
from collections.abc import Sequence

from config.reader import SettingsRefused
from entrypoints.cli import laboratory, processes, staff, upkeep
from saltbitter_domain.kernel import DomainError, Unavailable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status."""
    options = parser().parse_args(arguments)
    try:
        status: int = options.command(options)
    except SettingsRefused as refused:
        print("SaltBitter does not start with these settings:", file=sys.stderr)
        print(*(f"  - {problem}" for problem in refused.problems), sep="\n", file=sys.stderr)
        print("`saltbitter check-config` explains them at any time.", file=sys.stderr)
        return 2
    except Unavailable as away:
        print(f"saltbitter: {away.detail} ({type(away.__cause__ or away).__name__})", file=sys.stderr)
        return 1
    except DomainError as refused:
        print(f"saltbitter: {refused.detail}", file=sys.stderr)
        print(*(f"  - {problem.path}: {problem.message}" for problem in refused.fields), sep="\n", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"saltbitter: {error.strerror or error}", file=sys.stderr)
        if error.errno == errno.EADDRINUSE:
            print("Something listens there already. Choose another port: `make demo PORT=8090`.", file=sys.stderr)
        return 1
    return status


def parser() -> argparse.ArgumentParser:
    """What the command line is read by. The ``command`` of what it reads does it, and gives the exit status."""
    understood = argparse.ArgumentParser(
        prog="saltbitter", description="A psychology-informed, ethical dating platform."
    )
    commands = understood.add_subparsers(required=True, metavar="COMMAND")
    for kind in (processes, upkeep, staff, laboratory):
        kind.add_commands(commands.add_parser)
    return understood
