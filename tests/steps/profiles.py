"""Steps of profiles: what they say, what others see of them, and who may see them at all."""

from datetime import timedelta
from typing import Any

from pytest_bdd import given, parsers, then, when

from saltbitter_domain.profiles.catalogue import INTERESTS, PROMPTS
from tests.steps.person import Answer, Person
from tests.steps.photos import FACE, show
from tests.steps.residents import LISBON
from tests.steps.world import World

PLACES = {
    "Lisbon": (LISBON.latitude, LISBON.longitude),
    "Sintra": (38.8029, -9.3817),
}
VISIBILITIES = {"takes a break": "paused", "has taken a break": "paused", "comes back": "active"}


def edit(person: Person, **changes: Any) -> Answer:
    """Read the profile and write it again with these changes."""
    read = person.asks("GET", "/api/me/profile")
    return write(person, read, **changes)


def write(person: Person, read: Answer, *, on: str = "phone", **changes: Any) -> Answer:
    """Write the profile that was read, with these changes."""
    headers = {"If-Match": read.headers["ETag"]}
    return person.asks("PUT", "/api/me/profile", on=on, headers=headers, json={**read.body["content"], **changes})


def seen_by(viewer: Person, other: Person) -> Any:
    """The other's profile as the viewer sees it."""
    return viewer.gets(f"/api/people/{other.user_id}")["profile"]


def become(person: Person, visibility: str) -> None:
    headers = {"If-Match": person.asks("GET", "/api/me/profile").headers["ETag"]}
    person.does("PUT", "/api/me/visibility", headers=headers, json={"visibility": visibility})


@then(parsers.parse("{viewer:w} sees {name:w}'s name, age, city and interests"))
def sees_profile(world: World, viewer: str, name: str) -> None:
    profile = seen_by(world.person(viewer), world.person(name))
    assert (profile["name"], profile["age"], profile["city"]) == (name, 32, "Lisbon")
    assert set(profile["interests"]) == {"hiking", "cooking", "chess", "jazz", "museums"}


@then(parsers.parse("{viewer:w} sees neither {name:w}'s birthday, nor what {_:w} values, nor whom {_:w} hopes to meet"))
def sees_no_more(world: World, viewer: str, name: str) -> None:
    profile = seen_by(world.person(viewer), world.person(name))
    assert profile.keys() == {
        *("user_id name pronouns age genders intention has_children wants_children smoking drinking education".split()),
        *("religion languages bio prompts interests city distance photos".split()),
    }


@when(parsers.parse("{name:w} names {number:d} interests"))
def names_interests(world: World, name: str, number: int) -> None:
    edit(world.person(name), interests=sorted(INTERESTS)[:number])


@when(parsers.parse('{name:w} writes "{words}" about herself'))
def writes(world: World, name: str, words: str) -> None:
    assert edit(world.person(name), bio=words).accepted


@then(parsers.parse('the profile says "{words}"'))
def says(world: World, words: str) -> None:
    assert world.person("Ana").gets("/api/me/profile")["content"]["bio"] == words


@then(parsers.parse("the profile asks for a first photo before {name:w} can meet people"))
def asks_for_photo(world: World, name: str) -> None:
    assert {part["part"] for part in _missing(world) if part["required"]} == {"primary_photo"}
    assert "primary_photo" in world.person(name).gets("/api/me/daily-matches")["missing"]


@then("says of interests why they would help")
def says_why(world: World) -> None:
    (interests,) = (part for part in _missing(world) if part["part"] == "interests")
    assert "fit" in interests["why"]


@then(parsers.parse("everything else is {name:w}'s choice"))
def rest_is_choice(world: World, name: str) -> None:
    assert world.person(name).gets("/api/me/daily-matches")["missing"] == ["primary_photo"]


@when(parsers.parse("{name:w} fills in all there is and shows three photos"))
def fills_in(world: World, name: str) -> None:
    person = world.person(name)
    everything = {
        "has_children": "no",
        "wants_children": "maybe",
        "drinking": "rarely",
        "prompts": [{"prompt": min(PROMPTS), "answer": "Tea on the roof."}],
    }
    assert edit(person, **everything).accepted
    for _ in range(2):
        show(person, FACE)
    world.settles()


@then("the profile is complete")
def complete(world: World) -> None:
    assert world.person("Ana").gets("/api/me/profile/completeness") == {"percent": 100, "missing": []}


@given(parsers.parse("{name:w} has opened the profile on a phone and on a laptop"), target_fixture="opened")
def opened(world: World, name: str) -> dict[str, Answer]:
    person = world.person(name)
    return {device: person.asks("GET", "/api/me/profile", on=device) for device in ("phone", "laptop")}


@when(parsers.parse('{name:w} writes "{words}" on the {device:w}'))
def writes_on(world: World, name: str, words: str, device: str, opened: dict[str, Answer]) -> None:
    write(world.person(name), opened[device], on=device, bio=words)


@given(parsers.parse("{name:w} has stated an orientation"))
@when(parsers.parse("{name:w} states an orientation"))
def states_orientation(world: World, name: str) -> None:
    edit(world.person(name), orientation="bisexual")


@then(parsers.parse("{name:w}'s profile states no orientation"))
def no_orientation(world: World, name: str) -> None:
    assert world.person(name).gets("/api/me/profile")["content"]["orientation"] is None


@given(parsers.parse("{name:w} has stated a religion"))
def states_religion(world: World, name: str) -> None:
    assert edit(world.person(name), religion="hindu").accepted


@then(parsers.parse("{name:w}'s profile states no religion"))
def no_religion(world: World, name: str) -> None:
    assert world.person(name).gets("/api/me/profile")["content"]["religion"] is None


@then(parsers.parse("{name:w}'s profile states nobody sought"))
def nobody_sought(world: World, name: str) -> None:
    assert world.person(name).gets("/api/me/profile")["content"]["preferences"]["genders"] == []


@given(parsers.parse("{viewer:w} has looked at where {name:w} is"), target_fixture="whereabouts")
def looked_where(world: World, viewer: str, name: str) -> Any:
    return where(world.person(viewer), world.person(name))


@when(parsers.parse("{name:w} moves about in the neighbourhood for an hour"))
def moves_about(world: World, name: str) -> None:
    for minutes in range(0, 60, 12):
        world.passes(timedelta(minutes=12))
        metres = 300 * (minutes // 12 - 2)
        place = {"latitude": LISBON.latitude + metres / 111_200, "longitude": LISBON.longitude - metres / 90_000}
        world.person(name).does("PUT", "/api/me/location", json=place)


@then(parsers.parse("where {name:w} is looks to {viewer:w} as it did"))
def looks_the_same(world: World, name: str, viewer: str, whereabouts: Any) -> None:
    assert where(world.person(viewer), world.person(name)) == whereabouts


def where(viewer: Person, other: Person) -> Any:
    """All that the viewer reads of the other, but for the addresses of photos, which change by the minute."""
    read = viewer.introduction_to(other), viewer.gets(f"/api/people/{other.user_id}")
    for each in read:
        del each["profile"]["photos"]
    return read


@given(parsers.parse("{name:w} has moved to {place}"))
@when(parsers.parse("{name:w} moves to {place}"))
def moves(world: World, name: str, place: str) -> None:
    latitude, longitude = PLACES[place]
    world.person(name).asks("PUT", "/api/me/location", json={"latitude": latitude, "longitude": longitude})


@given(parsers.re(r"(?P<name>\w+) (?P<how>has taken a break)"))
@when(parsers.re(r"(?P<name>\w+) (?P<how>takes a break|comes back)"))
def break_or_back(world: World, name: str, how: str) -> None:
    become(world.person(name), VISIBILITIES[how])


@when(parsers.parse("{name:w} goes incognito"))
def goes_incognito(world: World, name: str) -> None:
    become(world.person(name), "incognito")


def _missing(world: World) -> list[Any]:
    missing: list[Any] = world.person("Ana").gets("/api/me/profile/completeness")["missing"]
    return missing
