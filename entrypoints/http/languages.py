"""In which language whoever asks wants to read."""

from collections.abc import Collection

from aiohttp import hdrs, web


def spoken(request: web.Request, offered: Collection[str]) -> str:
    """Of the languages ``offered`` the one that ``Accept-Language`` weighs most (RFC 9110, 12.5.4), regions left aside;
    the first offered for whoever names none of them, or says it in a way that nobody can read."""
    first, *_ = offered
    wishes = [_wish(each) for each in request.headers.get(hdrs.ACCEPT_LANGUAGE, "").split(",")]
    known = [(language, weight) for language, weight in wishes if language in offered and weight > 0]
    return max(known, key=lambda wish: wish[1], default=(first, 0.0))[0]


def _wish(words: str) -> tuple[str, float]:
    tag, _, weight = words.partition(";")
    language = tag.strip().split("-")[0].lower()
    if not weight:
        return language, 1.0
    try:
        return language, float(weight.strip().removeprefix("q="))
    except ValueError:
        return language, 0.0
