"""What operators see to: the database, dead letters, books and ledgers, the settings, and that all of it works."""

import argparse
import asyncio
import sys
import time
from uuid import UUID

from config import settings as configuration
from entrypoints.cli.arguments import Add, ask_for_reason, limit


def add_commands(add: Add) -> None:
    migrate = add("migrate", help="bring the database to the newest schema")
    migrate.add_argument("--to", default="head", metavar="REVISION", help="only up to this revision")
    migrate.set_defaults(command=_migrate)

    redrive = add("redrive", help="show the dead letters, or send them anew")
    redrive.add_argument("ids", nargs="*", type=UUID, metavar="ID", help="these only")
    redrive.add_argument("--all", action="store_true", help="every one of them")
    ask_for_reason(redrive)
    redrive.set_defaults(command=_redrive)

    replay = add("replay-erasures", help="erase again whom a restored database brought back")
    replay.set_defaults(command=_replay_erasures)

    runs = add("runs", help="what came of the latest runs of matching")
    runs.add_argument("--limit", type=limit, default=20, help="how many (default 20)")
    runs.set_defaults(command=_runs)

    ledger = add("verify-ledger", help="find altered and missing consents, and records of staff")
    ledger.set_defaults(command=_verify_ledger)

    money = add("check-money", help="show the books, and what should hold of money and does not")
    money.set_defaults(command=_check_money)

    check = add("check-config", help="judge the settings in the environment, all at once")
    check.set_defaults(command=_check_config)

    walk = "walk the whole journey at URL as two new members, by SALTBITTER_EDGE_SECRET where the server looks for it"
    probe = add("probe", help=walk)
    probe.add_argument("url", metavar="URL")
    probe.add_argument(
        "--mail", metavar="DIRECTORY", help="the Maildir of production; without it the demo's mailbox is read"
    )
    probe.set_defaults(command=_probe)


def _migrate(options: argparse.Namespace) -> int:
    from entrypoints import production

    production.migrate(configuration.from_environment(), options.to, print)
    return 0


def _redrive(options: argparse.Namespace) -> int:
    from entrypoints import production

    asyncio.run(production.redrive(configuration.from_environment(), options.ids, options.all, options.reason, print))
    return 0


def _replay_erasures(_options: argparse.Namespace) -> int:
    from entrypoints import production

    asyncio.run(production.replay_erasures(configuration.from_environment(), print))
    return 0


def _runs(options: argparse.Namespace) -> int:
    from entrypoints import production

    asyncio.run(production.runs(configuration.from_environment(), options.limit, print))
    return 0


def _verify_ledger(_options: argparse.Namespace) -> int:
    from entrypoints import production

    return 0 if asyncio.run(production.verify_ledger(configuration.from_environment(), print)) else 1


def _check_money(_options: argparse.Namespace) -> int:
    from entrypoints import production

    return 0 if asyncio.run(production.check_money(configuration.from_environment(), print)) else 1


def _check_config(_options: argparse.Namespace) -> int:
    settings = configuration.from_environment()
    print("The settings are complete, and every secret is strong enough.")
    print("Give processes the database as saltbitter_app (deploy/postgres/roles.sql); only `migrate` needs its owner.")
    if settings.trusted_proxies and not settings.edge_secrets:
        print("Whoever comes past the proxies is taken for whom they claim to be: SALTBITTER_EDGE_SECRET is empty.")
    if settings.vapid_key is None:
        print("Nothing is pushed to devices: SALTBITTER_VAPID_PRIVATE_KEY is empty.")
    if region := settings.photos.rekognition_region:
        print(f"Photos are judged by Amazon Rekognition in {region}, and by staff while it is away for hours.")
    else:
        print("Every photo waits for staff before others see it: SALTBITTER_PHOTO_REKOGNITION_REGION is empty.")
    return 0


def _probe(options: argparse.Namespace) -> int:
    from entrypoints.probe import ProbeFailed, probe

    started = time.perf_counter()
    try:
        asyncio.run(probe(options.url, print, options.mail, configuration.edge_secret()))
    except ProbeFailed as failure:
        print(f"FAILED  {failure}", file=sys.stderr)
        return 1
    print(f"Every step holds, in {time.perf_counter() - started:.1f} s.")
    return 0
