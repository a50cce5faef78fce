"""What an explanation is made of, whichever language it is told in."""

from collections.abc import Mapping

import attrs

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.model.people import Band
from saltbitter_domain.profiles.model import BasicValue, Intention


@attrs.frozen
class ExplanationWords:
    """Everything that an explanation may say in one language: whole sentences, or the parts that go between the braces
    of others. All of it speaks to the reader.

    ``tends`` takes one of ``tendencies``, to which ``at_times`` adds another; ``helps`` takes one of ``help``.
    ``one_more`` and ``more`` end a list of ``interests`` that is longer than what is named; ``conjunction`` stands
    before the last item of a list. ``interests`` has the label of every tag of the catalogue."""

    attachment_answered: str
    attachment_unanswered: str
    attachment_unknown: str
    tends: str
    at_times: str
    tendencies: Mapping[Style, str]
    helps: str
    help: Mapping[Style, str]
    interests_unknown: str
    interests_differ: str
    interests_shared: str
    interests: Mapping[str, str]
    one_more: str
    more: str
    values_shared: str
    value_labels: Mapping[BasicValue, str]
    values: Mapping[Band, str]
    values_rerated: str
    intentions: Mapping[Intention, str]
    circumstances: Mapping[Band, str]
    conjunction: str
