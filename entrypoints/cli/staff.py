"""What is done about members, each time with a reason that is kept."""

import argparse
import asyncio
from uuid import UUID

from config import settings as configuration
from entrypoints.cli.arguments import Add, ask_for_reason, limit
from saltbitter_domain.search.model import MAX_LIMIT
from saltbitter_domain.users.model import Role


def add_commands(add: Add) -> None:
    for name, what, told in (
        ("suspend", "shut a member out; they are told why and how to appeal", "what the member will read"),
        ("restore", "let a suspended member in again; they are told why", "what the member will read"),
        ("remove-second-factor", "for whoever lost it; they are told why", "what the member will read"),
        ("lift-carried", "lift blocks that followed somebody to this account", "why; for the record of staff"),
    ):
        suspension = add(name, help=what)
        suspension.add_argument("user", type=UUID, metavar="USER", help="the id of the account")
        suspension.add_argument("--reason", required=True, metavar="TEXT", help=told)
        suspension.set_defaults(command=_suspension, name=name)
        if name == "suspend":
            suspension.add_argument("--under-age", action="store_true", help="they seem to be a minor")

    role = add("role", help="make somebody staff, or a member again; the reason is kept on record")
    role.add_argument("user", type=UUID, metavar="USER", help="the id of the account")
    role.add_argument("role", type=Role, choices=list(Role), metavar="ROLE", help=", ".join(Role))
    ask_for_reason(role)
    role.set_defaults(command=_role)

    photos = add("review-photos", help="have moderators look at photos that nobody has judged")
    ask_for_reason(photos)
    photos.set_defaults(command=_review_photos)

    search = add("search", help="whom a member could be introduced to, by what people say")
    search.add_argument("--for", type=UUID, required=True, metavar="MEMBER_ID", dest="viewer")
    search.add_argument("--words", default="", help="every one must be in the profile, or begin a word in it")
    search.add_argument("--interests", default="", metavar="A,B", help="every one must be chosen")
    search.add_argument("--limit", type=limit, default=20, help=f"people at most (default 20, up to {MAX_LIMIT})")
    ask_for_reason(search)
    search.set_defaults(command=_search)


def _suspension(options: argparse.Namespace) -> int:
    from entrypoints import production

    asked = (configuration.from_environment(), options.user, options.reason, print)
    changes = {
        "restore": production.restore,
        "remove-second-factor": production.remove_second_factor,
        "lift-carried": production.lift_carried,
    }
    change = changes.get(options.name)
    asyncio.run(change(*asked) if change else production.suspend(*asked, options.under_age))
    return 0


def _role(options: argparse.Namespace) -> int:
    from entrypoints import production

    settings = configuration.from_environment()
    asyncio.run(production.give_role(settings, options.user, options.role, options.reason, print))
    return 0


def _review_photos(options: argparse.Namespace) -> int:
    from entrypoints import production

    asyncio.run(production.review_photos(configuration.from_environment(), options.reason, print))
    return 0


def _search(options: argparse.Namespace) -> int:
    from entrypoints import production

    interests = [interest.strip() for interest in options.interests.split(",") if interest.strip()]
    settings, viewer = configuration.from_environment(), options.viewer
    asyncio.run(production.search(settings, viewer, options.words, interests, options.limit, options.reason, print))
    return 0
