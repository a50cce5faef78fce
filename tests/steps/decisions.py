"""Steps of liking, passing, matching and taking it back."""

import asyncio
from typing import Any

from pytest_bdd import given, parsers, then, when

from tests.steps.person import Answer, Person
from tests.steps.world import World

KINDS = {
    "likes": "like",
    "liked": "like",
    "has liked": "like",
    "passes on": "pass",
    "passed on": "pass",
    "has passed on": "pass",
}


def decision(about: Person, kind: str, note: str | None = None) -> dict[str, Any]:
    return {"user_id": about.user_id, "kind": kind, "note": note}


def decide(person: Person, about: Person, kind: str, note: str | None = None) -> Answer:
    person.decided_about = about.user_id
    return person.asks("POST", "/api/me/decisions", json=decision(about, kind, note))


def matches(person: Person) -> list[str]:
    """With whom, each as often as it is listed."""
    return [each["profile"]["user_id"] for each in person.gets("/api/me/matches")["items"]]


@given(parsers.re(r"(?P<name>\w+) (?P<how>has liked|has passed on) (?P<other>\w+)"))
@when(parsers.re(r"(?P<name>\w+) (?P<how>likes|passes on) (?P<other>\w+)"))
def decides(world: World, name: str, how: str, other: str) -> None:
    decide(world.person(name), world.person(other), KINDS[how])


@given(parsers.re(r'(?P<name>\w+) (?P<how>likes|passes on) (?P<other>\w+) with the note "(?P<note>.+)"'))
@when(parsers.re(r'(?P<name>\w+) (?P<how>likes|passes on) (?P<other>\w+) with the note "(?P<note>.+)"'))
def decides_with_note(world: World, name: str, how: str, other: str, note: str) -> None:
    decide(world.person(name), world.person(other), KINDS[how], note)


@when(parsers.parse("{one:w} and {other:w} like each other at the same instant"))
def at_once(world: World, one: str, other: str) -> None:
    ana, ben = world.person(one), world.person(other)

    async def both() -> tuple[Answer, Answer]:
        return await asyncio.gather(
            ana.asking("POST", "/api/me/decisions", json=decision(ben, "like")),
            ben.asking("POST", "/api/me/decisions", json=decision(ana, "like")),
        )

    answers: tuple[Answer, Answer] = world.run(both())
    assert sum(answer.body["match"] is not None for answer in answers) == 1


@when(parsers.parse("the like {name:w} sends to {other:w} arrives twice"))
def twice(world: World, name: str, other: str) -> None:
    person = world.person(name)
    for _ in range(2):
        answer = person.asks(
            "POST",
            "/api/me/decisions",
            headers={"Idempotency-Key": "a-like-sent-once"},
            json=decision(world.person(other), "like"),
        )
        assert answer.accepted


@given(parsers.parse("{one:w} and {other:w} have matched"))
def have_matched(world: World, one: str, other: str) -> None:
    assert decide(world.person(one), world.person(other), "like").accepted
    assert decide(world.person(other), world.person(one), "like").body["match"]


@then(parsers.parse("{one:w} and {other:w} are a match"))
def are_a_match(world: World, one: str, other: str) -> None:
    ana, ben = world.person(one), world.person(other)
    assert (matches(ana), matches(ben)) == ([ben.user_id], [ana.user_id])


@then(parsers.parse("{one:w} and {other:w} are no match"))
def are_no_match(world: World, one: str, other: str) -> None:
    assert (matches(world.person(one)), matches(world.person(other))) == ([], [])


@then(parsers.parse('{name:w} reads {other:w}\'s note "{note}"'))
def reads_note(world: World, name: str, other: str, note: str) -> None:
    assert world.person(name).gets(f"/api/people/{world.person(other).user_id}")["note"] == note


@then(parsers.parse("{name:w} does not know of it"))
def does_not_know(world: World, name: str) -> None:
    """Ben reads the same as before Ana decided: no notice, no note, nothing decided."""
    world.settles()
    ben, ana = world.person(name), world.person("Ana")
    seen = ben.gets(f"/api/people/{ana.user_id}")
    assert (seen["note"], seen["decision"], seen["match"]) == (None, None, None)
    assert [notice["kind"] for notice in ben.gets("/api/me/notices")["items"]] == ["daily_matches"]
    assert ben.introduction_to(ana)["decision"] is None


@then("a quiet notice tells each of them of the other, once")
def mutual_notice(world: World) -> None:
    ana, ben = world.person("Ana"), world.person("Ben")
    for person, other in ((ana, ben), (ben, ana)):
        notices = person.gets("/api/me/notices")["items"]
        assert [n["subject"] for n in notices if n["kind"] == "mutual_match"] == [other.user_id]


@when(parsers.parse("{name:w} takes it back"))
def takes_back(world: World, name: str) -> None:
    person = world.person(name)
    about = person.decided_about or world.person("Ben").user_id
    person.asks("POST", "/api/me/decisions/undo", json={"user_id": about})


@then(parsers.parse("nothing is decided between {name:w} and {other:w}"))
def nothing_decided(world: World, name: str, other: str) -> None:
    assert world.person(name).gets(f"/api/people/{world.person(other).user_id}")["decision"] is None


@then(parsers.parse("{name:w} may like {other:w}"))
def may_like(world: World, name: str, other: str) -> None:
    assert decide(world.person(name), world.person(other), "like").accepted


@then(parsers.re(r"(?P<name>\w+)'s (?P<_>pass on|like of) (?P<other>\w+) stands"))
def stands(world: World, name: str, other: str) -> None:
    answer = decide(world.person(name), world.person(other), "like")
    assert answer.reasons == {"already_decided"}


@given(parsers.parse("{name:w} blocks {other:w}"))
@when(parsers.parse("{name:w} blocks {other:w}"))
def blocks(world: World, name: str, other: str) -> None:
    world.person(name).asks("POST", "/api/me/blocks", json={"user_id": world.person(other).user_id})


@when(parsers.parse("{name:w} lifts the block of {other:w}"))
def lifts(world: World, name: str, other: str) -> None:
    world.person(name).does("DELETE", f"/api/me/blocks/{world.person(other).user_id}")


@then(parsers.parse("{one:w} and {other:w} are gone for one another"))
def gone(world: World, one: str, other: str) -> None:
    """Neither is introduced, listed, looked up or told of, nor liked."""
    ana, ben = world.person(one), world.person(other)
    for person, missing in ((ana, ben), (ben, ana)):
        assert person.introduction_to(missing) is None
        assert missing.user_id not in matches(person)
        assert missing.user_id not in {notice["subject"] for notice in person.gets("/api/me/notices")["items"]}
        assert person.asks("GET", f"/api/people/{missing.user_id}").status == 404
        assert decide(person, missing, "like").reasons == {"person_missing"}


@then(parsers.parse("{name:w} blocks {other:w} by name"))
def blocks_by_name(world: World, name: str, other: str) -> None:
    (blocked,) = world.person(name).gets("/api/me/blocks")["items"]
    assert (blocked["user_id"], blocked["name"]) == (world.person(other).user_id, other)


@then(parsers.parse("{name:w} blocks nobody"))
def blocks_nobody(world: World, name: str) -> None:
    assert world.person(name).gets("/api/me/blocks")["items"] == []
