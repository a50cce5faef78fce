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
            ("Eine deiner Anmeldungen wurde zweimal benutzt, als hätte jemand sie kopiert.", "Wir haben sie beendet."),
            "Wieder einloggen",
            "Geschieht das noch einmal, ändere dein Passwort.",
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
            "Dein zweiter Faktor ist an",
            (
                "Ab jetzt braucht das Einloggen neben deinem Passwort einen Code deiner Authenticator-App.",
                "Andere Geräte wurden abgemeldet. Bewahre die Wiederherstellungscodes nicht auf dem Telefon auf.",
            ),
            "Das war ich nicht",
            "Warst du es, musst du nichts tun. Sonst wähle jetzt ein anderes Passwort und schreib uns.",
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
            "Dein zweiter Faktor ist aus",
            ("Das Einloggen braucht nur noch dein Passwort.", "Warst du es nicht, handle jetzt."),
            "Anderes Passwort wählen",
            "Warst du es, musst du nichts tun.",
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
                "Jemand hat sich auf einem Gerät, das wir noch nicht kannten, in dein Konto eingeloggt.",
                "Das war am {moment}, von {place} aus. Warst du es nicht, handle jetzt.",
            ),
            "Anderes Passwort wählen",
            "Warst du es, musst du nichts tun. In den Einstellungen siehst du das Gerät und kannst es abmelden.",
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
                "Jemand hat viele falsche Passwörter für dein Konto probiert, zuletzt am {moment}, ohne Erfolg.",
                "Wir lassen sie warten. Geräte, auf denen du dich schon eingeloggt hast, sind nicht betroffen.",
            ),
            "Anderes Passwort wählen",
            "Benutzt du dein Passwort auch anderswo, wähle ein anderes. Hast du es vergessen, ebenso.",
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
                "Jemand hat sich am {moment} von {place} aus in dein Konto eingeloggt.",
                "So schnell reist niemand von dort, wo du vorher eingeloggt warst. Warst du es nicht, handle jetzt.",
            ),
            "Anderes Passwort wählen",
            "Warst du es, vielleicht über ein VPN, musst du nichts tun.",
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
                "Einer deiner Wiederherstellungscodes wurde statt deiner App benutzt und ist nun verbraucht.",
                "Warst du es nicht, handle jetzt.",
            ),
            "Anderes Passwort wählen",
            "Warst du es und ist dein Telefon weg, richte deinen zweiten Faktor neu ein.",
        ),
    },
}
