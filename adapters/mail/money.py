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
            "Ihre Zahlung und Ihr Beleg",
            (
                "Danke. Wir haben am {day} {amount}, inklusive Steuer, für {product} erhalten.",
                "Bezahlt ist bis zum {until}. Die Nummer Ihres Belegs ist {number}.",
            ),
            "Zahlungen ansehen",
            "Sie können jederzeit kündigen, in so wenigen Schritten, wie Sie abgeschlossen haben. Innerhalb von 14 "
            "Tagen nach dem Abschluss können Sie widerrufen und bekommen alles zurück.",
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
            "Ihr Kauf und Ihr Beleg",
            (
                "Danke. Wir haben am {day} {amount}, inklusive Steuer, für {product} erhalten.",
                "Es ist einmal bezahlt und verlängert sich nicht. Die Nummer Ihres Belegs ist {number}.",
            ),
            "Zahlungen ansehen",
            "Waren Sie das nicht, wenden Sie sich an Ihre Bank, und ändern Sie Ihr Passwort.",
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
            "Ihre Zahlung hat nicht geklappt",
            (
                "Wir konnten die Zahlung für {product} nicht einziehen. Es wurde nichts abgebucht.",
                "Sie behalten alles bis zum {until}. Ist bis dahin bezahlt, ändert sich nichts.",
            ),
            "Andere Karte verwenden",
            "Möchten Sie lieber aufhören, müssen Sie nichts tun: Es endet an diesem Tag von selbst.",
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
            "Wir haben Ihnen Geld erstattet",
            (
                "Am {day} haben wir Ihnen {amount} für {product} erstattet.",
                "Es kommt binnen 10 Tagen dort an, von wo Sie bezahlt haben. Die Nummer der Zahlung ist {number}.",
            ),
            "Zahlungen ansehen",
            "Ist es bis dahin nicht da, fragen Sie zuerst Ihre Bank: Oft steht es unter dem Tag der Zahlung.",
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
            "Ihr Tarif ist gekündigt",
            (
                "Sie haben {product} gekündigt. Es wird nichts mehr abgebucht.",
                "Was Sie bezahlt haben, bleibt Ihnen bis zum {until}.",
            ),
            "Tarif ansehen",
            "Bis dahin können Sie ihn weiterlaufen lassen. Damit er endet, müssen Sie nichts tun.",
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
            "Ihr Tarif ist beendet",
            (
                "{product} endete am {day}.",
                "Es wird nichts mehr abgebucht, und Sie schulden nichts dafür.",
            ),
            "Tarif ansehen",
            "Bekommen Sie etwas zurück, sagt Ihnen eine weitere Mail, wie viel. Sie können jederzeit neu abschließen.",
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
            "Ihr Tarif verlängert sich bald",
            (
                "Am {until} verlängert sich {product}, und {amount}, inklusive Steuer, werden abgebucht.",
                "Möchten Sie weitermachen, müssen Sie nichts tun.",
            ),
            "Tarif ansehen oder kündigen",
            "Kündigen Sie vor diesem Tag, wird nichts abgebucht.",
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
            "Ihre Käufe in diesem Monat",
            (
                "Was Sie in diesem Monat neben einem Tarif gekauft haben, hat {amount} erreicht.",
                "Wir sagen es Ihnen, damit Sie es wissen. Sie müssen nichts tun.",
            ),
            "Käufe ansehen",
            "Haben Sie das nicht selbst gekauft, wenden Sie sich an Ihre Bank, und ändern Sie Ihr Passwort.",
        ),
    },
}
