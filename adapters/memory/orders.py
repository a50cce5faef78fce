"""What members ordered."""

from collections.abc import Sequence
from datetime import datetime

from adapters.memory.store import Tables
from adapters.memory.table import replace
from adapters.memory.transaction import Transaction
from saltbitter_domain.kernel import OrderId, StaleWrite, UserId
from saltbitter_domain.orders.model import Order, OrderKind, OrderState
from saltbitter_domain.orders.ports import Orders


class MemoryOrders(Orders):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, order: Order) -> None:
        def change(tables: Tables) -> None:
            _refuse_second(tables, order)
            tables.orders.put(order.id, order)

        self._transaction.write(change)

    async def save(self, order: Order) -> None:
        def change(tables: Tables) -> None:
            _refuse_second(tables, order)
            replace(tables.orders, order.id, order)

        self._transaction.write(change)

    async def keep_to(self, user_id: UserId, *, purchases: int) -> None:
        def check(tables: Tables) -> None:
            if len(_bought(tables.orders.where("user", user_id))) != purchases:
                raise StaleWrite("Another purchase of this member was paid in the meantime. Read again and repeat.")

        self._transaction.write(check)

    async def get(self, order_id: OrderId) -> Order | None:
        return self._transaction.read(lambda tables: tables.orders.get(order_id))

    async def customer_of(self, user_id: UserId) -> str | None:
        return next((order.customer for order in self._of(user_id)), None)

    async def unsettled_of(self, user_id: UserId) -> Order | None:
        return next((order for order in self._of(user_id) if not order.state.settled), None)

    async def of_key(self, user_id: UserId, key: str) -> Order | None:
        found = (each for each in self._of(user_id) if each.key == key and each.state is not OrderState.REFUSED)
        return next(found, None)

    async def purchases_of(self, user_id: UserId) -> Sequence[Order]:
        return sorted(_bought(self._of(user_id)), key=lambda order: (order.made_at, order.id), reverse=True)

    async def unanswered(self, made_before: datetime, lapsed_before: datetime, limit: int) -> Sequence[Order]:
        until = {OrderState.OPEN: made_before, OrderState.REQUIRES_ACTION: lapsed_before}

        def query(tables: Tables) -> list[Order]:
            waiting = (order for state in until for order in tables.orders.where("state", state))
            return sorted(
                (order for order in waiting if order.made_at <= until[order.state]),
                key=lambda order: (order.made_at, order.id),
            )

        return self._transaction.read(query)[:limit]

    def _of(self, user_id: UserId) -> Sequence[Order]:
        return self._transaction.read(lambda tables: tables.orders.where("user", user_id))


def _bought(orders: Sequence[Order]) -> list[Order]:
    return [order for order in orders if order.kind is OrderKind.PURCHASE and order.state is OrderState.DONE]


def _refuse_second(tables: Tables, order: Order) -> None:
    for other in tables.orders.where("user", order.user_id):
        both_unsettled = not (other.state.settled or order.state.settled)
        both_keyed = order.key is not None and other.key == order.key
        both_good = OrderState.REFUSED not in (other.state, order.state)
        if other.id != order.id and (both_unsettled or (both_keyed and both_good)):
            raise StaleWrite("Another order of this member came first. Look at what became of it.")
