"""Steps of what happens when data has got into wrong hands."""

from datetime import datetime, timedelta
from typing import Any

from pytest_bdd import given, parsers, then, when

from saltbitter_domain.users.model import Role
from tests.steps.members import settle_in
from tests.steps.second_factor import App, sets_up, works_here
from tests.steps.world import World

TOLD = {
    "happened": "Somebody guessed a password.",
    "consequences": "They saw your profile.",
    "measures": "They are out.",
}
NOTICES = {
    "en": TOLD,
    "de": {
        "happened": "Jemand hat ein Passwort erraten.",
        "consequences": "Ihr Profil wurde gesehen.",
        "measures": "Das Konto ist zu.",
    },
}


@given(parsers.parse("{name:w} is an admin"))
def is_admin(world: World, name: str) -> None:
    settle_in(world, name)
    works_here(world, name, Role.ADMIN)
    sets_up(world, name, App())


@given(parsers.parse("a stranger with {name:w}'s password looks at {other:w}'s profile"))
def stranger_looks(world: World, name: str, other: str) -> None:
    world.person(name).gets(f"/api/people/{world.person(other).user_id}", on="a stranger's phone")
    world.passes(timedelta(minutes=2))


def reported(world: World, name: str, **scope: Any) -> str:
    """The address of a breach that was just reported."""
    report = {"scope": scope, "words": "Somebody wrote to us."}
    breach_id = world.person(name).does("POST", "/api/staff/breaches", json=report)["id"]
    return f"/api/staff/breaches/{breach_id}"


@when(parsers.parse("{name:w} finds out, and has everybody written to whom {other:w}'s account saw today"))
def has_written_to(world: World, name: str, other: str) -> None:
    admin, actor = world.person(name), world.person(other).user_id
    scope = {"since": (world.now - timedelta(hours=1)).isoformat(), "acts": ["profile_read"], "actors": [actor]}
    breach = reported(world, name, **scope)
    admin.does("POST", f"{breach}/decisions", json={"decision": "confirm", "words": "Ben was elsewhere."})
    severity = {"context": "sensitive", "identification": "significant", "confidentiality": "limited"}
    assessment = {"severity": severity, "scope": scope, "words": "All that was seen.", **TOLD}
    del assessment["happened"]
    admin.does("POST", f"{breach}/assessment", json=assessment)
    world.settles()
    admin.does("POST", f"{breach}/member-notices", json={"notices": NOTICES, "words": "Better told."})
    world.settles()


@then(parsers.parse("{name:w} is mailed what happened, what it may mean and what to do"))
def is_mailed(world: World, name: str) -> None:
    template, data = world.inbox(world.person(name))[0]
    assert template == "breach_notice"
    assert {key: data[key] for key in TOLD} == TOLD


@then(parsers.parse("{name:w} is mailed nothing about it"))
def is_mailed_nothing(world: World, name: str) -> None:
    assert "breach_notice" not in [template for template, _ in world.inbox(world.person(name))]


@when(parsers.parse("{name:w} confirms that data was lost"))
def confirms(world: World, name: str) -> None:
    breach = reported(world, name, since=(world.now - timedelta(days=1)).isoformat(), everybody=True)
    world.person(name).does("POST", f"{breach}/decisions", json={"decision": "confirm", "words": "It was all of it."})


@then("the authority has to be told within 72 hours")
def told_within(world: World) -> None:
    due_at = world.person("Ada").answer.body["due_at"]
    assert datetime.fromisoformat(due_at) == world.now + timedelta(hours=72)
