"""The statements, and how an operator's own set is read."""

import itertools
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.assessments.catalogue import (
    BUNDLED,
    NORMS,
    SALTBITTER_18_V1,
    questionnaire,
    questionnaire_from,
    worded,
)
from saltbitter_domain.assessments.catalogue_de import STATEMENTS
from saltbitter_domain.assessments.model import (
    Dimension,
    Questionnaire,
    QuestionnaireInvalid,
    QuestionnaireMissing,
    Statement,
)
from saltbitter_domain.assessments.scoring import score
from saltbitter_domain.kernel import Language

GENDERED = {"he", "she", "him", "her", "his", "hers", "boyfriend", "girlfriend", "husband", "wife", "man", "woman"}
GENDERED_IN_GERMAN = {"er", "ihn", "ihm", "partner", "partnerin", "freund", "freundin", "mann", "frau"}
ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, True, 0, 1.5, "", "x", [], ["x"], [[]], {}, {"id": []}, {"id": "a", "dimension": {}}]
)


def document(**changes: object) -> dict[str, object]:
    licensed = {
        "version": "licensed-1",
        "title": "A licensed set",
        "source": "Its publisher",
        "statements": [
            {"id": "a", "text": "One", "dimension": "anxiety"},
            {"id": "b", "text": "Two", "dimension": "avoidance", "reversed": True},
        ],
    }
    return {**licensed, **changes}


def problems(of: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(QuestionnaireInvalid) as refused:
        questionnaire_from(of)
    assert refused.value.detail == "These statements cannot be used; put right what is listed."
    assert all(problem.message.endswith(".") for problem in refused.value.fields)
    return [(problem.path, problem.code) for problem in refused.value.fields]


def test_nine_statements_are_about_anxiety_and_nine_about_avoidance_with_two_of_each_reversed() -> None:
    statements = SALTBITTER_18_V1.statements
    assert Counter(statement.dimension for statement in statements) == {Dimension.ANXIETY: 9, Dimension.AVOIDANCE: 9}
    assert Counter(statement.dimension for statement in statements if statement.reversed) == {
        Dimension.ANXIETY: 2,
        Dimension.AVOIDANCE: 2,
    }


def test_the_dimensions_take_turns_and_ids_do_not_give_them_away() -> None:
    statements = SALTBITTER_18_V1.statements
    assert all(one.dimension is not other.dimension for one, other in itertools.pairwise(statements))
    assert [statement.id for statement in statements] == [f"q{number:02}" for number in range(1, 19)]


def test_statements_fit_everybody() -> None:
    texts = [statement.text for statement in SALTBITTER_18_V1.statements]
    assert len(set(texts)) == 18
    for text in texts:
        assert not GENDERED & set(text.lower().replace(".", " ").replace(",", " ").split())
        assert 30 <= len(text) <= 120
        assert text.endswith(".")


def test_the_questionnaire_on_offer_is_the_first_and_others_are_found_by_version() -> None:
    older = Questionnaire("older", "t", "s", ())
    assert questionnaire() is SALTBITTER_18_V1
    assert questionnaire("saltbitter-18-v1") is SALTBITTER_18_V1
    assert questionnaire(None, (older, *BUNDLED)) is older
    assert questionnaire("saltbitter-18-v1", (older, *BUNDLED)) is SALTBITTER_18_V1
    with pytest.raises(QuestionnaireMissing) as refused:
        questionnaire("saltbitter-18-v0")
    assert [(problem.path, problem.code) for problem in refused.value.fields] == [("questionnaire", "unknown")]


def test_german_asks_the_same_and_is_scored_alike() -> None:
    german = worded(SALTBITTER_18_V1, Language.DE)
    assert german.language is Language.DE
    assert set(STATEMENTS) == {statement.id for statement in german.statements}
    assert keyed(german) == keyed(SALTBITTER_18_V1)
    texts = [statement.text for statement in german.statements]
    assert len(set(texts)) == 18
    for text in (german.title, german.source, german.instructions, *texts):
        assert not re.search(r"\b(the|you|someone|my|I)\b", text)
    for text in texts:
        assert not GENDERED_IN_GERMAN & set(re.findall(r"\w+", text.lower()))
        assert 30 <= len(text) <= 120
        assert text.endswith(".")
    answers = {statement.id: 1 + number % 7 for number, statement in enumerate(german.statements)}
    assert score(german, answers) == score(SALTBITTER_18_V1, answers)


def keyed(asked: Questionnaire) -> list[tuple[str, Dimension, bool]]:
    return [(statement.id, statement.dimension, statement.reversed) for statement in asked.statements]


def test_an_operators_own_set_stays_in_its_own_words() -> None:
    licensed = questionnaire_from(document())
    assert worded(licensed, Language.DE) is licensed


def test_the_norms_are_the_reference_distribution_and_name_their_source() -> None:
    assert (NORMS.anxiety.mean, NORMS.anxiety.sd) == (4.14, 1.20)
    assert (NORMS.avoidance.mean, NORMS.avoidance.sd) == (3.35, 1.26)
    assert "published" in NORMS.source


def test_a_licensed_set_is_read_from_plain_data() -> None:
    assert questionnaire_from(document(instructions="Think of a partner.")) == Questionnaire(
        version="licensed-1",
        title="A licensed set",
        source="Its publisher",
        statements=(
            Statement("a", "One", Dimension.ANXIETY),
            Statement("b", "Two", Dimension.AVOIDANCE, reversed=True),
        ),
        instructions="Think of a partner.",
    )
    assert questionnaire_from(document()).instructions == ""


def test_the_products_own_set_survives_being_written_down() -> None:
    own = SALTBITTER_18_V1
    written = {
        "version": own.version,
        "title": own.title,
        "source": own.source,
        "instructions": own.instructions,
        "statements": tuple(
            {"id": s.id, "text": s.text, "dimension": s.dimension.value, "reversed": s.reversed} for s in own.statements
        ),
    }
    assert questionnaire_from(written) == own


def test_every_fault_of_a_set_is_told_at_once() -> None:
    faulty = document(
        version=" ",
        title=3,
        language="en",
        instructions=None,
        statements=[
            {"id": "a", "text": "One", "dimension": "anxiety"},
            {"id": "a", "text": "", "dimension": "warmth", "reversed": 1},
            {"text": "Three", "dimension": ["anxiety"], "reverse": True},
            "Four",
        ],
    )
    del faulty["source"]
    assert problems(faulty) == [
        ("version", "text_missing"),
        ("title", "text_missing"),
        ("source", "text_missing"),
        ("language", "unknown"),
        ("instructions", "type"),
        ("statements.1.text", "text_missing"),
        ("statements.1.dimension", "unknown"),
        ("statements.1.reversed", "type"),
        ("statements.1.id", "repeated"),
        ("statements.2.id", "text_missing"),
        ("statements.2.reverse", "unknown"),
        ("statements.2.dimension", "unknown"),
        ("statements.3", "type"),
        ("statements", "dimension_missing"),
    ]


def test_a_set_needs_statements_on_both_dimensions() -> None:
    missing = [("statements", "dimension_missing")]
    assert problems(document(statements=[])) == missing * 2
    assert problems(document(statements="ab")) == [("statements", "type"), *missing * 2]
    assert problems(document(statements=[{"id": "b", "text": "Two", "dimension": "avoidance"}])) == missing
    with pytest.raises(QuestionnaireInvalid, match=r".") as refused:
        questionnaire_from(document(statements=[{"id": "b", "text": "Two", "dimension": "avoidance"}]))
    assert refused.value.fields[0].message == "At least one statement must be about anxiety."


@given(st.dictionaries(st.sampled_from(["version", "title", "source", "statements", "x"]), ODD))
def test_any_other_document_is_refused_and_never_breaks_anything(garbage: dict[str, object]) -> None:
    with pytest.raises(QuestionnaireInvalid):
        questionnaire_from(garbage)


@given(st.lists(ODD, max_size=3))
def test_any_other_statements_are_refused_and_never_break_anything(rows: list[object]) -> None:
    with pytest.raises(QuestionnaireInvalid):
        questionnaire_from(document(statements=rows))
