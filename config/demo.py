"""The embedded mode: everything in the memory of one process, and nothing kept when it ends. Payments are those of
production, at a small Stripe in the same process."""

import secrets

from dependency_injector import containers, providers

from adapters.local.gallery import PortraitGallery
from adapters.memory.doorbell import Doorbell
from adapters.memory.erasures import MemoryErasureLedger
from adapters.memory.exports import MemoryArchives
from adapters.memory.mailer import MemoryMailer
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.photo_checks import MemoryModerator
from adapters.memory.photo_store import MemoryPhotoStore
from adapters.memory.revocations import MemoryRevocations
from adapters.memory.search import MemoryProfileSearch
from adapters.memory.store import MemoryStore
from adapters.memory.traffic import MemoryIdempotency, MemoryRateLimits
from adapters.memory.transparency import MemoryMatchingReports, MemoryMatchingRuns
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.push.web_push import VapidKey
from adapters.stripe.double.server import StripeDouble
from adapters.stripe.gateway import StripeGateway
from adapters.stripe.records import StripeRecords
from adapters.system.clock import MovableClock
from config.common import common
from config.settings import Settings
from saltbitter_domain.ledger.model import Seller


def settings(host: str, port: int) -> Settings:
    """Settings of a demo: made on the spot, with secrets that die with the process.

    Its address has the name of this machine and not a number, for which browsers have no passkeys."""
    name = "localhost" if host == "127.0.0.1" else host
    return Settings(
        public_url=f"http://{name}:{port}",
        token_key=secrets.token_urlsafe(48),
        password_pepper=secrets.token_urlsafe(48),
        media_key=secrets.token_urlsafe(48),
        derivation_key=secrets.token_urlsafe(48),
        second_factor_key=secrets.token_urlsafe(48),
        host=host,
        port=port,
        log_format="text",
        vapid_key=VapidKey.generated("mailto:demo@saltbitter.example"),
        seller=Seller("SaltBitter (demonstration)", ("1 Example Street", "London N1 1AA"), "GB 000 0000 00"),
    )


def adapters(settings: Settings) -> containers.DynamicContainer:
    """Every port, provided in memory or by what is on this machine."""
    container = common(settings, providers.Singleton(MovableClock))
    clock, ids = container.clock, container.ids
    container.doorbell = providers.Singleton(Doorbell)
    container.store = store = providers.Singleton(MemoryStore)
    container.begin = providers.Singleton(MemoryUnitsOfWork, store, clock, ids, doorbell=container.doorbell)
    container.outbox = providers.Singleton(MemoryOutbox, store)
    container.matching_reports = providers.Singleton(MemoryMatchingReports, store)
    container.matching_runs = providers.Singleton(MemoryMatchingRuns)
    container.profile_search = providers.Singleton(MemoryProfileSearch, store, clock)
    container.revocations = providers.Singleton(MemoryRevocations, clock)
    container.rate_limits = providers.Singleton(MemoryRateLimits, clock)
    container.idempotency = providers.Singleton(MemoryIdempotency, clock)
    container.mailer = providers.Singleton(MemoryMailer, clock)
    container.erasure_ledger = providers.Singleton(MemoryErasureLedger)
    container.archives = providers.Singleton(MemoryArchives, clock)
    container.stripe = stripe = providers.Singleton(
        StripeDouble, clock, portal_page=f"{settings.public_url}/demo/portal"
    )
    del container.payment_gateway, container.payment_records  # They come after what they ask, which is opened first.
    container.payment_gateway = providers.Singleton(StripeGateway, stripe.provided.account)
    container.payment_records = providers.Singleton(StripeRecords, stripe.provided.account, clock)
    container.portraits = providers.Singleton(PortraitGallery)
    container.moderator = providers.Singleton(MemoryModerator)
    container.photo_store = providers.Singleton(
        MemoryPhotoStore, clock, secret=settings.media_key.encode(), lazy=container.portraits.provided.draw
    )
    return container
