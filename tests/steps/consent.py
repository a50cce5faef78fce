"""Steps of consent: giving it, taking it back, what then stops, and the record of it."""

import hashlib
import json
from datetime import datetime
from typing import Any

from pytest_bdd import given, parsers, then, when

from tests.steps.person import Answer, Person
from tests.steps.world import World

PURPOSES = {
    "the terms": "terms",
    "the privacy policy": "privacy_policy",
    "the psychological profile": "psychological_profile",
    "whom to meet": "genders_sought",
    "orientation": "orientation",
    "religion": "religion",
    "location": "location",
    "practice with AI": "ai_practice",
    "coaching by AI": "ai_coaching",
    "news by mail": "marketing_emails",
    "statistics": "analytics",
}


def decide(person: Person, purpose: str, *, granted: bool, version: str | None = None) -> Answer:
    decision = {"granted": granted, "text_version": version or person.world.texts[purpose]}
    return person.asks("PUT", f"/api/me/consents/{purpose}", json=decision)


def agreed(person: Person) -> set[str]:
    state = person.gets("/api/me/consents")
    assert state.keys() == set(PURPOSES.values())
    return {purpose for purpose, record in state.items() if record and record["granted"]}


@given(parsers.parse("{name:w} agrees to {purpose}"))
@when(parsers.parse("{name:w} agrees to {purpose}"))
def agrees(world: World, name: str, purpose: str) -> None:
    assert decide(world.person(name), PURPOSES[purpose], granted=True).accepted


@when(parsers.parse("{name:w} says yes to older words about location"))
def agrees_to_older(world: World, name: str) -> None:
    decide(world.person(name), "location", granted=True, version="2025-01-01")


@given(parsers.parse("{name:w} takes back {purpose}"))
@when(parsers.parse("{name:w} takes back {purpose}"))
def takes_back(world: World, name: str, purpose: str) -> None:
    decide(world.person(name), PURPOSES[purpose], granted=False)


@then(parsers.parse("{name:w} has agreed to the terms and the privacy policy and to nothing else"))
def nothing_else(world: World, name: str) -> None:
    assert agreed(world.person(name)) == {"terms", "privacy_policy"}


@then(parsers.parse("{name:w} has agreed to the terms, the privacy policy and {purpose} only"))
def one_more_only(world: World, name: str, purpose: str) -> None:
    assert agreed(world.person(name)) == {"terms", "privacy_policy", PURPOSES[purpose]}


@given(parsers.parse("{one:w} and {other:w} read about attachment"))
def read_about_attachment(world: World, one: str, other: str) -> None:
    assert "unknown" not in _bands(world, one, other)


@then(parsers.parse("{one:w} and {other:w} read nothing about attachment any more"))
def read_nothing(world: World, one: str, other: str) -> None:
    assert _bands(world, one, other) == ["unknown", "unknown"]


@then(parsers.parse("nothing is told of {name:w}'s result to {_:w}, who can delete it"))
def result_is_theirs(world: World, name: str) -> None:
    person = world.person(name)
    for told in ("/api/me/assessments/latest", "/api/me/assessments"):
        assert person.asks("GET", told).reasons == {"assessment_consent_needed"}
    assert person.does("DELETE", "/api/me/assessments") == {"deleted": 1}


@given(parsers.parse("{viewer:w} sees how far away {name:w} is"))
def sees_distance(world: World, viewer: str, name: str) -> None:
    assert _seen(world, viewer, name)["distance"] == "under_5_km"


@then(parsers.parse("{viewer:w} no longer sees how far away {name:w} is"))
def sees_no_distance(world: World, viewer: str, name: str) -> None:
    seen = _seen(world, viewer, name)
    assert (seen["distance"], seen["city"]) == (None, None)


@given(parsers.parse("{viewer:w} sees {name:w}'s religion"))
def sees_religion(world: World, viewer: str, name: str) -> None:
    assert _seen(world, viewer, name)["religion"] == "hindu"


@then(parsers.parse("{viewer:w} no longer sees {name:w}'s religion"))
def sees_no_religion(world: World, viewer: str, name: str) -> None:
    assert _seen(world, viewer, name)["religion"] is None


@then(parsers.parse("{name:w} is asked to agree to whom to meet before meeting people"))
def asked_whom(world: World, name: str) -> None:
    assert "agree_genders_sought" in world.person(name).gets("/api/me/daily-matches")["missing"]


@then(parsers.parse("no place of {name:w} is kept"))
def no_place(world: World, name: str) -> None:
    profile = world.person(name).gets("/api/me/profile")
    assert (profile["located"], profile["city"]) == (False, None)


@then(parsers.parse("{name:w}'s mornings stay those of Lisbon"))
def same_mornings(world: World, name: str) -> None:
    assert world.person(name).gets("/api/me/profile")["time_zone"] == "Europe/Lisbon"


@then(parsers.parse("{name:w}'s record holds {number:d} decisions, each sealed with the one before"))
def sealed(world: World, name: str, number: int) -> None:
    records = world.person(name).gets("/api/me/consents/history")["items"]
    assert len(records) == number
    assert is_chain(records)


@then("a record with one word changed no longer fits")
def altered(world: World) -> None:
    records = world.person("Ana").gets("/api/me/consents/history")["items"]
    for place in range(len(records)):
        assert not is_chain([*records[:place], {**records[place], "channel": "web"}, *records[place + 1 :]])


def is_chain(records: list[Any]) -> bool:
    """Whether each record's hash is the SHA-256 of the rest of it as canonical JSON (RFC 8785), with the one before. A
    language that nobody said is left out."""
    previous = "0" * 64
    for record in records:
        at = datetime.fromisoformat(record["at"]).isoformat(timespec="microseconds")
        sealed_part = {key: value for key, value in {**record, "at": at}.items() if key != "hash" and value is not None}
        canonical = json.dumps(sealed_part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        if record["previous_hash"] != previous or record["hash"] != digest:
            return False
        previous = digest
    return True


def _bands(world: World, one: str, other: str) -> list[str]:
    ana, ben = world.person(one), world.person(other)
    return [a.explanation_of("attachment", b)["band"] for a, b in ((ana, ben), (ben, ana))]


def _seen(world: World, viewer: str, name: str) -> Any:
    return world.person(viewer).gets(f"/api/people/{world.person(name).user_id}")["profile"]
