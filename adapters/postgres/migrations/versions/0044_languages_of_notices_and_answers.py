"""By which entry about a breach, and in which language, a member was told of it; and in which language somebody read
the statements they answered.

Nothing of this is known of whoever was told or answered before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_BEFORE = "Whom a breach is about, and when they were told of it."
_NOW = "Whom a breach is about, when they were told of it, by which entry and in which language."


def upgrade() -> None:
    op.add_column("breach_members", sa.Column("told_by", sa.Integer()))
    op.add_column("breach_members", sa.Column("told_in", sa.Text()))
    op.create_table_comment("breach_members", _NOW, existing_comment=_BEFORE)
    op.add_column("attachment_assessments", sa.Column("language", sa.Text()))


def downgrade() -> None:
    op.drop_column("attachment_assessments", "language")
    op.create_table_comment("breach_members", _BEFORE, existing_comment=_NOW)
    op.drop_column("breach_members", "told_in")
    op.drop_column("breach_members", "told_by")
