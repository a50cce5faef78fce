"""What several use cases do with mailed links inside their unit of work."""

from datetime import datetime

from saltbitter_domain.kernel import FieldProblem
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import OneTimeToken, TokenPurpose, TokenRefused, User, VerificationRequested

_OUTLIVING = {TokenPurpose.KEEP_EMAIL}
"""Whoever has got in with a stolen password must not thereby take away what undoes their change of address."""


async def usable(uow: UnitOfWork, token_hash: str, purpose: TokenPurpose, now: datetime) -> OneTimeToken:
    """The token with this hash, good for this purpose now. Raises ``TokenRefused``."""
    token = await uow.one_time_tokens.get(token_hash)
    if token is None or not token.serves(purpose, now):
        raise token_refused()
    return token


async def discard_links(uow: UnitOfWork, user: User, but: OneTimeToken | None = None) -> None:
    """Forget the unused links of the member, ``but`` this one, and have a fresh one mailed while the address is still
    to be verified."""
    await uow.one_time_tokens.discard(user.id, *(set(TokenPurpose) - _OUTLIVING), but=but)
    if user.email_verified_at is None:
        uow.emit(VerificationRequested(user.id))


def token_refused() -> TokenRefused:
    """The one refusal for every link that cannot be used, whatever the cause."""
    return TokenRefused(
        "This link was used before, has expired or was followed by a newer one. Ask for a new link.",
        fields=(FieldProblem("token", "not_usable", "Ask for a new link."),),
    )
