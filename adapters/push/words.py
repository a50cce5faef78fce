"""What devices show, in every language. It is read on locked screens, so it names nobody."""

from collections.abc import Mapping

import attrs

from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.kernel import Language


@attrs.frozen
class Words:
    """What is shown, and the path of the page it opens."""

    title: str
    path: str


WORDS: Mapping[NoticeKind, Mapping[Language, Words]] = {
    NoticeKind.DAILY_MATCHES: {
        Language.EN: Words("People worth meeting are here", "/today"),
        Language.DE: Words("Menschen zum Kennenlernen sind da", "/today"),
    },
    NoticeKind.MUTUAL_MATCH: {
        Language.EN: Words("You have a new match", "/matches"),
        Language.DE: Words("Ein neues Match ist da", "/matches"),
    },
}
