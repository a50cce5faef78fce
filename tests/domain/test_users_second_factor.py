"""A second factor: turned on by a first code, asked for at every sign-in, good once, hard to guess."""

import asyncio
from datetime import timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.kernel import StaleWrite
from saltbitter_domain.users.model import (
    CredentialsRefused,
    EndReason,
    PasswordRefused,
    SessionOver,
    SessionsEnded,
    Tokens,
)
from saltbitter_domain.users.model.second_factor import (
    Challenge,
    ChallengeOver,
    CodeRefused,
    CodesPaused,
    SecondFactorOff,
    SecondFactorOn,
)
from saltbitter_domain.users.policies import canonical_code, recovery_code
from tests.doubles.users import EMAIL, PASSWORD, Accounts

STEP = timedelta(seconds=30)
SHORT = "8 quiet!"


class App:
    """A member with an authenticator app."""

    def __init__(self, accounts: Accounts, tokens: Tokens, secret: str) -> None:
        self.accounts, self.tokens, self._secret = accounts, tokens, secret
        self.recovery_codes: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return pyotp.TOTP(self._secret).at(self.accounts.clock.now())

    @property
    def wrong(self) -> str:
        """A code that the app shows at no time near."""
        now = self.accounts.clock.now()
        near = {pyotp.TOTP(self._secret).at(now + step * STEP) for step in (-1, 0, 1)}
        return next(code for code in (f"{number:06}" for number in range(9)) if code not in near)

    async def confirm(self) -> None:
        self.recovery_codes = await self.accounts.second_factors.confirm(self.accounts.access(self.tokens), self.code)

    async def next_code(self) -> str:
        self.accounts.clock.advance(STEP)
        return self.code

    async def challenged(self, password: str = PASSWORD) -> str:
        answer = await self.accounts.auth.login(email=EMAIL, password=password, label="Laptop", ip="192.0.2.1")
        assert isinstance(answer, Challenge)
        return answer.challenge_token

    async def answer(self, challenge: str, code: str) -> Tokens:
        return await self.accounts.auth.answer_challenge(
            challenge_token=challenge, code=code, label="Laptop", ip="192.0.2.1"
        )

    async def sign_in(self, code: str, password: str = PASSWORD) -> Tokens:
        return await self.answer(await self.challenged(password), code)

    async def remove(self, code: str, password: str = PASSWORD) -> None:
        await self.accounts.second_factors.remove(self.accounts.access(self.tokens), password, code)

    async def is_on(self) -> bool:
        return await self.accounts.auth.has_second_factor(self.tokens.user_id)


async def begun(accounts: Accounts) -> App:
    tokens = await accounts.enter()
    enrolment = await accounts.second_factors.enrol(accounts.access(tokens), PASSWORD)
    return App(accounts, tokens, enrolment.secret)


async def with_app(accounts: Accounts) -> App:
    app = await begun(accounts)
    await app.confirm()
    return app


async def test_nothing_changes_before_a_first_code_confirms_that_the_app_has_the_secret() -> None:
    app = await begun(Accounts())

    assert not await app.is_on()
    assert app.accounts.lets_in(await app.accounts.login())
    with pytest.raises(CodeRefused):
        await app.accounts.second_factors.confirm(app.accounts.access(app.tokens), app.wrong)
    assert not await app.is_on()
    await app.confirm()
    assert await app.is_on()
    assert await app.accounts.second_factors.of(app.tokens.user_id) is not None


async def test_a_secret_can_be_asked_for_again_until_then_and_the_newest_counts() -> None:
    first = await begun(Accounts())
    accounts, access = first.accounts, first.accounts.access(first.tokens)
    newest = App(accounts, first.tokens, (await accounts.second_factors.enrol(access, PASSWORD)).secret)

    with pytest.raises(CodeRefused):
        await first.confirm()
    await newest.confirm()
    with pytest.raises(SecondFactorOn):
        await accounts.second_factors.enrol(access, PASSWORD)
    with pytest.raises(SecondFactorOn):
        await newest.confirm()


async def test_it_cannot_be_confirmed_renewed_or_removed_without_one() -> None:
    accounts = Accounts()
    access = accounts.access(await accounts.enter())

    for call in (
        accounts.second_factors.confirm(access, "123456"),
        accounts.second_factors.renew_recovery_codes(access, PASSWORD, "123456"),
        accounts.second_factors.remove(access, PASSWORD, "123456"),
    ):
        with pytest.raises(SecondFactorOff):
            await call
    assert await accounts.second_factors.of(access.user_id) is None


async def test_turning_it_on_ends_every_session_that_a_password_alone_opened_but_the_one_that_asks() -> None:
    app = await begun(Accounts())
    other = await app.accounts.login()

    await app.confirm()

    assert app.accounts.lets_in(app.tokens)
    assert not app.accounts.lets_in(other)
    ended = [event for event in await app.accounts.events() if isinstance(event, SessionsEnded)]
    assert [(event.session_ids, event.because) for event in ended] == [
        ((other.session_id,), EndReason.SECOND_FACTOR_ADDED)
    ]


async def test_a_login_that_races_with_turning_it_on_ends_or_is_asked_for_a_code() -> None:
    app = await begun(Accounts())
    app.accounts.begin.race(2)

    login, confirmed = await asyncio.gather(
        app.accounts.auth.login(email=EMAIL, password=PASSWORD, label="Laptop", ip="192.0.2.1"),
        app.confirm(),
        return_exceptions=True,
    )

    assert confirmed is None
    assert isinstance(login, Challenge) or (isinstance(login, Tokens) and not app.accounts.lets_in(login))


async def test_a_right_password_opens_nothing_without_a_code() -> None:
    app = await with_app(Accounts())
    challenge = await app.challenged()

    with pytest.raises(CodeRefused):
        await app.answer(challenge, app.wrong)
    with pytest.raises(SessionOver):
        await app.accounts.auth.refresh(challenge, "192.0.2.1")
    tokens = await app.answer(challenge, await app.next_code())

    assert app.accounts.lets_in(tokens)
    assert await app.accounts.lets_stay(tokens)


async def test_a_wrong_password_is_refused_as_ever() -> None:
    app = await with_app(Accounts())

    with pytest.raises(CredentialsRefused):
        await app.challenged("seven noisy otters")


async def test_a_challenge_is_good_once_for_five_minutes() -> None:
    app = await with_app(Accounts())
    first, second = await app.challenged(), await app.challenged()

    await app.answer(first, await app.next_code())
    for over in (first, second, "never given"):
        with pytest.raises(ChallengeOver):
            await app.answer(over, await app.next_code())
    late = await app.challenged()
    app.accounts.clock.advance(timedelta(minutes=5))
    with pytest.raises(ChallengeOver):
        await app.answer(late, app.code)


async def test_a_new_password_ends_the_challenge_of_the_old_one() -> None:
    app = await with_app(Accounts())
    challenge = await app.challenged()

    await app.accounts.recovery.change_password(app.accounts.access(app.tokens), PASSWORD, "ten loud herons")

    with pytest.raises(ChallengeOver):
        await app.answer(challenge, await app.next_code())


async def test_a_code_is_accepted_once_and_no_older_one_after_it() -> None:
    app = await with_app(Accounts())
    older, used = app.code, await app.next_code()
    await app.sign_in(used)

    for code in (used, older):
        with pytest.raises(CodeRefused):
            await app.sign_in(code)


async def test_of_ten_simultaneous_uses_of_one_code_one_succeeds() -> None:
    app = await with_app(Accounts())
    challenges = [await app.challenged() for _ in range(10)]
    code = await app.next_code()

    outcomes = await asyncio.gather(*(app.answer(challenge, code) for challenge in challenges), return_exceptions=True)

    assert sum(isinstance(each, Tokens) for each in outcomes) == 1


async def test_spaces_and_capitals_in_a_code_are_as_people_type_them() -> None:
    app = await with_app(Accounts())
    code = await app.next_code()

    await app.sign_in(f" {code[:3]} {code[3:]} ")
    await app.sign_in(app.recovery_codes[0].upper().replace("-", " "))


async def test_each_of_ten_recovery_codes_is_good_once_and_its_use_is_mailed() -> None:
    app = await with_app(Accounts())
    first, *others = app.recovery_codes
    assert len({first, *others}) == 10

    await app.sign_in(first)

    with pytest.raises(CodeRefused):
        await app.sign_in(first)
    factor = await app.accounts.second_factors.of(app.tokens.user_id)
    assert factor is not None
    assert len(factor.recovery_hashes) == 9
    await app.accounts.deliver()
    assert "recovery_code_used" in {mail.template for mail in app.accounts.mails()}


async def test_recovery_codes_are_kept_as_hashes_only() -> None:
    app = await with_app(Accounts())
    factor = await app.accounts.second_factors.of(app.tokens.user_id)

    assert not set(app.recovery_codes) & set(factor.recovery_hashes if factor else ())
    assert {len(hashed) for hashed in (factor.recovery_hashes if factor else ())} == {64}


async def test_new_recovery_codes_take_the_place_of_all_older_ones() -> None:
    app = await with_app(Accounts())
    old = app.recovery_codes[0]

    access = app.accounts.access(app.tokens)
    fresh = await app.accounts.second_factors.renew_recovery_codes(access, PASSWORD, await app.next_code())

    with pytest.raises(CodeRefused):
        await app.sign_in(old)
    await app.sign_in(fresh[0])


async def test_after_five_wrong_codes_even_the_right_one_waits_longer_each_time() -> None:
    app = await with_app(Accounts())
    challenge = await app.challenged()
    for _ in range(5):
        with pytest.raises(CodeRefused):
            await app.answer(challenge, app.wrong)

    waits = []
    for _ in range(3):
        with pytest.raises(CodesPaused) as paused:
            await app.answer(await app.challenged(), app.code)
        waits.append(paused.value.retry_after)
        app.accounts.clock.advance(timedelta(seconds=paused.value.retry_after or 0))
        with pytest.raises(CodeRefused):
            await app.answer(await app.challenged(), app.wrong)
    assert waits == [30, 60, 120]
    app.accounts.clock.advance(timedelta(minutes=4))
    assert app.accounts.lets_in(await app.sign_in(app.code))


async def test_the_pause_is_a_day_at_most_and_a_recovery_code_does_not_wait() -> None:
    app = await with_app(Accounts())
    for _ in range(40):
        app.accounts.clock.advance(timedelta(days=1))
        with pytest.raises(CodeRefused):
            await app.sign_in(app.wrong)

    with pytest.raises(CodesPaused) as paused:
        await app.sign_in(app.code)
    assert paused.value.retry_after == 24 * 60 * 60
    assert app.accounts.lets_in(await app.sign_in(app.recovery_codes[0]))
    assert app.accounts.lets_in(await app.sign_in(await app.next_code()))


async def test_removing_it_needs_the_password_and_a_code_and_is_mailed() -> None:
    app = await with_app(Accounts())

    with pytest.raises(PasswordRefused):
        await app.remove(await app.next_code(), "seven noisy otters")
    with pytest.raises(CodeRefused):
        await app.remove(app.wrong)
    await app.remove(await app.next_code())

    assert not await app.is_on()
    assert app.accounts.lets_in(await app.accounts.login())
    await app.accounts.deliver()
    templates = [mail.template for mail in app.accounts.mails()]
    assert {"second_factor_added", "second_factor_removed"} <= set(templates)


async def test_whoever_lost_their_phone_removes_it_with_a_recovery_code() -> None:
    app = await with_app(Accounts())

    await app.remove(app.recovery_codes[3])

    assert not await app.is_on()


async def test_a_challenge_from_before_it_was_removed_opens_nothing() -> None:
    app = await with_app(Accounts())
    challenge = await app.challenged()
    await app.remove(app.recovery_codes[3])

    with pytest.raises(ChallengeOver):
        await app.answer(challenge, await app.next_code())


async def test_eight_characters_suffice_beside_it_and_not_once_it_is_gone() -> None:
    app = await with_app(Accounts())
    access = app.accounts.access(app.tokens)

    with pytest.raises(PasswordRefused):
        await app.accounts.recovery.change_password(access, PASSWORD, SHORT[:7])
    app.tokens = await app.accounts.recovery.change_password(access, PASSWORD, SHORT)
    assert app.accounts.lets_in(await app.sign_in(await app.next_code(), SHORT))

    with pytest.raises(PasswordRefused, match="too short to stand alone"):
        await app.remove(await app.next_code(), SHORT)
    app.tokens = await app.accounts.recovery.change_password(app.accounts.access(app.tokens), SHORT, PASSWORD)
    await app.remove(await app.next_code())
    with pytest.raises(PasswordRefused):
        await app.accounts.recovery.change_password(app.accounts.access(app.tokens), PASSWORD, SHORT)


async def test_a_short_password_chosen_while_it_is_removed_is_refused() -> None:
    app = await with_app(Accounts())
    access = app.accounts.access(app.tokens)

    async def remove() -> None:
        await app.remove(app.recovery_codes[0])

    app.accounts.passwords.meanwhile = remove
    with pytest.raises(StaleWrite):
        await app.accounts.recovery.change_password(access, PASSWORD, SHORT)
    assert app.accounts.lets_in(await app.accounts.login())


async def test_a_reset_password_does_not_let_anybody_past_it() -> None:
    app = await with_app(Accounts())
    await app.accounts.recovery.verify_email(await app.accounts.mailed_token("verify_email"))
    await app.accounts.recovery.forgot_password(EMAIL)

    await app.accounts.recovery.reset_password(await app.accounts.mailed_token("reset_password"), SHORT)

    await app.challenged(SHORT)


async def test_whoever_joined_with_anothers_address_does_not_keep_them_from_it_by_a_second_factor() -> None:
    stranger = await with_app(Accounts())
    accounts = stranger.accounts
    await accounts.recovery.forgot_password(EMAIL)
    link = await accounts.mailed_token("reset_password")
    with pytest.raises(PasswordRefused):
        await accounts.recovery.reset_password(link, SHORT)

    await accounts.recovery.reset_password(link, "eleven loud herons")

    tokens = await accounts.login(password="eleven loud herons")
    assert await accounts.second_factors.of(tokens.user_id) is None
    await accounts.deliver()
    assert "second_factor_removed" in {mail.template for mail in accounts.mails()}


async def test_who_was_signed_out_meanwhile_changes_nothing() -> None:
    app = await begun(Accounts())
    access = app.accounts.access(app.tokens)
    await app.accounts.auth.logout_everywhere(access)

    with pytest.raises(SessionOver):
        await app.accounts.second_factors.confirm(access, app.code)


@given(st.text())
def test_a_recovery_code_is_120_bits_that_can_be_read_aloud(token: str) -> None:
    code = recovery_code(token)

    assert [len(group) for group in code.split("-")] == [4] * 6
    assert set(code) <= set("abcdefghijklmnopqrstuvwxyz234567-")
    assert canonical_code(code.upper().replace("-", " ")) == canonical_code(code)
