"""When something is suspicious, how severe a breach is, which step follows which, and the 72 hours."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from entrypoints.production import TRACES_STORED_SECONDS
from saltbitter_domain.breaches import scoring
from saltbitter_domain.breaches.catalogue import EXPOSING, WATCHES, Watch
from saltbitter_domain.breaches.model import (
    AUTHORITY_TERM,
    DETECTOR,
    FINDING_TERM,
    MAX_WORDS,
    STEPS,
    TRACES_HELD,
    Act,
    AffectedFound,
    Assessed,
    AuthorityNotified,
    Breach,
    BreachInvalid,
    BreachKind,
    BreachState,
    Closed,
    Confirmed,
    DataContext,
    Dismissed,
    Entry,
    Identification,
    Level,
    Loss,
    MembersNotified,
    Noted,
    Notice,
    Opened,
    Scope,
    Severity,
    Step,
    StepRefused,
    Trace,
)
from saltbitter_domain.breaches.policies import (
    alarms,
    breach_of,
    breaches_of,
    ended_scope,
    minute_of,
    next_entry,
    notification,
    refuse_notices,
    refuse_scope,
    refuse_words,
)
from saltbitter_domain.breaches.service import DetectionService
from saltbitter_domain.kernel import BreachId, Language, UserId
from tests.doubles.builders import new_id

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCOPE = Scope(NOON, None, (Act.PROFILE_READ,), ("0a",))
HIGH = Severity(DataContext.SENSITIVE, Identification.SIGNIFICANT, Loss.LIMITED, malicious=True)
WORST = Severity(
    DataContext.SENSITIVE, Identification.MAXIMUM, Loss.UNBOUNDED, Loss.UNBOUNDED, Loss.UNBOUNDED, malicious=True
)
LOW = Severity(DataContext.SIMPLE, Identification.LIMITED, Loss.LIMITED)
PACE = WATCHES[0]
NOTICES = (Notice(Language.EN, "a", "b", "c"), Notice(Language.DE, "d", "e", "f"))
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
STORED_AFTER, LOOKED_EVERY = 5 * SECOND, MINUTE


def a_breach(*steps: Step, at: datetime = NOON) -> Breach:
    breach_id = BreachId(new_id())
    opened = Opened(BreachKind.SCRAPING, SCOPE, 33)
    return breach_of(
        [Entry(breach_id, n, at, DETECTOR, "Because.", step) for n, step in enumerate((opened, *steps), 1)]
    )


def assessed(severity: Severity = HIGH, affected: int | None = None) -> Assessed:
    return Assessed(severity, SCOPE, "Strangers may know they are here.", "The account is shut.", affected)


def found_after(watch: Watch, reads: list[timedelta]) -> timedelta | None:
    """When a look that is had each minute finds these reads, each of somebody else, suspicious."""
    for looked in range(1, 90):
        now = looked * LOOKED_EVERY
        minutes: dict[datetime, int] = {}
        for read in reads:
            if read + STORED_AFTER <= now and minute_of(NOON + read) >= minute_of(NOON + now - watch.window):
                minutes[minute_of(NOON + read)] = minutes.get(minute_of(NOON + read), 0) + 1
        if watch.reached(minutes):
            return now
    return None


@given(st.floats(0, 59.9), st.integers(500, 5_000))
def test_whoever_reads_500_profiles_an_hour_is_noticed_within_5_minutes_whenever_they_begin(
    second: float, an_hour: int
) -> None:
    begins = second * SECOND
    reads = [begins + n * HOUR / an_hour for n in range(an_hour // 10)]

    noticed = found_after(PACE, reads)

    assert noticed is not None
    assert noticed - begins <= 5 * MINUTE


PAGE = 10
SECONDS_EACH = 15
"""Half of the people are read in less by whoever reads for a whole hour without a pause."""


@given(st.floats(0, 59.9), st.integers(500, 3_000))
def test_whoever_takes_500_profiles_an_hour_in_pages_of_ten_is_noticed_as_soon(second: float, an_hour: int) -> None:
    begins = second * SECOND
    reads = [begins + n // PAGE * PAGE * HOUR / an_hour for n in range(an_hour // 10)]

    noticed = found_after(PACE, reads)

    assert noticed is not None
    assert noticed - begins <= 5 * MINUTE


def test_whoever_reads_what_they_turn_to_is_not_taken_for_a_scraper_however_long_they_go_on() -> None:
    """Premium and Elite have no end to a day, in pages of ten. People are read in times around a median, some of them
    much longer (log-normal, sigma 0.6), and the next page comes when the last of a page was read."""
    chance = random.Random(7)
    sessions = [_an_hour_of_reading(chance, SECONDS_EACH) for _ in range(100)]

    assert not any(_is_ever_reached(watch, reads) for watch in WATCHES[:2] for reads in sessions)
    assert sum(map(Counter.total, sessions)) / len(sessions) > 150, "they read most of the hour"


def _an_hour_of_reading(chance: random.Random, median: float) -> Counter[int]:
    """How many people somebody comes across in each minute."""
    at, reads = chance.uniform(0, 60), Counter[int]()
    while at < 3_600:
        reads[int(at / 60)] += PAGE
        at += sum(median * chance.lognormvariate(0, 0.6) for _ in range(PAGE))
    return reads


def _is_ever_reached(watch: Watch, reads: Counter[int]) -> bool:
    """Whether a look that is had at the beginning of a minute finds these suspicious."""
    window = int(watch.window / MINUTE)
    return any(
        watch.reached({NOON + minute * MINUTE: reads[minute] for minute in range(looked - window, looked)})
        for looked in range(1, 61)
    )


def test_long_lists_opened_now_and_then_are_not_suspicious_and_all_of_a_day_at_once_is() -> None:
    lists = [minute * MINUTE for minute in (0, 1, 7, 8, 20) for _ in range(20)]
    assert found_after(PACE, lists) is None
    assert found_after(WATCHES[1], lists) is None
    assert found_after(WATCHES[1], [30 * SECOND] * 400) == MINUTE


COUNTED_BY_TIMES = (Act.SIGN_IN_FAILED, Act.HONEY_TOUCHED)
UNWATCHED = Act.SIGN_IN


async def suspected(watch: Watch, *, within: int = 0, before: int = 0, otherwise: int = 0) -> set[BreachKind]:
    """What is suspected when this is done so often within the time that is watched, before it, or by another act.

    What is within is spread so that it leaves out the last sixth of the time, which shorter watches look at."""
    clock = ManualClock(NOON)
    ids, window = UuidV7Ids(clock), int(watch.window / MINUTE)
    begin = MemoryUnitsOfWork(MemoryStore(), clock, ids)

    def trace(act: Act, number: int, minutes_ago: int) -> tuple[UUID, Trace]:
        subjects = frozenset() if act in COUNTED_BY_TIMES else frozenset({UserId(new_id())})
        actor = f"10.0.{number}.0/24" if watch.together else "somebody"
        return ids.new(), Trace(act, actor, NOON - minutes_ago * MINUTE, 1, subjects)

    recent = window // 6
    async with begin() as uow:
        await uow.traces.add(
            [
                *(trace(watch.act, n, recent + n % (window - recent)) for n in range(within)),
                *(trace(watch.act, n, window + 1 + n % window) for n in range(before)),
                *(trace(UNWATCHED, n, recent + n % (window - recent)) for n in range(otherwise)),
            ]
        )
        await uow.commit()
    await DetectionService(begin=begin, clock=clock, ids=ids).detect()
    async with begin() as uow:
        entries = await uow.breaches.newest(None, 10)
    return {entry.step.kind for entry in entries if isinstance(entry.step, Opened)}


@pytest.mark.parametrize("watch", WATCHES, ids=lambda watch: f"{watch.kind}-{watch.least}")
async def test_each_watch_notices_what_reaches_it_in_its_time_by_its_act_and_nothing_less(watch: Watch) -> None:
    assert await suspected(watch, within=watch.least) == {watch.kind}
    assert await suspected(watch, within=watch.least - 1, before=watch.least, otherwise=watch.least) == set()


def test_every_way_to_notice_a_breach_says_by_what_it_reaches_people() -> None:
    assert EXPOSING.keys() == {watch.kind for watch in WATCHES} == set(BreachKind) - {BreachKind.REPORTED}


@pytest.mark.parametrize(
    ("severity", "score", "level"),
    [
        (Severity(DataContext.SIMPLE, Identification.NEGLIGIBLE, Loss.NONE), 0.25, Level.LOW),
        (Severity(DataContext.SIMPLE, Identification.MAXIMUM, Loss.LIMITED), 1.25, Level.LOW),
        (Severity(DataContext.BEHAVIOURAL, Identification.MAXIMUM, Loss.NONE), 2.0, Level.MEDIUM),
        (Severity(DataContext.FINANCIAL, Identification.MAXIMUM, Loss.NONE), 3.0, Level.HIGH),
        (Severity(DataContext.SENSITIVE, Identification.SIGNIFICANT, Loss.LIMITED, malicious=True), 3.75, Level.HIGH),
        (Severity(DataContext.SENSITIVE, Identification.MAXIMUM, Loss.NONE), 4.0, Level.VERY_HIGH),
        (
            WORST,
            6.0,
            Level.VERY_HIGH,
        ),
    ],
)
def test_severity_is_worked_out_as_enisa_does(severity: Severity, score: float, level: Level) -> None:
    assert (scoring.score(severity), scoring.level(severity)) == (score, level)
    assert scoring.members_to_be_told(severity) is (score >= 3)
    assert scoring.authority_to_be_told(severity) is (score >= 2)


def test_what_was_not_assessed_yet_may_be_a_risk() -> None:
    assert scoring.authority_to_be_told(None)


ONLY: dict[Step, set[BreachState]] = {
    Confirmed(NOON): {BreachState.SUSPECTED},
    Dismissed(): {BreachState.SUSPECTED},
    assessed(): {BreachState.SUSPECTED, BreachState.CONFIRMED},
    AffectedFound(40): set(BreachState),
    AuthorityNotified(NOON, "A-1"): {BreachState.CONFIRMED},
    MembersNotified(3, NOTICES): {BreachState.CONFIRMED},
    Closed(): {BreachState.CONFIRMED},
    Noted(): set(BreachState),
}
STANDING: dict[BreachState, list[Step]] = {
    BreachState.SUSPECTED: [assessed()],
    BreachState.CONFIRMED: [assessed(), Confirmed(NOON), AffectedFound(40)],
    BreachState.DISMISSED: [Dismissed()],
    BreachState.CLOSED: [assessed(), Confirmed(NOON), Closed()],
}


@pytest.mark.parametrize("state", BreachState)
@pytest.mark.parametrize("step", ONLY, ids=lambda step: type(step).__name__)
def test_a_step_follows_only_from_where_it_makes_sense(step: Step, state: BreachState) -> None:
    breach = a_breach(*STANDING[state])
    assert breach.state is state

    if state in ONLY[step]:
        entry = next_entry(breach, step, by="an admin", words="Why.", now=NOON + HOUR)
        assert (entry.sequence, entry.at, entry.by) == (len(breach.timeline) + 1, NOON + HOUR, "an admin")
    else:
        with pytest.raises(StepRefused):
            next_entry(breach, step, by="an admin", words="Why.", now=NOON + HOUR)


def test_every_step_is_tried_and_has_a_name() -> None:
    assert {type(step) for step in ONLY} | {Opened} == set(STEPS.values())


@pytest.mark.parametrize(
    ("steps", "step"),
    [
        ([], Confirmed(NOON + 2 * HOUR)),
        ([Confirmed(NOON)], AuthorityNotified(NOON - SECOND, "A-1")),
        ([Confirmed(NOON)], AuthorityNotified(NOON + 2 * HOUR, "A-1")),
    ],
)
def test_nothing_is_dated_before_it_could_be_or_in_the_future(steps: list[Step], step: Step) -> None:
    with pytest.raises(BreachInvalid):
        next_entry(a_breach(*steps), step, by="an admin", words="Why.", now=NOON + HOUR)


def test_a_reference_is_text() -> None:
    with pytest.raises(BreachInvalid):
        next_entry(a_breach(Confirmed(NOON)), AuthorityNotified(NOON, "\x00"), by="x", words="Why.", now=NOON)


@pytest.mark.parametrize("missing", Language)
def test_nobody_is_written_to_while_the_words_of_a_language_are_missing(missing: Language) -> None:
    there = [notice for notice in NOTICES if notice.language is not missing]
    with pytest.raises(BreachInvalid, match="A language is missing") as refusal:
        refuse_notices(there)
    assert [(each.path, each.code) for each in refusal.value.fields] == [(f"notices.{missing}", "required")]

    for part in ("happened", "consequences", "measures"):
        with pytest.raises(BreachInvalid) as refusal:
            refuse_notices(
                [*there, Notice(missing, **{**dict.fromkeys(("happened", "consequences", "measures"), "a"), part: ""})]
            )
        assert [each.path for each in refusal.value.fields] == [f"notices.{missing}.{part}"]
    refuse_notices(NOTICES)


def test_an_entry_of_the_time_of_one_language_has_its_words_for_everybody() -> None:
    former, now = MembersNotified(3, (), "a", "b", "c"), MembersNotified(3, NOTICES)

    assert [former.notice(each) for each in Language] == [Notice(each, "a", "b", "c") for each in Language]
    assert [now.notice(each) for each in Language] == list(NOTICES)


def test_nobody_is_written_to_before_it_is_known_whom_it_is_about() -> None:
    with pytest.raises(StepRefused, match="Assess first"):
        next_entry(a_breach(Confirmed(NOON)), MembersNotified(3, NOTICES), by="x", words="Why.", now=NOON)


def test_nobody_is_written_to_while_it_is_being_found_whom_it_is_about() -> None:
    found = a_breach(Confirmed(NOON), assessed(), AffectedFound(3))
    notices = MembersNotified(3, NOTICES)
    assert next_entry(found, notices, by="x", words="Why.", now=NOON).step == notices

    for waiting in (
        a_breach(Confirmed(NOON), assessed()),
        a_breach(*(each.step for each in found.timeline[1:]), assessed()),
    ):
        with pytest.raises(StepRefused, match="still being found"):
            next_entry(waiting, notices, by="x", words="Why.", now=NOON)


def test_how_many_it_is_about_is_known_for_the_last_assessment_or_not_at_all() -> None:
    steps: list[Step] = []
    told: list[int | None] = []
    for step in (assessed(affected=40), assessed(), AffectedFound(0), Noted(), assessed(LOW), AffectedFound(45)):
        steps.append(step)
        told.append(a_breach(*steps).affected)

    assert a_breach().affected is None
    assert told == [40, None, 0, 0, None, 45], "entries of before the workers found it hold it themselves"


@pytest.mark.parametrize("words", ["", "  ", "\x00", "x" * (MAX_WORDS + 1)])
def test_the_register_takes_words_only(words: str) -> None:
    with pytest.raises(BreachInvalid):
        next_entry(a_breach(), Noted(), by="x", words=words, now=NOON)
    with pytest.raises(BreachInvalid):
        refuse_words("words", words)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"since": NOON}, "scope.until"),
        ({"until": NOON - HOUR}, "scope.until"),
        ({"until": NOON + SECOND}, "scope.until"),
        ({"acts": ()}, "scope.acts"),
        ({"actors": ("\x00",)}, "scope.actors"),
        ({"actors": ("10.0.0.0/24",) * 101}, "scope.actors"),
        ({"since": NOON - timedelta(days=30) + FINDING_TERM - SECOND}, "scope.since"),
    ],
)
def test_whom_it_is_about_must_be_known_exactly(changes: dict[str, Any], field: str) -> None:
    scope = Scope(**{"since": NOON - HOUR, "acts": (Act.PROFILE_READ,), **changes})

    with pytest.raises(BreachInvalid) as refused:
        refuse_scope(scope, NOON)

    assert [problem.path for problem in refused.value.fields] == [field]
    refuse_scope(Scope(NOON - timedelta(days=400), NOON, everybody=True), NOON)
    refuse_scope(Scope(NOON - timedelta(days=30) + FINDING_TERM, acts=(Act.PROFILE_READ,)), NOON)


def test_the_end_of_what_is_known_is_that_of_the_last_minute_that_every_process_has_stored() -> None:
    assert TRACES_HELD.total_seconds() > TRACES_STORED_SECONDS
    scope = Scope(NOON - HOUR, acts=(Act.PROFILE_READ,))

    for late, end in ((0, 59), (29, 59), (30, 60), (59, 60)):
        now = NOON + late * SECOND
        assert ended_scope(scope, now).until == NOON - HOUR + timedelta(minutes=end)
        stated = attrs.evolve(scope, until=NOON - HOUR + timedelta(minutes=end))
        assert ended_scope(stated, now) == stated
        for later in (attrs.evolve(scope, until=now + SECOND), attrs.evolve(scope, since=NOON + HOUR)):
            with pytest.raises(BreachInvalid, match="wait a minute"):
                ended_scope(later, now)
    assert ended_scope(Scope(NOON - HOUR, everybody=True), NOON).until == NOON


CHRISTMAS = datetime(2026, 12, 24, 23, 30, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("after", "name"),
    [
        (timedelta(hours=57, minutes=36) - SECOND, None),
        (timedelta(hours=57, minutes=36), "breach_authority_due"),
        (timedelta(hours=72) - SECOND, "breach_authority_due"),
        (timedelta(hours=72), "breach_authority_overdue"),
    ],
)
def test_the_72_hours_run_from_awareness_through_holidays_and_weekends(after: timedelta, name: str | None) -> None:
    breach = a_breach(Confirmed(CHRISTMAS), at=CHRISTMAS)
    told = a_breach(Confirmed(CHRISTMAS), AuthorityNotified(CHRISTMAS, "A-1"), at=CHRISTMAS)
    harmless = a_breach(Confirmed(CHRISTMAS), assessed(LOW), AffectedFound(1), at=CHRISTMAS)

    assert breach.due_at == datetime(2026, 12, 27, 23, 30, tzinfo=UTC) == CHRISTMAS + AUTHORITY_TERM
    found = alarms([breach, told, harmless], CHRISTMAS + after)
    assert found == ({name: 1} if name else {})


def test_a_suspicion_waits_for_a_day_at_most() -> None:
    waiting, dismissed = a_breach(), a_breach(Dismissed())

    assert alarms([waiting, dismissed], NOON + timedelta(hours=24) - SECOND) == {}
    assert alarms([waiting, dismissed], NOON + timedelta(hours=24)) == {"breach_undecided": 1}


def test_whom_it_is_about_is_found_within_an_hour_or_somebody_is_called() -> None:
    waiting, found = a_breach(Confirmed(NOON), assessed()), a_breach(Confirmed(NOON), assessed(), AffectedFound(0))

    assert alarms([waiting, found, a_breach()], NOON + FINDING_TERM - SECOND) == {}
    assert alarms([waiting, found, a_breach()], NOON + FINDING_TERM) == {"breach_affected_unknown": 1}


def test_what_is_told_first_and_assessed_last_counts_and_all_of_it_stays_in_the_timeline() -> None:
    steps = (
        Confirmed(NOON),
        assessed(),
        AffectedFound(40),
        AuthorityNotified(NOON + HOUR, "A-1"),
        MembersNotified(40, NOTICES),
        assessed(LOW),
        AuthorityNotified(NOON + 2 * HOUR, "A-1/2"),
        MembersNotified(5, NOTICES),
    )
    breach = a_breach(*steps)

    assert breach.assessment == steps[5]
    assert (breach.authority_notified_at, breach.members_notified) == (NOON + HOUR, 45)
    assert [entry.step for entry in breach.timeline[1:]] == list(steps)
    assert breaches_of([*breach.timeline, *a_breach().timeline])[0] == breach
    with pytest.raises(ValueError, match="opens it"):
        breach_of(breach.timeline[1:])


def test_the_draft_for_the_authority_has_all_that_article_33_asks_for_or_says_what_it_lacks() -> None:
    breach = a_breach(Confirmed(NOON), assessed(), AffectedFound(40))
    draft = notification(breach, "dpo@saltbitter.example", NOON + HOUR)

    assert (draft.due_at, draft.missing, draft.delay) == (NOON + AUTHORITY_TERM, (), "")
    for told in (
        "Scraping, from 2026-03-02 12:00 UTC to now",  # (a)
        "Members of a dating service: 40.",
        "profiles as shown to other members",
        "dpo@saltbitter.example",  # (b)
        "Strangers may know they are here.",  # (c)
        "The account is shut.",  # (d)
        "high",
        "not told yet",
    ):
        assert told in draft.text

    waiting = notification(a_breach(Confirmed(NOON), assessed()), "dpo@saltbitter.example", NOON + HOUR)
    assert waiting.missing == ("how many people are affected: they are being counted",)
    assert "People affected, approximately (a)\nNot known yet." in waiting.text
    steps = (Confirmed(NOON), assessed(), AffectedFound(40), MembersNotified(40, NOTICES), assessed(), AffectedFound(3))
    narrowed = notification(a_breach(*steps), "dpo@saltbitter.example", NOON + HOUR)
    assert "Members of a dating service: 3." in narrowed.text
    assert "Members (Art. 34)\n40 mails were ordered" in narrowed.text
    bare = notification(a_breach(), "", NOON)
    assert len(bare.missing) == 3
    assert "not confirmed yet" in bare.nature


@pytest.mark.parametrize(("told", "hours"), [(None, 2), (AuthorityNotified(NOON + 73 * HOUR, "A-1"), 1)])
def test_what_comes_late_gives_reasons(told: AuthorityNotified | None, hours: int) -> None:
    steps: list[Step] = [Confirmed(NOON), assessed(), AffectedFound(40), *([told] if told else [])]
    breach = a_breach(*steps)

    draft = notification(breach, "dpo@saltbitter.example", NOON + 74 * HOUR)

    assert draft.delay.startswith(f"{hours} hours after the 72 hours")
    assert draft.missing == ("the reasons for the delay",)


def test_a_database_lost_as_a_whole_is_said_to_hold_everything() -> None:
    everybody = Scope(NOON - HOUR, NOON, everybody=True)
    found = Assessed(HIGH, everybody, "All of it may be known.", "Keys were changed.")
    draft = notification(a_breach(Confirmed(NOON), found), "dpo@saltbitter.example", NOON)

    assert draft.data == ("everything that is kept about members, special categories included",)
    assert "to 2026-03-02 12:00 UTC" in draft.nature
