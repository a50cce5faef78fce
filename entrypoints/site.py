"""One process of the embedded modes, whole: the application, its workers, and the API."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from config.application import Application, Listeners
from config.settings import Settings
from entrypoints.http.api import resources
from entrypoints.http.app import build
from entrypoints.http.dependencies import HttpSettings, Ports
from entrypoints.worker.actors import declare_actors
from entrypoints.worker.alarm import raise_alarm, raise_alarms
from entrypoints.worker.broker import embedded_broker
from entrypoints.worker.embedded import EmbeddedWorkers
from entrypoints.worker.relay import Relay
from entrypoints.worker.schedule import PeriodicJob, Ticker
from entrypoints.worker.sweep import sweep
from saltbitter_domain.kernel import Unavailable
from saltbitter_domain.uow import SWEEP_BATCH


def periodic_jobs(application: Application, relay: Relay) -> tuple[PeriodicJob, ...]:
    """Every periodic job, with what it runs. Undelivered messages are published again by the relay itself."""
    forgotten: dict[str, Callable[[], Awaitable[int]]] = {
        "one_time_tokens": application.recovery().forget_tokens,
        "sessions": application.auth().forget_sessions,
        "suppressions": application.delivery().forget_suppressions,
        "devices": application.devices().forget_devices,
        "sign_in_alerts": application.devices().forget_alerts,
        "sign_in_tries": application.devices().forget_tries,
        "carried_blocks": application.following().lift_ended,
        "block_marks": application.following().forget_marks,
        "bars": application.bars().forget,
        "leaving_members": application.erasure().erase_due,
        "erased_members": application.erasure().forget_erased,
        "exports": application.exports().forget_expired,
        "audit_records": application.audit().forget_old,
        "traces": application.detection().forget_traces,
        "breaches": application.breaches().forget_old,
        "uploads": application.photos().forget_orphans,
        "exposures": partial(_counted_first, application),
        "populations": application.matching().forget_populations,
        "matching_runs": application.transparency().forget_runs,
        "payments": application.reconciliation().forget_payments,
        "gateway_events": application.reconciliation().forget_events,
        "outbox": relay.forget_done,
    }
    detection = application.detection()
    answers = application.adapters.idempotency()
    if hasattr(answers, "forget"):  # The one in memory forgets by itself.
        forgotten["answers"] = partial(_all, answers.forget)
    partitions = application.adapters.providers.get("partitions")
    if partitions is not None:
        forgotten["daily_matches"] = partial(_all, partitions().forget)
    jobs = [
        PeriodicJob("daily_matches", "*/5 * * * *", application.daily_runs().generate_matches),
        PeriodicJob("release_pushes", "* * * * *", application.notifications().release),
        PeriodicJob("ask_about_orders", "* * * * *", application.orders().ask_unanswered),
        PeriodicJob("reconcile_payments", "*/5 * * * *", application.reconciliation().reconcile),
        PeriodicJob("read_expired_payments", "* * * * *", application.reconciliation().read_expired),
        PeriodicJob("remind_of_renewals", "7 9 * * *", application.reconciliation().remind),
        PeriodicJob("compare_payments", "23 2 * * *", application.reconciliation().compare),
        PeriodicJob("watch_exports", "*/15 * * * *", partial(raise_alarm, "exports_late", application.exports().late)),
        PeriodicJob("watch_reviews", "*/15 * * * *", partial(raise_alarm, "reviews_late", application.reviews().late)),
        PeriodicJob(
            "watch_photos", "*/15 * * * *", partial(raise_alarm, "photo_reviews_late", application.photo_reviews().late)
        ),
        PeriodicJob(
            "watch_erasures", "*/15 * * * *", partial(raise_alarm, "erasures_late", application.erasure().late)
        ),
        PeriodicJob("look_for_breaches", "* * * * *", partial(raise_alarm, "breach_suspected", detection.detect)),
        PeriodicJob("watch_breaches", "*/5 * * * *", partial(raise_alarms, application.breaches().late)),
        PeriodicJob("sweep", "17 * * * *", partial(sweep, forgotten)),
    ]
    invariants = application.adapters.providers.get("money_invariants")
    if invariants is not None:
        jobs.append(PeriodicJob("watch_money", "*/10 * * * *", partial(raise_alarms, invariants().broken)))
    if partitions is not None:
        jobs.append(PeriodicJob("partitions", "37 3 * * *", partitions().prepare))
    return tuple(jobs)


async def _counted_first(application: Application) -> int:
    """Forget exposures once they are counted for the report on fairness; how many."""
    await application.transparency().count_exposures()
    forgotten: int = await application.matching().forget_exposures()
    return forgotten


async def _all(forget: Callable[[int], Awaitable[int]]) -> int:
    """Forget batch by batch until none is full; how many."""
    total = batch = await forget(SWEEP_BATCH)
    while batch == SWEEP_BATCH:
        batch = await forget(SWEEP_BATCH)
        total += batch
    return total


def relay_of(application: Application, more_listeners: Listeners | None = None) -> Relay:
    """The relay between the application's outbox and its listeners, and more of them."""
    adapters = application.adapters
    return Relay(adapters.outbox(), _merged(application.listeners(), more_listeners or {}), adapters.clock())


def _merged(listeners: Listeners, more: Listeners) -> Listeners:
    return {name: [*listeners.get(name, ()), *more.get(name, ())] for name in listeners.keys() | more.keys()}


@asynccontextmanager
async def embedded_workers(
    application: Application, *, keep_running: bool, more_listeners: Listeners | None = None
) -> AsyncIterator[EmbeddedWorkers]:
    """The workers of this process, started. With ``keep_running`` they follow the doorbell and the schedule."""
    adapters = application.adapters
    relay = relay_of(application, more_listeners)
    broker = embedded_broker()
    jobs = periodic_jobs(application, relay)
    actors = declare_actors(broker, relay, jobs, asyncio.get_running_loop())
    workers = EmbeddedWorkers(broker, relay, actors, Ticker(jobs, adapters.clock()))
    adapters.doorbell().connect(workers.ring)
    workers.start(keep_running=keep_running)
    try:
        yield workers
    finally:
        await workers.stop()


def http_settings(settings: Settings) -> HttpSettings:
    """How the API is served under these settings, with the limits of the product."""
    return HttpSettings(
        settings.allowed_origins, settings.trusted_proxies, edge_secrets=settings.edge_secrets, honey=settings.honey
    )


def site(
    application: Application, more_resources: Sequence[object] = (), http: HttpSettings | None = None
) -> web.Application:
    """The HTTP application over an application of the domain; ``http`` only where a test needs other limits."""
    adapters = application.adapters

    watched = adapters.providers.get("watched")

    async def ready() -> Mapping[str, bool]:
        beside = await watched().look() if watched else {}
        try:
            await adapters.outbox().undelivered()
        except Unavailable:
            return {"store": False, **beside}
        return {"store": True, **beside}

    return build(
        [*resources(application), *more_resources],
        application.auth(),
        Ports(
            rate_limits=adapters.rate_limits(),
            idempotency=adapters.idempotency(),
            clock=adapters.clock(),
            ids=adapters.ids(),
            audit=application.audit(),
            detection=application.detection(),
            ready=ready,
        ),
        http or http_settings(adapters.settings()),
    )
