"""What members ordered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import bindparam, or_, select

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import insertion, replace, replacement
from adapters.postgres.tables import orders
from saltbitter_domain.kernel import Money, OrderId, StaleWrite, UserId
from saltbitter_domain.orders.model import Order, OrderKind, OrderState, Reason
from saltbitter_domain.orders.ports import Orders

_OF_USER = select(orders).where(orders.c.user_id == bindparam("user_id"))
_BOUGHT = _OF_USER.where(orders.c.kind == OrderKind.PURCHASE.value, orders.c.state == OrderState.DONE.value)


class PostgresOrders(Orders):
    _ADD = insertion(orders)
    _SAVE = replacement(orders)
    _GET = Query(select(orders).where(orders.c.id == bindparam("id")))
    _CUSTOMER = Query(select(orders.c.customer).where(orders.c.user_id == bindparam("user_id")).limit(1))
    _UNSETTLED = Query(_OF_USER.where(orders.c.settled_at.is_(None)))
    _OF_KEY = Query(_OF_USER.where(orders.c.key == bindparam("key"), orders.c.state != OrderState.REFUSED.value))
    _PURCHASES = Query(_BOUGHT.order_by(orders.c.made_at.desc(), orders.c.id.desc()))
    _PAID = Query(_BOUGHT.with_only_columns(orders.c.id))
    _UNANSWERED = Query(
        select(orders)
        .where(
            orders.c.settled_at.is_(None),
            or_(
                (orders.c.state == OrderState.OPEN.value) & (orders.c.made_at <= bindparam("made_before")),
                (orders.c.state == OrderState.REQUIRES_ACTION.value) & (orders.c.made_at <= bindparam("lapsed_before")),
            ),
        )
        .order_by(orders.c.made_at, orders.c.id)
        .limit(bindparam("limit"))
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, order: Order) -> None:
        await self._session.change(self._ADD, _row(order), taken=_another_first)

    async def save(self, order: Order) -> None:
        await replace(self._session, self._SAVE, _row(order), taken=_another_first)

    async def keep_to(self, user_id: UserId, *, purchases: int) -> None:
        await self._session.change(self._PAID, {"user_id": user_id}, rows=purchases)

    async def get(self, order_id: OrderId) -> Order | None:
        row = await self._session.row(self._GET, id=order_id)
        return row and _order(row)

    async def customer_of(self, user_id: UserId) -> str | None:
        row = await self._session.row(self._CUSTOMER, user_id=user_id)
        return row and row["customer"]

    async def unsettled_of(self, user_id: UserId) -> Order | None:
        row = await self._session.row(self._UNSETTLED, user_id=user_id)
        return row and _order(row)

    async def of_key(self, user_id: UserId, key: str) -> Order | None:
        row = await self._session.row(self._OF_KEY, user_id=user_id, key=key)
        return row and _order(row)

    async def purchases_of(self, user_id: UserId) -> Sequence[Order]:
        return [_order(row) for row in await self._session.rows(self._PURCHASES, user_id=user_id)]

    async def unanswered(self, made_before: datetime, lapsed_before: datetime, limit: int) -> Sequence[Order]:
        found = await self._session.rows(
            self._UNANSWERED, made_before=made_before, lapsed_before=lapsed_before, limit=limit
        )
        return [_order(row) for row in found]


def _another_first() -> StaleWrite:
    return StaleWrite("Another order of this member came first. Look at what became of it.")


def _row(order: Order) -> dict[str, Any]:
    row = attrs.asdict(order, recurse=False)
    amount = row.pop("amount")
    return {**row, "amount_minor": amount.amount_minor, "currency": amount.currency}


def _order(row: Any) -> Order:
    return Order(
        id=OrderId(row["id"]),
        user_id=UserId(row["user_id"]),
        customer=row["customer"],
        kind=OrderKind(row["kind"]),
        item=row["item"],
        amount=Money(row["amount_minor"], row["currency"]),
        made_at=row["made_at"],
        key=row["key"],
        subscription=row["subscription"],
        state=OrderState(row["state"]),
        reference=row["reference"],
        reason=row["reason"] and Reason(row["reason"]),
        settled_at=row["settled_at"],
        version=row["version"],
        plan_version=row["plan_version"],
    )
