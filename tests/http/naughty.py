"""Texts that have broken software before: some forty of our own, and the Big List of Naughty Strings if at hand."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

BIG_LIST = "SALTBITTER_REFERENCE_DATA"
"""The variable that names the folder of reference data; the list is its ``security/blns.json``."""

OURS = (
    "",
    " ",
    "\t",
    "\u00a0\u2003\u3000",  # spaces that are not the space
    "\u200b\u2060",  # widthless
    "\ufeffname",  # begins with a byte order mark
    "na\ufeffme",
    "\0",
    "before\0after",
    "\x01\x02\x07\x08\x1b[31mred\x1b[0m",
    "\x7f\x80\x9f",  # delete, and controls of the second set
    "one\r\ntwo",
    "one\rtwo\ntwo\u2028three\u2029four\u0085five",
    "Header: value\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "caf\u00e9",  # composed
    "cafe\u0301",  # decomposed, and to stay so
    "\u1e9b\u0323",  # changes under every normal form
    "\u212b \u00c5 A\u030a",  # three Ångströms
    "\ufb01 \u2460 \uff21",  # compatible with plain letters
    "\u0130\u0131 \u00df \u1e9e \u03c2\u03c3",  # letter case is not one to one
    "\u0301",  # an accent on nothing
    "z" + "\u0300\u0301\u0302\u0303" * 60,
    "\u202eevil\u202c",  # right to left override
    "\u2066\u2067 isolates without an end",
    "\u0645\u0631\u062d\u0628\u0627 hello \u05e9\u05dc\u05d5\u05dd",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",  # one family of four joined
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # a flag of tags
    "\U0001f1e6",  # half a flag
    "\u270c\U0001f3ff\ufe0f",
    "\U00020000\U0002fa1d\U0010ffff",  # beyond the first plane, to the very last
    "\ufffe\uffff\ufdd0",  # never characters
    "\ue000\U000f0000",  # for private use
    "\ud800",  # half a pair, which is no Unicode
    "\udc00\ud800",
    "x" * 10_000,
    "\U0001f642" * 301,
    "'; DROP TABLE users; --",
    '{"admin": true}',
    '"},"role":"admin","x":{"',
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} #{7*7} %(name)s %s %n {0.__class__}",
    "../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "%00%2e%2e%2f%0d%0a%ff",
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/",  # tests may not connect there
    "//192.0.2.1/@203.0.113.1",
    "null",
    "NaN",
    "-1e400",
    "9" * 400,
)


def big_list() -> Sequence[str] | None:
    """The Big List of Naughty Strings, or None where there is no reference data."""
    folder = os.environ.get(BIG_LIST)  # noqa: TID251  says where test data is, not how the product runs
    if folder is None:
        return None
    strings: list[str] = json.loads(Path(folder, "security", "blns.json").read_text())
    return strings
