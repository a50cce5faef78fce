"""What a member may write of themselves."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from saltbitter_domain.kernel import FieldProblem
from saltbitter_domain.profiles.catalogue import INTERESTS, LANGUAGES, PROMPTS
from saltbitter_domain.profiles.model import (
    MAX_AGE,
    MAX_ANSWER,
    MAX_BIO,
    MAX_DISTANCE_KM,
    MAX_INTERESTS,
    MAX_LANGUAGES,
    MAX_NAME,
    MAX_PROMPTS,
    MAX_PRONOUNS,
    MAX_VALUE_RATING,
    MIN_AGE,
    MIN_DISTANCE_KM,
    MIN_INTERESTS,
    BasicValue,
    Gender,
    Preferences,
    ProfileContent,
    PromptAnswer,
)

LINE_BREAKS = "\n\r"


def check(content: ProfileContent) -> tuple[FieldProblem, ...]:
    """Everything that is wrong with what a member wrote, all at once; empty when nothing is.

    Lengths count code points of the text as given. Every script, emoji and direction is welcome; only control
    characters (line breaks aside, where there may be several lines) and lone surrogates are not.
    """
    return (
        *text_problems("name", content.name, MAX_NAME),
        *([] if content.pronouns is None else text_problems("pronouns", content.pronouns, MAX_PRONOUNS)),
        *_gender_problems(content.genders),
        *_preference_problems(content.preferences),
        *(text_problems("bio", content.bio, MAX_BIO, breaks=LINE_BREAKS) if content.bio else []),
        *_prompt_problems(content.prompts),
        *_interest_problems(content.interests),
        *_value_problems(content.values),
        *_language_problems(content.languages),
    )


def text_problems(path: str, text: str, longest: int, *, breaks: str = "") -> Iterator[FieldProblem]:
    """What is wrong with a text of 1 to ``longest`` code points that must show something; ``breaks`` may be in it."""
    kinds = {unicodedata.category(character) for character in text[:longest] if character not in breaks}
    if kinds <= {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"}:
        yield FieldProblem(path, "blank", "Write at least one character that can be seen.")
    if len(text) > longest:
        yield FieldProblem(path, "too_long", f"Use at most {longest} characters.")
    if kinds & {"Cc", "Cs"}:
        yield FieldProblem(
            path, "control_character", "Leave out control characters; letters, signs and emoji are fine."
        )


def _gender_problems(genders: frozenset[Gender]) -> Iterator[FieldProblem]:
    if not genders:
        yield FieldProblem("genders", "too_few", "Choose at least one.")


def _preference_problems(preferences: Preferences) -> Iterator[FieldProblem]:
    ages, distance = preferences.ages, preferences.max_distance_km
    if not MIN_AGE <= ages.min <= ages.max <= MAX_AGE:
        message = f"Choose ages from {MIN_AGE} to {MAX_AGE}, the lower one first."
        yield FieldProblem("preferences.ages", "out_of_range", message)
    if distance is not None and not MIN_DISTANCE_KM <= distance <= MAX_DISTANCE_KM:
        message = f"Choose {MIN_DISTANCE_KM} to {MAX_DISTANCE_KM} km, or leave it open to look anywhere."
        yield FieldProblem("preferences.max_distance_km", "out_of_range", message)


def _prompt_problems(prompts: Sequence[PromptAnswer]) -> Iterator[FieldProblem]:
    if len(prompts) > MAX_PROMPTS:
        yield FieldProblem("prompts", "too_many", f"Answer at most {MAX_PROMPTS}.")
        return
    for index, answered in enumerate(prompts):
        if answered.prompt not in PROMPTS:
            yield FieldProblem(f"prompts.{index}.prompt", "unknown", "Choose one of the prompts in the catalogue.")
        elif answered.prompt in {earlier.prompt for earlier in prompts[:index]}:
            yield FieldProblem(f"prompts.{index}.prompt", "repeated", "You have answered this one already.")
        yield from text_problems(f"prompts.{index}.answer", answered.answer, MAX_ANSWER, breaks=LINE_BREAKS)


def _interest_problems(interests: frozenset[str]) -> Iterator[FieldProblem]:
    if not interests <= INTERESTS.keys():
        yield FieldProblem("interests", "unknown", "Choose from the interests in the catalogue.")
    if 0 < len(interests) < MIN_INTERESTS:
        yield FieldProblem("interests", "too_few", f"Choose at least {MIN_INTERESTS}, or none for now.")
    if len(interests) > MAX_INTERESTS:
        yield FieldProblem("interests", "too_many", f"Choose at most {MAX_INTERESTS}: those that matter most to you.")


def _value_problems(values: Mapping[BasicValue, int]) -> Iterator[FieldProblem]:
    for value in BasicValue if values else ():
        if value not in values:
            yield FieldProblem(f"values.{value}", "missing", "Rate all ten values, or none for now.")
        elif values[value] not in range(MAX_VALUE_RATING + 1):
            yield FieldProblem(f"values.{value}", "out_of_range", f"Rate it from 0 to {MAX_VALUE_RATING}.")


def _language_problems(languages: Sequence[str]) -> Iterator[FieldProblem]:
    if len(languages) > MAX_LANGUAGES:
        yield FieldProblem("languages", "too_many", f"Name at most {MAX_LANGUAGES}.")
        return
    for index, language in enumerate(languages):
        if language not in LANGUAGES:
            yield FieldProblem(f"languages.{index}", "unknown", "Choose from the languages in the catalogue.")
        elif language in languages[:index]:
            yield FieldProblem(f"languages.{index}", "repeated", "You have named this one already.")
