"""The commands of production, each a process that runs until it is asked to end, or one that does a single thing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import structlog

from config import production
from config.application import Application
from config.settings import ProductionSettings
from config.start import running
from entrypoints.http.connections import listening
from entrypoints.http.web import built_client
from entrypoints.memory import spared_for_serving
from entrypoints.site import site
from entrypoints.worker.process import scheduling, working
from saltbitter_domain.audit.model import CONSOLE
from saltbitter_domain.breaches.service import DetectionService
from saltbitter_domain.chain import Flaw
from saltbitter_domain.consent.policies import find_faults
from saltbitter_domain.events import event_name
from saltbitter_domain.kernel import EventId, Unavailable, UserId
from saltbitter_domain.search.model import FoundPerson
from saltbitter_domain.transparency.model import MatchingRun
from saltbitter_domain.users.model import Role
from saltbitter_domain.users.service import RoleService, SuspensionService

log = structlog.get_logger()

TRACES_STORED_SECONDS = 5.0
"""What a process that ends by force may lose of who saw whom."""
SHOWN_LETTERS = 100

Say = Callable[[str], object]


async def serve(settings: ProductionSettings, say: Say, *, web: bool = False) -> None:
    """Answer the API, and with ``web`` serve the web client too. Several processes may listen at the same port; the
    system shares the connections out. Raises ``Unavailable`` if the client is wanted and was not built."""
    delivery = settings.photos.cdn
    client = (
        built_client(
            pictures=delivery.origin if delivery else None,
            stripe=settings.stripe.publishable_key if settings.stripe else None,
            contact=settings.contact or None,
        )
        if web
        else []
    )
    if web and not client:
        raise Unavailable("The web client is not built. Run `make web`, which needs Node.js, or serve without --web.")
    async with (
        _opened(settings) as application,
        _storing_traces(application.detection()),
        listening(site(application, client), settings.host, settings.port, shared=True),
    ):
        with spared_for_serving():
            say(f"SaltBitter answers at http://{settings.host}:{settings.port}.")
            await asyncio.Event().wait()


@asynccontextmanager
async def _opened(settings: ProductionSettings) -> AsyncIterator[Application]:
    """The application, for processes that serve members or write to them. ``Unavailable`` over a database that was
    restored and in which somebody who was erased has an account again."""
    async with running("production", settings) as application:
        if found := await application.erasure().brought_back():
            raise Unavailable(
                f"{found} of those who were erased are in this database again, as an older one was restored. Nobody is "
                "served before they are erased anew: run `saltbitter replay-erasures`."
            )
        yield application


@asynccontextmanager
async def _storing_traces(detection: DetectionService) -> AsyncIterator[None]:
    """Store every few seconds who saw whom, and the rest at the end of the block."""

    async def keep_storing() -> None:
        while True:
            await asyncio.sleep(TRACES_STORED_SECONDS)
            try:
                if lost := await detection.flush():
                    log.error("traces_lost", count=lost)
            except Exception as error:  # noqa: BLE001  whatever it was, they are kept for the next time
                log.warning("traces_wait", error=type(error).__name__)

    task = asyncio.create_task(keep_storing())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await detection.flush()


async def work(settings: ProductionSettings, say: Say) -> None:
    """Deliver messages and run jobs."""
    async with _opened(settings) as application, working(application, settings.broker_url):
        say("The worker is ready.")
        await asyncio.Event().wait()


async def schedule(settings: ProductionSettings, say: Say) -> None:
    """Ask for the periodic jobs, or wait to take over from whoever does."""
    async with _opened(settings) as application, scheduling(application, settings.broker_url):
        say("The schedule is watched.")
        await asyncio.Event().wait()


def migrate(settings: ProductionSettings, revision: str, say: Say) -> None:
    """Bring the database up to this revision of the schema, or to the newest, ``head``."""
    before, after = production.migrate(settings, revision)
    say(f"The schema was at {before or 'nothing'} and is at {after}.")


async def redrive(
    settings: ProductionSettings, message_ids: Sequence[UUID], every: bool, reason: str, say: Say
) -> None:
    """Send dead letters anew: all of them, or those named; without either, show them."""
    await _audited(settings, " ".join(["redrive", *(["--all"] if every else map(str, message_ids))]), reason)
    async with production.opened_outbox(settings) as (outbox, clock):
        if every or message_ids:
            ids = None if every else [EventId(message_id) for message_id in message_ids]
            say(f"{await outbox.redrive(clock.now(), ids)} on their way again.")
            return
        letters = await outbox.dead(SHOWN_LETTERS)
        for letter in letters:
            what = f"{event_name(letter.event)}  after {letter.attempts} attempts: {letter.last_error}"
            say(f"{letter.id}  {letter.occurred_at:%Y-%m-%d %H:%M}  {what}")
        say(f"{len(letters)} dead letters." if len(letters) < SHOWN_LETTERS else f"The oldest {SHOWN_LETTERS}.")


async def suspend(settings: ProductionSettings, user_id: UUID, reason: str, say: Say, under_age: bool = False) -> None:
    """Shut a member out, and have them told why and how to appeal, ``under_age`` by proof of their age."""
    await _audited(settings, "suspend", reason, user_id)
    async with production.opened_over_accounts(settings, SuspensionService) as service:
        await service.suspend(UserId(user_id), reason, under_age=under_age)
    say("Suspended, and signed out everywhere. A mail tells the member the reason.")


async def restore(settings: ProductionSettings, user_id: UUID, reason: str, say: Say) -> None:
    """Let a suspended member in again, and have them told."""
    await _audited(settings, "restore", reason, user_id)
    async with production.opened_over_accounts(settings, SuspensionService) as service:
        await service.restore(UserId(user_id), reason)
    say("Restored. A mail tells the member the reason.")


async def remove_second_factor(settings: ProductionSettings, user_id: UUID, reason: str, say: Say) -> None:
    """Remove the second factor of a member who cannot, which whoever asks has made sure of, and have them told."""
    await _audited(settings, "remove second factor", reason, user_id)
    async with production.opened_factor_removal(settings) as service:
        await service.remove(UserId(user_id), reason)
    say("Removed, and signed out everywhere. A mail tells the member the reason, and to choose another password.")


async def lift_carried(settings: ProductionSettings, user_id: UUID, reason: str, say: Say) -> None:
    """Lift the blocks that followed somebody to this account, whose member objected."""
    await _audited(settings, "lift carried blocks", reason, user_id)
    async with production.opened_following(settings) as following:
        say(f"{await following.lift_carried(UserId(user_id))} blocks were lifted. Nobody is told.")


async def give_role(settings: ProductionSettings, user_id: UUID, role: Role, reason: str, say: Say) -> None:
    """Make somebody staff, or a member again."""
    await _audited(settings, f"give role {role}", reason, user_id)
    async with production.opened_over_accounts(settings, RoleService) as service:
        await service.give(UserId(user_id), role)
    needed = "" if role is Role.MEMBER else " Routes for staff open to them once they have set up a second factor."
    say(f"They are {role} from their next sign-in on; every session has ended.{needed}")


async def review_photos(settings: ProductionSettings, reason: str, say: Say) -> None:
    """Hide every photo that nobody is known to have judged until a moderator has looked at it."""
    await _audited(settings, "review photos", reason)
    async with production.opened_first_looks(settings) as first_looks:
        say(f"{await first_looks.ask()} photos that nobody had judged wait for a moderator, unseen until then.")


async def _audited(
    settings: ProductionSettings,
    action: str,
    reason: str,
    user_id: UUID | None = None,
    shown: Collection[UserId] = (),
) -> None:
    """Record what is about to be done, to this member if to one, and who is about to be shown."""
    async with production.opened_audit(settings) as audit:
        await audit.record(CONSOLE, action, reason, {"user_id": user_id} if user_id else {}, "", shown)


async def replay_erasures(settings: ProductionSettings, say: Say) -> None:
    """Erase again whom a restored database brought back; to be run before it serves anybody."""
    async with production.opened_replay(settings) as again:
        say(f"{await again.replay()} erased again.")


async def search(
    settings: ProductionSettings,
    viewer: UUID,
    words: str,
    interests: Sequence[str],
    limit: int,
    reason: str,
    say: Say,
) -> None:
    """Find whom a member could be introduced to, by what people say of themselves. The record of staff names them all
    before any is shown.

    For operators and not over HTTP: a free search for members would go round the fair allocation."""
    async with production.opened_search(settings) as service:
        people = await service.find(UserId(viewer), words, interests, limit)
    await _audited(settings, "search", reason, viewer, [person.profile.user_id for person in people])
    for person in people:
        say(_line(person))
    say(f"{len(people)} people." if len(people) < limit else f"The best {limit}.")


async def runs(settings: ProductionSettings, limit: int, say: Say) -> None:
    """Show what came of the latest runs, newest first."""
    async with production.opened_transparency(settings) as service:
        found = await service.latest_runs(limit)
    columns = ("finished (UTC)", "day", "s", "due", "made", "full", "gini", "never", "score", "parity", "by")
    rows = [columns, *map(_row, found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    say(f"{len(found)} runs." if len(found) < limit else f"The latest {limit}.")


async def check_money(settings: ProductionSettings, say: Say) -> bool:
    """Show what is in each account of the books, and what should hold of money and does not; whether all holds."""
    balances, broken = await production.checked_books(settings)
    for (account, currency), total in sorted(balances.items()):
        say(f"{account:10} {currency}  {total:>20,}")
    for name, count in broken.items():
        say(f"BROKEN  {name}: {count}")
    say(f"{len(broken)} of what must hold of money is broken. Amounts are in the smallest unit; credits are below 0.")
    return not broken


async def verify_ledger(settings: ProductionSettings, say: Say) -> bool:
    """Walk every member's chain of consents and the record of what staff did, show each record that is missing or
    altered, and whether none is."""
    chains = faults = 0
    async with production.opened_consent_chains(settings) as members:
        async for chain in members:
            chains += 1
            for fault in find_faults(chain):
                faults += 1
                say(f"{fault.user_id}  consent {Flaw(fault.first, fault.last, fault.fault)}")
    say(f"{chains} chains of consents, {faults} faults.")
    async with production.opened_audit(settings) as audit:
        records, flaws = await audit.verify()
    for flaw in flaws:
        say(f"audit log {flaw}")
    say(f"{records} records of what staff did, {len(flaws)} faults.")
    return not faults and not flaws


def _row(run: MatchingRun) -> tuple[str, ...]:
    """``score`` is the mean in per cent of what everybody's own best would give, ``parity`` of the style furthest from
    its fair share."""
    told = ("-", "-", "-", "-")
    if figures := run.figures:
        furthest = max(figures.style_parity.values(), key=lambda parity: abs(parity - 1.0), default=1.0)
        told = (
            f"{figures.gini:.3f}",
            f"{figures.never_shown:.2%}",
            f"{figures.score_ratio:.1%}",
            f"{furthest:.2f}",
        )
    return (
        f"{run.finished_at:%Y-%m-%d %H:%M}",
        run.day.isoformat(),
        f"{(run.finished_at - run.started_at).total_seconds():.1f}",
        str(run.due),
        str(run.made),
        str(run.full),
        *told,
        f"{run.allocation}, {run.engine}",
    )


def _line(person: FoundPerson) -> str:
    profile = person.profile
    distance = profile.distance.replace("_", " ") if profile.distance else ""
    where = ", ".join(filter(None, [profile.city, distance])) or "somewhere"
    return f"{profile.user_id}  {profile.name}, {profile.age}  {where}  {' '.join(person.words)}".rstrip()
