"""The database notes when it was told what happened to money, and has it booked then or never: what is dated back is
forgotten no sooner."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# Nobody says when they write but whoever owns the table, and so may change everything. Facts from before have no such
# moment; their date is believed.
_NOTE = """
CREATE FUNCTION note_when_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
        NEW.recorded_at := now();
    END IF;
    RETURN NEW;
END $$
"""
# Both have the moment at which their transaction began.
_BOOK = """
CREATE FUNCTION book_with_the_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
       AND NOT EXISTS (SELECT FROM money_facts WHERE id = NEW.fact_id AND recorded_at = now()) THEN
        RAISE EXCEPTION 'ledger_entries is append-only: a fact is booked when it is recorded';
    END IF;
    RETURN NEW;
END $$
"""
_FORGET = """
CREATE OR REPLACE FUNCTION forget_money_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {old} >= now() - interval '3653 days' THEN
        RAISE EXCEPTION 'money_facts is append-only: a fact is kept for ten years';
    END IF;
    RETURN OLD;
END $$
"""
_CARRY = """
CREATE OR REPLACE FUNCTION carry_ledger_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM gone JOIN money_facts AS fact ON fact.id = gone.fact_id
               WHERE {fact} >= now() - interval '3653 days') THEN
        RAISE EXCEPTION 'ledger_entries is append-only: an entry is kept for ten years';
    END IF;
    INSERT INTO ledger_carried AS carried (account, currency, amount_minor)
    SELECT account, currency, sum(amount_minor) FROM gone GROUP BY account, currency ORDER BY account, currency
    ON CONFLICT (account, currency) DO UPDATE SET amount_minor = carried.amount_minor + excluded.amount_minor;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.add_column("money_facts", sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_NOTE)
    op.execute(
        "CREATE TRIGGER recorded BEFORE INSERT ON money_facts FOR EACH ROW EXECUTE FUNCTION note_when_recorded()"
    )
    op.execute(_BOOK)
    op.execute(
        "CREATE TRIGGER booked BEFORE INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION book_with_the_fact()"
    )
    op.execute(_FORGET.format(old="greatest(OLD.at, OLD.recorded_at)"))
    op.execute(_CARRY.format(fact="greatest(fact.at, fact.recorded_at)"))


def downgrade() -> None:
    op.execute(_FORGET.format(old="OLD.at"))
    op.execute(_CARRY.format(fact="fact.at"))
    op.execute("DROP TRIGGER recorded ON money_facts")
    op.execute("DROP TRIGGER booked ON ledger_entries")
    op.execute("DROP FUNCTION note_when_recorded, book_with_the_fact")
    op.drop_column("money_facts", "recorded_at")
