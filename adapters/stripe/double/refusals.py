"""Answers of Stripe's that are none."""

from typing import Any, NoReturn

import attrs

from adapters.stripe.double import objects


@attrs.define
class Refusal(Exception):
    """An answer that is none."""

    status: int
    body: dict[str, Any]


def refuse(message: str, code: str | None = None, *, status: int = 400, **more: str) -> NoReturn:
    """Answer with an error of Stripe's."""
    kind = "card_error" if status == 402 else "invalid_request_error"
    body = objects.error(kind, message, code)
    body["error"].update(more)
    raise Refusal(status, body)
