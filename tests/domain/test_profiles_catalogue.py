"""The words of profiles are complete, unambiguous and the product's own."""

import re
from collections import Counter
from itertools import chain

from saltbitter_domain.profiles.catalogue import INTERESTS, LABELS, LANGUAGES, PARTS, PROMPTS, REFUSALS, VALUES
from saltbitter_domain.profiles.model import (
    MAX_INTERESTS,
    BasicValue,
    DistanceBand,
    Intention,
    PhotoState,
    RefusalReason,
)


def test_there_are_about_120_interests_in_ten_groups_of_similar_size() -> None:
    groups = Counter(interest.group for interest in INTERESTS.values())
    assert len(INTERESTS) == 120
    assert len(groups) == 10
    assert all(10 <= size <= 14 for size in groups.values())
    assert max(groups.values()) < MAX_INTERESTS


def test_an_interest_is_found_by_its_key_and_no_two_read_alike() -> None:
    for key, interest in INTERESTS.items():
        assert interest.key == key
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", key)
    assert len({interest.label.casefold() for interest in INTERESTS.values()}) == len(INTERESTS)
    assert INTERESTS["role_playing_games"].label == "Role-playing games"
    assert INTERESTS["hip_hop"].group == "Music"


def test_each_of_the_ten_values_has_a_label_and_one_sentence() -> None:
    assert list(VALUES) == list(BasicValue)
    assert len({wording.label for wording in VALUES.values()}) == 10
    for value, wording in VALUES.items():
        assert wording.label.lower() != value.replace("_", " ")
        assert re.fullmatch(r"[A-Z][^.]+\.", wording.description)


def test_there_are_24_prompts_to_be_finished() -> None:
    assert len(PROMPTS) == len(set(PROMPTS.values())) == 24
    assert all(prompt.endswith("…") for prompt in PROMPTS.values())
    assert all(re.fullmatch(r"[a-z_]+", key) for key in PROMPTS)


def test_languages_go_by_two_letters_and_have_one_name_each() -> None:
    assert all(re.fullmatch(r"[a-z]{2}", code) for code in LANGUAGES)
    assert len(set(LANGUAGES.values())) == len(LANGUAGES) >= 60
    assert (LANGUAGES["ht"], LANGUAGES["zu"]) == ("Haitian Creole", "Zulu")


def test_every_refusal_says_what_to_do() -> None:
    assert set(REFUSALS) == set(RefusalReason)
    assert all("lease" in sentence for sentence in REFUSALS.values())


def test_every_word_of_a_vocabulary_has_a_label_of_its_own() -> None:
    assert {Intention, DistanceBand, PhotoState} <= set(LABELS)
    for vocabulary, labels in LABELS.items():
        assert list(labels) == [word.value for word in vocabulary]
        assert len(set(labels.values())) == len(labels)


def test_the_parts_of_a_profile_add_up_to_a_whole_and_ask_for_nothing_sensitive() -> None:
    assert sum(part.percent for part in PARTS.values()) == 100
    assert [key for key, part in PARTS.items() if part.required] == ["primary_photo"]
    assert not {"orientation", "religion", "pronouns"} & set(PARTS)
    shares = [part.percent for part in PARTS.values()]
    assert shares == sorted(shares, reverse=True)


def test_labels_are_written_like_labels() -> None:
    labels = chain(
        (interest.label for interest in INTERESTS.values()),
        (wording.label for wording in VALUES.values()),
        *(labels.values() for labels in LABELS.values()),
    )
    assert [
        label for label in labels if label != label.strip() or (not label[0].isupper() and not label[0].isdigit())
    ] == []
