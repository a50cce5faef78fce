"""``index.html`` of a member's copy: the same data for people, readable without a network and without any script."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from saltbitter_domain.exports.policies import headings
from saltbitter_domain.register import Basis, Item, Register

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #999; padding: .2rem .5rem; text-align: left; vertical-align: top; }
img { max-width: 16rem; margin: .3rem; }
dt { font-weight: 600; } dd { margin-left: 1.5rem; } .about { color: #555; }
"""


def page(data: Mapping[str, Any], register: Register) -> bytes:
    """The page over what ``data.json`` holds: under each heading of the register what is kept, why and for how long;
    then what is not in the copy, and why."""
    return "\n".join(_page(data, register)).encode()


def _page(data: Mapping[str, Any], register: Register) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Your data at SaltBitter</title>'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'; connect-src 'none'\">"
    yield f"<style>{_STYLE}</style></head><body><h1>Your data at SaltBitter</h1>"
    yield f"<p>Everything we keep about you, as of {escape(data['made_at'])}. The same is in <code>data.json</code>, "
    yield "for programs. Other people appear by a number only: what they say of themselves is theirs.</p>"
    for heading, tables in headings(register):
        yield f"<h2>{escape(heading)}</h2>"
        yield from _about([item for item in register.items if item.export == heading])
        found = [_table(data["records"][table]) for table in tables if data["records"][table]]
        yield "\n".join(found) or "<p>Nothing.</p>"
        if heading == "Photos":
            yield "".join(f'<img src="{escape(file)}" alt="A photo of yours">' for file in data["photos"].values())
    yield "<h2>What is not in here, and why</h2><ul>"
    for withheld in dict.fromkeys((item.purpose, item.withheld) for item in register.items if item.withheld):
        yield f"<li>{escape(withheld[0])}: {escape(withheld[1])}</li>"
    yield "</ul></body></html>"


def _about(items: Sequence[Item]) -> Iterator[str]:
    """Why and for how long, as Article 15(1) of the GDPR has it told."""
    for purpose, basis, consents, retention in dict.fromkeys(
        (item.purpose, item.basis, item.consents, item.retention) for item in items
    ):
        to = f" to {', '.join(map(_words, consents))}" if consents else ""
        kept = "until your account is erased" if retention is None else f"for at most {retention.days} days"
        yield f'<p class="about">{escape(purpose)}. Basis: {_words(basis)}{to}. Kept {kept}.</p>'


def _words(name: str | Basis) -> str:
    return escape(str(name).replace("_", " "))


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    if len(rows) == 1:
        return _value(rows[0])
    head = "".join(f"<th>{_words(name)}</th>" for name in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{_value(value)}</td>' for value in row.values())}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<dl>{''.join(f'<dt>{_words(key)}</dt><dd>{_value(each)}</dd>' for key, each in value.items())}</dl>"
    if isinstance(value, list):
        return "<br>".join(map(_value, value)) or "–"
    return "–" if value is None else escape(str(value))
