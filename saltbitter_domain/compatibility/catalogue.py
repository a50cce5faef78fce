"""What members are told when matching waits for something."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from saltbitter_domain.compatibility.model import Missing
from saltbitter_domain.kernel import FieldProblem

TO_DO: Mapping[Missing, str] = MappingProxyType(
    {
        Missing.VERIFY_EMAIL: "Confirm your e-mail address: the link is in our message to you.",
        Missing.ACCOUNT_SUSPENDED: "Your account is suspended. Our message to you says why, and how to appeal.",
        Missing.CREATE_PROFILE: "Tell us who you are: your profile comes next.",
        Missing.COMPLETE_PROFILE: "Your profile still needs your name, your gender and whom you hope to meet.",
        Missing.AGREE_GENDERS_SOUGHT: "We ask before we use whom you hope to meet: agree to that to be introduced.",
        Missing.TOO_YOUNG: "SaltBitter is for people of 18 and over.",
        Missing.PRIMARY_PHOTO: "Add a first photo that shows your face and nobody else's.",
        Missing.PHOTO_IN_REVIEW: "Your first photo is being looked at. You need not do anything.",
        Missing.PAUSED: "You have paused. Resume whenever you like, in your settings.",
    }
)
"""What to do about everything that may be missing."""


def to_do(missing: Iterable[Missing]) -> tuple[FieldProblem, ...]:
    """What is missing, as problems of fields with a sentence each."""
    return tuple(FieldProblem(code, code, TO_DO[code]) for code in missing)
