"""What every store of passkeys promises, and whoever talks to authenticators."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import attrs
import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.system.passkeys import LONGEST_ID, LONGEST_KEY, WebAuthnCeremonies
from saltbitter_domain.kernel import StaleWrite, UserId
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import Tokens
from saltbitter_domain.users.model.passkeys import Passkey, PasskeyRefused, PasskeyTaken, PublicKey
from saltbitter_domain.users.model.second_factor import ChallengeOver
from saltbitter_domain.users.ports.passkeys import PasskeyCeremonies, Passkeys
from saltbitter_domain.users.service.entrance import Challenged, Entrance
from tests.contracts.stores import Store, outcomes
from tests.domain.test_users_passkeys import add, answer, mailed, sign, with_passkey
from tests.domain.test_users_second_factor import with_app
from tests.doubles.builders import NOW, a_passkey, a_user, unset_fields
from tests.doubles.passkeys import PRESENT, VERIFIED, Authenticator, base64url, unpadded
from tests.doubles.users import Accounts

PORTS = (Passkeys, PasskeyCeremonies)

CEREMONIES = WebAuthnCeremonies("https://saltbitter.example/")
USER = a_user(id=UserId(UUID(int=7)))
CHALLENGE, OTHER_CHALLENGE = base64url(b"c" * 32), base64url(b"d" * 32)


async def test_a_passkey_comes_back_as_it_was_stored(store: Store) -> None:
    user, other = await store.members(2)
    passkey = a_passkey(user)
    assert unset_fields(passkey) == []

    async with store.unit() as uow:
        await uow.passkeys.add(passkey)

    async with store.begin() as uow:
        assert list(await uow.passkeys.of(user.id)) == [passkey]
        assert list(await uow.passkeys.of(other.id)) == []


async def test_passkeys_are_listed_the_oldest_first_and_removed_one_by_one_or_all(store: Store) -> None:
    user, other = await store.members(2)
    new, old, third = a_passkey(user, created_at=NOW), a_passkey(user), a_passkey(user)
    theirs = a_passkey(other)
    async with store.unit() as uow:
        for passkey in (new, old, third, theirs):
            await uow.passkeys.add(passkey)

    async with store.unit() as uow:
        assert list(await uow.passkeys.of(user.id)) == [old, third, new]
        await uow.passkeys.remove(third.id)
        assert list(await uow.passkeys.of(user.id)) == [old, new]
    async with store.unit() as uow:
        await uow.passkeys.remove_all(user.id)

    async with store.begin() as uow:
        assert list(await uow.passkeys.of(user.id)) == []
        assert list(await uow.passkeys.of(other.id)) == [theirs]


async def test_a_key_is_the_passkey_of_one_member_once(store: Store) -> None:
    user, other = await store.members(2)
    passkey = a_passkey(user)
    async with store.unit() as uow:
        await uow.passkeys.add(passkey)

    for owner in (user, other):
        with pytest.raises(PasskeyTaken):
            async with store.unit() as uow:
                await uow.passkeys.add(a_passkey(owner, credential_id=passkey.credential_id))
    async with store.begin() as uow:
        assert list(await uow.passkeys.of(user.id)) == [passkey]
        assert list(await uow.passkeys.of(other.id)) == []


async def test_an_id_as_long_as_any_is_kept_and_a_longer_one_refused(store: Store) -> None:
    app, chance = await with_app(Accounts(store.begin)), Random(7)
    await add(app, Authenticator(credential_id=chance.randbytes(LONGEST_ID)))

    for longer in (LONGEST_ID + 1, 20_000):
        with pytest.raises(PasskeyRefused):
            await add(app, Authenticator(credential_id=chance.randbytes(longer)))


async def test_of_two_simultaneous_uses_of_a_count_one_fails(store: Store) -> None:
    user = await store.member()
    passkey = a_passkey(user)
    async with store.unit() as uow:
        await uow.passkeys.add(passkey)
    both_have_read = asyncio.Barrier(2)

    async def use() -> None:
        async with store.unit() as uow:
            (found,) = await uow.passkeys.of(user.id)
            await both_have_read.wait()
            await uow.passkeys.save(found.used(8, NOW))
            await asyncio.sleep(0)

    results = await outcomes(use(), use())

    assert [type(result) for result in results if result is not None] == [StaleWrite]
    async with store.begin() as uow:
        assert list(await uow.passkeys.of(user.id)) == [
            attrs.evolve(passkey, sign_count=8, last_used_at=NOW, version=2)
        ]


async def test_a_passkey_that_is_gone_is_not_used(store: Store) -> None:
    user = await store.member()

    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.passkeys.save(a_passkey(user))


async def test_of_twenty_simultaneous_uses_of_one_answer_one_opens_a_session(store: Store) -> None:
    app, authenticator = await with_passkey(Accounts(store.begin))
    challenge = await app.challenged()
    signed = await sign(app, challenge, authenticator)

    results = await outcomes(*(answer(app, challenge, signed) for _ in range(20)))

    assert sum(isinstance(result, Tokens) for result in results) == 1
    assert {type(result) for result in results} == {Tokens, ChallengeOver}


async def test_whoever_answers_the_same_a_moment_later_is_no_copy_of_the_authenticator(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, authenticator = await with_passkey(Accounts(store.begin))
    challenge = await app.challenged()
    signed = await sign(app, challenge, authenticator)
    find = Entrance.challenged
    entered: list[Tokens] = []

    async def overtaken(entrance: Entrance, uow: UnitOfWork, token_hash: str, now: datetime) -> Challenged:
        """A challenge read just before another use of it, and the account just after."""
        waiting = await find(entrance, uow, token_hash, now)
        if entered:
            return waiting
        monkeypatch.undo()
        entered.append(await answer(app, challenge, signed))
        (passkey,) = waiting.account.passkeys
        used = attrs.evolve(passkey.used(passkey.sign_count + 1, now), version=passkey.version + 1)
        factor = attrs.evolve(waiting.factor, version=waiting.factor.version + 1)
        return attrs.evolve(waiting, factor=factor, account=attrs.evolve(waiting.account, passkeys=(used,)))

    monkeypatch.setattr(Entrance, "challenged", overtaken)
    with pytest.raises(ChallengeOver):
        await answer(app, challenge, signed)

    assert len(entered) == 1
    assert "passkey_copied" not in await mailed(app)


def made(authenticator: Authenticator, ceremonies: WebAuthnCeremonies = CEREMONIES) -> Passkey:
    """A passkey of the member, made by this authenticator."""
    key = ceremonies.registered(authenticator.create(ceremonies.creation_options(USER, CHALLENGE, ())), CHALLENGE)
    assert key is not None
    return _kept(key)


def _kept(key: PublicKey) -> Passkey:
    return a_passkey(USER, **attrs.asdict(key, recurse=False))


@pytest.mark.parametrize(
    ("address", "possible"),
    [
        ("https://saltbitter.example", True),
        ("https://app.saltbitter.example:8443/", True),
        ("http://localhost:8080", True),
        ("http://demo.localhost:8080", True),
        ("http://saltbitter.example", False),
        ("http://127.0.0.1:8080", False),
        ("https://192.0.2.1", False),
        ("https://[2001:db8::1]", False),
    ],
)
def test_browsers_have_passkeys_for_a_name_over_https_or_on_the_same_machine(address: str, possible: bool) -> None:
    assert WebAuthnCeremonies(address).possible is possible


def test_a_browser_is_asked_for_what_it_reads() -> None:
    known = made(Authenticator())

    creation = CEREMONIES.creation_options(USER, CHALLENGE, [known])
    request = CEREMONIES.request_options(CHALLENGE, [known])

    named = {"id": known.credential_id, "type": "public-key", "transports": ["internal", "hybrid"]}
    assert creation["challenge"] == request["challenge"] == CHALLENGE
    assert creation["rp"] == {"name": "SaltBitter", "id": "saltbitter.example"}
    assert creation["user"] == {"id": base64url(USER.id.bytes), "name": USER.email, "displayName": USER.email}
    assert creation["excludeCredentials"] == request["allowCredentials"] == [named]
    assert creation["attestation"] == "none"
    assert {each["alg"] for each in creation["pubKeyCredParams"]} == {-7, -8, -257}  # type: ignore[attr-defined]
    assert creation["authenticatorSelection"] == {
        "residentKey": "preferred",
        "requireResidentKey": False,
        "userVerification": "preferred",
    }
    assert request["rpId"] == "saltbitter.example"
    assert request["userVerification"] == "preferred"
    assert creation["timeout"] == request["timeout"] == 300_000
    json.dumps([creation, request])


@pytest.mark.parametrize("address", ["https://saltbitter.example", "http://localhost:8080", "https://a.example:443/"])
def test_a_key_that_is_made_signs_afterwards(address: str) -> None:
    ceremonies = WebAuthnCeremonies(address)
    authenticator = Authenticator(address.rstrip("/").removesuffix(":443"))
    passkey = made(authenticator, ceremonies)

    assert passkey.credential_id == base64url(authenticator.credential_id)
    assert passkey.transports == ("internal", "hybrid")
    answer = authenticator.get(ceremonies.request_options(CHALLENGE, [passkey]))
    assert ceremonies.challenge_of(answer) == CHALLENGE
    assert ceremonies.signed(answer, CHALLENGE, passkey) == 1


def test_somebody_has_to_be_there_and_need_not_be_recognised() -> None:
    authenticator = Authenticator(flags=PRESENT)
    passkey = made(authenticator)
    request = CEREMONIES.request_options(CHALLENGE, [passkey])
    assert CEREMONIES.signed(authenticator.get(request), CHALLENGE, passkey) is not None

    authenticator.flags = VERIFIED
    assert CEREMONIES.signed(authenticator.get(request), CHALLENGE, passkey) is None
    options = CEREMONIES.creation_options(USER, CHALLENGE, ())
    assert CEREMONIES.registered(Authenticator(flags=VERIFIED).create(options), CHALLENGE) is None


WRONG: dict[str, Callable[[Authenticator], object]] = {
    "another origin": lambda each: setattr(each, "origin", "https://saltbitter.example.evil.test"),
    "another port": lambda each: setattr(each, "origin", "https://saltbitter.example:8443"),
    "no encryption": lambda each: setattr(each, "origin", "http://saltbitter.example"),
    "another relying party": lambda each: setattr(each, "rp_id", "evil.test"),
    "a page within another's": lambda each: setattr(each, "cross_origin", True),
    "nobody there": lambda each: setattr(each, "flags", 0),
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_what_is_made_or_signed_for_others_or_by_nobody_is_refused(spoil: Callable[[Authenticator], object]) -> None:
    options = CEREMONIES.creation_options(USER, CHALLENGE, ())
    spoiled, authenticator = Authenticator(), Authenticator()
    spoil(spoiled)
    assert CEREMONIES.registered(spoiled.create(options), CHALLENGE) is None

    passkey = made(authenticator)
    spoil(authenticator)
    answer = authenticator.get(CEREMONIES.request_options(CHALLENGE, [passkey]))
    assert CEREMONIES.signed(answer, CHALLENGE, passkey) is None


def test_the_answer_to_another_challenge_is_refused() -> None:
    authenticator = Authenticator()
    created = authenticator.create(CEREMONIES.creation_options(USER, CHALLENGE, ()))
    assert CEREMONIES.registered(created, OTHER_CHALLENGE) is None

    passkey = made(authenticator)
    answer = authenticator.get(CEREMONIES.request_options(CHALLENGE, [passkey]))
    assert CEREMONIES.signed(answer, OTHER_CHALLENGE, passkey) is None


def test_an_answer_to_one_question_is_none_to_the_other() -> None:
    authenticator = Authenticator()
    created = authenticator.create(CEREMONIES.creation_options(USER, CHALLENGE, ()))
    passkey = made(authenticator)
    signed = authenticator.get(CEREMONIES.request_options(CHALLENGE, [passkey]))
    swapped = {**signed, "response": {**signed["response"], "clientDataJSON": created["response"]["clientDataJSON"]}}

    assert CEREMONIES.signed(swapped, CHALLENGE, passkey) is None
    assert CEREMONIES.registered(signed, CHALLENGE) is None


def test_another_key_another_members_handle_and_a_changed_signature_are_refused() -> None:
    authenticator, other = Authenticator(), Authenticator()
    passkey, theirs = made(authenticator), made(other)
    request = CEREMONIES.request_options(CHALLENGE, [passkey])

    answer = other.get(request)
    assert CEREMONIES.signed(answer, CHALLENGE, passkey) is None
    assert CEREMONIES.signed({**answer, "id": passkey.credential_id}, CHALLENGE, passkey) is None
    renamed = {**answer, "id": passkey.credential_id, "rawId": passkey.credential_id}
    assert CEREMONIES.signed(renamed, CHALLENGE, passkey) is None
    assert CEREMONIES.signed(answer, CHALLENGE, theirs) is not None
    authenticator.user_handle = UUID(int=8).bytes
    assert CEREMONIES.signed(authenticator.get(request), CHALLENGE, passkey) is None


def test_how_often_it_has_signed_is_told_and_judged_elsewhere() -> None:
    authenticator = Authenticator(counts=0)
    passkey = attrs.evolve(made(authenticator), sign_count=9)

    assert CEREMONIES.signed(authenticator.get(CEREMONIES.request_options(CHALLENGE, [])), CHALLENGE, passkey) == 0


def test_a_key_may_vouch_for_itself_and_no_maker_for_it() -> None:
    options = CEREMONIES.creation_options(USER, CHALLENGE, ())

    assert CEREMONIES.registered(Authenticator().create_signing_itself(options), CHALLENGE) is not None
    assert CEREMONIES.registered(Authenticator().create_signing_itself(options, [b"0"]), CHALLENGE) is None
    for made_by in ("tpm", "apple", "android-safetynet", "fido-u2f", "unheard-of"):
        assert CEREMONIES.registered(Authenticator().create(options, fmt=made_by), CHALLENGE) is None


def test_a_key_longer_than_any_is_refused() -> None:
    options = CEREMONIES.creation_options(USER, CHALLENGE, ())
    long = cbor2.dumps({1: 3, 3: -257, -1: b"\xff" * LONGEST_KEY, -2: b"\1\0\1"})

    created = Authenticator().create(options, attested=b"\0" * 16 + b"\0\4" + b"name" + long)

    assert CEREMONIES.registered(created, CHALLENGE) is None


_PASSKEY = made(_SIGNER := Authenticator())
_CREATED = Authenticator().create(CEREMONIES.creation_options(USER, CHALLENGE, ()))
_SIGNED = _SIGNER.get(CEREMONIES.request_options(CHALLENGE, [_PASSKEY]))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted({*_CREATED["response"], *_SIGNED["response"]})), st.data())
def test_whatever_a_browser_gives_is_judged_and_breaks_nothing(part: str, data: st.DataObject) -> None:
    for given_as, judge in (
        (_CREATED, lambda each: CEREMONIES.registered(each, CHALLENGE)),
        (_SIGNED, lambda each: CEREMONIES.signed(each, CHALLENGE, _PASSKEY)),
    ):
        if part in given_as["response"] and part != "transports":
            whole = unpadded(given_as["response"][part])
            at = data.draw(st.integers(0, len(whole)))
            garbled = whole[:at] + data.draw(st.binary(max_size=12)) + whole[at + data.draw(st.integers(0, 12)) :]
            given_back: Any = base64url(garbled)
            changed = garbled != whole
        else:
            given_back, changed = data.draw(_JSON), False
        answered = {**given_as, "response": {**given_as["response"], part: given_back}}
        CEREMONIES.challenge_of(answered)
        judged = judge(answered)
        if changed and part in {"authenticatorData", "signature"} and given_as is _SIGNED:
            assert judged is None


@given(_JSON, _JSON)
def test_nor_does_what_is_no_answer_at_all(whole: object, part: object) -> None:
    for garbled in ({"id": whole, "response": part}, {"response": {"clientDataJSON": part}}, {"type": whole}):
        assert CEREMONIES.challenge_of(garbled) is None
        assert CEREMONIES.registered(garbled, CHALLENGE) is None
        assert CEREMONIES.signed(garbled, CHALLENGE, _PASSKEY) is None


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\xff",
        b"\x9f" * 5_000,
        b"\x81" * 30_000,
        b"\xbb" + b"\xff" * 8,
        b"\x5b" + b"\x7f" * 8,
        cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": b"short"}),
        cbor2.dumps({"fmt": "none", "attStmt": [], "authData": 7}),
        cbor2.dumps([1, 2, 3]),
    ],
)
def test_garbage_in_place_of_cbor_is_refused(garbage: bytes) -> None:
    created = {**_CREATED, "response": {**_CREATED["response"], "attestationObject": base64url(garbage)}}

    assert CEREMONIES.registered(created, CHALLENGE) is None
