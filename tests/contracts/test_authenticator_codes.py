"""Codes are those of every authenticator app, and secrets are readable with our key and for their member only."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pyotp
import pytest

from adapters.system.authenticator import TotpCodes
from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.ports import AuthenticatorCodes

PORT = AuthenticatorCodes

CODES = TotpCodes({"one": b"1" * 32})
ADA, BOB = UserId(UUID(int=1)), UserId(UUID(int=2))
NOW = datetime(2026, 3, 2, 12, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    """Its appendix B, whose codes have eight digits; an app shows the last six."""
    sealed = CODES._seal(base64.b32encode(b"12345678901234567890").decode(), ADA)

    assert CODES.step(sealed, ADA, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize(("off", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_fits_at_its_step_and_the_two_beside_it(off: int, fits: bool) -> None:
    sealed = CODES.new_secret(ADA)
    code = pyotp.TOTP(CODES.enrolment(sealed, ADA, "ada").secret).at(NOW + off * timedelta(seconds=30))

    assert CODES.step(sealed, ADA, code, NOW) == (STEP + off if fits else None)


@pytest.mark.parametrize(
    "code", ["", "0", "12345", "1234567", "no code", "\u0663\u0664\u0665\u0666\u0667\u0668", "1" * 5000]
)
def test_what_is_no_code_fits_never(code: str) -> None:
    assert CODES.step(CODES.new_secret(ADA), ADA, code, NOW) is None


def test_an_app_is_set_up_with_160_bits_the_product_and_the_account() -> None:
    enrolment = CODES.enrolment(CODES.new_secret(ADA), ADA, "ada+1@example.test")
    address = urlsplit(enrolment.uri)

    assert len(base64.b32decode(enrolment.secret)) == 20
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert address.path == "/SaltBitter:ada%2B1%40example.test"
    assert parse_qs(address.query) == {"secret": [enrolment.secret], "issuer": ["SaltBitter"]}


def test_no_two_secrets_are_equal_nor_their_sealed_forms() -> None:
    secrets = {CODES.enrolment(sealed, ADA, "ada").secret for sealed in (CODES.new_secret(ADA) for _ in range(100))}
    sealed = {CODES._seal("JBSWY3DPEHPK3PXP", ADA) for _ in range(100)}

    assert len(secrets) == len(sealed) == 100


def test_a_sealed_secret_shows_nothing_and_opens_for_its_member_with_its_key_and_unchanged_only() -> None:
    sealed = CODES.new_secret(ADA)
    secret = CODES.enrolment(sealed, ADA, "ada").secret
    code = pyotp.TOTP(secret).at(NOW)
    changed = sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1]

    assert secret not in sealed
    assert CODES.step(sealed, ADA, code, NOW) == STEP
    assert CODES.step(sealed, BOB, code, NOW) is None
    assert CODES.step(changed, ADA, code, NOW) is None
    assert TotpCodes({"one": b"2" * 32}).step(sealed, ADA, code, NOW) is None
    assert TotpCodes({"two": b"1" * 32}).step(sealed, ADA, code, NOW) is None
    with pytest.raises(ValueError, match="not known"):
        CODES.enrolment(sealed, BOB, "bob")


@pytest.mark.parametrize("keys", [{}, {"one": b"1" * 31}])
def test_a_short_key_or_none_is_refused(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        TotpCodes(keys)
