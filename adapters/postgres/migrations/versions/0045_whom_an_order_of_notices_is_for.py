"""By which entry about a breach each member was found, so that each is for one order of notices only.

Who was found before counts as found by the last entry by which anybody was: orders that were given since are carried
out, and an order is needed for those who were found after the last.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_BEFORE = "Whom a breach is about, when they were told of it, by which entry and in which language."
_NOW = "Whom a breach is about, by which entry they were found, and when, by which and in which language told."


def upgrade() -> None:
    op.add_column("breach_members", sa.Column("found_by", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.execute(
        """
        UPDATE breach_members SET found_by = last.sequence FROM (
            SELECT breach_id, max(sequence) AS sequence FROM breach_entries
            WHERE step IN ('assessed', 'affected_found') GROUP BY breach_id
        ) AS last WHERE last.breach_id = breach_members.breach_id
        """
    )
    op.create_table_comment("breach_members", _NOW, existing_comment=_BEFORE)


def downgrade() -> None:
    op.create_table_comment("breach_members", _BEFORE, existing_comment=_NOW)
    op.drop_column("breach_members", "found_by")
