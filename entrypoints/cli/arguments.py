"""What commands are given, and what is said of it where it cannot be meant."""

import argparse
from collections.abc import Callable

from saltbitter_domain.search.model import MAX_LIMIT

Add = Callable[..., argparse.ArgumentParser]
"""Adds a command of this name."""


def ask_for_reason(command: argparse.ArgumentParser) -> None:
    """Have the command ask for the ``reason`` that is kept on record."""
    command.add_argument("--reason", required=True, type=reason, metavar="TEXT", help="why; for the record of staff")


def reason(text: str) -> str:
    """Any words, without the space around them."""
    if not text.strip():
        raise argparse.ArgumentTypeError("say why")
    return text.strip()


def port(text: str) -> int:
    """1 to 65,535."""
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port lies between 1 and 65535")
    return number


def limit(text: str) -> int:
    """1 to ``MAX_LIMIT``."""
    number = int(text)
    if not 1 <= number <= MAX_LIMIT:
        raise argparse.ArgumentTypeError(f"a limit lies between 1 and {MAX_LIMIT}")
    return number


def positive(text: str) -> float:
    """Above 0, and not infinite."""
    number = float(text)
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError("give a number above 0")
    return number


def count(text: str) -> int:
    """At least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a number of at least 1")
    return number
