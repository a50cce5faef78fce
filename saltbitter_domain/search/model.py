"""What is asked of a search over profiles, how words are compared, and what it finds.

Whom members meet is allocated so that everyone is seen, and a free search would go round that: they search among those
they know of already. Among all who could be introduced to somebody, operators search, who look into how a day came
about."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date

import attrs

from saltbitter_domain.compatibility.model import Match
from saltbitter_domain.kernel import FieldProblem, Invalid, TooMany, UserId
from saltbitter_domain.profiles.catalogue import INTERESTS
from saltbitter_domain.profiles.model import ProfileContent, PublicProfile

MIN_WORD = 3
"""Letters: what begins with two is said by nearly everybody."""
MAX_WORDS = 8
MAX_LIMIT = 100
"""People found at once."""
IN_INTERESTS, IN_BIO, IN_ANSWERS = 3, 2, 1
"""What a word counts by the best place it is found in: a choice before a sentence, one's own before an answer's."""

_ACCENTS = re.compile("[\u0300-\u036f]")
_BETWEEN = re.compile("[!-/:-@\\[-`{-~\u00a1-\u00bf\u2000-\u206f\u3000-\u3003\u3008-\u3020]")
"""Marks that end a word. The store's own function ``fold_words`` has the same two sets."""


class SearchInvalid(Invalid):
    code = "search_invalid"


class SearchTooBroad(TooMany):
    """So many profiles say this that looking through them takes longer than a statement may."""

    code = "search_too_broad"


@attrs.frozen
class Terms:
    """``words``, folded, each of which a profile must have or have a longer word that begins with it, and ``interests``
    of the catalogue, all of which it must have chosen."""

    words: tuple[str, ...] = attrs.field(repr=False)
    interests: frozenset[str] = frozenset()


@attrs.frozen(order=True)
class Hit:
    """Somebody found. ``rank`` is what all the words count together, 0 when only interests were asked for."""

    rank: int
    user_id: UserId

    @property
    def place(self) -> tuple[int, UserId]:
        """Where it stands among all that are found, by ascending order: best first, then by id."""
        return -self.rank, self.user_id


@attrs.frozen
class FoundPerson:
    """Somebody found, as other members see them but without pictures. ``words`` are theirs that fit those asked for."""

    profile: PublicProfile
    rank: int
    words: tuple[str, ...] = attrs.field(repr=False)


@attrs.frozen
class FoundAcquaintance:
    """Somebody found whom the member knows of, and whence: their match, as whom they were introduced on a day of the
    last 30, and whether they like the member, as far as the member may see that."""

    profile: PublicProfile
    match: Match | None
    introduced_on: date | None
    likes_you: bool


@attrs.frozen
class Acquaintances:
    """Who was found, the best first. With ``more`` there are others besides, whom another word would tell apart."""

    items: tuple[FoundAcquaintance, ...]
    more: bool


def fold(text: str) -> str:
    """The text in small letters without accents and with spaces for punctuation, so that ``Café-Ami`` is ``cafe ami``
    however it was typed (Unicode NFKC over what NFKD leaves without U+0300 to U+036F)."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", bare).lower())


def words_of(text: str) -> list[str]:
    """The words of a text, folded: runs of letters, digits and the marks that belong to them, in every script."""
    folded = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in fold(text))
    return folded.split()


def terms(words: str, interests: Collection[str] = ()) -> Terms:
    """What these words and interests ask for.

    ``SearchInvalid``, with everything that is wrong, when there are neither, too many words, a word of fewer than three
    letters or digits (but in scripts without capital letters, where a sign may be a word), or an interest not on offer.
    """
    asked = Terms(tuple(dict.fromkeys(words_of(words))), frozenset(interests))
    problems = tuple(_problems(asked))
    if problems:
        raise SearchInvalid("This cannot be searched for.", fields=problems)
    return asked


def rank(content: ProfileContent, asked: Terms) -> int | None:
    """What the profile's words count for those asked for, None when it lacks one or one of the interests."""
    if not asked.interests <= content.interests:
        return None
    places = tuple(_places(content))
    counts = [
        max((counts for counts, words in places if any(said.startswith(word) for said in words)), default=0)
        for word in asked.words
    ]
    return sum(counts) if all(counts) else None


def fitting(content: ProfileContent, asked: Terms) -> tuple[str, ...]:
    """The profile's own words, folded and each once, that begin with a word asked for."""
    said = [word for _, words in _places(content) for word in words]
    return tuple(dict.fromkeys(word for word in said if word.startswith(asked.words))) if asked.words else ()


def _places(content: ProfileContent) -> Iterator[tuple[int, list[str]]]:
    yield IN_INTERESTS, words_of(" ".join(sorted(content.interests)))
    yield IN_BIO, words_of(content.bio)
    yield IN_ANSWERS, words_of(" ".join(prompt.answer for prompt in content.prompts))


def _problems(asked: Terms) -> Iterator[FieldProblem]:
    if not asked.words and not asked.interests:
        yield FieldProblem("words", "missing", "Give a word or an interest to search for.")
    if len(asked.words) > MAX_WORDS:
        yield FieldProblem("words", "too_many", f"Give at most {MAX_WORDS} words.")
    for word in asked.words:
        if len(word) < MIN_WORD and not any(unicodedata.category(sign) == "Lo" for sign in word):
            yield FieldProblem(
                "words", "too_short", f"“{word}” is too short: give words of at least {MIN_WORD} letters."
            )
    for interest in sorted(asked.interests - INTERESTS.keys()):
        yield FieldProblem("interests", "unknown", f"There is no interest “{interest[:50]}”.")
