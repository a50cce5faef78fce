"""The command line does what it says and fails with a reason."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from entrypoints.cli import main


def test_a_population_is_written_and_its_morning_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    status = main(["population", "--size", "400", "--seed", "3", "--out", "people.jsonl", "--run"])

    figures = {row["name"]: row for row in json.loads(Path("build/reports/population.json").read_text())}
    assert len(Path("people.jsonl").read_text().splitlines()) == 400
    assert figures["eligibility violations"]["value"] == 0
    assert figures["members with a full list or a reason"]["holds"]
    assert status == (0 if all(row["holds"] for row in figures.values()) else 1)
    assert "exposure Gini" in capsys.readouterr().out


def test_a_probe_that_reaches_nobody_says_so_and_answers_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "http://127.0.0.1:9"]) == 1
    assert "FAILED" in capsys.readouterr().err


def test_a_probe_shows_what_the_environment_has_for_the_edge_and_no_weak_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str | None] = []

    async def probe(_url: str, _say: Any, _maildir: str | None, edge_secret: str | None) -> None:
        shown.append(edge_secret)

    monkeypatch.setattr("entrypoints.probe.probe", probe)
    monkeypatch.delenv("SALTBITTER_EDGE_SECRET", raising=False)
    assert main(["probe", "http://127.0.0.1:9"]) == 0
    secret = "Hb4Xs9Lq2Wd7Vn5Ky8Rt1Cm6Pj3Fz0Ge"
    monkeypatch.setenv("SALTBITTER_EDGE_SECRET", secret)
    assert main(["probe", "http://127.0.0.1:9"]) == 0
    monkeypatch.setenv("SALTBITTER_EDGE_SECRET", "weak")
    assert main(["probe", "http://127.0.0.1:9"]) != 0

    assert shown == [None, secret]
    told = capsys.readouterr()
    assert secret not in told.out + told.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["demo", "--port", "0"],
        ["demo", "--members", "0"],
        ["population", "--size", "-5", "--out", "x"],
        ["probe"],
        ["role", "00000000-0000-7000-8000-000000000000", "queen", "--reason", "Long may she reign."],
        ["role", "00000000-0000-7000-8000-000000000000", "admin", "--reason", " "],
        ["search", "--words", "tango", "--reason", "Asked."],
        ["redrive", "--all"],
        ["review-photos"],
        ["redrive", "--all", "--reason", " "],
        ["search", "--for", "00000000-0000-7000-8000-000000000000", "--words", "tango"],
        ["search", "--for", "ada", "--words", "tango", "--reason", "Asked."],
        [
            "search",
            "--for",
            "00000000-0000-7000-8000-000000000000",
            "--words",
            "tango",
            "--limit",
            "101",
            "--reason",
            "Asked.",
        ],
    ],
)
def test_what_cannot_be_understood_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)

    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_named_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").write_text("a file where a folder is needed")

    assert main(["population", "--size", "1", "--out", str(tmp_path / "folder" / "people.jsonl")]) == 1
    assert capsys.readouterr().err.startswith("saltbitter: ")


def test_a_port_in_use_is_said_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        assert main(["demo", "--members", "60", "--port", str(taken.getsockname()[1])]) == 1
    assert "PORT=8090" in capsys.readouterr().err
