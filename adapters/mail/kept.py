"""What outlives an erasure, in words: what it is, why it stays, and until when. The register says what there is."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from adapters.mail.localised import day_in
from saltbitter_domain.users.model import KEPT_UNTIL

KEPT: Mapping[str, Mapping[str, str]] = {
    "audit_log": {
        "en": "A record of what our staff looked at and did, under a number of yours, until {until}: so long somebody "
        "can be held liable for it.",
        "de": "Ein Protokoll dessen, was unser Team ansah und tat, unter einer Nummer von Ihnen, bis {until}: So "
        "lange kann jemand dafür haften.",
    },
    "traces": {
        "en": "Who saw whose profile, under numbers of accounts, until {until}: so whoever a breach concerns is told.",
        "de": "Wer wessen Profil sah, unter Nummern von Konten, bis {until}: So erfährt, wen eine Datenpanne betrifft.",
    },
    "breach_entries": {
        "en": "If there was a breach: what we found out and did, without names, until {until}, as the law asks.",
        "de": "Falls es eine Datenpanne gab: was wir fanden und taten, ohne Namen, bis {until}, wie verlangt.",
    },
    "money_facts": {
        "en": "If you paid: our books, with amounts and numbers but nobody's name, until {until}, as tax law demands.",
        "de": "Falls Sie bezahlt haben: unsere Bücher mit Beträgen und Nummern, aber ohne Namen, bis {until}, wie es "
        "das Steuerrecht verlangt.",
    },
    "sign_in_tries": {
        "en": "How often wrong passwords were tried for your address, under a keyed hash, until {until}.",
        "de": "Wie oft falsche Passwörter für Ihre Adresse probiert wurden, unter einem Schlüssel-Hash, bis {until}.",
    },
    "suppressed_addresses": {
        "en": "If mails came back or were called spam: that your address gets none, under a keyed hash, until {until}.",
        "de": "Falls Mails zurückkamen oder als unerwünscht galten: dass Ihre Adresse keine bekommt, unter einem "
        "Schlüssel-Hash, bis {until}.",
    },
    "block_marks": {
        "en": "If somebody blocked you: that they did, under keyed hashes of your address and devices, until {until}, "
        "so that they stay parted from you.",
        "de": "Falls jemand Sie blockiert hat: dass es so ist, unter Schlüssel-Hashes Ihrer Adresse und Geräte, bis "
        "{until}, damit Sie getrennt bleiben.",
    },
    "barred_marks": {
        "en": "If you are suspended: that you are, under keyed hashes of your address and devices, until {until}, so "
        "that the suspension holds.",
        "de": "Falls Sie gesperrt sind: dass Sie es sind, unter Schlüssel-Hashes Ihrer Adresse und Geräte, bis "
        "{until}, damit die Sperre hält.",
    },
    "limit:": {
        "en": "Counts that slow down attacks, until {until}.",
        "de": "Zähler, die Angriffe bremsen, bis {until}.",
    },
    "erasures/": {
        "en": "The number of your account and this day, until {until}, so that no backup brings you back.",
        "de": "Die Nummer Ihres Kontos und dieser Tag, bis {until}, damit kein Backup Sie zurückbringt.",
    },
    "logs": {
        "en": "Lines in our logs with the number of your account and nothing else of you, until {until}.",
        "de": "Zeilen in unseren Protokollen mit der Nummer Ihres Kontos und sonst nichts von Ihnen, bis {until}.",
    },
    "stripe": {
        "en": "If you paid: transactions at Stripe, which it removes from {until} on; invoices as long as tax law "
        "demands.",
        "de": "Falls Sie bezahlt haben: Vorgänge bei Stripe, die es ab {until} entfernt; Rechnungen, solange das "
        "Steuerrecht es verlangt.",
    },
    "rekognition": {
        "en": "What was looked at to judge your photos is not stored; nothing of it is left after {until}.",
        "de": "Was zur Prüfung Ihrer Fotos angesehen wurde, wird nicht gespeichert; nach {until} ist nichts davon da.",
    },
    "push": {
        "en": "If a device was still to be told something: a message that only it can read, at its push service, until "
        "{until}.",
        "de": "Falls ein Gerät noch etwas erfahren sollte: eine Nachricht, die nur es lesen kann, bei seinem "
        "Push-Dienst, bis {until}.",
    },
    "mail": {
        "en": "That mails like this one were delivered, until {until}. They cannot be called back.",
        "de": "Dass Mails wie diese zugestellt wurden, bis {until}. Zurückholen lassen sie sich nicht.",
    },
}
"""By the place of ``saltbitter_domain.register.Kept``, then by language."""


def kept_in(language: str, data: Mapping[str, str]) -> Iterator[str]:
    """A paragraph for each thing that the mail says is kept. Raises ``KeyError`` for one that has no words."""
    for name, until in data.items():
        if name.startswith(KEPT_UNTIL):
            day = datetime.fromisoformat(until).replace(tzinfo=UTC)
            yield KEPT[name.removeprefix(KEPT_UNTIL)][language].format(until=day_in(language, day, UTC))
