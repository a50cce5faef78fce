"""Secrets can be changed, one setting at a time, without anybody noticing."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from uuid import UUID

import attrs
import pyotp
import pytest

from adapters.system.authenticator import TotpCodes
from adapters.system.clock import ManualClock
from adapters.system.passwords import BcryptPasswords
from adapters.system.tokens import Hs256AccessTokens
from config.common import password_peppers, second_factor_keys, token_keys
from config.settings import Settings
from saltbitter_domain.kernel import SessionId, UserId
from saltbitter_domain.users.model import AccessTokenRefused, Role
from saltbitter_domain.users.ports import Access

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
ACCESS = Access(UserId(UUID(int=1)), SessionId(UUID(int=2)), Role.MEMBER, NOON + timedelta(minutes=15))
OLD, NEW = "o" * 32, "n" * 32
STEPS: tuple[tuple[str, str | None], ...] = ((OLD, None), (OLD, NEW), (NEW, OLD), (NEW, None))
"""The secret and the other one accepted, as an operator changes them; the last step waits for old tokens to expire."""

SETTINGS = Settings("https://saltbitter.example", OLD, OLD, "m" * 32, "d" * 32, OLD)


def tokens_at(step: tuple[str, str | None], clock: ManualClock | None = None) -> Hs256AccessTokens:
    settings = attrs.evolve(SETTINGS, token_key=step[0], previous_token_key=step[1])
    return Hs256AccessTokens(token_keys(settings), issuer="us", audience="api", clock=clock or ManualClock(NOON))


def passwords_at(step: tuple[str, str | None]) -> BcryptPasswords:
    settings = attrs.evolve(SETTINGS, password_pepper=step[0], previous_password_pepper=step[1])
    return BcryptPasswords(password_peppers(settings), rounds=4)


def codes_at(step: tuple[str, str | None]) -> TotpCodes:
    settings = attrs.evolve(SETTINGS, second_factor_key=step[0], previous_second_factor_key=step[1])
    return TotpCodes(second_factor_keys(settings))


def test_while_the_key_of_second_factors_changes_every_secret_is_read_and_a_code_renews_it() -> None:
    before, during, swapped, after = map(codes_at, STEPS)
    user_id = ACCESS.user_id
    sealed = before.new_secret(user_id)
    code = pyotp.TOTP(before.enrolment(sealed, user_id, "ada").secret).at(NOON)

    assert during.renewed(sealed, user_id) == sealed
    renewed = swapped.renewed(sealed, user_id)
    for reader in (during, swapped, after):
        assert reader.step(renewed, user_id, code, NOON) is not None
    assert after.step(sealed, user_id, code, NOON) is None
    assert after.renewed(sealed, user_id) == sealed


def test_while_the_token_key_changes_every_server_reads_every_token() -> None:
    for step, following in pairwise(STEPS[:3]):
        together = [tokens_at(step), tokens_at(following)]
        for issuer, reader in product(together, together):
            assert reader.read(issuer.issue(ACCESS)) == ACCESS


def test_once_the_old_token_key_is_gone_its_tokens_are_refused_and_the_new_ones_are_not() -> None:
    after = tokens_at(STEPS[3])

    assert after.read(tokens_at(STEPS[2]).issue(ACCESS)) == ACCESS
    with pytest.raises(AccessTokenRefused):
        after.read(tokens_at(STEPS[1]).issue(ACCESS))


async def test_while_the_pepper_changes_every_password_goes_on_fitting() -> None:
    before, during, swapped, after = map(passwords_at, STEPS)
    hashed = await before.hash("a quiet walk by the sea")

    assert not during.outdated(hashed)
    assert await swapped.verify("a quiet walk by the sea", hashed)
    assert swapped.outdated(hashed)
    renewed = await swapped.hash("a quiet walk by the sea")
    assert await during.verify("a quiet walk by the sea", renewed)
    assert await after.verify("a quiet walk by the sea", renewed)
    assert not after.outdated(renewed)
    for passwords in (before, during, swapped, after):
        passwords.close()


@pytest.mark.parametrize("step", STEPS[:2])
async def test_a_hash_from_before_peppers_had_ids_of_their_own_fits_until_the_first_change(
    step: tuple[str, str | None],
) -> None:
    first, now = BcryptPasswords({"p1": OLD.encode()}, rounds=4), passwords_at(step)
    hashed = await first.hash("a quiet walk by the sea")

    assert await now.verify("a quiet walk by the sea", hashed)
    assert now.outdated(hashed)
    first.close()
    now.close()


def test_while_five_servers_change_the_token_key_one_after_the_other_no_living_token_is_refused_anywhere() -> None:
    """As an operator does it: a server a minute, each step on all of them before the next, and 15 minutes before the
    last. At any minute each server signs a token and every one reads all that live."""
    clock, servers = ManualClock(NOON), [0] * 5
    living: list[tuple[datetime, str]] = []
    read = 0

    def minute() -> None:
        nonlocal read, living
        clock.advance(timedelta(minutes=1))
        by_step = {step: tokens_at(STEPS[step], clock) for step in set(servers)}
        over = clock.now() + timedelta(minutes=15)
        fresh = [by_step[step].issue(attrs.evolve(ACCESS, expires_at=over)) for step in servers]
        living = [(until, token) for until, token in living if clock.now() < until] + [(over, each) for each in fresh]
        for until, token in living:
            for step in servers:
                assert by_step[step].read(token) == attrs.evolve(ACCESS, expires_at=until)
                read += 1

    for step in (1, 2, 3):
        for _ in range(15 if step == 3 else 1):
            minute()
        for number in range(len(servers)):
            servers[number] = step
            minute()
    assert read == sum(25 * min(minutes, 15) for minutes in range(1, 33))
