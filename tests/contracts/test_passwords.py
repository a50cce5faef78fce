"""Passwords: kept so that nobody can read them, checked in the same time for everyone, and advised upon."""

import asyncio
import threading
import unicodedata
from collections.abc import Iterator

import bcrypt
import pytest
import zxcvbn

from adapters.system.passwords import BcryptPasswords, ZxcvbnAdvisor
from saltbitter_domain.users.model import Busy
from saltbitter_domain.users.ports import PasswordAdvisor, PasswordHasher

PORTS = (PasswordHasher, PasswordAdvisor)

OLD, NEW = {"1": b"o" * 32}, {"2": b"n" * 32}
PHRASE = "a quiet walk by the sea"


@pytest.fixture
def hasher() -> Iterator[BcryptPasswords]:
    hasher = BcryptPasswords(OLD, rounds=4)
    yield hasher
    hasher.close()


async def test_a_password_fits_its_own_hash_and_no_other_password_does(hasher: BcryptPasswords) -> None:
    hashed = await hasher.hash(PHRASE)

    assert await hasher.verify(PHRASE, hashed)
    assert not await hasher.verify(PHRASE + " ", hashed)
    assert not await hasher.verify(PHRASE.upper(), hashed)
    assert not await hasher.verify("", hashed)


async def test_a_hash_names_its_scheme_its_pepper_and_its_rounds_and_is_never_the_same(hasher: BcryptPasswords) -> None:
    first, second = await hasher.hash(PHRASE), await hasher.hash(PHRASE)

    assert first.startswith("v1$1$2b$04$")
    assert first != second
    assert PHRASE not in first


async def test_production_hashes_with_twelve_rounds() -> None:
    hasher = BcryptPasswords(OLD)

    assert (await hasher.hash(PHRASE)).startswith("v1$1$2b$12$")
    hasher.close()


async def test_every_character_of_a_long_password_counts(hasher: BcryptPasswords) -> None:
    hashed = await hasher.hash("é" * 127 + "1")

    assert await hasher.verify("é" * 127 + "1", hashed)
    assert not await hasher.verify("é" * 127 + "2", hashed)


@pytest.mark.parametrize("odd", ["", "\x00" * 12, "nul \x00 inside a password", "\ud800" * 12, "🧂" * 128])
async def test_no_characters_are_too_odd_for_a_password(hasher: BcryptPasswords, odd: str) -> None:
    hashed = await hasher.hash(odd)

    assert await hasher.verify(odd, hashed)
    assert not await hasher.verify(odd + "x", hashed)


async def test_a_password_fits_however_the_keyboard_composes_it(hasher: BcryptPasswords) -> None:
    hashed = await hasher.hash(unicodedata.normalize("NFC", "Käse und Brötchen"))

    assert await hasher.verify(unicodedata.normalize("NFD", "Käse und Brötchen"), hashed)


async def test_the_stored_hash_is_worth_nothing_without_the_pepper(hasher: BcryptPasswords) -> None:
    hashed = await hasher.hash(PHRASE)
    thief = BcryptPasswords({"1": b"?" * 32}, rounds=4)

    assert not await thief.verify(PHRASE, hashed)
    assert not bcrypt.checkpw(PHRASE.encode(), hashed.removeprefix("v1$1").encode())
    thief.close()


@pytest.mark.parametrize(
    "hashed",
    [None, "", "v1", "v1$1$", "v1$1$not bcrypt", "v1$9$2b$04$" + "." * 53, "v0$1$2b$04$" + "." * 53, "$2b$04$"],
)
async def test_what_is_no_hash_of_ours_fits_no_password_and_takes_as_long(
    hasher: BcryptPasswords, hashed: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[bytes] = []
    compare = bcrypt.checkpw

    def counted(password: bytes, stored: bytes) -> bool:
        fits = compare(password, stored)
        worked.append(stored[:7])
        return fits

    monkeypatch.setattr(bcrypt, "checkpw", counted)

    assert not await hasher.verify(PHRASE, hashed)
    assert worked == [b"$2b$04$"]


async def test_after_a_rotation_old_hashes_still_fit_and_are_due_for_renewal(hasher: BcryptPasswords) -> None:
    hashed = await hasher.hash(PHRASE)
    rotated = BcryptPasswords(NEW | OLD, rounds=4)

    assert await rotated.verify(PHRASE, hashed)
    assert rotated.outdated(hashed)
    assert not rotated.outdated(await rotated.hash(PHRASE))
    rotated.close()


async def test_a_hash_is_outdated_when_its_rounds_or_its_scheme_are(hasher: BcryptPasswords) -> None:
    hashed = await hasher.hash(PHRASE)
    slower = BcryptPasswords(OLD, rounds=5)

    assert not hasher.outdated(hashed)
    assert slower.outdated(hashed)
    assert hasher.outdated(hashed.replace("v1", "v0"))
    slower.close()


async def test_when_too_many_wait_the_next_is_told_when_to_come_back() -> None:
    hasher = BcryptPasswords(OLD, workers=1, waiting=2)
    gate, started = threading.Event(), threading.Event()

    def blocked(*_: object) -> bytes:
        started.set()
        gate.wait()
        return b"$hashed"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bcrypt, "hashpw", blocked)
        waiting = [asyncio.ensure_future(hasher.hash(PHRASE)) for _ in range(3)]
        await asyncio.to_thread(started.wait)

        with pytest.raises(Busy) as refused:
            await hasher.hash(PHRASE)
        gate.set()
        await asyncio.gather(*waiting)

        assert refused.value.retry_after == 1
        assert await hasher.hash(PHRASE) == "v1$1$hashed", "there is room again"
    hasher.close()


async def test_somebody_who_gives_up_waiting_makes_room() -> None:
    hasher = BcryptPasswords(OLD, rounds=4, workers=1, waiting=0)
    waiting = asyncio.ensure_future(hasher.hash(PHRASE))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    hasher.close()

    assert hasher._threads._pending == 0


async def test_the_event_loop_stays_free_while_passwords_are_hashed(hasher: BcryptPasswords) -> None:
    loop_thread, hashed_in = threading.current_thread(), []

    def noted(*_: object) -> bytes:
        hashed_in.append(threading.current_thread())
        return b"$hashed"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bcrypt, "hashpw", noted)
        await hasher.hash(PHRASE)

    assert hashed_in
    assert loop_thread not in hashed_in


@pytest.mark.parametrize("peppers", [{}, {"1": b"short"}, {"1": b"o" * 32, "2": b"n" * 31}, {"a$b": b"o" * 32}])
def test_weak_or_misnamed_peppers_are_refused(peppers: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="pepper"):
        BcryptPasswords(peppers)


def test_no_secret_shows_when_the_hasher_is_printed(hasher: BcryptPasswords) -> None:
    assert "ooo" not in repr(hasher)


@pytest.fixture(scope="module")
def advisor() -> Iterator[ZxcvbnAdvisor]:
    advisor = ZxcvbnAdvisor()
    yield advisor
    advisor.close()


async def test_the_event_loop_stays_free_while_passwords_are_judged(
    advisor: ZxcvbnAdvisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged_in: list[threading.Thread] = []
    judge = zxcvbn.zxcvbn

    def noted(*given: object) -> object:
        judged_in.append(threading.current_thread())
        return judge(*given)

    monkeypatch.setattr(zxcvbn, "zxcvbn", noted)
    await advisor.strength(PHRASE, ())
    await advisor.is_common(PHRASE)

    assert len(judged_in) == 2
    assert threading.current_thread() not in judged_in


async def test_when_too_many_passwords_wait_to_be_judged_the_next_is_told_when_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    advisor = ZxcvbnAdvisor(waiting=2)
    gate = threading.Event()
    monkeypatch.setattr(zxcvbn, "zxcvbn", lambda *_: gate.wait() and {"score": 4, "guesses": 10**12})
    waiting = [asyncio.ensure_future(advisor.is_common(PHRASE)) for _ in range(3)]
    await asyncio.sleep(0)

    for refused in (advisor.is_common(PHRASE), advisor.strength(PHRASE, ())):
        with pytest.raises(Busy) as refusal:
            await refused
        assert refusal.value.retry_after == 1
    gate.set()

    assert await asyncio.gather(*waiting) == [False] * 3
    assert await advisor.strength(PHRASE, ()) == 4, "there is room again"
    advisor.close()


@pytest.mark.parametrize(
    "password",
    [
        "1qaz2wsx3edc",
        "FinalFantasy",
        "ｆｉｎａｌｆａｎｔａｓｙ",
        "password1234",
        "passwordpassword",
        "aaaaaaaaaaaa",
        "123456789012",
        "qwertyuiop12",
        "p4ssw0rd!p4ssw0rd!",
        "a" * 128,
    ],
)
async def test_a_common_password_is_known_in_whatever_case_width_or_length(
    advisor: ZxcvbnAdvisor, password: str
) -> None:
    assert await advisor.is_common(password)


@pytest.mark.parametrize(
    "password", [PHRASE, "correct horse battery staple", "vG7#pw!qLz92", "沉默的海边散步真好啊朋友们"]
)
async def test_other_passwords_are_not_common(advisor: ZxcvbnAdvisor, password: str) -> None:
    assert not await advisor.is_common(password)


async def test_strength_runs_from_guessed_at_once_to_very_hard(advisor: ZxcvbnAdvisor) -> None:
    judged = [await advisor.strength(password, ()) for password in ("aaaaaaaaaaaa", "sunshine2020", PHRASE)]

    assert judged == [0, 1, 4]


async def test_what_is_known_of_the_member_makes_a_password_weaker(advisor: ZxcvbnAdvisor) -> None:
    assert await advisor.strength("winterbottom77", ()) > await advisor.strength("winterbottom77", ("Winterbottom", ""))
    assert await advisor.strength("winterbottom77", ()) > 1, "the hints of the last judgement are forgotten"


async def test_passwords_of_any_length_can_be_judged(advisor: ZxcvbnAdvisor) -> None:
    assert await advisor.strength("", ()) == 0
    assert await advisor.strength(PHRASE * 50, ()) == 4


async def test_look_alikes_do_not_make_judging_slow(advisor: ZxcvbnAdvisor, monkeypatch: pytest.MonkeyPatch) -> None:
    from zxcvbn import matching

    readings = 0
    translate = matching.translate

    def counted(password: str, substitutions: dict[str, str]) -> str:
        nonlocal readings
        readings += 1
        return str(translate(password, substitutions))

    monkeypatch.setattr(matching, "translate", counted)

    assert await advisor.strength("4@8({[<3]6911!1|7105$5+7%2" * 3, ()) == 4
    assert 0 < readings <= 24
