"""Receipts say exact amounts in the language of whoever reads them, and carry nothing but their own style."""

import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256

import pytest

from entrypoints.http.receipts import _WORDS, PAGE_POLICY, CreditNote, Receipt, credit_note, page, receipt
from saltbitter_domain.kernel import Language, Money
from saltbitter_domain.ledger.model import FactKind, MoneyFact, PaymentStatus, Seller
from saltbitter_domain.ledger.policies import payments_from
from tests.doubles.builders import NOW
from tests.doubles.money import a_fact

SELLER = Seller("SaltBitter Ltd.", ("1 Example Street", "London N1 1AA"), "GB123456789")


def said(document: Receipt | CreditNote) -> dict[str, str]:
    return {line.label: line.value.replace("\xa0", " ") for line in document.lines}


def written(language: Language, *facts: MoneyFact, seller: Seller = SELLER) -> dict[str, str]:
    (payment,) = payments_from(facts)
    return said(receipt(payment, seller, language))


@pytest.mark.parametrize(
    ("money", "english", "german"),
    [
        (Money(1999, "USD"), "$19.99", "19,99 $"),
        (Money(123_456_789, "EUR"), "€1,234,567.89", "1.234.567,89 €"),
        (Money(1999, "JPY"), "¥1,999", "1.999 ¥"),
        (Money(1999, "KWD"), "KWD1.999", "1,999 KWD"),
        (Money(2**60 + 1, "JPY"), "¥1,152,921,504,606,846,977", "1.152.921.504.606.846.977 ¥"),
    ],
)
def test_amounts_are_exact_and_written_as_people_write_them(money: Money, english: str, german: str) -> None:
    fact = a_fact(amount=money)

    assert written(Language.EN, fact)["Total, tax included"] == english
    assert written(Language.DE, fact)["Gesamt, inklusive Steuer"] == german


def test_a_receipt_says_what_was_paid_for_and_for_which_time() -> None:
    assert written(Language.DE, a_fact(), a_fact("re_1", FactKind.REFUNDED, amount=Money(500, "USD"))) == {
        "Verkäufer": "SaltBitter Ltd.",
        "Anschrift": "1 Example Street, London N1 1AA",
        "Steuernummer": "GB123456789",
        "Nummer": "ch_1",
        "Bezahlt am": "2. März 2026",
        "Für": "SaltBitter Premium",
        "Zeitraum": "2. März 2026 – 1. April 2026",
        "Gesamt, inklusive Steuer": "19,99 $",
        "Erstattet": "5,00 $",
        "Stand": "Teilweise erstattet",
    }
    once = a_fact(product="something of next year", covers_from=None, covers_until=None)
    assert written(Language.EN, once)["For"] == "something of next year"
    assert "Period" not in written(Language.EN, once)


def test_days_are_written_in_one_way_with_the_day_first_in_english_too() -> None:
    (payment,) = payments_from([a_fact(), a_fact("re_1", FactKind.REFUNDED, amount=Money(500, "USD"))])

    paid = said(receipt(payment, SELLER, Language.EN))
    given_back = said(credit_note(payment, payment.refunds[0], SELLER, Language.EN))
    assert (paid["Paid on"], given_back["Paid back on"]) == ("2 March 2026", "2 March 2026")
    assert paid["Period"] == given_back["Period"] == "2 March 2026 – 1 April 2026"


def test_where_nothing_is_said_of_the_seller_the_receipt_leaves_it_out() -> None:
    assert {"Address", "Tax number"}.isdisjoint(written(Language.EN, a_fact(), seller=Seller("SaltBitter")))


def test_each_refund_that_reached_the_member_has_a_credit_note_for_its_receipt() -> None:
    (payment,) = payments_from(
        [
            a_fact(),
            a_fact("re_1", FactKind.REFUNDED, amount=Money(1999, "USD")),
            a_fact("re_1:failed", FactKind.REFUND_FAILED, amount=Money(1999, "USD")),
            a_fact("re_2", FactKind.REFUNDED, amount=Money(500, "USD"), at=NOW + timedelta(days=3)),
        ]
    )
    failed, refund = payment.refunds

    assert failed.came_back
    assert not refund.came_back
    assert said(credit_note(payment, refund, SELLER, Language.DE)) == {
        "Verkäufer": "SaltBitter Ltd.",
        "Anschrift": "1 Example Street, London N1 1AA",
        "Steuernummer": "GB123456789",
        "Nummer": "re_2",
        "Zum Beleg": "ch_1",
        "Erstattet am": "5. März 2026",
        "Für": "SaltBitter Premium",
        "Zeitraum": "2. März 2026 – 1. April 2026",
        "Gesamt, inklusive Steuer": "5,00 $",
    }
    assert "<h1>Credit note</h1>" in page(credit_note(payment, refund, SELLER, Language.EN))


def test_every_state_of_a_paid_payment_has_words_in_every_language() -> None:
    assert all(words.statuses.keys() == set(PaymentStatus) - {PaymentStatus.FAILED} for words in _WORDS.values())


def test_the_page_needs_nothing_else_and_its_policy_allows_its_style_alone() -> None:
    (payment,) = payments_from([a_fact(product="<script>alert(1)</script>")])
    html = page(receipt(payment, SELLER, Language.EN))

    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in PAGE_POLICY
    assert not re.search(r"<script|src=|href=|url\(|@import", html)
    assert '<html lang="en">' in html
