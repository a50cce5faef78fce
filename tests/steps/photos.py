"""Steps of photos: showing them, what becomes of them, and taking them away."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps
from pytest_bdd import given, parsers, then, when

from tests.steps.members import settle_in
from tests.steps.person import Person
from tests.steps.world import World

PHOTOGRAPHS = Path(__file__).parents[1] / "data" / "photos"
MEDIA_TYPES = {".jpg": "image/jpeg", ".heic": "image/heic"}
PLACE_AND_CAMERA = (b"Houston", b"Exif", b"GPS", b"http://ns.adobe.com")

REFUSALS: Mapping[str, str] = {
    "no face can be seen": "no_face",
    "there is more than one face": "several_faces",
    "it cannot be opened": "unreadable",
    "it was removed before": "removed_before",
}


def picture(shade: int = 120) -> bytes:
    """A small picture, whatever it shows."""
    file = BytesIO()
    Image.new("RGB", (96, 128), (shade, 160, 90)).save(file, "JPEG")
    return file.getvalue()


FACE = picture()


def show(person: Person, content: bytes, media_type: str = "image/jpeg") -> Any:
    """Upload a photo; what was answered."""
    return person.asks("POST", "/api/me/photos", data=content, headers={"Content-Type": media_type}).body


def photos(person: Person) -> list[Any]:
    items: list[Any] = person.gets("/api/me/photos")["items"]
    return items


@given(parsers.parse("{name:w} is a member without photos"))
def without_photos(world: World, name: str) -> None:
    person = settle_in(world, name)
    for photo in photos(person):
        person.does("DELETE", f"/api/me/photos/{photo['id']}")


@given(parsers.parse("{name:w} is a member with two photos"))
def with_two(world: World, name: str) -> None:
    show(settle_in(world, name), FACE)
    world.settles()


@given(parsers.parse("{name:w} is a member with six photos"))
def with_six(world: World, name: str) -> None:
    person = settle_in(world, name)
    for _ in range(5):
        show(person, FACE)
    assert len(photos(person)) == 6


@given(parsers.parse("{one:w} and {other:w} are members without photos"))
def both_without_photos(world: World, one: str, other: str) -> None:
    without_photos(world, one)
    without_photos(world, other)


@given(parsers.parse('{name:w} shows the photograph "{file}"'))
@when(parsers.parse('{name:w} shows the photograph "{file}"'))
def shows_photograph(world: World, name: str, file: str) -> None:
    path = PHOTOGRAPHS / file
    show(world.person(name), path.read_bytes(), MEDIA_TYPES[path.suffix])


@when(parsers.parse('{name:w} shows the photograph "{file}", a little smaller and saved anew'))
def shows_it_anew(world: World, name: str, file: str) -> None:
    anew = BytesIO()
    with Image.open(PHOTOGRAPHS / file) as image:
        upright = ImageOps.exif_transpose(image)
        upright.resize((upright.width * 4 // 5, upright.height * 4 // 5)).save(anew, "JPEG", quality=60)
    show(world.person(name), anew.getvalue())


@when(parsers.re(r"(?P<name>\w+) shows a picture with (?P<faces>\d) faces?"))
def shows_faces(world: World, name: str, faces: str) -> None:
    world.application.adapters.faces().faces = int(faces)
    show(world.person(name), FACE)


@when(parsers.parse("{name:w} shows a picture that ends in the middle"))
def shows_half(world: World, name: str) -> None:
    whole = (PHOTOGRAPHS / "portrait.jpg").read_bytes()
    show(world.person(name), whole[: len(whole) // 2])


@when(parsers.parse("{name:w} shows a text as a photo"))
def shows_text(world: World, name: str) -> None:
    show(world.person(name), b"I look like this: :-)")


@then(parsers.parse("{name:w}'s photo is being looked at"))
def being_looked_at(world: World, name: str) -> None:
    assert [photo["state"] for photo in photos(world.person(name))] == ["processing"]


@then("it comes upright in three sizes, and nothing in it tells where or with what it was taken")
def upright_and_clean(world: World) -> None:
    (photo,) = photos(world.person("Ana"))
    assert (photo["width"], photo["height"]) == (384, 512)
    assert {address["size"] for address in photo["addresses"]} == {"1080", "480", "160"}
    for address in photo["addresses"]:
        content = world.asks("GET", address["url"]).body
        rendition = Image.open(BytesIO(content))
        assert rendition.format == address["format"].upper()
        assert rendition.height == min(512, int(address["size"]))
        assert rendition.height > rendition.width
        assert not rendition.getexif()
        assert not any(trace in content for trace in PLACE_AND_CAMERA)


@then(parsers.parse("{name:w}'s photo is refused, because {reason}"))
def refused(world: World, name: str, reason: str) -> None:
    (photo,) = photos(world.person(name))
    assert (photo["state"], photo["refusal"]) == ("refused", REFUSALS[reason])
    assert photo["what_to_do"]


@then(parsers.parse("both of {name:w}'s photos are approved"))
def both_approved(world: World, name: str) -> None:
    assert [photo["state"] for photo in photos(world.person(name))] == ["approved", "approved"]


@then("the new one cannot be put first")
def not_first(world: World) -> None:
    ana = world.person("Ana")
    old, new = (photo["id"] for photo in photos(ana))
    answer = ana.asks("PUT", "/api/me/photos/order", json={"photo_ids": [new, old]})
    assert answer.reasons == {"primary_photo_unfit"}


@given(parsers.parse("a photo of {name:w} was refused, because {reason}"))
def was_refused(world: World, name: str, reason: str) -> None:
    shows_faces(world, name, "0")
    world.settles()
    refused(world, name, reason)


@given(parsers.parse('{name:w} has appealed: "{words}"'))
@when(parsers.parse('{name:w} appeals: "{words}"'))
def appeals(world: World, name: str, words: str) -> None:
    person = world.person(name)
    (photo,) = photos(person)
    person.asks("POST", f"/api/me/photos/{photo['id']}/appeal", json={"words": words})


@then("the photo waits for a person to look again")
def waits(world: World) -> None:
    (photo,) = photos(world.person("Ana"))
    assert (photo["state"], photo["appeal"]) == ("appealed", "It is me, in the mirror")


@when(parsers.parse('{name:w} looks at the appeals and {decides}: "{reason}"'))
def decides_on_the_appeal(world: World, name: str, decides: str, reason: str) -> None:
    (photo,) = world.person(name).gets("/api/staff/photos/waiting")["items"]
    assert photo["appeal"] == "It is me, in the mirror"
    assert world.asks("GET", photo["addresses"][0]["url"]).accepted
    decision = {"refusal": {"approves": None, "refuses again": "no_face"}[decides], "reason": reason}
    world.person(name).does("POST", f"/api/staff/photos/{photo['id']}/review", json=decision)
    world.settles()


@given("the machine that judges photos is away")
def moderator_away(world: World) -> None:
    world.application.adapters.moderator().away = True


@when("the machine that judges photos is back")
def moderator_back(world: World) -> None:
    world.application.adapters.moderator().away = False


@then("Ana's photo waits for a person to look, and Ana reads that")
def waits_for_a_first_look(world: World) -> None:
    (photo,) = photos(world.person("Ana"))
    assert photo["state"] == "in_review"
    assert "A person looks at this photo" in photo["what_to_do"]


@when(parsers.re(r'Mo looks at the photos that wait and (?:approves it|refuses it: "(?P<reason>.+)")'))
def decides_at_the_first_look(world: World, reason: str | None) -> None:
    mo = world.person("Mo")
    (photo,) = mo.gets("/api/staff/photos/waiting")["items"]
    assert (photo["state"], photo["appeal"]) == ("in_review", None)
    decision = {"refusal": "not_allowed", "reason": reason} if reason else {"refusal": None}
    mo.does("POST", f"/api/staff/photos/{photo['id']}/review", json=decision)
    world.settles()


@when(parsers.parse('Mo refuses it, because its owner seems to be a minor: "{reason}"'))
def refuses_a_minor(world: World, reason: str) -> None:
    mo = world.person("Mo")
    (photo,) = mo.gets("/api/staff/photos/waiting")["items"]
    decision = {"refusal": "not_allowed", "reason": reason, "owner_seems_under_age": True}
    assert mo.does("POST", f"/api/staff/photos/{photo['id']}/review", json=decision)["state"] == "refused"
    world.settles()


@then(parsers.parse('a mail tells {name:w} that only adults are members: "{reason}"'))
def mail_tells_a_minor(world: World, name: str, reason: str) -> None:
    told = [data["reason"] for mail, data in world.inbox(world.person(name)) if mail == "suspended_under_age"]
    assert told == [reason]


@then(parsers.re(r"Ana's photo is (?P<state>approved|refused)"))
def stands_so(world: World, state: str) -> None:
    assert [(photo["state"], photo["position"]) for photo in photos(world.person("Ana"))] == [(state, 0)]


@then(parsers.parse("a mail tells Ana what became of it: {mail:w}"))
def mail_says_what_became_of_it(world: World, mail: str) -> None:
    assert world.inbox(world.person("Ana"))[0][0] == mail


@when(parsers.parse('{name:w} takes {owner:w}\'s photo down: "{reason}"'))
def takes_down(world: World, name: str, owner: str, reason: str) -> None:
    world.settles()
    (photo,) = photos(world.person(owner))
    world.person(name).does("POST", f"/api/staff/photos/{photo['id']}/removal", json={"reason": reason})
    world.settles()


@then(parsers.parse('{name:w}\'s photo is {state:w}, and beside it stands "{reason}"'))
def stands_beside(world: World, name: str, state: str, reason: str) -> None:
    (photo,) = photos(world.person(name))
    assert (photo["state"], photo["reason"]) == (state, reason)


@then(parsers.parse('a mail tells {name:w} "{reason}"'))
def mail_tells(world: World, name: str, reason: str) -> None:
    template, data = world.inbox(world.person(name))[0]
    assert template in {"photo_approved", "photo_refused"}
    assert data["reason"] == reason


@then("nobody waits for a decision any more")
def nobody_waits(world: World) -> None:
    assert world.person("Mo").gets("/api/staff/photos/waiting")["items"] == []


@when(parsers.parse("{name:w} deletes the first photo"), target_fixture="kept_photo")
def deletes_first(world: World, name: str) -> str:
    person = world.person(name)
    first, kept = (photo["id"] for photo in photos(person))
    person.does("DELETE", f"/api/me/photos/{first}")
    return str(kept)


@then("the other photo is the first")
def other_is_first(world: World, kept_photo: str) -> None:
    assert [(photo["id"], photo["position"]) for photo in photos(world.person("Ana"))] == [(kept_photo, 0)]


@given(parsers.parse("{viewer:w} has opened a photo that {name:w} added"), target_fixture="opened_photo")
def has_opened(world: World, viewer: str, name: str) -> Any:
    show(world.person(name), FACE)
    world.settles()
    photo = _seen_photos(world, viewer, name)[-1]
    assert world.asks("GET", photo["addresses"][0]["url"]).accepted
    return photo


@when(parsers.parse("{name:w} deletes that photo"))
def deletes_it(world: World, name: str, opened_photo: Any) -> None:
    world.person(name).does("DELETE", f"/api/me/photos/{opened_photo['id']}")


@then(parsers.parse("{viewer:w} can no longer open it"))
def cannot_open(world: World, viewer: str, opened_photo: Any) -> None:
    assert opened_photo["id"] not in {photo["id"] for photo in _seen_photos(world, viewer, "Ana")}
    for address in opened_photo["addresses"]:
        assert not world.asks("GET", address["url"]).accepted


def _seen_photos(world: World, viewer: str, name: str) -> list[Any]:
    seen: list[Any] = world.person(viewer).gets(f"/api/people/{world.person(name).user_id}")["profile"]["photos"]
    return seen
