"""Steps of payments and receipts."""

from typing import Any
from uuid import UUID

from pytest_bdd import given, parsers, then, when

from saltbitter_domain.kernel import Money, UserId
from saltbitter_domain.ledger.model import FactKind
from tests.doubles.money import a_fact
from tests.steps.world import World


def happens(world: World, name: str, kind: FactKind, amount: str, fact_id: str) -> None:
    """Let this have happened to the member's money, as it is once it was read at the payment gateway."""
    cents = int(amount.replace(".", ""))
    member = UserId(UUID(world.person(name).user_id))
    fact = a_fact(fact_id, kind, member=member, at=world.now, amount=Money(cents, "USD"))

    async def book() -> None:
        async with world.application.adapters.begin()() as uow:
            await uow.ledger.record([fact])
            await uow.commit()

    world.run(book())


def receipt(world: World, name: str, language: str = "en") -> Any:
    return world.person(name).gets(f"/api/me/payments/ch_1/receipt?language={language}")


@given(parsers.parse("{name:w} has paid {amount} dollars for a month of Premium"))
def has_paid(world: World, name: str, amount: str) -> None:
    happens(world, name, FactKind.SUCCEEDED, amount, "ch_1")


@when(parsers.parse("{amount} dollars are paid back to {name:w}"))
def paid_back(world: World, amount: str, name: str) -> None:
    happens(world, name, FactKind.REFUNDED, amount, "re_1")


@then(
    parsers.re(r'the credit note(?P<german> in German)? says "(?P<one>[^"]+)", "(?P<two>[^"]+)" and "(?P<three>[^"]+)"')
)
def note_says(world: World, german: str | None, one: str, two: str, three: str) -> None:
    ana, language = world.person("Ana"), "de" if german else "en"
    (payment,) = ana.gets("/api/me/payments")["items"]
    (refund,) = payment["refunds"]
    note = f"/api/me/refunds/{refund['id']}/credit-note"
    said = {line["value"].replace("\xa0", " ") for line in ana.gets(f"{note}?language={language}")["lines"]}
    assert {one, two, three} <= said
    assert b"<table>" in ana.asks("GET", f"{note}.html?language={language}").body


@when(parsers.parse("a payment of {name:w}'s fails"))
def fails(world: World, name: str) -> None:
    happens(world, name, FactKind.FAILED, "19.99", "ch_1")


@then(parsers.parse("{name:w} has no payments"))
def has_none(world: World, name: str) -> None:
    assert world.person(name).gets("/api/me/payments")["items"] == []


@then(parsers.parse("{name:w} sees that {amount} dollars are {status}"))
def sees(world: World, name: str, amount: str, status: str) -> None:
    (payment,) = world.person(name).gets("/api/me/payments")["items"]
    assert payment["amount"] == {"amount_minor": int(amount.replace(".", "")), "currency": "USD"}
    assert payment["status"] == status.replace(" ", "_")


@then(parsers.re(r'the receipt(?P<german> in German)? says "(?P<one>[^"]+)", "(?P<two>[^"]+)" and "(?P<three>[^"]+)"'))
def says(world: World, german: str | None, one: str, two: str, three: str) -> None:
    said = [line["value"].replace("\xa0", " ") for line in receipt(world, "Ana", "de" if german else "en")["lines"]]
    assert {one, two, three} <= set(said)


@then("the receipt can be printed")
def printable(world: World) -> None:
    answer = world.person("Ana").asks("GET", "/api/me/payments/ch_1/receipt.html?language=de")
    assert answer.accepted
    assert b"<h1>Beleg</h1>" in answer.body


@then("there is no receipt of it")
def no_receipt(world: World) -> None:
    assert world.person("Ana").asks("GET", "/api/me/payments/ch_1/receipt").reasons == {"receipt_missing"}


@then(parsers.parse("{name:w} cannot see Ana's receipt"))
def cannot_see(world: World, name: str) -> None:
    for kind in ("receipt", "receipt.html"):
        answer = world.person(name).asks("GET", f"/api/me/payments/ch_1/{kind}")
        assert answer.reasons == {"payment_unknown"}
