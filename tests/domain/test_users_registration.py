"""Registering and logging in."""

import asyncio
from datetime import date, timedelta

import attrs
import pytest

from saltbitter_domain.consent.model import ConsentOutdated, Purpose
from saltbitter_domain.consent.policies import verify_chain
from saltbitter_domain.users.model import (
    AccountSuspended,
    CredentialsRefused,
    EmailTaken,
    Registered,
    RegistrationInvalid,
    RegistrationRepeated,
    SessionsEnded,
    SessionStarted,
)
from tests.doubles.users import COMMON, EMAIL, NOW, PASSWORD, PRIVACY_POLICY, TERMS, Accounts


async def suspend(accounts: Accounts, email: str = EMAIL) -> None:
    await accounts.suspensions.suspend(await accounts.id_of(email), "Insults")


async def test_registering_opens_an_account_whose_address_is_still_to_be_verified() -> None:
    accounts = Accounts()
    await accounts.register(" Ada@Example.TEST ", born=date(1990, 5, 17), time_zone="Europe/Lisbon")

    user = await accounts.user("ada@example.test")

    assert user is not None
    assert (user.date_of_birth, user.time_zone, user.created_at) == (date(1990, 5, 17), "Europe/Lisbon", NOW)
    assert user.email_verified_at is None
    assert PASSWORD not in user.password_hash
    assert await accounts.events() == [Registered(user.id)]
    assert await accounts.auth.account(user.id) == user


async def test_registering_records_consent_to_terms_and_privacy_policy() -> None:
    accounts = Accounts()
    await accounts.register()

    async with accounts.begin() as uow:
        chain = await uow.consents.chain(await accounts.id_of())

    assert [(record.purpose, record.granted, record.at) for record in chain] == [
        (Purpose.TERMS, True, NOW),
        (Purpose.PRIVACY_POLICY, True, NOW),
    ]
    assert {record.channel for record in chain} == {"registration"}
    assert len({record.id for record in chain}) == 2
    assert verify_chain(chain)


async def test_everything_wrong_with_a_registration_is_said_at_once() -> None:
    accounts = Accounts()

    with pytest.raises(RegistrationInvalid) as refused:
        await accounts.register("not an address", "short", born=date(2010, 1, 1), time_zone="Nowhere")

    assert [(problem.path, problem.code) for problem in refused.value.fields] == [
        ("email", "not_an_address"),
        ("password", "too_short"),
        ("time_zone", "unknown"),
        ("date_of_birth", "under_age"),
    ]
    assert await accounts.events() == []
    assert accounts.passwords.work.total() == 0


async def test_a_wrong_address_alone_is_refused() -> None:
    with pytest.raises(RegistrationInvalid) as refused:
        await Accounts().register("ada@")
    assert [problem.path for problem in refused.value.fields] == ["email"]


async def test_the_own_address_is_no_password() -> None:
    with pytest.raises(RegistrationInvalid) as refused:
        await Accounts().register("adalovelace@example.test", "for adalovelace only")
    assert [problem.code for problem in refused.value.fields] == ["contains_email"]


@pytest.mark.parametrize("password", [COMMON, COMMON.title(), "\uff43" + COMMON[1:]])
async def test_a_common_password_is_refused_in_every_spelling(password: str) -> None:
    with pytest.raises(RegistrationInvalid) as refused:
        await Accounts().register(password=password)
    assert [problem.code for problem in refused.value.fields] == ["common"]


@pytest.mark.parametrize(
    ("terms", "privacy_policy", "outdated"),
    [
        ("old", PRIVACY_POLICY, ["terms_version"]),
        (TERMS, "old", ["privacy_policy_version"]),
        ("old", "", ["terms_version", "privacy_policy_version"]),
    ],
)
async def test_nobody_agrees_to_texts_no_longer_in_force(terms: str, privacy_policy: str, outdated: list[str]) -> None:
    accounts = Accounts()
    with pytest.raises(ConsentOutdated) as refused:
        await accounts.register(terms=terms, privacy_policy=privacy_policy)
    assert [problem.path for problem in refused.value.fields] == outdated
    assert await accounts.user() is None


async def test_registering_again_looks_the_same_and_only_the_owner_is_told() -> None:
    accounts = Accounts()
    await accounts.register()
    await accounts.deliver()
    before = await accounts.user()
    first_work = accounts.passwords.work.copy()

    await accounts.register("ADA@example.test", "another password")

    assert accounts.passwords.work - first_work == first_work, "as much hashing as for a new address"
    assert await accounts.user() == before
    assert await accounts.events() == [RegistrationRepeated(await accounts.id_of())]
    with pytest.raises(CredentialsRefused):
        await accounts.login(password="another password")


async def test_of_simultaneous_registrations_of_one_address_one_opens_the_account() -> None:
    accounts = Accounts()
    accounts.begin.race(20)

    await asyncio.gather(*(accounts.register() for _ in range(20)))

    events = await accounts.events()
    assert [type(event) for event in events].count(Registered) == 1
    assert [type(event) for event in events].count(RegistrationRepeated) == 19


async def test_an_address_given_up_at_the_moment_of_registering_leaves_nothing_behind() -> None:
    accounts = Accounts()
    accounts.begin.refuse(EmailTaken("Another account has this address."))
    await accounts.register()
    assert await accounts.events() == []


async def test_a_member_logs_in_with_any_spelling_of_the_address_and_any_composition_of_the_password() -> None:
    accounts = Accounts()
    await accounts.register(password="crème brûlée à deux")

    tokens = await accounts.login(" ADA@Example.test", "cre\u0300me bru\u0302le\u0301e a\u0300 deux")

    assert tokens.user_id == await accounts.id_of()
    assert tokens.access_expires_at == NOW + timedelta(minutes=15)
    assert tokens.refresh_expires_at == NOW + timedelta(days=7)
    assert accounts.lets_in(tokens)
    assert tokens.refresh_token not in repr(tokens)
    assert tokens.access_token not in repr(tokens)


async def test_a_login_is_remembered() -> None:
    accounts = Accounts()
    await accounts.register()
    accounts.clock.advance(timedelta(hours=1))

    tokens = await accounts.login(label="  Ada's\nphone ")

    user = await accounts.user()
    assert user is not None
    assert SessionStarted(user.id, tokens.session_id) in await accounts.events()
    [session] = await accounts.auth.sessions(accounts.access(tokens))
    assert (session.label, session.ip_prefix) == ("Ada's phone", "192.0.2.0/24")
    assert session.created_at == session.last_used_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.test", "not an address", ""])
async def test_a_wrong_password_and_an_unknown_address_are_refused_alike(email: str) -> None:
    accounts = Accounts()
    await accounts.register()
    accounts.passwords.work.clear()

    with pytest.raises(CredentialsRefused) as refused:
        await accounts.login(email, "seven noisy otters")

    assert refused.value.detail == "E-mail address or password is not right. Try again, or reset your password."
    assert refused.value.fields == ()
    assert dict(accounts.passwords.work) == {"verify": 1}


async def test_a_suspended_member_is_told_so_only_with_the_right_password() -> None:
    accounts = Accounts()
    await accounts.register()
    await suspend(accounts)

    with pytest.raises(AccountSuspended):
        await accounts.login()
    with pytest.raises(CredentialsRefused):
        await accounts.login(password="seven noisy otters")
    assert SessionStarted not in [type(event) for event in await accounts.events()]


async def test_a_suspended_member_cannot_stay_in() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    await suspend(accounts)

    with pytest.raises(AccountSuspended):
        await accounts.refresh(tokens)


async def test_an_outdated_hash_is_renewed_at_login() -> None:
    accounts = Accounts()
    await accounts.register()
    before = await accounts.user()
    accounts.passwords.all_outdated = True
    await accounts.login()
    accounts.passwords.all_outdated = False
    after = await accounts.user()

    assert before is not None
    assert after is not None
    assert after.password_hash != before.password_hash
    await accounts.login()
    assert await accounts.user() == attrs.evolve(after, version=after.version + 1)


async def test_a_member_may_log_in_on_several_devices_at_the_same_moment() -> None:
    accounts = Accounts()
    await accounts.register()
    accounts.begin.race(10)

    logins = await asyncio.gather(*(accounts.login() for _ in range(10)))

    access = accounts.access(logins[0])
    sessions = await accounts.auth.sessions(access)
    assert {session.id for session in sessions} == {tokens.session_id for tokens in logins}
    assert len(sessions) == 10


async def test_a_password_changed_while_it_is_being_checked_no_longer_lets_anybody_in() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    change = accounts.recovery.change_password(accounts.access(tokens), PASSWORD, "eleven loud herons")
    accounts.passwords.meanwhile = lambda: change

    with pytest.raises(CredentialsRefused):
        await accounts.login()
    await accounts.login(password="eleven loud herons")


async def test_no_session_opened_with_the_old_password_outlives_its_change() -> None:
    accounts = Accounts()
    tokens = await accounts.enter()
    accounts.begin.race(2)

    await asyncio.gather(
        accounts.login(),
        accounts.recovery.change_password(accounts.access(tokens), PASSWORD, "eleven loud herons"),
        return_exceptions=True,
    )

    assert len([event for event in await accounts.events() if isinstance(event, SessionsEnded)]) == 1
    async with accounts.begin() as uow:
        assert len(await uow.sessions.open_of(tokens.user_id, NOW)) == 1
