"""What every mail says, in every language; those about sign-ins are in ``adapters.mail.sign_ins``, about money in
``adapters.mail.money``.

A subject is read on locked screens and in logs of mail servers, so it is the same for everybody.
"""

from collections.abc import Mapping

import attrs

from saltbitter_domain.users.model import MailTemplate


@attrs.frozen
class Words:
    """One mail in one language. ``action`` is what the button says that leads to the mail's link; ``gives_reason`` is
    true where the mail also carries, after the paragraphs, what a person wrote to the member."""

    subject: str
    paragraphs: tuple[str, ...]
    action: str
    after: str
    gives_reason: bool = False


@attrs.frozen
class Frame:
    """What stands around every mail of a language: the line before the bare link, and why the mail came."""

    plainly: str
    why: str


LANGUAGES: Mapping[str, Frame] = {
    "en": Frame(
        plainly="If the button does not work, copy this address into your browser:",
        why="You get this mail because it concerns your SaltBitter account. We never ask for your password by mail.",
    ),
    "de": Frame(
        plainly="Falls der Knopf nicht geht, kopieren Sie diese Adresse in Ihren Browser:",
        why="Sie bekommen diese Mail, weil sie Ihr SaltBitter-Konto betrifft. Wir fragen nie per Mail nach Ihrem "
        "Passwort.",
    ),
}

WORDS: Mapping[MailTemplate, Mapping[str, Words]] = {
    MailTemplate.VERIFY_EMAIL: {
        "en": Words(
            "Please confirm your address",
            ("Welcome to SaltBitter.", "Please confirm that this address is yours."),
            "Confirm this address",
            "The link works once, for an hour. If you did not register, ignore this mail.",
        ),
        "de": Words(
            "Bitte bestätigen Sie Ihre Adresse",
            ("Willkommen bei SaltBitter.", "Bitte bestätigen Sie, dass diese Adresse Ihre ist."),
            "Adresse bestätigen",
            "Der Link gilt einmal und eine Stunde lang. Haben Sie sich nicht registriert, ignorieren Sie diese Mail.",
        ),
    },
    MailTemplate.RESET_PASSWORD: {
        "en": Words(
            "Choose a new password",
            ("You asked for a new password.",),
            "Choose a new password",
            "The link works once, for an hour. If it was not you, ignore this mail: nothing has changed.",
        ),
        "de": Words(
            "Wählen Sie ein neues Passwort",
            ("Sie haben um ein neues Passwort gebeten.",),
            "Neues Passwort wählen",
            "Der Link gilt einmal und eine Stunde lang. Waren Sie es nicht, ignorieren Sie diese Mail: Nichts hat "
            "sich geändert.",
        ),
    },
    MailTemplate.ALREADY_REGISTERED: {
        "en": Words(
            "You already have an account",
            ("Somebody, perhaps you, wanted an account with this address.", "You have an account already."),
            "Sign in",
            "If it was not you, there is nothing to do: nobody got in.",
        ),
        "de": Words(
            "Sie haben schon ein Konto",
            ("Jemand, vielleicht Sie, wollte ein Konto mit dieser Adresse.", "Sie haben schon ein Konto."),
            "Anmelden",
            "Waren Sie es nicht, müssen Sie nichts tun: Niemand ist hineingekommen.",
        ),
    },
    MailTemplate.CHANGE_EMAIL: {
        "en": Words(
            "Please confirm your new address",
            ("You asked to use this address for your account.", "Nothing changes before you confirm it."),
            "Use this address",
            "The link works once, for an hour. If you did not ask, ignore this mail: nothing has changed.",
        ),
        "de": Words(
            "Bitte bestätigen Sie Ihre neue Adresse",
            (
                "Sie möchten diese Adresse für Ihr Konto benutzen.",
                "Solange Sie sie nicht bestätigen, ändert sich nichts.",
            ),
            "Diese Adresse benutzen",
            "Der Link gilt einmal und eine Stunde lang. Haben Sie nicht darum gebeten, ignorieren Sie diese Mail: "
            "Nichts hat sich geändert.",
        ),
    },
    MailTemplate.EMAIL_CHANGE_ASKED: {
        "en": Words(
            "Your account is to get another address",
            (
                "Somebody who knows your password asked that your account use another address than this one.",
                "If it was not you, stop it. Every device is then signed out, and you choose a new password.",
            ),
            "It was not me: stop it",
            "The link works for 7 days, also when the address has been changed meanwhile. If it was you, there is "
            "nothing to do.",
        ),
        "de": Words(
            "Ihr Konto soll eine andere Adresse bekommen",
            (
                "Jemand, der Ihr Passwort kennt, möchte, dass Ihr Konto eine andere Adresse als diese benutzt.",
                (
                    "Waren Sie es nicht, halten Sie es auf. Alle Geräte werden abgemeldet, und Sie wählen ein neues "
                    "Passwort."
                ),
            ),
            "Das war ich nicht: aufhalten",
            "Der Link gilt 7 Tage, auch wenn die Adresse inzwischen geändert wurde. Waren Sie es, müssen Sie nichts "
            "tun.",
        ),
    },
    MailTemplate.PASSWORD_CHANGED: {
        "en": Words(
            "Your password was changed",
            ("Your password was changed and other devices were signed out.", "If it was not you, act now."),
            "Choose another password",
            "If it was you, there is nothing to do.",
        ),
        "de": Words(
            "Ihr Passwort wurde geändert",
            (
                "Ihr Passwort wurde geändert, und andere Geräte wurden abgemeldet.",
                "Waren Sie es nicht, handeln Sie jetzt.",
            ),
            "Anderes Passwort wählen",
            "Waren Sie es, müssen Sie nichts tun.",
        ),
    },
    MailTemplate.LEAVING: {
        "en": Words(
            "Your account is closed",
            (
                "Nobody sees you on SaltBitter any more.",
                (
                    "If you had a subscription, it is cancelled and nothing more is charged for it. If you come back "
                    "before what you paid for ends, you have it again."
                ),
                (
                    "In 30 days everything we have of you is erased: your account, profile, photos, answers, consents, "
                    "likes and matches."
                ),
                "This stays, and why:",
            ),
            "Sign in and stay",
            "If you would rather stay, or if this was not you, sign in before then.",
        ),
        "de": Words(
            "Ihr Konto ist geschlossen",
            (
                "Niemand sieht Sie mehr auf SaltBitter.",
                (
                    "Hatten Sie einen Tarif, dann ist er gekündigt, und es wird nichts mehr dafür abgebucht. Kommen "
                    "Sie zurück, bevor endet, was Sie bezahlt haben, haben Sie es wieder."
                ),
                (
                    "In 30 Tagen wird alles gelöscht, was wir von Ihnen haben: Ihr Konto, Ihr Profil, Ihre Fotos, "
                    "Antworten, Einwilligungen, Likes und Matches."
                ),
                "Das bleibt, und warum:",
            ),
            "Anmelden und bleiben",
            "Möchten Sie doch bleiben, oder waren Sie es nicht, dann melden Sie sich vorher an.",
        ),
    },
    MailTemplate.ERASED: {
        "en": Words(
            "Your account is erased",
            (
                "You asked for it 30 days ago. Now everything we have of you is erased, this address too.",
                "This stays, and why:",
            ),
            "To SaltBitter",
            "Keep this mail as your receipt: we cannot write to you again.",
        ),
        "de": Words(
            "Ihr Konto ist gelöscht",
            (
                (
                    "Vor 30 Tagen haben Sie darum gebeten. Jetzt wird alles gelöscht, was wir von Ihnen haben, auch "
                    "diese Adresse."
                ),
                "Das bleibt, und warum:",
            ),
            "Zu SaltBitter",
            "Bewahren Sie diese Mail als Beleg auf: Wir können Ihnen nicht mehr schreiben.",
        ),
    },
    MailTemplate.SUSPENDED: {
        "en": Words(
            "Your account is suspended",
            ("Nobody is introduced to you, and you cannot sign in.", "This is why:"),
            "Appeal",
            "If you think that is a mistake, appeal, and somebody looks at it again.",
            gives_reason=True,
        ),
        "de": Words(
            "Ihr Konto ist gesperrt",
            ("Niemand wird Ihnen vorgestellt, und Sie können sich nicht anmelden.", "Das ist der Grund:"),
            "Widersprechen",
            "Halten Sie das für einen Fehler, widersprechen Sie, und jemand sieht es sich noch einmal an.",
            gives_reason=True,
        ),
    },
    MailTemplate.SUSPENDED_UNDER_AGE: {
        "en": Words(
            "Your account is suspended",
            (
                "SaltBitter is for adults, and you seem to be younger than 18.",
                "Nobody is introduced to you, and you cannot sign in. This is why:",
            ),
            "Appeal",
            "If you are an adult, appeal with a proof of your age, on which you may cover everything but your date of "
            "birth. Somebody looks at it, and it is deleted when they have decided.",
            gives_reason=True,
        ),
        "de": Words(
            "Ihr Konto ist gesperrt",
            (
                "SaltBitter ist für Erwachsene, und Sie scheinen jünger als 18 zu sein.",
                "Niemand wird Ihnen vorgestellt, und Sie können sich nicht anmelden. Das ist der Grund:",
            ),
            "Widersprechen",
            "Sind Sie erwachsen, widersprechen Sie mit einem Altersnachweis, auf dem Sie alles außer Ihrem "
            "Geburtsdatum abdecken dürfen. Jemand sieht ihn sich an, und nach der Entscheidung wird er gelöscht.",
            gives_reason=True,
        ),
    },
    MailTemplate.RESTORED: {
        "en": Words(
            "Your account is open again",
            ("The suspension of your account is over.", "This is why:"),
            "Sign in again",
            "Your address and password are the same as before.",
            gives_reason=True,
        ),
        "de": Words(
            "Ihr Konto ist wieder offen",
            ("Die Sperre Ihres Kontos ist aufgehoben.", "Das ist der Grund:"),
            "Wieder anmelden",
            "Adresse und Passwort sind dieselben wie vorher.",
            gives_reason=True,
        ),
    },
    MailTemplate.EXPORT_READY: {
        "en": Words(
            "Your copy is ready",
            (
                "You asked for a copy of everything we have of you. Here it is, for 7 days.",
                "Whoever has this address can read it: pass this mail on to nobody.",
            ),
            "Download",
            "If you did not ask for it, change your password: somebody knew it.",
        ),
        "de": Words(
            "Ihre Kopie ist fertig",
            (
                "Sie haben um eine Kopie von allem gebeten, was wir von Ihnen haben. Hier ist sie, 7 Tage lang.",
                "Wer diese Adresse hat, kann sie lesen: Geben Sie diese Mail niemandem weiter.",
            ),
            "Herunterladen",
            "Haben Sie nicht darum gebeten, ändern Sie Ihr Passwort: Jemand kannte es.",
        ),
    },
    MailTemplate.PHOTO_VISIBLE: {
        "en": Words(
            "Others can see your photo now",
            ("Somebody of our staff has looked at your new photo. It is approved, and others see it now.",),
            "Look at your photos",
            "Thank you for waiting.",
        ),
        "de": Words(
            "Andere sehen jetzt Ihr Foto",
            ("Jemand aus unserem Team hat sich Ihr neues Foto angesehen und es freigegeben. Andere sehen es jetzt.",),
            "Ihre Fotos ansehen",
            "Danke, dass Sie gewartet haben.",
        ),
    },
    MailTemplate.PHOTO_APPROVED: {
        "en": Words(
            "Your photo is approved",
            ("Somebody looked at your photo, and others see it now.", "This is why:"),
            "Look at your photos",
            "Thank you for letting us look.",
            gives_reason=True,
        ),
        "de": Words(
            "Ihr Foto ist freigegeben",
            ("Jemand hat sich Ihr Foto angesehen, und andere sehen es jetzt.", "Das ist der Grund:"),
            "Ihre Fotos ansehen",
            "Danke, dass Sie uns haben hinsehen lassen.",
            gives_reason=True,
        ),
    },
    MailTemplate.REVIEW_ANSWERED: {
        "en": Words(
            "Your question is answered",
            ("Somebody has looked at what you asked us about your introductions.", "This is what they found:"),
            "Read it with your question",
            "If that does not settle it, you can ask again, or turn to the data protection authority where you live.",
            gives_reason=True,
        ),
        "de": Words(
            "Ihre Frage ist beantwortet",
            ("Jemand hat sich angesehen, was Sie uns zu Ihren Vorstellungen gefragt haben.", "Das kam heraus:"),
            "Bei der Frage nachlesen",
            "Klärt es das nicht, können Sie noch einmal fragen oder sich an die Datenschutzbehörde an Ihrem Wohnort "
            "wenden.",
            gives_reason=True,
        ),
    },
    MailTemplate.PHOTO_REFUSED: {
        "en": Words(
            "About one of your photos",
            ("Somebody looked at one of your photos, and others do not see it.", "This is why:"),
            "Look at your photos",
            "Beside the photo you find what you can do, and whether you can still ask us to look again.",
            gives_reason=True,
        ),
        "de": Words(
            "Zu einem Ihrer Fotos",
            ("Jemand hat sich eines Ihrer Fotos angesehen, und andere sehen es nicht.", "Das ist der Grund:"),
            "Ihre Fotos ansehen",
            "Beim Foto steht, was Sie tun können und ob Sie uns noch bitten können, noch einmal hinzusehen.",
            gives_reason=True,
        ),
    },
    MailTemplate.BREACH_NOTICE: {
        "en": Words(
            "Important: your data and a security incident",
            (
                "There was a security incident at SaltBitter, and data about you is affected.",
                "What happened: {happened}",
                "What it may mean for you: {consequences}",
                "What we have done, and what you can do: {measures}",
                "Whom you can ask: {contact}",
            ),
            "Look after your account",
            "We have told the data protection authority where the law asks for it. We will never ask for your password "
            "or for money because of this.",
        ),
        "de": Words(
            "Wichtig: Ihre Daten und ein Sicherheitsvorfall",
            (
                "Bei SaltBitter gab es einen Sicherheitsvorfall, und Daten über Sie sind betroffen.",
                "Was geschehen ist: {happened}",
                "Was das für Sie bedeuten kann: {consequences}",
                "Was wir getan haben und was Sie tun können: {measures}",
                "Wen Sie fragen können: {contact}",
            ),
            "Ihr Konto ansehen",
            "Die Datenschutzbehörde haben wir unterrichtet, wo das Gesetz es verlangt. Wir fragen deswegen nie nach "
            "Ihrem Passwort oder nach Geld.",
        ),
    },
}
