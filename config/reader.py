"""How settings are spelt in the environment: each kind of value, and what is said of one that cannot be used."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from urllib.parse import urlsplit
from uuid import UUID

import attrs

PREFIX = "SALTBITTER_"
MIN_SECRET_BYTES = 32
KNOWN_SECRETS = frozenset(
    {"changeme", "change-me", "secret", "password", "example", "saltbitter", "insecure", "default"}
)
POSTGRES = ("postgresql", "postgres")
REDIS = ("redis", "rediss", "unix")


@attrs.frozen
class Problem:
    """What is wrong with one setting and what to do about it."""

    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


class SettingsRefused(Exception):
    """The process must not start with these settings; ``problems`` names each fault."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class Reader:
    """Reads settings and collects every problem on the way."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[Problem] = []

    def text(self, name: str, default: str) -> str:
        return self._environment.get(PREFIX + name, default)

    def refuse(self, name: str, message: str) -> None:
        self.problems.append(Problem(PREFIX + name, message))

    def secret(self, name: str, *, required: bool = True) -> str | None:
        value = self._environment.get(PREFIX + name)
        if not value:
            if required:
                self.refuse(
                    name, "is missing; set it to at least 32 random bytes, for example from `openssl rand -base64 48`"
                )
            return None
        weakness = weakness_of(value)
        if weakness:
            self.refuse(name, f"{weakness}; set it to at least 32 random bytes")
        return value

    def edge_secrets(self, name: str, other: str) -> tuple[str, ...]:
        """The secret that a proxy adds in a header, and the other one that is accepted while it is being changed."""
        secrets = tuple(value for each in (name, other) if (value := self.secret(each, required=False)))
        for each in (name, other):
            if not re.fullmatch(r"[!-~]*", self.text(each, "")):
                self.refuse(each, "must be of visible ASCII characters without spaces, as it goes in a header")
        if self.text(other, "") and not self.text(name, ""):
            self.refuse(name, f"is missing, though {PREFIX}{other} is set; where one secret is enough, set this one")
        return secrets

    def number(self, name: str, default: int, low: int, high: int) -> int:
        raw = self.text(name, str(default))
        if raw.isascii() and raw.isdigit() and low <= int(raw) <= high:
            return int(raw)
        self.refuse(name, f"must be a whole number from {low} to {high}")
        return default

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            self.refuse(name, f"must be one of {', '.join(allowed)}")
            return default
        return value

    def address(self, name: str) -> str:
        value = self.text(name, "").rstrip("/")
        if not is_origin(value):
            self.refuse(name, "must be an address such as https://saltbitter.example, without a user and a path")
        return value

    def server(self, name: str, schemes: tuple[str, ...], *, required: bool = True) -> str | None:
        value = self._environment.get(PREFIX + name)
        if not value:
            if required:
                self.refuse(name, f"is missing; set it to an address such as {schemes[0]}://user:password@host/name")
            return None
        if not _is_server(value, schemes):
            self.refuse(name, f"must be an address that begins with {' or '.join(f'{s}://' for s in schemes)}")
        return value

    def folder(self, name: str) -> str:
        value = self.text(name, "")
        if not value:
            self.refuse(name, "is missing; set it to a folder that every process can write to")
            return value
        try:
            with tempfile.TemporaryFile(dir=value):  # only writing tells: mounts and access lists also have a say
                pass
        except OSError as error:
            self.refuse(name, f"{value} is not a folder that this process can write to: {error.strerror}")
        return value

    def sender(self, name: str, *, required: bool) -> str:
        """Whom mails are from, as ``Name <address>``; a name that no mail reaches when none is required."""
        value = self.text(name, "")
        if not value and not required:
            return "SaltBitter <no-reply@saltbitter.invalid>"
        user, _, domain = parseaddr(value)[1].rpartition("@")
        if not (user and "." in domain and value.isprintable()):
            self.refuse(name, "must be whom mails are from, such as SaltBitter <no-reply@saltbitter.example>")
        return value

    def contact(self, name: str) -> str:
        value = self.text(name, "")
        if value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
            self.refuse(name, "must be an e-mail address that people read, such as help@saltbitter.example")
        return value

    def region(self, name: str, *, required: bool) -> str:
        value = self.text(name, "")
        if (value or required) and not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", value):
            self.refuse(name, "must be a region of AWS, such as eu-west-1")
        return value

    def topics(self, name: str) -> tuple[str, ...]:
        topics = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())
        for topic in topics:
            if not re.fullmatch(r"arn:aws:sns:[a-z]{2}(-[a-z]+)+-\d:\d{12}:[\w-]{1,256}", topic, re.ASCII):
                self.refuse(name, f"{topic!r} is not a topic such as arn:aws:sns:eu-west-1:123456789012:mail")
        return topics

    def mail_server(self, name: str, *, required: bool) -> str:
        """The address may hold a password, so a refusal never repeats it."""
        value = self.text(name, "")
        if (value or required) and not (_is_server(value, ("smtp", "smtps")) and urlsplit(value).hostname):
            self.refuse(
                name, "must be smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465 (TLS)"
            )
        return value

    def honey(self, name: str) -> frozenset[str]:
        """Ids in their hyphenated form and addresses, all in lower case."""
        found = frozenset(part.strip().casefold() for part in self.text(name, "").split(",") if part.strip())
        if any("@" not in part and not _is_id(part) for part in found):
            self.refuse(name, "must be ids of accounts and their e-mail addresses, separated by commas")
        return found

    def hosts(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        hosts = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip()) or default
        for host in hosts:
            if not re.fullmatch(r"(\*\.)?([a-z0-9-]+\.)+[a-z]{2,}", host, re.ASCII):
                self.refuse(name, f"{host!r} is not a host such as push.example.com or *.push.example.com")
        return hosts

    def origins(self, name: str) -> tuple[str, ...]:
        origins = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())
        for origin in origins:
            if not is_origin(origin):
                shown = origin.rpartition("@")[2]  # never a password that somebody put before it
                self.refuse(name, f"{shown!r} is not an origin such as https://saltbitter.example, without a user")
        return origins


def weakness_of(secret: str) -> str | None:
    """Why a secret must not be used (too short, well known, or hardly random), or None."""
    if len(secret.encode()) < MIN_SECRET_BYTES:
        return f"is shorter than {MIN_SECRET_BYTES} bytes"
    if any(known in secret.casefold() for known in KNOWN_SECRETS):
        return "contains a well-known word"
    if len(set(secret)) < 12:
        return "repeats few characters"
    return None


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _is_server(value: str, schemes: Sequence[str]) -> bool:
    if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        return False
    try:
        parts = urlsplit(value)
        if schemes == REDIS:
            _redis_database(value)
        return bool(parts.hostname or parts.path or parts.query) and parts.port != 0
    except ValueError:
        return False


def same_server(one: str, other: str) -> bool:
    """Whether both lead to the same logical database of the same Redis, whoever signs in and however it is spelt."""
    return _is_server(one, REDIS) and _is_server(other, REDIS) and _redis_database(one) == _redis_database(other)


def _redis_database(url: str) -> tuple[str, int, int]:
    """Where the client itself would go: host or socket, port, number. Raises ``ValueError`` when it cannot read it."""
    from redis.connection import parse_url  # the other modes do without it

    place = parse_url(url)  # type: ignore[no-untyped-call]  # not annotated by redis
    host = place.get("path") or place.get("host", "localhost")
    return "127.0.0.1" if host == "localhost" else host, place.get("port", 6379), place.get("db", 0)


def is_origin(value: str) -> bool:
    """Whether this is an address of http or https without a user, a path and a query."""
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and named
        and "@" not in parts.netloc
        and not (parts.path or parts.query or parts.fragment)
    )
