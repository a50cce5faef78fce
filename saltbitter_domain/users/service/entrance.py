"""How somebody gets in, once it is clear that they may: with a password, and with a code or a passkey beside it."""

from datetime import datetime

import attrs

from saltbitter_domain.kernel import Clock, Ids, SessionId
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import EndReason, OneTimeToken, TokenPurpose, Tokens
from saltbitter_domain.users.model.devices import MAX_SESSIONS
from saltbitter_domain.users.model.second_factor import SecondFactor
from saltbitter_domain.users.policies import challenge_over, refuse_shut_out
from saltbitter_domain.users.ports import AccessTokens, Account, Credentials, NetworkPlaces, Secrets
from saltbitter_domain.users.service.devices import DeviceRegistry, Origin
from saltbitter_domain.users.service.links import discard_links
from saltbitter_domain.users.service.sessions import end_sessions, issue_tokens, start_session


@attrs.frozen
class Challenged:
    """A sign-in that waits for its second factor: the challenge, whose it is, and the factor, which is on."""

    challenge: OneTimeToken
    account: Account
    factor: SecondFactor


@attrs.frozen
class Entrance:
    clock: Clock
    ids: Ids
    secrets: Secrets
    access_tokens: AccessTokens
    places: NetworkPlaces

    async def challenged(self, uow: UnitOfWork, token_hash: str, now: datetime) -> Challenged:
        """The sign-in that waits under this challenge. Raises ``ChallengeOver``, ``AccountSuspended``,
        ``CredentialsRefused`` where the account is due to be erased."""
        challenge = await uow.one_time_tokens.get(token_hash)
        if challenge is None or not challenge.serves(TokenPurpose.SECOND_FACTOR, now):
            raise challenge_over()
        account = await uow.users.account(challenge.user_id, now)
        if account is None or account.factor is None or not account.factor.is_on:
            raise challenge_over()
        refuse_shut_out(account.user, now)
        return Challenged(challenge, account, account.factor)

    async def let_in(
        self, uow: UnitOfWork, account: Credentials, token: str, origin: Origin, used: OneTimeToken | None = None
    ) -> Tokens:
        """Begin a session that ``token`` refreshes, for whoever ``used`` a challenge if there was one, and commit."""
        now, session_id, user = self.clock.now(), SessionId(self.ids.new()), account.user
        registry = DeviceRegistry(ids=self.ids, secrets=self.secrets, places=self.places)
        device_token = await registry.meet(uow, user.id, account.devices, session_id, origin, now)
        # Saved even when nothing of it is new: whatever was decided on is as it was when the account was read, or this
        # is repeated; and a change of password at the same moment, which ends the sessions it finds, meets a later
        # version and is repeated, so that it finds this one too.
        await uow.users.save(user.back())
        await discard_links(uow, user, used)
        # Else whoever signs in all day has each later request read, and end, many thousands of sessions. The access
        # tokens of those that end are refused by whoever hears of it.
        await end_sessions(uow, account.sessions[MAX_SESSIONS - 1 :], EndReason.MADE_ROOM, now)
        session = await start_session(
            uow, user, session_id, label=origin.label, ip_prefix=origin.ip_prefix, refresh_token=token, now=now
        )
        await uow.commit()
        tokens = issue_tokens(self.access_tokens, user, session, token, now)
        return attrs.evolve(tokens, device_token=device_token)
