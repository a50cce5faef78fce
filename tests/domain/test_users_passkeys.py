"""Passkeys: added with password and code, good in place of a code, each answer once, and never silently copied."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs
import pytest

from saltbitter_domain.kernel import PasskeyId
from saltbitter_domain.users.model import PasswordRefused, SessionOver, Tokens
from saltbitter_domain.users.model.devices import AlertKind
from saltbitter_domain.users.model.passkeys import (
    MAX_PASSKEYS,
    Passkey,
    PasskeyMissing,
    PasskeyRefused,
    PasskeysFull,
    PasskeysImpossible,
    PasskeysMissing,
    PasskeyTaken,
)
from saltbitter_domain.users.model.second_factor import (
    Challenge,
    ChallengeOver,
    CodeRefused,
    CodesPaused,
    SecondFactorOff,
)
from tests.domain.test_users_second_factor import App, begun, with_app
from tests.doubles.passkeys import Authenticator
from tests.doubles.users import EMAIL, PASSWORD, Accounts

BOB = "bob@example.test"


async def asked(app: App) -> Mapping[str, Any]:
    """What a browser is asked for to add a passkey."""
    access = app.accounts.access(app.tokens)
    return await app.accounts.passkeys.creation_options(access, PASSWORD, await app.next_code())


async def add(app: App, authenticator: Authenticator, name: str = "Laptop") -> Passkey:
    created = authenticator.create(await asked(app))
    return await app.accounts.passkeys.add(app.accounts.access(app.tokens), name, created)


async def with_passkey(accounts: Accounts) -> tuple[App, Authenticator]:
    app, authenticator = await with_app(accounts), Authenticator()
    await add(app, authenticator)
    return app, authenticator


async def answer(app: App, challenge: str, credential: Mapping[str, Any]) -> Tokens:
    return await app.accounts.passkeys.answer_challenge(
        challenge_token=challenge, credential=credential, label="Laptop", ip="192.0.2.1"
    )


async def sign(app: App, challenge: str, authenticator: Authenticator) -> Mapping[str, Any]:
    return authenticator.get(await app.accounts.passkeys.request_options(challenge))


async def sign_in(app: App, authenticator: Authenticator) -> Tokens:
    challenge = await app.challenged()
    return await answer(app, challenge, await sign(app, challenge, authenticator))


async def passkeys(app: App) -> tuple[Passkey, ...]:
    return await app.accounts.passkeys.of(app.accounts.access(app.tokens))


async def mailed(app: App, to: str = EMAIL) -> set[str]:
    await app.accounts.deliver()
    return {mail.template for mail in app.accounts.mails(to)}


async def test_a_passkey_opens_a_session_in_place_of_a_code_as_often_as_it_signs() -> None:
    app, authenticator = await with_passkey(Accounts())

    for _ in range(3):
        app.accounts.clock.advance(timedelta(minutes=2))
        assert app.accounts.lets_in(await sign_in(app, authenticator))

    (passkey,) = await passkeys(app)
    assert (passkey.name, passkey.sign_count) == ("Laptop", 3)
    assert passkey.last_used_at == app.accounts.clock.now()
    assert app.accounts.lets_in(await app.sign_in(await app.next_code()))


async def test_an_authenticator_that_never_counts_is_as_good() -> None:
    app, authenticator = await with_app(Accounts()), Authenticator(counts=0)
    await add(app, authenticator)

    for _ in range(2):
        assert app.accounts.lets_in(await sign_in(app, authenticator))


async def test_the_answer_to_the_password_says_whether_there_are_passkeys() -> None:
    app = await with_app(Accounts())

    async def challenge() -> Challenge:
        found = await app.accounts.auth.login(email=EMAIL, password=PASSWORD, label="", ip="192.0.2.1")
        assert isinstance(found, Challenge)
        return found

    before = await challenge()
    assert not before.passkeys
    with pytest.raises(PasskeysMissing, match="code of your app"):
        await app.accounts.passkeys.request_options(before.challenge_token)
    with pytest.raises(PasskeysMissing):
        await answer(app, before.challenge_token, {})
    await add(app, Authenticator())
    assert (await challenge()).passkeys


async def test_adding_one_needs_a_second_factor_the_password_and_a_code_and_is_mailed() -> None:
    alone = await begun(Accounts())
    with pytest.raises(SecondFactorOff):
        await asked(alone)

    app = await with_app(Accounts())
    access, service = app.accounts.access(app.tokens), app.accounts.passkeys
    with pytest.raises(PasswordRefused):
        await service.creation_options(access, "seven noisy otters", await app.next_code())
    with pytest.raises(CodeRefused):
        await service.creation_options(access, PASSWORD, app.wrong)
    await add(app, Authenticator())

    assert "passkey_added" in await mailed(app)


async def test_a_code_that_asked_for_a_passkey_is_used_up() -> None:
    app = await with_app(Accounts())
    await asked(app)

    with pytest.raises(CodeRefused):
        await app.sign_in(app.code)


async def test_what_was_asked_for_is_answered_once_within_five_minutes_by_whoever_asked() -> None:
    app = await with_app(Accounts())
    access, service = app.accounts.access(app.tokens), app.accounts.passkeys
    late, superseded = await asked(app), await asked(app)
    for options in (late, superseded):
        if options is superseded:
            app.accounts.clock.advance(timedelta(minutes=5))
        with pytest.raises(PasskeyRefused, match="too long ago"):
            await service.add(access, "Laptop", Authenticator().create(options))

    options = await asked(app)
    app.accounts.clock.advance(timedelta(minutes=4, seconds=59))
    await service.add(access, "Laptop", Authenticator().create(options))
    with pytest.raises(PasskeyRefused, match="answered before"):
        await service.add(access, "Laptop", Authenticator().create(options))

    other = await app.accounts.enter(BOB)
    secret = (await app.accounts.second_factors.enrol(app.accounts.access(other), PASSWORD)).secret
    bob = App(app.accounts, other, secret)
    await bob.confirm()
    with pytest.raises(PasskeyRefused):
        await service.add(app.accounts.access(other), "Laptop", Authenticator().create(await asked(app)))
    assert len(await passkeys(app)) == 1


async def test_of_ten_simultaneous_answers_one_adds_a_passkey() -> None:
    app = await with_app(Accounts())
    options, access = await asked(app), app.accounts.access(app.tokens)
    created = [Authenticator().create(options) for _ in range(10)]

    app.accounts.begin.race(10)
    results = await asyncio.gather(
        *(app.accounts.passkeys.add(access, "Laptop", each) for each in created), return_exceptions=True
    )

    assert sum(isinstance(result, Passkey) for result in results) == 1
    assert len(await passkeys(app)) == 1


async def test_what_does_not_prove_that_it_was_made_here_is_not_added() -> None:
    app = await with_app(Accounts())
    access = app.accounts.access(app.tokens)
    for authenticator in (Authenticator("https://evil.test"), Authenticator(rp_id="evil.test"), Authenticator(flags=0)):
        with pytest.raises(PasskeyRefused):
            await add(app, authenticator)
    for garbage in ({}, {"response": {"clientDataJSON": "e30"}}):
        with pytest.raises(PasskeyRefused):
            await app.accounts.passkeys.add(access, "Laptop", garbage)

    assert await passkeys(app) == ()


async def test_a_key_is_one_members_passkey_and_the_browser_is_told_which_there_are() -> None:
    app, authenticator = await with_passkey(Accounts())
    (known,) = await passkeys(app)

    options = await asked(app)
    assert [each["id"] for each in options["excludeCredentials"]] == [known.credential_id]
    with pytest.raises(PasskeyTaken):
        await app.accounts.passkeys.add(app.accounts.access(app.tokens), "Again", authenticator.create(options))


async def test_there_are_ten_at_most() -> None:
    app = await with_app(Accounts())
    for number in range(MAX_PASSKEYS - 1):
        await add(app, Authenticator(), f"Key {number}")
    options = await asked(app)
    async with app.accounts.begin() as uow:
        (one, *_) = await uow.passkeys.of(app.tokens.user_id)
        tenth = attrs.evolve(one, id=PasskeyId(app.accounts.ids.new()), credential_id="another")
        await uow.passkeys.add(tenth)
        await uow.commit()

    with pytest.raises(PasskeysFull):
        await app.accounts.passkeys.add(app.accounts.access(app.tokens), "Eleventh", Authenticator().create(options))
    with pytest.raises(PasskeysFull, match="Remove one first"):
        await asked(app)


@pytest.mark.parametrize(
    ("given", "kept"), [("  My\u202ephone\n", "My phone"), ("", "Passkey"), ("\0", "Passkey"), ("x" * 99, "x" * 80)]
)
async def test_its_name_can_be_read_and_is_never_empty(given: str, kept: str) -> None:
    app = await with_app(Accounts())

    assert (await add(app, Authenticator(), given)).name == kept


async def test_removing_one_needs_the_password_and_a_code_and_is_mailed() -> None:
    app, authenticator = await with_passkey(Accounts())
    (passkey,) = await passkeys(app)
    access, service = app.accounts.access(app.tokens), app.accounts.passkeys

    with pytest.raises(PasswordRefused):
        await service.remove(access, passkey.id, "seven noisy otters", await app.next_code())
    with pytest.raises(CodeRefused):
        await service.remove(access, passkey.id, PASSWORD, app.wrong)
    with pytest.raises(PasskeyMissing):
        await service.remove(access, PasskeyId(app.accounts.ids.new()), PASSWORD, await app.next_code())
    challenge = await app.challenged()
    signed = await sign(app, challenge, authenticator)
    await service.remove(access, passkey.id, PASSWORD, app.code)

    assert await passkeys(app) == ()
    with pytest.raises(PasskeysMissing):
        await answer(app, challenge, signed)
    assert "passkey_removed" in await mailed(app)


async def test_nobody_removes_or_uses_anothers() -> None:
    app, authenticator = await with_passkey(Accounts())
    (passkey,) = await passkeys(app)
    other = await app.accounts.enter(BOB)
    secret = (await app.accounts.second_factors.enrol(app.accounts.access(other), PASSWORD)).secret
    bob = App(app.accounts, other, secret)
    await bob.confirm()
    await add(bob, Authenticator())

    with pytest.raises(PasskeyMissing):
        await app.accounts.passkeys.remove(app.accounts.access(other), passkey.id, PASSWORD, await bob.next_code())
    asked_of_bob = await app.accounts.auth.login(email=BOB, password=PASSWORD, label="", ip="192.0.2.1")
    assert isinstance(asked_of_bob, Challenge)
    with pytest.raises(PasskeyRefused):
        await answer(bob, asked_of_bob.challenge_token, await sign(bob, asked_of_bob.challenge_token, authenticator))
    assert app.accounts.lets_in(await sign_in(app, authenticator))


async def test_doing_without_the_second_factor_is_doing_without_passkeys() -> None:
    app, _ = await with_passkey(Accounts())
    challenge = await app.challenged()

    await app.remove(await app.next_code())

    assert await passkeys(app) == ()
    assert app.accounts.lets_in(await app.accounts.login())
    with pytest.raises(ChallengeOver):
        await app.accounts.passkeys.request_options(challenge)


async def test_an_answer_is_good_for_its_own_sign_in_and_once() -> None:
    app, authenticator = await with_passkey(Accounts())
    challenge, another = await app.challenged(), await app.challenged()
    signed = await sign(app, challenge, authenticator)

    with pytest.raises(PasskeyRefused):
        await answer(app, another, signed)
    await answer(app, challenge, signed)
    with pytest.raises(ChallengeOver):
        await answer(app, challenge, signed)
    with pytest.raises(PasskeyRefused):
        await answer(app, await app.challenged(), signed)


async def test_a_sign_in_waits_five_minutes_for_a_passkey() -> None:
    app, authenticator = await with_passkey(Accounts())
    challenge = await app.challenged()
    signed = await sign(app, challenge, authenticator)
    app.accounts.clock.advance(timedelta(minutes=5))

    with pytest.raises(ChallengeOver):
        await answer(app, challenge, signed)
    with pytest.raises(ChallengeOver):
        await app.accounts.passkeys.request_options(challenge)


async def test_of_twenty_simultaneous_uses_of_one_answer_one_opens_a_session() -> None:
    app, authenticator = await with_passkey(Accounts())
    challenge = await app.challenged()
    signed = await sign(app, challenge, authenticator)
    before = len(await app.accounts.auth.sessions(app.accounts.access(app.tokens)))

    app.accounts.begin.race(20)
    results = await asyncio.gather(*(answer(app, challenge, signed) for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(result, Tokens) for result in results) == 1
    assert {type(result) for result in results} <= {Tokens, ChallengeOver}
    assert len(await app.accounts.auth.sessions(app.accounts.access(app.tokens))) == before + 1


@pytest.mark.parametrize("count", [1, 2])
async def test_an_authenticator_that_may_have_been_copied_is_refused_and_its_member_warned(count: int) -> None:
    app, authenticator = await with_passkey(Accounts())
    copy = attrs.evolve(authenticator)
    await sign_in(app, authenticator)
    await sign_in(app, authenticator)
    copy.count = count - 1

    with pytest.raises(PasskeyRefused):
        await sign_in(app, copy)

    assert "passkey_copied" in await mailed(app)
    alerts = await app.accounts.devices.alerts(app.accounts.access(app.tokens))
    assert AlertKind.PASSKEY_COPIED in {alert.kind for alert in alerts}
    assert app.accounts.lets_in(await sign_in(app, authenticator))


async def test_whoever_cannot_sign_with_it_raises_no_such_alarm() -> None:
    app, authenticator = await with_passkey(Accounts())
    await sign_in(app, authenticator)
    forger = attrs.evolve(authenticator, count=0, counts=0, key=Authenticator().key)

    with pytest.raises(PasskeyRefused):
        await sign_in(app, forger)

    assert "passkey_copied" not in await mailed(app)


async def test_wrong_answers_count_and_pause_as_wrong_codes_do() -> None:
    app, authenticator = await with_passkey(Accounts())
    challenge = await app.challenged()
    stranger = Authenticator(credential_id=authenticator.credential_id)
    for _ in range(3):
        with pytest.raises(PasskeyRefused):
            await answer(app, challenge, await sign(app, challenge, stranger))
    for _ in range(2):
        with pytest.raises(CodeRefused):
            await app.answer(challenge, app.wrong)

    with pytest.raises(CodesPaused) as paused:
        await sign_in(app, authenticator)
    assert paused.value.retry_after == 30
    with pytest.raises(CodesPaused):
        await app.answer(challenge, app.code)
    app.accounts.clock.advance(timedelta(seconds=30))
    assert app.accounts.lets_in(await sign_in(app, authenticator))
    with pytest.raises(CodeRefused):
        await app.answer(await app.challenged(), app.wrong)  # Counted from the first again.


async def test_it_is_told_of_a_new_device_and_knows_it_again_as_with_a_code() -> None:
    app, authenticator = await with_passkey(Accounts())

    first = await sign_in(app, authenticator)

    assert first.device_token
    assert "new_device" in await mailed(app)
    known = await app.accounts.devices.devices(app.accounts.access(app.tokens))
    challenge = await app.challenged()
    again = await app.accounts.passkeys.answer_challenge(
        challenge_token=challenge,
        credential=await sign(app, challenge, authenticator),
        label="Laptop",
        ip="192.0.2.1",
        device_token=first.device_token,
    )
    assert again.device_token == first.device_token
    assert len(await app.accounts.devices.devices(app.accounts.access(app.tokens))) == len(known)


async def test_who_was_signed_out_meanwhile_adds_none() -> None:
    app = await with_app(Accounts())
    created = Authenticator().create(await asked(app))
    access = app.accounts.access(app.tokens)
    await app.accounts.auth.logout_everywhere(access)

    with pytest.raises(SessionOver):
        await app.accounts.passkeys.add(access, "Laptop", created)


async def test_a_site_without_a_name_says_so() -> None:
    app = await with_app(Accounts())
    nameless = app.accounts.with_passkeys("http://192.0.2.1:8080")

    with pytest.raises(PasskeysImpossible, match="Use the codes of your app"):
        await nameless.creation_options(app.accounts.access(app.tokens), PASSWORD, await app.next_code())
    with pytest.raises(PasskeysImpossible):
        await nameless.request_options(await app.challenged())
