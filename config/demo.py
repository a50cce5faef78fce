"""The embedded mode: everything in the memory of one process, and nothing kept when it ends."""

import secrets

from dependency_injector import containers, providers

from adapters.local.faces import OpenCvFaces
from adapters.local.gallery import PortraitGallery
from adapters.local.photos import PillowEditor
from adapters.local.places import GeonamesPlaces
from adapters.memory.doorbell import Doorbell
from adapters.memory.mailer import MemoryMailer
from adapters.memory.matching import ReferenceEngine
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.photo_checks import MemoryModerator
from adapters.memory.photo_store import MemoryPhotoStore
from adapters.memory.revocations import MemoryRevocations
from adapters.memory.store import MemoryStore
from adapters.memory.traffic import MemoryIdempotency, MemoryRateLimits
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import MovableClock
from adapters.system.emails import EmailValidatorAddresses
from adapters.system.ids import UuidV7Ids
from adapters.system.passwords import BcryptPasswords, ZxcvbnAdvisor
from adapters.system.secrets import SystemSecrets
from adapters.system.tokens import Hs256AccessTokens
from config.settings import Settings


def settings(host: str, port: int) -> Settings:
    """Settings of a demo: made on the spot, with secrets that die with the process."""
    return Settings(
        public_url=f"http://{host}:{port}",
        token_key=secrets.token_urlsafe(48),
        password_pepper=secrets.token_urlsafe(48),
        media_key=secrets.token_urlsafe(48),
        derivation_key=secrets.token_urlsafe(48),
        host=host,
        port=port,
        log_format="text",
    )


def token_keys(settings: Settings) -> dict[str, bytes]:
    """The key that signs, then the one that is still accepted while keys change."""
    keys = {"current": settings.token_key.encode()}
    if settings.previous_token_key:
        keys["previous"] = settings.previous_token_key.encode()
    return keys


class Adapters(containers.DeclarativeContainer):
    """Every port, provided in memory or by what is on this machine."""

    settings = providers.Dependency(instance_of=Settings)

    clock = providers.Singleton(MovableClock)
    ids = providers.Singleton(UuidV7Ids, clock=clock)
    secrets = providers.Singleton(SystemSecrets, key=settings.provided.derivation_key.encode.call())
    addresses = providers.Singleton(EmailValidatorAddresses)
    hasher = providers.Singleton(
        BcryptPasswords, peppers=providers.Dict({"p1": settings.provided.password_pepper.encode.call()})
    )
    advisor = providers.Singleton(ZxcvbnAdvisor)
    access_tokens = providers.Singleton(
        Hs256AccessTokens,
        keys=providers.Callable(token_keys, settings),
        issuer=settings.provided.public_url,
        audience="saltbitter-api",
        clock=clock,
    )
    revocations = providers.Singleton(MemoryRevocations, clock=clock)

    doorbell = providers.Singleton(Doorbell)
    store = providers.Singleton(MemoryStore)
    begin = providers.Singleton(MemoryUnitsOfWork, store=store, clock=clock, ids=ids, doorbell=doorbell)
    outbox = providers.Singleton(MemoryOutbox, store=store)

    mailer = providers.Singleton(MemoryMailer, clock=clock)
    portraits = providers.Singleton(PortraitGallery)
    photo_store = providers.Singleton(
        MemoryPhotoStore,
        clock=clock,
        secret=settings.provided.media_key.encode.call(),
        lazy=portraits.provided.draw,
    )
    photo_editor = providers.Singleton(PillowEditor)
    faces = providers.Singleton(OpenCvFaces)
    moderator = providers.Singleton(MemoryModerator)
    places = providers.Singleton(GeonamesPlaces)
    match_engine = providers.Singleton(ReferenceEngine)

    rate_limits = providers.Singleton(MemoryRateLimits, clock=clock)
    idempotency = providers.Singleton(MemoryIdempotency, clock=clock)


def adapters(settings: Settings) -> Adapters:
    """The adapters of this mode."""
    return Adapters(settings=settings)
