"""Steps of the morning's introductions: when they come, who is in them, and what they say."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_bdd import given, parsers, then, when

from saltbitter_domain.profiles.catalogue import INTERESTS, VALUES
from tests.steps.profiles import edit
from tests.steps.residents import men
from tests.steps.world import World

TOLD_IN_CONFIDENCE = {"answers", "scores", "anxiety", "avoidance", "style", "classification", "blend"}
MISSING = {"the first photo": "primary_photo", "the break": "paused"}
SHORT = "fewer_eligible_than_quota"


def day(world: World, name: str) -> Any:
    """The person's day as it is shown to them."""
    return world.person(name).gets("/api/me/daily-matches")


def shown(world: World, name: str) -> list[str]:
    """Who is in it, in order."""
    return [each["profile"]["user_id"] for each in world.person(name).introductions()]


@then(parsers.parse("{name:w}'s introductions are those of {date}, and the next come at {clock} UTC"))
def of_the_day_and_next(world: World, name: str, date: str, clock: str) -> None:
    of_the_day(world, name, date)
    next_at = datetime.fromisoformat(day(world, name)["next_at"]).astimezone(UTC)
    assert f"{next_at:%H:%M}" == clock


@then(parsers.re(r"(?P<name>\w+)'s introductions are those of (?P<date>[\d-]+)"))
def of_the_day(world: World, name: str, date: str) -> None:
    todays = day(world, name)
    assert todays["day"] == date
    assert todays["suggestions"]


@given(parsers.parse("{name:w} has looked at the introductions"), target_fixture="looked_at")
def looked_at(world: World, name: str) -> list[str]:
    if not shown(world, name):
        world.passes(timedelta(minutes=5))
    return shown(world, name)


@when(parsers.parse("{number:d} more people come to live there"))
def more_people(world: World, number: int) -> None:
    world.settle_in(men(number))


@then(parsers.parse("{name:w}'s introductions are as they were"))
def as_they_were(world: World, name: str, looked_at: list[str]) -> None:
    assert shown(world, name) == looked_at


@then(parsers.parse("{name:w} was given notice of introductions on {one} and {other} only"))
def notices_of(world: World, name: str, one: str, other: str) -> None:
    notices = world.person(name).gets("/api/me/notices")["items"]
    assert [notice["subject"] for notice in notices if notice["kind"] == "daily_matches"] == [other, one]


@then(parsers.re(r"(?P<name>\w+) has (?P<number>\d+) introductions"))
def has_so_many(world: World, name: str, number: str) -> None:
    assert len(set(shown(world, name))) == int(number)
    assert day(world, name)["short_because"] is None


@then(parsers.parse("{name:w} has {number:d} introductions and is told that these are all"))
def has_all(world: World, name: str, number: int) -> None:
    assert len(set(shown(world, name))) == number
    assert day(world, name)["short_because"] == SHORT


@then(parsers.parse("{name:w} has introductions"))
def has_some(world: World, name: str) -> None:
    todays = day(world, name)
    assert todays["missing"] == []
    assert todays["suggestions"]


@then(parsers.parse("{name:w} has no introductions, because of {what}"))
def has_none(world: World, name: str, what: str) -> None:
    todays = day(world, name)
    assert todays["suggestions"] == []
    assert todays["missing"] == [MISSING[what]]


@then(parsers.parse("a quiet notice tells {name:w} of the new introductions"))
def quiet_notice(world: World, name: str) -> None:
    (notice,) = world.person(name).gets("/api/me/notices")["items"]
    assert (notice["kind"], notice["subject"]) == ("daily_matches", day(world, name)["day"])
    assert notice["seen_at"] is None


@then("no mail does")
@then("no mail was sent")
def no_mail(world: World) -> None:
    world.settles()
    assert world.application.adapters.mailer().inbox() == []


@when(parsers.parse("{name:w} has looked at the notices"))
def sees_notices(world: World, name: str) -> None:
    world.person(name).does("POST", "/api/me/notices/seen")


@then("none of them is new")
def none_is_new(world: World) -> None:
    assert all(notice["seen_at"] for notice in world.person("Ana").gets("/api/me/notices")["items"])


@then(parsers.re(r"(?P<one>\w+) and (?P<other>\w+) are (?P<whether>introduced|not introduced)"))
def introduced(world: World, one: str, other: str, whether: str) -> None:
    for viewer, about in ((one, other), (other, one)):
        is_introduced(world, viewer, whether, about)


@then(parsers.re(r"(?P<viewer>\w+) is (?P<whether>introduced|not introduced) to (?P<about>\w+)"))
def is_introduced(world: World, viewer: str, whether: str, about: str) -> None:
    assert bool(world.person(viewer).introduction_to(world.person(about))) == (whether == "introduced")


@given(parsers.parse("both of them love {labels}"))
def both_love(world: World, labels: str) -> None:
    loves(world, "Ana", labels)
    loves(world, "Ben", labels)


@given(parsers.parse("{name:w} loves {labels}"))
def loves(world: World, name: str, labels: str) -> None:
    assert edit(world.person(name), interests=_keys(labels)).accepted


@given(parsers.parse("both of them put {label:w} first"))
def both_put_first(world: World, label: str) -> None:
    (first,) = (value for value, wording in VALUES.items() if wording.label == label)
    for name in ("Ana", "Ben"):
        assert edit(world.person(name), values={value: 7 if value is first else 3 for value in VALUES}).accepted


@given("both of them look for a life partner")
def both_look_for(world: World) -> None:
    for name in ("Ana", "Ben"):
        assert edit(world.person(name), intention="life_partner").accepted


@then(parsers.parse("{name:w} reads that they share {labels}"))
def reads_interests(world: World, name: str, labels: str) -> None:
    (words,) = _other(world, name, "interests")["sentences"]
    assert all(INTERESTS[key].label in words for key in _keys(labels))


@then(parsers.parse("{name:w} reads that both put {label:w} among what matters most"))
def reads_value(world: World, name: str, label: str) -> None:
    assert f"You both put {label} among what matters most." in _other(world, name, "values")["sentences"]


@then(parsers.parse("{name:w} reads that both are looking for a partner for life"))
def reads_intention(world: World, name: str) -> None:
    assert "You are both looking for a partner for life." in _other(world, name, "demographics")["sentences"]


@then(parsers.parse("{name:w} reads that their interests differ"))
def reads_difference(world: World, name: str) -> None:
    assert _other(world, name, "interests")["band"] == "differs"


@then(parsers.parse("{name:w} reads that {factor:w} is unknown"))
def reads_unknown(world: World, name: str, factor: str) -> None:
    told = _other(world, name, factor)
    assert (told["band"], told["confidence"]) == ("unknown", "low")
    assert told["sentences"][0].startswith(("You have not", "Not both of you"))


@then(parsers.parse("{name:w} reads the same about {one:w} as about {other:w}"))
def reads_the_same(world: World, name: str, one: str, other: str) -> None:
    about_one, about_other = (world.person(name).introduction_to(world.person(each)) for each in (one, other))
    assert about_one["explanation"] == about_other["explanation"]


@then(parsers.parse("{one:w} and {other:w} read different words about attachment with {about:w}"))
def read_differently(world: World, one: str, other: str, about: str) -> None:
    ben = world.person(about)
    words = [world.person(name).explanation_of("attachment", ben)["sentences"] for name in (one, other)]
    assert words[0] != words[1]


@then(parsers.parse("nothing {name:w} can read of {other:w} holds his answers, his scores or his style"))
def nothing_leaks(world: World, name: str, other: str) -> None:
    reader, about = world.person(name), world.person(other)
    for read in (reader.introduction_to(about), reader.gets(f"/api/people/{about.user_id}")):
        keys, texts = set[str](), list[str]()
        _collect(read, keys, texts)
        assert not keys & TOLD_IN_CONFIDENCE
        assert not [text for text in texts if any(word in text.lower() for word in ("anxi", "avoid", "fearful"))]


def _collect(read: Any, keys: set[str], texts: list[str]) -> None:
    """Every key and every text in it."""
    if isinstance(read, dict):
        keys.update(read)
        read = list(read.values())
    if isinstance(read, list):
        for each in read:
            _collect(each, keys, texts)
    elif isinstance(read, str):
        texts.append(read)


def _keys(labels: str) -> list[str]:
    by_label = {interest.label: key for key, interest in INTERESTS.items()}
    return sorted(by_label[label] for label in labels.replace(" and ", ", ").split(", "))


def _other(world: World, name: str, factor: str) -> Any:
    """What Ana is told of Ben, or he of her."""
    return world.person(name).explanation_of(factor, world.person("Ben" if name == "Ana" else "Ana"))
