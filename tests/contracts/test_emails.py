"""An e-mail address has one canonical form, however it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.system.emails import EmailValidatorAddresses
from saltbitter_domain.users.ports import EmailAddresses

PORT = EmailAddresses

ADDRESSES = EmailValidatorAddresses(test_domains=True)


@pytest.mark.parametrize(
    ("raw", "normalised"),
    [
        ("anna@example.org", "anna@example.org"),
        ("Anna.Maria+Salt@EXAMPLE.org", "anna.maria+salt@example.org"),
        ("  anna@example.org\n", "anna@example.org"),
        ("ａｎｎａ＠example.org", "anna@example.org"),
        ("Jo\u0308rg@example.org", "jörg@example.org"),
        ("JÖRG@example.org", "jörg@example.org"),
        ("anna@Bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@XN--BCHER-KVA.example", "anna@xn--bcher-kva.example"),
        ("anna@example。org", "anna@example.org"),
        ("\u212aelvin@example.org", "kelvin@example.org"),
        ("groß@example.org", "groß@example.org"),
        ("demo@saltbitter.test", "demo@saltbitter.test"),
    ],
)
def test_an_address_has_one_form(raw: str, normalised: str) -> None:
    assert ADDRESSES.normalise(raw) == normalised


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@@example.org",
        "anna@example",
        "anna@localhost",
        "anna@[127.0.0.1]",
        "anna b@example.org",
        "anna@exam ple.org",
        "anna@example.org, berta@example.org",
        "Anna <anna@example.org>",
        '"anna"@example.org',
        ".anna@example.org",
        "an..na@example.org",
        "anna@-example.org",
        "anna\x00@example.org",
        "anna@example.org\r\nBcc: berta@example.org",
        "anna\u202e@example.org",
        "a" * 65 + "@example.org",
        "anna@" + "a" * 64 + ".org",
        "anna@" + "a." * 130 + "org",
        "a" * 1_000_000,
        "\ud800@example.org",
    ],
)
def test_what_is_not_an_address_is_refused(raw: str) -> None:
    assert ADDRESSES.normalise(raw) is None


def test_where_the_post_office_takes_no_other_letters_than_ascii_such_an_address_is_none() -> None:
    ascii_only = EmailValidatorAddresses(ascii_only=True)

    assert ascii_only.normalise("jörg@example.org") is None
    assert ascii_only.normalise("Jorg@Bücher.example") == "jorg@xn--bcher-kva.example"


def test_addresses_for_testing_are_for_testing_only() -> None:
    assert EmailValidatorAddresses().normalise("demo@saltbitter.test") is None
    assert EmailValidatorAddresses().normalise("anna@example.org") == "anna@example.org"


@given(st.text(max_size=80) | st.emails() | st.from_regex(r"\A\w{1,8}@\w{1,8}\.org\Z"))
def test_normalising_twice_changes_nothing(raw: str) -> None:
    once = ADDRESSES.normalise(raw)

    if once is not None:
        assert ADDRESSES.normalise(once) == once
