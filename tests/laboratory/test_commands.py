"""``saltbitter evaluate`` and ``saltbitter fit``, from files to a report that anybody can read."""

import importlib.util
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from adapters.laboratory.policy_file import read_policy
from entrypoints.cli import main
from saltbitter_domain.compatibility.policies import WEIGHTS
from tests.laboratory.worlds import binormal, logit_normal, members


def study(folder: Path) -> list[str]:
    sources = members(folder, WEIGHTS, count=150, each=12).sources
    return ["--people", str(sources.people), "--encounters", str(sources.encounters)]


def test_evaluate_prints_every_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", *study(tmp_path), "--policy", "weighted-v1", "--group", "evening"]) == 0

    said = capsys.readouterr().out
    assert "1,800 encounters of 150 viewers with 150 candidates" in said
    assert "12 groups by evening" in said
    for name in ("AUC", "NDCG@5", "P@3", "exposure Gini@3", "never shown"):
        assert re.search(rf"^{name} +[01]?[.\d]+%?", said, re.MULTILINE), name
    assert "ECE" not in said


def test_evaluate_writes_a_report_that_needs_nothing_else(tmp_path: Path) -> None:
    world = logit_normal(tmp_path, 0.0, 1.0, viewers=40)
    arguments = ["--people", str(world.sources.people), "--encounters", str(world.sources.encounters)]
    assert main(["evaluate", *arguments, "--policy", "probability:p", "--out", str(tmp_path / "out")]) == 0

    out = tmp_path / "out"
    figures = json.loads((out / "figures.json").read_text())
    assert 0.0 < figures["figures"]["auc"]["low"] < figures["figures"]["auc"]["value"] < 1.0
    assert figures["figures"]["brier"]["over"] == figures["encounters"] == 800
    assert 0.0 <= figures["ece"] < 0.2
    for name in ("roc.png", "scores.png", "exposure.png", "calibration.png"):
        with Image.open(out / name) as picture:
            assert picture.format == "PNG"
            assert min(picture.size) > 500
    page = Page()
    page.feed((out / "report.html").read_text())
    assert page.language == "en"
    assert page.viewport == "width=device-width, initial-scale=1"
    assert page.headings[0] == "h1"
    assert len(page.pictures) == 4
    assert all(words and source.startswith("data:image/png;base64,") for source, words in page.pictures)
    assert page.loaded == []
    assert page.scopes == {"col", "row"}


class Page(HTMLParser):
    """What assistive technology and a browser without a network find in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.language: str | None = None
        self.viewport: str | None = None
        self.headings: list[str] = []
        self.pictures: list[tuple[str, str]] = []
        self.loaded: list[str] = []
        self.scopes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang")
        if given.get("name") == "viewport":
            self.viewport = given.get("content")
        if tag in {"h1", "h2"}:
            self.headings.append(tag)
        if tag == "img":
            self.pictures.append((given.get("src") or "", given.get("alt") or ""))
        if tag in {"script", "link", "iframe"} or (given.get("href") or "").startswith("http"):
            self.loaded.append(tag)
        if tag == "th":
            self.scopes.add(given.get("scope") or "")


def test_a_name_in_the_data_cannot_break_the_report(tmp_path: Path) -> None:
    world = binormal(tmp_path, 0.7, viewers=20, each=6)
    text = world.sources.encounters.read_text().replace("score", "<script>x", 1)
    world.sources.encounters.write_text(text)
    arguments = ["--people", str(world.sources.people), "--encounters", str(world.sources.encounters)]
    assert main(["evaluate", *arguments, "--policy", "column:<script>x", "--out", str(tmp_path / "out")]) == 0
    assert "<script>" not in (tmp_path / "out" / "report.html").read_text()


def test_fit_writes_a_policy_that_evaluate_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy, arguments = tmp_path / "policy.json", study(tmp_path)
    report = ["--report", str(tmp_path / "report"), "--name", "ours", "--penalty", "2.5"]
    assert main(["fit", *arguments, "--group", "evening", "--out", str(policy), *report]) == 0

    said = capsys.readouterr().out
    assert "Scores are on held-out encounters: 12 groups, each left out once." in said
    assert re.search(r"^attachment +\d+\.\d +40\.0$", said, re.MULTILINE)
    fitted = read_policy(policy)
    assert (fitted.name, fitted.provenance.penalty) == ("ours", 2.5)
    assert "Beside weighted-v1" in (tmp_path / "report" / "report.html").read_text()
    assert main(["evaluate", *arguments, "--policy", str(policy)]) == 0
    assert re.search(r"^ECE +0\.\d+", capsys.readouterr().out, re.MULTILINE)


def test_notes_tell_what_was_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = binormal(tmp_path, 0.7, viewers=20, each=6)
    with world.sources.encounters.open("a") as file:
        file.write("nobody,p1,1,0.5\n" * 3)
    arguments = ["--people", str(world.sources.people), "--encounters", str(world.sources.encounters)]
    assert main(["evaluate", *arguments, "--policy", "column:score"]) == 1
    assert "encounters.csv, line 122, column viewer_id: 'nobody' has no row" in capsys.readouterr().err

    options = ["--policy", "column:score", "--skip-bad-rows", "--problems", "2"]
    assert main(["evaluate", *arguments, *options]) == 0
    said = capsys.readouterr().out
    assert "3 rows could not be used and were skipped (3 bad cells)." in said
    assert said.count("'nobody' has no row") == 2
    assert "and 1 more" in said
    assert "No column has people's ages" in said


def test_fit_tells_what_it_could_not_learn_and_what_cannot_be_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = study(tmp_path)
    (tmp_path / "map.toml").write_text(
        "[people]\nage = 'age'\ninterests = 'interests'\n"
        "[[pair_features]]\nname = 'evenings'\nkind = 'same'\ncolumn = 'evening'\n"
        "[[pair_features]]\nname = 'ages'\nkind = 'closeness'\ncolumn = 'age'\nscale = 40\n"
    )
    mapped = ["--mapping", str(tmp_path / "map.toml"), "--group", "evening"]
    assert main(["fit", *arguments, *mapped, "--out", str(tmp_path / "policy.json")]) == 0
    said = capsys.readouterr().out
    assert "The data says nothing of attachment, values: the weight is that of weighted-v1." in said
    policy = read_policy(tmp_path / "policy.json")
    assert ("so that matching cannot run it" in said) == bool(policy.pair_features)
    assert ("No points go to" in said) == (len(policy.pair_features) < 2)


def test_without_its_extra_the_laboratory_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "sklearn" else found(name))
    for command in (["evaluate", "--policy", "weighted-v1"], ["fit", "--out", str(tmp_path / "policy.json")]):
        assert main([*command, "--people", "none.csv", "--encounters", "none.csv"]) == 1
        assert "pip install 'saltbitter[lab]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["evaluate"], ["evaluate", "--people", "p.csv", "--encounters", "e.csv"], ["fit", "--penalty", "0"]],
)
def test_what_cannot_be_understood_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["evaluate", "--people", "none.csv", "--encounters", "none.csv", "--policy", "weighted-v1"]
    assert main(arguments) == 1
    assert capsys.readouterr().err.strip() == "saltbitter: none.csv cannot be read: No such file or directory."
    assert main([*arguments[:2], __file__, "--encounters", __file__, *arguments[5:], "--mapping", "none.toml"]) == 1
    assert "none.toml cannot be read" in capsys.readouterr().err
