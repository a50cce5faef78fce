"""What every mode provides alike: the libraries on this machine, and what needs no other process."""

import hashlib
from datetime import timedelta

from dependency_injector import containers, providers

from adapters.local.faces import OpenCvFaces
from adapters.local.photos import PillowEditor
from adapters.local.places import GeonamesPlaces
from adapters.memory.matching import ReferenceEngine
from adapters.push.web_push import WebPush
from adapters.system.authenticator import TotpCodes
from adapters.system.emails import EmailValidatorAddresses
from adapters.system.ids import UuidV7Ids
from adapters.system.pace import SystemPace
from adapters.system.passkeys import WebAuthnCeremonies
from adapters.system.passwords import BcryptPasswords, ZxcvbnAdvisor
from adapters.system.secrets import SystemSecrets
from adapters.system.tokens import Hs256AccessTokens
from config.settings import Settings
from saltbitter_domain.kernel import Clock


def token_keys(settings: Settings) -> dict[str, bytes]:
    """The key that signs, then the other one that is accepted while keys change."""
    return keys_by_id(settings.token_key, settings.previous_token_key)


def password_peppers(settings: Settings) -> dict[str, bytes]:
    """The pepper of new hashes, then the one that older hashes may still need."""
    peppers = keys_by_id(settings.password_pepper, settings.previous_password_pepper)
    # Hashes made before peppers were named by what they are say "p1". They fit, and are renewed at a login, until the
    # pepper is changed for the first time.
    return peppers | {"p1": settings.password_pepper.encode()}


def second_factor_keys(settings: Settings) -> dict[str, bytes]:
    """The key that seals the secrets of second factors, then the one that older ones may still need."""
    return keys_by_id(settings.second_factor_key, settings.previous_second_factor_key)


def keys_by_id(current: str, previous: str | None = None) -> dict[str, bytes]:
    """Secrets by ids that they keep when they change places: what was made with one is found again under its id.

    An id is the beginning of the SHA-256, which tells nothing of a random secret."""
    secrets = [secret.encode() for secret in (current, previous) if secret]
    return {hashlib.sha256(secret).hexdigest()[:8]: secret for secret in secrets}


def common(settings: Settings, clock: providers.Provider[Clock]) -> containers.DynamicContainer:
    """A container of the ports that no mode provides differently; a mode adds the rest to it."""
    container = containers.DynamicContainer()
    container.settings = providers.Object(settings)
    container.clock = clock
    container.ids = providers.Singleton(UuidV7Ids, clock)
    container.secrets = providers.Singleton(SystemSecrets, key=settings.derivation_key.encode())
    container.codes = providers.Singleton(TotpCodes, second_factor_keys(settings))
    container.ceremonies = providers.Singleton(WebAuthnCeremonies, settings.public_url)
    container.addresses = providers.Singleton(EmailValidatorAddresses)
    container.hasher = providers.Singleton(BcryptPasswords, peppers=password_peppers(settings))
    container.pace = providers.Singleton(SystemPace)
    container.advisor = providers.Singleton(ZxcvbnAdvisor)
    container.access_tokens = providers.Singleton(
        Hs256AccessTokens, token_keys(settings), issuer=settings.public_url, audience="saltbitter-api", clock=clock
    )
    container.network_places = providers.Object(settings.networks)
    container.photo_editor = providers.Singleton(PillowEditor)
    container.faces = providers.Singleton(OpenCvFaces)
    container.moderator = providers.Object(None)
    container.places = providers.Singleton(GeonamesPlaces)
    container.match_engine = providers.Singleton(ReferenceEngine)
    container.crowd_holds = providers.Object(timedelta(0))
    container.delivery_reports = providers.Object(None)
    container.push = (
        providers.Singleton(WebPush, clock, settings.vapid_key) if settings.vapid_key else providers.Object(None)
    )
    container.payment_records = providers.Object(None)
    container.payment_gateway = providers.Object(None)
    return container
