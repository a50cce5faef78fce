"""Amounts, days and products as people write them, in each language of ``LANGUAGES``."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency, get_currency_precision

from saltbitter_domain.kernel import Money

PRODUCTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "premium": "SaltBitter Premium",
        "elite": "SaltBitter Elite",
        "coaching_report": "Coaching report",
        "practice_pack": "Practice pack of 100 messages",
        "": "SaltBitter",
    },
    "de": {
        "premium": "SaltBitter Premium",
        "elite": "SaltBitter Elite",
        "coaching_report": "Coaching-Bericht",
        "practice_pack": "Übungspaket mit 100 Nachrichten",
        "": "SaltBitter",
    },
}


UNKNOWN_PLACE: Mapping[str, str] = {"en": "an unknown place", "de": "einem unbekannten Ort"}
_CALENDAR: Mapping[str, str] = {"en": "en_GB", "de": "de"}
"""Whose days and times each language writes: English in one way everywhere, with the day first and hours up to 24."""
AS_GIVEN = ("number", "happened", "consequences", "measures", "contact")
"""Facts that are the same in every language, and what staff wrote to members."""


def amount_in(language: str, money: Money) -> str:
    """The exact amount: ``$19.99`` or ``19,99 $``. How many decimals a currency has comes from Unicode's CLDR."""
    exact = Decimal(money.amount_minor).scaleb(-get_currency_precision(money.currency))
    return format_currency(exact, money.currency, locale=language)


def day_in(language: str, at: datetime, zone: tzinfo) -> str:
    """The day it is in that time zone at that instant: ``2 March 2026`` or ``2. März 2026``."""
    return format_date(at.astimezone(zone).date(), "long", locale=_CALENDAR[language])


def moment_in(language: str, at: datetime, zone: tzinfo) -> str:
    """The day and time there at that instant: ``2 March 2026, 13:00`` or ``2. März 2026, 13:00``."""
    return f"{day_in(language, at, zone)}, {format_time(at, 'short', tzinfo=zone, locale=_CALENDAR[language])}"


def product_in(language: str, name: str) -> str:
    """What was bought. A name that has no words stays as it is."""
    return PRODUCTS[language].get(name, name)


def facts_in(language: str, data: Mapping[str, str]) -> Mapping[str, str]:
    """The facts that a mail carries, as its language writes them; days and times are the member's own, and words are as
    given."""
    facts = {name: data[name] for name in AS_GIVEN if name in data}
    if "amount_minor" in data:
        facts["amount"] = amount_in(language, Money(int(data["amount_minor"]), data["currency"]))
    if "product" in data:
        facts["product"] = product_in(language, data["product"])
    if "place" in data:
        facts["place"] = data["place"] or UNKNOWN_PLACE[language]
    if "moment" in data:
        facts["moment"] = moment_in(language, datetime.fromisoformat(data["moment"]), ZoneInfo(data["time_zone"]))
    for name in ("day", "until"):
        if name in data:
            facts[name] = day_in(language, datetime.fromisoformat(data[name]), ZoneInfo(data["time_zone"]))
    return facts
