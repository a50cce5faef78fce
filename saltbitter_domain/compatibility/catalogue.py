"""What members are told when matching waits for something."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from saltbitter_domain.kernel import FieldProblem

TO_DO: Mapping[str, str] = MappingProxyType(
    {
        "verify_email": "Confirm your e-mail address: the link is in our message to you.",
        "account_suspended": "Your account is suspended. Our message to you says why, and how to appeal.",
        "create_profile": "Tell us who you are: your profile comes next.",
        "complete_profile": "Your profile still needs your name, your gender and whom you hope to meet.",
        "too_young": "SaltBitter is for people of 18 and over.",
        "primary_photo": "Add a first photo that shows your face and nobody else's.",
        "photo_in_review": "Your first photo is being looked at. You need not do anything.",
        "paused": "You have paused. Resume whenever you like, in your settings.",
    }
)
"""What to do about each code of ``People.missing_for``."""


def to_do(missing: Iterable[str]) -> tuple[FieldProblem, ...]:
    """What is missing, as problems of fields with a sentence each."""
    return tuple(FieldProblem(code, code, TO_DO[code]) for code in missing)
