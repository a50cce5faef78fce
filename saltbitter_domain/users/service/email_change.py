"""Changing the address of an account, and taking that back."""

import functools
from datetime import datetime
from uuid import UUID

import attrs

from saltbitter_domain.kernel import Clock, FieldProblem, Ids, SessionId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, as_read, retrying
from saltbitter_domain.users.model import (
    KEPT_ADDRESS_LIFETIME,
    ONE_TIME_TOKEN_LIFETIME,
    EmailChangeAnnounced,
    EmailChangedRecently,
    EmailChangeRequested,
    EmailRefused,
    EmailTaken,
    EmailVerified,
    EndReason,
    OneTimeToken,
    RegistrationRepeated,
    ResetRequested,
    TokenPurpose,
    User,
)
from saltbitter_domain.users.model.passkeys import PasskeyRemoved
from saltbitter_domain.users.model.second_factor import SecondFactorRemoved
from saltbitter_domain.users.policies import hash_token
from saltbitter_domain.users.ports import (
    Access,
    Account,
    AuthenticatorCodes,
    EmailAddresses,
    PasswordHasher,
    Revocations,
    Secrets,
)
from saltbitter_domain.users.service.links import token_refused, usable
from saltbitter_domain.users.service.proof import PasswordProof, prove_second_factor, save_unchanged
from saltbitter_domain.users.service.sessions import end_sessions, revoke_here


class EmailChangeService:
    """Nothing changes until a link is followed that only the new address was sent. The old one is told, and can stop
    the change, before it is made and for a week after, so that a stolen password costs nobody their account.

    During that week nobody else gets the old address, and no second change is made on top of the first.
    """

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        ids: Ids,
        addresses: EmailAddresses,
        hasher: PasswordHasher,
        secrets: Secrets,
        codes: AuthenticatorCodes,
        revocations: Revocations,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._addresses = addresses
        self._hasher = hasher
        self._passwords = PasswordProof(begin, clock, hasher, secrets)
        self._secrets = secrets
        self._codes = codes
        self._revocations = revocations

    async def request(self, access: Access, *, email: str, password: str, code: str | None) -> None:
        """Have a link mailed to ``email`` and a notice to the present address, if that was ever verified.

        ``code`` is needed where a second factor is on. For an address that has an account the answer is the same; its
        owner is told instead. Raises ``EmailRefused`` when it is not an address or is the present one,
        ``PasswordRefused``, ``CodeRefused``, ``CodesPaused``, ``EmailChangedRecently``, ``SessionOver``."""
        address = self._addresses.normalise(email)
        if address is None:
            raise _refused("not_an_address", "Give an e-mail address you can read.")
        request = functools.partial(self._request, access, address, code)
        await self._passwords.proven(access, password, "Your address is as it was.", request)

    async def _request(self, access: Access, address: str, code: str | None, uow: UnitOfWork, account: Account) -> None:
        now, change_id, user = self._clock.now(), self._ids.new(), account.user
        kept, holder = await uow.together(
            uow.one_time_tokens.unused(user.id, TokenPurpose.KEEP_EMAIL, now), uow.users.holder(address, now)
        )
        refusal = "Changing your address needs a code of your second factor too."
        await prove_second_factor(uow, self._codes, account, code, refusal, now)
        if address == user.email:
            raise _refused("unchanged", "This is the address you have.")
        if any(token.email != user.email for token in kept):
            raise EmailChangedRecently(
                "Your address was changed less than a week ago, and can be taken back from the one before as long. "
                "Change it again when that week is over."
            )
        await uow.one_time_tokens.discard(user.id, TokenPurpose.CHANGE_EMAIL, TokenPurpose.KEEP_EMAIL)
        token = self._secrets.derived(TokenPurpose.CHANGE_EMAIL, str(change_id))
        await uow.one_time_tokens.add(
            OneTimeToken(
                hash_token(token), user.id, TokenPurpose.CHANGE_EMAIL, now, now + ONE_TIME_TOKEN_LIFETIME,
                email=address,
            )
        )  # fmt: skip
        if holder is None or holder == user.id:
            uow.emit(EmailChangeRequested(user.id, change_id))
        else:
            uow.emit(RegistrationRepeated(holder))
        if user.email_verified_at is not None:
            await self._keep(uow, user, change_id)
        await save_unchanged(uow, access, account)

    async def _keep(self, uow: UnitOfWork, user: User, change_id: UUID) -> None:
        """Let whoever reads the present address keep it. One that was never verified may be a stranger's by a slip."""
        now, token = self._clock.now(), self._secrets.derived(TokenPurpose.KEEP_EMAIL, str(change_id))
        await uow.one_time_tokens.add(
            OneTimeToken(
                hash_token(token), user.id, TokenPurpose.KEEP_EMAIL, now, now + KEPT_ADDRESS_LIFETIME,
                email=user.email,
            )
        )  # fmt: skip
        uow.emit(EmailChangeAnnounced(user.id, change_id))

    async def confirm(self, token: str) -> None:
        """Make the address the account's that this token was mailed to. It counts as verified, links mailed to the one
        before die, and sessions go on, since what opened them is as it was.

        Raises ``TokenRefused``, also when the address has got another account meanwhile."""
        try:
            await retrying(functools.partial(self._confirm, hash_token(token)))
        except EmailTaken:
            raise token_refused() from None

    async def _confirm(self, token_hash: str) -> None:
        now = self._clock.now()
        async with self._begin() as uow:
            token = await usable(uow, token_hash, TokenPurpose.CHANGE_EMAIL, now)
            if token.email is None:
                raise token_refused()
            user, holder = await uow.together(uow.users.get(token.user_id), uow.users.holder(token.email, now))
            if user is None or holder not in {None, user.id}:
                raise token_refused()
            await uow.one_time_tokens.save(attrs.evolve(token, used_at=now))
            outdated = (TokenPurpose.VERIFY_EMAIL, TokenPurpose.RESET_PASSWORD)
            await uow.one_time_tokens.discard(user.id, *outdated, but=token)
            if user.email_verified_at is None:
                uow.emit(EmailVerified(user.id))
            await uow.users.save(attrs.evolve(user, email=token.email, email_verified_at=now))
            await uow.commit()

    async def stop(self, token: str) -> None:
        """Keep, or take back, the address that this token was mailed to.

        Whoever asked for the change knew the password, so that it is good no more: every session ends, every link
        dies, and one to choose a new password is mailed to the address that was kept. A second factor and passkeys
        that were added less than ``KEPT_ADDRESS_LIFETIME`` before the change was asked for, or later, go too, since
        they would keep the member out. Raises ``TokenRefused``."""
        token_hash = hash_token(token)
        found = await self._kept(token_hash)
        unknown_to_all = await self._hasher.hash(self._secrets.token())
        ended = await as_read(found, lambda: self._kept(token_hash), functools.partial(self._stop, unknown_to_all))
        await revoke_here(self._revocations, ended, self._clock.now())

    async def _kept(self, token_hash: str) -> tuple[OneTimeToken, Account]:
        """The token that this is, and the account with the address that it keeps. Raises ``TokenRefused``."""
        now = self._clock.now()
        async with self._begin() as uow:
            token = await usable(uow, token_hash, TokenPurpose.KEEP_EMAIL, now)
            account = await uow.users.account(token.user_id, now)
        if account is None or token.email is None:
            raise token_refused()
        return token, attrs.evolve(account, user=attrs.evolve(account.user, email=token.email))

    async def _stop(self, password_hash: str, found: tuple[OneTimeToken, Account]) -> tuple[SessionId, ...]:
        now, (token, account) = self._clock.now(), found
        async with self._begin() as uow:
            await uow.one_time_tokens.save(attrs.evolve(token, used_at=now))
            await uow.one_time_tokens.discard(token.user_id, *TokenPurpose, but=token)
            await uow.devices.remove_all(token.user_id)
            await _remove_factors(uow, account, token.created_at - KEPT_ADDRESS_LIFETIME)
            await uow.users.save(attrs.evolve(account.user, password_hash=password_hash))
            ended = await end_sessions(uow, account.sessions, EndReason.EMAIL_CHANGE_STOPPED, now)
            uow.emit(ResetRequested(token.user_id))
            await uow.commit()
        return ended


async def _remove_factors(uow: UnitOfWork, account: Account, since: datetime) -> None:
    """Remove the second factor with its passkeys if it was turned on since then, or else the passkeys added since."""
    factor = account.factor
    if factor is not None and factor.confirmed_at is not None and factor.confirmed_at > since:
        await uow.second_factors.remove(factor)
        await uow.passkeys.remove_all(account.user.id)
        uow.emit(SecondFactorRemoved(account.user.id))
        return
    for passkey in account.passkeys:
        if passkey.created_at > since:
            await uow.passkeys.remove(passkey.id)
            uow.emit(PasskeyRemoved(account.user.id))


def _refused(code: str, message: str) -> EmailRefused:
    return EmailRefused("Your address is as it was.", fields=(FieldProblem("email", code, message),))
