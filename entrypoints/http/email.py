"""Changing the address of an account, and taking that back."""

import attrs

from entrypoints.http.routing import Audience, Call, route
from entrypoints.http.second_factor import Code
from entrypoints.http.users import Email, OneTimeToken, Password
from saltbitter_domain.users.model import Busy, EmailChangedRecently, EmailRefused, PasswordRefused, TokenRefused
from saltbitter_domain.users.model.second_factor import CodeRefused, CodesPaused
from saltbitter_domain.users.service import EmailChangeService


@attrs.frozen
class EmailChange:
    """``code``, of the authenticator app or a recovery code, is needed where a second factor is on."""

    email: Email = attrs.field(repr=False)
    password: Password = attrs.field(repr=False)
    code: Code | None = attrs.field(default=None, repr=False)


@attrs.frozen
class EmailChanges:
    service: EmailChangeService

    @route(
        "POST",
        "/api/me/email",
        audience=Audience.MEMBER,
        guarded=True,
        status=202,
        a_day=10,
        errors=(EmailRefused, EmailChangedRecently, PasswordRefused, CodeRefused, CodesPaused, Busy),
    )
    async def change_email(self, call: Call, body: EmailChange) -> None:
        """Have a link mailed to another address, which becomes the account's when it is followed.

        The answer is the same whether or not that address has an account. The present one is told, and can stop the
        change for a week."""
        await self.service.request(call.member, email=body.email, password=body.password, code=body.code)

    @route("POST", "/api/auth/email/confirm", audience=Audience.SIGNING_IN, errors=(TokenRefused,))
    async def confirm_email(self, _call: Call, body: OneTimeToken) -> None:
        """Change the address with the token mailed to the new one."""
        await self.service.confirm(body.token)

    @route("POST", "/api/auth/email/keep", audience=Audience.SIGNING_IN, errors=(TokenRefused, Busy))
    async def keep_email(self, _call: Call, body: OneTimeToken) -> None:
        """Stop a change of address, or take it back, with the token mailed to the old one.

        Every device is signed out, the password is good no more, and a link to choose another is mailed."""
        await self.service.stop(body.token)
