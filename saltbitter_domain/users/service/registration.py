"""Who may open an account, and how one is stored."""

from datetime import UTC, datetime

import attrs

from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import ConsentOutdated, ConsentRecord, Purpose
from saltbitter_domain.consent.policies import next_record
from saltbitter_domain.kernel import ConsentRecordId, FieldProblem, Ids, Language
from saltbitter_domain.traffic import RateLimits
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import (
    UNDER_AGE_REMEMBERED_FOR,
    AccountStatus,
    EmailTaken,
    Registered,
    RegistrationBarred,
    User,
)
from saltbitter_domain.users.model.devices import SIGN_UPS_OF_DEVICE, SIGN_UPS_PER, DeviceShown, SignUpsOnDevice
from saltbitter_domain.users.policies import barred_mark, hash_token
from saltbitter_domain.users.ports import Secrets

_UNDER_AGE = "under_age"
"""The purpose under which marks are signed."""


@attrs.frozen
class SignUpLimit:
    """How many accounts are opened on one device: ``SIGN_UPS_OF_DEVICE`` in ``SIGN_UPS_PER``.

    Whoever throws away what the device is known by is held back by the limit of their address alone."""

    limits: RateLimits

    async def hold(self, device: str) -> None:
        """Count one, whether or not the address it is for has an account. Raises ``SignUpsOnDevice``."""
        wait = await self.limits.hit("sign_up", hash_token(device), SIGN_UPS_OF_DEVICE, SIGN_UPS_PER)
        if wait is not None:
            raise SignUpsOnDevice(
                f"{SIGN_UPS_OF_DEVICE} accounts were opened on this device within a day. Another can be opened here "
                "later; whoever has an account can sign in.",
                retry_after=wait,
            )


def under_age_mark(secrets: Secrets, now: datetime) -> str:
    """What a device keeps on which somebody gave a date of birth of a minor: until when, and our signature, no more.

    It says nothing of the person, and we keep nothing."""
    until = int((now + UNDER_AGE_REMEMBERED_FOR).timestamp())
    return f"{until}.{secrets.derived(_UNDER_AGE, str(until))}"


def refuse_marked(secrets: Secrets, mark: str | None, now: datetime) -> None:
    """Raise ``RegistrationBarred`` while a mark of ours holds. One that is not ours is like none."""
    until, _, signature = (mark or "").partition(".")
    if not (until.isascii() and until.isdigit() and len(until) <= 11 and mark):
        return
    if secrets.derived(_UNDER_AGE, until) == signature and now.timestamp() < int(until):
        raise RegistrationBarred(
            "Somebody under 18 wanted to join on this device, and SaltBitter is for adults. If you are an adult and "
            f"mistyped, try again after {datetime.fromtimestamp(int(until), UTC):%Y-%m-%d %H:%M} UTC, or write to us."
        )


async def refuse_device_of_suspended(
    uow: UnitOfWork, secrets: Secrets, device_token: str | None, now: datetime
) -> None:
    """Raise ``RegistrationBarred`` on a device that is known as one of a suspended member, who would otherwise be back
    at once under another address; also for a while once they were erased. Only who holds the device can show its token,
    so nobody bars anybody else."""
    if not device_token:
        return
    token_hash = hash_token(device_token)
    device, barred = await uow.together(
        uow.devices.by_token(token_hash), uow.bars.hold(barred_mark(secrets, token_hash), now)
    )
    owner = await uow.users.get(device.user_id) if device else None
    if barred or (owner is not None and owner.status is AccountStatus.SUSPENDED):
        raise RegistrationBarred(
            "An account that was used on this device is suspended. Nobody opens another here meanwhile; appeal with "
            "the link in the mail about it, or write to us."
        )


def refuse_outdated_texts(terms_version: str, privacy_policy_version: str) -> None:
    """Raise ``ConsentOutdated`` unless both texts are those in force."""
    seen = {
        "terms_version": (terms_version, Purpose.TERMS),
        "privacy_policy_version": (privacy_policy_version, Purpose.PRIVACY_POLICY),
    }
    outdated = tuple(
        FieldProblem(path, "outdated", f"The text in force is version {TEXTS[purpose].version}.")
        for path, (version, purpose) in seen.items()
        if version != TEXTS[purpose].version
    )
    if outdated:
        raise ConsentOutdated("The texts have changed since you read them. Please read them again.", fields=outdated)


async def add_account(
    uow: UnitOfWork,
    ids: Ids,
    user: User,
    texts: dict[Purpose, str],
    language: Language | None,
    device_token: str | None,
) -> None:
    """Store the account with consent to these versions of texts, which were read in this language, None where nobody
    says, and tell of the device that was shown. ``EmailTaken`` when its address is another's."""
    if await uow.users.holder(user.email, user.created_at) is not None:
        raise EmailTaken("Another account has this address, or can have it back.")
    await uow.users.add(user)
    chain: list[ConsentRecord] = []
    for purpose, version in texts.items():
        chain.append(
            next_record(
                chain[-1] if chain else None,
                id=ConsentRecordId(ids.new()),
                user_id=user.id,
                purpose=purpose,
                granted=True,
                text_version=version,
                language=language,
                channel="registration",
                at=user.created_at,
            )
        )
    await uow.consents.append(*chain)
    uow.emit(Registered(user.id))
    if device_token:
        uow.emit(DeviceShown(user.id, hash_token(device_token)))
