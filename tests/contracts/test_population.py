"""The synthetic population keeps its promises: the survey's margins, the published scores, plausible members."""

import html
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import correlation, fmean, stdev

import pytest

from adapters.population import survey
from adapters.population.file import write
from adapters.population.generator import SyntheticMember, cities, generate
from saltbitter_domain.assessments import scoring
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.profiles.model import age_on
from saltbitter_domain.profiles.policies import check

TODAY = date(2026, 11, 23)
SIZE = 10_000
MAX_TVD = 0.02
QUESTIONS = ("sex", "orientation", "drinks", "smokes", "education", "religion", "offspring")


@pytest.fixture(scope="module")
def members() -> Sequence[SyntheticMember]:
    return tuple(generate(SIZE, 7, TODAY, questionnaire()))


def total_variation(given: Mapping[str, int], reference: Mapping[str, int]) -> float:
    """Half the summed absolute differences of two distributions, in [0, 1]."""
    n, m = sum(given.values()), sum(reference.values())
    return 0.5 * sum(abs(given.get(key, 0) / n - reference.get(key, 0) / m) for key in given.keys() | reference.keys())


def assert_fits(members: Sequence[SyntheticMember], reference: Mapping[str, Mapping[str, int]]) -> None:
    for question in QUESTIONS:
        given = Counter(member.survey[question] for member in members)
        assert total_variation(given, reference[question]) <= MAX_TVD, question


def assert_ages_fit(members: Sequence[SyntheticMember], by_sex: Mapping[str, Mapping[str, int]]) -> None:
    for sex, reference in by_sex.items():
        given = Counter(member.survey["age"] for member in members if member.survey["sex"] == sex)
        assert total_variation(given, reference) <= MAX_TVD, sex


def test_every_margin_fits_the_survey_missing_answers_included(members: Sequence[SyntheticMember]) -> None:
    restated = dict(survey.SURVEY)
    both = restated["orientation_by_sex"]
    restated["orientation"] = {o: both["f"][o] + both["m"][o] for o in both["f"]}
    rows = restated["smokes_by_drinks"].values()
    restated["smokes"] = {answer: sum(row.get(answer, 0) for row in rows) for answer in survey.SMOKING | {"NA": None}}
    assert_fits(members, restated)
    assert_ages_fit(members, restated["age_by_sex"])


def test_every_margin_fits_the_survey_as_it_was_published(members: Sequence[SyntheticMember]) -> None:
    folder = os.environ.get("SALTBITTER_REFERENCE_DATA")  # noqa: TID251  tests find their reference data by it
    if not folder:
        pytest.skip("SALTBITTER_REFERENCE_DATA is not set: the published figures are not at hand")
    published = json.loads((Path(folder) / "okcupid_marginals.json").read_text())
    marginals = {q: {html.unescape(k): v for k, v in published["marginals"][q].items()} for q in QUESTIONS}
    assert_fits(members, marginals)
    assert_ages_fit(members, published["age_by_sex"])


def test_the_profile_says_what_the_survey_answer_says(members: Sequence[SyntheticMember]) -> None:
    for member in members:
        assert (member.content.drinking is None) == (member.survey["drinks"] == "NA")
        assert (member.content.religion is None) == (member.survey["religion"] == "NA")
        assert (member.content.education is None) == (member.survey["education"] == "NA")
        low, high = (float(edge) for edge in member.survey["age"].strip("(]").split(","))
        assert low < age_on(member.date_of_birth, TODAY) <= high


def test_scores_follow_the_published_distribution(members: Sequence[SyntheticMember]) -> None:
    anxiety, avoidance = [m.anxiety for m in members], [m.avoidance for m in members]
    ages = [float(age_on(m.date_of_birth, TODAY)) for m in members]
    assert fmean(anxiety) == pytest.approx(4.14, abs=0.02)
    assert stdev(anxiety) == pytest.approx(1.20, abs=0.02)
    assert fmean(avoidance) == pytest.approx(3.35, abs=0.02)
    assert stdev(avoidance) == pytest.approx(1.26, abs=0.02)
    assert abs(correlation(anxiety, avoidance)) < 0.05
    assert -0.25 < correlation(anxiety, ages) < -0.05
    assert min(*anxiety, *avoidance) >= 1
    assert max(*anxiety, *avoidance) <= 7


def test_avoidance_is_highest_in_middle_age(members: Sequence[SyntheticMember]) -> None:
    middle = [m.avoidance for m in members if 38 <= age_on(m.date_of_birth, TODAY) <= 52]
    young = [m.avoidance for m in members if age_on(m.date_of_birth, TODAY) <= 25]
    assert fmean(middle) > fmean(young)


def test_answers_are_such_as_the_scores_say(members: Sequence[SyntheticMember]) -> None:
    for member in members:
        if member.answers is not None:
            scores = scoring.score(questionnaire(), member.answers)
            assert scores.anxiety == pytest.approx(member.anxiety, abs=1 / 18 + 1e-9)
            assert scores.avoidance == pytest.approx(member.avoidance, abs=1 / 18 + 1e-9)


def test_every_profile_would_be_accepted_from_a_member(members: Sequence[SyntheticMember]) -> None:
    assert {problem.code for member in members[:2000] for problem in check(member.content)} == set()


def test_parents_are_older_than_others(members: Sequence[SyntheticMember]) -> None:
    parents = [age_on(m.date_of_birth, TODAY) for m in members if m.survey["offspring"].startswith("has")]
    others = [age_on(m.date_of_birth, TODAY) for m in members if m.survey["offspring"].startswith("doesn’t have")]
    assert fmean(parents) > fmean(others) + 5


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    homes = cities(3)
    first, again, other = (list(generate(50, seed, TODAY, questionnaire(), homes)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_city_has_members_spread_round_it_in_its_own_time_zone(members: Sequence[SyntheticMember]) -> None:
    homes = {city.name: city for city in cities(25)}
    assert len({member.time_zone for member in members}) > 10
    assert all(homes[member.city].time_zone == member.time_zone for member in members)
    assert len({member.cell for member in members if member.city == members[0].city}) > 30


def test_dealing_gives_exactly_as_many_answers_as_people() -> None:
    for size in (1, 2, 3, 59, 1000):
        assert sum(survey.quotas(survey.SURVEY["religion"], size).values()) == size


def test_the_file_has_one_json_object_a_member(tmp_path: Path) -> None:
    out = tmp_path / "new" / "population.jsonl"
    write(generate(20, 1, TODAY, questionnaire()), out)
    records = [json.loads(line) for line in out.read_text().splitlines()]
    assert [record["number"] for record in records] == list(range(20))
    assert {"survey", "content", "cell", "anxiety"} <= records[0].keys()
