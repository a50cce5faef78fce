"""The image runs as nobody, holds only what is needed and only what was locked."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "deploy/Dockerfile").read_text().splitlines()
LET_IN = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]


def test_it_runs_as_nobody_by_number() -> None:
    """By number, so that a cluster that asks for it (``runAsNonRoot``) can see that it is not root."""
    last_stage = LINES[max(place for place, line in enumerate(LINES) if line.startswith("FROM")) :]
    users = [line for line in last_stage if line.startswith("USER")]

    assert users == ["USER 65534:65534"]


def test_what_it_is_made_from_has_a_version() -> None:
    bases = [line.partition("=")[2] for line in LINES if line.startswith("ARG")]
    stages = [line.split()[1] for line in LINES if line.startswith("FROM")]

    assert bases
    assert [base for base in bases if not re.search(r":\d+[.\w-]*$", base)] == []
    assert [stage for stage in stages if not re.fullmatch(r"\$\{\w+\}", stage)] == []


def test_only_packages_of_a_known_content_come_in() -> None:
    installs = [line for line in LINES if re.search(r"pip .*install ", line)]
    fetched = [line for line in installs if not line.endswith(" /wheels/*")]

    assert any("-r /src/requirements.txt" in line for line in fetched)
    assert [line for line in fetched if "--require-hashes" not in line] == []
    assert any(line.startswith("RUN npm ci ") for line in LINES)
    assert [line for line in LINES if re.match(r"ADD|RUN .*(curl|wget|apt-get)", line)] == []


def test_nothing_is_let_in_that_is_not_copied() -> None:
    """No history, no settings of an operator's machine, no tests: everything is left out but what is named."""
    copied = {source for line in LINES if re.match(r"COPY (?!--from)", line) for source in line.split()[1:-1]}

    assert (ROOT / ".dockerignore").read_text().startswith("*\n")
    assert {source.split("/")[0] for source in copied} == set(LET_IN)
