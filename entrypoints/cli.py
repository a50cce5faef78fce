"""The command ``saltbitter``."""

import argparse
import asyncio
import errno
import logging
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from config import settings as configuration
from config.logging import configure
from config.reader import SettingsRefused
from saltbitter_domain.kernel import DomainError, Unavailable
from saltbitter_domain.search.model import MAX_LIMIT
from saltbitter_domain.users.model import Role


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.command(options)
    except SettingsRefused as refused:
        print("SaltBitter does not start with these settings:", file=sys.stderr)
        print(*(f"  - {problem}" for problem in refused.problems), sep="\n", file=sys.stderr)
        print("`saltbitter check-config` explains them at any time.", file=sys.stderr)
        return 2
    except Unavailable as away:
        print(f"saltbitter: {away.detail} ({type(away.__cause__ or away).__name__})", file=sys.stderr)
        return 1
    except DomainError as refused:
        print(f"saltbitter: {refused.detail}", file=sys.stderr)
        print(*(f"  - {problem.path}: {problem.message}" for problem in refused.fields), sep="\n", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"saltbitter: {error.strerror or error}", file=sys.stderr)
        if error.errno == errno.EADDRINUSE:
            print("Something listens there already. Choose another port: `make demo PORT=8090`.", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="saltbitter", description="A psychology-informed, ethical dating platform.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="the whole journey in memory, with members who answer")
    demo.add_argument("--host", default="127.0.0.1")
    demo.add_argument("--port", type=_port, default=8080)
    demo.add_argument("--members", type=_count, default=2_000, help="how many demo members (default 2000)")
    demo.add_argument("--log", choices=("off", "text", "json"), default="off", help="also requests and jobs")
    demo.set_defaults(command=_demo)

    for name, what in (
        ("serve", "the API, with settings from the environment"),
        ("work", "a background worker"),
        ("schedule", "whoever asks the workers for the periodic jobs; several may run, one leads"),
    ):
        process = commands.add_parser(name, help=what)
        process.set_defaults(command=_process, name=name)
        if name == "serve":
            process.add_argument("--web", action="store_true", help="serve the built web client too")

    migrate = commands.add_parser("migrate", help="bring the database to the newest schema")
    migrate.add_argument("--to", default="head", metavar="REVISION", help="only up to this revision")
    migrate.set_defaults(command=_migrate)

    redrive = commands.add_parser("redrive", help="show the dead letters, or send them anew")
    redrive.add_argument("ids", nargs="*", type=UUID, metavar="ID", help="these only")
    redrive.add_argument("--all", action="store_true", help="every one of them")
    _ask_for_reason(redrive)
    redrive.set_defaults(command=_redrive)

    for name, what, told in (
        ("suspend", "shut a member out; they are told why and how to appeal", "what the member will read"),
        ("restore", "let a suspended member in again; they are told why", "what the member will read"),
        ("lift-carried", "lift blocks that followed somebody to this account", "why; for the record of staff"),
    ):
        suspension = commands.add_parser(name, help=what)
        suspension.add_argument("user", type=UUID, metavar="USER", help="the id of the account")
        suspension.add_argument("--reason", required=True, metavar="TEXT", help=told)
        suspension.set_defaults(command=_suspension, name=name)
        if name == "suspend":
            suspension.add_argument("--under-age", action="store_true", help="they seem to be a minor")

    role = commands.add_parser("role", help="make somebody staff, or a member again; the reason is kept on record")
    role.add_argument("user", type=UUID, metavar="USER", help="the id of the account")
    role.add_argument("role", type=Role, choices=list(Role), metavar="ROLE", help=", ".join(Role))
    _ask_for_reason(role)
    role.set_defaults(command=_role)

    photos = commands.add_parser("review-photos", help="have moderators look at photos that nobody has judged")
    _ask_for_reason(photos)
    photos.set_defaults(command=_review_photos)

    replay = commands.add_parser("replay-erasures", help="erase again whom a restored database brought back")
    replay.set_defaults(command=_replay_erasures)

    search = commands.add_parser("search", help="whom a member could be introduced to, by what people say")
    search.add_argument("--for", type=UUID, required=True, metavar="MEMBER_ID", dest="viewer")
    search.add_argument("--words", default="", help="every one must be in the profile, or begin a word in it")
    search.add_argument("--interests", default="", metavar="A,B", help="every one must be chosen")
    search.add_argument("--limit", type=_limit, default=20, help=f"people at most (default 20, up to {MAX_LIMIT})")
    _ask_for_reason(search)
    search.set_defaults(command=_search)

    runs = commands.add_parser("runs", help="what came of the latest runs of matching")
    runs.add_argument("--limit", type=_limit, default=20, help="how many (default 20)")
    runs.set_defaults(command=_runs)

    ledger = commands.add_parser("verify-ledger", help="find altered and missing consents, and records of staff")
    ledger.set_defaults(command=_verify_ledger)

    money = commands.add_parser("check-money", help="show the books, and what should hold of money and does not")
    money.set_defaults(command=_check_money)

    check = commands.add_parser("check-config", help="judge the settings in the environment, all at once")
    check.set_defaults(command=_check_config)

    population = commands.add_parser("population", help="write a population of synthetic members")
    population.add_argument("--size", type=_count, required=True)
    population.add_argument("--seed", type=int, default=1)
    population.add_argument("--out", type=Path, required=True, help="a file of one JSON object a line")
    population.add_argument("--run", action="store_true", help="then make one morning's matches for all, and report")
    population.set_defaults(command=_population)

    evaluate = commands.add_parser("evaluate", help="judge a policy by past encounters")
    _study(evaluate)
    evaluate.add_argument("--policy", required=True, metavar="NAME", help=_POLICIES)
    evaluate.add_argument("--out", type=Path, metavar="FOLDER", help="write a report, pictures and figures there")
    evaluate.set_defaults(command=_evaluate)

    fit = commands.add_parser("fit", help="learn a policy from past encounters")
    _study(fit)
    fit.add_argument("--out", type=Path, required=True, metavar="FILE", help="the policy file to write (JSON)")
    fit.add_argument("--name", help="of the policy (default: of the day and the data)")
    fit.add_argument("--penalty", type=_positive, default=1.0, help="of half the squared coefficients (default 1)")
    fit.add_argument("--report", type=Path, metavar="FOLDER", help="write a report, pictures and figures there")
    fit.set_defaults(command=_fit)

    walk = "walk the whole journey at URL as two new members, by SALTBITTER_EDGE_SECRET where the server looks for it"
    probe = commands.add_parser("probe", help=walk)
    probe.add_argument("url", metavar="URL")
    probe.add_argument(
        "--mail", metavar="DIRECTORY", help="the Maildir of production; without it the demo's mailbox is read"
    )
    probe.set_defaults(command=_probe)
    return parser


_POLICIES = "weighted-v1, a policy file, or column:NAME or probability:NAME of the encounters"


def _study(command: argparse.ArgumentParser) -> None:
    """What every command of the laboratory reads."""
    command.add_argument("--people", type=Path, required=True, metavar="CSV", help="one row a person")
    command.add_argument("--encounters", type=Path, required=True, metavar="CSV", help="one row an encounter")
    command.add_argument(
        "--mapping", type=Path, metavar="TOML", help="what the columns mean (default: their names say)"
    )
    command.add_argument("--group", metavar="COLUMN", help="what hangs together (default: the viewer)")
    command.add_argument("--problems", type=_count, default=100, help="bad cells to list one by one (default 100)")
    command.add_argument("--skip-bad-rows", action="store_true", help="use the other rows, and count these")


def _demo(options: argparse.Namespace) -> int:
    from entrypoints.demo.run import demo

    if options.log == "off":
        configure("text", level=logging.WARNING)
    else:
        configure(options.log)
    return _until_stopped(demo(options.host, options.port, options.members, print))


def _process(options: argparse.Namespace) -> int:
    from entrypoints import production

    settings = configuration.from_environment()
    configure(settings.log_format, for_good=True)
    commands: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
        "serve": partial(production.serve, web=getattr(options, "web", False)),
        "work": production.work,
        "schedule": production.schedule,
    }
    return _until_stopped(commands[options.name](settings, partial(print, flush=True)))


def _migrate(options: argparse.Namespace) -> int:
    from entrypoints import production

    production.migrate(configuration.from_environment(), options.to, print)
    return 0


def _redrive(options: argparse.Namespace) -> int:
    from entrypoints import production

    asyncio.run(production.redrive(configuration.from_environment(), options.ids, options.all, options.reason, print))
    return 0


def _suspension(options: argparse.Namespace) -> int:
    from entrypoints import production

    asked = (configuration.from_environment(), options.user, options.reason, print)
    changes = {"restore": production.restore, "lift-carried": production.lift_carried}
    change = changes.get(options.name)
    asyncio.run(change(*asked) if change else production.suspend(*asked, options.under_age))
    return 0


def _ask_for_reason(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reason", required=True, type=_reason, metavar="TEXT", help="why; for the record of staff")


def _reason(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("say why")
    return text.strip()


def _role(options: argparse.Namespace) -> int:
    from entrypoints import production

    settings = configuration.from_environment()
    asyncio.run(production.give_role(settings, options.user, options.role, options.reason, print))
    return 0


def _review_photos(options: argparse.Namespace) -> int:
    from entrypoints import production

    asyncio.run(production.review_photos(configuration.from_environment(), options.reason, print))
    return 0


def _replay_erasures(_options: argparse.Namespace) -> int:
    from entrypoints import production

    asyncio.run(production.replay_erasures(configuration.from_environment(), print))
    return 0


def _search(options: argparse.Namespace) -> int:
    from entrypoints import production

    interests = [interest.strip() for interest in options.interests.split(",") if interest.strip()]
    settings, viewer = configuration.from_environment(), options.viewer
    asyncio.run(production.search(settings, viewer, options.words, interests, options.limit, options.reason, print))
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


def _population(options: argparse.Namespace) -> int:
    from entrypoints.measure import measure, write_population

    today = date.fromtimestamp(time.time())  # noqa: DTZ012  the day members' ages are counted on
    members = write_population(options.size, options.seed, today, options.out, print)
    return measure(members, today, print) if options.run else 0


def _evaluate(options: argparse.Namespace) -> int:
    from entrypoints import laboratory

    return laboratory.evaluate(
        options.people,
        options.encounters,
        options.policy,
        print,
        mapping=options.mapping,
        group=options.group,
        out=options.out,
        listed=options.problems,
        skip_bad_rows=options.skip_bad_rows,
    )


def _fit(options: argparse.Namespace) -> int:
    from adapters.system.clock import SystemClock
    from entrypoints import laboratory

    return laboratory.fit(
        options.people,
        options.encounters,
        options.out,
        SystemClock(),
        print,
        name=options.name,
        mapping=options.mapping,
        group=options.group,
        report=options.report,
        listed=options.problems,
        skip_bad_rows=options.skip_bad_rows,
        penalty=options.penalty,
    )


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


def _until_stopped(work: Coroutine[Any, Any, None]) -> int:
    """Run until the work ends or the process is asked to end (SIGINT, SIGTERM), then close everything in order."""
    import uvloop

    async def stoppable() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            print("\nStopped.")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(stoppable())
    return 0


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port lies between 1 and 65535")
    return port


def _limit(text: str) -> int:
    limit = int(text)
    if not 1 <= limit <= MAX_LIMIT:
        raise argparse.ArgumentTypeError(f"a limit lies between 1 and {MAX_LIMIT}")
    return limit


def _positive(text: str) -> float:
    number = float(text)
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError("give a number above 0")
    return number


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("give a number of at least 1")
    return count


if __name__ == "__main__":
    sys.exit(main())
