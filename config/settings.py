"""Settings, read once from the environment and judged together, so that one start names every problem."""

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import attrs

from adapters.local.networks import NetworkTable, read_networks
from adapters.push.web_push import VapidKey
from adapters.stripe.client import StripeAccount
from config.photos import PhotoSettings
from config.photos import read as read_photos
from saltbitter_domain.assessments.catalogue import BUNDLED, questionnaire_from
from saltbitter_domain.assessments.model import Questionnaire, QuestionnaireInvalid
from saltbitter_domain.compatibility.policies.fitted import FittedPolicy
from saltbitter_domain.ledger.model import Seller

PREFIX = "SALTBITTER_"
MIN_SECRET_BYTES = 32
_SECRETS = ("TOKEN_KEY", "PASSWORD_PEPPER", "MEDIA_KEY", "DERIVATION_KEY", "SECOND_FACTOR_KEY")
_POSTGRES = ("postgresql", "postgres")
_REDIS = ("redis", "rediss", "unix")
KNOWN_SECRETS = frozenset(
    {"changeme", "change-me", "secret", "password", "example", "saltbitter", "insecure", "default"}
)


UNNAMED = Seller("SaltBitter")
PUSH_SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.notify.windows.com",
    "web.push.apple.com",
)
"""Where the browsers there are have their messages delivered to."""


@attrs.frozen
class Settings:
    """How a process runs. Secrets never appear in the repr."""

    public_url: str
    token_key: str = attrs.field(repr=False)
    password_pepper: str = attrs.field(repr=False)
    media_key: str = attrs.field(repr=False)
    derivation_key: str = attrs.field(repr=False)
    second_factor_key: str = attrs.field(repr=False)
    previous_token_key: str | None = attrs.field(default=None, repr=False)
    previous_password_pepper: str | None = attrs.field(default=None, repr=False)
    previous_second_factor_key: str | None = attrs.field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: int = 0
    log_format: str = "json"
    seller: Seller = UNNAMED
    """Whom receipts are from."""
    networks: NetworkTable = attrs.field(factory=NetworkTable, repr=False)
    """Roughly where networks are; an empty table knows of none."""
    questionnaires: tuple[Questionnaire, ...] = BUNDLED
    """Every version results may refer to, the one offered to members first."""
    privacy_contact: str = ""
    """Whom the authority and members ask about a breach, such as the data protection officer's address."""
    honey: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    """Ids and e-mail addresses of accounts that nobody has a reason to come across."""
    vapid_key: VapidKey | None = None
    """By which push services know us; None where nothing is pushed."""
    push_services: tuple[str, ...] = PUSH_SERVICES
    """The hosts that pushes are sent to; of ``*.example.com`` all below example.com."""


@attrs.frozen(kw_only=True)
class ProductionSettings(Settings):
    """What processes need besides to share their store, their queues and their files."""

    database_url: str = attrs.field(repr=False)
    database_replica_url: str | None = attrs.field(default=None, repr=False)
    """A read replica for reports; the database itself when there is none."""
    database_pool: int = 10
    """Connections of one process at most."""
    database_statement_cache: int = 100
    """Prepared statements of one connection; 0 behind PgBouncer in transaction mode, which cannot keep any."""
    broker_url: str = attrs.field(repr=False)
    cache_url: str = attrs.field(repr=False)
    mail: str = "maildir"
    """How mails leave: ``ses``, ``smtp`` or ``maildir``; only the settings of the chosen way need to be there."""
    mail_sender: str = "SaltBitter <no-reply@saltbitter.invalid>"
    contact: str = ""
    """The address of people who answer whoever cannot sign in; empty where the web client names none."""
    mail_language: str = "en"
    mail_directory: str = ""
    mail_ses_region: str = ""
    mail_smtp_url: str = attrs.field(default="", repr=False)
    sns_topics: tuple[str, ...] = ()
    """Those of Amazon SNS by which SES reports bounces and complaints; empty where nobody reports."""
    photos: PhotoSettings
    erasure_directory: str
    """The ledger of erasures, in a place that is not restored with the database."""
    export_directory: str
    """Members' copies of their data, encrypted under a key made from ``derivation_key``."""
    stripe: StripeAccount | None = None
    """None where nothing is sold."""
    shadow_policy: FittedPolicy | None = None
    """Compared with the policy that matches after every run, in the log only; None for no comparison."""


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
        return value

    def address(self, name: str) -> str:
        value = self.text(name, "").rstrip("/")
        if not _is_origin(value):
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

    def networks(self, name: str) -> NetworkTable:
        """The table in the named file, or an empty one without a file."""
        path = self.text(name, "")
        if not path:
            return NetworkTable()
        try:
            return read_networks(Path(path))
        except (OSError, ValueError) as error:
            self.refuse(name, f"{path} cannot be read: {error}")
            return NetworkTable()

    def questionnaires(self, name: str) -> tuple[Questionnaire, ...]:
        """The licensed set in the named file before the bundled ones, or the bundled ones alone."""
        path = self.text(name, "")
        if not path:
            return BUNDLED
        try:
            document = json.loads(Path(path).read_text("utf-8"))
            licensed = questionnaire_from(document if isinstance(document, dict) else {})
        except (OSError, ValueError) as error:
            self.refuse(name, f"{path} cannot be read as JSON: {error}")
            return BUNDLED
        except QuestionnaireInvalid as invalid:
            for fault in invalid.fields:
                self.refuse(name, f"{path}: {fault.path}: {fault.message}")
            return BUNDLED
        if licensed.version in {bundled.version for bundled in BUNDLED}:
            self.refuse(name, f"{path} has the version of a bundled questionnaire; give it its own")
        return (licensed, *BUNDLED)

    def shadow_policy(self, name: str) -> FittedPolicy | None:
        """The policy in the named file, one that members' traits are enough for, or None without a file."""
        from adapters.laboratory.policy_file import PolicyFileInvalid, read_policy  # few processes have one

        path = self.text(name, "")
        if not path:
            return None
        try:
            policy = read_policy(Path(path))
        except OSError as error:
            self.refuse(name, f"{path} cannot be read: {error.strerror}")
            return None
        except PolicyFileInvalid as invalid:
            for fault in invalid.fields:
                self.refuse(name, f"{path}: {fault.path}: {fault.message}")
            if not invalid.fields:
                self.refuse(name, invalid.detail)
            return None
        if not policy.runnable:
            self.refuse(name, f"{path} has pair features, which only its data holds; fit a policy without them")
        return policy

    def stripe(self) -> StripeAccount | None:
        """The account at Stripe; None when none of its settings is there."""
        names = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SECRET_PREVIOUS", "STRIPE_LIVEMODE")
        key, secret, previous, mode = (self.text(name, "") for name in names)
        base_url = self.text("STRIPE_BASE_URL", "") or "https://api.stripe.com"
        publishable = self.text("STRIPE_PUBLISHABLE_KEY", "")
        if not (key or secret or previous or mode):
            return None
        live = self.choice("STRIPE_LIVEMODE", "true", ("true", "false")) == "true"
        kind = "live" if live else "test"
        if not _is_stripe_secret(key, (f"sk_{kind}_", f"rk_{kind}_")):
            self.refuse(names[0], f"must be a secret key of Stripe's {kind} mode, which begins with sk_{kind}_")
        for name, value in zip(names[1:3], (secret, previous), strict=True):
            if (value or name == names[1]) and not _is_stripe_secret(value, ("whsec_",)):
                self.refuse(name, "must be the signing secret of the webhook endpoint, which begins with whsec_")
        if not _is_origin(base_url) or (live and not base_url.startswith("https://")):
            self.refuse("STRIPE_BASE_URL", "must be an address such as https://api.stripe.com, encrypted in live mode")
        if publishable and not publishable.startswith(f"pk_{kind}_"):
            self.refuse(
                "STRIPE_PUBLISHABLE_KEY", f"must be a key of Stripe's {kind} mode, which begins with pk_{kind}_"
            )
        return StripeAccount(key, tuple(filter(None, (secret, previous))), live, base_url, publishable or None)

    def seller(self, *, required: bool) -> Seller:
        """Whom receipts are from; all of it where anything is sold, since a receipt without it is none."""
        examples = {
            "NAME": "SaltBitter Ltd.",
            "ADDRESS": "1 Example Street; London N1 1AA",
            "TAX_NUMBER": "GB123456789",
        }
        values = {name: self.text(f"SELLER_{name}", "").strip() for name in examples}
        for name, value in values.items():
            if (required and not value) or len(value) > 200 or not value.isprintable():
                self.refuse(f"SELLER_{name}", f"must be what receipts say of the seller, such as {examples[name]!r}")
        address = tuple(line.strip() for line in values["ADDRESS"].split(";") if line.strip())
        return Seller(values["NAME"] or UNNAMED.name, address, values["TAX_NUMBER"])

    def honey(self, name: str) -> frozenset[str]:
        """Ids in their hyphenated form and addresses, all in lower case."""
        found = frozenset(part.strip().casefold() for part in self.text(name, "").split(",") if part.strip())
        if any("@" not in part and not _is_id(part) for part in found):
            self.refuse(name, "must be ids of accounts and their e-mail addresses, separated by commas")
        return found

    def vapid_key(self, name: str, contact: str, public_url: str) -> VapidKey | None:
        """The key by which push services know us, and where they reach us; None without one."""
        value = self.text(name, "")
        if not value:
            return None
        try:
            key = VapidKey.read(value, f"mailto:{contact}" if contact else public_url)
        except ValueError:
            key = None
        if key is None or weakness_of(value):
            self.refuse(name, "must be 32 random bytes in base64url, as .env.example shows how to make them")
        elif not key.contact.startswith(("mailto:", "https:")):
            self.refuse("CONTACT", "is missing; push services must be able to reach whoever pushes")
        return key

    def hosts(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        hosts = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip()) or default
        for host in hosts:
            if not re.fullmatch(r"(\*\.)?([a-z0-9-]+\.)+[a-z]{2,}", host, re.ASCII):
                self.refuse(name, f"{host!r} is not a host such as push.example.com or *.push.example.com")
        return hosts

    def origins(self, name: str) -> tuple[str, ...]:
        origins = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())
        for origin in origins:
            if not _is_origin(origin):
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


def from_environment(environment: Mapping[str, str] | None = None) -> ProductionSettings:
    """The settings of this process. Raises ``SettingsRefused`` naming every missing, weak or unreadable one."""
    read = Reader(os.environ if environment is None else environment)  # noqa: TID251  the one place that reads it
    secrets = {name: read.secret(name) for name in _SECRETS}
    present = [value for value in secrets.values() if value]
    if len(set(present)) < len(present):
        read.refuse("TOKEN_KEY", "shares its value with another secret; give each its own")
    broker, cache = (read.server(name, _REDIS) for name in ("BROKER_URL", "CACHE_URL"))
    if broker and cache and _same_server(broker, cache):
        read.refuse("CACHE_URL", "is the broker's too; a cache that is full would drop jobs, so give each its own")
    mail = read.choice("MAIL", "maildir", ("ses", "smtp", "maildir"))
    stripe = read.stripe()
    settings = ProductionSettings(
        public_url=read.address("PUBLIC_URL"),
        token_key=secrets["TOKEN_KEY"] or "",
        password_pepper=secrets["PASSWORD_PEPPER"] or "",
        media_key=secrets["MEDIA_KEY"] or "",
        derivation_key=secrets["DERIVATION_KEY"] or "",
        second_factor_key=secrets["SECOND_FACTOR_KEY"] or "",
        previous_token_key=read.secret("TOKEN_KEY_PREVIOUS", required=False),
        previous_password_pepper=read.secret("PASSWORD_PEPPER_PREVIOUS", required=False),
        previous_second_factor_key=read.secret("SECOND_FACTOR_KEY_PREVIOUS", required=False),
        host=read.text("HOST", "127.0.0.1"),
        port=read.number("PORT", 8080, 1, 65535),
        allowed_origins=read.origins("ALLOWED_ORIGINS"),
        trusted_proxies=read.number("TRUSTED_PROXIES", 0, 0, 10),
        log_format=read.choice("LOG_FORMAT", "json", ("json", "text")),
        seller=read.seller(required=stripe is not None),
        networks=read.networks("NETWORKS_FILE"),
        questionnaires=read.questionnaires("QUESTIONNAIRE_FILE"),
        privacy_contact=read.text("PRIVACY_CONTACT", ""),
        honey=read.honey("HONEY"),
        vapid_key=read.vapid_key("VAPID_PRIVATE_KEY", read.text("CONTACT", ""), read.text("PUBLIC_URL", "")),
        push_services=read.hosts("PUSH_SERVICES", PUSH_SERVICES),
        database_url=read.server("DATABASE_URL", _POSTGRES) or "",
        database_replica_url=read.server("DATABASE_REPLICA_URL", _POSTGRES, required=False),
        database_pool=read.number("DATABASE_POOL", 10, 1, 1000),
        database_statement_cache=read.number("DATABASE_STATEMENT_CACHE", 100, 0, 10_000),
        broker_url=broker or "",
        cache_url=cache or "",
        mail=mail,
        mail_sender=read.sender("MAIL_SENDER", required=mail in {"ses", "smtp"}),
        contact=read.contact("CONTACT"),
        mail_language=read.choice("MAIL_LANGUAGE", "en", ("en", "de")),
        mail_directory=read.folder("MAIL_DIRECTORY") if mail == "maildir" else "",
        mail_ses_region=read.region("MAIL_SES_REGION", required=mail == "ses"),
        sns_topics=read.topics("SNS_TOPICS"),
        mail_smtp_url=read.mail_server("MAIL_SMTP_URL", required=mail == "smtp"),
        photos=read_photos(read),
        erasure_directory=read.folder("ERASURE_DIRECTORY"),
        export_directory=read.folder("EXPORT_DIRECTORY"),
        stripe=stripe,
        shadow_policy=read.shadow_policy("SHADOW_POLICY"),
    )
    if read.problems:
        raise SettingsRefused(read.problems)
    return settings


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _is_stripe_secret(value: str, prefixes: tuple[str, ...]) -> bool:
    return len(value) >= MIN_SECRET_BYTES and value.startswith(prefixes) and len(set(value)) >= 12


def _is_server(value: str, schemes: Sequence[str]) -> bool:
    if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        return False
    try:
        parts = urlsplit(value)
        if schemes == _REDIS:
            _redis_database(value)
        return bool(parts.hostname or parts.path or parts.query) and parts.port != 0
    except ValueError:
        return False


def _same_server(one: str, other: str) -> bool:
    """Whether both lead to the same logical database of the same Redis, whoever signs in and however it is spelt."""
    return _is_server(one, _REDIS) and _is_server(other, _REDIS) and _redis_database(one) == _redis_database(other)


def _redis_database(url: str) -> tuple[str, int, int]:
    """Where the client itself would go: host or socket, port, number. Raises ``ValueError`` when it cannot read it."""
    from redis.connection import parse_url  # the other modes do without it

    place = parse_url(url)  # type: ignore[no-untyped-call]  # not annotated by redis
    host = place.get("path") or place.get("host", "localhost")
    return "127.0.0.1" if host == "localhost" else host, place.get("port", 6379), place.get("db", 0)


def _is_origin(value: str) -> bool:
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
