"""Passkeys over HTTP: from asking a browser for one to signing in with it, and what is refused in words."""

from datetime import timedelta
from typing import Any

import attrs
import pyotp

from config.data_register import data_register
from saltbitter_domain.exports.policies import exported_columns
from tests.doubles.passkeys import Authenticator
from tests.http.house import PASSWORD, House, Member

ORIGIN = "http://localhost:8080"


@attrs.define
class Owner:
    """A member with an app, and with a passkey."""

    member: Member
    app: pyotp.TOTP
    authenticator: Authenticator

    @property
    def house(self) -> House:
        return self.member.house

    def proof(self) -> dict[str, str]:
        self.house.clock.advance(timedelta(seconds=30))
        return {"password": PASSWORD, "code": self.app.at(self.house.clock.now())}

    async def add(self, authenticator: Authenticator, expect: int = 201, name: str = "Laptop") -> Any:
        options = await self.member.post("/api/me/passkeys/options", self.proof())
        body = {"name": name, "credential": authenticator.create(options)}
        return await self.member.post("/api/me/passkeys", body, expect)

    async def challenged(self) -> Any:
        """What the password is answered with."""
        login = {"email": self.member.email, "password": PASSWORD}
        return await self.house.nobody().post("/api/auth/login", login)

    async def signed(self, challenge: Any, authenticator: Authenticator | None = None) -> dict[str, Any]:
        asked = {"challenge_token": challenge["challenge_token"]}
        options = await self.house.nobody().post("/api/auth/second-factor/passkey/options", asked)
        return {**asked, "credential": (authenticator or self.authenticator).get(options)}

    async def answer(self, body: Any, expect: int = 200, **headers: str) -> Any:
        self.house.clock.advance(timedelta(seconds=20))  # No limit is reached.
        return await self.house.nobody().post("/api/auth/second-factor/passkey", body, expect, headers=headers)


async def with_app(house: House) -> Owner:
    member = await house.member()
    secret = (await member.post("/api/me/second-factor", {"password": PASSWORD}, 201))["secret"]
    owner = Owner(member, pyotp.TOTP(secret), Authenticator(ORIGIN))
    await member.post("/api/me/second-factor/confirm", {"code": owner.proof()["code"]})
    return owner


async def with_passkey(house: House) -> Owner:
    owner = await with_app(house)
    await owner.add(owner.authenticator)
    return owner


def codes(answer: Any) -> set[str]:
    return {answer["code"], *(field["path"] for field in answer["fields"])}


async def test_a_passkey_is_added_seen_used_and_removed(house: House) -> None:
    owner = await with_app(house)
    assert await owner.member.get("/api/me/passkeys") == {"items": []}
    assert (await owner.challenged())["passkeys"] is False

    added = await owner.add(owner.authenticator, name=" My\tlaptop ")
    assert (added["name"], added["last_used_at"]) == ("My laptop", None)
    assert await owner.member.get("/api/me/passkeys") == {"items": [added]}

    challenge = await owner.challenged()
    assert challenge["passkeys"] is True
    tokens = await owner.answer(await owner.signed(challenge))
    assert tokens["user_id"] == owner.member.id
    owner.member.tokens = tokens
    (used,) = (await owner.member.get("/api/me/passkeys"))["items"]
    assert used["last_used_at"] is not None

    await owner.member.post(f"/api/me/passkeys/{added['id']}/remove", owner.proof(), 204)
    assert await owner.member.get("/api/me/passkeys") == {"items": []}
    assert (await owner.challenged())["passkeys"] is False
    await house.settle()
    told = {mail.template for mail in house.mails(owner.member.email)}
    assert {"passkey_added", "passkey_removed", "new_device"} <= told


async def test_a_browser_keeps_the_session_in_its_cookie_as_with_a_code(house: House) -> None:
    owner = await with_passkey(house)

    body = await owner.signed(await owner.challenged())
    response = await house.client.post("/api/auth/second-factor/passkey", json=body, headers={"X-Session": "cookie"})

    assert (await response.json())["refresh_token"] is None
    assert {"__Host-saltbitter-refresh", "__Host-saltbitter-device"} <= set(response.cookies)


async def test_what_was_signed_elsewhere_or_for_another_sign_in_is_refused_in_words(house: House) -> None:
    owner = await with_passkey(house)
    first = await owner.signed(await owner.challenged())
    second = await owner.challenged()

    replayed = {**first, "challenge_token": second["challenge_token"]}
    assert codes(await owner.answer(replayed, 422)) == {"passkey_refused", "credential"}
    for authenticator in (
        attrs.evolve(owner.authenticator, origin="http://evil.test"),
        attrs.evolve(owner.authenticator, rp_id="evil.test"),
        attrs.evolve(owner.authenticator, flags=0),
    ):
        elsewhere = await owner.signed(second, authenticator)
        assert codes(await owner.answer(elsewhere, 422)) == {"passkey_refused", "credential"}
    await owner.answer(first)
    assert codes(await owner.answer(first, 401)) == {"challenge_over"}


async def test_a_copied_passkey_is_refused_and_its_member_warned(house: House) -> None:
    owner = await with_passkey(house)
    copy = attrs.evolve(owner.authenticator)
    await owner.answer(await owner.signed(await owner.challenged()))

    refused = await owner.answer(await owner.signed(await owner.challenged(), copy), 422)

    assert codes(refused) == {"passkey_refused", "credential"}
    await house.settle()
    assert "passkey_copied" in {mail.template for mail in house.mails(owner.member.email)}
    owner.member.tokens = await owner.answer(await owner.signed(await owner.challenged()))
    alerts = (await owner.member.get("/api/me/sign-in-alerts"))["items"]
    assert "passkey_copied" in {alert["kind"] for alert in alerts}


async def test_who_answers_wrongly_five_times_is_made_to_wait(house: House) -> None:
    owner = await with_passkey(house)
    challenge = await owner.challenged()
    stranger = Authenticator(ORIGIN, credential_id=owner.authenticator.credential_id)
    for _ in range(5):
        await owner.answer(await owner.signed(challenge, stranger), 422)

    assert codes(await owner.answer(await owner.signed(challenge), 429)) == {"codes_paused"}


async def test_a_key_that_is_a_passkey_already_and_garbage_are_refused(house: House) -> None:
    owner = await with_passkey(house)
    assert codes(await owner.add(owner.authenticator, 409)) == {"passkey_taken"}
    other = await with_app(house)
    assert codes(await other.add(owner.authenticator, 409)) == {"passkey_taken"}

    for garbage in ({}, {"id": 7, "response": []}, {"response": {"clientDataJSON": "$", "attestationObject": "gYGB"}}):
        added = await other.member.post("/api/me/passkeys", {"name": "x", "credential": garbage}, 422)
        assert codes(added) == {"passkey_refused", "credential"}
        challenge = (await owner.challenged())["challenge_token"]
        assert codes(await owner.answer({"challenge_token": challenge, "credential": garbage}, 422)) == {
            "passkey_refused",
            "credential",
        }
    deep = {"name": "x", "credential": {"response": {"clientDataJSON": "A" * 60_000}}}
    assert codes(await other.member.post("/api/me/passkeys", deep, 422)) == {"passkey_refused", "credential"}


async def test_whoever_has_no_passkey_or_no_second_factor_is_told_so(house: House) -> None:
    owner = await with_app(house)
    asked = {"challenge_token": (await owner.challenged())["challenge_token"]}
    refused = await house.nobody().post("/api/auth/second-factor/passkey/options", asked, 409)
    assert codes(refused) == {"passkeys_missing"}
    unknown = await house.nobody().post("/api/auth/second-factor/passkey/options", {"challenge_token": "unknown"}, 401)
    assert codes(unknown) == {"challenge_over"}

    alone = await house.member()
    refused = await alone.post("/api/me/passkeys/options", {"password": PASSWORD, "code": "123456"}, 409)
    assert codes(refused) == {"second_factor_off"}


def test_a_members_copy_has_names_and_dates_and_no_key() -> None:
    exported = exported_columns(data_register())["passkeys"]

    assert set(exported) == {"id", "user_id", "name", "created_at", "last_used_at"}
