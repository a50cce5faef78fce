"""Passwords: slow hashing with bcrypt, and advice on their strength from zxcvbn."""

import base64
import hmac
import math
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cached_property

import bcrypt

from adapters.system.threads import BoundedThreads
from saltbitter_domain.users.ports import PasswordAdvisor, PasswordHasher

_SCHEME = "v1"
_SHORTEST_PEPPER = 32
_ROUNDS_12_SECONDS = 0.22
"""Measured time of bcrypt with 12 rounds on one core; each further round doubles it."""


class BcryptPasswords(PasswordHasher):
    """Hashes ``v1$<pepper id>$<bcrypt>``: bcrypt over base64(HMAC-SHA-384(pepper, NFKC(password))).

    The inner hash makes every character of a long password count, since bcrypt takes 72 bytes at most, and keeps a
    stolen table useless without the pepper (OWASP Password Storage Cheat Sheet, "Pre-Hashing Passwords with bcrypt").
    ``peppers`` maps a pepper's id to its bytes, at least 32. The first one hashes, the others still verify (rotation).
    ``rounds`` is the binary logarithm of the work, at least 4; ``waiting`` is how many may wait for a free worker.
    """

    def __init__(self, peppers: Mapping[str, bytes], *, rounds: int = 12, workers: int = 2, waiting: int = 30) -> None:
        if not peppers or any(len(pepper) < _SHORTEST_PEPPER for pepper in peppers.values()):
            raise ValueError(f"passwords need peppers of at least {_SHORTEST_PEPPER} bytes")
        if any("$" in pepper_id for pepper_id in peppers):
            raise ValueError("the id of a pepper must not contain a dollar sign")
        self._peppers = dict(peppers)
        self._pepper_id = next(iter(peppers))
        self._rounds = rounds
        # Nothing hashes to it; comparing with it takes as long as with a real hash.
        self._nobody = bcrypt.gensalt(rounds) + b"." * 31
        seconds = _ROUNDS_12_SECONDS * 2.0 ** (rounds - 12)
        self._threads = BoundedThreads("passwords", workers=workers, waiting=waiting, seconds=seconds)

    async def hash(self, password: str) -> str:
        return await self._threads.run(lambda: self._hash(password))

    async def verify(self, password: str, hashed: str | None) -> bool:
        return await self._threads.run(lambda: self._verify(password, hashed))

    def outdated(self, hashed: str) -> bool:
        return not hashed.startswith(f"{_SCHEME}${self._pepper_id}$2b${self._rounds:02}$")

    def close(self) -> None:
        """Finish what was begun and take nothing more."""
        self._threads.close()

    def _hash(self, password: str) -> str:
        hashed = bcrypt.hashpw(_prehashed(password, self._peppers[self._pepper_id]), bcrypt.gensalt(self._rounds))
        return f"{_SCHEME}${self._pepper_id}{hashed.decode()}"

    def _verify(self, password: str, hashed: str | None) -> bool:
        scheme, _, rest = (hashed or "").partition("$")
        pepper_id, dollar, stored = rest.partition("$")
        pepper = self._peppers.get(pepper_id) if scheme == _SCHEME else None
        try:
            if pepper is not None:
                return bcrypt.checkpw(_prehashed(password, pepper), (dollar + stored).encode())
        except ValueError:
            pass  # Not a bcrypt hash after all: fall through, and take as long as for one.
        bcrypt.checkpw(_prehashed(password, self._peppers[self._pepper_id]), self._nobody)
        return False


def _prehashed(password: str, pepper: bytes) -> bytes:
    """64 characters without a NUL byte, whatever the password."""
    normalised = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.digest(pepper, normalised, "sha384"))


_LONGEST_JUDGED = 72
"""Characters; zxcvbn raises for more."""

_JUDGED_SECONDS = 0.12
"""Measured time of one judgement, 0.06 to 0.18 s."""

_COMMON_GUESSES = 100_000
"""About three guesses for each of the 30,000 listed passwords."""

_LOOKALIKES = {"a": "4@", "c": "({[<", "g": "69", "i": "1!|", "l": "1|7", "s": "$5", "t": "+7"}
"""The letters for which zxcvbn tries several look-alikes, and these."""

_MOST_READINGS = 24
_PLAINER = str.maketrans({other: alike[0] for alike in ("4@", "({[<", "69", "1!|7", "5$") for other in alike[1:]})


class ZxcvbnAdvisor(PasswordAdvisor):
    """The zxcvbn estimator (Wheeler 2016) and the 30,000 most common passwords that come with it.

    Of a long password the first 72 characters are judged. The lists are loaded when first needed (0.1 s).
    ``waiting`` is how many passwords may wait to be judged.
    """

    def __init__(self, *, waiting: int = 30) -> None:
        # One thread and no more: the library keeps the hints of the judgement in hand in a global table.
        self._thread = BoundedThreads("advice", workers=1, waiting=waiting, seconds=_JUDGED_SECONDS)

    async def is_common(self, password: str) -> bool:
        """Whether it is listed, in any case or width, or so near to the listed ones that it is guessed along with them.

        Few of the listed passwords reach our minimal length; ``password1234`` and ``aaaaaaaaaaaa`` are not among them.
        """
        return await self._thread.run(lambda: self._is_common(_folded(password)))

    async def strength(self, password: str, hints: Sequence[str]) -> int:
        score, _ = await self._thread.run(lambda: self._judge(password, hints))
        return score

    def close(self) -> None:
        """Finish what was begun and take nothing more."""
        self._thread.close()

    def _is_common(self, folded: str) -> bool:
        return folded in self._listed or self._judge(folded, ())[1] < _COMMON_GUESSES

    @cached_property
    def _listed(self) -> frozenset[str]:
        from zxcvbn.frequency_lists import FREQUENCY_LISTS

        return frozenset(map(_folded, FREQUENCY_LISTS["passwords"]))

    def _judge(self, password: str, hints: Sequence[str]) -> tuple[int, int]:
        """The score, 0 to 4, and how many guesses it would take."""
        from zxcvbn import zxcvbn

        password = unicodedata.normalize("NFKC", password)[:_LONGEST_JUDGED]
        if not password:
            return 0, 0
        readings = math.prod(max(1, len(set(alike) & set(password))) for alike in _LOOKALIKES.values())
        if readings > _MOST_READINGS:
            # It tries every combination of look-alikes, which can take seconds; the plainer form is no harder to guess.
            password = password.translate(_PLAINER)
        judged = zxcvbn(password, [hint for hint in hints if hint])
        return judged["score"], int(judged["guesses"])


def _folded(password: str) -> str:
    return unicodedata.normalize("NFKC", password).casefold()
