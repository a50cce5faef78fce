"""What was bought, paid and booked, and what the gateway told."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    Uuid,
    text,
)

from adapters.postgres.tables.base import BY_DATABASE, INSTANT, member, metadata, version

subscriptions = Table(
    "subscriptions",
    metadata,
    member(key=True),
    Column("tier", Text, nullable=False),
)

gateway_events = Table(
    "gateway_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("customer", Text, nullable=False),
    Column("occurred_at", INSTANT, nullable=False),
    Column("received_at", INSTANT, nullable=False, index=True),
    comment="What the payment gateway sent, each once: about whom something changed there.",
)

gateway_readings = Table(
    "gateway_readings",
    metadata,
    Column("customer", Text, primary_key=True),
    Column("begun", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    comment="Readings of what a customer holds, so that one that began earlier never undoes a later one.",
)

gateway_expiries = Table(
    "gateway_expiries",
    metadata,
    Column("customer", Text, primary_key=True),
    Column("at", INSTANT, nullable=False, index=True),
    comment="When something a customer holds expires, such as a grace: no event tells of that.",
)

gateway_sweeps = Table(
    "gateway_sweeps",
    metadata,
    Column("name", Text, primary_key=True),
    Column("until", INSTANT, nullable=False),
    comment="Up to when events that never reached us were looked for.",
)

money_facts = Table(
    "money_facts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payment", Text, nullable=False, index=True),
    Column("member", Uuid, nullable=False, index=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("at", INSTANT, nullable=False, index=True),
    Column("product", Text, nullable=False),
    Column("covers_from", INSTANT),
    Column("covers_until", INSTANT),
    # Written by a trigger, unless the owner of the table writes.
    Column("recorded_at", INSTANT, info={BY_DATABASE: True}),
    CheckConstraint("amount_minor > 0", name="amount_above_0"),
    CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
    comment="Append-only, and kept when a member goes: what happened to money, each fact once.",
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("fact_id", ForeignKey("money_facts.id"), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    CheckConstraint("amount_minor <> 0", name="amount_not_0"),
    CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
    comment="Append-only: the double entry of every fact about money; debits are above 0, credits below.",
)

ledger_carried = Table(
    "ledger_carried",
    metadata,
    Column("account", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
    comment="What entries that are no longer kept came to: a trigger writes it as they go.",
)

orders = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("customer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("amount_minor", BigInteger, CheckConstraint("amount_minor >= 0", name="amount"), nullable=False),
    Column("currency", Text, CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"), nullable=False),
    Column("made_at", INSTANT, nullable=False),
    Column("key", Text),
    Column("subscription", Text),
    Column("state", Text, nullable=False),
    Column("reference", Text),
    Column("reason", Text),
    Column("settled_at", INSTANT),
    version(),
    Column("plan_version", BigInteger),
    CheckConstraint("(settled_at IS NOT NULL) = (state IN ('done', 'refused'))", name="settled"),
    Index("uq_orders_unsettled", "user_id", unique=True, postgresql_where=text("settled_at IS NULL")),
    Index(
        "uq_orders_key",
        "user_id",
        "key",
        unique=True,
        postgresql_where=text("key IS NOT NULL AND state <> 'refused'"),
    ),
    Index("ix_orders_waiting", "made_at", postgresql_where=text("settled_at IS NULL")),
    comment="What members order of the payment gateway, written down before it is sent, and what became of it.",
)
