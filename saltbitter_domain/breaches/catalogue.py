"""What is watched: how much of what within which time is suspicious.

Each rule looks at traces only. A suspicion is for a person to look into; nobody is shut out by it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from saltbitter_domain.breaches.model import Act, BreachKind


@attrs.frozen
class Watch:
    """Suspicious is whoever does ``act`` about ``least`` people, or so often, within ``window``; of a single minute at
    most ``per_minute`` count. ``together`` adds up what everybody does."""

    kind: BreachKind
    act: Act
    window: timedelta
    least: int
    per_minute: int | None = None
    together: bool = False

    def reached(self, minutes: Mapping[datetime, int]) -> bool:
        """Whether this is suspicious."""
        most = self.per_minute
        return sum(count if most is None else min(count, most) for count in minutes.values()) >= self.least


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)

WATCHES = (
    # 500 profiles an hour are 8 a minute: 33 of them are read in less than four minutes, which leaves one for the trace
    # to be stored and looked at. People come in pages of ten: whoever reads them turns to a fourth page by then only if
    # they take less than ten seconds for each. Whoever opens a long list reads many at once, and no more than ten of a
    # minute count. Lists of whom one knows by now do not count.
    Watch(BreachKind.SCRAPING, Act.PROFILE_READ, 5 * _MINUTE, 33, per_minute=10),
    Watch(BreachKind.SCRAPING, Act.PROFILE_READ, _HOUR, 400),
    Watch(BreachKind.STAFF_BULK_READ, Act.STAFF_READ, _HOUR, 100),
    Watch(BreachKind.MASS_EXPORT, Act.COPY_FETCHED, _HOUR, 5),
    # From one network, then from very many at once, as attackers with lists of passwords from elsewhere do it.
    Watch(BreachKind.CREDENTIAL_STUFFING, Act.SIGN_IN_FAILED, 10 * _MINUTE, 50),
    Watch(BreachKind.CREDENTIAL_STUFFING, Act.SIGN_IN_FAILED, 10 * _MINUTE, 1_000, together=True),
    Watch(BreachKind.HONEY_RECORD, Act.HONEY_TOUCHED, 10 * _MINUTE, 1),
)

_SHOWN = (Act.PROFILE_READ, Act.ACQUAINTANCES_READ)

EXPOSING: Mapping[BreachKind, tuple[Act, ...]] = {
    BreachKind.SCRAPING: _SHOWN,
    BreachKind.STAFF_BULK_READ: (Act.STAFF_READ,),
    BreachKind.MASS_EXPORT: (Act.COPY_FETCHED,),
    BreachKind.CREDENTIAL_STUFFING: (Act.SIGN_IN,),
    # Whoever knows an address that only our database has may have got into accounts of others with it.
    BreachKind.HONEY_RECORD: (*_SHOWN, Act.SIGN_IN),
}
"""By what a breach that was noticed in this way reaches people: whom the actor's acts of these sorts were about."""

DATA: Mapping[Act, str] = {
    Act.PROFILE_READ: "profiles as shown to other members: name, age, city, photos, answers, interests, values",
    Act.ACQUAINTANCES_READ: "profiles of those a member matched with, or who like them, and their notes",
    Act.STAFF_READ: "what staff are shown: photos, appeals, reasons",
    Act.SIGN_IN: "everything a member sees of their own account, special categories included",
    Act.COPY_FETCHED: "copies of everything that is kept about a member, special categories included",
    Act.SIGN_IN_FAILED: "e-mail addresses that were tried",
    Act.HONEY_TOUCHED: "the records that nobody has a reason to come across",
}
"""Categories of personal data that an act reaches (Art. 33(3)(a) GDPR)."""
