"""Payments are forgotten ten years after the last that happened to them, and what they came to is carried forward."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# Whatever is asked for, nothing younger goes.
_FORGET = """
CREATE FUNCTION forget_money_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.at >= now() - interval '3653 days' THEN
        RAISE EXCEPTION 'money_facts is append-only: a fact is kept for ten years';
    END IF;
    RETURN OLD;
END $$
"""
# Runs with its owner's rights, so that whoever may delete what is old needs none to write what is carried forward.
_CARRY = """
CREATE FUNCTION carry_ledger_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM gone JOIN money_facts AS fact ON fact.id = gone.fact_id
               WHERE fact.at >= now() - interval '3653 days') THEN
        RAISE EXCEPTION 'ledger_entries is append-only: an entry is kept for ten years';
    END IF;
    INSERT INTO ledger_carried AS carried (account, currency, amount_minor)
    SELECT account, currency, sum(amount_minor) FROM gone GROUP BY account, currency ORDER BY account, currency
    ON CONFLICT (account, currency) DO UPDATE SET amount_minor = carried.amount_minor + excluded.amount_minor;
    RETURN NULL;
END $$
"""
_TRIGGERS = """
CREATE TRIGGER kept_for_years BEFORE DELETE ON money_facts FOR EACH ROW EXECUTE FUNCTION forget_money_fact();
CREATE TRIGGER carried_forward AFTER DELETE ON ledger_entries REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION carry_ledger_entries();
CREATE TRIGGER never_less BEFORE DELETE ON ledger_carried FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON ledger_carried FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.create_table(
        "ledger_carried",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_ledger_carried_currency_is_iso_4217")),
        sa.PrimaryKeyConstraint("account", "currency", name=op.f("pk_ledger_carried")),
        comment="What entries that are no longer kept came to: a trigger writes it as they go.",
    )
    op.execute(_FORGET)
    op.execute(_CARRY)
    op.execute("REVOKE EXECUTE ON FUNCTION carry_ledger_entries() FROM PUBLIC")
    _append_only("UPDATE")
    for trigger in _TRIGGERS.split(";"):
        op.execute(trigger)


def downgrade() -> None:
    op.execute("DROP TRIGGER kept_for_years ON money_facts")
    op.execute("DROP TRIGGER carried_forward ON ledger_entries")
    _append_only("UPDATE OR DELETE")
    op.drop_table("ledger_carried")
    op.execute("DROP FUNCTION carry_ledger_entries, forget_money_fact")


def _append_only(what: str) -> None:
    for table in ("money_facts", "ledger_entries"):
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(f"CREATE TRIGGER append_only BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
