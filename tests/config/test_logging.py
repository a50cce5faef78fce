"""Logs hold what is on the list and nothing else: no secret, no sentence of a member, no line broken in two."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator

import pytest
import structlog

from config.logging import MASK, configure


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    stream = io.StringIO()
    configure("json", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


def test_a_field_that_is_not_on_the_list_is_withheld(lines: Callable[[], list[dict[str, object]]]) -> None:
    structlog.get_logger().info("request", route="/api/auth/login", email="ada@example.org", password="hunter2hunter2")

    (line,) = lines()
    assert (line["event"], line["route"]) == ("request", "/api/auth/login")
    assert line["email"] == line["password"] == MASK


def test_an_exception_is_logged_by_type_and_place_never_by_its_words(
    lines: Callable[[], list[dict[str, object]]],
) -> None:
    try:
        int("the bio said: meet me at 12 Elm Street")
    except ValueError:
        structlog.get_logger().exception("failed")

    (line,) = lines()
    assert line["error"] == "ValueError"
    assert str(line["where"]).startswith(__name__)
    assert "Elm" not in json.dumps(line)


def test_an_exception_handed_over_without_a_traceback_has_no_place(
    lines: Callable[[], list[dict[str, object]]],
) -> None:
    structlog.get_logger().error("failed", exc_info=ValueError("secret"))

    assert lines()[0]["where"] == "unknown"


def test_a_library_s_own_sentence_is_not_repeated(lines: Callable[[], list[dict[str, object]]]) -> None:
    logging.getLogger("some.library").warning("could not send to ada@example.org")

    (line,) = lines()
    assert (line["event"], line["logger"]) == ("library_message", "some.library")
    assert "ada" not in json.dumps(line)


def test_a_line_break_in_a_value_stays_one_line(lines: Callable[[], list[dict[str, object]]]) -> None:
    for ending in ("\n", "\r", "\r\n", "\u2028", "\x85", "\x0b"):
        structlog.get_logger().info("request", route=f'/x{ending}{{"event": "forged"}}')

    assert [line["event"] for line in lines()] == ["request"] * 6


@pytest.mark.parametrize("form", ["json", "text"])
def test_nothing_in_a_value_speaks_to_the_terminal_that_shows_it(form: str) -> None:
    stream = io.StringIO()
    configure(form, stream)
    structlog.get_logger().info("request", route="/x\x1b[2J\x1b]0;forged\x07\r\nforged \x9b31m")
    structlog.reset_defaults()
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)

    (line,) = stream.getvalue().splitlines()
    ours = re.sub(r"\x1b\[[0-9;]*m", "", line)  # the colours of the text for people
    assert ours.isprintable()


def test_the_text_format_is_for_people() -> None:
    stream = io.StringIO()
    configure("text", stream)
    structlog.get_logger().info("request", route="/livez")
    structlog.reset_defaults()
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)

    assert "request" in stream.getvalue()
    assert "{" not in stream.getvalue()
