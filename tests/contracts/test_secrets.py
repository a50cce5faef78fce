"""Secret tokens are long, safe in an address, and known only to whom they were given."""

import re

import pytest

from adapters.system.secrets import SystemSecrets
from saltbitter_domain.users.ports import Secrets

PORT = Secrets

SECRETS = SystemSecrets(b"k" * 32)
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def test_a_token_is_256_bits_and_safe_in_an_address() -> None:
    assert TOKEN.fullmatch(SECRETS.token())


def test_no_two_tokens_are_equal() -> None:
    assert len({SECRETS.token() for _ in range(1_000)}) == 1_000


def test_a_derived_token_is_the_same_again_in_every_process() -> None:
    derived = SECRETS.derived("refresh", "seed")

    assert TOKEN.fullmatch(derived)
    assert SystemSecrets(b"k" * 32).derived("refresh", "seed") == derived


def test_derived_tokens_differ_by_purpose_by_seed_by_where_they_meet_and_by_key() -> None:
    pairs = [("refresh", "seed"), ("refresh", "seeds"), ("reset", "seed"), ("refreshs", "eed"), ("", "refreshseed")]
    tokens = [SECRETS.derived(*pair) for pair in pairs] + [SystemSecrets(b"j" * 32).derived("refresh", "seed")]

    assert len(set(tokens)) == len(tokens)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SystemSecrets(b"k" * 31)
