"""Adding and removing passkeys, and signing in with one in place of a code."""

import attrs

from saltbitter_domain.kernel import Clock, FieldProblem, Ids, PasskeyId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying
from saltbitter_domain.users.model import OneTimeToken, TokenPurpose, Tokens
from saltbitter_domain.users.model.devices import AlertKind, SignInNoticed
from saltbitter_domain.users.model.passkeys import (
    CEREMONY_LIFETIME,
    MAX_PASSKEYS,
    CredentialJson,
    OptionsJson,
    Passkey,
    PasskeyAdded,
    PasskeyMissing,
    PasskeyRefused,
    PasskeyRemoved,
    PasskeysFull,
    PasskeysImpossible,
    PasskeysMissing,
    PublicKey,
)
from saltbitter_domain.users.policies import device_label, hash_token, ip_prefix, passkey_name, refuse_paused
from saltbitter_domain.users.ports import (
    Access,
    AccessTokens,
    Account,
    AuthenticatorCodes,
    NetworkPlaces,
    PasswordHasher,
    Secrets,
)
from saltbitter_domain.users.ports.passkeys import PasskeyCeremonies
from saltbitter_domain.users.service.devices import Origin
from saltbitter_domain.users.service.entrance import Entrance
from saltbitter_domain.users.service.proof import PasswordProof, factor_on, own_account, prove_code, save_unchanged

_SIGN_IN = "passkey"
"""The purpose under which what a passkey is to sign is derived from the token of the sign-in's challenge: so it is
bound to that sign-in, known to nobody else, and good for as long as the challenge is."""
_AS_THEY_WERE = "Your passkeys are as they were."


class PasskeyService:
    """Whoever has a second factor may have passkeys beside the app. A change of them needs the password and a code."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        ids: Ids,
        hasher: PasswordHasher,
        secrets: Secrets,
        codes: AuthenticatorCodes,
        ceremonies: PasskeyCeremonies,
        access_tokens: AccessTokens,
        places: NetworkPlaces,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._secrets = secrets
        self._codes = codes
        self._ceremonies = ceremonies
        self._passwords = PasswordProof(begin, clock, hasher, secrets)
        self._entrance = Entrance(clock, ids, secrets, access_tokens, places)

    async def of(self, access: Access) -> tuple[Passkey, ...]:
        """The member's passkeys, the oldest first."""
        async with self._begin() as uow:
            return tuple(await uow.passkeys.of(access.user_id))

    async def creation_options(self, access: Access, password: str, code: str) -> OptionsJson:
        """What the browser is to ask an authenticator for, for ``add`` to get the answer, once, within
        ``CEREMONY_LIFETIME``.

        Raises ``PasswordRefused``, ``CodeRefused``, ``CodesPaused``, ``SecondFactorOff``, ``PasskeysFull``,
        ``PasskeysImpossible``, ``SessionOver``."""
        self._refuse_impossible()

        async def ask(uow: UnitOfWork, account: Account) -> OptionsJson:
            now, challenge = self._clock.now(), self._secrets.token()
            factor = factor_on(account)
            _refuse_full(account)
            await uow.second_factors.save(await prove_code(uow, self._codes, factor, code, now))
            await save_unchanged(uow, access, account)
            await uow.one_time_tokens.discard(access.user_id, TokenPurpose.ADD_PASSKEY)
            await uow.one_time_tokens.add(
                OneTimeToken(
                    hash_token(challenge), access.user_id, TokenPurpose.ADD_PASSKEY, now, now + CEREMONY_LIFETIME
                )
            )
            return self._ceremonies.creation_options(account.user, challenge, account.passkeys)

        return await self._passwords.proven(access, password, _AS_THEY_WERE, ask)

    async def add(self, access: Access, name: str, credential: CredentialJson) -> Passkey:
        """Keep the passkey that an authenticator made; the member is mailed. ``name`` is how they will know it.

        Raises ``PasskeyRefused``, ``PasskeyTaken``, ``PasskeysFull``, ``SecondFactorOff``, ``SessionOver``."""
        challenge = self._ceremonies.challenge_of(credential)
        key = self._ceremonies.registered(credential, challenge) if challenge else None
        if challenge is None or key is None:
            raise _refused("This passkey could not be added: what the browser gave does not prove that it is yours.")
        return await retrying(lambda: self._add(access, passkey_name(name), key, hash_token(challenge)))

    async def _add(self, access: Access, name: str, key: PublicKey, challenge_hash: str) -> Passkey:
        now = self._clock.now()
        async with self._begin() as uow:
            asked, account = await uow.together(uow.one_time_tokens.get(challenge_hash), own_account(uow, access, now))
            factor_on(account)
            if asked is None or asked.user_id != access.user_id or not asked.serves(TokenPurpose.ADD_PASSKEY, now):
                raise _refused("This was asked for too long ago, or answered before. Add the passkey anew.")
            _refuse_full(account)
            passkey = Passkey(
                id=PasskeyId(self._ids.new()),
                user_id=access.user_id,
                name=name,
                credential_id=key.credential_id,
                public_key=key.public_key,
                sign_count=key.sign_count,
                transports=key.transports,
                created_at=now,
            )
            await uow.passkeys.add(passkey)
            await uow.one_time_tokens.save(attrs.evolve(asked, used_at=now))
            # Whoever removes the second factor at the same moment, or adds another, meets a later version.
            await save_unchanged(uow, access, account)
            uow.emit(PasskeyAdded(access.user_id))
            await uow.commit()
        return passkey

    async def remove(self, access: Access, passkey_id: PasskeyId, password: str, code: str) -> None:
        """Have a passkey open nothing any more; the member is mailed.

        Raises ``PasswordRefused``, ``PasskeyMissing``, also when it is someone else's; ``CodeRefused``,
        ``CodesPaused``, ``SecondFactorOff``, ``SessionOver``."""

        async def remove(uow: UnitOfWork, account: Account) -> None:
            if passkey_id not in {passkey.id for passkey in account.passkeys}:
                raise PasskeyMissing("You have no such passkey.")
            factor = factor_on(account)
            await uow.second_factors.save(await prove_code(uow, self._codes, factor, code, self._clock.now()))
            await uow.passkeys.remove(passkey_id)
            await save_unchanged(uow, access, account)
            uow.emit(PasskeyRemoved(access.user_id))

        await self._passwords.proven(access, password, _AS_THEY_WERE, remove)

    async def request_options(self, challenge_token: str) -> OptionsJson:
        """What the browser is to ask an authenticator for, to be answered to ``answer_challenge``.

        Raises ``ChallengeOver``, ``PasskeysMissing``, ``PasskeysImpossible``, ``AccountSuspended``."""
        self._refuse_impossible()
        async with self._begin() as uow:
            waiting = await self._entrance.challenged(uow, hash_token(challenge_token), self._clock.now())
        known = _passkeys_of(waiting.account)
        return self._ceremonies.request_options(self._to_sign(challenge_token), known)

    async def answer_challenge(
        self, *, challenge_token: str, credential: CredentialJson, label: str, ip: str, device_token: str | None = None
    ) -> Tokens:
        """Open a session with a passkey, after ``login`` asked for a second factor: as with a code of the app.

        Wrong answers count as wrong codes do. Of an authenticator that may have been copied the member is warned.
        Raises ``PasskeyRefused``, after which the challenge can be answered again; ``CodesPaused``; ``ChallengeOver``;
        ``PasskeysMissing``; ``AccountSuspended``."""
        origin = Origin(device_label(label), ip_prefix(ip), device_token)
        return await retrying(lambda: self._answer_challenge(challenge_token, credential, origin))

    async def _answer_challenge(self, challenge_token: str, credential: CredentialJson, origin: Origin) -> Tokens:
        now = self._clock.now()
        async with self._begin() as uow:
            waiting = await self._entrance.challenged(uow, hash_token(challenge_token), now)
            passkeys = _passkeys_of(waiting.account)
            refuse_paused(waiting.factor, now)
            passkey = next((each for each in passkeys if each.credential_id == credential.get("id")), None)
            to_sign = self._to_sign(challenge_token)
            count = self._ceremonies.signed(credential, to_sign, passkey) if passkey else None
            if passkey is None or count is None or passkey.copied(count):
                await uow.second_factors.save(waiting.factor.failed(now))
                # Where the same answer opened a session just now, the challenge has changed: then nothing is held
                # against the member, whose passkey seems to have signed no more often than before.
                await uow.one_time_tokens.save(waiting.challenge)
                if count is not None:
                    uow.emit(SignInNoticed(waiting.account.user.id, AlertKind.PASSKEY_COPIED, now))
                await uow.commit()
                raise _refused("This passkey was not accepted. Try again, or give a code of your app.")
            await uow.second_factors.save(waiting.factor.passed())
            await uow.passkeys.save(passkey.used(count, now))
            await uow.one_time_tokens.save(attrs.evolve(waiting.challenge, used_at=now))
            token = self._secrets.token()
            return await self._entrance.let_in(uow, waiting.account, token, origin, waiting.challenge)

    def _to_sign(self, challenge_token: str) -> str:
        return self._secrets.derived(_SIGN_IN, challenge_token)

    def _refuse_impossible(self) -> None:
        if not self._ceremonies.possible:
            raise PasskeysImpossible(
                "Browsers have passkeys for a site with a name, over HTTPS, and this one has no such address. "
                "Use the codes of your app."
            )


def _passkeys_of(account: Account) -> tuple[Passkey, ...]:
    if not account.passkeys:
        raise PasskeysMissing("You have no passkey yet. Give a code of your app, or a recovery code.")
    return account.passkeys


def _refuse_full(account: Account) -> None:
    if len(account.passkeys) >= MAX_PASSKEYS:
        raise PasskeysFull(f"You have {MAX_PASSKEYS} passkeys, which is all there can be. Remove one first.")


def _refused(detail: str) -> PasskeyRefused:
    return PasskeyRefused(detail, fields=(FieldProblem("credential", "wrong", "Ask the authenticator once more."),))
