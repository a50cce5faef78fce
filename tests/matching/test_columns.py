"""Columns hold what the domain knows of people, however they were made, kept and changed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.matching.columns import Columns, Words, layout, names
from adapters.matching.snapshot import SnapshotDamagedError, load, save
from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.compatibility.records import ANYWHERE
from saltbitter_domain.profiles.model import DealBreaker
from tests.domain.crowd import crowd, person, several, user


def same(one: Columns, other: Columns) -> bool:
    """Whether two are the same, to the last bit and word."""
    return (
        one.ids.tolist() == other.ids.tolist()
        and all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in names())
        and all(
            getattr(one, name).vocabulary == getattr(other, name).vocabulary
            and np.array_equal(getattr(one, name).bits, getattr(other, name).bits)
            for name in ("interests", "languages")
        )
    )


@given(several(0, 10), several(0, 10), st.data())
def test_changes_come_to_the_same_as_making_them_anew(
    before: Sequence[Traits], changed: Sequence[Traits], data: st.DataObject
) -> None:
    ids = [each.user_id for each in (*before, *changed)]
    removed = data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    now = {each.user_id: each for each in (*before, *changed) if each.user_id not in removed}
    assert same(Columns.of(before).with_changes(Columns.of(changed), removed), Columns.of(now.values()))


@given(several(0, 10), st.randoms())
def test_buffers_in_any_order_make_the_same_columns(people: list[Traits], rng: "st.random_module") -> None:  # type: ignore[valid-type]
    rng.shuffle(people)  # type: ignore[attr-defined]
    made = [Columns.of([each]) for each in people]
    raw = {name: b"".join(getattr(each, name).tobytes() for each in made) for name in names()}
    words = sorted({word for each in people for word in each.interests | each.languages})

    def listed(sets: list[frozenset[str]]) -> Words:
        indptr = np.cumsum([0, *map(len, sets)])
        return Words.of_lists(words, indptr, np.array([words.index(w) for each in sets for w in each], np.int64))

    ids = b"".join(each.user_id.bytes for each in people)
    interests, languages = listed([p.interests for p in people]), listed([p.languages for p in people])
    assert same(Columns.of_arrays(ids, interests, languages, **raw), Columns.of(people))


def test_a_buffer_that_does_not_fit_is_refused() -> None:
    columns = Columns.of([person(1), person(2)])
    raw = {name: getattr(columns, name).tobytes() for name in names()}
    ids = columns.ids.tobytes()
    with pytest.raises(ValueError, match="ratings has 10 entries for 2 people"):
        Columns.of_arrays(ids, columns.interests, columns.languages, **(raw | {"ratings": bytes(10)}))
    with pytest.raises((TypeError, KeyError)):
        Columns.of_arrays(ids, columns.interests, columns.languages, **(raw | {"shoe_size": bytes(2)}))


def test_codes_and_masks_are_as_told() -> None:
    someone = person(1, deal_breakers={DealBreaker.SMOKES, DealBreaker.HAS_CHILDREN}, interests={"chess", "falconry"})
    columns = Columns.of([someone])
    assert columns.limit.tolist() == [ANYWHERE]
    assert columns.deal_breakers.tolist() == [0b101]
    assert columns.interests.vocabulary == ("chess", "falconry")
    assert layout("limit") == np.uint16
    assert columns.rows([user(2), user(1)]).tolist() == [-1, 0]
    assert Columns.of([]).rows([user(1)]).tolist() == [-1]


def test_more_words_than_bits_in_one_number() -> None:
    sets = [{f"word {n}" for n in range(start, 150, 7)} for start in range(7)]
    words = Words.of(sets)
    assert words.bits.shape == (7, 3)
    fewer = words.take(np.array([0, 3]))
    assert set(fewer.vocabulary) == sets[0] | sets[3]
    assert fewer.followed_by(words.take(np.array([1]))).vocabulary == tuple(sorted(sets[0] | sets[1] | sets[3]))


def test_a_snapshot_comes_back_as_it_was(tmp_path: Path) -> None:
    columns = Columns.of(crowd(100, seed=4))
    save(columns, tmp_path / "people")
    assert same(load(tmp_path / "people"), columns)
    save(columns.take(np.arange(3)), tmp_path / "people")
    assert len(load(tmp_path / "people")) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["people"]


def test_a_damaged_snapshot_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people"
    save(Columns.of(crowd(5, seed=4)), path)
    whole = path.read_bytes()
    for damaged in (
        whole[:-1],
        whole[:10],
        b"",
        b"another" + whole[7:],
        *(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(8, len(whole), 97)),
    ):
        path.write_bytes(damaged)
        with pytest.raises(SnapshotDamagedError):
            load(path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nothing")
