"""Staff remove a second factor over HTTP, and whoever had it comes back by their mail alone."""

from datetime import timedelta
from uuid import UUID

import pyotp

from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import Role
from saltbitter_domain.users.service import RoleService
from tests.http.house import MINUTE, PASSWORD, House
from tests.http.test_passkeys_api import Owner, with_app, with_passkey

ANOTHER = "seven loud geese at dawn"
WHY = "You called us, and showed that it is you."


async def with_role(house: House, role: Role) -> Owner:
    """Somebody of the staff, signed in with both factors."""
    owner, adapters = await with_app(house), house.application.adapters
    roles = RoleService(begin=adapters.begin(), clock=adapters.clock(), revocations=adapters.revocations())
    await roles.give(UserId(UUID(owner.member.id)), role)
    challenge = (await owner.challenged())["challenge_token"]
    answer = {"challenge_token": challenge, "code": owner.proof()["code"]}
    owner.member.tokens = await house.nobody().post("/api/auth/second-factor", answer)
    return owner


async def remove(by: Owner, of: Owner, expect: int = 204, reason: str = WHY) -> None:
    by.house.clock.advance(MINUTE)
    path = f"/api/staff/members/{of.member.id}/second-factor/removal"
    answer = await by.member.call(
        "POST", path, expect, json={"reason": reason}, headers={"X-Audit-Reason": "Ticket 7: passport shown."}
    )
    if expect == 422:
        assert answer.body["code"] == "second_factor_removal_refused"


async def back(owner: Owner) -> None:
    """Choose another password by the link that one asks for, and sign in with it."""
    house, member = owner.house, owner.member
    house.clock.advance(MINUTE)
    await house.nobody().post("/api/auth/password/forgot", {"email": member.email}, 202)
    await house.settle()
    link = next(mail for mail in house.mails(member.email) if mail.template == "reset_password")
    await house.nobody().post("/api/auth/password/reset", {"token": link.data["token"], "password": ANOTHER}, 204)
    login = {"email": member.email, "password": ANOTHER}
    member.tokens = {}
    member.tokens = await member.post("/api/auth/login", login)


async def test_whoever_lost_their_second_factor_is_out_everywhere_told_why_and_back_by_mail(house: House) -> None:
    admin, owner = await with_role(house, Role.ADMIN), await with_passkey(house)

    await remove(admin, owner)
    await house.settle()

    await owner.member.get("/api/me", 401)
    mail = house.mails(owner.member.email)[0]
    assert (mail.template, mail.data["reason"]) == ("second_factor_removed_by_staff", WHY)
    login = {"email": owner.member.email, "password": PASSWORD}
    assert (await house.nobody().post("/api/auth/login", login, 401))["code"] == "credentials_refused"
    await back(owner)
    assert await owner.member.get("/api/me/second-factor") == {"on": False, "since": None, "recovery_codes_left": 0}
    assert await owner.member.get("/api/me/passkeys") == {"items": []}
    secret = (await owner.member.post("/api/me/second-factor", {"password": ANOTHER}, 201))["secret"]
    code = pyotp.TOTP(secret).at(house.clock.now())
    assert len((await owner.member.post("/api/me/second-factor/confirm", {"code": code}))["recovery_codes"]) == 10


async def test_who_did_it_to_whom_and_how_they_knew_them_is_on_record(house: House) -> None:
    admin, owner = await with_role(house, Role.ADMIN), await with_app(house)
    await remove(admin, owner)

    async with house.application.adapters.begin()() as uow:
        *_, record = await uow.audit_log.after(0, 10)
    assert record.action == "POST /api/staff/members/{user_id}/second-factor/removal"
    assert (record.actor, record.reason) == (admin.member.id, "Ticket 7: passport shown.")
    assert {str(each) for each in record.subjects} == {owner.member.id}


async def test_one_of_the_staff_is_answered_nothing_until_they_have_set_one_up_again(house: House) -> None:
    admin, moderator = await with_role(house, Role.ADMIN), await with_role(house, Role.MODERATOR)
    audit = {"X-Audit-Reason": "Today's questions."}
    await moderator.member.get("/api/staff/reviews", headers=audit)

    await remove(admin, moderator)
    await back(moderator)

    refused = await moderator.member.call("GET", "/api/staff/reviews", 403, headers=audit)
    assert refused.body["code"] == "second_factor_needed"
    secret = (await moderator.member.post("/api/me/second-factor", {"password": ANOTHER}, 201))["secret"]
    house.clock.advance(timedelta(seconds=30))
    code = pyotp.TOTP(secret).at(house.clock.now())
    await moderator.member.post("/api/me/second-factor/confirm", {"code": code})
    await moderator.member.get("/api/staff/reviews", headers=audit)


async def test_nobody_removes_their_own_and_nobody_has_none_removed(house: House) -> None:
    admin, owner = await with_role(house, Role.ADMIN), await with_app(house)

    await remove(admin, admin, 422)
    await remove(admin, owner, 422, " ")
    await remove(admin, owner)
    await remove(admin, owner, 422)
    owner.member.tokens["user_id"] = house.application.adapters.ids().new()
    await remove(admin, owner, 404)
    assert (await admin.member.get("/api/me/second-factor"))["on"] is True
