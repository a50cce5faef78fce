"""Everybody who can take part, as columns: what the match engine knows of people, twenty times smaller than objects."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import DTypeLike, NDArray

from adapters.matching.jit import jit
from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.compatibility.records import ANYWHERE, UNRATED
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import (
    BasicValue,
    Drinking,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
)

WORD = 64
Array = NDArray[Any]

_VALUES = tuple(BasicValue)


def codes(choices: type[StrEnum]) -> dict[StrEnum | None, int]:
    """The number of each answer to a question, from 1 in the order of the vocabulary; 0 is no answer."""
    return {None: 0, **{choice: number for number, choice in enumerate(choices, 1)}}


def bit(choice: StrEnum) -> int:
    """The bit of a choice among those of its vocabulary, in their order from the lowest."""
    return 1 << list(type(choice)).index(choice)


@attrs.frozen
class _Column:
    """How one column is laid out: its type, and what of a person it holds."""

    dtype: str
    of: Callable[[Traits], Any]


def _coded(choices: type[StrEnum], of: Callable[[Traits], StrEnum | None]) -> _Column:
    numbers = codes(choices)
    return _Column("u1", lambda person: numbers[of(person)])


def _masked(of: Callable[[Traits], Iterable[StrEnum]]) -> _Column:
    return _Column("u1", lambda person: sum(map(bit, of(person))))


_NAN3 = (np.nan, np.nan, np.nan)

_COLUMNS: Mapping[str, _Column] = {
    "age": _Column("u1", lambda p: p.age),
    "youngest": _Column("u1", lambda p: p.ages.min),
    "oldest": _Column("u1", lambda p: min(p.ages.max, 255)),
    "genders": _masked(lambda p: p.genders),
    "seeks": _masked(lambda p: p.seeks),
    # No place is farther than that from any other.
    "limit": _Column("u2", lambda p: ANYWHERE if p.max_distance_km is None else min(p.max_distance_km, ANYWHERE - 1)),
    "deal_breakers": _masked(lambda p: p.deal_breakers),
    "cell": _Column("f8", lambda p: (p.cell.latitude, p.cell.longitude) if p.cell else _NAN3[:2]),
    "attachment": _Column(
        "f8",
        lambda p: (p.attachment.anxiety, p.attachment.avoidance, p.attachment.reliability) if p.attachment else _NAN3,
    ),
    "ratings": _Column("i1", lambda p: tuple(p.values.get(value, UNRATED) for value in _VALUES)),
    "intention": _coded(Intention, lambda p: p.intention),
    "has_children": _coded(HasChildren, lambda p: p.has_children),
    "wants_children": _coded(WantsChildren, lambda p: p.wants_children),
    "smoking": _coded(Smoking, lambda p: p.smoking),
    "drinking": _coded(Drinking, lambda p: p.drinking),
    "religion": _coded(Religion, lambda p: p.religion),
    "religion_importance": _coded(Importance, lambda p: p.religion_importance),
    "visibility": _coded(Visibility, lambda p: p.visibility),
}

_WIDTHS = {"cell": 2, "attachment": 3, "ratings": len(_VALUES)}


@attrs.frozen(eq=False)
class Words:
    """A set of words of each person as bits: person n has word w if bit w % 64 of ``bits[n, w // 64]`` is set.

    ``vocabulary`` holds, sorted, exactly the words that somebody has."""

    vocabulary: tuple[str, ...]
    bits: Array

    @classmethod
    def of(cls, sets: Sequence[Collection[str]]) -> Self:
        indptr = np.zeros(len(sets) + 1, np.int64)
        np.cumsum([len(words) for words in sets], out=indptr[1:])
        vocabulary = sorted(set[str]().union(*sets))
        number = {word: n for n, word in enumerate(vocabulary)}
        return cls.of_lists(vocabulary, indptr, np.array([number[w] for words in sets for w in words], np.int64))

    @classmethod
    def of_lists(cls, words: Sequence[str], indptr: Array, numbers: Array) -> Self:
        """Person n has ``words[numbers[i]]`` for i from ``indptr[n]`` up to ``indptr[n + 1]``."""
        size = len(indptr) - 1
        vocabulary = tuple(sorted(set(words)))
        bits = np.zeros((size, max(1, -(-len(vocabulary) // WORD))), np.uint64)
        rows = np.repeat(np.arange(size), np.diff(indptr))
        word = np.searchsorted(vocabulary, words).astype(np.uint64)[numbers] if vocabulary else np.zeros(0, np.uint64)
        np.bitwise_or.at(bits, (rows, word // WORD), np.uint64(1) << (word % WORD))
        return cls(vocabulary, bits).trimmed()

    @classmethod
    def of_rows(cls, words: Mapping[int, str], rows: Array) -> Self:
        """Person n has the words whose numbers (uint32) are in row n, where 0 fills up. Numbers of no word, and of an
        empty one, mean nothing."""
        numbers = np.array(sorted(number for number, word in words.items() if number and word), np.uint32)
        vocabulary = sorted(words[int(number)] for number in numbers)
        places = np.array([vocabulary.index(words[int(number)]) for number in numbers], np.int64)
        bits = np.zeros((len(rows), max(1, -(-len(vocabulary) // WORD))), np.uint64)
        _mark(bits, np.ascontiguousarray(rows), numbers, places)
        return cls(tuple(vocabulary), bits).trimmed()

    def take(self, rows: Array) -> Self:
        """These people's, in this order."""
        return type(self)(self.vocabulary, self.bits[rows]).trimmed()

    def followed_by(self, other: Self) -> Self:
        """Everybody's here, and then everybody's there."""
        words = sorted({*self.vocabulary, *other.vocabulary})
        both = [words_of.reworded(words).bits for words_of in (self, other)]
        return type(self)(tuple(words), np.concatenate(both))

    def within(self, words: Sequence[str]) -> Array:
        """The bits over another vocabulary; words that are not in it are left out."""
        if tuple(words) == self.vocabulary:
            return self.bits
        bits = np.zeros((len(self.bits), max(1, -(-len(words) // WORD))), np.uint64)
        number = {word: n for n, word in enumerate(words)}
        for old, word in enumerate(self.vocabulary):
            new = number.get(word)
            if new is not None:
                has = (self.bits[:, old // WORD] >> np.uint64(old % WORD)) & np.uint64(1)
                bits[:, new // WORD] |= has << np.uint64(new % WORD)
        return bits

    def reworded(self, words: Sequence[str]) -> Self:
        """The same, by another vocabulary."""
        return type(self)(tuple(words), self.within(words))

    def trimmed(self) -> Self:
        """The same, without words that nobody has."""
        union = np.bitwise_or.reduce(self.bits, axis=0) if len(self.bits) else np.zeros(1, np.uint64)
        used = [w for n, w in enumerate(self.vocabulary) if int(union[n // WORD]) >> (n % WORD) & 1]
        return self if len(used) == len(self.vocabulary) else self.reworded(used)


@attrs.frozen(eq=False)
class Columns:
    """People by id, one row each. Nothing in it depends on who else is there, on a day or on a policy.

    Answers are numbered as by ``codes`` (0 unsaid), sets of choices are masks of ``bit``; ``limit`` is in km or
    ``ANYWHERE``, ``cell`` its centre in degrees (latitude, longitude), ``attachment`` (anxiety, avoidance,
    reliability), both NaN where unknown; ``ratings`` follow ``BasicValue`` and are ``UNRATED`` where missing."""

    ids: Array
    age: Array
    youngest: Array
    oldest: Array
    genders: Array
    seeks: Array
    limit: Array
    deal_breakers: Array
    cell: Array
    attachment: Array
    ratings: Array
    intention: Array
    has_children: Array
    wants_children: Array
    smoking: Array
    drinking: Array
    religion: Array
    religion_importance: Array
    visibility: Array
    interests: Words
    languages: Words

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, people: Iterable[Traits]) -> Self:
        """The columns of these people. Of several with one id the last is taken."""
        persons = list({person.user_id: person for person in people}.values())
        return cls._sorted(
            ids=ids_of([person.user_id for person in persons]),
            interests=Words.of([person.interests for person in persons]),
            languages=Words.of([person.languages for person in persons]),
            **{name: [column.of(person) for person in persons] for name, column in _COLUMNS.items()},
        )

    @classmethod
    def of_arrays(cls, ids: Any, interests: Words, languages: Words, **columns: Any) -> Self:
        """The columns of people who come as buffers, for loaders that make no object of anybody; in any order, each
        id once.

        ``ids`` is 16 bytes a person, ``interests`` and ``languages`` are ``Words.of_lists``; every other column is
        anything that has the buffer protocol, in native order, of people times

        * uint8: ``age``, ``youngest``, ``oldest``, ``intention``, ``has_children``, ``wants_children``, ``smoking``,
          ``drinking``, ``religion``, ``religion_importance``, ``visibility`` (codes), ``genders``, ``seeks``,
          ``deal_breakers`` (masks);
        * uint16: ``limit``;
        * float64: ``cell`` (2 each), ``attachment`` (3 each);
        * int8: ``ratings`` (10 each).

        Raises ``ValueError`` if a buffer has another size, ``TypeError`` if one is missing."""
        raw = np.frombuffer(ids, np.uint8).view("S16")
        given = {name: np.frombuffer(column, layout(name)) for name, column in columns.items()}
        for name, column in given.items():
            if column.size != len(raw) * _WIDTHS.get(name, 1):
                raise ValueError(f"{name} has {column.size} entries for {len(raw)} people")
        return cls._sorted(ids=raw, interests=interests, languages=languages, **given)

    def with_changes(self, changed: Self, removed: Collection[UserId] = ()) -> Self:
        """These people with those in ``changed`` new or renewed, and without those ``removed``: what making the
        columns anew would give. Whoever is in both is removed."""
        gone = ids_of(list(removed))
        kept = ~np.isin(self.ids, np.concatenate([changed.ids, gone]))
        coming = changed.take(~np.isin(changed.ids, gone))
        staying = self.take(kept)
        return self._sorted(
            ids=np.concatenate([staying.ids, coming.ids]),
            interests=staying.interests.followed_by(coming.interests),
            languages=staying.languages.followed_by(coming.languages),
            **{name: np.concatenate([getattr(staying, name), getattr(coming, name)]) for name in _COLUMNS},
        )

    def take(self, rows: Array) -> Self:
        """The people of these rows, which ascend, or are flagged."""
        return type(self)(
            ids=self.ids[rows],
            interests=self.interests.take(rows),
            languages=self.languages.take(rows),
            **{name: getattr(self, name)[rows] for name in _COLUMNS},
        )

    def rows(self, users: Sequence[UserId]) -> Array:
        """int64: the row of each of these, -1 of whoever is not here."""
        wanted = ids_of(users)
        found = np.searchsorted(self.ids, wanted)
        inside = np.minimum(found, max(0, len(self) - 1))
        here = self.ids[inside] == wanted if len(self) else np.zeros(len(wanted), bool)
        return np.where(here, inside, -1)

    @classmethod
    def _sorted(cls, ids: Array, interests: Words, languages: Words, **columns: Any) -> Self:
        order = np.argsort(ids, kind="stable")
        shaped = {}
        for name in _COLUMNS:
            column = np.asarray(columns.pop(name), layout(name))
            shaped[name] = column.reshape(len(ids), _WIDTHS[name]) if name in _WIDTHS else column
        if columns:
            raise TypeError(f"there is no column {', '.join(columns)}")
        return cls(
            ids=ids[order],
            interests=interests.take(order),
            languages=languages.take(order),
            **{name: column[order] for name, column in shaped.items()},
        )


@jit
def _mark(bits: Array, rows: Array, numbers: Array, places: Array) -> None:
    """Set the bits at the places of the numbers that are in each row; the numbers ascend."""
    for row in range(len(rows)):
        for number in rows[row]:
            if number:
                n = np.searchsorted(numbers, number)
                if n < len(numbers) and numbers[n] == number:
                    bits[row, places[n] >> 6] |= np.uint64(1) << np.uint64(places[n] & 63)


def names() -> tuple[str, ...]:
    """The columns besides the ids and the words."""
    return tuple(_COLUMNS)


def layout(name: str) -> DTypeLike:
    """The type of a column's entries."""
    return np.dtype(_COLUMNS[name].dtype)


def flags(bits: Array, words: int) -> Array:
    """uint8[people, words]: 1 where a person's bits have the word."""
    return np.unpackbits(np.ascontiguousarray(bits).view(np.uint8), axis=1, bitorder="little", count=words)


def ids_of(users: Sequence[UserId]) -> Array:
    """Ids as rows of 16 bytes, which sort as the ids do."""
    return np.frombuffer(b"".join(user.bytes for user in users), "S16")
