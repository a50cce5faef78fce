"""What the demo's own pages say in German, by what they say in English, which stands in their templates."""

from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_date, format_datetime
from markupsafe import Markup

from saltbitter_domain.kernel import Language

GERMAN: Mapping[str, str] = {
    # Every page
    "SaltBitter demo": "Demo von SaltBitter",
    "Sam’s morning": "Sams Morgen",
    "Mailbox": "Postfach",
    "{when} in London": "{when} in London",
    "Next 06:00": "Nächste 06:00 Uhr",
    "Everybody here is made up: their answers are dealt by published statistics, their portraits are drawn.": (
        "Alle hier sind erfunden: Ihre Antworten sind nach veröffentlichten Statistiken ausgeteilt, ihre Porträts "
        "gezeichnet."
    ),
    # Home
    "A dating platform that shows its working": "Eine Dating-Plattform, die zeigt, wie sie rechnet",
    "{size} demo members live in this process. Nothing is kept when it ends.": (
        "{size} Demo-Mitglieder leben in diesem Prozess. Endet er, bleibt nichts davon."
    ),
    "Look at a morning": "Einen Morgen ansehen",
    "{link}Sam’s matches of today{end}, each with its explanation. Like a few: demo members answer.": (
        "{link}Wen Sam heute kennenlernt{end}, jeweils mit Erklärung. Geben Sie einigen ein Like: Demo-Mitglieder "
        "antworten."
    ),
    "Sleep a night": "Eine Nacht schlafen",
    "“Next 06:00” above moves the demo’s clock. Every member everywhere gets their new set.": (
        "„Nächste 06:00 Uhr“ oben stellt die Uhr der Demo vor. Überall bekommt jedes Mitglied neue Vorstellungen."
    ),
    "Be somebody new": "Neu dazukommen",
    "{command} registers two members over HTTP and walks the whole journey; or do it yourself in the {api}API "
    "pages{end}. The mails arrive in the {mailbox}mailbox{end}.": (
        "{command} meldet zwei Mitglieder über HTTP an und geht den ganzen Weg; oder tun Sie es selbst auf den "
        "{api}Seiten der API{end}. Die Mails kommen ins {mailbox}Postfach{end}."
    ),
    "Pay, and have it go wrong": "Bezahlen, und es geht schief",
    "The membership takes made-up cards: a bank that asks, one that declines, one that fails when the plan renews, one "
    "that takes the payment back. Time goes by with “Next 06:00”; another card is named where a payment is owed.": (
        "Die Mitgliedschaft nimmt erfundene Karten: eine Bank, die nachfragt, eine, die ablehnt, eine, die bei der "
        "Verlängerung versagt, eine, die die Zahlung zurückholt. Mit „Nächste 06:00 Uhr“ vergeht Zeit; wo eine Zahlung "
        "aussteht, lässt sich eine andere Karte nennen."
    ),
    "Sign in as Sam": "Als Sam anmelden",
    "E-mail {email}, password {password} (for this run only). The same password opens {staff}, who decides on photos "
    "once a second factor is set up.": (
        "E-Mail {email}, Passwort {password} (nur für diesen Lauf). Dasselbe Passwort öffnet {staff}: Von dort wird "
        "über Fotos entschieden, sobald ein zweiter Faktor eingerichtet ist."
    ),
    # The mailbox
    "Mails to {address}.": "Mails an {address}.",
    "All mails": "Alle Mails",
    "No mail yet. Register somebody, and it arrives here.": (
        "Noch keine Mail. Melden Sie jemanden an, dann kommt sie hier an."
    ),
    # A morning
    "Sam’s matches for {day}": "Wen Sam kennenlernt: {day}",
    "Nobody yet. The set of the day is made within moments; reload the page.": (
        "Noch niemand. Die Vorstellungen des Tages entstehen in Augenblicken; laden Sie die Seite neu."
    ),
    "The list is short today: nobody fits.": "Heute passt niemand.",
    "The list is short today: these are all who fit.": "Die Liste ist heute kurz: Das sind alle, die passen.",
    "The list is short today: others who fit were shown to enough people.": (
        "Die Liste ist heute kurz: Andere, die passen, wurden heute schon genügend Menschen gezeigt."
    ),
    "Matches": "Matches",
    "It is mutual": "Gegenseitig",
    "Drawn portrait of {name}": "Gezeichnetes Porträt von {name}",
    "Fit {total} of 100, confidence {confidence}": "Passt zu {total} von 100, Sicherheit {confidence}",
    "You like each other.": "Sie mögen einander.",
    "Liked.": "Like gegeben.",
    "Passed.": "Übergangen.",
    "Like": "Like",
    "Pass": "Übergehen",
    "attachment": "Nähe",
    "interests": "Interessen",
    "values": "Werte",
    "demographics": "Leben und Pläne",
    "strong": "viel gemeinsam",
    "good": "einiges gemeinsam",
    "some": "etwas gemeinsam",
    "differs": "verschieden",
    "unknown": "noch nicht bekannt",
    "high": "hoch",
    "medium": "mittel",
    "low": "gering",
    "under 5 km": "weniger als 5 km",
    "5 to 10 km": "5–10 km",
    "10 to 25 km": "10–25 km",
    "25 to 50 km": "25–50 km",
    "50 to 100 km": "50–100 km",
    "over 100 km": "mehr als 100 km",
    # Cards, and where the links of mails lead
    "Your card": "Ihre Karte",
    "In production this page is the payment gateway’s. No money moves here, and every card is made up.": (
        "Im Betrieb ist das eine Seite des Zahlungsdienstes. Hier fließt kein Geld, und jede Karte ist erfunden."
    ),
    "That card pays from now on, and paid what was owed if it could.": (
        "Diese Karte zahlt von jetzt an und hat, wenn sie konnte, bezahlt, was offen war."
    ),
    "Pay with 4242 4242 4242 4242, which goes through": "Mit 4242 4242 4242 4242 zahlen: Das klappt",
    "Pay with 4000 0000 0000 0341, which fails": "Mit 4000 0000 0000 0341 zahlen: Das misslingt",
    "Back to the membership": "Zurück zur Mitgliedschaft",
    "Your new address": "Ihre neue Adresse",
    "Your account uses this address from now on.": "Ihr Konto hat von jetzt an diese Adresse.",
    "Use this address": "Diese Adresse verwenden",
    "Keep your address": "Ihre Adresse behalten",
    "Your address is yours. A link to choose a new password is in your mailbox.": (
        "Ihre Adresse bleibt Ihre. In Ihrem Postfach ist ein Link, um ein neues Passwort zu wählen."
    ),
    "It was not me: stop it": "Das war ich nicht: abbrechen",
    "Choose a new password": "Ein neues Passwort wählen",
    "Your password is changed. Sign in with it.": "Ihr Passwort ist geändert. Melden Sie sich damit an.",
    "New password": "Neues Passwort",
    "Change": "Ändern",
    "Confirm your address": "Ihre Adresse bestätigen",
    "Your address is confirmed.": "Ihre Adresse ist bestätigt.",
    "Confirm": "Bestätigen",
}

SHORT: Mapping[str, str] = {
    "nobody_eligible": "The list is short today: nobody fits.",
    "fewer_eligible_than_quota": "The list is short today: these are all who fit.",
    "ceilings": "The list is short today: others who fit were shown to enough people.",
}
"""Why a day is short, by the code of it."""

_MOMENT = {
    Language.EN: ("en_GB", "EEEE d MMMM", "EEEE d MMMM, HH:mm"),
    Language.DE: ("de", "EEEE, d. MMMM", "EEEE, d. MMMM, HH:mm 'Uhr'"),
}


def say(language: Language, english: str, **facts: object) -> Markup:
    """The sentence in this language, with its facts filled in; a fact that is no markup is escaped. ``KeyError`` for a
    sentence that has no German."""
    return Markup(GERMAN[english] if language is Language.DE else english).format(**facts)  # noqa: S704  ours  # nosec B704


def day_of(language: Language, day: date) -> str:
    """``Friday 27 November`` or ``Freitag, 27. November``."""
    locale, pattern, _ = _MOMENT[language]
    return format_date(day, pattern, locale=locale)


def moment_of(language: Language, at: datetime) -> str:
    """``Friday 27 November, 06:01`` or ``Freitag, 27. November, 06:01 Uhr``, in the time zone that ``at`` has."""
    locale, _, pattern = _MOMENT[language]
    return format_datetime(at, pattern, tzinfo=at.tzinfo, locale=locale)
