"""What must always hold of money, asked of the database itself: whatever breaks it, whoever wrote it, is counted."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import text

from adapters.postgres.database import Database
from adapters.postgres.query import Query
from saltbitter_domain.kernel import Clock
from saltbitter_domain.ledger.policies import BOOKED
from saltbitter_domain.payments.model import GRACE

_NOW = "CAST(:now AS timestamptz)"
_PAIRS = ", ".join(f"('{kind}', '{debited}', '{credited}')" for kind, (debited, credited) in BOOKED.items())
_BOOKED = f"(VALUES {_PAIRS})"
_RANKED = "(VALUES ('free', 0), ('premium', 1), ('elite', 2))"

_COUNTED: Mapping[str, str] = MappingProxyType(
    {
        "books_unbalanced": """
            SELECT 1 FROM (SELECT currency, amount_minor FROM ledger_entries
                           UNION ALL SELECT currency, amount_minor FROM ledger_carried) AS booked
            GROUP BY currency HAVING sum(amount_minor) <> 0
        """,
        "transactions_unbalanced": """
            SELECT 1 FROM ledger_entries GROUP BY fact_id, currency HAVING sum(amount_minor) <> 0
        """,
        "facts_not_booked_as_they_are": f"""
            SELECT 1 FROM money_facts AS fact LEFT JOIN (
                SELECT fact_id, count(*) AS entries, max(amount_minor) AS debit, min(currency) AS currency,
                       max(account) FILTER (WHERE amount_minor > 0) AS debited,
                       max(account) FILTER (WHERE amount_minor < 0) AS credited
                FROM ledger_entries GROUP BY fact_id) AS booked ON booked.fact_id = fact.id
            LEFT JOIN {_BOOKED} AS rule (kind, debited, credited) ON rule.kind = fact.kind
            WHERE fact.kind <> 'payment_failed' AND (
                booked.entries IS DISTINCT FROM 2 OR booked.debit <> fact.amount_minor
                OR booked.currency <> fact.currency OR booked.debited IS DISTINCT FROM rule.debited
                OR booked.credited IS DISTINCT FROM rule.credited)
        """,
        "failures_booked": """
            SELECT 1 FROM money_facts AS fact JOIN ledger_entries ON fact_id = fact.id WHERE kind = 'payment_failed'
        """,
        "facts_without_their_payment": """
            SELECT 1 FROM money_facts AS fact WHERE kind NOT IN ('payment_failed', 'payment_succeeded')
            AND NOT EXISTS (SELECT FROM money_facts AS paid WHERE paid.id = fact.payment
                            AND paid.kind = 'payment_succeeded' AND paid.member = fact.member)
        """,
        "more_refunded_than_paid": """
            SELECT 1 FROM money_facts GROUP BY payment HAVING
                coalesce(sum(amount_minor) FILTER (WHERE kind = 'refunded'), 0)
                - coalesce(sum(amount_minor) FILTER (WHERE kind = 'refund_failed'), 0)
                > coalesce(sum(amount_minor) FILTER (WHERE kind = 'payment_succeeded'), 0)
        """,
        "more_disputes_decided_than_opened": """
            SELECT 1 FROM money_facts GROUP BY payment HAVING
                count(*) FILTER (WHERE kind IN ('dispute_won', 'dispute_lost'))
                > count(*) FILTER (WHERE kind = 'disputed')
        """,
        # A renewal is invoiced an hour after the period ended, and then grace begins: a day more is enough for both.
        "tiers_without_a_payment": f"""
            SELECT 1 FROM subscriptions AS held JOIN {_RANKED} AS has (name, rank) ON has.name = held.tier
            WHERE has.rank > 0 AND NOT EXISTS (
                SELECT FROM money_facts AS paid JOIN {_RANKED} AS for_ (name, rank) ON for_.name = paid.product
                WHERE paid.member = held.user_id AND paid.kind = 'payment_succeeded' AND for_.rank >= has.rank
                AND paid.covers_until + make_interval(days => {GRACE.days + 1}) > {_NOW})
        """,
        # What was only just paid is left out: the tier follows within moments.
        "payments_without_their_tier": f"""
            SELECT 1 FROM money_facts AS paid JOIN {_RANKED} AS for_ (name, rank) ON for_.name = paid.product
            JOIN users ON users.id = paid.member LEFT JOIN subscriptions AS held ON held.user_id = paid.member
            LEFT JOIN {_RANKED} AS has (name, rank) ON has.name = held.tier
            WHERE paid.kind = 'payment_succeeded' AND for_.rank > coalesce(has.rank, 0)
            AND paid.covers_from <= {_NOW} AND paid.covers_until > {_NOW} AND paid.at < {_NOW} - interval '15 minutes'
            AND paid.amount_minor > coalesce((
                SELECT sum(CASE kind WHEN 'refunded' THEN amount_minor WHEN 'disputed' THEN amount_minor
                           WHEN 'refund_failed' THEN -amount_minor WHEN 'dispute_won' THEN -amount_minor ELSE 0 END)
                FROM money_facts AS back WHERE back.payment = paid.id), 0)
        """,
        "access_longer_than_held": f"SELECT 1 FROM gateway_expiries WHERE at < {_NOW} - interval '15 minutes'",
        # Where something came and nothing was ever looked for, it stands still as well.
        "reconciliation_stands_still": f"""
            SELECT 1 FROM (SELECT max(until) AS until FROM gateway_sweeps) AS swept
            WHERE coalesce(until, (SELECT min(received_at) FROM gateway_events)) < {_NOW} - interval '30 minutes'
        """,
        # Asking to be erased is what cancels a subscription.
        "messages_about_money_dead": """
            SELECT 1 FROM outbox WHERE dead_at IS NOT NULL AND (
                split_part(topic, '.', 1) IN ('payments', 'orders', 'ledger') OR topic = 'users.erasure_requested')
        """,
        "orders_without_an_answer": f"""
            SELECT 1 FROM orders WHERE state = 'open' AND made_at < {_NOW} - interval '15 minutes'
        """,
        # Each is ordered anew by ourselves until it is carried out, which takes one or two.
        "leaving_not_carried_out": f"""
            SELECT 1 FROM orders WHERE kind IN ('cancel', 'withdraw') AND made_at > {_NOW} - interval '1 hour'
            GROUP BY user_id, kind HAVING count(*) >= 10 AND bool_and(state <> 'done')
        """,
        # With 20 payments on a usual day, a day without any comes by chance once in 480 million (Poisson's exp(-20)).
        "no_payment_for_a_day": f"""
            SELECT 1 FROM money_facts WHERE kind = 'payment_succeeded' AND at > {_NOW} - interval '29 days'
            HAVING count(*) >= 28 * 20 AND max(at) < {_NOW} - interval '1 day'
        """,
    }
)


class MoneyInvariants:
    """Looks at everything anew each time; every statement has the time that any statement has."""

    _QUERIES: Mapping[str, Query] = MappingProxyType(
        {name: Query(text(f"SELECT count(*) AS broken FROM ({rows}) AS found")) for name, rows in _COUNTED.items()}
    )

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def broken(self) -> Mapping[str, int]:
        """By what does not hold, how often it does not; nothing when all holds. It names nobody."""
        now, found = self._clock.now(), dict[str, int]()
        async with self._database.session() as session:
            for name, query in self._QUERIES.items():
                row = await session.row(query, now=now)
                if row is not None and row["broken"]:
                    found[name] = int(row["broken"])
        return found
