"""Steps of the questionnaire about closeness."""

from collections.abc import Mapping
from typing import Any

from pytest_bdd import given, parsers, then, when

from saltbitter_domain.assessments.catalogue import NORMS
from tests.steps.person import Answer, Person
from tests.steps.residents import answers
from tests.steps.world import World

PLAIN = answers(2.5, 2.5)
TWO = tuple(PLAIN)[:2]

AS_SAID: Mapping[str, Mapping[str, Any]] = {
    "the questionnaire": {},
    "all but two statements": {"answers": {key: PLAIN[key] for key in PLAIN if key not in TWO}},
    "two statements with a 0": {"answers": PLAIN | dict.fromkeys(TWO, 0)},
    "two statements with an 8": {"answers": PLAIN | dict.fromkeys(TWO, 8)},
    "every statement with the same number": {"answers": dict.fromkeys(PLAIN, 4)},
    "the questionnaire in 35 seconds": {"seconds": 35.0},
}
MARKS = {"the same everywhere": "straight_lined", "given in a hurry": "hasty"}


def hand_in(person: Person, **otherwise: Any) -> Answer:
    body = {"questionnaire": "saltbitter-18-v1", "answers": PLAIN, "seconds": 120.0, **otherwise}
    return person.asks("POST", "/api/me/assessments", json=body)


def result(world: World) -> Any:
    return world.person("Ana").gets("/api/me/assessments/latest")


@given(parsers.parse("{name:w} has answered the questionnaire"))
def has_answered(world: World, name: str) -> None:
    assert hand_in(world.person(name)).accepted


@when(parsers.parse("{name:w} answers {what}"))
def answers_so(world: World, name: str, what: str) -> None:
    hand_in(world.person(name), **AS_SAID[what])


@given(parsers.parse("{name:w}'s answers came to an anxiety of {anxiety:f} and an avoidance of {avoidance:f}"))
@when(parsers.parse("{name:w}'s answers come to an anxiety of {anxiety:f} and an avoidance of {avoidance:f}"))
def answers_come_to(world: World, name: str, anxiety: float, avoidance: float) -> None:
    handed_in = hand_in(world.person(name), answers=answers(anxiety, avoidance))
    assert handed_in.accepted, handed_in.body
    scores = handed_in.body["scores"]
    assert (round(scores["anxiety"], 1), round(scores["avoidance"], 1)) == (anxiety, avoidance)


@then("nothing is kept of the answers")
def nothing_kept(world: World) -> None:
    ana = world.person("Ana")
    assert ana.gets("/api/me/assessments")["items"] == []
    assert ana.asks("GET", "/api/me/assessments/latest").reasons == {"assessment_missing"}


@then(parsers.re(r"the result is (?P<style>secure|anxious|avoidant|fearful)"))
def plain_style(world: World, style: str) -> None:
    assert result(world)["classification"] == {"style": style, "blend": []}


@then(parsers.parse("the result is between {styles}"))
def between(world: World, styles: str) -> None:
    classification = result(world)["classification"]
    assert classification["blend"] == styles.split(" and ")
    assert classification["style"] == classification["blend"][0]


@then("the result says that few others are less anxious and most are less avoidant")
def percentiles(world: World) -> None:
    told = result(world)["percentiles"]
    assert 1 <= told["anxiety"] <= 10
    assert 90 <= told["avoidance"] <= 99


@then("it names the sample it compares with")
def names_sample(world: World) -> None:
    assert result(world)["percentiles"]["source"] == NORMS.source


@then("it says that it is not a diagnosis")
def no_diagnosis(world: World) -> None:
    assert "not a diagnosis" in result(world)["note"]


@then("the result speaks of strengths, of growing, of talking and of this week")
def worth_reading(world: World) -> None:
    growth = result(world)["growth"]
    for part in ("strengths", "suggestions", "communication", "this_week"):
        assert len(growth[part]) >= 3


@then(parsers.re(r"the result (?P<says>says|need not say) where to find help"))
def help_is_named(world: World, says: str) -> None:
    resources = result(world)["growth"]["resources"]
    assert any("emergency" in resource for resource in resources) == (says == "says")


@then(parsers.parse("the result is kept and marked as {mark}"))
def marked(world: World, mark: str) -> None:
    kept = result(world)
    assert kept["quality"] == [MARKS[mark]]
    assert len(kept["quality_notes"]) == 1


@then("the result says that anxiety has clearly fallen and avoidance has not changed")
def change_is_told(world: World) -> None:
    change = result(world)["change"]
    assert (change["anxiety"], change["avoidance"], change["clear"]) == (-2.0, 0.0, ["anxiety"])


@then("both results are in the history, the newest first")
def in_history(world: World) -> None:
    history = world.person("Ana").gets("/api/me/assessments")["items"]
    assert [kept["scores"]["anxiety"] for kept in history] == [3.0, 5.0]


@when(parsers.parse("{name:w} deletes all results"))
def deletes(world: World, name: str) -> None:
    assert world.person(name).does("DELETE", "/api/me/assessments") == {"deleted": 1}
