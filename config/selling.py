"""What is set where something is sold: the account at Stripe, and whom receipts are from."""

from adapters.stripe.client import StripeAccount
from config.reader import MIN_SECRET_BYTES, Reader, is_origin
from saltbitter_domain.ledger.model import Seller

UNNAMED = Seller("SaltBitter")


def stripe(reader: Reader) -> StripeAccount | None:
    """The account at Stripe; None when none of its settings is there."""
    names = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SECRET_PREVIOUS", "STRIPE_LIVEMODE")
    key, secret, previous, mode = (reader.text(name, "") for name in names)
    base_url = reader.text("STRIPE_BASE_URL", "") or "https://api.stripe.com"
    publishable = reader.text("STRIPE_PUBLISHABLE_KEY", "")
    if not (key or secret or previous or mode):
        return None
    live = reader.choice("STRIPE_LIVEMODE", "true", ("true", "false")) == "true"
    kind = "live" if live else "test"
    if not _is_stripe_secret(key, (f"sk_{kind}_", f"rk_{kind}_")):
        reader.refuse(names[0], f"must be a secret key of Stripe's {kind} mode, which begins with sk_{kind}_")
    for name, value in zip(names[1:3], (secret, previous), strict=True):
        if (value or name == names[1]) and not _is_stripe_secret(value, ("whsec_",)):
            reader.refuse(name, "must be the signing secret of the webhook endpoint, which begins with whsec_")
    if not is_origin(base_url) or (live and not base_url.startswith("https://")):
        reader.refuse("STRIPE_BASE_URL", "must be an address such as https://api.stripe.com, encrypted in live mode")
    if publishable and not publishable.startswith(f"pk_{kind}_"):
        reader.refuse("STRIPE_PUBLISHABLE_KEY", f"must be a key of Stripe's {kind} mode, which begins with pk_{kind}_")
    return StripeAccount(key, tuple(filter(None, (secret, previous))), live, base_url, publishable or None)


def seller(reader: Reader, *, required: bool) -> Seller:
    """Whom receipts are from; all of it where anything is sold, since a receipt without it is none."""
    examples = {
        "NAME": "SaltBitter Ltd.",
        "ADDRESS": "1 Example Street; London N1 1AA",
        "TAX_NUMBER": "GB123456789",
    }
    values = {name: reader.text(f"SELLER_{name}", "").strip() for name in examples}
    for name, value in values.items():
        if (required and not value) or len(value) > 200 or not value.isprintable():
            reader.refuse(f"SELLER_{name}", f"must be what receipts say of the seller, such as {examples[name]!r}")
    address = tuple(line.strip() for line in values["ADDRESS"].split(";") if line.strip())
    return Seller(values["NAME"] or UNNAMED.name, address, values["TAX_NUMBER"])


def _is_stripe_secret(value: str, prefixes: tuple[str, ...]) -> bool:
    return len(value) >= MIN_SECRET_BYTES and value.startswith(prefixes) and len(set(value)) >= 12
