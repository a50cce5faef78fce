"""Steps of leaving for good, and of taking a copy."""

import io
import json
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

from pytest_bdd import given, parsers, then, when

from tests.steps.person import Answer, Person
from tests.steps.second_factor import App
from tests.steps.signing_in import sign_in
from tests.steps.world import World


def ask_for_erasure(person: Person, password: str) -> Answer:
    return person.asks("POST", "/api/me/erasure", json={"password": password})


@given(parsers.parse("{name:w} has asked to be erased"))
@when(parsers.parse("{name:w} asks to be erased"))
def asks_to_be_erased(world: World, name: str) -> None:
    person = world.person(name)
    assert ask_for_erasure(person, person.password).accepted
    world.settles()


@then(parsers.parse("{name:w} is told that {tier:w} is paid for her"))
def told_what_is_paid(world: World, name: str, tier: str) -> None:
    assert world.person(name).answer.body["paid_tier"] == tier


@when(parsers.parse("somebody with {name:w}'s phone asks for Ana to be erased"))
def somebody_asks(world: World, name: str) -> None:
    ask_for_erasure(world.person(name), "not the password at all")


@then("it is not done for want of the password")
def not_done(world: World) -> None:
    assert world.person("Ana").answer.reasons == {"password_refused", "wrong"}


@then(parsers.parse("{name:w} is told that the books stay for ten years, as tax law asks for them"))
def told_what_stays(world: World, name: str) -> None:
    answer = world.person(name).answer.body
    books = next(each for each in answer["kept"] if each["place"] == "money_facts")
    assert "tax law" in books["why"]
    assert books["until"] == (datetime.fromisoformat(answer["erase_at"]) + timedelta(days=3653)).date().isoformat()


@then(parsers.parse("the last mail to {name:w} says the same"))
def mailed_what_stays(world: World, name: str) -> None:
    person = world.person(name)
    template, data = world.inbox(person)[0]
    assert template == "erased"
    told = {each["place"]: date.fromisoformat(each["until"]) for each in person.answer.body["kept"]}
    late = {place: date.fromisoformat(data[f"kept_until:{place}"]) - until for place, until in told.items()}
    assert set(late.values()) == {timedelta(days=1)}, "they were erased when the 31 days had passed"


@then(parsers.parse("{name:w} is told that a match has left, and nothing else of {gone:w}"))
def told_of_match_that_left(world: World, name: str, gone: str) -> None:
    person = world.person(name)
    left = [notice for notice in person.gets("/api/me/notices")["items"] if notice["kind"] == "match_left"]
    assert [date.fromisoformat(notice["subject"]) for notice in left] == [(world.now - timedelta(days=31)).date()]
    assert person.gets("/api/me/matches")["items"] == []


@when(parsers.parse("{name:w} signs in again"))
def signs_in_again(world: World, name: str) -> None:
    assert sign_in(world.person(name), "phone").accepted


@then(parsers.parse("there is no such member as {name:w} any more"))
def no_such_member(world: World, name: str) -> None:
    assert sign_in(world.person(name), "phone").reasons == {"credentials_refused"}


def ask_for_copy(person: Person, password: str, **more: str) -> Answer:
    return person.asks("POST", "/api/me/exports", json={"password": password, **more})


def fetch_copy(world: World, person: Person) -> Answer:
    """What the newest address that was mailed leads to, for somebody who is signed in nowhere."""
    link = next(data["link"] for template, data in world.inbox(person) if template == "export_ready")
    return world.asks("GET", "/api/" + link.partition("/api/")[2])


def copy_of(world: World, person: Person) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(fetch_copy(world, person).body))


@given(parsers.parse("{name:w} has asked for a copy of her data"))
@when(parsers.parse("{name:w} asks for a copy of her data"))
def asks_for_copy(world: World, name: str) -> None:
    person = world.person(name)
    ask_for_copy(person, person.password)


@when(parsers.parse("{name:w} asks for a copy of her data with the code that the app shows"))
def asks_for_copy_with_code(world: World, name: str, app: App) -> None:
    person = world.person(name)
    assert ask_for_copy(person, person.password, code=app.shows(world)).accepted


@then("it is not done for want of a code")
def not_done_without_code(world: World) -> None:
    assert world.person("Ana").answer.reasons == {"code_refused", "missing"}


@when(parsers.parse("somebody with {name:w}'s phone asks for a copy of Ana's data"))
def somebody_asks_for_copy(world: World, name: str) -> None:
    ask_for_copy(world.person(name), "not the password at all")


@then(parsers.parse("{name:w} is mailed the address of her copy"))
def is_mailed_the_address(world: World, name: str) -> None:
    person = world.person(name)
    (export,) = person.gets("/api/me/exports")["items"]
    assert export["url"] == world.inbox(person)[0][1]["link"]


@then(parsers.re(r"Ana's copy has her profile, her photos and the note \"(?P<note>.*)\""))
def copy_has(world: World, note: str) -> None:
    person = world.person("Ana")
    files = copy_of(world, person)
    records: Any = json.loads(files.read("data.json"))["records"]
    assert records["profiles"][0]["content"]["name"] == "Ana"
    assert [photo["id"] for photo in records["photos"]] == [p["id"] for p in person.gets("/api/me/photos")["items"]]
    assert note in [decision["note"] for decision in records["pairs"]]
    assert "Ana" in files.read("index.html").decode()


@then("Ana's copy has nothing that Ben says of himself")
def copy_has_nothing_of(world: World) -> None:
    ben = world.person("Ben")
    told = b"".join(map(copy_of(world, world.person("Ana")).read, ("data.json", "index.html"))).decode()
    assert ben.email not in told
    assert ben.gets("/api/me/profile")["content"]["bio"] not in told


@then(parsers.parse("{name:w} is told that a copy is being made already"))
def told_of_running(world: World, name: str) -> None:
    assert world.person(name).answer.reasons == {"export_running"}


@then(parsers.parse("{name:w} can fetch her copy"))
def can_fetch(world: World, name: str) -> None:
    assert fetch_copy(world, world.person(name)).accepted


@then(parsers.parse("{name:w}'s copy is gone"))
def copy_is_gone(world: World, name: str) -> None:
    person = world.person(name)
    assert fetch_copy(world, person).reasons == {"export_missing"}
    assert person.gets("/api/me/exports")["items"] == []


@when(parsers.parse('{name:w} asks a person to look: "{words}"'))
def asks_a_person(world: World, name: str, words: str) -> None:
    world.person(name).asks("POST", "/api/me/reviews", json={"words": words})


@then(parsers.parse("{name:w} reads that an answer comes within {days:d} days"))
def reads_when(world: World, name: str, days: int) -> None:
    (review,) = world.person(name).gets("/api/me/reviews")["items"]
    waits = datetime.fromisoformat(review["due_at"]) - datetime.fromisoformat(review["requested_at"])
    assert (waits, review["answer"]) == (timedelta(days=days), None)


@when(parsers.parse('{name:w} looks into it and answers: "{answer}"'))
def looks_into_it(world: World, name: str, answer: str) -> None:
    person = world.person(name)
    (review,) = person.gets("/api/staff/reviews")["items"]
    decision = {"outcome": "stands", "answer": answer}
    person.asks("POST", f"/api/staff/reviews/{review['id']}/decision", json=decision)
    world.settles()


@then(parsers.parse("{name:w} is mailed that answer and finds it beside {whose:w} question"))
def finds_the_answer(world: World, name: str, whose: str) -> None:
    (review,) = world.person(name).gets("/api/me/reviews")["items"]
    template, data = world.inbox(world.person(name))[0]
    assert (template, data["reason"], review["outcome"]) == ("review_answered", review["answer"], "stands")
    assert review["decided_at"]
    assert whose == "her"


@then("nobody waits for an answer any more")
def nobody_waits_for_an_answer(world: World) -> None:
    assert world.person("Mo").gets("/api/staff/reviews")["items"] == []
