"""Steps of the second factor."""

from datetime import timedelta
from uuid import UUID

import attrs
import pyotp
import pytest
from pytest_bdd import given, parsers, then, when

from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import Role
from tests.doubles.passkeys import Authenticator
from tests.steps.members import settle_in
from tests.steps.person import Person
from tests.steps.signing_in import on_a_device, sign_in
from tests.steps.world import World


@attrs.define
class App:
    """An authenticator app, the recovery codes beside it, and where their member is signing in."""

    secret: str = ""
    recovery_codes: tuple[str, ...] = ()
    device: str = "tablet"
    used: str = ""

    def shows(self, world: World) -> str:
        return pyotp.TOTP(self.secret).at(world.now)


@pytest.fixture
def app() -> App:
    return App()


@given(parsers.parse("{name:w} has a second factor"))
@when(parsers.parse("{name:w} sets up a second factor"))
def sets_up(world: World, name: str, app: App) -> None:
    person = world.person(name)
    app.secret = person.does("POST", "/api/me/second-factor", json={"password": person.password})["secret"]
    confirmed = person.does("POST", "/api/me/second-factor/confirm", json={"code": app.shows(world)})
    app.recovery_codes = tuple(confirmed["recovery_codes"])
    world.passes(timedelta(seconds=30))  # the app shows its next code


@then(parsers.parse("{name:w} has ten recovery codes"))
def ten_codes(world: World, name: str, app: App) -> None:
    assert len(set(app.recovery_codes)) == 10
    assert world.person(name).gets("/api/me/second-factor")["recovery_codes_left"] == 10


@when(parsers.parse("{name:w} signs in with the password on the {device:w}"))
def with_password(world: World, name: str, device: str, app: App) -> None:
    app.device = device
    assert sign_in(world.person(name), device).accepted


@then(parsers.parse("{name:w}'s {device:w} is let in no further"))
def no_further(world: World, name: str, device: str) -> None:
    person = world.person(name)
    assert set(person.answer.body) == {"challenge_token", "challenge_expires_at", "passkeys"}
    assert world.run(person.sending("GET", "/api/me", on=device)).reasons == {"access_token_missing"}


def give(person: Person, app: App, code: str) -> None:
    person.answer = person.world.run(person.answering(app.device, code))


@when(parsers.parse("{name:w} gives the code that the app shows"))
def gives_code(world: World, name: str, app: App) -> None:
    app.used = app.shows(world)
    give(world.person(name), app, app.used)


@given(parsers.parse("{name:w} has signed in on the {device:w} with the code that the app shows"))
def signed_in_with_code(world: World, name: str, device: str, app: App) -> None:
    with_password(world, name, device, app)
    gives_code(world, name, app)
    assert world.person(name).answer.accepted


@when(parsers.parse("{name:w} gives a recovery code"))
def gives_recovery_code(world: World, name: str, app: App) -> None:
    give(world.person(name), app, app.recovery_codes[0])


def intruder(world: World, name: str) -> Person:
    """Somebody else who knows the member's password."""
    somebody = world.person("Somebody")
    somebody.email = world.person(name).email
    return somebody


@when(parsers.parse("somebody who looked over {name:w}'s shoulder signs in with the same code"))
def over_the_shoulder(world: World, name: str, app: App) -> None:
    somebody = intruder(world, name)
    assert sign_in(somebody, app.device).accepted
    give(somebody, app, app.used)


@given(parsers.parse("somebody who knows {name:w}'s password has tried five codes"))
def five_codes(world: World, name: str, app: App) -> None:
    assert sign_in(intruder(world, name), app.device).accepted
    for _ in range(5):
        tries_another(world, app)
        assert world.person("Somebody").answer.reasons >= {"code_refused"}


@when("they try another")
def tries_another(world: World, app: App) -> None:
    near = {pyotp.TOTP(app.secret).at(world.now + timedelta(seconds=off)) for off in (-30, 0, 30)}
    give(
        world.person("Somebody"),
        app,
        next(code for code in ("000000", "111111", "222222", "333333") if code not in near),
    )


@when(parsers.parse("{name:w} removes the second factor with the password and a code"))
def removes(world: World, name: str, app: App) -> None:
    person = world.person(name)
    person.does("POST", "/api/me/second-factor/remove", json=proof(world, person, app))


@then(parsers.parse("{name:w} can sign in with the password alone"))
def alone(world: World, name: str) -> None:
    on_a_device(world, name, "tablet")
    assert world.person(name).device("tablet").tokens


@pytest.fixture
def passkey(world: World) -> Authenticator:
    return Authenticator(world.application.adapters.settings().public_url)


@given(parsers.parse("{name:w} has a passkey"))
@when(parsers.parse("{name:w} adds a passkey with the password and a code"))
def adds_passkey(world: World, name: str, app: App, passkey: Authenticator) -> None:
    person = world.person(name)
    options = person.does("POST", "/api/me/passkeys/options", json=proof(world, person, app))
    person.does("POST", "/api/me/passkeys", json={"name": "Tablet", "credential": passkey.create(options)})
    world.passes(timedelta(seconds=30))  # the app shows its next code


def proof(world: World, person: Person, app: App) -> dict[str, str]:
    return {"password": person.password, "code": app.shows(world)}


@when(parsers.parse("{name:w} signs with the passkey"))
def signs_with_passkey(world: World, name: str, app: App, passkey: Authenticator) -> None:
    person = world.person(name)
    person.answer = world.run(person.answering_with_passkey(app.device, passkey.get))


@when(
    parsers.parse("somebody who knows {name:w}'s password has {owner:w}'s passkey sign on a page that looks like ours")
)
def signs_elsewhere(world: World, name: str, owner: str, app: App, passkey: Authenticator) -> None:
    assert owner == name
    somebody = intruder(world, name)
    assert sign_in(somebody, app.device).accepted
    passkey.origin = "https://saltbitter.evil.test"
    somebody.answer = world.run(somebody.answering_with_passkey(app.device, passkey.get))


@when(parsers.parse("{name:w} removes the passkey with the password and a code"))
def removes_passkey(world: World, name: str, app: App) -> None:
    person = world.person(name)
    (found,) = person.gets("/api/me/passkeys")["items"]
    person.does("POST", f"/api/me/passkeys/{found['id']}/remove", json=proof(world, person, app))


@then(parsers.parse("{name:w}'s {device:w} is not offered to sign with a passkey"))
def not_offered(world: World, name: str, device: str) -> None:
    assert world.person(name).answer.body["passkeys"] is False


@given(parsers.parse("{name:w} works here"))
def works_here(world: World, name: str, role: Role = Role.MODERATOR) -> None:
    async def appoint() -> None:
        async with world.application.adapters.begin()() as uow:
            user = await uow.users.get(UserId(UUID(world.person(name).user_id)))
            await uow.users.save(attrs.evolve(user, role=role))
            await uow.commit()

    world.run(appoint())


@given(parsers.parse("{name:w} is a moderator"))
def is_moderator(world: World, name: str) -> None:
    settle_in(world, name)
    works_here(world, name)
    sets_up(world, name, App())


@when(parsers.parse("{name:w} looks at the latest mornings"))
@when(parsers.parse("{name:w} looks at the latest mornings without a second factor"))
def looks_at_mornings(world: World, name: str) -> None:
    world.person(name).asks("GET", "/api/staff/matching-runs")
