"""Writes the runbook for breaches, what is watched, who decides what and by when, from the rules of the product.

``python -m entrypoints.breach_runbook docs/breach-runbook.md``"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from saltbitter_domain.breaches import scoring
from saltbitter_domain.breaches.catalogue import DATA, EXPOSING, WATCHES
from saltbitter_domain.breaches.model import (
    AUTHORITY_TERM,
    BREACHES_KEPT,
    DECISION_TERM,
    FINDING_TERM,
    TRACES_KEPT,
    DataContext,
    Identification,
    Loss,
    Severity,
)
from saltbitter_domain.breaches.policies import ALARM_AFTER
from saltbitter_domain.breaches.service.register import MAILS_AT_ONCE

_WATCHED = """# When data has got into wrong hands

Made from the rules in `saltbitter_domain/breaches` by `make ropa`; do not edit by hand. For whoever of the staff is on
call. Moderators read the register and report; admins decide. Everybody says why in `X-Audit-Reason`, and every look is
on record (`docs/consent.md`).

## What raises an alarm

The workers look every minute. What is suspicious opens a breach in the register, once a day for each actor and kind,
and logs the error `breach_suspected`; let whoever is on call be called by it, and by `breach_undecided`,
`breach_affected_unknown`, `breach_authority_due`, `breach_authority_overdue` and `traces_lost`. Nobody is shut out by
an alarm: a member who reads fast is told from a script by a person.
"""
_HONEY = """
Honey records need to be made once: register a few accounts with addresses that are used nowhere else, let them never
finish a profile, and name their ids and addresses in `SALTBITTER_HONEY`. Nobody is ever introduced to them. Who asks
for one by its id has a list of ids that we gave nobody, and who tries to sign in with such an address has our
addresses.
"""
_STEPS = """
## What to do

1. **Contain** it, first of all: `saltbitter suspend USER --reason TEXT`; for staff, `saltbitter role USER member
   --reason TEXT`; other keys for whatever leaked (`.env.example` says how each is changed); the outside party's switch.
2. **Report** what no alarm told of: `POST /api/staff/breaches`.
3. **Decide within {decide} hours**: `POST …/decisions` with `confirm`, and in `at` since when we have been aware, which
   is when we had reasonable certainty that personal data was affected; or `dismiss`. The {term} hours for the authority
   run from `at`, through nights, weekends and holidays; the alarm comes {left} hours before they end.
4. **Assess**: `POST …/assessment` with the severity and the scope: which acts, by which actors, from when until when.
   Whom it is about is then found by the workers from the traces, exactly to the minute, and kept with the register:
   `affected_found` follows in the timeline, most often within seconds; if it does not within {finding} hour, an alarm
   comes, and `saltbitter redrive` shows what the workers gave up. Traces go back {traces} days, less that hour; for a
   database that was lost as a whole, name `everybody`. Assess anew as more is known: whoever was told stays.
5. **Tell the authority** unless the level is low: `GET …/notification` is the draft with what Art. 33(3) GDPR asks for,
   and says what it still lacks. Send what there is in time and the rest later (Art. 33(4)). Then write down when and
   under which reference: `authority_notified`. Set `SALTBITTER_PRIVACY_CONTACT` beforehand.
6. **Tell the members** from a high level on (Art. 34): `POST …/member-notices`, in plain words, in English and
   in German: nothing is sent while one is missing. Each is written to once, as soon as it was found whom it is about,
   in the language in which they last agreed to something, or else in that of the mails
   (`SALTBITTER_MAIL_LANGUAGE`). `GET …/members` says whom which entry's words went to, when and in which language. The
   workers send {mails} mails a job; whoever's mail is refused is tried again, and keeps nobody else from being told.
   An order is for whoever was found since the order before it: to order again is refused until it was assessed anew
   and others were found, and mails that the workers gave up leave after `saltbitter redrive`. Whoever is found not to
   be affected before theirs leaves is not written to, so that a mistaken scope is mended by assessing anew at once;
   the timeline's number stays what was ordered, and `GET …/members` says who was told.
7. **Close** it with what was learnt. The whole timeline stays for {kept} days after its last entry.

Rehearse it twice a year: report, confirm and close a breach that is called a rehearsal, and stop the time.

## How severe it is
"""
_SEVERITY = """
The score is that of ENISA's methodology of 2013: the kind of data, times how easily somebody is recognised by it, plus
the circumstances. Below 2 it is low, below 3 medium, below 4 high, and very high from 4 on.

Losses are `limited` when it is known to whom or for how long, or can be made good, and `unbounded` when not.
Being on a dating service tells of somebody's sex life: profiles here are `sensitive`, also where they hold a name only.
"""


def document() -> str:
    """The whole runbook in Markdown."""
    steps = _STEPS.format(
        decide=_hours(DECISION_TERM),
        term=_hours(AUTHORITY_TERM),
        left=_hours(AUTHORITY_TERM - ALARM_AFTER),
        finding=_hours(FINDING_TERM),
        traces=TRACES_KEPT.days,
        kept=BREACHES_KEPT.days,
        mails=MAILS_AT_ONCE,
    )
    return "\n".join([_WATCHED, *_watches(), _HONEY + steps, *_levels(), _SEVERITY])


def _hours(time: timedelta) -> str:
    return f"{time / timedelta(hours=1):g}"


def _watches() -> Iterator[str]:
    yield _row("Kind", "What is counted", "Suspicious from", "Within", "Whom it is then about")
    yield _row(*["---"] * 5)
    for watch in WATCHES:
        who = "everybody together" if watch.together else "one actor"
        most = f", at most {watch.per_minute} of a minute" if watch.per_minute else ""
        within = f"{watch.window.total_seconds() / 60:g} minutes"
        about = "; ".join(f"`{act}`: {DATA[act]}" for act in EXPOSING[watch.kind])
        yield _row(f"`{watch.kind}`", f"`{watch.act}` by {who}{most}", str(watch.least), within, about)


def _levels() -> Iterator[str]:
    yield _row("Data, most of it identifying", "Score", "Level", "Authority", "Members")
    yield _row(*["---"] * 5)
    for context in DataContext:
        severity = Severity(context, Identification.MAXIMUM, Loss.LIMITED, malicious=True)
        told = scoring.authority_to_be_told(severity), scoring.members_to_be_told(severity)
        level = scoring.level(severity).replace("_", " ")
        what = f"`{context}`, taken by somebody malicious who is known"
        yield _row(what, f"{scoring.score(severity):g}", level, *("told" if each else "not told" for each in told))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
