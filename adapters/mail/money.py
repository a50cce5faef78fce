"""What mails about money say, with the facts of each filled in: ``{amount}``, ``{product}``, ``{day}``, ``{until}`` and
``{number}``, written as ``adapters.mail.localised`` writes them."""

from collections.abc import Mapping

from adapters.mail.words import Words
from saltbitter_domain.users.model import MailTemplate

MONEY_WORDS: Mapping[MailTemplate, Mapping[str, Words]] = {
    MailTemplate.PAYMENT_CONFIRMED: {
        "en": Words(
            "Your payment and receipt",
            (
                "Thank you. We received {amount}, tax included, for {product} on {day}.",
                "It is paid until {until}. The number of your receipt is {number}.",
            ),
            "See your payments",
            "You can cancel at any time, in as few steps as you subscribed. Within 14 days of subscribing you can "
            "withdraw and are paid back in full.",
        ),
        "de": Words(
            "Deine Zahlung und dein Beleg",
            (
                "Danke. Wir haben am {day} {amount}, inklusive Steuer, für {product} erhalten.",
                "Bezahlt ist bis zum {until}. Die Nummer deines Belegs ist {number}.",
            ),
            "Zahlungen ansehen",
            "Du kannst jederzeit kündigen, in so wenigen Schritten, wie du abgeschlossen hast. Innerhalb von 14 Tagen "
            "nach dem Abschluss kannst du widerrufen und bekommst alles zurück.",
        ),
    },
    MailTemplate.PURCHASE_CONFIRMED: {
        "en": Words(
            "Your purchase and receipt",
            (
                "Thank you. We received {amount}, tax included, for {product} on {day}.",
                "It is paid once and does not renew. The number of your receipt is {number}.",
            ),
            "See your payments",
            "If this was not you, tell your bank, and change your password.",
        ),
        "de": Words(
            "Dein Kauf und dein Beleg",
            (
                "Danke. Wir haben am {day} {amount}, inklusive Steuer, für {product} erhalten.",
                "Es ist einmal bezahlt und verlängert sich nicht. Die Nummer deines Belegs ist {number}.",
            ),
            "Zahlungen ansehen",
            "Warst du das nicht, wende dich an deine Bank und ändere dein Passwort.",
        ),
    },
    MailTemplate.PAYMENT_FAILED: {
        "en": Words(
            "Your payment did not go through",
            (
                "We could not collect the payment for {product}. Nothing was charged.",
                "You keep everything until {until}. If it is paid by then, nothing changes.",
            ),
            "Use another card",
            "If you would rather stop, you need do nothing: it ends on that day by itself.",
        ),
        "de": Words(
            "Deine Zahlung hat nicht geklappt",
            (
                "Wir konnten die Zahlung für {product} nicht einziehen. Es wurde nichts abgebucht.",
                "Du behältst alles bis zum {until}. Ist bis dahin bezahlt, ändert sich nichts.",
            ),
            "Andere Karte verwenden",
            "Möchtest du lieber aufhören, musst du nichts tun: Es endet an diesem Tag von selbst.",
        ),
    },
    MailTemplate.REFUNDED: {
        "en": Words(
            "We paid you back",
            (
                "On {day} we paid {amount} back to you for {product}.",
                "It reaches your account within 10 days, the way you paid. The number of the payment is {number}.",
            ),
            "See your payments",
            "If it has not arrived by then, ask your bank first: it often shows under the day of the payment.",
        ),
        "de": Words(
            "Wir haben dir Geld erstattet",
            (
                "Am {day} haben wir dir {amount} für {product} erstattet.",
                "Es kommt innerhalb von 10 Tagen dort an, womit du bezahlt hast. Die Nummer der Zahlung ist {number}.",
            ),
            "Zahlungen ansehen",
            "Ist es bis dahin nicht da, frage zuerst deine Bank: Oft steht es unter dem Tag der Zahlung.",
        ),
    },
    MailTemplate.SUBSCRIPTION_CANCELLED: {
        "en": Words(
            "Your subscription is cancelled",
            (
                "You cancelled {product}. Nothing more is charged.",
                "What you paid for stays yours until {until}.",
            ),
            "See your subscription",
            "Until then you can let it go on. You need do nothing to let it end.",
        ),
        "de": Words(
            "Dein Abo ist gekündigt",
            (
                "Du hast {product} gekündigt. Es wird nichts mehr abgebucht.",
                "Was du bezahlt hast, bleibt dir bis zum {until}.",
            ),
            "Abo ansehen",
            "Bis dahin kannst du es weiterlaufen lassen. Damit es endet, musst du nichts tun.",
        ),
    },
    MailTemplate.SUBSCRIPTION_ENDED: {
        "en": Words(
            "Your subscription has ended",
            (
                "{product} ended on {day}.",
                "Nothing more is charged, and nothing is owed for it.",
            ),
            "See your subscription",
            "If anything is paid back to you, another mail says how much. You can subscribe anew at any time.",
        ),
        "de": Words(
            "Dein Abo ist beendet",
            (
                "{product} endete am {day}.",
                "Es wird nichts mehr abgebucht, und du schuldest nichts dafür.",
            ),
            "Abo ansehen",
            "Bekommst du etwas zurück, sagt dir eine weitere Mail, wie viel. Du kannst jederzeit neu abschließen.",
        ),
    },
    MailTemplate.RENEWAL_REMINDER: {
        "en": Words(
            "Your subscription renews soon",
            (
                "On {until} {product} renews, and {amount}, tax included, is charged.",
                "If you wish to go on, you need do nothing.",
            ),
            "See or cancel your subscription",
            "If you cancel before that day, nothing is charged.",
        ),
        "de": Words(
            "Dein Abo verlängert sich bald",
            (
                "Am {until} verlängert sich {product}, und {amount}, inklusive Steuer, werden abgebucht.",
                "Möchtest du weitermachen, musst du nichts tun.",
            ),
            "Abo ansehen oder kündigen",
            "Kündigst du vor diesem Tag, wird nichts abgebucht.",
        ),
    },
    MailTemplate.SPENDING_NOTICE: {
        "en": Words(
            "Your purchases this month",
            (
                "What you bought this month, beside any subscription, has reached {amount}.",
                "We tell you so that you know. You need do nothing.",
            ),
            "See your purchases",
            "If you did not buy this yourself, tell your bank, and change your password.",
        ),
        "de": Words(
            "Deine Käufe in diesem Monat",
            (
                "Was du in diesem Monat neben einem Abo gekauft hast, hat {amount} erreicht.",
                "Wir sagen es dir, damit du es weißt. Du musst nichts tun.",
            ),
            "Käufe ansehen",
            "Hast du das nicht selbst gekauft, wende dich an deine Bank und ändere dein Passwort.",
        ),
    },
}
