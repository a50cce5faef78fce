"""Compares what was promised with what is there: nothing lost, nothing doubled, nothing half there."""

import email
import email.policy
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from saltbitter_domain.kernel import UserId
from tests.faults.history import Announcement, Edit, History, Like, Morning, Outcome, Registration
from tests.faults.house import House

FIRST_VERSION = 1

_PROFILES = "SELECT user_id, version, content->>'bio' AS words FROM profiles"
_PAIRS = "SELECT low, high, low_kind, high_kind, match_id FROM pairs"
_EVENTS = """
SELECT topic, coalesce(payload->>'by', payload->>'low', payload->>'user_id', member) AS one,
       coalesce(payload->>'about', payload->>'high', payload->>'day', '') AS other, count(*) AS times
FROM outbox LEFT JOIN LATERAL jsonb_array_elements_text(payload->'user_ids') AS told (member) ON true
WHERE payload->'user_ids' IS DISTINCT FROM '[]' GROUP BY 1, 2, 3
"""
"""Without the days of matches that were made empty: those are made again as soon as there is somebody to meet."""
_NOTICES = "SELECT user_id, kind, subject, count(*) AS times FROM notices GROUP BY 1, 2, 3"
_SETS = "SELECT user_id, day, cardinality(candidates) AS people FROM daily_matches"
_ACCOUNTS = "SELECT id, email FROM users"


@attrs.define
class Verdict:
    """What is wrong, each fault in words."""

    lost: list[str] = attrs.field(factory=list)
    doubled: list[str] = attrs.field(factory=list)
    torn: list[str] = attrs.field(factory=list)
    """Operations of which a part is there."""

    @property
    def everything(self) -> Sequence[str]:
        """Every fault."""
        return [*self.lost, *self.torn, *self.doubled]

    def exactly_once(self, found: int, what: str) -> None:
        """Judge an effect that was promised once."""
        if found < 1:
            self.lost.append(what)
        elif found > 1:
            self.doubled.append(f"{what}, {found} times")

    def whole(self, *, there: bool, found: int, what: str) -> None:
        """Judge an effect of something that may or may not be there, and has all its effects if it is."""
        if found > 1:
            self.doubled.append(f"{what}, {found} times")
        elif found != there:
            self.torn.append(what)


@attrs.frozen
class EndState:
    """All of the truth that histories are compared with."""

    profiles: Mapping[UserId, tuple[int, str]]
    likes: frozenset[tuple[UserId, UserId]]
    matches: frozenset[frozenset[UserId]]
    events: Mapping[tuple[str, str, str], int]
    notices: Mapping[tuple[UserId, str, str], int]
    sets: Mapping[tuple[UserId, str], int]
    accounts: Mapping[str, UserId]
    mails: Mapping[str, int]


async def end_state(house: House) -> EndState:
    """Read the end state past every proxy, and the mails that were written."""
    pairs = await house.rows(_PAIRS)
    likes = [(row["low"], row["high"]) for row in pairs if row["low_kind"] == "like"]
    likes += [(row["high"], row["low"]) for row in pairs if row["high_kind"] == "like"]
    return EndState(
        profiles={row["user_id"]: (row["version"], row["words"]) for row in await house.rows(_PROFILES)},
        likes=frozenset(likes),
        matches=frozenset(frozenset({row["low"], row["high"]}) for row in pairs if row["match_id"]),
        events={(row["topic"], row["one"], row["other"]): row["times"] for row in await house.rows(_EVENTS)},
        notices={(row["user_id"], row["kind"], row["subject"]): row["times"] for row in await house.rows(_NOTICES)},
        sets={(row["user_id"], row["day"].isoformat()): row["people"] for row in await house.rows(_SETS)},
        accounts={row["email"]: row["id"] for row in await house.rows(_ACCOUNTS)},
        mails=mails_by_address(house.mails),
    )


def mails_by_address(folder: Path) -> Mapping[str, int]:
    """How many mails of a Maildir go to each address."""
    found: Counter[str] = Counter()
    for file in [*folder.rglob("new/*"), *folder.rglob("cur/*")]:
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        found[str(message["To"]).strip()] += 1
    return found


def judge(history: History, end: EndState) -> Verdict:
    """Compare one row's history with the end state."""
    verdict = Verdict()
    _judge_edits(history, end, verdict)
    for like in history.of(Like):
        _judge_like(like, end, verdict)
    for pair in {frozenset({like.by, like.about}) for like in history.of(Like)}:
        _judge_match(pair, end, verdict)
    for registration in history.of(Registration):
        _judge_registration(registration, end, verdict)
    for morning in history.of(Morning):
        _judge_morning(morning, end, verdict)
    for announcement in history.of(Announcement):
        _judge_announcement(announcement, end, verdict)
    return verdict


def _judge_edits(history: History, end: EndState, verdict: Verdict) -> None:
    """Every acknowledged edit has a version of its own, and there is no version that nobody asked for."""
    by_member: defaultdict[UserId, list[Edit]] = defaultdict(list)
    for edit in history.of(Edit):
        by_member[edit.member].append(edit)
    for member, edits in by_member.items():
        version, words = end.profiles[member]
        promised = Counter(edit.version for edit in edits if edit.version is not None)
        verdict.doubled += [f"version {each} of {member} was promised twice" for each in promised if promised[each] > 1]
        verdict.lost += [f"version {each} of {member} is gone" for each in promised if each > version]
        unknown = [edit for edit in edits if edit.outcome is Outcome.UNKNOWN]
        unpromised = version - FIRST_VERSION - len(promised)
        if unpromised > len(unknown):
            verdict.doubled.append(f"{unpromised} versions of {member} come from {len(unknown)} unknown edits")
        last = [edit.words for edit in edits if edit.version == version] or [edit.words for edit in unknown]
        if version > FIRST_VERSION and words not in last:
            verdict.lost.append(f"what version {version} of {member} said")


def _judge_like(like: Like, end: EndState, verdict: Verdict) -> None:
    there = (like.by, like.about) in end.likes
    told = end.events.get(("compatibility.liked", str(like.by), str(like.about)), 0)
    what = f"the like of {like.about} by {like.by}"
    if like.outcome is Outcome.ACKNOWLEDGED and not there:
        verdict.lost.append(what)
    verdict.whole(there=there, found=told, what=f"the event of {what}")


def _judge_match(pair: frozenset[UserId], end: EndState, verdict: Verdict) -> None:
    low, high = sorted(pair)
    mutual = {(low, high), (high, low)} <= end.likes
    verdict.whole(there=mutual, found=pair in end.matches, what=f"the match of {low} and {high}")
    told = end.events.get(("compatibility.matched", str(low), str(high)), 0)
    verdict.whole(there=mutual, found=told, what=f"the event of the match of {low} and {high}")
    for one, other in ((low, high), (high, low)):
        noticed = end.notices.get((one, "mutual_match", str(other)), 0)
        verdict.whole(there=mutual, found=noticed, what=f"the notice to {one} of the match with {other}")


def _judge_registration(registration: Registration, end: EndState, verdict: Verdict) -> None:
    address, mails = registration.email, end.mails.get(registration.email, 0)
    account = end.accounts.get(address)
    if registration.outcome is Outcome.ACKNOWLEDGED:
        verdict.exactly_once(account is not None, f"the account of {address}")
        verdict.exactly_once(mails, f"the mail to {address}")
    told = end.events.get(("users.registered", str(account), ""), 0)
    verdict.whole(there=account is not None, found=told, what=f"the event of the account of {address}")
    verdict.whole(there=account is not None, found=mails, what=f"the mail to {address}")


def _judge_morning(morning: Morning, end: EndState, verdict: Verdict) -> None:
    day = morning.day.isoformat()
    people = end.sets.get((morning.member, day))
    what = f"the matches of {morning.member} for {day}"
    verdict.exactly_once(people is not None, what)
    told = end.events.get(("compatibility.daily_matches_made", str(morning.member), day), 0)
    verdict.whole(there=bool(people), found=told, what=f"the event of {what}")
    noticed = end.notices.get((morning.member, "daily_matches", day), 0)
    verdict.whole(there=bool(people), found=noticed, what=f"the notice of {what}")


def _judge_announcement(announcement: Announcement, end: EndState, verdict: Verdict) -> None:
    member, day = announcement.member, announcement.subject
    there = bool(end.events.get(("compatibility.daily_matches_made", str(member), day)))
    if announcement.outcome is Outcome.ACKNOWLEDGED and not there:
        verdict.lost.append(f"the message to {member} of {day}")
    noticed = end.notices.get((member, "daily_matches", day), 0)
    verdict.whole(there=there, found=noticed, what=f"the notice to {member} of {day}")


def dead_letters(rows: Sequence[Mapping[str, object]], poison: str) -> list[str]:
    """Messages set aside that should not be."""
    return [f"{row['topic']}: {row['last_error']}" for row in rows if row["topic"] != poison]
