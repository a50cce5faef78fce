"""The books."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import columns, given, insertion_of_all, stored_columns
from adapters.postgres.tables import ledger_entries, money_facts
from saltbitter_domain.kernel import Money, UserId
from saltbitter_domain.ledger.model import Account, FactKind, MoneyFact, Transaction
from saltbitter_domain.ledger.policies import transaction_of
from saltbitter_domain.ledger.ports import Ledger

_NAMES = ", ".join(stored_columns(money_facts))


class PostgresLedger(Ledger):
    # In the order of their ids, so that two who write down the same facts wait for one another and never in a ring.
    _RECORD = Query(
        text(
            f"INSERT INTO money_facts ({_NAMES}) SELECT {_NAMES} FROM {given(money_facts)} ORDER BY id "
            "ON CONFLICT (id) DO NOTHING RETURNING id"
        ),
        "money_facts",
    )
    _BOOK = insertion_of_all(ledger_entries)
    _GET = Query(select(money_facts).where(money_facts.c.id == bindparam("id")))
    _ABOUT = Query(
        select(money_facts)
        .where(money_facts.c.member == bindparam("member"))
        .order_by(money_facts.c.at, money_facts.c.id)
    )
    _BALANCES = Query(
        text(
            """
            SELECT account, currency, sum(amount_minor) AS total FROM (
                SELECT account, currency, amount_minor FROM ledger_entries
                UNION ALL SELECT account, currency, amount_minor FROM ledger_carried) AS booked
            GROUP BY account, currency
            """
        )
    )
    _OLD = Query(
        text(
            """
            SELECT payment FROM money_facts AS fact WHERE at < CAST(:before AS timestamptz)
            AND NOT EXISTS (SELECT FROM money_facts AS later
                            WHERE later.payment = fact.payment
                            AND greatest(later.at, later.recorded_at) >= CAST(:before AS timestamptz))
            GROUP BY payment ORDER BY payment LIMIT :limit
            """
        )
    )
    # A trigger carries forward what these came to.
    _FORGET_ENTRIES = Query(
        text(
            """
            DELETE FROM ledger_entries
            WHERE fact_id IN (SELECT id FROM money_facts WHERE payment = ANY(CAST(:payments AS text[])))
            """
        ),
        "ledger_entries",
    )
    _FORGET_FACTS = Query(text("DELETE FROM money_facts WHERE payment = ANY(CAST(:payments AS text[]))"), "money_facts")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def record(self, facts: Sequence[MoneyFact]) -> Sequence[MoneyFact]:
        if not facts:
            return []
        rows = await self._session.write(self._RECORD, **columns(_row(fact) for fact in facts))
        new = {row["id"] for row in rows}
        by_id = {fact.id: fact for fact in reversed(facts)}
        recorded = [by_id[fact_id] for fact_id in sorted(new)]
        booked = [transaction for fact in recorded if (transaction := transaction_of(fact)) is not None]
        if booked:
            await self._session.change(self._BOOK, columns(row for each in booked for row in _entries(each)))
        return recorded

    async def get(self, fact_id: str) -> MoneyFact | None:
        row = await self._session.row(self._GET, id=fact_id)
        return _fact(row) if row else None

    async def about(self, member: UserId) -> Sequence[MoneyFact]:
        return [_fact(row) for row in await self._session.rows(self._ABOUT, member=member)]

    async def balances(self) -> Mapping[tuple[Account, str], int]:
        rows = await self._session.rows(self._BALANCES)
        return {(Account(row["account"]), row["currency"]): int(row["total"]) for row in rows}

    async def forget(self, before: datetime, limit: int) -> int:
        old = [row["payment"] for row in await self._session.rows(self._OLD, before=before, limit=limit)]
        if old:
            await self._session.write(self._FORGET_ENTRIES, payments=old)
            await self._session.write(self._FORGET_FACTS, payments=old)
        return len(old)


def _row(fact: MoneyFact) -> dict[str, Any]:
    return {
        "id": fact.id,
        "kind": fact.kind,
        "payment": fact.payment,
        "member": fact.member,
        "amount_minor": fact.amount.amount_minor,
        "currency": fact.amount.currency,
        "at": fact.at,
        "product": fact.product,
        "covers_from": fact.covers_from,
        "covers_until": fact.covers_until,
    }


def _fact(row: Any) -> MoneyFact:
    return MoneyFact(
        id=row["id"],
        kind=FactKind(row["kind"]),
        payment=row["payment"],
        member=UserId(row["member"]),
        amount=Money(row["amount_minor"], row["currency"]),
        at=row["at"],
        product=row["product"],
        covers_from=row["covers_from"],
        covers_until=row["covers_until"],
    )


def _entries(transaction: Transaction) -> list[dict[str, Any]]:
    return [
        {
            "fact_id": transaction.fact,
            "account": entry.account,
            "amount_minor": entry.amount.amount_minor,
            "currency": entry.amount.currency,
        }
        for entry in transaction.entries
    ]
