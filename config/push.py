"""What is set where members get pushes: our key, and whom they may be sent to."""

from adapters.push.web_push import VapidKey
from config.reader import Reader, weakness_of

PUSH_SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.notify.windows.com",
    "web.push.apple.com",
)
"""Where the browsers there are have their messages delivered to."""


def vapid_key(reader: Reader, name: str, contact: str, public_url: str) -> VapidKey | None:
    """The key by which push services know us, and where they reach us; None without one."""
    value = reader.text(name, "")
    if not value:
        return None
    try:
        key = VapidKey.read(value, f"mailto:{contact}" if contact else public_url)
    except ValueError:
        key = None
    if key is None or weakness_of(value):
        reader.refuse(name, "must be 32 random bytes in base64url, as .env.example shows how to make them")
    elif not key.contact.startswith(("mailto:", "https:")):
        reader.refuse("CONTACT", "is missing; push services must be able to reach whoever pushes")
    return key
