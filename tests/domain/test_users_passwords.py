"""Which passwords are accepted, and why others are not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.users.model import MAX_PASSWORD, MIN_PASSWORD
from saltbitter_domain.users.policies import canonical_password, password_problems

EMOJI = "".join(chr(0x1F600 + offset) for offset in range(64))
LETTERS = "qwzxvkjhbnmdfgpl" * 10


def codes(password: str, *, name: str = "", email: str = "ada.lovelace@example.test") -> list[str]:
    return [problem.code for problem in password_problems(password, name=name, email=email, common=False)]


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        pytest.param("", ["too_short"], id="empty"),
        pytest.param("q", ["too_short"], id="1"),
        pytest.param(LETTERS[:11], ["too_short"], id="11"),
        pytest.param(LETTERS[:12], [], id="12"),
        pytest.param(LETTERS[:64], [], id="64"),
        pytest.param(LETTERS[:72], [], id="72 bytes"),
        pytest.param(LETTERS[:73], [], id="73 bytes"),
        pytest.param(LETTERS[:128], [], id="128"),
        pytest.param(LETTERS[:129], ["too_long"], id="129"),
        pytest.param(EMOJI, [], id="64 emoji"),
        pytest.param("é" * 12, [], id="12 letters of two bytes"),
        pytest.param("é" * 11, ["too_short"], id="11 letters of two bytes"),
        pytest.param("before\0and after", [], id="a NUL byte"),
        pytest.param("            ", [], id="spaces"),
        pytest.param("aaaaaaaaaaaa", [], id="nothing but lower case"),
    ],
)
def test_length_is_counted_in_characters_and_every_character_will_do(password: str, expected: list[str]) -> None:
    assert codes(password) == expected


def test_two_ways_of_typing_the_same_password_are_one() -> None:
    composed, decomposed = "crème brûlée à deux", unicodedata.normalize("NFD", "crème brûlée à deux")
    assert composed != decomposed
    assert canonical_password(composed) == canonical_password(decomposed)


def test_length_is_that_of_the_canonical_form() -> None:
    assert codes("e\u0301" * 11) == ["too_short"], "22 code points that are 11 letters"
    assert codes("\ufb03" * 4) == [], "four ligatures that are twelve letters"


def test_a_common_password_is_refused() -> None:
    (problem,) = password_problems("correct horse battery", name="", email="", common=True)

    assert (problem.path, problem.code) == ("password", "common")


@pytest.mark.parametrize("password", ["i-love-saltbitter", "SaltBitter-2026-x", "\uff33altbitter for me"])
def test_the_name_of_the_product_is_refused(password: str) -> None:
    assert codes(password) == ["contains_product"]


@pytest.mark.parametrize(
    ("name", "password", "refused"),
    [
        ("Ana", "banana bread pan", False),
        ("Ana", "bread for ana only", True),
        ("Ana", "ANA1990-and-more", True),
        ("Bo", "above the clouds", False),
        ("Bo", "bo_bo_bo_bo_bo", True),
        ("J. Nora", "j walks by the sea", False),
        ("Nora", "ignorant pumpkin", True),
        ("Nora", "IGNORANT PUMPKIN", True),
        ("Anne-Marie", "marie and the sea", True),
        ("Zoë Straße", "on the STRASSE again", True),
        ("Ana Lisboa", "nothing like her", False),
        ("Ana Lisboa", "rain over lisboa", True),
    ],
)
def test_the_own_name_is_refused_inside_a_word_from_four_letters_on(name: str, password: str, refused: bool) -> None:
    assert codes(password, name=name) == (["contains_name"] if refused else [])


@pytest.mark.parametrize(
    ("email", "password", "refused"),
    [
        ("ada@example.test", "ada and the engine", True),
        ("ada@example.test", "adamant engineer", False),
        ("a@b.test", "mail to A@B.test now", True),
        ("a@b.test", "a walk by the sea", False),
        ("adal@example.test", "engines of ADAL 1843", True),
        ("ada.lovelace@example.test", "my ada.lovelace key", True),
        ("adal+dating@example.test", "engines of adal 1843", True),
        ("quiet@mountain.test", "mountain of stones", False),
        ("", "nothing to compare", False),
    ],
)
def test_the_own_address_is_refused_inside_a_word_from_four_letters_on(
    email: str, password: str, refused: bool
) -> None:
    assert codes(password, email=email) == (["contains_email"] if refused else [])


def test_the_refusal_says_which_part_of_name_or_address_it_is() -> None:
    problems = password_problems(
        "lisboa for ada+x@example.test", name="Ana Lisboa", email="ada+x@example.test", common=False
    )

    assert ["“lisboa”" in problems[0].message, "“ada+x@example.test”" in problems[1].message] == [True, True]


def test_everything_that_is_wrong_is_said_at_once_and_under_the_name_of_the_field() -> None:
    problems = password_problems(
        "nora-nora" + "saltbitter" * 13, name="Nora", email="nora@example.test", common=False, path="new"
    )
    assert [problem.code for problem in problems] == ["too_long", "contains_product", "contains_name", "contains_email"]
    assert {problem.path for problem in problems} == {"new"}
    assert all(problem.message for problem in problems)


@given(st.text(max_size=200))
def test_any_text_is_judged_by_its_length_alone_when_nothing_else_speaks_against_it(password: str) -> None:
    length = len(unicodedata.normalize("NFKC", password))
    problems = codes(password, email="")
    assert ("too_short" in problems) == (length < MIN_PASSWORD)
    assert ("too_long" in problems) == (length > MAX_PASSWORD)
    assert canonical_password(canonical_password(password)) == canonical_password(password)
