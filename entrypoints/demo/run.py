"""Runs the demo: seeds it, starts everything in this process, and says what to try."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

from config import demo as mode
from config.start import running
from entrypoints.demo.pages import Demo, WithoutClient
from entrypoints.demo.people import DemoPeople
from entrypoints.demo.seed import EMAIL, STAFF, seed
from entrypoints.http.connections import listening
from entrypoints.http.dependencies import HttpSettings
from entrypoints.http.web import built_client
from entrypoints.site import embedded_workers, site

FROM_ONE_MACHINE = 60
"""How often a minute one address may sign in: whoever tries the demo is several people on one machine."""

CLIENT = "the web client and needs Node.js 20.19 or newer"


async def demo(host: str, port: int, size: int, say: Callable[[str], None]) -> None:
    """The demo at ``host:port`` with ``size`` members, until it is cancelled."""
    started = time.perf_counter()
    async with AsyncExitStack() as stack:
        say(f"Making {size:,} demo members …")
        application = await stack.enter_async_context(running("demo", mode.settings(host, port)))
        seeded = await seed(application, size)
        people = DemoPeople(application.decisions(), application.adapters.begin(), seeded.members)
        workers = await stack.enter_async_context(
            embedded_workers(
                application,
                keep_running=True,
                more_listeners={
                    "compatibility.liked": [("demo_answer_like", people.answer_like)],
                    "compatibility.daily_matches_made": [("demo_look_at_matches", people.look_at_matches)],
                },
            )
        )
        adapters, stripe = application.adapters, application.adapters.stripe()
        pages = Demo(
            adapters.mailer(),
            adapters.clock(),
            application.matching(),
            application.decisions(),
            seeded,
            workers.settle,
            stripe.shop,
        )
        client = built_client(demo=True, contact="help@demo.saltbitter.example")
        more = [pages, *(client or [WithoutClient(pages)])]
        everybody_here = HttpSettings(signing_in_limit=FROM_ONE_MACHINE)
        await stack.enter_async_context(listening(site(application, more, everybody_here), host, port))
        address = adapters.settings().public_url
        stripe.tells = f"http://{host}:{port}/api/webhooks/stripe"
        start = f"{address}   the web client: sign in, or join" if client else f"make web, which builds {CLIENT}"
        say(
            f"""
SaltBitter's demo is ready after {time.perf_counter() - started:.1f} s: {address}

  Sign in as   {EMAIL}
  password     {seeded.password}
  as staff     {STAFF}, with the same password and a second factor that you set up

  Try          {start}
               {address}/demo   what there is to try, and the time machine
               {address}/demo/morning   the matches of the day, with their explanations
               {address}/api/docs       the API, to try in the browser
               {address}/demo/mailbox   every mail the demo sends
               .venv/bin/saltbitter probe {address}   two new members walk the whole journey

Nothing is kept. Ctrl-C ends it."""
        )
        await asyncio.Event().wait()
