"""Settings, read once from the environment and judged together, so that one start names every problem."""

import os
from collections.abc import Mapping

import attrs

from adapters.local.networks import NetworkTable
from adapters.push.web_push import VapidKey
from adapters.stripe.client import StripeAccount
from config import files, photos, push, selling
from config.photos import PhotoSettings
from config.reader import POSTGRES, REDIS, Reader, SettingsRefused, same_server
from saltbitter_domain.assessments.catalogue import BUNDLED
from saltbitter_domain.assessments.model import Questionnaire
from saltbitter_domain.compatibility.policies.fitted import FittedPolicy
from saltbitter_domain.kernel import Language
from saltbitter_domain.ledger.model import Seller
from saltbitter_domain.users.model.devices import SIGN_INS_OF_ALL

_SECRETS = ("TOKEN_KEY", "PASSWORD_PEPPER", "MEDIA_KEY", "DERIVATION_KEY", "SECOND_FACTOR_KEY")


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
    edge_secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    """What our outermost proxy adds to each request, and what else is accepted; empty where it adds nothing."""
    sign_in_ceiling: int = SIGN_INS_OF_ALL
    """Tries in 5 minutes to sign in on devices that are not known, all together."""
    log_format: str = "json"
    seller: Seller = selling.UNNAMED
    """Whom receipts are from."""
    networks: NetworkTable = attrs.field(factory=NetworkTable, repr=False)
    """Roughly where networks are; an empty table knows of none."""
    questionnaires: tuple[Questionnaire, ...] = BUNDLED
    """Every version results may refer to, the one offered to members first."""
    privacy_contact: str = ""
    """Whom the authority and members ask about a breach, such as the data protection officer's address."""
    mail_language: Language = Language.EN
    """Of mails to whoever's language is not known, or does not matter."""
    honey: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    """Ids and e-mail addresses of accounts that nobody has a reason to come across."""
    vapid_key: VapidKey | None = None
    """By which push services know us; None where nothing is pushed."""
    push_services: tuple[str, ...] = push.PUSH_SERVICES
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


def edge_secret(environment: Mapping[str, str] | None = None) -> str | None:
    """What whoever calls as our outermost proxy does shows, None where it is not set; all that a probe needs to know.
    ``SettingsRefused`` where it is weak or cannot go in a header."""
    read = _reader(environment)
    shown = read.edge_secrets("EDGE_SECRET", "EDGE_SECRET_PREVIOUS")
    if read.problems:
        raise SettingsRefused(read.problems)
    return shown[0] if shown else None


def _reader(environment: Mapping[str, str] | None) -> Reader:
    return Reader(os.environ if environment is None else environment)  # noqa: TID251  the one place that reads it


def from_environment(environment: Mapping[str, str] | None = None) -> ProductionSettings:
    """The settings of this process. Raises ``SettingsRefused`` naming every missing, weak or unreadable one."""
    read = _reader(environment)
    secrets = {name: read.secret(name) for name in _SECRETS}
    edge = read.edge_secrets("EDGE_SECRET", "EDGE_SECRET_PREVIOUS")
    present = [value for value in (*secrets.values(), *edge) if value]
    if len(set(present)) < len(present):
        read.refuse("TOKEN_KEY", "shares its value with another secret; give each its own")
    broker, cache = (read.server(name, REDIS) for name in ("BROKER_URL", "CACHE_URL"))
    if broker and cache and same_server(broker, cache):
        read.refuse("CACHE_URL", "is the broker's too; a cache that is full would drop jobs, so give each its own")
    mail = read.choice("MAIL", "maildir", ("ses", "smtp", "maildir"))
    stripe = selling.stripe(read)
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
        edge_secrets=edge,
        sign_in_ceiling=read.number("SIGN_IN_CEILING", SIGN_INS_OF_ALL, 100, 1_000_000),
        log_format=read.choice("LOG_FORMAT", "json", ("json", "text")),
        seller=selling.seller(read, required=stripe is not None),
        networks=files.networks(read, "NETWORKS_FILE"),
        questionnaires=files.questionnaires(read, "QUESTIONNAIRE_FILE"),
        privacy_contact=read.text("PRIVACY_CONTACT", ""),
        honey=read.honey("HONEY"),
        vapid_key=push.vapid_key(read, "VAPID_PRIVATE_KEY", read.text("CONTACT", ""), read.text("PUBLIC_URL", "")),
        push_services=read.hosts("PUSH_SERVICES", push.PUSH_SERVICES),
        database_url=read.server("DATABASE_URL", POSTGRES) or "",
        database_replica_url=read.server("DATABASE_REPLICA_URL", POSTGRES, required=False),
        database_pool=read.number("DATABASE_POOL", 10, 1, 1000),
        database_statement_cache=read.number("DATABASE_STATEMENT_CACHE", 100, 0, 10_000),
        broker_url=broker or "",
        cache_url=cache or "",
        mail=mail,
        mail_sender=read.sender("MAIL_SENDER", required=mail in {"ses", "smtp"}),
        contact=read.contact("CONTACT"),
        mail_language=Language(read.choice("MAIL_LANGUAGE", Language.EN, tuple(Language))),
        mail_directory=read.folder("MAIL_DIRECTORY") if mail == "maildir" else "",
        mail_ses_region=read.region("MAIL_SES_REGION", required=mail == "ses"),
        sns_topics=read.topics("SNS_TOPICS"),
        mail_smtp_url=read.mail_server("MAIL_SMTP_URL", required=mail == "smtp"),
        photos=photos.read(read),
        erasure_directory=read.folder("ERASURE_DIRECTORY"),
        export_directory=read.folder("EXPORT_DIRECTORY"),
        stripe=stripe,
        shadow_policy=files.shadow_policy(read, "SHADOW_POLICY"),
    )
    if read.problems:
        raise SettingsRefused(read.problems)
    return settings
