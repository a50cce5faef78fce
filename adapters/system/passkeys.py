"""Passkeys by py_webauthn (WebAuthn Level 3)."""

import ipaddress
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from saltbitter_domain.users.model import User
from saltbitter_domain.users.model.passkeys import CEREMONY_LIFETIME, CredentialJson, OptionsJson, Passkey, PublicKey
from saltbitter_domain.users.ports.passkeys import PasskeyCeremonies

SITE = "SaltBitter"
LONGEST_ID = 1_023
"""Bytes of a credential's id (WebAuthn Level 3, 4, "Credential ID")."""
LONGEST_KEY = 2_048
"""Bytes. An RSA key of 8,192 bits, beyond which nobody goes, has 1,040."""
_TIMEOUT_MS = int(CEREMONY_LIFETIME / timedelta(milliseconds=1))
_DEFAULT_PORTS = {"http": 80, "https": 443}

T = TypeVar("T")


class WebAuthnCeremonies(PasskeyCeremonies):
    """For the web client at ``public_url``: its host is the relying party's id, and no page of another origin is
    answered.

    No attestation is asked for, and none looked at: which make an authenticator is of is the member's own affair."""

    def __init__(self, public_url: str) -> None:
        address = urlsplit(public_url)
        self._rp_id = address.hostname or ""
        port = "" if address.port in (None, _DEFAULT_PORTS.get(address.scheme)) else f":{address.port}"
        self._origin = f"{address.scheme}://{self._rp_id}{port}"
        on_this_machine = self._rp_id == "localhost" or self._rp_id.endswith(".localhost")
        self._possible = _is_name(self._rp_id) and (address.scheme == "https" or on_this_machine)

    @property
    def possible(self) -> bool:
        return self._possible

    def creation_options(self, user: User, challenge: str, known: Sequence[Passkey]) -> OptionsJson:
        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name=SITE,
            user_id=user.id.bytes,
            user_name=user.email,
            challenge=base64url_to_bytes(challenge),
            timeout=_TIMEOUT_MS,
            exclude_credentials=_descriptors(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
        )
        return options_to_json_dict(options)

    def request_options(self, challenge: str, known: Sequence[Passkey]) -> OptionsJson:
        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id,
            challenge=base64url_to_bytes(challenge),
            timeout=_TIMEOUT_MS,
            allow_credentials=_descriptors(known),
            user_verification=UserVerificationRequirement.PREFERRED,
        )
        return options_to_json_dict(options)

    def challenge_of(self, credential: CredentialJson) -> str | None:
        def read() -> str:
            response: Any = credential["response"]
            client_data = parse_client_data_json(base64url_to_bytes(response["clientDataJSON"]))
            return bytes_to_base64url(client_data.challenge)

        return _unless_garbled(read)

    def registered(self, credential: CredentialJson, challenge: str) -> PublicKey | None:
        def verify() -> PublicKey | None:
            parsed = parse_registration_credential_json(dict(credential))
            attestation = parse_attestation_object(parsed.response.attestation_object)
            # Browsers leave out what was not asked for, but for a signature by the new key itself.
            by_itself = attestation.fmt == AttestationFormat.PACKED and not attestation.att_stmt.x5c
            if not (by_itself or attestation.fmt == AttestationFormat.NONE) or _framed(
                parsed.response.client_data_json
            ):
                return None
            verified = webauthn.verify_registration_response(
                credential=parsed,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
            )
            if len(verified.credential_public_key) > LONGEST_KEY or len(verified.credential_id) > LONGEST_ID:
                return None
            return PublicKey(
                credential_id=bytes_to_base64url(verified.credential_id),
                public_key=bytes_to_base64url(verified.credential_public_key),
                sign_count=verified.sign_count,
                transports=tuple(dict.fromkeys(each.value for each in parsed.response.transports or ())),
            )

        return _unless_garbled(verify)

    def signed(self, credential: CredentialJson, challenge: str, passkey: Passkey) -> int | None:
        def verify() -> int | None:
            parsed = parse_authentication_credential_json(dict(credential))
            handle = parsed.response.user_handle
            if parsed.id != passkey.credential_id or handle not in (None, b"", passkey.user_id.bytes):
                return None
            if _framed(parsed.response.client_data_json):
                return None
            verified = webauthn.verify_authentication_response(
                credential=parsed,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                # Counts are compared by the domain, for what is signed only: whoever has no key must not raise alarms.
                credential_current_sign_count=0,
            )
            return verified.new_sign_count

        return _unless_garbled(verify)


def _is_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host != ""
    return False


def _descriptors(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(passkey.credential_id),
            transports=[AuthenticatorTransport(each) for each in passkey.transports] or None,
        )
        for passkey in known
    ]


def _framed(client_data: bytes) -> bool:
    """Whether a page asked that lies within a page of another origin."""
    return bool(parse_client_data_json(client_data).cross_origin)


def _unless_garbled(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except Exception:  # noqa: BLE001  decoders of what anybody sends raise anything
        return None
