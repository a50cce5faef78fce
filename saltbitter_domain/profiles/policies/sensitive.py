"""What a profile says that may be kept and used only with a consent of its own (Article 9 GDPR)."""

from collections.abc import Callable, Mapping

import attrs

from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.consent.policies import granted
from saltbitter_domain.kernel import FieldProblem, NotAllowed
from saltbitter_domain.profiles.model import (
    GendersSoughtConsentNeeded,
    OrientationConsentNeeded,
    ProfileContent,
    ReligionConsentNeeded,
)


@attrs.frozen
class Sensitive:
    """A part of a profile: the purpose its member agrees to, where it stands, what is ``said`` there (false when
    nothing is), the content ``without`` it, and how it is refused without the consent."""

    purpose: Purpose
    path: str
    said: Callable[[ProfileContent], object]
    without: Callable[[ProfileContent], ProfileContent]
    refusal: type[NotAllowed]
    called: str

    def refused(self) -> NotAllowed:
        return self.refusal(
            f"We may keep {self.called} only once you have agreed to it. Agree first, or leave it out.",
            fields=(FieldProblem(self.path, "consent_needed", "Agree to it first, or leave it out."),),
        )


SENSITIVE = (
    Sensitive(
        Purpose.GENDERS_SOUGHT,
        "preferences.genders",
        lambda content: content.preferences.genders,
        lambda content: attrs.evolve(content, preferences=attrs.evolve(content.preferences, genders=frozenset())),
        GendersSoughtConsentNeeded,
        "whom you hope to meet",
    ),
    Sensitive(
        Purpose.ORIENTATION,
        "orientation",
        lambda content: content.orientation,
        lambda content: attrs.evolve(content, orientation=None),
        OrientationConsentNeeded,
        "your orientation",
    ),
    Sensitive(
        Purpose.RELIGION,
        "religion",
        lambda content: [said for said in (content.religion, content.religion_importance) if said],
        lambda content: attrs.evolve(content, religion=None, religion_importance=None),
        ReligionConsentNeeded,
        "your religion and how much it matters to you",
    ),
)


def permitted(content: ProfileContent, consents: Mapping[Purpose, ConsentRecord]) -> ProfileContent:
    """The content with nothing in it to whose use its member has not agreed."""
    for part in SENSITIVE:
        if part.said(content) and not granted(consents, part.purpose):
            content = part.without(content)
    return content
