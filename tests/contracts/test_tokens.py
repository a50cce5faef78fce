"""Access tokens say who is asking, and none but our own are believed."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.system.clock import ManualClock
from adapters.system.tokens import Hs256AccessTokens
from saltbitter_domain.kernel import SessionId, UserId
from saltbitter_domain.users.model import AccessTokenRefused, Role
from saltbitter_domain.users.ports import Access, AccessTokens

PORT = AccessTokens

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
CLOCK = ManualClock(NOON)
KEY, NEXT_KEY = b"k" * 32, b"n" * 48
ACCESS = Access(UserId(UUID(int=1)), SessionId(UUID(int=2)), Role.MODERATOR, NOON + timedelta(minutes=15))


def tokens_by(keys: dict[str, bytes], clock: ManualClock = CLOCK) -> Hs256AccessTokens:
    return Hs256AccessTokens(keys, issuer="saltbitter", audience="saltbitter-api", clock=clock)


TOKENS = tokens_by({"1": KEY})
GOOD = TOKENS.issue(ACCESS)
CLAIMS = jwt.decode(GOOD, options={"verify_signature": False})


def test_a_token_says_what_it_was_issued_for() -> None:
    assert TOKENS.read(GOOD) == ACCESS


def test_a_token_is_over_on_the_second_it_expires() -> None:
    clock = ManualClock(NOON)
    tokens = tokens_by({"1": KEY}, clock)

    clock.at(ACCESS.expires_at - timedelta(microseconds=1))
    assert tokens.read(GOOD) == ACCESS

    clock.at(ACCESS.expires_at)
    with pytest.raises(AccessTokenRefused):
        tokens.read(GOOD)


def test_a_token_from_the_future_is_refused() -> None:
    with pytest.raises(AccessTokenRefused):
        tokens_by({"1": KEY}, ManualClock(NOON - timedelta(microseconds=1))).read(GOOD)


def test_the_expiry_is_kept_in_whole_seconds_and_never_later() -> None:
    odd = Access(ACCESS.user_id, ACCESS.session_id, ACCESS.role, ACCESS.expires_at + timedelta(microseconds=999_999))

    assert TOKENS.read(TOKENS.issue(odd)) == ACCESS


def test_while_keys_rotate_no_token_is_refused() -> None:
    before, during, after = (tokens_by(keys) for keys in ({"1": KEY}, {"2": NEXT_KEY, "1": KEY}, {"2": NEXT_KEY}))

    assert during.read(before.issue(ACCESS)) == ACCESS
    assert during.read(during.issue(ACCESS)) == ACCESS
    assert after.read(during.issue(ACCESS)) == ACCESS
    with pytest.raises(AccessTokenRefused):
        after.read(before.issue(ACCESS))


@pytest.mark.parametrize("keys", [{}, {"1": b"k" * 31}, {"1": KEY, "2": b""}])
def test_a_short_key_is_refused_before_anything_is_signed(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        tokens_by(keys)


def test_no_key_shows_when_the_tokens_are_printed() -> None:
    assert "kkk" not in repr(TOKENS)


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: object, *, key: bytes = KEY, algorithm: str = "HS256", **headers: object) -> str:
    """Signed with our very key (unless told otherwise), as a leaked or misused one would."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return jwt.api_jws.encode(payload, key, algorithm, headers={"kid": "1"} | headers)


def with_claims(**changes: object) -> str:
    return signed(CLAIMS | changes)


def without(claim: str) -> str:
    return signed({name: value for name, value in CLAIMS.items() if name != claim})


HEADER, PAYLOAD, SIGNATURE = GOOD.split(".")
SECONDS = int(NOON.timestamp())

BAD: dict[str, str | Callable[[], str]] = {
    "empty": "",
    "one part": HEADER,
    "two parts": f"{HEADER}.{PAYLOAD}",
    "four parts": f"{GOOD}.{SIGNATURE}",
    "five parts, as encrypted ones have": ".".join([HEADER] * 5),
    "only dots": "..",
    "words": "Bearer of good news",
    "with its scheme": f"Bearer {GOOD}",
    "a space before": f" {GOOD}",
    "a line break after": f"{GOOD}\n",
    "a NUL inside": GOOD.replace(".", ".\x00", 1),
    "padding after": f"{GOOD}=",
    "full-width characters": GOOD.replace("e", "ｅ"),
    "a lone surrogate": f"\ud800{GOOD}",
    "a megabyte": f"{HEADER}.{'A' * 1_000_000}.{SIGNATURE}",
    "a megabyte of claims": lambda: with_claims(sub="x" * 1_000_000),
    "more than 4 KB": lambda: signed(json.dumps(CLAIMS).encode() + b" " * 3_000),
    "a deeply nested header": f"{encoded(b'[' * 2_500)}.{PAYLOAD}.{SIGNATURE}",
    "no signature": f"{HEADER}.{PAYLOAD}.",
    "a short signature": f"{HEADER}.{PAYLOAD}.{SIGNATURE[:-1]}",
    "a changed signature": f"{HEADER}.{PAYLOAD}.{'A' * 43}",
    "changed claims": f"{HEADER}.{encoded(CLAIMS | {'role': 'admin'})}.{SIGNATURE}",
    "signed with another key": lambda: signed(CLAIMS, key=NEXT_KEY),
    "signed with an empty key": lambda: f"{HEADER}.{PAYLOAD}." + hs256(f"{HEADER}.{PAYLOAD}", b""),
    "algorithm none": f"{encoded({'alg': 'none', 'kid': '1', 'typ': 'JWT'})}.{PAYLOAD}.",
    "algorithm none, our signature": f"{encoded({'alg': 'none', 'kid': '1', 'typ': 'JWT'})}.{PAYLOAD}.{SIGNATURE}",
    "algorithm nOnE": f"{encoded({'alg': 'nOnE', 'kid': '1', 'typ': 'JWT'})}.{PAYLOAD}.{SIGNATURE}",
    "algorithm HS384": lambda: signed(CLAIMS, key=KEY * 2, algorithm="HS384"),
    "algorithm HS512": lambda: signed(CLAIMS, key=KEY * 2, algorithm="HS512"),
    "algorithm RS256 in name": f"{encoded({'alg': 'RS256', 'kid': '1', 'typ': 'JWT'})}.{PAYLOAD}.{SIGNATURE}",
    "an unknown key id": lambda: signed(CLAIMS, kid="2"),
    "a key id that is a path": lambda: signed(CLAIMS, kid="../../dev/null"),
    "a key id that is SQL": lambda: signed(CLAIMS, kid="1' OR '1'='1"),
    "no key id": lambda: jwt.encode(CLAIMS, KEY, "HS256"),
    "a key of its own": lambda: signed(CLAIMS, jwk={"kty": "oct", "k": encoded(KEY)}),
    "a key elsewhere": lambda: signed(CLAIMS, jku="https://keys.example/jwks.json"),
    "a certificate elsewhere": lambda: signed(CLAIMS, x5u="https://keys.example/chain.pem"),
    "a critical extension": lambda: signed(CLAIMS, crit=["exp"]),
    "another type in its header": lambda: signed(CLAIMS, typ="at+jwt"),
    "claims that are a list": lambda: signed([CLAIMS]),
    "claims that are a number": lambda: signed(1),
    "claims nested too deeply": lambda: signed(b"[" * 2_500),
    "a claim made twice": lambda: signed(json.dumps(CLAIMS)[:-1].encode() + b',"role":"admin"}'),
    "a claim made twice, ours last": lambda: signed(b'{"role":"admin",' + json.dumps(CLAIMS)[1:].encode()),
    "claims that are not JSON": lambda: signed(b"{"),
    "claims that are not text": lambda: signed(b"\xff\xfe"),
    **{f"no {claim}": without(claim) for claim in CLAIMS},
    "a claim we do not know": lambda: with_claims(nbf=SECONDS + 60),
    "expired a second ago": lambda: with_claims(exp=SECONDS - 1),
    "expires now": lambda: with_claims(exp=SECONDS),
    "issued in a second": lambda: with_claims(iat=SECONDS + 1),
    "expiry in words": lambda: with_claims(exp=str(SECONDS + 900)),
    "expiry as a fraction": lambda: with_claims(exp=SECONDS + 900.5),
    "expiry true": lambda: with_claims(exp=True),
    "expiry beyond all calendars": lambda: with_claims(exp=10**30),
    "expiry NaN": lambda: with_claims(exp=float("nan")),
    "expiry infinite": lambda: with_claims(exp=float("inf")),
    "issued null": lambda: with_claims(iat=None),
    "another issuer": lambda: with_claims(iss="https://saltbitter.example"),
    "several issuers": lambda: with_claims(iss=["saltbitter"]),
    "another audience": lambda: with_claims(aud="saltbitter-web"),
    "several audiences": lambda: with_claims(aud=["saltbitter-api", "other"]),
    "a refresh token": lambda: with_claims(typ="refresh"),
    "a reset token": lambda: with_claims(typ="reset_password"),
    "a member who is not an id": lambda: with_claims(sub="anna"),
    "a member who is a number": lambda: with_claims(sub=1),
    "a member who is null": lambda: with_claims(sub=None),
    "a session that is a list": lambda: with_claims(sid=[]),
    "a session that is not an id": lambda: with_claims(sid=""),
    "a role we do not know": lambda: with_claims(role="owner"),
    "a role that is a list": lambda: with_claims(role=["admin"]),
}


def hs256(signed_part: str, key: bytes) -> str:
    algorithm = jwt.get_algorithm_by_name("HS256")
    return encoded(algorithm.sign(signed_part.encode(), key))


@pytest.mark.parametrize("name", BAD)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_bad_token_is_refused(name: str) -> None:
    bad = BAD[name]

    with pytest.raises(AccessTokenRefused) as refused:
        TOKENS.read(bad if isinstance(bad, str) else bad())

    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")) | st.from_regex(r"\A[\w-]+\.[\w-]+\.[\w-]{43}\Z"))
def test_no_other_text_is_a_token_either(text: str) -> None:
    with pytest.raises(AccessTokenRefused):
        TOKENS.read(text)
