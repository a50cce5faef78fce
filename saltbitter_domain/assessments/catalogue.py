"""The statements members answer, the norms their scores are compared with, and how another set is read.

Published attachment questionnaires are not licensed for commercial use. These statements are SaltBitter's own; they
follow the two dimensions that such questionnaires measure. An operator who holds a licence loads that set from a file.
"""

from collections.abc import Mapping, Sequence

import attrs

from saltbitter_domain.assessments import catalogue_de
from saltbitter_domain.assessments.model import (
    Dimension,
    Norm,
    Norms,
    Questionnaire,
    QuestionnaireInvalid,
    QuestionnaireMissing,
    Statement,
)
from saltbitter_domain.kernel import FieldProblem, Language

_ANXIETY, _AVOIDANCE = Dimension.ANXIETY, Dimension.AVOIDANCE

SALTBITTER_18_V1 = Questionnaire(
    version="saltbitter-18-v1",
    title="How you are with someone close",
    source="Written for SaltBitter; not a published scale, and not a clinical instrument.",
    instructions=(
        "Think of how you usually are with a partner. If you are single, think of someone you were close to, or of how "
        "you expect to be. There are no right answers: the first one that fits is a good one."
    ),
    statements=(
        Statement("q01", "When a message I care about stays unanswered, I start guessing what I did wrong.", _ANXIETY),
        Statement(
            "q02", "When something weighs on me, I would sooner sort it out alone than tell a partner.", _AVOIDANCE
        ),
        Statement("q03", "A small change in someone's tone can stay on my mind for the rest of the day.", _ANXIETY),
        Statement(
            "q04", "If a conversation turns to feelings, I tend to change the subject or make a joke.", _AVOIDANCE
        ),
        Statement("q05", "I can let a quiet spell between us pass without reading anything into it.", _ANXIETY, True),
        Statement("q06", "Being looked after when I am ill or low makes me uneasy.", _AVOIDANCE),
        Statement("q07", "In an argument, it soon crosses my mind that this could be the end of us.", _ANXIETY),
        Statement("q08", "On a hard day, letting someone close see it feels like a relief.", _AVOIDANCE, True),
        Statement(
            "q09", "After a lovely evening with someone, I look back over it for signs of lost interest.", _ANXIETY
        ),
        Statement("q10", "Tender words are hard for me to say, even when I mean them.", _AVOIDANCE),
        Statement("q11", "I sometimes hide what I want so that someone will not grow tired of me.", _ANXIETY),
        Statement("q12", "The more someone counts on me, the more I look forward to being on my own.", _AVOIDANCE),
        Statement("q13", "When someone I love is away, I trust that nothing between us has changed.", _ANXIETY, True),
        Statement("q14", "I keep parts of my life separate so that no one becomes too important in it.", _AVOIDANCE),
        Statement("q15", "When a partner wants an evening alone, I find it hard not to take it personally.", _ANXIETY),
        Statement("q16", "I like it when two lives slowly become woven together.", _AVOIDANCE, True),
        Statement("q17", "Hearing once that I matter is seldom enough; before long the doubt is back.", _ANXIETY),
        Statement("q18", "Needing someone feels to me like giving up some of my freedom.", _AVOIDANCE),
    ),
)

IN_GERMAN = attrs.evolve(
    SALTBITTER_18_V1,
    title=catalogue_de.TITLE,
    source=catalogue_de.SOURCE,
    instructions=catalogue_de.INSTRUCTIONS,
    statements=tuple(
        attrs.evolve(statement, text=catalogue_de.STATEMENTS[statement.id]) for statement in SALTBITTER_18_V1.statements
    ),
    language=Language.DE,
)

BUNDLED = (SALTBITTER_18_V1,)
"""Every version there is, the one offered to members first."""

NORMS = Norms(
    source="published ECR-R-style web sample, restated as mean and standard deviation",
    anxiety=Norm(mean=4.14, sd=1.20),
    avoidance=Norm(mean=3.35, sd=1.26),
)
"""SaltBitter's reference distribution on the scale 1–7; the correlation of the two scores in it is near zero.

It was measured with other statements than ours, so percentiles are a rough orientation until our own norms exist."""


def questionnaire(version: str | None = None, among: Sequence[Questionnaire] = BUNDLED) -> Questionnaire:
    """The questionnaire of this version, or the one now offered; ``QuestionnaireMissing`` when there is none."""
    for candidate in among:
        if version in (None, candidate.version):
            return candidate
    raise QuestionnaireMissing(
        "There is no questionnaire of that version; fetch the one now offered and answer that.",
        fields=(FieldProblem("questionnaire", "unknown", "There is no questionnaire of this version."),),
    )


def worded(asked: Questionnaire, language: Language) -> Questionnaire:
    """The same questionnaire in this language, or as it is where there is no wording of its version: an operator's own
    set is in the one language it was written in, and passes for English."""
    return IN_GERMAN if (asked.version, language) == (IN_GERMAN.version, IN_GERMAN.language) else asked


def questionnaire_from(document: Mapping[str, object]) -> Questionnaire:
    """A questionnaire from plain data, such as parsed JSON.

    ``{"version", "title", "source", "statements": [{"id", "text", "dimension", "reversed"}]}``: all texts non-empty,
    ``dimension`` is ``anxiety`` or ``avoidance``, ``reversed`` a boolean that may be left out, as may a text
    ``instructions``. Ids differ, and each dimension has a statement. ``QuestionnaireInvalid`` names every fault.
    """
    problems = _text_problems(document, "", ("version", "title", "source"))
    problems += _unknown(document, "", {"version", "title", "source", "instructions", "statements"})
    if not isinstance(document.get("instructions", ""), str):
        problems.append(FieldProblem("instructions", "type", "This must be a text."))
    rows = document.get("statements")
    if not isinstance(rows, list | tuple):
        problems.append(FieldProblem("statements", "type", "This must be a list of statements."))
        rows = ()
    seen: set[object] = set()
    for index, row in enumerate(rows):
        problems += _statement_problems(row, f"statements.{index}", seen)
    problems += [
        FieldProblem("statements", "dimension_missing", f"At least one statement must be about {dimension}.")
        for dimension in Dimension
        if not any(isinstance(row, Mapping) and row.get("dimension") == dimension for row in rows)
    ]
    if problems:
        raise QuestionnaireInvalid("These statements cannot be used; put right what is listed.", fields=tuple(problems))
    return Questionnaire(
        version=str(document["version"]),
        title=str(document["title"]),
        source=str(document["source"]),
        statements=tuple(
            Statement(row["id"], row["text"], Dimension(row["dimension"]), row.get("reversed", False)) for row in rows
        ),
        instructions=str(document.get("instructions", "")),
    )


def _statement_problems(row: object, path: str, seen: set[object]) -> list[FieldProblem]:
    if not isinstance(row, Mapping):
        return [FieldProblem(path, "type", "A statement must be an object.")]
    problems = _text_problems(row, f"{path}.", ("id", "text"))
    problems += _unknown(row, f"{path}.", {"id", "text", "dimension", "reversed"})
    if row.get("dimension") not in list(Dimension):
        problems.append(FieldProblem(f"{path}.dimension", "unknown", "This must be anxiety or avoidance."))
    if not isinstance(row.get("reversed", False), bool):
        problems.append(FieldProblem(f"{path}.reversed", "type", "This must be true or false."))
    if isinstance(identifier := row.get("id"), str):
        if identifier in seen:
            problems.append(FieldProblem(f"{path}.id", "repeated", "Another statement has this id."))
        seen.add(identifier)
    return problems


def _text_problems(row: Mapping[str, object], prefix: str, names: Sequence[str]) -> list[FieldProblem]:
    values = {name: row.get(name) for name in names}
    return [
        FieldProblem(f"{prefix}{name}", "text_missing", "This must be a text that is not empty.")
        for name, value in values.items()
        if not (isinstance(value, str) and value.strip())
    ]


def _unknown(row: Mapping[str, object], prefix: str, known: set[str]) -> list[FieldProblem]:
    return [FieldProblem(f"{prefix}{name}", "unknown", "There is no such field.") for name in row if name not in known]
