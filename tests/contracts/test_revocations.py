"""What every list of revoked sessions promises."""

from datetime import timedelta

from adapters.system.clock import ManualClock
from saltbitter_domain.kernel import SessionId
from saltbitter_domain.users.model import ACCESS_TOKEN_LIFETIME
from saltbitter_domain.users.ports import Revocations
from tests.doubles.builders import NOW, new_id

PORT = Revocations


async def test_a_session_is_revoked_until_its_last_access_token_has_expired(
    revocations: Revocations, clock: ManualClock
) -> None:
    session, other = SessionId(new_id()), SessionId(new_id())
    await revocations.revoke(session, NOW + ACCESS_TOKEN_LIFETIME)

    assert revocations.is_revoked(session)
    assert not revocations.is_revoked(other)
    clock.advance(ACCESS_TOKEN_LIFETIME - timedelta(seconds=1))
    assert revocations.is_revoked(session)
    clock.advance(timedelta(seconds=1))
    assert not revocations.is_revoked(session)


async def test_revoking_others_later_does_not_restore_a_session(revocations: Revocations, clock: ManualClock) -> None:
    over, running, latest = (SessionId(new_id()) for _ in range(3))
    await revocations.revoke(over, NOW + timedelta(minutes=1))
    await revocations.revoke(running, NOW + timedelta(minutes=10))
    clock.advance(timedelta(minutes=2))

    await revocations.revoke(latest, NOW + timedelta(minutes=15))

    assert [revocations.is_revoked(session) for session in (over, running, latest)] == [False, True, True]
