"""What mails about sign-ins, devices and the second factor say, in every language."""

from collections.abc import Mapping

from adapters.mail.words import Words
from saltbitter_domain.users.model import MailTemplate

SIGN_IN_WORDS: Mapping[MailTemplate, Mapping[str, Words]] = {
    MailTemplate.SESSION_REPLAYED: {
        "en": Words(
            "We signed a device out",
            ("A sign-in of yours was used twice, as if somebody had copied it.", "We ended it."),
            "Sign in again",
            "If this happens again, change your password.",
        ),
        "de": Words(
            "Wir haben ein Gerät abgemeldet",
            ("Eine Ihrer Anmeldungen wurde zweimal benutzt, als hätte jemand sie kopiert.", "Wir haben sie beendet."),
            "Wieder anmelden",
            "Geschieht das noch einmal, ändern Sie Ihr Passwort.",
        ),
    },
    MailTemplate.SECOND_FACTOR_ADDED: {
        "en": Words(
            "Your second factor is on",
            (
                "From now on, signing in needs a code of your authenticator app beside your password.",
                "Other devices were signed out. Keep the recovery codes elsewhere than on your phone.",
            ),
            "It was not me",
            "If it was you, there is nothing to do. If not, choose another password now, and write to us.",
        ),
        "de": Words(
            "Ihr zweiter Faktor ist eingeschaltet",
            (
                "Ab jetzt braucht das Anmelden neben Ihrem Passwort einen Code Ihrer Authenticator-App.",
                "Andere Geräte wurden abgemeldet. Bewahren Sie die Wiederherstellungscodes nicht auf dem Telefon auf.",
            ),
            "Das war ich nicht",
            "Waren Sie es, müssen Sie nichts tun. Sonst wählen Sie jetzt ein anderes Passwort, und schreiben Sie uns.",
        ),
    },
    MailTemplate.SECOND_FACTOR_REMOVED: {
        "en": Words(
            "Your second factor is off",
            ("Signing in needs only your password again.", "If it was not you, act now."),
            "Choose another password",
            "If it was you, there is nothing to do.",
        ),
        "de": Words(
            "Ihr zweiter Faktor ist ausgeschaltet",
            ("Das Anmelden braucht nur noch Ihr Passwort.", "Waren Sie es nicht, handeln Sie jetzt."),
            "Anderes Passwort wählen",
            "Waren Sie es, müssen Sie nichts tun.",
        ),
    },
    MailTemplate.SECOND_FACTOR_REMOVED_BY_STAFF: {
        "en": Words(
            "We removed your second factor",
            (
                (
                    "Somebody of our staff removed your second factor, with its recovery codes and passkeys, and "
                    "signed you out on every device."
                ),
                (
                    "Your password is good no more either: ask for a link to choose another, sign in with that, and "
                    "turn a second factor on again."
                ),
                "This is why:",
            ),
            "Choose another password",
            "If you did not ask us for this, somebody claimed to be you: do the same, and write to us.",
            gives_reason=True,
        ),
        "de": Words(
            "Wir haben Ihren zweiten Faktor entfernt",
            (
                (
                    "Jemand aus unserem Team hat Ihren zweiten Faktor mit Wiederherstellungscodes und Passkeys "
                    "entfernt und Sie auf jedem Gerät abgemeldet."
                ),
                (
                    "Auch Ihr Passwort gilt nicht mehr: Fordern Sie einen Link an, um ein anderes zu wählen, melden "
                    "Sie sich damit an, und schalten Sie wieder einen zweiten Faktor ein."
                ),
                "Das ist der Grund:",
            ),
            "Anderes Passwort wählen",
            "Haben Sie uns nicht darum gebeten, hat sich jemand als Sie ausgegeben: Tun Sie dasselbe, und schreiben "
            "Sie uns.",
            gives_reason=True,
        ),
    },
    MailTemplate.NEW_DEVICE: {
        "en": Words(
            "A sign-in on a new device",
            (
                "Somebody signed in to your account on a device we had not seen before.",
                "It was on {moment}, from {place}. If it was not you, act now.",
            ),
            "Choose another password",
            "If it was you, there is nothing to do. In your settings you see the device, and can sign it out.",
        ),
        "de": Words(
            "Anmeldung auf einem neuen Gerät",
            (
                "Jemand hat sich auf einem Gerät, das wir noch nicht kannten, in Ihrem Konto angemeldet.",
                "Das war am {moment}, von {place} aus. Waren Sie es nicht, handeln Sie jetzt.",
            ),
            "Anderes Passwort wählen",
            "Waren Sie es, müssen Sie nichts tun. In den Einstellungen sehen Sie das Gerät und können es abmelden.",
        ),
    },
    MailTemplate.MANY_FAILURES: {
        "en": Words(
            "Many wrong passwords",
            (
                "Somebody has tried many wrong passwords for your account, the last on {moment}. They did not get in.",
                "We make them wait. Devices on which you have signed in before are not affected.",
            ),
            "Choose another password",
            "If you use your password elsewhere too, choose another. If it was you who forgot it, do the same.",
        ),
        "de": Words(
            "Viele falsche Passwörter",
            (
                "Jemand hat viele falsche Passwörter für Ihr Konto probiert, zuletzt am {moment}, ohne Erfolg.",
                "Wir lassen sie warten. Geräte, auf denen Sie sich schon angemeldet haben, sind nicht betroffen.",
            ),
            "Anderes Passwort wählen",
            "Benutzen Sie Ihr Passwort auch anderswo, wählen Sie ein anderes. Haben Sie es vergessen, ebenso.",
        ),
    },
    MailTemplate.IMPOSSIBLE_TRAVEL: {
        "en": Words(
            "A sign-in from far away",
            (
                "Somebody signed in to your account from {place} on {moment}.",
                "Nobody travels so fast from where you signed in before. If it was not you, act now.",
            ),
            "Choose another password",
            "If it was you, perhaps over a VPN, there is nothing to do.",
        ),
        "de": Words(
            "Anmeldung von weit weg",
            (
                "Jemand hat sich am {moment} von {place} aus in Ihrem Konto angemeldet.",
                (
                    "So schnell reist niemand von dort, wo Sie vorher angemeldet waren. Waren Sie es nicht, handeln "
                    "Sie jetzt."
                ),
            ),
            "Anderes Passwort wählen",
            "Waren Sie es, vielleicht über ein VPN, müssen Sie nichts tun.",
        ),
    },
    MailTemplate.PASSKEY_ADDED: {
        "en": Words(
            "A passkey was added",
            (
                "From now on, a passkey can answer in place of a code of your app when you sign in.",
                "If it was not you, act now.",
            ),
            "Choose another password",
            "If it was you, there is nothing to do. In your settings you see your passkeys, and can remove each.",
        ),
        "de": Words(
            "Ein Passkey wurde hinzugefügt",
            (
                "Ab jetzt kann beim Anmelden ein Passkey statt eines Codes Ihrer App antworten.",
                "Waren Sie es nicht, handeln Sie jetzt.",
            ),
            "Anderes Passwort wählen",
            "Waren Sie es, müssen Sie nichts tun. In den Einstellungen können Sie jeden Passkey entfernen.",
        ),
    },
    MailTemplate.PASSKEY_REMOVED: {
        "en": Words(
            "A passkey was removed",
            ("One of your passkeys no longer opens your account.", "If it was not you, act now."),
            "Choose another password",
            "If it was you, there is nothing to do.",
        ),
        "de": Words(
            "Ein Passkey wurde entfernt",
            ("Einer Ihrer Passkeys öffnet Ihr Konto nicht mehr.", "Waren Sie es nicht, handeln Sie jetzt."),
            "Anderes Passwort wählen",
            "Waren Sie es, müssen Sie nichts tun.",
        ),
    },
    MailTemplate.PASSKEY_COPIED: {
        "en": Words(
            "One of your passkeys may have been copied",
            (
                "On {moment} somebody tried to sign in with a passkey of yours whose count of sign-ins was wrong.",
                "So it may exist twice. We did not let them in; they knew your password.",
            ),
            "Choose another password",
            "Remove this passkey in your settings, and add a new one. If it was you, tell whoever made it.",
        ),
        "de": Words(
            "Einer Ihrer Passkeys wurde vielleicht kopiert",
            (
                "Am {moment} wollte sich jemand mit einem Ihrer Passkeys anmelden, der falsch zählt.",
                "Es gibt ihn also vielleicht zweimal. Wir haben niemanden eingelassen; Ihr Passwort war bekannt.",
            ),
            "Anderes Passwort wählen",
            "Entfernen Sie diesen Passkey in den Einstellungen, und fügen Sie einen neuen hinzu.",
        ),
    },
    MailTemplate.RECOVERY_CODE_USED: {
        "en": Words(
            "A recovery code was used",
            (
                "One of your recovery codes was used in place of your authenticator app, and is good no more.",
                "If it was not you, act now.",
            ),
            "Choose another password",
            "If it was you and your phone is lost, set up your second factor anew.",
        ),
        "de": Words(
            "Ein Wiederherstellungscode wurde benutzt",
            (
                "Einer Ihrer Wiederherstellungscodes wurde statt Ihrer App benutzt und ist nun verbraucht.",
                "Waren Sie es nicht, handeln Sie jetzt.",
            ),
            "Anderes Passwort wählen",
            "Waren Sie es und ist Ihr Telefon weg, richten Sie Ihren zweiten Faktor neu ein.",
        ),
    },
}
