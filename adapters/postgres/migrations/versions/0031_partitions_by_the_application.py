"""The application makes and drops the partitions of daily matches without owning their table."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# Both run with their owner's rights and can touch nothing but partitions of that table, by their day.
_DROP = """
CREATE FUNCTION drop_daily_partition(the_day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', 'daily_matches_' || to_char(the_day, 'YYYYMMDD'));
END $$
"""
_MAKE = "FUNCTION make_daily_partitions(date, int)"


def upgrade() -> None:
    op.execute(_DROP)
    op.execute("REVOKE EXECUTE ON FUNCTION drop_daily_partition(date) FROM PUBLIC")
    op.execute(f"ALTER {_MAKE} SECURITY DEFINER SET search_path = public, pg_temp")
    op.execute(f"REVOKE EXECUTE ON {_MAKE} FROM PUBLIC")


def downgrade() -> None:
    op.execute(f"GRANT EXECUTE ON {_MAKE} TO PUBLIC")
    op.execute(f"ALTER {_MAKE} SECURITY INVOKER RESET search_path")
    op.execute("DROP FUNCTION drop_daily_partition")
