"""Mail to members about their accounts, sent when the facts it tells of have been stored."""

import attrs

from saltbitter_domain.kernel import Clock, EventId, UserId
from saltbitter_domain.profiles.model import PhotoReviewed
from saltbitter_domain.register import Register
from saltbitter_domain.reviews.model import ReviewAnswered
from saltbitter_domain.traffic import RateLimits
from saltbitter_domain.uow import UnitsOfWork, retrying
from saltbitter_domain.users.model import (
    ONE_TIME_TOKEN_LIFETIME,
    EmailChangeAnnounced,
    EmailChangeRequested,
    EndReason,
    ErasureRequested,
    MailTemplate,
    OneTimeToken,
    PasswordChanged,
    Registered,
    RegistrationRepeated,
    ResetRequested,
    Restored,
    SessionsEnded,
    Suspended,
    TokenPurpose,
    User,
    VerificationRequested,
)
from saltbitter_domain.users.model.devices import SignInNoticed
from saltbitter_domain.users.model.passkeys import PasskeyAdded, PasskeyRemoved
from saltbitter_domain.users.model.second_factor import (
    RecoveryCodeUsed,
    SecondFactorAdded,
    SecondFactorRemoved,
    SecondFactorRemovedByStaff,
)
from saltbitter_domain.users.policies import hash_token, kept_facts, mailbox_of
from saltbitter_domain.users.ports import Mail, Mailer, NetworkPlaces, Secrets

MAILS_OF_A_KIND, MAILS_PER = 5, ONE_TIME_TOKEN_LIFETIME
"""How many mails of a kind reach an address, and in what time: as long as a link lasts, so that whoever asks for links
to somebody's address never keeps them from having one that is good. Product rule."""

_EVERY = {
    MailTemplate.SUSPENDED,
    MailTemplate.SUSPENDED_UNDER_AGE,
    MailTemplate.RESTORED,
    MailTemplate.SECOND_FACTOR_REMOVED_BY_STAFF,
    MailTemplate.PHOTO_VISIBLE,
    MailTemplate.PHOTO_APPROVED,
    MailTemplate.PHOTO_REFUSED,
    MailTemplate.REVIEW_ANSWERED,
    MailTemplate.EMAIL_CHANGE_ASKED,
}
"""Mails that are sent every time: what a person of ours decided, and the link that keeps an address, which is another
for each change that is asked for."""


@attrs.frozen
class MailLimit:
    """Holds what anybody can have mailed, by an address alone or by an account opened with it, to ``MAILS_OF_A_KIND``.

    An address that was proven is counted by itself: nobody uses up what its member may need. Any other is counted with
    all that seem to lead to the same mailbox, dots or none, as its reader may know nothing of us."""

    limits: RateLimits
    secrets: Secrets

    async def reached(self, email: str, template: MailTemplate, proven: bool) -> bool:
        """Count one, unless there were as many as there may be; whether there were."""
        to = email if proven else f"any {mailbox_of(email).replace('.', '')}"
        key = self.secrets.derived("mailed", f"{template} {to}")
        return await self.limits.hit("mail", key, MAILS_OF_A_KIND, MAILS_PER) is not None


class AccountMail:
    """Listeners, each of which may be called again with the same message: the mail is then the same, and sent once.

    A one-time token is derived from the id of the message that asks for it. So it is in no event and no table, and a
    repeated delivery mails the link that is already known. Links begin with ``public_url``, never with what a request
    says of its host.
    """

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        secrets: Secrets,
        mailer: Mailer,
        limits: RateLimits,
        register: Register,
        places: NetworkPlaces,
        public_url: str,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._secrets = secrets
        self._mailer = mailer
        self._limit = MailLimit(limits, secrets)
        self._register = register
        self._places = places
        self._public_url = public_url.rstrip("/")

    async def send_verification(self, message: EventId, event: Registered | VerificationRequested) -> None:
        """Mail the link that verifies the address (``verify_email``), unless it is verified."""

        async def send() -> None:
            user = await self._user(event.user_id)
            if user is not None and user.email_verified_at is None:
                await self._send_token(message, user, TokenPurpose.VERIFY_EMAIL, MailTemplate.VERIFY_EMAIL, "verify")

        await retrying(send)

    async def send_reset(self, message: EventId, event: ResetRequested) -> None:
        """Mail the link that lets the member choose a new password (``reset_password``)."""

        async def send() -> None:
            user = await self._user(event.user_id)
            if user is not None:
                purpose, template = TokenPurpose.RESET_PASSWORD, MailTemplate.RESET_PASSWORD
                await self._send_token(message, user, purpose, template, "reset-password")

        await retrying(send)

    async def send_already_registered(self, message: EventId, event: RegistrationRepeated) -> None:
        """Tell a member that somebody, perhaps they, tried to register with their address (``already_registered``)."""
        await self._notify(message, event.user_id, MailTemplate.ALREADY_REGISTERED, "login")

    async def send_password_changed(self, message: EventId, event: PasswordChanged) -> None:
        """Tell a member that their password was changed, and what to do if it was not them (``password_changed``)."""
        await self._notify(message, event.user_id, MailTemplate.PASSWORD_CHANGED, "forgot-password")

    async def send_session_replayed(self, message: EventId, event: SessionsEnded) -> None:
        """Warn a member that a session was ended because its token may be in other hands (``session_replayed``)."""
        if event.because is EndReason.TOKEN_REPLAYED:
            await self._notify(message, event.user_id, MailTemplate.SESSION_REPLAYED, "login")

    async def send_second_factor_added(self, message: EventId, event: SecondFactorAdded) -> None:
        """Tell a member that signing in needs their app from now on (``second_factor_added``)."""
        await self._notify(message, event.user_id, MailTemplate.SECOND_FACTOR_ADDED, "forgot-password")

    async def send_second_factor_removed(self, message: EventId, event: SecondFactorRemoved) -> None:
        """Tell a member that the password alone lets them in again (``second_factor_removed``)."""
        await self._notify(message, event.user_id, MailTemplate.SECOND_FACTOR_REMOVED, "forgot-password")

    async def send_recovery_code_used(self, message: EventId, event: RecoveryCodeUsed) -> None:
        """Tell a member that a recovery code was used, and is used up (``recovery_code_used``)."""
        await self._notify(message, event.user_id, MailTemplate.RECOVERY_CODE_USED, "forgot-password")

    async def send_passkey_added(self, message: EventId, event: PasskeyAdded) -> None:
        """Tell a member that a passkey opens their account from now on (``passkey_added``)."""
        await self._notify(message, event.user_id, MailTemplate.PASSKEY_ADDED, "forgot-password")

    async def send_passkey_removed(self, message: EventId, event: PasskeyRemoved) -> None:
        """Tell a member that a passkey opens their account no more (``passkey_removed``)."""
        await self._notify(message, event.user_id, MailTemplate.PASSKEY_REMOVED, "forgot-password")

    async def send_email_change(self, message: EventId, event: EmailChangeRequested) -> None:
        """Mail the link that makes an address the account's to that address (``change_email``)."""
        token = self._secrets.derived(TokenPurpose.CHANGE_EMAIL, str(event.change_id))
        await self._send_about_change(message, token, MailTemplate.CHANGE_EMAIL, "confirm-email")

    async def send_email_change_asked(self, message: EventId, event: EmailChangeAnnounced) -> None:
        """Tell the present address of the change, with the link that stops it (``email_change_asked``)."""
        token = self._secrets.derived(TokenPurpose.KEEP_EMAIL, str(event.change_id))
        await self._send_about_change(message, token, MailTemplate.EMAIL_CHANGE_ASKED, "keep-email")

    async def _send_about_change(self, message: EventId, token: str, template: MailTemplate, page: str) -> None:
        async with self._begin() as uow:
            found = await uow.one_time_tokens.get(hash_token(token))
        if found is not None and found.email is not None:
            link = f"{self._public_url}/{page}?token={token}"
            if await self._may_have(message, found.email, template, proven=False):
                await self._mailer.send(Mail(message, found.email, template, {"link": link, "token": token}))

    async def send_sign_in_noticed(self, message: EventId, event: SignInNoticed) -> None:
        """Warn a member of a sign-in that may not have been theirs, or of some in vain (``new_device``,
        ``impossible_travel``, ``many_failures``, ``passkey_copied``). The device's name is for the list only:
        whoever signs in chooses it."""
        async with self._begin() as uow:
            user = await uow.users.get(event.user_id)
            session = await uow.sessions.get(event.session_id) if event.session_id else None
        if user is None:
            return
        place = self._places.of(session.ip_prefix) if session else None
        facts = {"moment": event.at.isoformat(), "time_zone": user.time_zone, "place": place.name if place else ""}
        link = f"{self._public_url}/forgot-password"
        await self._tell(message, user, MailTemplate(event.kind), {"link": link, **facts})

    async def send_leaving(self, message: EventId, event: ErasureRequested) -> None:
        """Tell a member that they will be erased, what stays, and that signing in undoes it (``leaving``)."""
        user = await self._user(event.user_id)
        if user is not None and user.erase_at is not None:
            kept = kept_facts(self._register.kept_after(user.erase_at))
            await self._tell(message, user, MailTemplate.LEAVING, {"link": f"{self._public_url}/login", **kept})

    async def send_suspended(self, message: EventId, event: Suspended) -> None:
        """Tell a member that their account is suspended, why, and where to appeal (``suspended``,
        ``suspended_under_age``)."""
        template = MailTemplate.SUSPENDED_UNDER_AGE if event.under_age else MailTemplate.SUSPENDED
        await self._notify(message, event.user_id, template, "appeal", reason=event.reason)

    async def send_restored(self, message: EventId, event: Restored) -> None:
        """Tell a member that their suspension is over, and why (``restored``)."""
        await self._notify(message, event.user_id, MailTemplate.RESTORED, "login", reason=event.reason)

    async def send_second_factor_removed_by_staff(self, message: EventId, event: SecondFactorRemovedByStaff) -> None:
        """Tell a member that staff removed their second factor, why, and where to choose the new password that they
        need (``second_factor_removed_by_staff``)."""
        template = MailTemplate.SECOND_FACTOR_REMOVED_BY_STAFF
        await self._notify(message, event.user_id, template, "forgot-password", reason=event.reason)

    async def send_photo_reviewed(self, message: EventId, event: PhotoReviewed) -> None:
        """Tell a member what a person decided on a photo, and why where they said it (``photo_visible``,
        ``photo_approved``, ``photo_refused``)."""
        if event.reason is None:
            await self._notify(message, event.user_id, MailTemplate.PHOTO_VISIBLE, "photos")
            return
        template = MailTemplate.PHOTO_APPROVED if event.approved else MailTemplate.PHOTO_REFUSED
        await self._notify(message, event.user_id, template, "photos", reason=event.reason)

    async def send_review_answered(self, message: EventId, event: ReviewAnswered) -> None:
        """Tell a member what a person found when they looked at the member's introductions (``review_answered``)."""
        await self._notify(message, event.user_id, MailTemplate.REVIEW_ANSWERED, "privacy", reason=event.answer)

    async def _send_token(
        self, message: EventId, user: User, purpose: TokenPurpose, template: MailTemplate, page: str
    ) -> None:
        if not await self._may_have(message, user.email, template, proven=user.email_verified_at is not None):
            return  # The link before stands.
        token = self._secrets.derived(purpose, str(message))
        now = self._clock.now()
        async with self._begin() as uow:
            if await uow.first_time(f"users.mail.{purpose}", message):
                await uow.one_time_tokens.discard(user.id, purpose)
                await uow.one_time_tokens.add(
                    OneTimeToken(hash_token(token), user.id, purpose, now, now + ONE_TIME_TOKEN_LIFETIME)
                )
                # Fails where the account was changed since it was read: by now it may have another address, and no link
                # to it may reach the one before.
                await uow.users.save(user)
                await uow.commit()
        link = f"{self._public_url}/{page}?token={token}"
        await self._mailer.send(Mail(message, user.email, template, {"link": link, "token": token}))

    async def _notify(self, message: EventId, user_id: UserId, template: MailTemplate, page: str, **data: str) -> None:
        user = await self._user(user_id)
        if user is not None:
            await self._tell(message, user, template, {"link": f"{self._public_url}/{page}", **data})

    async def _tell(self, message: EventId, user: User, template: MailTemplate, data: dict[str, str]) -> None:
        if await self._may_have(message, user.email, template, proven=user.email_verified_at is not None):
            await self._mailer.send(Mail(message, user.email, template, data))

    async def _may_have(self, message: EventId, email: str, template: MailTemplate, *, proven: bool) -> bool:
        """Whether this mail may be sent. One that has to be sent again is not counted again."""
        if template in _EVERY:
            return True
        async with self._begin() as uow:
            if await uow.first_time("users.mail.may_have", message):
                if await self._limit.reached(email, template, proven):
                    return False
                await uow.commit()
        return True

    async def _user(self, user_id: UserId) -> User | None:
        async with self._begin() as uow:
            return await uow.users.get(user_id)
