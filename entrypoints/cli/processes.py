"""What runs until it is stopped: the demo, and the processes of production."""

import argparse
import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from config import settings as configuration
from config.logging import configure
from entrypoints.cli.arguments import Add, count, port


def add_commands(add: Add) -> None:
    demo = add("demo", help="the whole journey in memory, with members who answer")
    demo.add_argument("--host", default="127.0.0.1")
    demo.add_argument("--port", type=port, default=8080)
    demo.add_argument("--members", type=count, default=2_000, help="how many demo members (default 2000)")
    demo.add_argument("--log", choices=("off", "text", "json"), default="off", help="also requests and jobs")
    demo.set_defaults(command=_demo)

    for name, what in (
        ("serve", "the API, with settings from the environment"),
        ("work", "a background worker"),
        ("schedule", "whoever asks the workers for the periodic jobs; several may run, one leads"),
    ):
        process = add(name, help=what)
        process.set_defaults(command=_process, name=name)
        if name == "serve":
            process.add_argument("--web", action="store_true", help="serve the built web client too")


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
